"""Where indexes lie: versioned folders, published whole by one atomic pointer flip.

    DATA_DIR/
    ├── models/MODEL/                 the embedding model as exported for asking, shared by the indexes built with it
    ├── documents/ID/VERSION.json     every document version ever published, so that old permalinks open
    └── index/
        ├── CURRENT                   one line: the name of the published version
        └── 20260131T120000Z-1a2b3c4d/
            ├── manifest.json         what it was built from and with, and the SHA-256 of each other file
            └── …

A version is written under a temporary name, fsynced, renamed, and only then pointed to; a build that dies at any
moment leaves the published index as it was.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.documents import Document, DocumentCard, dump_document, load_document_json
from corpus.durable import sync, write_whole
from corpus.errors import DocumentNotFound
from index.errors import IndexCorrupt, IndexingError, IndexNotBuilt, IndexNotWritable
from index.hashing import sha256

SCHEMA = 3
"""Raised whenever the files of an index change their meaning; an index of another schema is refused."""

_POINTER = "CURRENT"
_MANIFEST = "manifest.json"
_UNFINISHED = ".building-"
_KEPT_VERSIONS = 3
_ABANDONED_AFTER_S = 3600.0
_REBUILD = "Run `footnoted index` to build it again."


class Manifest(BaseModel):
    """What an index was built from and with.

    ``files`` maps each other file to its SHA-256, ``model_files`` those of the exported model (none where the embedder
    can't be exported). ``recall_at_10`` is that of each file of codes beside exact search, measured when it was built.
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
    recall_at_10: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class ArchivedVersion:
    """A document version that was published here, and when it first was."""

    card: DocumentCard
    archived_at: datetime


class IndexStore:
    """The indexes of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._root = data_dir / "index"

    def current_version(self) -> str | None:
        """The name of the published version, or None where nothing is published."""
        try:
            name = (self._root / _POINTER).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexCorrupt(
                f"The index pointer {self._root / _POINTER} can't be read ({error}). {_REBUILD}"
            ) from error
        return name

    def manifest(self) -> Manifest:
        """That of the published index. Raises `IndexNotBuilt`, `IndexCorrupt`."""
        return _read_manifest(self._folder())

    def open_current(self) -> tuple[Path, Manifest]:
        """The published version's folder and its manifest, every file checked against its hash."""
        folder = self._folder()
        manifest = _read_manifest(folder)
        _verify(folder, manifest)
        return folder, manifest

    def _folder(self) -> Path:
        version = self.current_version()
        if version is None:
            raise IndexNotBuilt(f"There is no index in {self.data_dir} yet; run `footnoted index` to build it.")
        folder = self._root / version
        if not version or Path(version).name != version or not folder.is_dir():
            raise IndexCorrupt(f"The index pointer in {self._root} leads to no index. {_REBUILD}")
        return folder

    def model_folder(self, model_id: str) -> Path:
        """Where the exported model of that id lies."""
        return self.data_dir / "models" / _file_name(model_id.replace("/", "-"))

    def export_model(self, model_id: str, write: Callable[[Path], None]) -> dict[str, str]:
        """Writes the model by *write* (called with an empty folder), unless the published index has it whole.

        The SHA-256 of its files. Raises `IndexNotWritable`.
        """
        folder = self.model_folder(model_id)
        with self._writing():
            present = _hashes(folder)
            if present and present == self._published_model(model_id):
                return present
            unfinished = folder.with_name(f"{_UNFINISHED}{uuid4().hex}")
            unfinished.mkdir(parents=True)
            try:
                write(unfinished)
                _sync_tree(unfinished)
                shutil.rmtree(folder, ignore_errors=True)
                unfinished.rename(folder)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
            return _hashes(folder)

    def _published_model(self, model_id: str) -> dict[str, str]:
        try:
            manifest = self.manifest()
        except IndexingError:
            return {}
        return manifest.model_files if manifest.model_id == model_id else {}

    def publish(self, manifest: Manifest, write: Callable[[Path], None], documents: tuple[Document, ...]) -> Manifest:
        """Writes a version by *write* (called with an empty folder), then makes it the published one.

        Raises `IndexNotWritable`, with the published index as it was.
        """
        with self._writing():
            self._archive(documents)
            self._remove_abandoned()
            unfinished = self._root / f"{_UNFINISHED}{uuid4().hex}"
            unfinished.mkdir(parents=True)
            try:
                write(unfinished)
                manifest = manifest.model_copy(update={"files": _hashes(unfinished)})
                (unfinished / _MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
                _sync_tree(unfinished)
                unfinished.rename(self._root / manifest.version)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
            write_whole(self._root / _POINTER, manifest.version.encode())
            self._prune(manifest.version)
        return manifest

    def document(self, document_id: str, version: str) -> Document:
        """A document at any version that was ever published. Raises `DocumentNotFound`."""
        path = self._document_path(document_id, version)
        try:
            return load_document_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise DocumentNotFound(
                f"There is no document {document_id!r} at version {version!r} here; "
                "the list of documents has what can be opened."
            ) from error

    def versions(self, document_id: str) -> tuple[ArchivedVersion, ...]:
        """Every version of a document that `document` opens, the newest first; none where there is no such document.

        The newest is what was archived on the latest day; of one day, what is as of the latest date.
        """
        files = self._document_path(document_id, "-").parent.glob("*.json")
        found = (_archived_version(path, path.stat().st_mtime_ns) for path in files)
        return tuple(sorted((version for version in found if version), key=_age, reverse=True))

    def _document_path(self, document_id: str, version: str) -> Path:
        return self.data_dir / "documents" / _file_name(document_id) / f"{_file_name(version)}.json"

    def _archive(self, documents: tuple[Document, ...]) -> None:
        for document in documents:
            path = self._document_path(document.id, document.version)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                write_whole(path, dump_document(document))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            yield
        except OSError as error:
            raise IndexNotWritable(
                f"The index can't be written in {self.data_dir} ({error.strerror or error}); the index that was "
                "published before is untouched. Make room or give write permission, or choose another --data-dir."
            ) from error

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """Where a build may keep folders of its own, named with a dot first. Raises `IndexNotWritable`."""
        with self._writing():
            yield self._root

    def _remove_abandoned(self) -> None:
        for folder in self._root.glob(f"{_UNFINISHED}*"):
            if time.time() - folder.stat().st_mtime > _ABANDONED_AFTER_S:
                shutil.rmtree(folder, ignore_errors=True)

    def _prune(self, current: str) -> None:
        versions = sorted(p.name for p in self._root.iterdir() if p.is_dir() and not p.name.startswith("."))
        for name in [name for name in versions if name != current][: -(_KEPT_VERSIONS - 1)]:
            shutil.rmtree(self._root / name, ignore_errors=True)


def new_version_name(content_digest: str) -> str:
    """A name that sorts by time and tells apart what was built in the same second."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{content_digest[:8]}"


def _file_name(text: str) -> str:
    """*text* as one file name; ``.`` is escaped at the start, so that no id climbs out of its folder."""
    name = quote(text, safe="")
    return f"%2E{name[1:]}" if name.startswith(".") else name or "%00"


@lru_cache(maxsize=1024)
def _archived_version(path: Path, written_ns: int) -> ArchivedVersion | None:
    """That of the file *path*, or None where it can't be read; kept in memory, since an archived file never changes."""
    try:
        card = load_document_json(path.read_bytes()).card
    except (OSError, ValidationError):
        return None
    return ArchivedVersion(card, datetime.fromtimestamp(written_ns / 1e9, UTC))


def _age(version: ArchivedVersion) -> tuple[date, date, datetime]:
    return version.archived_at.date(), version.card.as_of or date.min, version.archived_at


def _read_manifest(folder: Path) -> Manifest:
    try:
        manifest = Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise IndexCorrupt(f"The manifest of index {folder.name} is missing or damaged. {_REBUILD}") from error
    if manifest.index_schema != SCHEMA:
        raise IndexCorrupt(
            f"Index {folder.name} has schema {manifest.index_schema}; this version reads {SCHEMA}. {_REBUILD}"
        )
    return manifest


def _verify(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.files.items():
        try:
            actual = sha256(folder / name)
        except OSError as error:
            raise IndexCorrupt(f"{name} of index {folder.name} can't be read ({error.strerror}). {_REBUILD}") from error
        if actual != expected:
            raise IndexCorrupt(f"{name} of index {folder.name} is damaged or cut short. {_REBUILD}")


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def _sync_tree(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder, folder.parent]:
        sync(path)
