"""The baseline: which cases came out right when last recorded, so that a change that breaks one says which.

The file is JSON with sorted keys and a case on each line, so that a diff shows what turned. Of a case it holds the
id, whether it is right, and the codes of its faults: nothing that anybody could tune to.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from eval.errors import BaselineError, NotRecorded
from eval.run import CaseResult, EvalRun

FORMAT = 1

PROMISED = ("quotes_exact", "sentences_footnoted", "marks_resolve", "numbers_quoted")
"""The grounding metrics of the promise: a run that isn't perfect in them is never recorded."""

_NAMED = 5  # cases that a message names before it only counts


class BaselineCase(BaseModel):
    """How one case came out; ``faults`` are sorted codes, each once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    right: bool
    faults: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_one_thing(self) -> BaselineCase:
        if self.right == bool(self.faults):
            raise ValueError("a right case has no faults, and a wrong one has some")
        return self


class BaselineFile(BaseModel):
    """The file. ``documents`` holds, by document, what its cases were last recorded with (its version, the index …)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cases: Mapping[str, BaselineCase]
    documents: Mapping[str, Mapping[str, str]] = {}
    format: Literal[1]


@dataclass(frozen=True, slots=True)
class Baseline:
    """How each case came out, by id, and with what, by document."""

    cases: Mapping[str, BaselineCase] = field(default_factory=dict)
    documents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_ROUNDING = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside the baseline; each field holds case ids, sorted. Only ``turned_wrong`` fails the gate.

    ``turned_right`` ask to be recorded; ``gone`` are in the baseline and in no case file any more.
    """

    turned_wrong: tuple[str, ...] = ()
    turned_right: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


class MadeWith(Protocol):
    """What of a bot a baseline names; `bot.chatbot.Chatbot` is one."""

    @property
    def index_version(self) -> str:
        """The index's name: when it was built, a dash, and a digest of its documents and model."""
        ...

    @property
    def answer_threshold(self) -> float:
        """The least estimated probability at which it answers."""
        ...


def made_with(chatbot: MadeWith, reader_card: Path | None) -> dict[str, str]:
    """What decides *chatbot*'s replies, the same for the same index wherever it was built.

    *reader_card* is the file that names the reader's files with their hashes (None: no reader). Its digest stands for
    the reader.
    """
    reader = hashlib.sha256(reader_card.read_bytes()).hexdigest()[:12] if reader_card else "none"
    return {
        "answer_threshold": f"{chatbot.answer_threshold:g}",
        "index": chatbot.index_version.rpartition("-")[2],
        "processor": processor(),
        "reader": reader,
    }


def processor(cpu_info: Path = Path("/proc/cpuinfo")) -> str:
    """What of this processor decides how numbers are rounded: its vector instructions, as Linux names them."""
    try:
        flags = set(cpu_info.read_text(encoding="utf-8").split())
    except OSError:
        flags = set()
    return "+".join(flag for flag in _ROUNDING if flag in flags) or platform.machine()


def holds_here(baseline: Baseline, identity: Mapping[str, str]) -> bool:
    """Whether *baseline* was recorded on a processor that rounds as this one does.

    A quantised model's numbers differ a little between kinds of processors, so that a case on the verge may turn where
    nothing was changed: such a comparison is news, and no failure.
    """
    made_on = {entry.get("processor") for entry in baseline.documents.values()} - {None}
    return "processor" not in identity or made_on <= {identity["processor"]}


def bundled_baseline() -> Path:
    """Where the baseline of the bundled cases lies, or will lie once it is recorded."""
    return Path(str(files("eval") / "baseline.json"))


def baseline_of(run: EvalRun, identity: Mapping[str, str] | None = None) -> Baseline:
    """*run* as a baseline; *identity* (see `made_with`) is noted for each document that the run asked about."""
    asked = {result.case.document for result in run.results}
    return Baseline(
        cases={result.case.id: _entry(result) for result in run.results},
        documents={name: {**(identity or {}), "version": run.versions[name]} for name in asked & set(run.versions)},
    )


def _entry(result: CaseResult) -> BaselineCase:
    codes = sorted({fault.code.value for fault in result.faults})
    return BaselineCase(right=not codes, faults=tuple(codes))


def compare(run: EvalRun, baseline: Baseline, case_ids: Collection[str] | None = None) -> Comparison:
    """*run* beside *baseline*.

    A case of the baseline that the run didn't ask (its document isn't at hand, it is of the other split, it is stale)
    is left out. *case_ids* are those of all case files that the baseline is for: what isn't among them is gone; None
    where that isn't known, and then nothing is.
    """
    now = {result.case.id: not result.faults for result in run.results}
    before = {name: entry.right for name, entry in baseline.cases.items()}

    def turned(was: bool, is_now: bool) -> tuple[str, ...]:
        return tuple(sorted(name for name in now.keys() & before if (before[name], now[name]) == (was, is_now)))

    return Comparison(
        turned_wrong=turned(True, False),
        turned_right=turned(False, True),
        new=tuple(sorted(now.keys() - before)),
        gone=() if case_ids is None else tuple(sorted(before.keys() - set(case_ids) - now.keys())),
    )


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    rest = len(found) - _NAMED
    return ", ".join(found[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def load_baseline(path: Path) -> Baseline:
    """The baseline in *path*. Raises `BaselineError`."""
    try:
        content = BaselineFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BaselineError(
            f"The baseline {path} can't be read ({error.strerror}); record one with --update-baseline."
        ) from error
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        raise BaselineError(
            f"The baseline {path} can't be used ({f'{place}: ' if place else ''}{message}); "
            "take the committed file back, or delete it and record it anew with --update-baseline."
        ) from error
    return Baseline(content.cases, content.documents)


def dump_baseline(baseline: Baseline) -> str:
    """*baseline* as the file holds it: the same text for the same baseline."""
    cases = {name: {"faults": list(entry.faults), "right": entry.right} for name, entry in baseline.cases.items()}
    blocks = [_block("cases", cases), _block("documents", baseline.documents), f'"format": {FORMAT}']
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _block(name: str, entries: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(dict(entries[key]), ensure_ascii=False, sort_keys=True)}"
        for key in sorted(entries)
    ]
    return f'"{name}": {{\n' + ",\n".join(f"  {line}" for line in lines) + ("\n}" if lines else "}")


def write_baseline(
    path: Path, run: EvalRun, identity: Mapping[str, str] | None = None, case_ids: Collection[str] | None = None
) -> Baseline:
    """Records *run* in *path*, over what is there; returns what is there now.

    Cases that the run didn't ask keep their entries, except those that *case_ids*, the ids of all case files, no longer
    hold. The file is replaced whole or not at all. Raises `NotRecorded` for a run with stale cases or with answers
    that aren't grounded, and `BaselineError`.
    """
    _refuse_unfit(run)
    old = load_baseline(path) if path.exists() else Baseline()
    new = baseline_of(run, identity)
    kept = {name: entry for name, entry in old.cases.items() if case_ids is None or name in case_ids}
    merged = Baseline({**kept, **new.cases}, {**old.documents, **new.documents})
    try:
        replace_file(path, dump_baseline(merged))
    except OSError as error:
        raise BaselineError(
            f"The baseline {path} can't be written ({error.strerror}); check the folder and its permissions."
        ) from error
    return merged


def _refuse_unfit(run: EvalRun) -> None:
    if run.stale:
        raise NotRecorded(
            f"The baseline isn't recorded, because cases are stale ({_listed(case.id for case in run.stale)}); "
            "mend or remove them first.",
            stale=True,
        )
    short = [
        result.case.id
        for result in run.results
        if any(name in result.scores and not result.scores[name].full for name in PROMISED)
    ]
    if short:
        raise NotRecorded(
            f"The baseline isn't recorded, because answers aren't grounded ({_listed(short)}); mend the bot first."
        )


def replace_file(path: Path, text: str) -> None:
    """Puts *text* (UTF-8) in *path*, whole or not at all: written beside it, then renamed over it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)  # mkstemp's 0600 would keep the file from others
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
