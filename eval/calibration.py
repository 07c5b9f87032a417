"""Does the bot know how likely the text answers? The reply's ``probability`` against whether it does.

A case is positive where the text answers its question, whatever the reply says: what is judged is the estimate, and
the threshold above which the bot answers plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from eval.cases import EvalCase
from eval.library import Library
from eval.metrics import Metric
from eval.replies import ReplyRecord
from eval.scores import Score

BINS = 10

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The ``n`` estimates from ``low`` to ``high``: their mean, and the share of them that came true."""

    low: float
    high: float
    mean: float
    observed: float
    n: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How good ``n`` estimates are. ``auroc`` is None where all questions, or none, can be answered.

    ``brier`` and ``ece`` run from 0 (best) to 1, ``auroc`` from 0 to 1 (best); 0.5 is what guessing gets.
    """

    n: int
    brier: float
    ece: float
    auroc: float | None
    bins: tuple[ReliabilityBin, ...]


def forecasts(pairs: Iterable[tuple[EvalCase, ReplyRecord]]) -> tuple[tuple[float, bool], ...]:
    """The probability that each reply gives, and whether the text answers; a reply that gives none is left out."""
    return tuple(
        (reply.probability, case.status == "answered") for case, reply in pairs if reply.probability is not None
    )


def calibration(estimates: Sequence[tuple[float, bool]], bins: int = BINS) -> Calibration | None:
    """How good *estimates* (as of `forecasts`) are; None where there are none."""
    if not estimates:
        return None
    probabilities = np.array([probability for probability, _ in estimates], dtype=np.float64)
    outcomes = np.array([outcome for _, outcome in estimates], dtype=np.bool_)
    reliability = reliability_bins(probabilities, outcomes, bins)
    return Calibration(
        n=len(estimates),
        # fsum is exact, so that the last digit doesn't tell the cases' order.
        brier=fsum((probabilities - outcomes) ** 2) / len(estimates),
        ece=sum(b.n * abs(b.mean - b.observed) for b in reliability) / len(estimates),
        auroc=auroc(probabilities, outcomes),
        bins=reliability,
    )


def reliability_bins(probabilities: Floats, outcomes: Bools, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """The estimates (both of shape (n,)) in up to *bins* bins of equal mass, lowest first.

    The expected calibration error (Naeini, Cooper & Hauskrecht 2015) is the mean distance of a bin's mean from what
    was observed in it, weighted by its number. The bins hold about as many estimates each, as the adaptive ones of
    Nixon et al. 2019, because most estimates lie near 0 and 1 and equal widths would leave bins of one or two. Equal
    estimates share a bin, so that the order of the cases doesn't matter; bins then differ in number or fall away.
    """
    ordered = np.sort(probabilities)
    edges = np.unique(ordered[[len(ordered) * i // bins for i in range(1, bins)]])
    places = np.searchsorted(edges, probabilities, side="right")
    return tuple(_bin(probabilities[places == place], outcomes[places == place]) for place in np.unique(places))


def _bin(probabilities: Floats, outcomes: Bools) -> ReliabilityBin:
    return ReliabilityBin(
        low=float(probabilities.min()),
        high=float(probabilities.max()),
        mean=min(fsum(probabilities) / len(probabilities), 1.0),
        observed=float(outcomes.mean()),
        n=len(probabilities),
    )


def auroc(probabilities: Floats, outcomes: Bools) -> float | None:
    """How often a positive has a higher estimate than a negative, ties half (Hanley & McNeil 1982).

    None where one of the two is missing. Both arguments have shape (n,).
    """
    negatives, positives = np.sort(probabilities[~outcomes]), probabilities[outcomes]
    if not negatives.size or not positives.size:
        return None
    below = np.searchsorted(negatives, positives, side="left")
    at_most = np.searchsorted(negatives, positives, side="right")
    return float((below + at_most).sum() / (2 * negatives.size * positives.size))


def brier(case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """The squared error of the reply's probability that the text answers (Brier 1950, for two classes); 0 is best."""
    if reply.probability is None:
        return None
    return Score((reply.probability - (case.status == "answered")) ** 2, 1)


CALIBRATION_METRICS: Mapping[str, Metric] = {"brier": brier}
