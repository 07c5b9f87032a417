"""Fitting a calibration: Platt scaling, and the lowest threshold that keeps false answers rare.

Platt, "Probabilistic outputs for support vector machines" (1999); the backtracking of Newton's steps is that of Lin,
Lin and Weng, "A note on Platt's probabilistic outputs" (2007).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor, log

import numpy as np

from bot.logistic import logistic
from eval.calibration import Bools, Floats, auroc
from eval.errors import CalibrationError

FOLDS = 5

_STEPS = 100
_SMALL = 1e-10
_PLACES = 10_000
"""A threshold has four decimals: shown, it is the one that is meant."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the bot made of one case.

    ``probability`` is its estimate that the text answers, None where it made none; 0 is a rule's word, not the
    regression's. The bot answers from the threshold on, but never under ``least``: 0 for most questions, above 1 for
    those that a rule refuses whatever the probability. Of a question in parts this is what the least likely part that
    was answered got, so that it may turn out better under a higher threshold than is told here.
    """

    case_id: str
    answerable: bool
    probability: float | None
    least: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether a regression estimated it, so that one can be fitted to it."""
        return bool(self.probability)

    def answered(self, threshold: float) -> bool:
        """Whether the bot answers where it answers from *threshold* on."""
        return self.probability is not None and self.probability >= max(threshold, self.least)


@dataclass(frozen=True, slots=True)
class Platt:
    """A correction of probabilities: ``logistic(slope * logit(probability) + bias)``."""

    slope: float
    bias: float

    def __call__(self, estimate: Estimate) -> Estimate:
        """*estimate* with its probability and its least corrected; what no regression estimated stays as it is."""
        if not estimate.probability:
            return estimate
        least = self._corrected(estimate.least) if 0 < estimate.least < 1 else estimate.least
        return replace(estimate, probability=self._corrected(estimate.probability), least=least)

    def _corrected(self, probability: float) -> float:
        return logistic(self.slope * _logit(probability) + self.bias)


@dataclass(frozen=True, slots=True)
class Fit:
    """A correction, and the threshold on what it gives."""

    platt: Platt
    threshold: float


def fit(estimates: Sequence[Estimate], target: float) -> Fit:
    """The correction that fits *estimates*, and the lowest threshold with at most *target* of false answers.

    Raises `CalibrationError` where they don't say how to correct.
    """
    platt = fit_platt(estimates)
    return Fit(platt, lowest_threshold([platt(estimate) for estimate in estimates], target))


def fit_platt(estimates: Sequence[Estimate]) -> Platt:
    """The correction under which *estimates* are likeliest. Raises `CalibrationError`."""
    used = [estimate for estimate in estimates if estimate.fits]
    logits = np.array([_logit(estimate.probability or 0.0) for estimate in used], dtype=np.float64)
    answerable = np.array([estimate.answerable for estimate in used], dtype=np.bool_)
    told_apart = auroc(logits, answerable)
    if told_apart is None:
        missing = "doesn't answer" if answerable.any() else "answers"
        raise CalibrationError(
            f"The bot can't be calibrated: among the cases that it gave an estimate for, none is a question that the "
            f"text {missing}; add some of both kinds."
        )
    slope, bias = _newton(logits, _smoothed(answerable)) if told_apart > 0.5 else (0.0, 0.0)
    if slope <= 0:
        raise CalibrationError(
            f"The bot can't be calibrated: its estimates don't tell the questions that the text answers from the "
            f"others (AUROC {told_apart:.3f} over {len(used)} cases, where guessing gets 0.5); check the cases."
        )
    return Platt(slope, bias)


def _logit(probability: float) -> float:
    """The logit, within the bounds that `bot.logistic.logistic` keeps."""
    if probability >= 1:
        return 30.0
    return max(-30.0, min(30.0, log(probability / (1 - probability))))


def _smoothed(outcomes: Bools) -> Floats:
    """Platt's targets, shape (n,): a little inside 0 and 1, so that a few cases that are told apart can't give
    infinite weights."""
    positives = int(outcomes.sum())
    negatives = len(outcomes) - positives
    return np.where(outcomes, (positives + 1) / (positives + 2), 1 / (negatives + 2))


def _newton(logits: Floats, targets: Floats) -> tuple[float, float]:
    """The slope and bias under which *targets* are likeliest; both arguments have shape (n,)."""
    features = np.stack([logits, np.ones_like(logits)], axis=1)
    weights = np.array([0.0, log(targets.sum() / (len(targets) - targets.sum()))])
    for _ in range(_STEPS):
        predicted = 1 / (1 + np.exp(-(features @ weights)))
        gradient = features.T @ (predicted - targets)
        if np.abs(gradient).max() < _SMALL * len(targets):
            break
        curvature = (features.T * (predicted * (1 - predicted))) @ features + _SMALL * np.eye(2)
        weights = _stepped(features, targets, weights, np.linalg.solve(curvature, gradient))
    return float(weights[0]), float(weights[1])


def _stepped(features: Floats, targets: Floats, weights: Floats, step: Floats) -> Floats:
    """*weights* less *step*, which is halved until it helps; as they were where no step does."""
    before = _loss(features, targets, weights)
    for halvings in range(30):
        moved: Floats = weights - step / 2**halvings
        if _loss(features, targets, moved) < before:
            return moved
    return weights


def _loss(features: Floats, targets: Floats, weights: Floats) -> float:
    """The negative log-likelihood."""
    logits = features @ weights
    return float((np.logaddexp(0, logits) - targets * logits).sum())


def lowest_threshold(estimates: Sequence[Estimate], target: float) -> float:
    """The lowest threshold, of four decimals, that at most *target* of the unanswerable *estimates* reach.

    Above 0, which is what is off topic: that is never answered.
    """
    unanswerable = [estimate for estimate in estimates if not estimate.answerable]
    at_risk = sorted((e.probability or 0.0 for e in unanswerable if e.answered(0.0)), reverse=True)
    allowed = floor(target * len(unanswerable) + _SMALL)
    if allowed >= len(at_risk):
        return 1 / _PLACES
    above = floor(at_risk[allowed] * _PLACES) + 1
    # 0.0003 * 10,000 is a little under 3.
    return min(1.0, (above + (above / _PLACES <= at_risk[allowed])) / _PLACES)


def cross_validated(estimates: Sequence[Estimate], target: float) -> Iterator[tuple[Fit, tuple[Estimate, ...]]]:
    """For each of up to `FOLDS` parts of *estimates*: the fit to the others, and the part.

    The parts hold about as many of both kinds each, and are the same for the same cases. There are none where a part
    would go without one kind. Raises `CalibrationError`.
    """
    kinds = [[e for e in estimates if e.fits and e.answerable is kind] for kind in (True, False)]
    folds = min(FOLDS, *map(len, kinds))
    if folds < 2:
        return
    part_of: dict[str, int] = {}
    for group in (*kinds, [e for e in estimates if not e.fits]):
        ordered = sorted(group, key=lambda e: hashlib.sha256(e.case_id.encode()).digest())
        part_of |= {estimate.case_id: place % folds for place, estimate in enumerate(ordered)}
    for part in range(folds):
        held = tuple(estimate for estimate in estimates if part_of[estimate.case_id] == part)
        yield fit([e for e in estimates if part_of[e.case_id] != part], target), held
