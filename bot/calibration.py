"""What ``footnoted eval --calibrate`` fitted for a publisher's own explainers: a file in the data directory.

It holds a correction of the estimated probability (Platt 1999) and the threshold that goes with it. Both are for the
weights that they were fitted to, and for no others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from math import log
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from bot.errors import CalibrationUnusable
from bot.logistic import Logistic, logistic
from bot.retrieve import WEIGHTS
from corpus.durable import write_whole

_JUDGEMENTS = ("answerable", "answerable_without_reader")
"""The regressions (see `bot.logistic.fitted`) that say whether the text answers."""

Share = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[float, Field(allow_inf_nan=False)]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Calibration:
    """The probability becomes ``logistic(slope * logit(probability) + bias)``; the bot answers from ``threshold`` on.

    ``target`` is the share of false answers that the threshold was chosen for, over the ``unanswerable`` cases.
    ``weights`` is `weights_in_use` as it was. The format's number changes where older bots would read it wrong.
    """

    slope: Annotated[Number, Field(gt=0)]
    bias: Number
    threshold: Share
    target: Share
    answerable: Annotated[int, Field(ge=1)]
    unanswerable: Annotated[int, Field(ge=1)]
    weights: str
    made_on: date
    format: Literal[1] = 1

    def applied_to(self, models: Mapping[str, Logistic]) -> dict[str, Logistic]:
        """*models* with those corrected that say whether the text answers: a logistic of a logit is one again."""
        return {name: self._corrected(model) if name in _JUDGEMENTS else model for name, model in models.items()}

    def corrected(self, probability: float) -> float:
        """What *probability*, inside 0 and 1, becomes."""
        return logistic(self.slope * log(probability / (1 - probability)) + self.bias)

    def _corrected(self, model: Logistic) -> Logistic:
        weights = {name: self.slope * weight for name, weight in model.weights.items()}
        return replace(model, weights=weights, bias=self.slope * model.bias + self.bias)


_FORMAT: TypeAdapter[Calibration] = TypeAdapter(Calibration)


def calibration_file(data_dir: Path) -> Path:
    """Where the calibration of *data_dir* lies, or would."""
    return data_dir / "calibration.json"


def load_calibration(data_dir: Path) -> Calibration | None:
    """The calibration in *data_dir*; None where there is none. Raises `CalibrationUnusable`."""
    path = calibration_file(data_dir)
    try:
        return _FORMAT.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        problem = error.strerror or "it can't be read"
        raise CalibrationUnusable(_unusable(path, problem)) from error
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise CalibrationUnusable(_unusable(path, f"{place}: {fault['msg']}" if place else fault["msg"])) from error


def _unusable(path: Path, problem: str) -> str:
    return (
        f"The calibration {path} can't be used ({problem}); make it anew with `footnoted eval --calibrate`, "
        "or delete it to go on without."
    )


def save_calibration(calibration: Calibration, data_dir: Path) -> Path:
    """Puts *calibration* in *data_dir*, whole or not at all; returns the file. Raises `OSError`."""
    path = calibration_file(data_dir)
    write_whole(path, _FORMAT.dump_json(calibration, indent=2) + b"\n")
    return path


def weights_in_use(*, with_reader: bool) -> str:
    """SHA-256 over the weights that decide the probability: how searches are fused, the regressions, and the reader's
    (by the file that names them).

    Without the reader it is another one: other regressions are used then.
    """
    folder = files("bot").joinpath("models")
    read = folder.joinpath("reader.json").read_bytes() if with_reader else b"no reader"
    fusion = repr(WEIGHTS).encode()
    return hashlib.sha256(b"\0".join((fusion, folder.joinpath("judgement.json").read_bytes(), read))).hexdigest()
