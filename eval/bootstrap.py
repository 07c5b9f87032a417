"""How sure is a score? Percentile bootstrap over cases (Efron & Tibshirani 1993, chapters 13 and 6).

What is drawn again is cases, never the things looked at within one: sentences of one answer stand or fall together.
Cases of equal score are alike, so that a resample is a draw of how often each distinct score comes up (multinomial);
that is the same distribution as drawing case by case, it is fast, and the cases' order can't matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.scores import Score, pooled

RESAMPLES = 2_000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """A score after minus the score before, over the same ``n`` cases, with the bounds of its interval."""

    value: float
    low: float
    high: float
    n: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0: the runs differ by more than which cases happen to be asked."""
        return self.low > 0 or self.high < 0


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


def paired_difference(
    before: Mapping[str, Score], after: Mapping[str, Score], level: float = 0.95, seed: int = 0
) -> Difference | None:
    """How a score changed between two runs, by the cases (ids) that it applies to in both.

    A case is drawn with both of its scores, so that how hard it is cancels out. None of fewer than two such cases.
    Raises ``ValueError`` for a level outside (0, 1).
    """
    pairs = [(before[name], after[name]) for name in before if name in after and before[name].n and after[name].n]
    if len(pairs) < 2:
        _tails(level)
        return None
    rows = np.array([(old.total, old.n, new.total, new.n) for old, new in pairs], dtype=np.float64)
    sums = _resampled(rows, seed)
    low, high = _bounds(sums[:, 2] / sums[:, 3] - sums[:, 0] / sums[:, 1], level)
    value = (pooled(new for _, new in pairs).value or 0.0) - (pooled(old for old, _ in pairs).value or 0.0)
    return Difference(value, low, high, len(pairs))


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
