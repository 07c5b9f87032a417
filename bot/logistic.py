"""Logistic regressions: a few weighted features into one probability.

The weights stand in ``models/judgement.json``; ``scripts/reader/fit.py`` makes that file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Logistic:
    """``1 / (1 + exp(-(bias + Σ weight · feature)))``; a feature that has no weight is left out."""

    weights: Mapping[str, float]
    bias: float

    def logit(self, features: Mapping[str, float]) -> float:
        """The weighted sum."""
        return self.bias + sum(weight * features[name] for name, weight in self.weights.items())

    def probability(self, features: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        return logistic(self.logit(features))


def logistic(logit: float) -> float:
    """``1 / (1 + exp(-logit))``, safe for any logit."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@lru_cache(maxsize=1)
def fitted() -> Mapping[str, Logistic]:
    """The regressions by name: ``sentence``, ``answerable``, each again ``…_without_reader``, and ``false_premise``."""
    data = json.loads(files("bot").joinpath("models", "judgement.json").read_text(encoding="utf-8"))
    return {name: Logistic(model["weights"], model["bias"]) for name, model in data.items()}
