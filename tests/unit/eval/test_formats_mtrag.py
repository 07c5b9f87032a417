"""MTRAG-style multi-turn tasks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import FormatError
from eval.formats.mtrag import read_mtrag


def turn(speaker: str, text: str) -> dict[str, str]:
    return {"speaker": speaker, "text": text}


WELL = {"document_id": "c1-0-20", "title": "Wells", "text": "Wells are ten feet deep.", "score": 3.5}
TAP = {"document_id": "c2-0-20", "title": None, "text": "Taps are made of brass."}
FOLLOWING: dict[str, Any] = {
    "conversation_id": "abc",
    "task_id": "abc<::>2",
    "turn": 2,
    "Answerability": ["ANSWERABLE"],
    "input": [turn("user", "How deep are wells?"), turn("agent", "Ten feet."), turn("user", "And taps?")],
    "contexts": [TAP, WELL],
    "targets": [turn("agent", "Brass.")],
}
FIRST = {**FOLLOWING, "task_id": "abc<::>1", "input": FOLLOWING["input"][:1], "Answerability": "PARTIAL"}
UNANSWERABLE = {**FOLLOWING, "task_id": "abc<::>3", "Answerability": ["UNANSWERABLE"], "contexts": []}


def write(path: Path, *tasks: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(task)}\n" for task in tasks), encoding="utf-8")
    return path


def test_the_last_turn_is_asked_after_what_the_asker_said_before_and_cites_any_context(tmp_path: Path) -> None:
    documents, (asked,) = read_mtrag(write(tmp_path / "tasks.jsonl", FOLLOWING), language="en")
    assert [(doc.id, doc.title) for doc in documents] == [("c2-0-20", "c2-0-20"), ("c1-0-20", "Wells")]
    assert (asked.id, asked.question, asked.history) == ("abc-2", "And taps?", ("How deep are wells?",))
    assert (asked.kind, asked.status, asked.document) == ("follow_up", "answered", "c2-0-20")
    assert [str(passage) for passage in asked.passages] == ["the document 'c2-0-20'", "the document 'c1-0-20'"]


def test_answerability_decides_what_is_right(tmp_path: Path) -> None:
    conversational = {**FOLLOWING, "task_id": "x", "Answerability": ["CONVERSATIONAL"]}
    without_context = {**FOLLOWING, "task_id": "y", "contexts": []}
    path = write(tmp_path / "tasks.jsonl", FIRST, UNANSWERABLE, conversational, without_context)
    _, cases = read_mtrag(path, language="en")
    assert [(entry.id, entry.kind, entry.status, entry.reason) for entry in cases] == [
        ("abc-1", "lay", "answered", None),
        ("abc-3", "follow_up", "refused", "not_in_text"),
    ]
    assert cases[1].document == "c2-0-20"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"input": []}, "input"),
        ({"input": [turn("agent", "Hello.")]}, "the last turn"),
        ({"input": [turn("user", " ")]}, "question"),
        ({"Answerability": ["A", "B"]}, "Answerability"),
        ({"contexts": [{"text": "No id."}]}, "contexts.0.document_id"),
    ],
)
def test_a_task_that_can_not_be_used_is_named_with_its_line(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(FormatError) as caught:
        read_mtrag(write(tmp_path / "tasks.jsonl", FIRST, {**FOLLOWING, **change}))
    assert "tasks.jsonl:2: " in str(caught.value)
    assert complaint in str(caught.value)
