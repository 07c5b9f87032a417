"""What is wrong with cases before any bot is asked.

Found are cases that any answer or silence would pass, and cases that no right answer could.

A *fault* makes a case worthless or wrong; a *warning* is worth a look. Of a case in the split "scored" a finding says
no more than its id and the kind of fault.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from corpus.documents import Document, Span
from eval.cases import EvalCase, Kind, case_dict, load_cases
from eval.errors import EvalError
from eval.facts import AnyFact, Pattern, describe, holds, normalise
from eval.library import Library, section_paths, under_any
from eval.passages import AnyPassage, SectionNamed, WholeDocument, passage_spans
from eval.run import stale_parts
from index.lexical import terms
from index.sentences import block_sentences, sentence_spans

COMMON = 1 / 3  # of a document's sentences: a fact in more than that tells no answer from another
FEW_SENTENCES = 6  # in fewer a third is one or two, which says nothing
FEW_WORDS = 3  # content words: a question of fewer is found in some sentence anyway
_PROBES = ("Yes.", "Lorem ipsum dolor sit amet.", "¿Qué?")

OK, FAULTS, UNUSABLE = 0, 1, 4


class Level(StrEnum):
    """How bad a finding is."""

    FAULT = "fault"
    WARNING = "warning"


class Rule(StrEnum):
    """What the lint looks for; the value is the rule's name in reports."""

    ONLY_ABSENCE = "only-absence"
    FACT_IN_QUESTION = "fact-in-question"
    COMMON_FACT = "common-fact"
    REGEX_MATCHES_ALL = "regex-matches-all"
    SECTIONS_MATCH_ALL = "sections-match-all"
    STALE = "stale"
    CONFLICTING_CASES = "conflicting-cases"
    REPEATED_CASE = "repeated-case"
    FACT_NOT_IN_PASSAGE = "fact-not-in-passage"
    QUESTION_IN_TEXT = "question-in-text"
    UNKNOWN_DOCUMENT = "unknown-document"
    KIND_MISMATCH = "kind-mismatch"


RULES: Mapping[Rule, str] = {
    Rule.ONLY_ABSENCE: "asks only that something isn't said, so any other answer passes; add facts or passages",
    Rule.FACT_IN_QUESTION: "a fact stands in the question, so an echo passes; ask without it",
    Rule.COMMON_FACT: "a fact stands in more than a third of the document's sentences; choose one that tells",
    Rule.REGEX_MATCHES_ALL: "a regex is found in any answer; write what it must find",
    Rule.SECTIONS_MATCH_ALL: "the sections match every heading; name the one that answers",
    Rule.STALE: "the document no longer has a section or a passage that the case names; mend the case",
    Rule.CONFLICTING_CASES: "another case asks the same and expects something else; keep one of the two",
    Rule.REPEATED_CASE: "another case asks the same; keep one of the two",
    Rule.FACT_NOT_IN_PASSAGE: "a fact stands nowhere in the passages or sections named; mend the one or the other",
    Rule.QUESTION_IN_TEXT: "one sentence of the text has all the words of a question that it is said not to answer",
    Rule.UNKNOWN_DOCUMENT: "there is no such document, so the case is never asked; index it or mend its id",
    Rule.KIND_MISMATCH: "the kind doesn't go with the status or the reason; change one of them",
}
"""What each rule finds, and what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a case; ``where`` is its ``file:line``, empty where that may not be shown."""

    where: str
    case_id: str
    rule: Rule
    message: str
    level: Level = Level.FAULT


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding before it is shown: the detail may give away what the case asks for."""

    rule: Rule
    detail: str = ""
    level: Level = Level.FAULT


Check = Callable[[EvalCase], Iterator[_Found]]
DocumentCheck = Callable[[EvalCase, Document, Library], Iterator[_Found]]


def lint(cases: Sequence[EvalCase], documents: Iterable[Document] | Library | None = None) -> tuple[Finding, ...]:
    """What is wrong with *cases*, in their order.

    *documents* are what the cases are about (a `Library`, where permalinks of earlier versions are to be opened); None
    leaves out the rules that need them.
    """
    library = documents if isinstance(documents, Library) or documents is None else Library.of(documents)
    repeats = _repeats(cases)
    return tuple(_shown(case, found) for case in cases for found in [*_found(case, library), *repeats[case.id]])


def has_faults(findings: Iterable[Finding]) -> bool:
    """Whether any of *findings* is a fault."""
    return any(finding.level is Level.FAULT for finding in findings)


def run_lint(
    paths: Sequence[Path],
    documents: Iterable[Document] | Library | None = None,
    *,
    strict: bool = False,
    as_json: bool = False,
    out: Console | None = None,
    err: Console | None = None,
) -> int:
    """Lints the cases in *paths* (none: the bundled ones) and prints what it finds.

    Returns 0, or 1 where there is a fault (with *strict*: or a warning), or 4 where the cases can't be read.
    """
    out, err = out or Console(highlight=False), err or Console(stderr=True, highlight=False)
    try:
        findings = lint(load_cases(paths), documents)
    except EvalError as error:
        err.print(Text(str(error)), soft_wrap=True)
        return UNUSABLE
    out.print(Text(findings_json(findings) if as_json else findings_text(findings)), soft_wrap=True)
    return FAULTS if has_faults(findings) or (strict and findings) else OK


def findings_text(findings: Sequence[Finding]) -> str:
    """A line for each finding, and the counts."""
    lines = [
        f"{f'{entry.where}  ' if entry.where else ''}{entry.case_id}: {entry.level} {entry.rule}: {entry.message}"
        for entry in findings
    ]
    faults = sum(entry.level is Level.FAULT for entry in findings)
    return "\n".join([*lines, f"Faults: {faults}, warnings: {len(findings) - faults}."])


def findings_json(findings: Sequence[Finding]) -> str:
    """*findings* as a JSON list, the same bytes each time."""
    listed = [
        {
            "id": entry.case_id,
            "level": entry.level.value,
            "message": entry.message,
            "rule": entry.rule.value,
            "where": entry.where,
        }
        for entry in findings
    ]
    return json.dumps(listed, ensure_ascii=False, indent=2, sort_keys=True)


def _shown(case: EvalCase, found: _Found) -> Finding:
    if case.split == "scored":
        return Finding("", case.id, found.rule, RULES[found.rule], found.level)
    message = f"{RULES[found.rule]} ({found.detail})" if found.detail else RULES[found.rule]
    return Finding(case.where, case.id, found.rule, message, found.level)


def _found(case: EvalCase, library: Library | None) -> Iterator[_Found]:
    for check in _CHECKS:
        yield from check(case)
    if library is None:
        return
    document = library.documents.get(case.document)
    if document is None:
        yield _Found(Rule.UNKNOWN_DOCUMENT, repr(case.document), Level.WARNING)
        return
    for document_check in _DOCUMENT_CHECKS:
        yield from document_check(case, document, library)


def _only_absence(case: EvalCase) -> Iterator[_Found]:
    if case.status == "answered" and not (case.facts or case.cites):
        yield _Found(Rule.ONLY_ABSENCE)


def _fact_in_question(case: EvalCase) -> Iterator[_Found]:
    """A fault where nothing else is asked for: with a place to cite, an echo isn't enough."""
    echoed = [fact for fact in case.facts if holds(case.question, fact) and not _matches_all(fact)]
    level = Level.FAULT if len(echoed) == len(case.facts) and not case.cites else Level.WARNING
    return (_Found(Rule.FACT_IN_QUESTION, describe(fact), level) for fact in echoed)


def _regex_matches_all(case: EvalCase) -> Iterator[_Found]:
    return (_Found(Rule.REGEX_MATCHES_ALL, describe(fact)) for fact in case.facts if _matches_all(fact))


def _matches_all(fact: AnyFact) -> bool:
    return isinstance(fact, Pattern) and all(holds(probe, fact) for probe in _PROBES)


_REASONS: Mapping[Kind, frozenset[str]] = {
    Kind.UNANSWERABLE: frozenset({"not_in_text", "after_as_of", "personal_or_legal_advice", "unsupported_language"}),
    Kind.FALSE_PREMISE: frozenset({"false_premise", "not_in_text"}),
    Kind.OFF_TOPIC: frozenset({"off_topic"}),
}
"""The kinds that a right reply refuses, and for which reasons."""
_REASON_OF_KIND: Mapping[str, Kind] = {"false_premise": Kind.FALSE_PREMISE, "off_topic": Kind.OFF_TOPIC}
_ANY_KIND = frozenset({Kind.FOLLOW_UP, Kind.ATTACK})
"""A follow-up or an attack may be about anything."""


def _kind_mismatch(case: EvalCase) -> Iterator[_Found]:
    wanted = _REASONS.get(case.kind)
    if wanted is not None and case.reason not in wanted:
        yield _Found(Rule.KIND_MISMATCH, f"{case.kind}, {case.status}, {case.reason or 'no reason'}")
    of_reason = _REASON_OF_KIND.get(case.reason or "")
    if wanted is None and of_reason is not None and case.kind not in _ANY_KIND:
        yield _Found(Rule.KIND_MISMATCH, f"the kind of {case.reason} is {of_reason}")


def _stale(case: EvalCase, document: Document, library: Library) -> Iterator[_Found]:
    return (_Found(Rule.STALE, part) for part in stale_parts(case, document, library))


def _common_fact(case: EvalCase, document: Document, _library: Library) -> Iterator[_Found]:
    sentences = _sentences(document)
    if len(sentences) < FEW_SENTENCES:
        return
    for fact in case.facts:
        share = sum(holds(sentence, fact) for sentence in sentences) / len(sentences)
        if share > COMMON and not _matches_all(fact):
            yield _Found(Rule.COMMON_FACT, f"{describe(fact)}: {share:.0%}")


def _sections_match_all(case: EvalCase, document: Document, _library: Library) -> Iterator[_Found]:
    paths = [section.path or (document.title,) for section in document.sections]
    named = [case.sections, *((entry.section,) for entry in case.passages if isinstance(entry, SectionNamed))]
    for sections in named:
        if len(paths) > 1 and sections and all(under_any(sections, path) for path in paths):
            yield _Found(Rule.SECTIONS_MATCH_ALL, " or ".join(sections))


def _fact_not_in_passage(case: EvalCase, document: Document, library: Library) -> Iterator[_Found]:
    if not case.cites or stale_parts(case, document, library):
        return
    named = "\n".join(_named_text(case, document, library))
    absent = (fact for fact in case.facts if not holds(named, fact))
    yield from (_Found(Rule.FACT_NOT_IN_PASSAGE, describe(fact)) for fact in absent)


def _question_in_text(case: EvalCase, document: Document, _library: Library) -> Iterator[_Found]:
    if case.reason != "not_in_text" or case.history:
        return
    asked = frozenset(terms(case.question, document.language))
    if len(asked) < FEW_WORDS:
        return
    for sentence in _sentences(document):
        if asked <= _terms(sentence, document.language):
            yield _Found(Rule.QUESTION_IN_TEXT, f"“{sentence}”", Level.WARNING)
            return


_CHECKS: tuple[Check, ...] = (_only_absence, _fact_in_question, _regex_matches_all, _kind_mismatch)
_DOCUMENT_CHECKS: tuple[DocumentCheck, ...] = (
    _stale,
    _common_fact,
    _sections_match_all,
    _fact_not_in_passage,
    _question_in_text,
)


def _named_text(case: EvalCase, document: Document, library: Library) -> Iterator[str]:
    """The text of what *case* names: whole sentences and sections, with the notes that belong to them."""
    if not case.passages:
        yield from _section_text(case.sections, document)
    for passage in case.passages:
        yield from _passage_text(passage, document, library)


def _section_text(wanted: Sequence[str], document: Document) -> Iterator[str]:
    for section in document.sections:
        if under_any(wanted, section.path or (document.title,)):
            yield section.span.of(document.text)
    for note in document.notes:
        if any(under_any(wanted, path) for path in section_paths(document, note.span)):
            yield note.span.of(document.text)


def _passage_text(passage: AnyPassage, document: Document, library: Library) -> Iterator[str]:
    match passage:
        case WholeDocument():
            yield library.documents[passage.document].text
        case SectionNamed():
            yield from _section_text([passage.section], document)
        case _:
            for span in passage_spans(passage, document, library):
                yield from (s.of(document.text) for s in _spans(document) if s.start < span.end and span.start < s.end)


class _ByVersion:
    """A document that is hashed by its version, which its content decides."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return hash(self.document.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByVersion) and self.document.version == other.document.version


def _spans(document: Document) -> tuple[Span, ...]:
    """The sentences of the blocks and the notes."""
    return _sentence_spans(_ByVersion(document))


@lru_cache(maxsize=64)
def _sentence_spans(of: _ByVersion) -> tuple[Span, ...]:
    document = of.document
    blocks = (block for section in document.sections for block in section.blocks)
    spans = [sentence.span for block in blocks for sentence in block_sentences(document, block)]
    return (*spans, *(span for note in document.notes for span in sentence_spans(document.text, note.span)))


def _sentences(document: Document) -> tuple[str, ...]:
    return tuple(" ".join(span.of(document.text).split()) for span in _spans(document))


@lru_cache(maxsize=8192)
def _terms(sentence: str, language: str) -> frozenset[str]:
    return frozenset(terms(sentence, language))


def _repeats(cases: Sequence[EvalCase]) -> Mapping[str, list[_Found]]:
    """By id, the earlier case that asks the same; spelling that says nothing makes no difference."""
    found: dict[str, list[_Found]] = defaultdict(list)
    first: dict[tuple[str, ...], EvalCase] = {}
    for case in cases:
        asked = tuple(re.sub(r"[\W_]+", " ", normalise(text)).strip() for text in [*case.history, case.question])
        other = first.setdefault((case.document, *asked), case)
        if other is not case:
            same = _expected(case) == _expected(other)
            rule = Rule.REPEATED_CASE if same else Rule.CONFLICTING_CASES
            # Naming a case that is only scored would give its question away.
            name = "" if other.split == "scored" else other.id
            found[case.id].append(_Found(rule, name, Level.WARNING if same else Level.FAULT))
    return found


def _expected(case: EvalCase) -> dict[str, Any]:
    said = case_dict(case)
    return {key: said.get(key) for key in ("status", "reason", "sections", "passages", "facts", "not_facts")}
