"""Files that are mapped rather than read: arrays, and records of any length with their offsets beside them."""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_OFFSETS = ".offsets.npy"


class RecordWriter:
    """Writes records one after the other into *path*, a line each; closing it writes where each one starts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._offsets = array("q", [0])

    def __enter__(self) -> RecordWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def add(self, record: bytes) -> None:
        """Appends *record*."""
        self._offsets.append(self._offsets[-1] + self._file.write(record) + self._file.write(b"\n"))

    def close(self) -> None:
        """Writes the offsets; the records can then be read."""
        self._file.close()
        np.save(self._path.with_name(self._path.name + _OFFSETS), np.frombuffer(self._offsets, dtype=np.int64))


class Records(Sequence[bytes]):
    """What a `RecordWriter` wrote, mapped. Raises `OSError`, `ValueError`."""

    def __init__(self, content: bytes | mmap.mmap, offsets: NDArray[np.int64]) -> None:
        if int(offsets[-1]) != len(content):
            raise ValueError("The offsets don't end where the records do.")
        self._content = content
        self._offsets = offsets

    @classmethod
    def open(cls, path: Path) -> Records:
        """The records of *path*."""
        return cls(_mapped_bytes(path), mapped(path.with_name(path.name + _OFFSETS)))

    @classmethod
    def of(cls, records: Sequence[bytes]) -> Records:
        """*records*, held in memory."""
        ends = np.cumsum([0, *(len(record) + 1 for record in records)], dtype=np.int64)
        return cls(b"".join(record + b"\n" for record in records), ends)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, row: int) -> bytes:  # type: ignore[override] # no slices are needed
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self._content[int(self._offsets[row]) : int(self._offsets[row + 1]) - 1]

    def __iter__(self) -> Iterator[bytes]:
        return (self[row] for row in range(len(self)))


def _mapped_bytes(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as file:
        if not path.stat().st_size:
            return b""  # nothing can't be mapped
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def mapped(path: Path) -> NDArray[Any]:
    """The array in *path*, its pages read when they are used. Raises `OSError`, `ValueError`."""
    stored: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return stored.view(np.ndarray)
