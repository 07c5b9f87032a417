"""A run: every case asked once, and every metric over what came back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus.documents import Document
from eval.cases import EvalCase
from eval.errors import AskFailed
from eval.grounding_metrics import GROUNDING_METRICS
from eval.library import Library, headings, under_any
from eval.metrics import Metric
from eval.refusal_metrics import REFUSAL_METRICS
from eval.replies import ReplyRecord, parse_reply
from eval.retrieval_metrics import RETRIEVAL_METRICS
from eval.scores import Score, pooled
from eval.verdict import VERDICTS, Fault, faults

METRICS: Mapping[str, Metric] = {**VERDICTS, **REFUSAL_METRICS, **GROUNDING_METRICS, **RETRIEVAL_METRICS}
"""Every metric by name, in the order of the report."""

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

    ``stale`` cases name no section that their document has any more; ``skipped`` counts, by document, the
    cases whose document isn't at hand. Neither are in the scores.
    """

    results: tuple[CaseResult, ...]
    stale: tuple[EvalCase, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def score(self, metric: str, only: Callable[[EvalCase], bool] = lambda _case: True) -> Score:
        """The score in *metric* over the cases that *only* lets through."""
        return pooled(r.scores[metric] for r in self.results if metric in r.scores and only(r.case))

    @property
    def wrong(self) -> tuple[CaseResult, ...]:
        """The results with a fault."""
        return tuple(result for result in self.results if result.faults)


def run_cases(cases: Iterable[EvalCase], ask: Ask, library: Library) -> tuple[CaseResult, ...]:
    """Asks each case and scores its reply.

    Raises `AskFailed` where a question raises an error, and `ReplyFormatError`.
    """
    return tuple(judge(case, parse_reply(_asked(case, ask), case.id), library) for case in cases)


def judge(case: EvalCase, reply: ReplyRecord, library: Library) -> CaseResult:
    """*reply* to *case* in every metric that applies."""
    scores = {name: metric(case, reply, library) for name, metric in METRICS.items()}
    applying = {name: score for name, score in scores.items() if score is not None}
    return CaseResult(case, reply, faults(case, reply, library), applying)


def _asked(case: EvalCase, ask: Ask) -> Mapping[str, Any]:
    try:
        return ask(case)
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
) -> EvalRun:
    """Runs those of *cases* whose document is among *documents*.

    *document_map* sends the cases of one document to another that says the same in other words.
    """
    library = Library.of(documents)
    aimed = [_aim(case, document_map or {}) for case in cases]
    at_hand = [case for case in aimed if case.document in library.documents]
    stale = tuple(case for case in at_hand if is_stale(case, library.documents[case.document]))
    return EvalRun(
        results=run_cases((case for case in at_hand if case not in stale), ask, library),
        stale=stale,
        skipped=Counter(case.document for case in aimed if case.document not in library.documents),
        versions={name: document.version for name, document in sorted(library.documents.items())},
    )


def _aim(case: EvalCase, document_map: Mapping[str, str]) -> EvalCase:
    return case.model_copy(update={"document": document_map.get(case.document, case.document)})


def is_stale(case: EvalCase, document: Document) -> bool:
    """Whether *case* names sections, and *document* has none of them: no reply could be right."""
    return bool(case.sections) and not under_any(case.sections, headings(document))
