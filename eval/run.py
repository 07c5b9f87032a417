"""A run: every case asked once, and every metric over what came back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from corpus.documents import Document
from corpus.language import base_language
from eval.calibration import CALIBRATION_METRICS
from eval.cases import EvalCase
from eval.citation_metrics import CITATION_METRICS
from eval.errors import AskFailed, EvalError
from eval.fact_metrics import FACT_METRICS
from eval.grounding_metrics import GROUNDING_METRICS
from eval.library import Library, headings, under_any
from eval.metrics import Metric
from eval.passages import gone
from eval.refusal_metrics import REFUSAL_METRICS
from eval.replies import ReplyRecord, parse_reply
from eval.retrieval_metrics import RETRIEVAL_METRICS
from eval.scores import Score, pooled
from eval.verdict import VERDICTS, Fault, faults

METRICS: Mapping[str, Metric] = {
    **VERDICTS,
    **REFUSAL_METRICS,
    **GROUNDING_METRICS,
    **CITATION_METRICS,
    **FACT_METRICS,
    **CALIBRATION_METRICS,
    **RETRIEVAL_METRICS,
}
"""Every metric by name, in the order of the report."""

LOWER_IS_BETTER = frozenset({"too_long", "false_answers", "false_refusals", "brier"})
"""The metrics that are best at 0."""

UNDETERMINED = "und"
"""The language of a document that isn't at hand (BCP 47)."""

Ask = Callable[[EvalCase], Mapping[str, Any]]
"""Asks a case's question and gives the reply in the contract's JSON: the bot itself, or recorded replies."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case, its reply, what is wrong with it, and its score in each metric that applies."""

    case: EvalCase
    reply: ReplyRecord
    faults: tuple[Fault, ...]
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class EvalRun:
    """What came of a run.

    ``stale`` cases name text that their document hasn't any more (`stale_parts` says which); ``skipped`` counts, by
    document, the cases whose document isn't at hand. Neither are in the scores. ``languages`` holds, by document, the
    primary subtag of its language.
    """

    results: tuple[CaseResult, ...]
    stale: tuple[EvalCase, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)

    def score(self, metric: str, only: Callable[[EvalCase], bool] = lambda _case: True) -> Score:
        """The score in *metric* over the cases that *only* lets through."""
        return pooled(r.scores[metric] for r in self.results if metric in r.scores and only(r.case))

    def by_case(self, metric: str) -> Mapping[str, Score]:
        """The score in *metric* of each case (id) that it applies to; what `eval.bootstrap` draws from."""
        return {r.case.id: r.scores[metric] for r in self.results if metric in r.scores}

    @property
    def pairs(self) -> tuple[tuple[EvalCase, ReplyRecord], ...]:
        """Each case with its reply."""
        return tuple((result.case, result.reply) for result in self.results)

    @property
    def wrong(self) -> tuple[CaseResult, ...]:
        """The results with a fault."""
        return tuple(result for result in self.results if result.faults)


Grouping = Callable[[EvalRun, EvalCase], str]
"""The name of the group that a case of a run is in."""


def _languages(case: EvalCase, of_document: str) -> str:
    return f"{case.language} over {of_document}" if case.language else of_document


GROUPINGS: Mapping[str, Grouping] = {
    "kind": lambda _run, case: case.kind.value,
    "document": lambda _run, case: case.document,
    "language": lambda run, case: _languages(case, run.languages.get(case.document, UNDETERMINED)),
    "split": lambda _run, case: case.split,
}
"""The ways in which reports group cases."""


def grouped(run: EvalRun, key: str | Grouping) -> Mapping[str, EvalRun]:
    """*run* as one run for each group, sorted by name; *key* is a name of `GROUPINGS` or a grouping of one's own.

    Skipped cases are in none: only their number is known. Raises ``KeyError`` for a name that there isn't.
    """
    group = GROUPINGS[key] if isinstance(key, str) else key
    cases = [*(result.case for result in run.results), *run.stale]
    return {
        name: replace(
            run,
            results=tuple(result for result in run.results if group(run, result.case) == name),
            stale=tuple(case for case in run.stale if group(run, case) == name),
            skipped={},
        )
        for name in sorted({group(run, case) for case in cases})
    }


def run_cases(cases: Iterable[EvalCase], ask: Ask, library: Library) -> tuple[CaseResult, ...]:
    """Asks each case and scores its reply.

    Raises `AskFailed` where a question raises an error, and `ReplyFormatError`.
    """
    pairs = [(case, parse_reply(_asked(case, ask), case.id)) for case in cases]
    pooling = library.pooling(passage.id for _, reply in pairs for passage in reply.passages or ())
    return tuple(judge(case, reply, pooling) for case, reply in pairs)


def judge(case: EvalCase, reply: ReplyRecord, library: Library) -> CaseResult:
    """*reply* to *case* in every metric that applies."""
    scores = {name: metric(case, reply, library) for name, metric in METRICS.items()}
    applying = {name: score for name, score in scores.items() if score is not None}
    return CaseResult(case, reply, faults(case, reply, library), applying)


def _asked(case: EvalCase, ask: Ask) -> Mapping[str, Any]:
    try:
        return ask(case)
    except EvalError:
        raise
    except Exception as error:
        raise AskFailed(
            f"Asking case {case.id!r} failed ({type(error).__name__}: {error}); "
            "ask its question with `footnoted ask` to see why."
        ) from error


def evaluate(
    ask: Ask,
    documents: Iterable[Document],
    cases: Sequence[EvalCase],
    document_map: Mapping[str, str] | None = None,
    library: Library | None = None,
) -> EvalRun:
    """Runs those of *cases* whose document is among *documents*.

    *document_map* sends the cases of one document to another that says the same in other words. *library* is that of
    *documents* where it knows more than they do: of the index's passages, or of earlier versions.
    """
    library = library or Library.of(documents)
    aimed = [_aim(case, document_map or {}) for case in cases]
    at_hand = [case for case in aimed if case.document in library.documents]
    stale = tuple(case for case in at_hand if is_stale(case, library.documents[case.document], library))
    return EvalRun(
        results=run_cases((case for case in at_hand if case not in stale), ask, library),
        stale=stale,
        skipped=Counter(case.document for case in aimed if case.document not in library.documents),
        versions={name: document.version for name, document in sorted(library.documents.items())},
        languages={name: base_language(d.language) for name, d in sorted(library.documents.items())},
    )


def _aim(case: EvalCase, document_map: Mapping[str, str]) -> EvalCase:
    return case.model_copy(update={"document": document_map.get(case.document, case.document)})


def is_stale(case: EvalCase, document: Document, library: Library | None = None) -> bool:
    """Whether *document* has none of the sections, or lacks any of the passages, that *case* names.

    *library* opens earlier versions, for permalinks, and has the other documents that a passage may name.
    """
    return bool(stale_parts(case, document, library))


def stale_parts(case: EvalCase, document: Document, library: Library | None = None) -> tuple[str, ...]:
    """What *case* names and *document* has no longer, in words.

    One section that is left is enough, but every passage must be found: each is there to be cited, and a passage that
    went says that the text was changed under the case. A report shows nothing of this for a case of the split "scored".
    """
    sections = case.sections if not under_any(case.sections, headings(document)) else ()
    lost = gone(case.passages, document, library or Library.of([document]))
    return (*(f"the section “{section}”" for section in sections), *map(str, lost))
