"""BEIR folders in and out."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.cases import EvalCase
from eval.errors import FormatError
from eval.formats.beir import read_beir, write_beir
from eval.library import Library
from eval.replies import PassageRecord
from eval.retrieval_metrics import passage_is_right, section_recall
from eval.scores import Score
from tests.unit.eval.builders import HOURS, NOTE, case, document, record, refused_case, reply

CORPUS = """\
{"_id": "D/1", "title": "Wells", "text": "A well is dug.\\n\\nIt gives water.", "metadata": {}}
{"_id": "d2", "title": "Taps", "text": ""}
{"_id": 3, "title": "", "text": "Pipes carry water."}
"""
QUERIES = """\
{"_id": "Q.1", "text": "what gives water", "metadata": {}}
{"_id": "q-1", "text": "what carries it"}
{"_id": "q2", "text": "what is not there"}
"""
QRELS = "query-id\tcorpus-id\tscore\nQ.1\t3\t1\nQ.1\tD/1\t2\nq-1\t3\t1\nq-1\td2\t0\nq2\td2\t0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "qrels").mkdir()
    for name, text in {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES, "qrels/test.tsv": QRELS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_becomes_documents_and_the_queries_that_something_is_relevant_to(folder: Path) -> None:
    documents, cases = read_beir(folder, language="en")
    assert [(doc.id, doc.title, doc.text) for doc in documents] == [
        ("D/1", "Wells", "A well is dug.\n\nIt gives water."),
        ("d2", "Taps", "Taps"),
        ("3", "3", "Pipes carry water."),
    ]
    assert [(entry.id, entry.question, entry.document) for entry in cases] == [
        ("q-1", "what gives water", "D/1"),
        ("q-1-2", "what carries it", "3"),
    ]


def test_a_passage_of_any_relevant_document_is_right(folder: Path) -> None:
    documents, cases = read_beir(folder, language="en")
    library = Library.of(documents)

    def whole(index: int) -> PassageRecord:
        doc = documents[index]
        return PassageRecord(id=f"{doc.id}@{doc.version}:0-{len(doc.text)}", document=doc.id, text=doc.text)

    assert [passage_is_right(cases[0], whole(index), library) for index in range(3)] == [True, False, True]
    found = record({**reply(HOURS), "passages": [whole(1).model_dump(), whole(2).model_dump()]})
    assert section_recall(1)(cases[0], found, library) == Score(0, 1)
    assert section_recall(3)(cases[0], found, library) == Score(1, 1)


def test_what_was_read_is_written_and_read_again_the_same(folder: Path, tmp_path: Path) -> None:
    documents, cases = read_beir(folder, language="en")
    assert write_beir(tmp_path / "again", documents, cases) == ()
    assert read_beir(tmp_path / "again", "test", language="en") == (documents, cases)
    assert (tmp_path / "again/qrels/test.tsv").read_text().splitlines()[1:3] == ["Q.1\tD/1\t2", "Q.1\t3\t1"]


def test_our_cases_are_judged_by_the_sections_and_notes_that_they_name(tmp_path: Path) -> None:
    cases: list[EvalCase] = [
        case(),
        case(id="by-quote", sections=[], passages=[{"quote": HOURS}]),
        case(id="by-note", sections=[], passages=[{"quote": NOTE}]),
    ]
    assert write_beir(tmp_path, [document()], cases, split="dev") == ()
    assert (tmp_path / "qrels/dev.tsv").read_text().splitlines()[1:] == [
        "rules-hours\trules#basic-training\t1",
        "by-quote\trules#basic-training\t1",
        "by-note\trules#note-1\t1",
    ]


def test_what_the_format_can_not_hold_is_left_out_by_name_and_scored_cases_are_not_given_away(tmp_path: Path) -> None:
    cases = [
        refused_case(),
        case(id="earlier", history=["And then?"]),
        case(id="nowhere", sections=["Uniforms"]),
        case(id="hidden", split="scored", question="a secret"),
    ]
    assert write_beir(tmp_path, [document()], cases) == ("rules-pay", "earlier", "nowhere", "hidden")
    assert "secret" not in (tmp_path / "queries.jsonl").read_text()


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("corpus.jsonl", '{"_id": "a"', "corpus.jsonl:1: the line is not JSON"),
        ("corpus.jsonl", '\n{"title": "a"}', "corpus.jsonl:2: _id: Field required"),
        ("corpus.jsonl", CORPUS + CORPUS, "'D/1' is there twice"),
        ("queries.jsonl", '{"_id": "q", "text": ""}', "queries.jsonl:1: text"),
        ("qrels/test.tsv", QRELS + "q2\td9\t1\n", "test.tsv:7: there is no query 'q2' or no document 'd9'"),
        ("qrels/test.tsv", QRELS + "q2\td2\n", "test.tsv:7: a line is"),
        ("qrels/test.tsv", QRELS + "q2\td2\thigh\n", "test.tsv:7: a line is"),
    ],
)
def test_what_can_not_be_read_is_named_with_its_line(folder: Path, name: str, text: str, complaint: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        read_beir(folder)
    assert complaint in str(caught.value)


def test_a_split_or_a_folder_that_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"qrels/dev\.tsv"):
        read_beir(folder, "dev")
    with pytest.raises(FormatError, match=r"corpus\.jsonl can't be read"):
        read_beir(tmp_path / "none")
