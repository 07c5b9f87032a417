"""``footnoted eval --calibrate``: from a run to the calibration that the bot takes up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil, inf
from pathlib import Path

from bot.calibration import Calibration, save_calibration
from bot.chatbot import GLOSSED_THRESHOLD
from bot.gloss import GLOSSED
from eval.calibration import ReliabilityBin, calibration
from eval.cases import EvalCase
from eval.errors import CalibrationError
from eval.platt import Estimate, Fit, cross_validated, fit
from eval.run import CaseResult, EvalRun
from eval.scores import Score

DEFAULT_TARGET = 0.05


@dataclass(frozen=True, slots=True)
class CalibrateOptions:
    """``target`` is the share of unanswerable questions that may be answered; ``weights`` are those that the bot uses.

    ``threshold_is_set`` where the operator set one, which wins over the fitted one. Nothing is written where it is
    a ``dry_run``.
    """

    target: float
    data_dir: Path
    weights: str
    threshold_is_set: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """How ``name`` does on cases; ``brier`` and ``ece`` are of those that have an estimate, None where none has."""

    name: str
    threshold: float | None
    false_answers: Score
    false_refusals: Score
    brier: float | None
    ece: float | None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibration and what it does: ``figures`` before, after, cross-validated (where that can be) and, where the
    run had cases that are only scored, before and after on those. ``bins`` are the reliability of every case after."""

    calibration: Calibration
    figures: tuple[Figures, ...]
    bins: tuple[ReliabilityBin, ...]
    remarks: tuple[str, ...]


def require_both_kinds(cases: Iterable[EvalCase]) -> None:
    """Raises `CalibrationError` where the open ones of *cases* aren't of both kinds; before minutes go into asking."""
    found = {case.status for case in cases if case.split == "open"}
    for status, words in (("answered", "answers"), ("refused", "doesn't answer")):
        if status not in found:
            raise CalibrationError(
                f"The bot can't be calibrated: none of the chosen open cases is a question that the text {words}; "
                "add some of both kinds."
            )


def calibrated(run: EvalRun, threshold: float, options: CalibrateOptions) -> Calibrated:
    """What *run*, of the bot as it comes and answering from *threshold* on, says about it.

    Fitted to the open cases alone: nobody tunes to those that are only scored. Raises `CalibrationError`.
    """
    own, scored = (_estimates(run, threshold, split) for split in ("open", "scored"))
    found = fit(own, options.target)
    after = [found.platt(estimate) for estimate in (*own, *scored)]
    figures = [_figures("as it comes", own, threshold), _figures("calibrated", after[: len(own)], found.threshold)]
    figures += _cross_validated(own, options.target)
    if scored:
        figures.append(_figures("scored: as it comes", scored, threshold))
        figures.append(_figures("scored: calibrated", after[len(own) :], found.threshold))
    reliability = calibration(_pairs(after))
    return Calibrated(
        calibration=_calibration(found, own, options),
        figures=tuple(figures),
        bins=reliability.bins if reliability else (),
        remarks=tuple(_remarks(own, options)),
    )


def _estimates(run: EvalRun, threshold: float, split: str) -> list[Estimate]:
    return [_estimate(result, run, threshold) for result in run.results if result.case.split == split]


def _estimate(result: CaseResult, run: EvalRun, threshold: float) -> Estimate:
    """What the bot made of a case; what it refused though it was sure enough, a rule refused."""
    case, reply = result.case, result.reply
    glossed = case.language is not None or run.languages.get(case.document) == GLOSSED
    found = Estimate(case.id, case.status == "answered", reply.probability, least=GLOSSED_THRESHOLD if glossed else 0.0)
    return replace(found, least=inf) if reply.status == "refused" and found.answered(threshold) else found


def _pairs(estimates: Iterable[Estimate]) -> list[tuple[float, bool]]:
    return [(e.probability, e.answerable) for e in estimates if e.probability is not None]


def _figures(name: str, estimates: Sequence[Estimate], threshold: float) -> Figures:
    return _summed(name, threshold, [(estimate, estimate.answered(threshold)) for estimate in estimates])


def _summed(name: str, threshold: float | None, decided: Sequence[tuple[Estimate, bool]]) -> Figures:
    """The figures over estimates, each with whether the bot answers."""
    quality = calibration(_pairs(estimate for estimate, _ in decided))
    answers = [answers for estimate, answers in decided if not estimate.answerable]
    refusals = [not answers for estimate, answers in decided if estimate.answerable]
    return Figures(
        name=name,
        threshold=threshold,
        false_answers=Score(sum(answers), len(answers)),
        false_refusals=Score(sum(refusals), len(refusals)),
        brier=quality.brier if quality else None,
        ece=quality.ece if quality else None,
    )


def _cross_validated(own: Sequence[Estimate], target: float) -> list[Figures]:
    """Each case as the fit to the others has it; nothing where the cases are too few or too much alike for that."""
    decided: list[tuple[Estimate, bool]] = []
    try:
        for found, held in cross_validated(own, target):
            after = [found.platt(estimate) for estimate in held]
            decided += [(estimate, estimate.answered(found.threshold)) for estimate in after]
    except CalibrationError:
        return []
    return [_summed("cross-validated", None, decided)] if decided else []


def _calibration(found: Fit, own: Sequence[Estimate], options: CalibrateOptions) -> Calibration:
    answerable = sum(estimate.answerable for estimate in own)
    return Calibration(
        slope=found.platt.slope,
        bias=found.platt.bias,
        threshold=found.threshold,
        target=options.target,
        answerable=answerable,
        unanswerable=len(own) - answerable,
        weights=options.weights,
        made_on=datetime.now(UTC).date(),
    )


def _remarks(own: Sequence[Estimate], options: CalibrateOptions) -> list[str]:
    """What the operator must know before trusting the figures, a sentence each."""
    unanswerable = sum(not estimate.answerable for estimate in own)
    remarks = []
    if 0 < options.target * unanswerable < 1:
        remarks.append(
            f"Too few cases to tell: with {unanswerable} questions that the text doesn't answer, {options.target:.1%} "
            f"of false answers is the same as none; write at least {ceil(1 / options.target)} of them."
        )
    if options.threshold_is_set:
        remarks.append(
            "FOOTNOTED_ANSWER_THRESHOLD is set and wins over the fitted threshold; unset it to answer from that one."
        )
    return remarks


def save(found: Calibrated, options: CalibrateOptions) -> Path:
    """Writes the calibration into the data directory; returns the file. Raises `CalibrationError`."""
    try:
        return save_calibration(found.calibration, options.data_dir)
    except OSError as error:
        raise CalibrationError(
            f"The calibration can't be written into {options.data_dir} ({error.strerror}); check the folder and its "
            "permissions."
        ) from error
