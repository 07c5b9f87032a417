"""Bootstrap intervals: what they cover, and where there is nothing to draw from."""

from __future__ import annotations

import numpy as np
import pytest

from eval.bootstrap import interval
from eval.scores import Score

HALF = [Score(1, 1)] * 50 + [Score(0, 1)] * 50


def test_a_95_percent_interval_covers_the_truth_about_95_times_in_100() -> None:
    rng = np.random.default_rng(7)
    covered = 0
    for trial in range(400):
        found = interval([Score(float(hit), 1) for hit in rng.random(100) < 0.6], seed=trial)
        assert found is not None
        covered += found[0] <= 0.6 <= found[1]
    assert 0.91 <= covered / 400 <= 0.98


def test_the_width_is_that_of_the_normal_approximation_for_many_cases() -> None:
    assert interval(HALF) == pytest.approx((0.5 - 1.96 * 0.05, 0.5 + 1.96 * 0.05), abs=0.02)


def test_fewer_than_two_cases_have_no_interval_and_cases_that_agree_have_one_of_no_width() -> None:
    assert interval([]) is None
    assert interval([Score(3, 4)]) is None
    assert interval([Score(3, 4), Score(0, 0)]) is None
    assert interval([Score(1, 1)] * 5) == (1, 1)


def test_cases_are_drawn_and_not_the_things_looked_at_in_them() -> None:
    # Two answers of 50 sentences are two cases: all right, or all wrong, or one of each.
    assert interval([Score(50, 50), Score(0, 50)]) == (0, 1)
    narrow = interval([Score(1, 1)] * 50 + [Score(0, 1)] * 50)
    assert narrow is not None
    assert 0.3 < narrow[0] < narrow[1] < 0.7


def test_a_case_weighs_as_much_as_there_is_in_it() -> None:
    found = interval([Score(9, 9), Score(0, 1)] * 40)
    assert found is not None
    assert found[0] < 0.9 < found[1]
    assert found[0] > 0.7


def test_the_same_seed_gives_the_same_interval_in_any_order() -> None:
    scores = [Score(number % 4, 3 + number % 2) for number in range(40)]
    assert interval(scores) == interval(scores[::-1]) == interval(scores)
    assert interval(scores, seed=1) != interval(scores)


def test_a_higher_level_is_wider() -> None:
    wide, narrow = interval(HALF, level=0.99), interval(HALF, level=0.5)
    assert wide is not None
    assert narrow is not None
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.parametrize("level", [0, 1, 95])
@pytest.mark.parametrize("scores", [[], HALF])
def test_a_level_is_a_share(level: float, scores: list[Score]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        interval(scores, level=level)
