"""SQuAD 2.0 in and out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import FormatError
from eval.facts import AnyOf
from eval.formats.squad import read_squad, write_squad
from eval.lint import lint
from eval.run import stale_parts
from tests.unit.eval.builders import HOURS, case, document, refused_case

FIRST = "Wells are dug by hand. They are ten feet deep,  at most."
SECOND = "Taps are made of brass."


def question(name: str, text: str, *answers: str, context: str = FIRST) -> dict[str, Any]:
    found = [{"text": answer, "answer_start": context.index(answer)} for answer in answers]
    return {"id": name, "question": text, "answers": found, "is_impossible": not answers}


ARTICLES = [
    {
        "title": "Water_supply",
        "paragraphs": [
            {
                "context": FIRST,
                "qas": [
                    question("56A", "How deep are wells?", "ten feet deep", "ten feet"),
                    question("56B", "How wide are wells?"),
                ],
            },
            {
                "context": SECOND,
                "qas": [
                    question("56C", "What are taps made of?", "brass", context=SECOND),
                    {**question("56D", "What are sinks made of?"), "plausible_answers": []},
                ],
            },
        ],
    }
]


def write(path: Path, articles: object = ARTICLES) -> Path:
    path.write_text(json.dumps({"version": "v2.0", "data": articles}), encoding="utf-8")
    return path


def test_articles_become_documents_and_questions_cases(tmp_path: Path) -> None:
    (article,), cases = read_squad(write(tmp_path / "dev.json"), language="en")
    assert (article.id, article.title) == ("water-supply", "Water supply")
    assert [len(section.blocks) for section in article.sections] == [2]
    deep, wide, taps, sinks = cases
    assert deep.facts == (AnyOf(any_of=("ten feet deep", "ten feet")),)
    assert [str(passage) for passage in deep.passages] == ["“They are ten feet deep, at most.”"]
    assert (wide.status, wide.reason, wide.kind) == ("refused", "not_in_text", "unanswerable")
    assert taps.id == "56c"
    assert "paragraph:1" in sinks.tags
    assert not [stale_parts(entry, article) for entry in cases if stale_parts(entry, article)]
    assert lint(cases, [article]) == ()


def test_what_was_read_is_written_and_read_again_the_same(tmp_path: Path) -> None:
    documents, cases = read_squad(write(tmp_path / "dev.json"), language="en")
    assert write_squad(tmp_path / "again.json", documents, cases) == ()
    again = json.loads((tmp_path / "again.json").read_text())["data"][0]["paragraphs"]
    for paragraph in again:
        for entry in paragraph["qas"]:
            for answer in entry["answers"]:
                assert paragraph["context"][answer["answer_start"] :].startswith(answer["text"])
    assert read_squad(tmp_path / "again.json", language="en")[1] == cases


def test_our_cases_are_written_with_the_answer_where_it_stands(tmp_path: Path) -> None:
    asked = case(sections=[], passages=[{"quote": HOURS}])
    assert write_squad(tmp_path / "ours.json", [document()], [asked, refused_case()]) == ()
    first = json.loads((tmp_path / "ours.json").read_text())["data"][0]["paragraphs"][0]
    answer = first["qas"][0]["answers"][0]
    assert first["context"][answer["answer_start"] :][: len("eight hours")] == answer["text"] == "eight hours"
    assert first["qas"][1]["is_impossible"]


def test_what_the_format_can_not_hold_is_left_out_by_name_and_scored_cases_are_not_given_away(tmp_path: Path) -> None:
    quoted: dict[str, Any] = {"sections": [], "passages": [{"quote": HOURS}]}
    cases = [
        case(id="two-facts", **{**quoted, "facts": ["eight hours", "clerks"]}),
        case(id="number", **{**quoted, "facts": [{"number": 8, "unit": "hours"}]}),
        case(id="no-passage"),
        case(id="earlier", history=["And?"], **quoted),
        refused_case(id="too-late", reason="after_as_of"),
        case(id="other", document="laws", **quoted),
        case(id="hidden", split="scored", question="a secret", **quoted),
    ]
    left_out = write_squad(tmp_path / "ours.json", [document()], cases)
    assert left_out == tuple(entry.id for entry in cases)
    assert "secret" not in (tmp_path / "ours.json").read_text()


@pytest.mark.parametrize(
    ("articles", "complaint"),
    [
        ("nothing", "data"),
        ([{"title": "A"}], "data.0.paragraphs: Field required"),
        (
            [{"title": "A", "paragraphs": [{"context": "abc", "qas": [question("1", "?", "well", context="well")]}]}],
            "question '1' isn't at its offset",
        ),
        ([{"title": "A", "paragraphs": [{"context": "abc", "qas": [question("1", " ")]}]}], "question '1': question"),
    ],
)
def test_what_is_not_squad_is_named(tmp_path: Path, articles: object, complaint: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_squad(write(tmp_path / "dev.json", articles))
    assert complaint in str(caught.value)
    assert "dev.json" in str(caught.value)


def test_a_file_that_is_not_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text("{")
    with pytest.raises(FormatError, match=r"dev\.json is not JSON"):
        read_squad(tmp_path / "dev.json")
