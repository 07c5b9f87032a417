"""A run in words: what every report says in the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from eval.cases import EvalCase
from eval.facts import describe
from eval.gate import ExitCode, Shortfall
from eval.grounding_metrics import GROUNDING_METRICS
from eval.lengths import answer_length
from eval.reports import Comparison, Extras
from eval.run import GROUPINGS, METRICS, CaseResult, EvalRun, grouped
from eval.run import LOWER_IS_BETTER as RUN_LOWER_IS_BETTER
from eval.scores import Score
from eval.verdict import FaultCode

SHOWN = 240  # characters of an answer: enough to see what went wrong

LABELS = {
    "right": "right",
    "answered_right": "answered right",
    "refused_right": "refused right",
    "too_long": "longer than wanted",
    "false_answers": "false answers",
    "false_refusals": "false refusals",
    "right_reason": "refused for the right reason",
    "quotes_exact": "quotes exact",
    "sentences_footnoted": "sentences with a footnote",
    "marks_resolve": "answers whose marks resolve",
    "numbers_quoted": "numbers and dates in a quote",
    "sentences_quoted": "sentences verbatim in a quote",
    "dates_quoted": "dates in a quote",
    "sections_named": "footnotes that name their section",
    "citation_recall": "citation recall",
    "citation_precision": "citation precision",
    "passage_attribution": "facts from the right passage",
    "fact_recall": "fact recall",
    "fact_precision": "fact precision",
    "completeness": "answers with every fact",
    "section_recall_at_1": "right section in the top 1",
    "section_recall_at_3": "right section in the top 3",
    "section_recall_at_5": "right section in the top 5",
    "mrr": "right section, mean reciprocal rank",
    "recall_at_1": "recall at 1",
    "recall_at_3": "recall at 3",
    "recall_at_5": "recall at 5",
    "recall_at_10": "recall at 10",
    "ndcg_at_1": "nDCG at 1",
    "ndcg_at_3": "nDCG at 3",
    "ndcg_at_5": "nDCG at 5",
    "ndcg_at_10": "nDCG at 10",
    "brier": "Brier score",
    "ece": "expected calibration error",
}

LOWER_IS_BETTER = RUN_LOWER_IS_BETTER | {"ece"}

# The order is that of `severity`: what harms a reader most comes first.
FAULT_WORDS = {
    FaultCode.ANSWERED: "answers what the text does not say",
    FaultCode.WRONG_FACT: "says what is wrong",
    FaultCode.WRONG_SECTION: "cites the wrong section",
    FaultCode.WRONG_PASSAGE: "cites the wrong passage",
    FaultCode.FACT_MISSING: "leaves out a fact",
    FaultCode.REFUSED: "refuses what the text answers",
    FaultCode.TOO_LONG: "is too long",
}

# Controls but tab and newline; directional overrides and isolates, with which a text can pose as another one; what
# XML 1.0 forbids (https://www.w3.org/TR/xml/#charsets).
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class Place(NamedTuple):
    """Where a case stands."""

    file: str
    line: int


def printable(text: str) -> str:
    """*text* with each character that could garble a report replaced by U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def label(name: str) -> str:
    """The score *name* as people read it."""
    return LABELS.get(name, name.replace("_", " "))


def place(case: EvalCase) -> Place | None:
    """The file and line of *case*; None for one made in code, and for one whose line nobody is to look at."""
    file, colon, line = case.where.rpartition(":")
    if is_scored(case) or not colon or not line.isdecimal():
        return None
    return Place(file, int(line))


def is_scored(case: EvalCase) -> bool:
    """Whether reports may show no more of *case* than its id, its kind and the kind of fault."""
    return case.split == "scored"


def fault_words(result: CaseResult) -> str:
    """What is wrong with a reply, without giving away what the case asks for."""
    codes = dict.fromkeys(fault.code for fault in result.faults)
    return "; ".join(FAULT_WORDS.get(code, code.value.replace("_", " ")) for code in codes)


def severity(result: CaseResult) -> int:
    """The place of the worst fault in the order of `FAULT_WORDS`; the lower, the worse."""
    order = list(FAULT_WORDS)
    return min((order.index(f.code) if f.code in order else len(order) for f in result.faults), default=len(order))


def worst_first(run: EvalRun, comparison: Comparison | None) -> list[CaseResult]:
    """The wrong results: those that were right before, then by what harms a reader most."""
    turned = set(comparison.turned_wrong) if comparison else set()
    return sorted(run.wrong, key=lambda r: (r.case.id not in turned, not ungrounded(r), severity(r)))


def ungrounded(result: CaseResult) -> tuple[str, ...]:
    """The grounding metrics in which *result* isn't perfect."""
    return tuple(name for name in GROUNDING_METRICS if name in result.scores and not result.scores[name].full)


def longer_than_wanted(run: EvalRun) -> list[str]:
    """The ids of the cases whose answer is longer than a reader of that kind of question wants."""
    return [result.case.id for result in run.results if result.scores.get("too_long", Score(0, 1)).total]


def expected(case: EvalCase) -> str:
    """What a right reply to *case* is, in one line."""
    if case.status == "refused":
        return f"a refusal ({case.reason or 'for any reason'})"
    parts = [
        ("", " and ".join(describe(fact) for fact in case.facts)),
        ("not ", " or ".join(describe(fact) for fact in case.not_facts)),
        ("cited from ", " or ".join([*case.sections, *map(str, case.passages)])),
    ]
    return "; ".join(f"{lead}{part}" for lead, part in parts if part)


def shortened(text: str) -> str:
    """*text* on one line, cut at `SHOWN` characters."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1].rstrip()}…"


def got(result: CaseResult) -> str:
    """The reply in one line."""
    refusal = result.reply.refusal
    if result.reply.status == "refused" and refusal is not None:
        return f"refused ({refusal.reason}): {shortened(refusal.message)}"
    return shortened(result.reply.answer)


def asked(case: EvalCase) -> str:
    """The question after its history, in one line."""
    return " → ".join([*case.history, case.question])


GROUP_SCORES = ("right", "answered_right", "refused_right")
"""What reports say of each group of cases."""


def group_rows(run: EvalRun) -> Iterator[tuple[str, str, EvalRun]]:
    """Each way of grouping by name, a group's name, and the run over that group alone."""
    for name in GROUPINGS:
        for group, part in grouped(run, name).items():
            yield name, group, part


def length_words(run: EvalRun) -> str | None:
    """How long answers are; None where there are none."""
    found = answer_length(result.reply for result in run.results)
    if found is None:
        return None
    sentences, words = found.sentences, found.words
    return (
        f"Answers take {sentences.median:g} sentences and {words.median:g} words in the median, "
        f"{sentences.p90:g} and {words.p90:g} at the 90th percentile (n = {sentences.n})."
    )


def all_scores(run: EvalRun, extras: Extras) -> dict[str, Score]:
    """Every score by name: those of the cases, then those of the run as a whole."""
    return {**{name: run.score(name) for name in METRICS}, **extras.scores}


def decimal(value: float | None) -> str:
    """A score as reports print it; a dash where nothing was looked at."""
    return "–" if value is None else f"{value:.3f}"


def fraction(score: Score) -> str:
    """How many of how many."""
    return f"{score.total:g}/{score.n}" if score.n else "–"


def count(number: int, one: str, many: str = "") -> str:
    """*number* with its noun."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def shortfall_words(entry: Shortfall) -> str:
    """A floor that wasn't held, in one line."""
    value = "nothing to measure" if entry.score.value is None else decimal(entry.score.value)
    return f"{label(entry.name)}: {value}, floor {decimal(entry.floor)}. n = {entry.score.n}."


def stale_words(case: EvalCase, extras: Extras) -> str:
    """Why *case* can't be scored any more."""
    if is_scored(case):
        return "what it names is gone; mend the case."
    return extras.stale.get(case.id) or f"its sections are gone from {case.document!r}; mend the case."


def skipped_words(document: str, number: int) -> str:
    """Why the cases of *document* weren't asked."""
    return f"Skipped {count(number, 'case')}: no document {document!r} is in the index."


def comparison_words(comparison: Comparison) -> str:
    """The comparison in one clause, with its four numbers."""
    return (
        f"{len(comparison.turned_wrong)} turned wrong, {len(comparison.turned_right)} turned right, "
        f"{len(comparison.new)} new, {len(comparison.gone)} gone"
    )


def verdict(run: EvalRun, extras: Extras, code: ExitCode) -> str:
    """The verdict in one sentence."""
    turned = len(extras.comparison.turned_wrong) if extras.comparison else 0
    stale = len(run.stale)
    right = f"{len(run.results) - len(run.wrong)} of {count(len(run.results), 'case')} right"
    match code:
        case ExitCode.HELD:
            return f"Held: {right}."
        case ExitCode.FELL_SHORT:
            reasons = [f"{count(turned, 'case')} turned wrong"] if turned else []
            reasons += [f"{count(len(extras.shortfalls), 'floor')} not held"] if extras.shortfalls else []
            return f"Fell short: {', '.join([*reasons, right])}."
        case ExitCode.STALE:
            return f"Out of date: {count(stale, 'case names', 'cases name')} what is gone, {right}."
        case _:
            return f"No verdict (exit code {int(code)}): {right}."


def by_id(run: EvalRun) -> dict[str, EvalCase]:
    """The run's cases by their ids."""
    return {case.id: case for case in [*(result.case for result in run.results), *run.stale]}


def placed(ids: Iterable[str], run: EvalRun) -> Iterator[str]:
    """Each of *ids* after its file and line, where reports may show them."""
    cases = by_id(run)
    for name in ids:
        spot = place(cases[name]) if name in cases else None
        yield f"{spot.file}:{spot.line}  {name}" if spot else name
