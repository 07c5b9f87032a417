"""One builder at a time: a lock that the kernel lets go of when its holder dies, whatever it dies of.

Readers never take it. It is advisory and holds between the processes of one machine; on a network file system it
holds as far as that system's locks do.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from index.errors import IndexBusy

_PATIENCE_S = 2.0
"""As long as a rollback or a pruning takes; a build is not waited for, lest builds pile up behind one that hangs."""
_PAUSE_S = 0.05
_LONGEST_SIGNATURE = 500

_HELD: ContextVar[frozenset[Path]] = ContextVar("held build locks", default=frozenset())


@contextmanager
def build_lock(path: Path) -> Iterator[None]:
    """Holds the lock file *path*; within itself, it is held already. Raises `IndexBusy`, `OSError`.

    The file is never removed: a process that waits for a removed file would hold a lock that no other sees.
    """
    held, key = _HELD.get(), path.resolve()
    if key in held:
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _take(descriptor, path)
        token = _HELD.set(held | {key})
        try:
            yield
        finally:
            _HELD.reset(token)
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not _is_taken(descriptor):
        if time.monotonic() > deadline:
            raise IndexBusy(
                f"{_holder(descriptor)} is writing in {path.parent}; wait until it has finished, or stop it "
                "(the published index stays whole), then run this again."
            )
        time.sleep(_PAUSE_S)
    _sign(descriptor)


def _is_taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(descriptor: int) -> None:
    """Writes who has the lock, for those who are refused; on a full disk it is held unsigned."""
    text = f"Process {os.getpid()} on {socket.gethostname()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC,"
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)


def _holder(descriptor: int) -> str:
    with suppress(OSError, UnicodeDecodeError):
        text = os.pread(descriptor, _LONGEST_SIGNATURE, 0).decode()
        if text.startswith("Process ") and text.isprintable():
            return text
    return "Another process"
