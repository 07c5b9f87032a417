"""A process that builds an index when it is told to, and dies or fails at the step that it is told.

`Builder` is the test's end of it. The process imports what a build needs once and forks for each build, so that a
build that is killed costs a test milliseconds. A *step* is whatever changes or opens a file of the data directory: an
open, rename, folder, removal or fsync.
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from types import TracebackType
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]

from corpus.documents import Document
from index.build import build_index
from index.errors import IndexingError
from index.store import IndexStore
from index.versions import carry_out, plan_pruning
from tests.fakes import HashEmbedder, document_of, orchard_document

ROOT = Path(__file__).parents[1]
_STEPS = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "tests.fsync"}


class ExportingEmbedder(HashEmbedder):
    """A `HashEmbedder` that leaves a model to ask with; every third one is alike."""

    def __init__(self, number: int = 0) -> None:
        super().__init__()
        self.model_id = f"hash-embedder/{number % 3}"

    def export(self, folder: Path) -> None:
        (folder / "weights.bin").write_bytes(self.model_id.encode() * 50)
        (folder / "card.json").write_text(json.dumps({"model_id": self.model_id}))


def documents_of(number: int) -> list[Document]:
    """The corpus of a build: one document that never changes, one that always does."""
    sentences = " ".join(f"Rule {number} has part {part}." for part in range(number % 7 + 1))
    return [
        orchard_document(),
        document_of(("Rules", [sentences]), document_id="rules", title=f"Rules, issue {number}"),
    ]


def number_of(document: Document) -> int:
    """The number of the build that the changing document is of."""
    return int(document.title.rsplit(" ", 1)[1])


class Builder:
    """The process, told by `start` what to do; `told` is what it says, line by line, until the build has ended."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.dying_builder"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def __enter__(self) -> Builder:
        assert self.told() == {"ready": True}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)  # a build too that a failed test left running
        self._process.communicate()

    def start(self, data_dir: Path, number: int, **order: Any) -> int:
        """Begins a build in *data_dir*; the id of the process to kill. The keywords are those of `_obey`."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"folder": str(data_dir), "number": number, **order}) + "\n")
        self._process.stdin.flush()
        return int(self.told()["pid"])

    def told(self) -> dict[str, Any]:
        """The next thing that the process says."""
        assert self._process.stdout is not None
        line: dict[str, Any] = json.loads(self._process.stdout.readline())
        return line

    def rest(self) -> list[dict[str, Any]]:
        """All that it still says, up to the end of the build."""
        return [*iter(self.told, {"ended": True})]

    def build(self, data_dir: Path, number: int, **order: Any) -> dict[str, Any]:
        """What came of a build: ``published``, or ``error`` with ``message``, or nothing if it was killed.

        ``unharmed`` where it had fewer steps than that at which it was to be harmed.
        """
        self.start(data_dir, number, **order)
        return {key: value for line in self.rest() for key, value in line.items()}


class Hazard:
    """What happens at one step of a build: SIGKILL, or a failure of the number *failure*."""

    def __init__(self, data_dir: Path, at: int, failure: int | None) -> None:
        self._folder, self.left, self._failure = str(data_dir), at, failure
        sys.addaudithook(self._hear)
        fsync = os.fsync

        def heard_fsync(descriptor: int) -> None:
            sys.audit("tests.fsync", descriptor)
            fsync(descriptor)

        os.fsync = heard_fsync  # type: ignore[assignment]

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in _STEPS or (event == "open" and not str(args[0]).startswith(self._folder)):
            return
        self.left -= 1
        if self.left:
            return
        if self._failure is None:
            _die(event, args)
        else:
            raise OSError(self._failure, os.strerror(self._failure))


def _die(event: str, args: tuple[Any, ...]) -> None:
    """Killed; when a file is opened to be written over, just after that has emptied it."""
    if event == "open" and isinstance(args[2], int) and args[2] & os.O_TRUNC and Path(args[0]).exists():
        os.truncate(args[0], 0)
    os.kill(os.getpid(), signal.SIGKILL)


def _say(**line: Any) -> None:
    os.write(1, json.dumps(line).encode() + b"\n")


def _obey(
    *,
    folder: str,
    number: int,
    at: int | None = None,
    failure: int | None = None,
    limit: int | None = None,
    user: int | None = None,
    builds: int = 1,
    stride: int = 1,
    keep: int | None = None,
) -> None:
    """Builds *builds* times, for ever if that is 0.

    With a `Hazard` *at* a step, files no longer than *limit* bytes, as *user*; and *keep* versions are left each time.
    """
    data_dir = Path(folder)
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if user is not None:
        os.setuid(user)
    hazard = Hazard(data_dir, at, failure) if at else None
    numbers = itertools.count(number, stride)
    for following in itertools.islice(numbers, builds) if builds else numbers:
        _build(data_dir, following)
        if keep:
            _prune(IndexStore(data_dir), keep)
    if hazard and hazard.left > 0:
        _say(unharmed=True)


def _build(data_dir: Path, number: int) -> None:
    try:
        build_index(documents_of(number), ExportingEmbedder(number), data_dir)
    except IndexingError as error:
        _say(error=type(error).__name__, message=str(error))
    else:
        _say(published=number)


def _prune(store: IndexStore, keep: int) -> None:
    with store.writing():
        carry_out(plan_pruning(store, keep, documents=False))


def main() -> None:
    """Reads orders from standard input, and forks for each."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    tqdm.set_lock(RLock())  # its own is shared by processes that were forked: one killed with it would stop the next
    with TemporaryDirectory() as folder:  # what a first build loads is loaded for all
        build_index(documents_of(0), ExportingEmbedder(), Path(folder))
    _say(ready=True)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            try:
                _say(pid=os.getpid())
                _obey(**json.loads(line))
            except BaseException as error:
                _say(crash=repr(error))
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        _say(ended=True)


if __name__ == "__main__":
    main()
