"""The gate: floors that a run has to hold, and the exit code that says whether it did."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.baseline import Comparison
from eval.cases import Kind
from eval.errors import AskFailed, EvalError, NotRecorded, ReplyFormatError, ThresholdsError
from eval.run import EvalRun
from eval.scores import Score

Rate = Annotated[float, Field(ge=0, le=1, strict=True)]

ANSWERS_ONLY = frozenset({"quotes_exact", "sentences_footnoted", "marks_resolve", "sentences_quoted"})
"""Scores that every answer counts in: nothing to look at means that there was no answer."""


class ExitCode(IntEnum):
    """How an eval ended. Python exits with 1 on an error, so a crash is caught and gets a code of its own."""

    HELD = 0
    FELL_SHORT = 1
    STALE = 3
    MISCONFIGURED = 4
    CRASHED = 5


class Floors(BaseModel):
    """The least that each score may be; scores without a floor are only reported."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    right: Rate | None = None
    answered_right: Rate | None = None
    refused_right: Rate | None = None
    right_reason: Rate | None = None
    quotes_exact: Rate | None = None
    sentences_footnoted: Rate | None = None
    marks_resolve: Rate | None = None
    numbers_quoted: Rate | None = None
    sentences_quoted: Rate | None = None
    sections_named: Rate | None = None
    section_recall_at_1: Rate | None = None
    section_recall_at_3: Rate | None = None
    section_recall_at_5: Rate | None = None
    mrr: Rate | None = None


class Thresholds(BaseModel):
    """``[floors]`` for scores over the cases, and ``[kinds]`` for the share of right cases of one kind.

    ``[languages.es]`` holds the floors of what is asked in Spanish of documents in another language. Both then leave
    that out, so that neither hides behind the other; a language without such a table counts in both, so that no case
    is under no floor.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    floors: Floors = Floors()
    kinds: Mapping[Kind, Rate] = Field(default_factory=dict)
    languages: Mapping[str, Floors] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sets_a_floor(self) -> Self:
        if not self.kinds and not any(_set(floors) for floors in (self.floors, *self.languages.values())):
            raise ValueError("it sets no floor")
        return self


def _set(floors: Floors) -> dict[str, float]:
    """The floors that are set, by name."""
    return floors.model_dump(exclude_none=True)


def load_thresholds(path: Path | None = None) -> Thresholds:
    """The thresholds in *path*, or the bundled ones. Raises `ThresholdsError`."""
    source: Path | Traversable = path or files("eval") / "thresholds.toml"
    try:
        return Thresholds.model_validate(tomllib.loads(source.read_bytes().decode("utf-8")))
    except OSError as error:
        raise ThresholdsError(f"The thresholds {source} can't be read: {error.strerror}; check the path.") from error
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"] if part != "[key]")
        message = fault["msg"].removeprefix("Value error, ")
        raise ThresholdsError(
            f"The thresholds {source} can't be used ({f'{place}: ' if place else ''}{message}); "
            f"set floors from 0 to 1 for {', '.join(Floors.model_fields)}."
        ) from error
    except ValueError as error:
        raise ThresholdsError(f"The thresholds {source} are not TOML ({error}); mend the file.") from error


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A floor that a run didn't hold."""

    name: str
    floor: float
    score: Score


def shortfalls(run: EvalRun, thresholds: Thresholds) -> tuple[Shortfall, ...]:
    """The floors that *run* doesn't hold, in the order of the file's format."""
    own = _asked_in(run, {result.case.language for result in run.results} - set(thresholds.languages))
    found = [Shortfall(name, floor, own.score(name)) for name, floor in _set(thresholds.floors).items()]
    for kind, floor in sorted(thresholds.kinds.items()):
        score = own.score("right", lambda case, kind=kind: case.kind == kind)  # type: ignore[misc]
        found.append(Shortfall(f"right ({kind})", floor, score))
    short = [entry for entry in found if _short(entry.name, entry, own)]
    for language, floors in sorted(thresholds.languages.items()):
        asked = _asked_in(run, {language})
        entries = {
            name: Shortfall(f"{name} ({language})", floor, asked.score(name)) for name, floor in _set(floors).items()
        }
        short += [entry for name, entry in entries.items() if _short(name, entry, asked)]
    return tuple(short)


def _asked_in(run: EvalRun, languages: Collection[str | None]) -> EvalRun:
    """*run*, of what is asked in one of *languages*; None is the document's own."""
    return replace(run, results=tuple(result for result in run.results if result.case.language in languages))


def _short(name: str, entry: Shortfall, run: EvalRun) -> bool:
    if entry.score.value is not None:
        return entry.score.value < entry.floor
    # No case to look at holds any floor, but a bot that answers nothing must not pass for a grounded one.
    return name in ANSWERS_ONLY and any(result.case.status == "answered" for result in run.results)


def exit_code(run: EvalRun, short: tuple[Shortfall, ...], comparison: Comparison | None = None) -> ExitCode:
    """The code for *run*: a floor not held or a case turned wrong is worse news than a case that is out of date."""
    if short or (comparison is not None and comparison.turned_wrong):
        return ExitCode.FELL_SHORT
    return ExitCode.STALE if run.stale else ExitCode.HELD


def error_exit_code(error: EvalError) -> ExitCode:
    """The code for an eval that *error* ended. A run that may not become the baseline is the run's fault."""
    match error:
        case NotRecorded():
            return ExitCode.STALE if error.stale else ExitCode.FELL_SHORT
        case AskFailed() | ReplyFormatError():
            return ExitCode.CRASHED
        case _:
            return ExitCode.MISCONFIGURED
