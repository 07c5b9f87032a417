"""Refusals both ways: what a reply says counts, and not what it calls itself."""

from __future__ import annotations

from typing import Any

import pytest

from eval.refusal_metrics import REFUSAL_METRICS
from eval.scores import Score
from tests.unit.eval.builders import HOURS, LIBRARY, case, record, refusal, refused_case, reply

SILENT = {**reply(HOURS), "answer": " [1]", "sentences": [], "footnotes": []}
TALKING = {**refusal(), "answer": "They earn $500."}


@pytest.mark.parametrize(
    ("content", "false_refusal", "false_answer"),
    [(reply(HOURS), 0, 1), (refusal(), 1, 0), (SILENT, 1, 1), (TALKING, 1, 1)],
)
def test_silence_is_no_answer_and_talk_is_no_refusal(
    content: dict[str, Any], false_refusal: int, false_answer: int
) -> None:
    def score(metric: str, asked: Any) -> Score | None:
        return REFUSAL_METRICS[metric](asked, record(content), LIBRARY)

    assert score("false_refusals", case()) == Score(false_refusal, 1)
    assert score("false_answers", refused_case()) == Score(false_answer, 1)
    assert score("false_refusals", refused_case()) is None
    assert score("false_answers", case()) is None
