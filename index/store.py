"""Where indexes lie: versioned folders, published whole by one atomic pointer flip.

    DATA_DIR/
    ├── models/MODEL/                 the embedding model as exported for asking, shared by the indexes built with it
    ├── documents/ID/VERSION.json     every document version ever published, so that old permalinks open
    └── index/
        ├── .lock                     held by the one process that writes
        ├── CURRENT                   one line: the name of the published version
        └── 20260131T120000Z-1a2b3c4d/
            ├── manifest.json         what it was built from and with, and the SHA-256 of each other file
            └── …

A version is written under a temporary name, fsynced, renamed, fsynced again, and only then pointed to; a build that
dies at any moment leaves the published index as it was. What a reader has open stays readable when its version is
removed, as Unix keeps a file's content until the last process that has it open or mapped lets go (on NFS only for the
client that removed it: keep the data directory on a local disk).
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from corpus.documents import Document
from corpus.durable import write_whole
from index.archive import DocumentArchive, file_name
from index.build_lock import build_lock
from index.checkpoint import CHECKPOINT
from index.durable import REMOVED, hashes, make_folder, remove, remove_folder, rename_folder
from index.errors import IndexCorrupt, IndexingError, IndexNotBuilt, IndexNotWritable, VersionNotFound
from index.hashing import sha256
from index.manifest import (
    REBUILD,
    SCHEMA,
    AnyManifest,
    Manifest,
    read_any_manifest,
    read_manifest,
    write_manifest,
)

__all__ = ["KEPT_VERSIONS", "SCHEMA", "IndexStore", "Manifest", "new_version_name"]

KEPT_VERSIONS = 3
"""The published one, the one to roll back to, and one that a server may have open that hasn't looked since."""

_LOCK = ".lock"
_UNFINISHED = ".building-"
_LONGEST_NAME = 255

Read = TypeVar("Read")


class IndexStore:
    """The indexes of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.root = data_dir / "index"
        self.archive = DocumentArchive(data_dir / "documents")

    def current_version(self) -> str | None:
        """The name of the published version, or None where nothing is published; one small read."""
        try:
            with self.pointer.open("rb") as file:
                return file.read(_LONGEST_NAME).decode().strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexCorrupt(f"The index pointer {self.pointer} can't be read ({error}). {REBUILD}") from error

    @property
    def pointer(self) -> Path:
        """The file that names the published version."""
        return self.root / "CURRENT"

    def manifest(self) -> Manifest:
        """That of the published index. Raises `IndexNotBuilt`, `IndexCorrupt`."""
        return self._of_published(read_manifest)

    def read_current(self, read: Callable[[Path, Manifest], Read]) -> Read:
        """What *read* makes of the published version, once every file of it is checked against its hash.

        Where another version is published meanwhile and this one can't be read to its end, the other is read. Raises
        `IndexNotBuilt`, `IndexCorrupt`, and what *read* raises.
        """

        def checked(folder: Path) -> Read:
            manifest = read_manifest(folder)
            _verify(folder, manifest)
            return read(folder, manifest)

        return self._of_published(checked)

    def _of_published(self, read: Callable[[Path], Read]) -> Read:
        while True:
            version = self.current_version()
            try:
                return read(self._published_folder(version))
            except IndexingError:
                if self.current_version() == version:
                    raise

    def _published_folder(self, version: str | None) -> Path:
        if version is None:
            raise not_built(self)
        if version not in self.versions():
            raise IndexCorrupt(f"The index pointer in {self.root} leads to no index. {REBUILD}")
        return self.root / version

    def versions(self) -> list[str]:
        """The names of the versions that are kept, the oldest first."""
        try:
            return sorted(path.name for path in self.root.iterdir() if path.is_dir() and not path.name.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise IndexCorrupt(
                f"The folder of indexes {self.root} can't be read ({error.strerror}); give permission to read it."
            ) from error

    def kept(self, version: str) -> str:
        """*version*, if it is kept. Raises `VersionNotFound`."""
        if version not in self.versions():
            raise VersionNotFound(
                f"No index {version} is kept in {self.data_dir}; `footnoted index list` shows which are."
            )
        return version

    def version_before(self) -> str | None:
        """The version that was published before the published one, if it is kept, else the newest that is older.

        The newest of all where the pointer is lost, and None where there is none.
        """
        kept, current = self.versions(), self.published_or_none()
        if current not in kept:
            return kept[-1] if kept else None
        replaced = self.any_manifest(current)
        if replaced and replaced.replaces in kept:
            return replaced.replaces
        older = kept[: kept.index(current)]
        return older[-1] if older else None

    @contextmanager
    def building(self) -> Iterator[None]:
        """Holds the lock that whoever writes here takes; within itself, it is held already.

        Raises `IndexBusy`, `IndexNotWritable`.
        """
        with ExitStack() as held:
            with self._saying_what_stands():
                make_folder(self.root)
                held.enter_context(build_lock(self.root / _LOCK))
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """`building`, with every `OSError` in it an `IndexNotWritable`."""
        with self.building(), self._saying_what_stands():
            yield

    @contextmanager
    def _saying_what_stands(self) -> Iterator[None]:
        before = self.published_or_none()
        try:
            yield
        except OSError as error:
            now = self.published_or_none()
            standing = "the index that was published before is untouched" if now == before else f"{now} is published"
            raise IndexNotWritable(
                f"The index can't be written in {self.data_dir} ({error.strerror or error}); {standing}. "
                "Make room or give write permission, or choose another --data-dir."
            ) from error

    def models(self) -> list[Path]:
        """The folders of the exported models."""
        return sorted(path for path in (self.data_dir / "models").glob("*") if not path.name.startswith("."))

    def model_folder(self, model_id: str) -> Path:
        """Where the exported model of that id lies."""
        return self.data_dir / "models" / file_name(model_id.replace("/", "-"))

    def export_model(self, model_id: str, write: Callable[[Path], None]) -> dict[str, str]:
        """Writes the model by *write* (called with an empty folder), unless it is here as a kept index names it.

        An index that can still be asked thus never loses its model to another export. The SHA-256 of its files.
        Raises `IndexBusy`, `IndexNotWritable`.
        """
        folder = self.model_folder(model_id)
        with self.writing():
            present = hashes(folder)
            if present and present in self._named_models(model_id):
                return present
            make_folder(folder.parent)
            unfinished = folder.with_name(f"{_UNFINISHED}{uuid4().hex}")
            unfinished.mkdir()
            try:
                write(unfinished)
                if folder.exists():
                    remove_folder(folder)
                rename_folder(unfinished, folder)
            except BaseException:
                remove(unfinished)
                raise
            return hashes(folder)

    def _named_models(self, model_id: str) -> list[dict[str, str]]:
        manifests = [self.any_manifest(version) for version in self.versions()]
        return [manifest.model_files for manifest in manifests if manifest and manifest.model_id == model_id]

    def publish(self, manifest: Manifest, write: Callable[[Path], None], documents: tuple[Document, ...]) -> Manifest:
        """Writes a version by *write* (called with an empty folder), then makes it the published one.

        Raises `IndexBusy`, `IndexNotWritable`, with the published index as it was.
        """
        with self.writing():
            self.remove_abandoned()
            self.archive.add(documents)
            manifest = self._write_and_point(manifest.model_copy(update={"replaces": self.published_or_none()}), write)
            with suppress(OSError, IndexCorrupt):  # what can't be removed is tried again by the next build
                for version in self.superfluous(KEPT_VERSIONS):
                    remove_folder(self.root / version)
        return manifest

    def _write_and_point(self, manifest: Manifest, write: Callable[[Path], None]) -> Manifest:
        unfinished, folder = self.root / f"{_UNFINISHED}{uuid4().hex}", self.root / manifest.version
        if folder.exists():
            raise FileExistsError(errno.EEXIST, f"there is an index {manifest.version} already")
        unfinished.mkdir()
        try:
            write(unfinished)
            manifest = manifest.model_copy(update={"files": hashes(unfinished)})
            write_manifest(unfinished, manifest)
            rename_folder(unfinished, folder)
            self.point_to(manifest.version)
        except BaseException:
            remove(unfinished)
            if folder.exists() and self.published_or_none() != manifest.version:
                remove_folder(folder)
            raise
        return manifest

    def point_to(self, version: str) -> None:
        """Publishes a version that is whole; under the lock. Raises `OSError`."""
        write_whole(self.pointer, version.encode())

    def superfluous(self, keep: int) -> list[str]:
        """The versions to remove so that *keep* are left, the published one among them.

        Kept first is what can be read, then what the published one replaced, then the newest.
        """
        current, before = self.published_or_none(), self.version_before()
        others = [version for version in self.versions() if version != current]
        others.sort(key=lambda version: (self.is_readable(version), version == before, version), reverse=True)
        return others[keep - 1 :]

    def is_readable(self, version: str) -> bool:
        """Whether its manifest is; its files aren't looked at."""
        try:
            read_manifest(self.root / version)
        except IndexCorrupt:
            return False
        return True

    def document(self, document_id: str, version: str) -> Document:
        """A document at any version that was ever published. Raises `DocumentNotFound`, `IndexCorrupt`."""
        return self.archive.document(document_id, version)

    def published_or_none(self) -> str | None:
        """The published version; None also where the pointer can't be read."""
        try:
            return self.current_version()
        except IndexCorrupt:
            return None

    def any_manifest(self, version: str) -> AnyManifest | None:
        """What can be told from the manifest of a version, or None where it is damaged."""
        try:
            return read_any_manifest(self.root / version)
        except IndexCorrupt:
            return None

    def remove_abandoned(self) -> None:
        """Removes what builds that were killed left behind; under the lock, so that nobody is writing it."""
        for path in self.abandoned():
            remove(path)

    def abandoned(self) -> list[Path]:
        """What is unfinished and, where nobody holds the lock, always will be."""
        folders = (self.root, self.data_dir / "models")
        found = [path for folder in folders for start in (_UNFINISHED, REMOVED) for path in folder.glob(f"{start}*")]
        return [*found, *self.root.glob(f".{self.pointer.name}.*"), *self.archive.folder.glob("*/.*.json.*")]

    def checkpoints(self) -> list[Path]:
        """What builds that ended early have embedded, for the next one to go on from."""
        return sorted(self.root.glob(f"{CHECKPOINT}*"))


def not_built(store: IndexStore) -> IndexNotBuilt:
    """That there is no index, as an error to raise."""
    return IndexNotBuilt(f"There is no index in {store.data_dir} yet; run `footnoted index` to build it.")


def new_version_name(content_digest: str) -> str:
    """A name that sorts by time and tells apart what was built in the same second."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{content_digest[:8]}"


def _verify(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.files.items():
        try:
            actual = sha256(folder / name)
        except OSError as error:
            raise IndexCorrupt(f"{name} of index {folder.name} can't be read ({error.strerror}). {REBUILD}") from error
        if actual != expected:
            raise IndexCorrupt(f"{name} of index {folder.name} is damaged or cut short. {REBUILD}")
