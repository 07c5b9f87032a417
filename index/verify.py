"""Is what was published still there, byte for byte? Every damage is found and named, with what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.errors import IndexCorrupt
from index.hashing import sha256
from index.manifest import MANIFEST, SCHEMA, Manifest, read_any_manifest, read_manifest
from index.store import IndexStore, not_built

_REBUILD = "`footnoted index` builds it again, `footnoted index rollback` publishes the version before"
_REMOVE = "it isn't published, and its folder can be removed"
_EXPORT = "`footnoted index` exports it again"
_RESTORE = "`footnoted index` writes it again from the explainer as it was; else restore it from a backup"


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that isn't as it was published: ``path`` below the data directory, what is wrong, and what to do.

    A ``harmful`` one keeps an index from being used or a permalink from opening.
    """

    path: str
    problem: str
    remedy: str
    harmful: bool = True

    def __str__(self) -> str:
        return f"{self.path} {self.problem}; {self.remedy}."


def verify_published(store: IndexStore) -> tuple[str | None, tuple[Finding, ...]]:
    """The published version, or None where the pointer leads to none, and every damage to it.

    Raises `IndexNotBuilt`.
    """
    while True:
        pointer, version = verify_pointer(store), store.published_or_none()
        if pointer or version is None:
            return None, pointer
        findings = verify_version(store, version)
        if not findings or store.published_or_none() == version:  # else it was replaced, and perhaps removed, meanwhile
            return version, findings


def verify_pointer(store: IndexStore) -> tuple[Finding, ...]:
    """Whether the pointer leads to a version. Raises `IndexNotBuilt` where there is neither."""
    where, kept = _below(store, store.pointer), store.versions()
    named = ", ".join(reversed(kept)) or "none is kept"
    remedy = f"`footnoted index rollback VERSION` publishes a kept one ({named}), `footnoted index` a new one"
    try:
        version = store.current_version()
    except IndexCorrupt as error:
        return (Finding(where, _because(error), remedy),)
    if version is None and not kept:
        raise not_built(store)
    if version is None:
        return (Finding(where, "is missing", remedy),)
    return () if version in kept else (Finding(where, "leads to no index", remedy),)


def verify_version(store: IndexStore, version: str) -> tuple[Finding, ...]:
    """Every damage to a version: its own files, the model it is asked with, and the archived documents it names."""
    folder = store.root / version
    remedy = _REBUILD if version == store.published_or_none() else _REMOVE
    try:
        manifest = read_manifest(folder)
    except IndexCorrupt as error:
        return (_manifest_finding(store, folder, error, remedy),)
    return (
        *_check_files(store, folder, manifest.files, remedy),
        *_check_model(store, manifest),
        *_check_documents(store, manifest),
    )


def verify_all(store: IndexStore) -> tuple[Finding, ...]:
    """Every damage to any kept version, model or archived document, each once, and what killed builds left.

    That an older version is of another schema is to be expected, and told but not harmful.
    """
    found: dict[Finding, None] = dict.fromkeys(verify_pointer(store))
    for version in store.versions():
        findings = _expected(store, version) or verify_version(store, version)
        if version in store.versions():  # else it was removed meanwhile
            found.update(dict.fromkeys(findings))
    found.update(dict.fromkeys(_check_archive(store)))
    return (*found, *(_leftover(store, path) for path in store.abandoned()))


def _leftover(store: IndexStore, path: Path) -> Finding:
    problem = "is unfinished, of a build that is running or that was killed"
    return Finding(_below(store, path), problem, "`footnoted index prune` removes it, or the next build", harmful=False)


def _expected(store: IndexStore, version: str) -> tuple[Finding, ...]:
    """That an older version isn't published and is of another schema; nothing where it is of ours."""
    folder = store.root / version
    try:
        schema = read_any_manifest(folder).index_schema
    except IndexCorrupt:
        return ()
    if schema == SCHEMA or version == store.published_or_none():
        return ()
    remedy = "only the program that built it reads it, and its folder can be removed"
    return (Finding(_below(store, folder / MANIFEST), _other_schema(schema), remedy, harmful=False),)


def _other_schema(schema: int) -> str:
    return f"has schema {schema}, and this program reads {SCHEMA}"


def _manifest_finding(store: IndexStore, folder: Path, error: IndexCorrupt, remedy: str) -> Finding:
    try:
        problem = _other_schema(read_any_manifest(folder).index_schema)
    except IndexCorrupt:
        problem = _because(error)
    return Finding(_below(store, folder / MANIFEST), problem, remedy)


def _because(error: Exception) -> str:
    """In what way a file is damaged, by what its reading ended with."""
    cause = error.__cause__
    if isinstance(cause, FileNotFoundError):
        return "is missing"
    return f"can't be read ({cause.strerror})" if isinstance(cause, OSError) else "is damaged or cut short"


def _check_model(store: IndexStore, manifest: Manifest) -> Iterator[Finding]:
    """An index whose embedder can't be exported names no model, and needs none here."""
    if manifest.model_files:
        yield from _check_files(store, store.model_folder(manifest.model_id), manifest.model_files, _EXPORT)


def _check_files(store: IndexStore, folder: Path, files: Mapping[str, str], remedy: str) -> Iterator[Finding]:
    for name, digest in files.items():
        problem = _problem(folder / name, digest)
        if problem:
            yield Finding(_below(store, folder / name), problem, remedy)
    known = {folder / name for name in [*files, MANIFEST]}
    for path in sorted(folder.rglob("*")):
        if path not in known and not path.is_dir():
            yield Finding(_below(store, path), "isn't a part of what was published", "remove it", harmful=False)


def _problem(path: Path, digest: str) -> str | None:
    try:
        if path.exists() and not path.is_file():  # a pipe could be waited for in vain
            return "isn't a file"
        return None if sha256(path) == digest else "is damaged or cut short"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"can't be read ({error.strerror})"


def _check_documents(store: IndexStore, manifest: Manifest) -> Iterator[Finding]:
    paths = [store.archive.path(document_id, version) for document_id, version in manifest.documents.items()]
    return _check_archived(store, paths)


def _check_archived(store: IndexStore, paths: Iterable[Path]) -> Iterator[Finding]:
    for path in paths:
        try:
            store.archive.check(path)
        except FileNotFoundError:
            yield Finding(_below(store, path), "is missing", _RESTORE)
        except IndexCorrupt as error:
            yield Finding(_below(store, path), _because(error), _RESTORE)


def _check_archive(store: IndexStore) -> Iterator[Finding]:
    """Every archived document, whether or not a kept version names it, and what else lies there."""
    known = list(store.archive.files())
    yield from _check_archived(store, known)
    for path in sorted({*store.archive.folder.rglob("*")} - {*known, *store.abandoned()}):
        if not path.is_dir():
            yield Finding(_below(store, path), "isn't an archived document", "remove it", harmful=False)


def _below(store: IndexStore, path: Path) -> str:
    return path.relative_to(store.data_dir).as_posix()
