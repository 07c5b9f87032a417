"""Was the right section found? Each metric looks at the passages of one reply, answered or refused."""

from __future__ import annotations

from collections.abc import Mapping

from eval.cases import EvalCase
from eval.library import Library, section_paths, under_any
from eval.metrics import Metric
from eval.replies import PassageRecord, ReplyRecord
from eval.scores import Score, counted


def passage_is_right(case: EvalCase, passage: PassageRecord, library: Library) -> bool:
    """Whether *passage* is of the case's document and belongs to one of the sections that the case names."""
    place = library.passage_place(passage.id)
    if place is None or place[0].id != case.document:
        return False
    return any(under_any(case.sections, path) for path in section_paths(*place))


def _right_ranks(case: EvalCase, reply: ReplyRecord, library: Library) -> list[int] | None:
    """The ranks (from 1) of right passages; None where the case or the reply leaves nothing to look at."""
    if not case.sections or reply.passages is None:
        return None
    ranked = enumerate(reply.passages, start=1)
    return [rank for rank, passage in ranked if passage_is_right(case, passage, library)]


def section_recall(k: int) -> Metric:
    """The metric whether a passage of a right section is among the first *k*."""

    def recall(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
        ranks = _right_ranks(case, reply, library)
        return None if ranks is None else counted([any(rank <= k for rank in ranks)])

    return recall


def reciprocal_rank(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
    """One over the rank of the first passage of a right section, or 0; its mean is the MRR."""
    ranks = _right_ranks(case, reply, library)
    return None if ranks is None else Score(1 / ranks[0] if ranks else 0, 1)


RETRIEVAL_METRICS: Mapping[str, Metric] = {
    "section_recall_at_1": section_recall(1),
    "section_recall_at_3": section_recall(3),
    "section_recall_at_5": section_recall(5),
    "mrr": reciprocal_rank,
}
