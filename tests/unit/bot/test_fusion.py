"""How the four searches are fused into one ranking of passages."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieve import Scores, by_search, fuse, standardised

SCORES = st.dictionaries(st.integers(0, 20), st.floats(-5, 5), max_size=8)
SEARCHES = st.tuples(SCORES, SCORES, SCORES, SCORES)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=50))
def test_standardised_scores_keep_their_order_and_have_mean_0(scores: list[float]) -> None:
    made = standardised(scores)
    assert sum(made) / len(made) == pytest.approx(0, abs=1e-6)
    assert all(
        (a < b) <= (x <= y) for a, x in zip(scores, made, strict=True) for b, y in zip(scores, made, strict=True)
    )


@given(st.floats(0.01, 100), st.floats(-10, 10))
def test_the_scale_of_a_search_says_nothing(scale: float, shift: float) -> None:
    scores = [0.9, 0.4, 0.35, 0.1]
    assert standardised([score * scale + shift for score in scores]) == pytest.approx(standardised(scores), abs=1e-6)


@pytest.mark.parametrize("scores", [[], [3.0], [2.0, 2.0, 2.0]])
def test_scores_that_tell_nothing_apart_are_0(scores: list[float]) -> None:
    assert standardised(scores) == [0.0] * len(scores)


@given(st.lists(SEARCHES, min_size=1, max_size=3))
def test_each_row_found_has_a_share_of_the_whole(texts: list[Scores]) -> None:
    shares = fuse(by_search(texts))
    assert set(shares) == {row for text in texts for search in text for row in search}
    assert not shares or math.fsum(shares.values()) == pytest.approx(1)


def test_the_best_of_several_texts_counts() -> None:
    first: Scores = ({1: 2.0, 2: 0.0}, {}, {}, {})
    second: Scores = ({1: -2.0, 2: 0.0}, {}, {}, {})
    assert fuse(by_search([first, second])) == fuse(by_search([first, ({2: -2.0}, {}, {}, {})]))


def test_a_far_better_score_outweighs_a_slightly_better_one() -> None:
    """Reciprocal ranks can't tell these apart: each row is first in one search and second in the other."""
    shares = fuse(by_search([({1: 3.0, 2: -1.0}, {1: 0.9, 2: 1.0}, {}, {})]))
    assert shares[1] > 0.9


def test_what_a_search_did_not_find_has_the_least_of_its_scores() -> None:
    found: Scores = ({1: 1.0, 2: -1.0}, {}, {2: 0.5}, {})
    listed: Scores = ({1: 1.0, 2: -1.0}, {}, {2: 0.5, 1: 0.5}, {})
    assert fuse(by_search([found])) == fuse(by_search([listed]))
