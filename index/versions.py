"""The versions that are kept of an index: what each is, going back to one, and removing those that nobody needs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from index.durable import remove, remove_folder
from index.errors import IndexCorrupt, VersionNotFound
from index.manifest import SCHEMA, AnyManifest, read_any_manifest
from index.store import IndexStore, not_built
from index.verify import verify_version


class State(StrEnum):
    """What a look at the manifest, and at which files are there, says of a version."""

    READABLE = "readable"
    DAMAGED = "damaged"
    OTHER_SCHEMA = "other_schema"


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version as `kept_versions` finds it; what its manifest doesn't tell is None. ``size`` is in bytes."""

    version: str
    published: bool
    state: State
    problem: str | None
    created_at: datetime | None
    documents: int | None
    passages: int | None
    sentences: int | None
    model_id: str | None
    size: int


def kept_versions(store: IndexStore) -> tuple[KeptVersion, ...]:
    """The kept versions, the newest first. No file is hashed: `index.verify` does that. Raises `IndexCorrupt`."""
    published = store.published_or_none()
    return tuple(_kept_version(store.root / version, published == version) for version in reversed(store.versions()))


def _kept_version(folder: Path, published: bool) -> KeptVersion:
    size = _size(folder)
    try:
        manifest = read_any_manifest(folder)
    except IndexCorrupt as error:
        return KeptVersion(folder.name, published, State.DAMAGED, str(error), None, None, None, None, None, size)
    state, problem = _state(folder, manifest)
    return KeptVersion(
        version=folder.name,
        published=published,
        state=state,
        problem=problem,
        created_at=manifest.created_at,
        documents=len(manifest.documents),
        passages=manifest.passages,
        sentences=manifest.sentences,
        model_id=manifest.model_id,
        size=size,
    )


def _state(folder: Path, manifest: AnyManifest) -> tuple[State, str | None]:
    if manifest.index_schema != SCHEMA:
        return State.OTHER_SCHEMA, f"It has schema {manifest.index_schema}, and this program reads {SCHEMA}."
    missing = [name for name in manifest.files if not (folder / name).is_file()]
    if missing:
        return State.DAMAGED, f"{missing[0]} is missing."
    return State.READABLE, None


def _size(path: Path) -> int:
    """The bytes in the files below *path*."""
    return sum(file.lstat().st_size for file in [path, *path.rglob("*")] if not file.is_dir())


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What a rollback does to a document: from one version to another; None: the index doesn't have it."""

    document_id: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What a rollback published instead of what (None: the pointer led nowhere), and which documents it changed."""

    version: str
    before: str | None
    changes: tuple[DocumentChange, ...]


def roll_back(store: IndexStore, version: str | None = None) -> RolledBack:
    """Publishes *version*, or the one before the published one, once every file of it is checked.

    Raises `VersionNotFound`, `IndexCorrupt` where it is damaged, `IndexBusy`, `IndexNotWritable`; what was published
    then stays published.
    """
    with store.writing():
        target = _target(store, version)
        before = store.published_or_none()
        before = before if before in store.versions() else None
        harm = [finding for finding in verify_version(store, target) if finding.harmful]
        if harm:
            more = f" and {len(harm) - 1} more" if len(harm) > 1 else ""
            raise IndexCorrupt(
                f"Index {target} can't be published, since {harm[0].path} {harm[0].problem}{more}. "
                "What was published stays; `footnoted index list` shows the other versions."
            )
        changes = _changes(_documents(store, before), _documents(store, target)) if before else ()
        store.point_to(target)
    return RolledBack(target, before, changes)


def _target(store: IndexStore, version: str | None) -> str:
    if version is not None:
        return store.kept(version)
    if not store.versions():
        raise not_built(store)
    before = store.version_before()
    if before is None:
        raise VersionNotFound(
            f"No index that is older than the published one is kept in {store.data_dir}; "
            "`footnoted index list` shows which are."
        )
    return before


def _documents(store: IndexStore, version: str) -> dict[str, str]:
    manifest = store.any_manifest(version)
    return manifest.documents if manifest else {}


def _changes(before: dict[str, str], after: dict[str, str]) -> tuple[DocumentChange, ...]:
    changes = [DocumentChange(name, before.get(name), after.get(name)) for name in sorted(before.keys() | after.keys())]
    return tuple(change for change in changes if change.before != change.after)


@dataclass(frozen=True, slots=True)
class Pruning:
    """What can be removed: versions, what unfinished builds left, models and archived documents of no kept version.

    ``size`` is in bytes.
    """

    versions: tuple[Path, ...]
    unfinished: tuple[Path, ...]
    models: tuple[Path, ...]
    documents: tuple[Path, ...]
    size: int

    @property
    def paths(self) -> tuple[Path, ...]:
        """All of it."""
        return (*self.versions, *self.unfinished, *self.models, *self.documents)


def plan_pruning(store: IndexStore, keep: int, *, documents: bool) -> Pruning:
    """What can be removed so that *keep* versions are left, at least one: the published one is always kept.

    To be asked and carried out under one lock (`IndexStore.writing`). Archived documents are only in it where
    *documents* says so. Raises `IndexNotBuilt`, `IndexCorrupt` where it can't be told what is needed.
    """
    if not store.versions():
        raise not_built(store)
    published = store.current_version()
    if published not in store.versions():
        raise IndexCorrupt(
            "Nothing is removed while it can't be told which index is published; "
            "`footnoted index rollback VERSION` publishes a kept one."
        )
    superfluous = store.superfluous(keep)
    named = _named(store, [version for version in store.versions() if version not in superfluous])
    if documents and named is None:
        raise IndexCorrupt(
            "No document is removed while it can't be told which of them the kept indexes name; "
            "`footnoted index list` shows which index is damaged."
        )
    versions = tuple(store.root / version for version in superfluous)
    unfinished = (*store.abandoned(), *_old_checkpoints(store, published))
    models = tuple(path for path in store.models() if named and path not in named)
    archived = tuple(path for path in store.archive.files() if documents and named and path not in named)
    size = sum(_size(path) for path in (*versions, *unfinished, *models, *archived))
    return Pruning(versions, unfinished, models, archived, size)


def _named(store: IndexStore, versions: list[str]) -> set[Path] | None:
    """The models and the archived documents that *versions* name, or None where one of them can't be read."""
    named: set[Path] = set()
    for version in versions:
        manifest = store.any_manifest(version)
        if manifest is None:
            return None
        named.update(store.archive.path(id_, of_document) for id_, of_document in manifest.documents.items())
        named.add(store.model_folder(manifest.model_id or ""))
    return named


def _old_checkpoints(store: IndexStore, published: str) -> list[Path]:
    """What a build kept to go on from, where the *published* index was built since."""
    manifest = store.any_manifest(published)
    if manifest is None or manifest.created_at is None:
        return []
    # Not the pointer's age: going back to another version writes it too.
    published_at = manifest.created_at.timestamp()
    return [path for path in store.checkpoints() if path.stat().st_mtime < published_at]


def carry_out(pruning: Pruning) -> tuple[Path, ...]:
    """Removes it; what could not be removed. Under the lock under which it was planned."""
    for folder in (*pruning.versions, *pruning.models):
        with suppress(OSError):
            remove_folder(folder)
    for path in pruning.unfinished:
        remove(path)
    for path in pruning.documents:
        remove(path)
        with suppress(OSError):  # versions that are kept lie beside it
            path.parent.rmdir()
    return tuple(path for path in pruning.paths if path.exists())
