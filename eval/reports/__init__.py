"""Reports on a run, one module a form; `eval.report` is the way in.

Of cases that are for scoring only, no report shows more than the id, the kind and the kind of fault, so that
nobody tunes to them. What a run itself doesn't hold comes in as `Extras`; each report shows what it is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from eval.cases import EvalCase
from eval.gate import Shortfall
from eval.scores import Score


class Comparison(Protocol):
    """A run beside its baseline, as ids of cases."""

    @property
    def turned_wrong(self) -> tuple[str, ...]:
        """Right in the baseline, wrong now."""
        ...

    @property
    def turned_right(self) -> tuple[str, ...]:
        """Wrong in the baseline, right now."""
        ...

    @property
    def new(self) -> tuple[str, ...]:
        """In the run only."""
        ...

    @property
    def gone(self) -> tuple[str, ...]:
        """In the baseline only."""
        ...


class CalibrationBin(Protocol):
    """Replies of about one estimated probability."""

    @property
    def mean(self) -> float:
        """The mean of the estimates, from 0 to 1."""
        ...

    @property
    def observed(self) -> float:
        """The share of the questions that the text answers, from 0 to 1."""
        ...

    @property
    def n(self) -> int:
        """How many replies."""
        ...


class Latency(Protocol):
    """How long a stage took over ``n`` questions, in milliseconds."""

    @property
    def median(self) -> float:
        """What half of the questions took at most."""
        ...

    @property
    def p95(self) -> float:
        """What 95 of 100 questions took at most."""
        ...

    @property
    def n(self) -> int:
        """How many questions."""
        ...


@dataclass(frozen=True, slots=True)
class WantedPassage:
    """A passage that a case says should be found: the headings above it, and its text."""

    section: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Extras:
    """What reports show beside the run; each part may be left out.

    ``shortfalls``: the floors that weren't held. ``scores``: scores over the whole run that no single case has.
    ``intervals``: by score, the 95% confidence interval. ``comparison`` and ``baseline_scores``: the run
    that this one is held against. ``calibration`` and, where the run was to calibrate the bot, ``recalibrated``: the
    reliability of the estimates before and after. ``probabilities``: of each reply, the estimated probability that the
    text answers (from 0 to 1), and whether it does; ``threshold``: the one from which the bot answers. ``latency``: by
    stage; it differs from run to run, so that the JSON never holds it. ``wanted``: by case id, the passages that
    answer. ``stale``: by case id, which passage is gone. ``skipped``: the cases that `EvalRun.skipped` only counts.
    ``made_on``: the date on the HTML page.
    """

    shortfalls: tuple[Shortfall, ...] = ()
    scores: Mapping[str, Score] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    comparison: Comparison | None = None
    baseline_scores: Mapping[str, Score] = field(default_factory=dict)
    calibration: Sequence[CalibrationBin] = ()
    recalibrated: Sequence[CalibrationBin] = ()
    probabilities: tuple[tuple[float, bool], ...] = ()
    threshold: float | None = None
    latency: Mapping[str, Latency] = field(default_factory=dict)
    wanted: Mapping[str, tuple[WantedPassage, ...]] = field(default_factory=dict)
    stale: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[EvalCase, ...] = ()
    made_on: date | None = None


NOTHING_MORE = Extras()


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where each report goes; None: it isn't written."""

    junit: Path | None = None
    markdown: Path | None = None
    annotations: Path | None = None
    code_quality: Path | None = None
    json: Path | None = None
    html: Path | None = None
