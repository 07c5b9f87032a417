"""Files that a power cut or a killed process leaves either old or new, never in between."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from corpus.durable import sync
from index.hashing import sha256

REMOVED = ".removed-"
"""How the name of a folder begins that is on its way out."""


def make_folder(folder: Path) -> None:
    """Makes *folder* and those above it, each of them on disk before this returns. Raises `OSError`."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync(path.parent)


def rename_folder(folder: Path, name: Path) -> None:
    """Gives *folder*, all that is in it on disk, its name beside it; durable before this returns."""
    sync_tree(folder)
    folder.rename(name)
    sync(name.parent)


def remove_folder(folder: Path) -> None:
    """Takes *folder* out of sight in one step, so that no half of it is ever found, then removes what it held.

    Raises `OSError` with the folder as it was.
    """
    hidden = folder.with_name(f"{REMOVED}{uuid4().hex}")
    folder.rename(hidden)
    remove(hidden)


def remove(path: Path) -> None:
    """Removes a file or a folder as far as it can be; what is left is tried again by the next build."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file below *folder*, by its name there. Raises `OSError`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def sync_tree(folder: Path) -> None:
    """Waits until *folder*, and all that is in it, is on disk. Raises `OSError`."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)
