"""A short document, cases about it, and replies to them in the JSON of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corpus.documents import Block, BlockKind, Document, Note, Section, Span
from eval.cases import EvalCase
from eval.library import Library
from eval.replies import ReplyRecord, parse_reply

TEXT = (
    "Basic training\n"
    "Inspectors train for four weeks in Denver. Field clerks train for eight hours.\n"
    "What it costs\n"
    "The county paid $1,300,000 in March 2024. The state paid nothing.\n"
    "Fees are capped at $500 a year."
)
NOTE = "Fees are capped at $500 a year."
WEEKS = "Inspectors train for four weeks in Denver."
HOURS = "Field clerks train for eight hours."
PAID = "The county paid $1,300,000 in March 2024."
STATE = "The state paid nothing."


def span_of(part: str) -> Span:
    """Where *part* stands in the text."""
    start = TEXT.index(part)
    return Span(start, start + len(part))


def _section(heading: str, *parts: str) -> Section:
    body = Span(span_of(parts[0]).start, span_of(parts[-1]).end)
    block = Block(BlockKind.PARAGRAPH, body)
    whole = Span(span_of(heading).start, body.end)
    return Section(heading, (heading,), 2, heading.lower().replace(" ", "-"), whole, (block,))


def document(document_id: str = "rules") -> Document:
    """A document of two sections; the note's mark stands at the end of what the county paid."""
    return Document(
        id=document_id,
        title="The Rules",
        text=TEXT,
        sections=(_section("Basic training", WEEKS, HOURS), _section("What it costs", PAID, STATE)),
        notes=(Note("1", span_of(NOTE), (span_of(PAID).end,)),),
    )


def case(**changes: Any) -> EvalCase:
    """A case that `reply(HOURS)` is right for, with *changes*."""
    fields = {
        "id": "rules-hours",
        "question": "how long do clerks train?",
        "kind": "fact",
        "document": "rules",
        "status": "answered",
        "sections": ["training"],
        "facts": [{"any_of": ["8 hours", "eight hours"]}],
        **changes,
    }
    return EvalCase.model_validate(fields)


def refused_case(**changes: Any) -> EvalCase:
    """A case that `refusal()` is right for, with *changes*."""
    fields = {
        "id": "rules-pay",
        "question": "what do clerks earn?",
        "kind": "unanswerable",
        "document": "rules",
        "status": "refused",
        "reason": "not_in_text",
        **changes,
    }
    return EvalCase.model_validate(fields)


def footnote(number: int, quote: str) -> dict[str, Any]:
    """A footnote on *quote*, as the bot writes it."""
    span, doc = span_of(quote), document()
    section = next(
        (s for s in doc.sections if s.span.contains(span)), doc.sections[1]
    )  # the note stands with the section that carries its mark
    return {
        "number": number,
        "quote": quote,
        "section": list(section.path),
        "document": {"id": "rules", "title": "The Rules", "version": doc.version, "as_of": None},
        "start": span.start,
        "end": span.end,
        "permalink": "/read/rules",
        "notes": [],
    }


def passage(*parts: str) -> dict[str, Any]:
    """The passage that runs from the first of *parts* to the last."""
    span = Span(span_of(parts[0]).start, span_of(parts[-1]).end)
    name = f"rules@{document().version}:{span.start}-{span.end}"
    return {"id": name, "document": "rules", "text": span.of(TEXT), "score": 0.5}


PASSAGES = (passage(WEEKS, HOURS), passage(PAID, STATE))


def reply(*quotes: str, passages: Sequence[dict[str, Any]] = PASSAGES) -> dict[str, Any]:
    """An answer that quotes *quotes*, a sentence and a footnote each."""
    numbered = list(enumerate(quotes, start=1))
    return {
        "conversation_id": "c",
        "status": "answered",
        "answer": " ".join(f"{quote} [{number}]" for number, quote in numbered),
        "sentences": [{"text": quote, "footnotes": [number], "about": None} for number, quote in numbered],
        "footnotes": [footnote(number, quote) for number, quote in numbered],
        "refusal": None,
        "passages": list(passages),
        "timings_ms": {"total": 12.5},
    }


def refusal(reason: str = "not_in_text") -> dict[str, Any]:
    """A refusal for *reason*."""
    return {
        "conversation_id": "c",
        "status": "refused",
        "answer": "",
        "sentences": [],
        "footnotes": [],
        "refusal": {"reason": reason, "message": "The text does not say.", "nearest": []},
        "passages": list(PASSAGES),
        "timings_ms": {},
    }


def record(content: dict[str, Any]) -> ReplyRecord:
    """*content* as the metrics see it."""
    return parse_reply(content, "a-case")


LIBRARY = Library.of([document()])
