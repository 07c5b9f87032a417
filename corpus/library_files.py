"""How the library lies on disk.

    DATA_DIR/library/
    ├── library.json                  a record for each explainer
    ├── files/ID-1a2b3c4d5e6f.pdf     its bytes, under its id and their SHA-256
    └── .lock                         held by the one process that changes the library

Every change is one replacement of ``library.json``: bytes are on disk before it, and are taken away after it. A process
that dies at any moment leaves the library as it was, or as it was to be.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from corpus.documents import SAFE_ID
from corpus.durable import write_whole
from corpus.errors import DocumentFormatError, LibraryBusy, LibraryDamaged, LibraryNotWritable
from corpus.front_matter import FrontMatter
from corpus.sources import Validators, bundled_file, is_bundled

SCHEMA = 1
"""Raised whenever ``library.json`` changes its meaning."""

_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")


class Record(BaseModel):
    """What is known of an explainer besides what its own bytes say.

    ``overrides`` are what the command line said of it; they count for more than what it says of itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=rf"^{SAFE_ID.pattern}$")]
    name: str
    origin: str
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    added_at: AwareDatetime
    fetched_at: AwareDatetime
    etag: str | None = None
    last_modified: str | None = None
    allow_private: bool = False
    collection: str | None = None
    overrides: FrontMatter = FrontMatter()

    @property
    def validators(self) -> Validators:
        """What is sent to learn whether the origin has changed."""
        return Validators(self.etag, self.last_modified, self.allow_private)

    @property
    def file(self) -> str:
        """The name of its file in the library."""
        suffix = PurePath(self.name).suffix.lower()
        return f"{self.id}-{self.sha256[:12]}{suffix if _SUFFIX.fullmatch(suffix) else ''}"


class _Catalogue(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    library_schema: int
    documents: tuple[Record, ...]

    @model_validator(mode="after")
    def _each_once(self) -> _Catalogue:
        for values in ([record.id.casefold() for record in self.documents], [r.origin for r in self.documents]):
            if len(set(values)) < len(values):
                raise ValueError("two documents have one id or one origin")
        return self


class LibraryFiles:
    """The files of the library in *folder*, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._catalogue = folder / "library.json"
        self._files = folder / "files"

    def records(self) -> tuple[Record, ...] | None:
        """The record of each document, sorted by id; None where nothing was ever written. Raises `LibraryDamaged`."""
        try:
            catalogue = _Catalogue.model_validate_json(self._catalogue.read_bytes())
        except FileNotFoundError as error:
            # What is being written has a name that begins with a dot.
            if any(not file.name.startswith(".") for file in self._files.glob("*")):
                raise self._damaged("isn't there, though the explainers' files are") from error
            return None
        except OSError as error:
            raise self._damaged(f"can't be opened ({error.strerror})") from error
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            place = "".join(f"{part}: " for part in problem["loc"])
            raise self._damaged(f"can't be read ({place}{problem['msg']})") from error
        if catalogue.library_schema != SCHEMA:
            raise self._damaged(f"has schema {catalogue.library_schema}, and this version reads {SCHEMA}")
        return catalogue.documents

    def changed_at(self) -> datetime | None:
        """When the records were written last; None where they never were."""
        try:
            return datetime.fromtimestamp(self._catalogue.stat().st_mtime, UTC)
        except OSError:
            return None

    def write_records(self, records: Iterable[Record]) -> None:
        """Makes *records* the library's, in one step. Raises `LibraryNotWritable`."""
        ordered = tuple(sorted(records, key=lambda record: record.id))
        written = _Catalogue(library_schema=SCHEMA, documents=ordered).model_dump_json(indent=1, exclude_defaults=True)
        with self._writable():
            write_whole(self._catalogue, written.encode())

    def read(self, record: Record) -> bytes:
        """The bytes of *record*. Raises `DocumentFormatError` where they aren't those that were added."""
        bundled = is_bundled(record.origin)
        path = bundled_file(record.origin) if bundled else self._files / record.file
        mend = f"add it again with `footnoted corpus add {record.origin}`"
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DocumentFormatError(f"{path} can't be opened ({error.strerror}); {mend}.") from error
        if not bundled and hashlib.sha256(data).hexdigest() != record.sha256:
            raise DocumentFormatError(f"{path} is damaged or was altered since it was added; {mend}.")
        return data

    def holds(self, record: Record) -> bool:
        """Whether the bytes of *record* are those that were added."""
        try:
            self.read(record)
        except DocumentFormatError:
            return False
        return True

    def write(self, record: Record, data: bytes) -> None:
        """Puts the bytes of *record* on disk. Raises `LibraryNotWritable`."""
        with self._writable():
            self._files.mkdir(parents=True, exist_ok=True)
            write_whole(self._files / record.file, data)

    def sweep(self, records: Iterable[Record]) -> None:
        """Takes away what no record names: bytes that were replaced, and what a killed process left."""
        named = {record.file for record in records}
        left = [*self._files.glob("*"), *self._files.glob(".*"), *self._folder.glob(f".{self._catalogue.name}.*")]
        with self._writable():
            for file in left:
                if file.name not in named:
                    file.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other writers out. Raises `LibraryBusy` where there is one, `LibraryNotWritable`."""
        with self._writable():
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / ".lock").open("a")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LibraryBusy(
                    f"Another command is changing the library in {self._folder}; wait until it has ended and try again."
                ) from error
            yield

    def _damaged(self, what: str) -> LibraryDamaged:
        return LibraryDamaged(
            f"{self._catalogue} {what}; put it back from a copy, or move the folder {self._folder} away and add the "
            "explainers again."
        )

    @contextmanager
    def _writable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LibraryNotWritable(
                f"The library can't be written in {self._folder} ({error.strerror or error}); what was in it before is "
                "untouched. Make room or give write permission, or choose another --data-dir."
            ) from error
