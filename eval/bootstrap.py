"""How sure is a score? Percentile bootstrap over cases (Efron & Tibshirani 1993, chapters 13 and 6).

What is drawn again is cases, never the things looked at within one: sentences of one answer stand or fall together.
Cases of equal score are alike, so that a resample is a draw of how often each distinct score comes up (multinomial);
that is the same distribution as drawing case by case, it is fast, and the cases' order can't matter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.scores import Score

RESAMPLES = 2_000

Floats = NDArray[np.float64]


def interval(scores: Sequence[Score], level: float = 0.95, seed: int = 0) -> tuple[float, float] | None:
    """The bounds of the pooled value of *scores*, a score a case; the same for the same *seed*.

    None of fewer than two cases: one case drawn again is always itself, which would look like certainty. Where all
    cases agree, the interval has no width for the same reason. Raises ``ValueError`` for a level outside (0, 1).
    """
    counted = [(score.total, score.n) for score in scores if score.n]
    if len(counted) < 2:
        _tails(level)
        return None
    sums = _resampled(np.array(counted, dtype=np.float64), seed)
    return _bounds(sums[:, 0] / sums[:, 1], level)


def _resampled(rows: Floats, seed: int) -> Floats:
    """Shape (`RESAMPLES`, columns): the sum over each resample of *rows*, shape (cases, columns)."""
    distinct, times = np.unique(rows, axis=0, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(len(rows), times / len(rows), size=RESAMPLES)
    sums: Floats = drawn.astype(np.float64) @ distinct
    return sums


def _bounds(values: Floats, level: float) -> tuple[float, float]:
    low, high = np.quantile(values, _tails(level))
    return float(low), float(high)


def _tails(level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, not at {level}.")
    return (1 - level) / 2, (1 + level) / 2
