"""What an index says of itself: a sealed file beside its others, with the hash of each of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from index.errors import IndexCorrupt
from index.seal import BrokenSealError, seal, unseal

SCHEMA = 3
"""Raised whenever the files of an index change their meaning; an index of another schema is refused."""

MANIFEST = "manifest.json"
REBUILD = "Run `footnoted index` to build it again."
_UNSEALED_SCHEMA = 2
"""The last schema whose manifests had no seal."""


class Manifest(BaseModel):
    """What an index was built from and with.

    ``files`` maps each other file to its SHA-256, ``model_files`` those of the exported model (none where the embedder
    can't be exported). ``replaces`` is the version that was published before it. ``recall_at_10`` is that of each file
    of codes beside exact search, measured when it was built.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    index_schema: int
    version: str
    created_at: datetime
    model_id: str
    dimension: int
    documents: dict[str, str]
    passages: int
    sentences: int
    files: dict[str, str]
    model_files: dict[str, str] = {}
    replaces: str | None = None
    recall_at_10: dict[str, float] = {}


class AnyManifest(BaseModel):
    """What can be told from a manifest of whatever schema."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    index_schema: int
    version: str
    created_at: datetime | None = None
    model_id: str | None = None
    documents: dict[str, str] = {}
    passages: int | None = None
    sentences: int | None = None
    files: dict[str, str] = {}
    model_files: dict[str, str] = {}
    replaces: str | None = None


Parsed = TypeVar("Parsed", AnyManifest, Manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes *manifest* into the version in *folder*. Raises `OSError`."""
    (folder / MANIFEST).write_bytes(seal(manifest.model_dump_json(indent=1).encode()))


def read_any_manifest(folder: Path) -> AnyManifest:
    """The manifest of the version in *folder*, of whatever schema. Raises `IndexCorrupt`."""
    return _parse(folder, AnyManifest)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the version in *folder*. Raises `IndexCorrupt`, also where it is of another schema."""
    schema = read_any_manifest(folder).index_schema
    if schema != SCHEMA:
        raise IndexCorrupt(f"Index {folder.name} has schema {schema}; this version reads {SCHEMA}. {REBUILD}")
    return _parse(folder, Manifest)


def _parse(folder: Path, model: type[Parsed]) -> Parsed:
    try:
        manifest = model.model_validate_json(_unsealed((folder / MANIFEST).read_bytes()))
    except OSError as error:
        raise IndexCorrupt(
            f"The manifest of index {folder.name} can't be read ({error.strerror}). {REBUILD}"
        ) from error
    except ValueError as error:
        raise IndexCorrupt(f"The manifest of index {folder.name} is damaged or cut short. {REBUILD}") from error
    if manifest.version != folder.name:
        raise IndexCorrupt(f"The manifest of index {folder.name} is that of another one. {REBUILD}")
    return manifest


def _unsealed(data: bytes) -> bytes:
    """The manifest without its seal; the first schemas had none. Raises ``ValueError``."""
    try:
        return unseal(data)
    except BrokenSealError:
        if AnyManifest.model_validate_json(data).index_schema > _UNSEALED_SCHEMA:
            raise
        return data
