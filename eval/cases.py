"""Eval cases: what is asked, and what a right reply to it is.

One JSON object a line (``.jsonl``), or a list of cases in YAML (``.yaml``, ``.yml``). The format stands in `EvalCase`;
the bundled cases are in ``eval/cases/``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from eval.errors import CaseFileError
from eval.facts import Fact
from eval.passages import Passage
from eval.yaml_cases import Entry, read_yaml

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
YAML_SUFFIXES = (".yaml", ".yml")
SUFFIXES = (".jsonl", *YAML_SUFFIXES)
LARGEST = 32 << 20  # bytes: more than any case file that people keep, less than fills a machine


class Kind(StrEnum):
    """What a case tries."""

    FACT = "fact"
    LAY = "lay"
    ACRONYM = "acronym"
    LIST = "list"
    NOTE = "note"
    COMPARISON = "comparison"
    CONTRAST = "contrast"
    MULTI_PART = "multi_part"
    YES_NO = "yes_no"
    FOLLOW_UP = "follow_up"
    DATED = "dated"
    UNANSWERABLE = "unanswerable"
    FALSE_PREMISE = "false_premise"
    OFF_TOPIC = "off_topic"
    ATTACK = "attack"


class EvalCase(BaseModel):
    """A question, and what a right reply to it is.

    A right answer holds all ``facts`` and none of ``not_facts``, and cites text under any of ``sections``
    (each is part of a heading on the citation's section path) that is, in part at least, any of ``passages``
    (`eval.passages`); what a case doesn't name isn't asked for. ``history`` holds the asker's earlier
    questions, oldest first. ``language`` is the question's where it isn't the document's. An attack (an instruction,
    markup, a plea) may be refused for any reason. Cases of the split "scored" are for scoring only: reports show
    nothing of them that one could tune to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    question: Text
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] | None = None
    history: tuple[Text, ...] = ()
    kind: Kind
    document: Text
    status: Literal["answered", "refused"]
    sections: tuple[Text, ...] = ()
    passages: tuple[Passage, ...] = ()
    facts: tuple[Fact, ...] = ()
    not_facts: tuple[Fact, ...] = ()
    reason: (
        Literal[
            "not_in_text",
            "off_topic",
            "false_premise",
            "after_as_of",
            "personal_or_legal_advice",
            "unsupported_language",
        ]
        | None
    ) = None
    split: Literal["open", "scored"] = "open"
    tags: tuple[str, ...] = ()
    _where: str = PrivateAttr(default="")

    @property
    def where(self) -> str:
        """Where the case came from, as ``file:line``; empty for a case that was made in code."""
        return self._where

    @property
    def cites(self) -> bool:
        """Whether the case says what a right answer cites."""
        return bool(self.sections or self.passages)

    @model_validator(mode="after")
    def _says_what_is_right(self) -> Self:
        if self.status == "answered":
            if not (self.facts or self.cites):
                raise ValueError("an answered case needs facts or sections or passages, or any answer would pass")
            if self.reason is not None:
                raise ValueError("only a refused case has a reason")
        else:
            if self.facts or self.not_facts or self.cites:
                raise ValueError("a refused case has no facts, no sections and no passages")
            if self.reason is None and self.kind is not Kind.ATTACK:
                raise ValueError("a refused case needs a reason")
        return self


def bundled_cases() -> Traversable:
    """The folder of the cases that come with the package."""
    return files("eval") / "cases"


def case_dict(case: EvalCase) -> dict[str, Any]:
    """*case* as a case file has it, without what is as it would be anyway."""
    return case.model_dump(mode="json", exclude_defaults=True)


def load_cases(paths: Sequence[Path] = ()) -> tuple[EvalCase, ...]:
    """The cases in *paths* (files, or folders of case files), or the bundled ones where none is given.

    Raises `CaseFileError` for a file or a line that can't be used, for two cases with one id, and for no case
    at all: an eval of nothing would hold any floor.
    """
    sources: Sequence[Path | Traversable] = [path.resolve() for path in paths] or [bundled_cases()]
    found = list(dict.fromkeys(file for source in sources for file in _case_files(source)))
    cases = tuple(case for file in found for case in _read_cases(file))
    if not cases:
        raise CaseFileError(
            f"There are no cases in {_list(sources)}; add one, a JSON object on a line or an entry of a YAML list."
        )
    _refuse_duplicates(cases)
    return cases


def _list(sources: Sequence[Path | Traversable]) -> str:
    return ", ".join(_shown(source) for source in sources)


def _shown(source: Path | Traversable) -> str:
    """The path as a person in the working folder would write it."""
    path = Path(str(source))
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _case_files(source: Path | Traversable) -> Sequence[Path | Traversable]:
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise CaseFileError(f"There is no case file or folder {_shown(source)}; check the path.")
    inside = [entry for entry in source.iterdir() if entry.name.endswith(SUFFIXES) and entry.is_file()]
    if not inside:
        raise CaseFileError(
            f"The folder {_shown(source)} holds no case file ({', '.join(SUFFIXES)}); name the file or another folder."
        )
    return sorted(inside, key=lambda entry: entry.name)


def _read_cases(file: Path | Traversable) -> Iterator[EvalCase]:
    name, text = _shown(file), _read_text(file)
    entries = read_yaml(text, name) if file.name.endswith(YAML_SUFFIXES) else _read_lines(text, name)
    return (_case(entry.content, f"{name}:{entry.line}") for entry in entries)


def _read_text(file: Path | Traversable) -> str:
    try:
        data = file.read_bytes()
        if len(data) > LARGEST:
            raise CaseFileError(f"{_shown(file)} is larger than {LARGEST >> 20} MiB; split it into several files.")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise CaseFileError(f"{_shown(file)} can't be read: {error.strerror}; check its permissions.") from error
    except UnicodeDecodeError as error:
        raise CaseFileError(f"{_shown(file)} is not UTF-8 text; save it as UTF-8.") from error


def _read_lines(text: str, name: str) -> Iterator[Entry]:
    # Not splitlines(): JSON strings may hold other line separators, such as U+2028.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield Entry(number, _read_line(line, f"{name}:{number}"))


def _read_line(line: str, where: str) -> dict[str, Any]:
    try:
        content = json.loads(line, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise CaseFileError(f"{where}: the line is not JSON ({error}); write one object on one line.") from error
    if not isinstance(content, dict):
        raise CaseFileError(f"{where}: the line is not a JSON object; write one case as one object.")
    return content


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    repeated = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if repeated:
        raise ValueError(f"{repeated[0]!r} is there twice")
    return dict(pairs)


def _case(content: dict[str, Any], where: str) -> EvalCase:
    try:
        case = EvalCase.model_validate(content)
    except ValidationError as error:
        raise CaseFileError(f"{where}: {_first_fault(error, content)}; mend the case.") from error
    case._where = where
    return case


def _first_fault(error: ValidationError, content: dict[str, Any]) -> str:
    """What is wrong, in one clause; the case's id helps a reader who has the file sorted otherwise."""
    fault = error.errors(include_url=False)[0]
    place = next((str(part) for part in fault["loc"]), "")
    message = fault["msg"].removeprefix("Value error, ")
    name = f"case {content['id']!r}: " if isinstance(content.get("id"), str) else ""
    return f"{name}{place}: {message}" if place else f"{name}{message}"


def _refuse_duplicates(cases: Sequence[EvalCase]) -> None:
    first: dict[str, EvalCase] = {}
    for case in cases:
        other = first.setdefault(case.id, case)
        if other is not case:
            raise CaseFileError(
                f"{case.where}: the id {case.id!r} is taken by {other.where}; give one of the two another id."
            )
