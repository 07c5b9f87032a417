"""Files that are written whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4


def sync(path: Path) -> None:
    """Waits until the file or folder *path* is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Replaces *path* in one step; a reader sees the old content or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)
