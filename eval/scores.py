"""A score: how much of what was looked at held, and how much was looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Score:
    """``total`` out of ``n``. Without anything to look at there is no value: neither 0 nor 1."""

    total: float
    n: int

    @property
    def value(self) -> float | None:
        """The share, from 0 to 1, or None where nothing was looked at."""
        return self.total / self.n if self.n else None

    @property
    def full(self) -> bool:
        """Whether something was looked at and all of it held."""
        return self.n > 0 and self.total == self.n


@dataclass(frozen=True, slots=True)
class Distribution:
    """How ``n`` quantities spread, in their own unit; between two of them percentiles are interpolated."""

    n: int
    median: float
    p90: float
    p95: float


def pooled(scores: Iterable[Score]) -> Score:
    """All of *scores* as one: each thing that was looked at counts once."""
    found = list(scores)
    return Score(sum(score.total for score in found), sum(score.n for score in found))


def counted(held: Iterable[bool]) -> Score | None:
    """How many of *held* are true; None where there are none, because nothing was looked at."""
    found = list(held)
    return Score(sum(found), len(found)) if found else None


def distribution(quantities: Iterable[float]) -> Distribution | None:
    """How *quantities* spread; None where there are none. Percentiles are those of Hyndman & Fan 1996, type 7."""
    found = np.fromiter(quantities, dtype=np.float64)
    if not found.size:
        return None
    median, p90, p95 = (float(value) for value in np.quantile(found, (0.5, 0.9, 0.95)))
    return Distribution(int(found.size), median, p90, p95)
