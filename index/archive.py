"""``DATA_DIR/documents``: every document version ever published, so that a printed permalink opens for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from corpus.documents import Document, dump_document, load_document_json
from corpus.errors import DocumentNotFound
from index.durable import make_folder, write_whole
from index.errors import IndexCorrupt
from index.seal import seal, unseal


class DocumentArchive:
    """The documents in *folder*, a sealed file a version: ``ID/VERSION.json``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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

    def read(self, document_id: str, version: str) -> Document:
        """Raises `DocumentNotFound`, and `IndexCorrupt` where the file isn't what was written."""
        path = self.path(document_id, version)
        try:
            return self.check(path)
        except FileNotFoundError as error:
            raise DocumentNotFound(
                f"There is no document {document_id!r} at version {version!r} here; "
                "the list of documents has what can be opened."
            ) from error

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
