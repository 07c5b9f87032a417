"""Platt scaling and the threshold, on estimates whose right correction is known."""

from __future__ import annotations

from math import inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logistic import logistic
from eval.errors import CalibrationError
from eval.platt import Estimate, Platt, cross_validated, fit, fit_platt, lowest_threshold


def estimates(answerable: list[float | None], unanswerable: list[float | None]) -> list[Estimate]:
    kinds = [*((p, True) for p in answerable), *((p, False) for p in unanswerable)]
    return [Estimate(f"case-{n}", kind, p) for n, (p, kind) in enumerate(kinds)]


def drawn(slope: float, bias: float, n: int) -> list[Estimate]:
    """*n* estimates of which just the share comes true that the correction says."""
    dice = np.random.default_rng(7)
    logits = dice.normal(0.0, 2.0, n)
    true = dice.random(n) < 1 / (1 + np.exp(-(slope * logits + bias)))
    return [Estimate(str(i), bool(true[i]), logistic(float(logits[i]))) for i in range(n)]


@pytest.mark.parametrize(("slope", "bias"), [(0.5, -1.0), (1.0, 0.0), (1.8, 0.7)])
def test_the_correction_that_was_put_in_is_found(slope: float, bias: float) -> None:
    found = fit_platt(drawn(slope, bias, 20_000))
    assert [found.slope, found.bias] == pytest.approx([slope, bias], abs=0.06)


def test_the_fit_is_where_the_smoothed_likelihood_is_flat() -> None:
    cases = drawn(0.7, 0.3, 40)
    found, positives = fit_platt(cases), sum(e.answerable for e in cases)
    aims = {True: (positives + 1) / (positives + 2), False: 1 / (40 - positives + 2)}
    errors = [(found(e).probability or 0) - aims[e.answerable] for e in cases]
    logits = [log((e.probability or 0) / (1 - (e.probability or 0))) for e in cases]
    assert sum(errors) == pytest.approx(0, abs=1e-6)
    assert sum(error * logit for error, logit in zip(errors, logits, strict=True)) == pytest.approx(0, abs=1e-6)


def test_a_few_cases_that_are_told_apart_give_no_certainty() -> None:
    found = fit_platt(estimates([0.8, 0.9], [0.1, 0.2]))
    corrected = [found(Estimate("x", True, p)).probability for p in (0.1, 0.9)]
    assert found.slope < 2
    assert all(p is not None and 0.1 < p < 0.9 for p in corrected)


def test_estimates_at_the_end_of_the_scale_are_fitted_too() -> None:
    found = fit_platt(estimates([1.0, 1.0 - 1e-13, 0.6, 0.2], [1e-13, 0.3, 0.7]))
    assert 0 < found.slope < 1


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(0.01, 5), st.floats(-5, 5))
def test_a_correction_keeps_the_order(one: float, other: float, slope: float, bias: float) -> None:
    platt = Platt(slope, bias)
    low, high = (platt(Estimate("x", True, p)).probability or 0 for p in sorted((one, other)))
    assert low <= high


def test_what_a_rule_refused_is_neither_fitted_to_nor_corrected() -> None:
    cases = estimates([0.8, 0.6, 0.7], [0.1, 0.2, 0.65])
    found = fit_platt(cases)
    assert fit_platt([*cases, *estimates([0.0, None, 0.0], [0.0, None])]) == found
    assert [found(Estimate("x", True, p)).probability for p in (0.0, None)] == [0.0, None]


@pytest.mark.parametrize(
    ("answerable", "unanswerable", "words"),
    [
        ([0.5], [], "doesn't answer"),
        ([], [0.5], "text answers;"),
        ([0.0, None], [0.5], "text answers;"),
        ([0.3, 0.2], [0.6, 0.7], "AUROC 0.000"),
        ([0.5, 0.5], [0.5], "AUROC 0.500"),
    ],
)
def test_what_says_nothing_about_the_correction_is_refused(
    answerable: list[float | None], unanswerable: list[float | None], words: str
) -> None:
    with pytest.raises(CalibrationError, match=words):
        fit_platt(estimates(answerable, unanswerable))


def test_a_falling_correction_is_refused_though_most_pairs_are_in_order() -> None:
    with pytest.raises(CalibrationError, match=r"AUROC 0\.750"):
        fit_platt(estimates([0.52, 0.52, 0.52, 1e-12], [0.5, 0.5, 0.5]))


@given(
    st.lists(st.floats(0, 0.99999), min_size=1, max_size=30),
    st.floats(0, 1),
    st.lists(st.floats(0, 0.99999), max_size=5),
)
def test_the_threshold_honours_the_target_and_none_that_is_lower_does(
    unanswerable: list[float], target: float, answerable: list[float]
) -> None:
    cases = estimates([*answerable], [*unanswerable])
    threshold = lowest_threshold(cases, target)

    def false_answers(at: float) -> int:
        return sum(p >= at for p in unanswerable)

    allowed = target * len(unanswerable) + 1e-9
    assert false_answers(threshold) <= allowed
    lower = round(threshold * 10_000 - 1) / 10_000
    assert threshold == 0.0001 or false_answers(lower - 1e-12) > allowed


def test_ties_go_over_the_threshold_or_stay_under_it_together() -> None:
    assert lowest_threshold(estimates([], [0.7, 0.7, 0.7, 0.2]), 0.25) == 0.7001
    assert lowest_threshold(estimates([], [0.7, 0.7, 0.7, 0.2]), 0.75) == 0.2001


@pytest.mark.parametrize("probability", [0.0003, 0.0007, 0.1233, 0.5])
def test_a_probability_of_four_decimals_stays_under_its_threshold(probability: float) -> None:
    threshold = lowest_threshold(estimates([], [probability]), 0.0)
    assert probability < threshold < probability + 0.00011


def test_a_share_of_cases_is_counted_without_losing_one_to_rounding() -> None:
    assert lowest_threshold(estimates([], [n / 100 for n in range(1, 101)]), 0.29) == 0.7101


def test_what_is_refused_anyway_raises_no_threshold() -> None:
    by_rule = [Estimate("a", False, 0.95, least=inf), Estimate("b", False, 0.5, least=0.6), Estimate("c", False, None)]
    assert lowest_threshold(by_rule, 0.0) == 0.0001
    assert lowest_threshold([*by_rule, Estimate("d", False, 0.7, least=0.6)], 0.0) == 0.7001


def test_the_threshold_is_chosen_on_the_corrected_probability() -> None:
    cases = estimates([0.9, 0.8, 0.7, 0.95], [0.85, 0.1, 0.2, 0.15])
    found = fit(cases, 0.0)
    highest = found.platt(cases[4]).probability
    assert highest is not None
    assert highest < found.threshold <= highest + 0.0001


def test_each_case_is_left_out_once_and_always_with_the_same_others() -> None:
    cases = estimates([0.5 + n / 100 for n in range(23)], [0.3 + n / 100 for n in range(11)])
    cases += [Estimate(f"refused-{n}", False, None) for n in range(7)]
    parts = [(found, held) for found, held in cross_validated(cases, 0.1)]
    assert len(parts) == 5
    assert sorted(e.case_id for _, held in parts for e in held) == sorted(e.case_id for e in cases)
    assert all(sum(e.answerable for e in held) in {4, 5} for _, held in parts)
    for found, held in parts:
        assert found == fit([e for e in cases if e not in held], 0.1)
    again = [{e.case_id for e in held} for _, held in cross_validated(cases[::-1], 0.1)]
    assert again == [{e.case_id for e in held} for _, held in parts]


def test_few_cases_make_few_parts_and_a_single_one_of_a_kind_none() -> None:
    assert len(list(cross_validated(estimates([0.8, 0.9, 0.7], [0.1, 0.2]), 0.1))) == 2
    assert not list(cross_validated(estimates([0.8, 0.9, 0.7], [0.1]), 0.1))


def test_what_a_glossed_question_needs_is_corrected_with_its_probability() -> None:
    """The bar of 0.6 is a bar of the bot's own estimate, not of the corrected one."""
    corrected = Platt(slope=0.5, bias=1.0)
    for probability in (0.2, 0.59, 0.61, 0.9):
        before = Estimate("a", False, probability, least=0.6)
        assert corrected(before).answered(0.0) is before.answered(0.0)
    assert corrected(Estimate("a", False, 0.9, least=inf)).least == inf


def test_no_threshold_lets_what_is_off_topic_through() -> None:
    assert lowest_threshold([Estimate("a", False, 0.0), Estimate("b", True, 0.9)], 1.0) > 0
