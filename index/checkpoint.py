"""What a build has embedded so far, on disk, so that one that was killed goes on where it was.

A folder beside the published versions, named for the model; it goes away when the build is published. Each record is
a text's digest, a checksum and the vector: the first that isn't whole ends what is taken up again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from index.ports import Vectors

CHECKPOINT = ".checkpoint-"


class Checkpoint:
    """The records of one folder, to which only one build writes; ``working`` is an empty folder beside them."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self.working = folder / "working"
        self._path = folder / "vectors"
        self._record = np.dtype([("text", "S16"), ("checksum", "<u4"), ("vector", "<f4", (dimension,))])
        shutil.rmtree(self.working, ignore_errors=True)
        self.working.mkdir()
        self._path.touch()
        self._cut(self._whole_records())

    def add(self, digests: Sequence[bytes], vectors: Vectors) -> None:
        """Appends the vectors of the texts of *digests*, shape (len(digests), dimension)."""
        records = np.zeros(len(digests), dtype=self._record)
        records["text"], records["vector"] = digests, vectors
        records["checksum"] = [_checksum(record) for record in records]
        with self._path.open("ab") as file:
            file.write(records.tobytes())

    def read(self) -> tuple[NDArray[np.bytes_], Vectors]:
        """The digests and the vectors, the latter mapped."""
        records = self._records()
        return np.array(records["text"]), records["vector"]

    def __len__(self) -> int:
        return self._path.stat().st_size // self._record.itemsize

    def _records(self) -> NDArray[np.void]:
        if not len(self):
            return np.zeros(0, dtype=self._record)
        return np.memmap(self._path, dtype=self._record, mode="r", shape=(len(self),)).view(np.ndarray)

    def _whole_records(self) -> int:
        records = self._records()
        return next((i for i, record in enumerate(records) if record["checksum"] != _checksum(record)), len(records))

    def _cut(self, records: int) -> None:
        with self._path.open("r+b") as file:
            file.truncate(records * self._record.itemsize)


def _checksum(record: np.void) -> int:
    return zlib.crc32(record["vector"].tobytes(), zlib.crc32(record["text"].ljust(16, b"\0")))


@contextmanager
def checkpoint(root: Path, model_id: str, dimension: int) -> Iterator[Checkpoint]:
    """The checkpoint of that model under *root*; one that nobody else sees where another build is using it.

    It is removed when the block ends well, those that other builds have left with it; one that holds nothing always.
    """
    name = hashlib.sha256(f"{model_id} {dimension}".encode()).hexdigest()[:12]
    folder = root / f"{CHECKPOINT}{name}"
    with _lock(folder) as mine:
        if mine:
            yield from _kept_if_it_fails(folder, dimension)
        else:
            own = root / f"{CHECKPOINT}{name}-{uuid4().hex}"
            with _lock(own):
                yield from _kept_if_it_fails(own, dimension)
    _remove_left(root)


def _kept_if_it_fails(folder: Path, dimension: int) -> Iterator[Checkpoint]:
    opened = Checkpoint(folder, dimension)
    try:
        yield opened
    except BaseException:
        shutil.rmtree(opened.working, ignore_errors=True)
        if not len(opened):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Whether *folder* is this process's alone; a process that dies lets go of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        yield _taken(file)


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever held it may have removed the folder in between: then the lock is on a file that nobody else will find.
        return os.path.samestat(os.fstat(file.fileno()), Path(file.name).stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _remove_left(root: Path) -> None:
    """Removes the checkpoints that no build is using: what they hold is of models or texts that are no longer built."""
    for folder in root.glob(f"{CHECKPOINT}*"):
        with _lock(folder) as mine:
            if mine:
                shutil.rmtree(folder, ignore_errors=True)
