"""How the regressions are fitted."""

from __future__ import annotations

import random

import pytest

from scripts.reader.fit import SIGNS, fit_logistic

RNG = random.Random(4)  # noqa: S311 - not for secrets


def rows() -> tuple[list[dict[str, float]], list[bool]]:
    """The label follows what ``good`` and ``contrary`` both measure with an error of their own."""
    made, labels = [], []
    for _ in range(400):
        measured = RNG.gauss(0, 1)
        made.append(
            {
                "good": measured + RNG.gauss(0, 0.3),
                "contrary": measured + RNG.gauss(0, 0.6),
                "noise": RNG.gauss(0, 1),
            }
        )
        labels.append(measured > 0)
    return made, labels


def test_what_tells_gets_the_weight_and_it_predicts() -> None:
    made, labels = rows()
    model = fit_logistic(made, labels, ["good", "noise"], {})
    assert model.weights["good"] > 5 * abs(model.weights["noise"])
    right = [(model.probability(row) > 0.5) == label for row, label in zip(made, labels, strict=True)]
    assert sum(right) / len(right) > 0.8


def test_a_feature_against_its_sign_is_left_out() -> None:
    made, labels = rows()
    model = fit_logistic(made, labels, ["good", "contrary"], {"contrary": -1})
    assert set(model.weights) == {"good"}


@pytest.mark.parametrize("name", ["names_not_in_quote", "kind_missing", "numbers_not_in_passage"])
def test_what_the_text_lacks_speaks_against_an_answer(name: str) -> None:
    assert SIGNS[name] == -1
