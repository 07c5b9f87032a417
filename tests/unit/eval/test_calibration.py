"""Calibration, worked by hand."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.calibration import ReliabilityBin, auroc, brier, calibration, forecasts
from eval.errors import ReplyFormatError
from eval.scores import Score
from tests.unit.eval.builders import HOURS, LIBRARY, case, record, refusal, refused_case, reply

near: Any = pytest.approx

ESTIMATES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def test_the_brier_score_is_the_squared_error_of_the_probability() -> None:
    sure = record({**reply(HOURS), "probability": 0.9})
    assert brier(case(), sure, LIBRARY) == Score(near(0.01), 1)
    assert brier(refused_case(), sure, LIBRARY) == Score(near(0.81), 1)
    # Positive is that the text answers, not that the bot did.
    unsure = record({**refusal(), "probability": 0.3})
    assert brier(case(), unsure, LIBRARY) == Score(near(0.49), 1)


def test_a_reply_without_a_probability_yields_nothing() -> None:
    assert brier(case(), record(reply(HOURS)), LIBRARY) is None
    assert forecasts([(case(), record(reply(HOURS))), (case(), record({**refusal(), "probability": None}))]) == ()
    assert calibration(()) is None


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan"), "likely"])
def test_a_probability_lies_between_0_and_1(probability: Any) -> None:
    with pytest.raises(ReplyFormatError, match="probability"):
        record({**reply(HOURS), "probability": probability})


def test_bins_hold_equal_numbers_and_the_error_is_weighted_by_them() -> None:
    found = calibration([(0.1, False), (0.3, True), (0.8, True), (0.9, True), (1.0, False)], bins=2)
    assert found is not None
    low, high = found.bins
    assert low == ReliabilityBin(0.1, 0.3, near(0.2), 0.5, 2)
    assert high == ReliabilityBin(0.8, 1.0, near(0.9), near(2 / 3), 3)
    assert found.ece == near((2 * abs(0.2 - 0.5) + 3 * abs(0.9 - 2 / 3)) / 5)
    assert found.brier == near((0.01 + 0.49 + 0.04 + 0.01 + 1) / 5)
    assert found.auroc == near(3 / 6)  # 0.3, 0.8 and 0.9 are above 0.1; none is above 1.0
    assert found.n == 5


def test_equal_estimates_share_a_bin() -> None:
    found = calibration([(0.5, False), (0.5, True), (0.5, True), (0.5, True)], bins=4)
    assert found is not None
    assert found.bins == (ReliabilityBin(0.5, 0.5, 0.5, 0.75, 4),)
    assert (found.ece, found.auroc) == (0.25, 0.5)


def test_perfect_estimates_are_perfect_and_one_class_has_no_auroc() -> None:
    perfect = calibration([(0.0, False), (1.0, True)])
    assert perfect is not None
    assert (perfect.brier, perfect.ece, perfect.auroc) == (0, 0, 1)
    alone = calibration([(0.7, True)])
    assert alone is not None
    assert alone.auroc is None


@given(ESTIMATES, st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_order_of_the_cases_does_not_matter_and_every_estimate_is_in_one_bin(
    estimates: list[tuple[float, bool]], bins: int, chance: random.Random
) -> None:
    found = calibration(estimates, bins)
    shuffled = chance.sample(estimates, len(estimates))
    again = calibration(shuffled, bins)
    assert found is not None
    assert again is not None
    assert (again.bins, again.ece, again.auroc) == (found.bins, found.ece, found.auroc)
    assert again.brier == found.brier
    assert sum(entry.n for entry in found.bins) == len(estimates)
    assert len(found.bins) <= bins
    assert 0 <= found.ece <= 1


@given(ESTIMATES)
def test_auroc_is_the_share_of_pairs_in_the_right_order(estimates: list[tuple[float, bool]]) -> None:
    pairs = [(p > n) + (p == n) / 2 for p, answerable in estimates if answerable for n, other in estimates if not other]
    found = auroc(np.array([p for p, _ in estimates]), np.array([answerable for _, answerable in estimates]))
    assert found == (near(sum(pairs) / len(pairs)) if pairs else None)
