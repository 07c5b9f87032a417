"""``DATA_DIR/documents``: every document version ever published, so that a printed permalink opens for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from corpus.documents import Document, DocumentCard, dump_document, load_document_json
from corpus.durable import write_whole
from corpus.errors import DocumentNotFound
from index.durable import make_folder
from index.errors import IndexCorrupt
from index.seal import seal, unseal


@dataclass(frozen=True, slots=True)
class ArchivedVersion:
    """A document version that was published here, and when it first was."""

    card: DocumentCard
    archived_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentArchive:
    """The documents in ``folder``, a sealed file a version: ``ID/VERSION.json``."""

    folder: Path

    def path(self, document_id: str, version: str) -> Path:
        """Where that version lies, or would."""
        return self.folder / file_name(document_id) / f"{file_name(version)}.json"

    def files(self) -> Iterator[Path]:
        """What lies here as a document, by name."""
        return (path for path in sorted(self.folder.glob("*/*.json")) if not path.name.startswith("."))

    def add(self, documents: Iterable[Document]) -> None:
        """Writes what isn't there byte for byte, so that a damaged file is mended. Raises `OSError`."""
        for document in documents:
            path, content = self.path(document.id, document.version), seal(dump_document(document))
            make_folder(path.parent)
            if not (path.is_file() and path.read_bytes() == content):
                write_whole(path, content)

    def document(self, document_id: str, version: str) -> Document:
        """A document at any version that was ever published.

        Raises `DocumentNotFound`, and `IndexCorrupt` where the file isn't what was written."""
        path = self.path(document_id, version)
        try:
            return self.check(path)
        except FileNotFoundError as error:
            raise DocumentNotFound(
                f"There is no document {document_id!r} at version {version!r} here; "
                "the list of documents has what can be opened."
            ) from error

    def versions(self, document_id: str) -> tuple[ArchivedVersion, ...]:
        """Every version of a document that `document` opens, the newest first; none where there is no such document.

        The newest is what was archived on the latest day; of one day, what is as of the latest date.
        """
        files = self.path(document_id, "-").parent.glob("[!.]*.json")
        found = (self._archived(path) for path in files)
        return tuple(sorted((version for version in found if version), key=_age, reverse=True))

    def _archived(self, path: Path) -> ArchivedVersion | None:
        try:
            return _archived_version(self, path, path.stat().st_mtime_ns)
        except (OSError, IndexCorrupt):
            return None

    def check(self, path: Path) -> Document:
        """The document in the file *path*, which must be the one that *path* names.

        Raises `IndexCorrupt`, and `FileNotFoundError` where no such file can be.
        """
        try:
            if path.is_fifo():  # it could be waited for in vain
                raise _damaged(path)
            document = load_document_json(_unsealed(path.read_bytes()))
        except OSError as error:
            if not _is_there(path):
                raise FileNotFoundError(path) from error
            raise IndexCorrupt(f"The archived document {path} can't be read ({error.strerror}).") from error
        except (ValidationError, ValueError) as error:
            raise _damaged(path) from error
        if path != self.path(document.id, document.version):
            raise _damaged(path)
        return document


@lru_cache(maxsize=1024)
def _archived_version(archive: DocumentArchive, path: Path, written_ns: int) -> ArchivedVersion:
    """That of the file *path*; kept in memory, since an archived file never changes."""
    return ArchivedVersion(archive.check(path).card, datetime.fromtimestamp(written_ns / 1e9, UTC))


def _age(version: ArchivedVersion) -> tuple[date, date, datetime]:
    return version.archived_at.date(), version.card.as_of or date.min, version.archived_at


def _is_there(path: Path) -> bool:
    """Whether there is such a file; a folder that can't be looked into may hold it."""
    try:
        path.lstat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _damaged(path: Path) -> IndexCorrupt:
    return IndexCorrupt(f"The archived document {path} is damaged or cut short; restore it from a backup.")


def _unsealed(data: bytes) -> bytes:
    """What was sealed; archives were one bare line of JSON before there were seals. Raises `BrokenSealError`."""
    return unseal(data) if b"\n" in data else data


def file_name(text: str) -> str:
    """*text* as one file name; ``.`` is escaped at the start, so that no id climbs out of its folder."""
    name = quote(text, safe="")
    return f"%2E{name[1:]}" if name.startswith(".") else name or "%00"
