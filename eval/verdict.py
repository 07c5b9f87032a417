"""Is a reply right? A case is right when it has no fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from corpus.documents import Span
from eval.cases import EvalCase, Kind
from eval.facts import describe, holds
from eval.library import Library, section_paths, under_any
from eval.metrics import Metric
from eval.replies import FootnoteRecord, ReplyRecord
from eval.scores import Score, counted

SHORT_KINDS = frozenset({Kind.FACT, Kind.CONTRAST, Kind.YES_NO, Kind.DATED, Kind.ACRONYM})
"""Kinds of question that a reader expects a short answer to."""
SHORT = 3  # sentences: more is reported
SHORT_LIMIT = 6  # sentences: more is wrong, or quoting a whole section would pass


class FaultCode(StrEnum):
    """What is wrong with a reply."""

    REFUSED = "refused"
    ANSWERED = "answered"
    FACT_MISSING = "fact_missing"
    WRONG_FACT = "wrong_fact"
    WRONG_SECTION = "wrong_section"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a reply; ``detail`` may give away what the case asks for."""

    code: FaultCode
    detail: str


def faults(case: EvalCase, reply: ReplyRecord, library: Library) -> tuple[Fault, ...]:
    """What is wrong with *reply*; nothing where it is right."""
    match (case.status, reply.status):
        case ("refused", "refused") if not reply.answer.strip():
            return ()
        case ("refused", _):
            return (Fault(FaultCode.ANSWERED, "got an answer that the text does not give"),)
        case (_, "refused"):
            return (Fault(FaultCode.REFUSED, "was refused"),)
        case _:
            return tuple(_answer_faults(case, reply, library))


def _answer_faults(case: EvalCase, reply: ReplyRecord, library: Library) -> Iterator[Fault]:
    for fact in case.facts:
        if not holds(reply.said, fact):
            yield Fault(FaultCode.FACT_MISSING, f"does not say {describe(fact)}")
    for fact in case.not_facts:
        if holds(reply.said, fact):
            yield Fault(FaultCode.WRONG_FACT, f"says {describe(fact)}")
    if case.sections and not any(footnote_is_right(case, note, library) for note in reply.footnotes):
        yield Fault(FaultCode.WRONG_SECTION, f"cites nothing under {' or '.join(case.sections)}")
    if case.kind in SHORT_KINDS and len(reply.sentences) > SHORT_LIMIT:
        yield Fault(FaultCode.TOO_LONG, f"takes {len(reply.sentences)} sentences")


def footnote_is_right(case: EvalCase, note: FootnoteRecord, library: Library) -> bool:
    """Whether *note* cites the case's document under one of the sections that the case names.

    The offsets decide where it stands; what the reply says of it, only for a version that isn't at hand.
    """
    if note.document.id != case.document:
        return False
    document = library.find(note.document.id, note.document.version)
    if document is None:
        return under_any(case.sections, note.section)
    if not 0 <= note.start <= note.end:
        return False
    return any(under_any(case.sections, path) for path in section_paths(document, Span(note.start, note.end)))


def right(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
    """Cases without a fault."""
    return counted([not faults(case, reply, library)])


def answered_right(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
    """Of the questions that the text answers: those without a fault."""
    return right(case, reply, library) if case.status == "answered" else None


def refused_right(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
    """Of the questions that the text doesn't answer: those that were refused."""
    return right(case, reply, library) if case.status == "refused" else None


def too_long(case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Of the answers to questions that want a short one: those of more than three sentences."""
    if case.kind not in SHORT_KINDS or case.status != "answered" or reply.status != "answered":
        return None
    return counted([len(reply.sentences) > SHORT])


VERDICTS: Mapping[str, Metric] = {
    "right": right,
    "answered_right": answered_right,
    "refused_right": refused_right,
    "too_long": too_long,
}
