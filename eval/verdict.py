"""Is a reply right? A case is right when it has no fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from corpus.documents import Span
from eval.cases import EvalCase, Kind
from eval.facts import describe, holds
from eval.library import Library, under_any
from eval.metrics import Metric
from eval.passages import WholeDocument, is_named, quoted_in
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
    WRONG_PASSAGE = "wrong_passage"
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
    # A footnote on nothing cites nothing: silence must not pass, whatever it is marked with.
    if case.cites and not (reply.said.strip() and any(footnote_is_right(case, n, library) for n in reply.footnotes)):
        yield _citation_fault(case)
    if case.kind in SHORT_KINDS and len(reply.sentences) > SHORT_LIMIT:
        yield Fault(FaultCode.TOO_LONG, f"takes {len(reply.sentences)} sentences")


def _citation_fault(case: EvalCase) -> Fault:
    if case.passages:
        return Fault(FaultCode.WRONG_PASSAGE, f"cites nothing of {' or '.join(map(str, case.passages))}")
    return Fault(FaultCode.WRONG_SECTION, f"cites nothing under {' or '.join(case.sections)}")


def footnote_is_right(case: EvalCase, note: FootnoteRecord, library: Library) -> bool:
    """Whether *note* cites what the case names.

    It stands under one of the case's sections, where the case names sections, and it shares a letter or a digit with
    one of the case's passages, where it names passages. A passage that names a document is any text of that; all else
    is of the case's own document. The offsets decide where a footnote stands; what the reply says of it, only for a
    version that isn't at hand.
    """
    own = note.document.id == case.document
    document = library.find(note.document.id, note.document.version)
    if document is None:
        return _says_right(case, note, own, library)
    if not 0 <= note.start <= note.end:
        return False
    return is_named(case.sections, case.passages, own, document, Span(note.start, note.end), library)


def _says_right(case: EvalCase, note: FootnoteRecord, own: bool, library: Library) -> bool:
    """As `footnote_is_right`, by what the reply says."""
    if case.sections and not (own and under_any(case.sections, note.section)):
        return False
    if not case.passages:
        return bool(case.sections)
    counting = (passage for passage in case.passages if own or isinstance(passage, WholeDocument))
    return any(quoted_in(passage, note.document.id, note.section, note.quote, library) for passage in counting)


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
    if not reply.said.strip():
        return None  # silence isn't short
    return counted([len(reply.sentences) > SHORT])


VERDICTS: Mapping[str, Metric] = {
    "right": right,
    "answered_right": answered_right,
    "refused_right": refused_right,
    "too_long": too_long,
}
