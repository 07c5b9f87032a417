"""What a metric is."""

from __future__ import annotations

from collections.abc import Callable

from eval.cases import EvalCase
from eval.library import Library
from eval.replies import ReplyRecord
from eval.scores import Score

Metric = Callable[[EvalCase, ReplyRecord, Library], Score | None]
"""Looks at one case and its reply; None where the metric doesn't apply to them, which is neither 0 nor 1."""
