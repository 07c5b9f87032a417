"""Case files: what is read, and what is refused at which line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import load_cases
from eval.errors import CaseFileError

GOOD: dict[str, Any] = {
    "id": "a-case",
    "question": "How long?",
    "kind": "fact",
    "document": "rules",
    "status": "answered",
    "facts": ["8 hours"],
}
REFUSED: dict[str, Any] = {
    "id": "b-case",
    "question": "How much?",
    "kind": "unanswerable",
    "document": "rules",
    "status": "refused",
    "reason": "not_in_text",
    "split": "scored",
}


def write(path: Path, *cases: dict[str, Any]) -> Path:
    path.write_text("\n" + "".join(f"{json.dumps(case)}\n" for case in cases), encoding="utf-8")
    return path


def refusal_of(path: Path) -> str:
    with pytest.raises(CaseFileError) as caught:
        load_cases([path])
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_cases_come_in_the_order_of_the_file_with_their_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cases = load_cases([write(tmp_path / "cases.jsonl", GOOD, REFUSED)])
    assert [(case.id, case.where) for case in cases] == [
        ("a-case", "cases.jsonl:2"),
        ("b-case", "cases.jsonl:3"),
    ]
    assert [case.split for case in cases] == ["open", "scored"]


def test_a_folder_gives_its_case_files_by_name_and_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", GOOD)
    write(tmp_path / "b.jsonl", REFUSED)
    (tmp_path / "README.md").write_text("Not a case.")
    assert [case.id for case in load_cases([tmp_path, first])] == ["a-case", "b-case"]


def test_a_byte_order_mark_and_a_line_separator_in_a_string_are_read(tmp_path: Path) -> None:
    line = json.dumps({**GOOD, "question": "How\u2028long?"}, ensure_ascii=False)
    (tmp_path / "a.jsonl").write_text(line, encoding="utf-8-sig")
    assert load_cases([tmp_path])[0].question == "How\u2028long?"


def test_the_bundled_cases_load_and_twenty_or_more_are_refused_or_followed_up() -> None:
    cases = load_cases()
    harder = [case for case in cases if case.status == "refused" or case.kind == "follow_up"]
    assert len(cases) >= 60
    assert len(harder) >= 20


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"question": " "}, "question"),
        ({"kind": "riddle"}, "kind"),
        ({"id": "A case"}, "id"),
        ({"answer": "8"}, "answer"),
        ({"facts": []}, "needs facts or sections"),
        ({"facts": [""]}, "may not be empty"),
        ({"facts": [{"regex": ".*"}]}, "empty answer"),
        ({"facts": [{"regex": "("}]}, "can't be compiled"),
        ({"facts": [{"all_of": ["8"]}]}, "a fact is a string"),
        ({"sections": [""]}, "sections"),
        ({"reason": "not_in_text"}, "only a refused case has a reason"),
        ({"status": "refused"}, "no facts"),
        ({"status": "refused", "facts": [], "sections": ["Training"]}, "no sections"),
        ({"status": "refused", "facts": []}, "needs a reason"),
        ({"split": "secret"}, "split"),
    ],
)
def test_a_case_that_can_not_be_used_is_named_with_its_line(
    tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    message = refusal_of(write(tmp_path / "cases.jsonl", REFUSED, {**GOOD, **changes}))
    assert "cases.jsonl:3: " in message
    assert complaint in message


@pytest.mark.parametrize("field", ["id", "question", "kind", "document", "status"])
def test_a_missing_field_is_named(tmp_path: Path, field: str) -> None:
    case = {key: value for key, value in GOOD.items() if key != field}
    assert f"{field}: Field required" in refusal_of(write(tmp_path / "cases.jsonl", case))


def test_two_cases_with_one_id_are_refused_with_both_lines(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", GOOD, REFUSED)
    write(tmp_path / "b.jsonl", GOOD)
    message = refusal_of(tmp_path)
    assert "b.jsonl:2" in message
    assert "a.jsonl:2" in message


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{"id": \n', "a.jsonl:1: the line is not JSON"),
        (b'\n["a"]\n', "a.jsonl:2: the line is not a JSON object"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"\n \n", "no cases"),
    ],
)
def test_a_file_that_can_not_be_read_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    assert complaint in refusal_of(tmp_path / "a.jsonl")


def test_a_path_that_leads_nowhere_and_a_folder_without_cases_are_named(tmp_path: Path) -> None:
    assert "no case file or folder" in refusal_of(tmp_path / "none.jsonl")
    assert "holds no case file (.jsonl, .yaml, .yml)" in refusal_of(tmp_path)
