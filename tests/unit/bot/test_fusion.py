"""How the four searches are fused into one ranking of passages."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieve import Retriever, Scores, Search, by_search, fuse, standardised
from bot.rewrite import resolve
from index.ports import Ranking, SearchResult, Vectors
from tests.fakes import BruteForceIndex, HashEmbedder, document_of

FOUND = st.dictionaries(st.integers(0, 20), st.floats(-5, 5), max_size=8)
SEARCHES = st.tuples(*[st.tuples(FOUND, st.floats(-6, -5))] * 4)
NOTHING: Search = ({}, 0.0)


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
    assert set(shares) == {row for text in texts for found, _ in text for row in found}
    assert not shares or math.fsum(shares.values()) == pytest.approx(1)


def test_the_best_of_several_texts_counts() -> None:
    first: Scores = (({1: 2.0, 2: 0.0}, -2.0), NOTHING, NOTHING, NOTHING)
    second: Scores = (({1: -2.0, 2: 0.0}, -2.0), NOTHING, NOTHING, NOTHING)
    assert by_search([first, second]) == list(first)


def test_a_far_better_score_outweighs_a_slightly_better_one() -> None:
    """Reciprocal ranks can't tell these apart: each row is first in one search and second in the other."""
    shares = fuse([({1: 3.0, 2: -1.0}, -1.0), ({1: 0.9, 2: 1.0}, 0.9), NOTHING, NOTHING])
    assert shares[1] > 0.9


def test_the_only_passage_that_holds_a_rare_word_is_found_by_it() -> None:
    """To the vectors all are alike; one hit of one says more than nothing."""
    texts = [f"Growers of {fruit} pay forty dollars a year." for fruit in ("apples", "pears", "plums", "quinces")]
    document = document_of(*[(f"Part {place}", [text]) for place, text in enumerate(texts)])
    retriever = Retriever(Alike(document, HashEmbedder()), HashEmbedder())
    assert "quinces" in retriever.search(resolve("quinces", [])).passages[0].passage.text


class Alike(BruteForceIndex):
    """An index to whose vectors every passage and sentence is alike."""

    def search(self, vector: Vectors, text: str, limit: int) -> SearchResult:
        found = super().search(vector, text, limit)
        same = [
            Ranking(tuple(sorted(each.rows)), (0.5,) * len(each.rows))
            for each in (found.dense_passages, found.dense_sentences)
        ]
        return replace(found, dense_passages=same[0], dense_sentences=same[1])
