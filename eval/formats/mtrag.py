"""Multi-turn tasks in the form of MTRAG (Katsis et al., 2025, arXiv:2501.03468): one JSON object a line.

Read of a task are ``task_id``, ``input`` (the turns so far, the last one the user's), ``contexts`` (the passages that
answer it) and ``Answerability``. The asker's earlier turns become the history; what the other side said is left out,
since earlier turns may say what is asked but never what the answer is.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from corpus.documents import Document
from eval.cases import EvalCase, Kind
from eval.errors import FormatError
from eval.formats.shared import Row, json_lines, parsed, short_document, unique_id

TASK_TAG = "task:"
"""The tag that keeps a task's own id."""
_ANSWERED = frozenset({"ANSWERABLE", "PARTIAL"})


class _Turn(Row):
    speaker: Literal["user", "agent"]
    text: str


class _Context(Row):
    document_id: str = Field(min_length=1)
    title: str | None = None
    text: str = ""


class _Task(Row):
    task_id: str
    input: tuple[_Turn, ...] = Field(min_length=1)
    contexts: tuple[_Context, ...] = ()
    answerability: str = Field(alias="Answerability")
    collection: str | None = Field(default=None, alias="Collection")

    @field_validator("answerability", mode="before")
    @classmethod
    def _first(cls, value: object) -> object:
        """The release has a list of one."""
        return value[0] if isinstance(value, list) and len(value) == 1 else value


def read_mtrag(path: Path, language: str | None = None) -> tuple[tuple[Document, ...], tuple[EvalCase, ...]]:
    """The contexts of *path* as documents, one each, and its tasks as cases.

    Answerable and partly answerable tasks cite any of their contexts; unanswerable ones are refused because the text
    doesn't say. They are asked about their first context, or else the first of the file. Left out, since there is
    nothing to judge by, are conversational turns ("thanks") and answerable tasks without a context. Raises
    `FormatError`, with file and line.
    """
    tasks = [(where, parsed(_Task, content, where)) for where, content in json_lines(path)]
    documents: dict[str, Document] = {}
    for _, task in tasks:
        for context in task.contexts:
            if context.document_id not in documents:
                title = context.title or context.document_id
                documents[context.document_id] = short_document(context.document_id, title, context.text, language)
    cases: dict[str, EvalCase] = {}
    for where, task in tasks:
        content = _content(task, documents, where)
        if content is not None:
            name = unique_id(task.task_id, cases)
            cases[name] = parsed(EvalCase, {"id": name, **content}, where)
    return tuple(documents.values()), tuple(cases.values())


def _content(task: _Task, documents: Mapping[str, Document], where: str) -> dict[str, Any] | None:
    if task.input[-1].speaker != "user":
        raise FormatError(f"{where}: the last turn of `input` is not the user's; mend the file.")
    named = list(dict.fromkeys(context.document_id for context in task.contexts))
    about = named[0] if named else next(iter(documents), None)
    judged = _judged(task.answerability, named)
    if judged is None or about is None:
        return None
    *earlier, question = [turn.text for turn in task.input if turn.speaker == "user"]
    history = [text for text in earlier if text.strip()]
    tags = ["mtrag", f"{TASK_TAG}{task.task_id}", task.answerability.lower()]
    kind = {"kind": Kind.FOLLOW_UP} if history else {}
    return {"question": question, "history": history, "document": about, "tags": tags, **judged, **kind}


def _judged(answerability: str, named: list[str]) -> dict[str, Any] | None:
    label = answerability.upper()
    if label in _ANSWERED and named:
        passages = [{"document": name} for name in named]
        return {"kind": Kind.LAY, "status": "answered", "passages": passages}
    if label == "UNANSWERABLE":
        return {"kind": Kind.UNANSWERABLE, "status": "refused", "reason": "not_in_text"}
    return None
