"""Logistic regressions, and the fitted ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logistic import Logistic, fitted, logistic


@given(st.floats(allow_nan=False))
def test_a_probability_lies_between_0_and_1_and_mirrors(logit: float) -> None:
    assert 0 < logistic(logit) < 1
    assert logistic(logit) + logistic(-logit) == pytest.approx(1)


def test_features_without_a_weight_are_left_out_and_a_missing_one_is_an_error() -> None:
    model = Logistic({"a": 2.0}, -1.0)
    assert model.logit({"a": 0.5, "b": 9.0}) == 0
    with pytest.raises(KeyError):
        model.logit({"b": 1.0})


def test_the_fitted_regressions_weigh_what_reads_and_what_is_named() -> None:
    models = fitted()
    assert models["sentence"].weights["read"] > 0
    assert models["sentence_without_reader"].weights["similarity"] > 0
    assert models["answerable"].weights["window"] > 0
    assert models["answerable_without_reader"].weights["names_not_in_quote"] < 0
