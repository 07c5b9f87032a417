"""Does it know what the text does not say? False answers, false refusals, and the reason that was given."""

from __future__ import annotations

from collections.abc import Mapping

from eval.cases import EvalCase
from eval.library import Library
from eval.metrics import Metric
from eval.replies import ReplyRecord
from eval.scores import Score, counted


def _speaks(reply: ReplyRecord) -> bool:
    """Whether the reply says anything, whatever it calls itself: silence is no answer, and talk is no refusal."""
    return bool(reply.said.strip())


def false_answer(case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Of the questions that the text doesn't answer: those that got an answer, be it in a refusal."""
    return counted([reply.status == "answered" or _speaks(reply)]) if case.status == "refused" else None


def false_refusal(case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Of the questions that the text answers: those that were refused, or got an answer that says nothing."""
    return counted([reply.status == "refused" or not _speaks(reply)]) if case.status == "answered" else None


def right_reason(case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Of the refusals that were right: those that give the right reason, which a right case need not."""
    if case.status != "refused" or reply.status != "refused" or case.reason is None:
        return None
    return counted([reply.refusal is not None and reply.refusal.reason == case.reason])


REFUSAL_METRICS: Mapping[str, Metric] = {
    "false_answers": false_answer,
    "false_refusals": false_refusal,
    "right_reason": right_reason,
}
