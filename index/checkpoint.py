"""What a build has embedded so far, on disk, so that one that was killed goes on where it was.

A folder beside the published versions, named for the model; it goes away when the build is published. Each record is
a text's digest, a checksum and the vector: the first that isn't whole ends what is taken up again.
"""

from __future__ import annotations

import hashlib
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.ports import Vectors

CHECKPOINT = ".checkpoint-"


class Checkpoint:
    """The records of one folder, to which one build at a time writes; ``working`` is an empty folder beside them."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self.working = folder / "working"
        self._path = folder / "vectors"
        self._record = np.dtype([("text", "S16"), ("checksum", "<u4"), ("vector", "<f4", (dimension,))])
        shutil.rmtree(self.working, ignore_errors=True)
        self.working.mkdir(parents=True)
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
    """The checkpoint of that model under *root*, for the build that holds the lock there (`IndexStore.building`).

    When the block ends well it is removed, and so are those that builds with other models left; one that holds nothing
    is removed always.
    """
    name = hashlib.sha256(f"{model_id} {dimension}".encode()).hexdigest()[:12]
    folder = root / f"{CHECKPOINT}{name}"
    opened = Checkpoint(folder, dimension)
    try:
        yield opened
    except BaseException:
        shutil.rmtree(opened.working if len(opened) else folder, ignore_errors=True)
        raise
    for left in root.glob(f"{CHECKPOINT}*"):
        shutil.rmtree(left, ignore_errors=True)
