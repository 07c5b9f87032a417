"""Was the right text found? Each metric looks at the passages of one reply, answered or refused.

``section_recall_at_k`` asks whether any passage of a right section is among the first k (success@k), and ``mrr`` at
which rank the first is. ``recall_at_k`` and ``ndcg_at_k`` ask how much of the right text is: their denominator is
every passage that `passage_is_right` accepts, of those in the index; without an index, of those that any reply of the
run retrieved (a pool, Spärck Jones & van Rijsbergen 1975: what nobody retrieved counts as not right, so that values
from a pool are too high and can't be held against values from an index). Where a section has more than k passages,
recall@k stays below 1 whatever the bot does.

The measures themselves (`recall`, `reciprocal_rank`, `ndcg`) are those of trec_eval; a test holds them against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log2

from eval.cases import EvalCase
from eval.library import Library
from eval.metrics import Metric
from eval.passages import WholeDocument, is_named, stands_in
from eval.replies import PassageRecord, ReplyRecord
from eval.scores import Score, counted

CUTOFFS = (1, 3, 5, 10)

Qrels = Mapping[str, int]
"""Relevance judgments of one question: a passage's id and its grade; above 0 it is relevant."""


def recall(ranked: Sequence[str], qrels: Qrels, k: int) -> float | None:
    """The share of the relevant ids that are among the first *k* of *ranked*; None where none is relevant."""
    relevant = {name for name, grade in qrels.items() if grade > 0}
    return len(relevant & set(ranked[:k])) / len(relevant) if relevant else None


def reciprocal_rank(ranked: Sequence[str], qrels: Qrels) -> float | None:
    """One over the rank of the first relevant id, 0 where none is found; None where none is relevant."""
    if not any(grade > 0 for grade in qrels.values()):
        return None
    return next((1 / rank for rank, name in enumerate(ranked, start=1) if qrels.get(name, 0) > 0), 0.0)


def ndcg(ranked: Sequence[str], qrels: Qrels, k: int) -> float | None:
    """Normalised discounted cumulated gain at *k* (Järvelin & Kekäläinen 2002), as trec_eval's ``ndcg_cut``.

    The gain of an id is its grade, and its discount log2(rank + 1); a grade below 0 gains nothing, and neither does
    an id that comes again. None where nothing is relevant.
    """
    ideal = _gain(sorted((max(grade, 0) for grade in qrels.values()), reverse=True)[:k])
    first = dict(reversed([(name, rank) for rank, name in enumerate(ranked)]))
    grades = [max(qrels.get(name, 0), 0) if first[name] == rank else 0 for rank, name in enumerate(ranked[:k])]
    return _gain(grades) / ideal if ideal else None


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def passage_is_right(case: EvalCase, passage: PassageRecord, library: Library) -> bool:
    """Whether *passage* is what the case names: under one of its sections, and in part at least one of its passages.

    What the case doesn't name isn't asked for. A passage that names a document is any text of that; all else is of
    the case's own document.
    """
    return _grade(case, passage.id, library) > 0


def _grade(case: EvalCase, passage_id: str, library: Library) -> int:
    """How relevant a passage is: the highest grade of the case's passages that it shares text with, or 0."""
    place = library.passage_place(passage_id)
    if place is None:
        return 0
    own = place[0].id == case.document
    if not is_named(case.sections, case.passages, own, *place, library):
        return 0
    named = [passage for passage in case.passages if own or isinstance(passage, WholeDocument)]
    return max((passage.relevance for passage in named if stands_in(passage, *place, library)), default=1)


def qrels_of(case: EvalCase, library: Library) -> Qrels:
    """The relevance judgments of *case*: each passage of the index, or of the pool, that is right for it.

    The grade is the ``relevance`` of the case's passage (the highest of several), and 1 where it only names sections.
    """
    if case not in library.judgments:
        known = library.pool if library.passages is None else library.passages
        grades = {name: _grade(case, name, library) for name in sorted(known)}
        library.judgments[case] = {name: grade for name, grade in grades.items() if grade > 0}
    return library.judgments[case]


def _right_ranks(case: EvalCase, reply: ReplyRecord, library: Library) -> list[int] | None:
    """The ranks (from 1) of right passages; None where the case or the reply leaves nothing to look at."""
    if not case.cites or reply.passages is None:
        return None
    ranked = enumerate(reply.passages, start=1)
    return [rank for rank, passage in ranked if passage_is_right(case, passage, library)]


def section_recall(k: int) -> Metric:
    """The metric whether a right passage is among the first *k* (success@k)."""

    def found(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
        ranks = _right_ranks(case, reply, library)
        return None if ranks is None else counted([any(rank <= k for rank in ranks)])

    return found


def first_right(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
    """One over the rank of the first right passage, or 0; its mean is the MRR."""
    ranks = _right_ranks(case, reply, library)
    return None if ranks is None else Score(1 / ranks[0] if ranks else 0, 1)


def _at(measure: Callable[[Sequence[str], Qrels, int], float | None], k: int) -> Metric:
    """*measure* at *k* as a metric.

    Where the case names text and no passage that is known holds it, the bot found none of what there is: 0.
    """

    def measured(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
        if not case.cites or reply.passages is None:
            return None
        ranked = [passage.id for passage in reply.passages]
        value = measure(ranked, qrels_of(case, library.pooling(ranked)), k)
        return Score(value or 0, 1)

    return measured


RETRIEVAL_METRICS: Mapping[str, Metric] = {
    "section_recall_at_1": section_recall(1),
    "section_recall_at_3": section_recall(3),
    "section_recall_at_5": section_recall(5),
    "mrr": first_right,
    **{f"recall_at_{k}": _at(recall, k) for k in CUTOFFS},
    **{f"ndcg_at_{k}": _at(ndcg, k) for k in CUTOFFS},
}
