"""The publisher's library: the explainers that are indexed, and where each came from.

Until something is put into it or taken out, the library is what comes with the package. Those explainers are read from
there also later, and stay as new as it is; all others are kept as they came (`library_files`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.documents import SAFE_ID, Document
from corpus.errors import CorpusError, DocumentFormatError, DocumentNotFound, DuplicateDocument
from corpus.formats import format_of, loader_for
from corpus.front_matter import FrontMatter
from corpus.inline import normalise
from corpus.library_files import LibraryFiles, Record
from corpus.load import shortcomings
from corpus.sources import Source, Validators, bundled_origins, is_address, is_bundled, read_source

if TYPE_CHECKING:
    from corpus.fetch import Fetcher

_LEAST_SHARE = 0.3
"""The part of its length that a text may keep when its origin is read again unattended."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the library, its record, the name of its format, and what its editors should know."""

    record: Record
    document: Document
    format: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A record whose document can't be read, and the sentence that says why."""

    record: Record
    message: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Every document of a library, sorted by id, and those that can't be read."""

    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]


class Change(StrEnum):
    """What putting an explainer into the library came to."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Library:
    """The library in *folder*, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self._files = LibraryFiles(folder)

    def records(self) -> tuple[Record, ...]:
        """The record of each document, sorted by id. Raises `LibraryDamaged`."""
        records = self._files.records()
        return _bundled_records() if records is None else records

    def record(self, document_id: str) -> Record:
        """The record of that document. Raises `DocumentNotFound`, `LibraryDamaged`."""
        records = {record.id: record for record in self.records()}
        if document_id not in records:
            near = get_close_matches(document_id, records, n=3) or sorted(records)[:3]
            raise DocumentNotFound(
                f"There is no explainer {document_id!r} in the library; it has {', '.join(near)}"
                f"{'' if len(near) == len(records) else ' and others, which `footnoted corpus list` names'}."
            )
        return records[document_id]

    def changed_since(self, moment: datetime) -> bool:
        """Whether anything was put into the library or taken out after *moment*."""
        changed = self._files.changed_at()
        return changed is not None and changed > moment

    def load(self, record: Record) -> Entry:
        """The document of *record*. Raises a `CorpusError`."""
        source = Source(record.origin, record.name, self._files.read(record), record.validators)
        return _entry(source, lambda _: record)

    def contents(self) -> Contents:
        """Every document; one that can't be read hides no other. Raises `LibraryDamaged`."""
        records = self.records()
        for _ in range(3):
            contents = self._contents(records)
            before, records = records, self.records()
            # What isn't there may have been taken away by a process that has replaced it meanwhile.
            if not contents.failures or records == before:
                break
        return contents

    def _contents(self, records: Collection[Record]) -> Contents:
        entries, failures = list[Entry](), list[Failure]()
        for record in records:
            try:
                entries.append(self.load(record))
            except CorpusError as error:
                failures.append(Failure(record, f"{record.id}: {error}"))
        return Contents(tuple(entries), tuple(failures))

    @contextmanager
    def writing(self) -> Iterator[LibraryWriter]:
        """The one writer. Raises `LibraryBusy` where there is another, `LibraryDamaged`, `LibraryNotWritable`."""
        with self._files.locked():
            self._files.sweep(self.records())
            yield LibraryWriter(self, self._files)
            self._files.sweep(self.records())


class LibraryWriter:
    """Changes a library; there is one at a time."""

    def __init__(self, library: Library, files: LibraryFiles) -> None:
        self._library = library
        self._files = files

    def put(
        self, source: Source, said: FrontMatter | None = None, collection: str | None = None, *, wary: bool = False
    ) -> tuple[Entry, Change]:
        """Adds *source*, or updates the document that came from the same origin.

        What *said* and *collection* leave open stays as it was, and so does the id: links must keep leading to it. With
        *wary*, a text that lost most of its length is refused, since its origin may show a notice in its place. Raises
        a `CorpusError`, with the library as it was.
        """
        records = self._library.records()
        known = next((record for record in records if record.origin == source.origin), None)
        entry = _entry(source, lambda document: _record(source, document, known, said or FrontMatter(), collection))
        record = entry.record
        others = [other for other in records if other is not known]
        _refuse_clash(record, others)
        if known and wary:
            self._refuse_remnant(known, entry)
        if record != known or not self._files.holds(record):
            self._keep(record, source.data, records, others)
        return replace(entry, warnings=(*entry.warnings, *_twins(record, others))), _change(known, record)

    def update(self, record: Record, fetcher: Fetcher | None = None) -> tuple[Entry | None, Change]:
        """Reads the origin of *record* again; no entry where it says that nothing has changed. Raises as `put` does."""
        whole = self._files.holds(record)
        asked = record.validators if whole else Validators(allow_private=record.allow_private)
        source = read_source(record.origin, asked, fetcher)
        return self.put(source, wary=True) if source else (None, Change.UNCHANGED)

    def remove(self, document_ids: Sequence[str]) -> None:
        """Takes these documents out. Raises `DocumentNotFound`, or `CorpusError` where none would be left."""
        gone = {self._library.record(document_id).id for document_id in document_ids}
        left = [record for record in self._library.records() if record.id not in gone]
        if not left:
            raise CorpusError("That would leave the library without an explainer; add another one first.")
        self._files.write_records(left)

    def _keep(self, record: Record, data: bytes, records: Sequence[Record], others: Sequence[Record]) -> None:
        if self._files.records() is None:  # files without a record of them would look like damage
            self._files.write_records(records)
        if not is_bundled(record.origin):
            self._files.write(record, data)
        self._files.write_records([*others, record])

    def _refuse_remnant(self, known: Record, entry: Entry) -> None:
        try:
            before = len(self._library.load(known).document.text)
        except CorpusError:
            return
        now = len(entry.document.text)
        if now < _LEAST_SHARE * before:
            raise DocumentFormatError(
                f"{known.origin} has {now:,} characters where it had {before:,}; if that is right, add it again with "
                f"`footnoted corpus add {known.origin}`."
            )


def _bundled_records() -> tuple[Record, ...]:
    sources = (read_source(origin, Validators()) for origin in bundled_origins())
    records = [_entry(source, _new_record(source)).record for source in sources if source]
    return tuple(sorted(records, key=lambda record: record.id))


def _entry(source: Source, record_of: Callable[[Document], Record]) -> Entry:
    """The document in *source*, under what *record_of* makes of it. Raises a `CorpusError`."""
    path = source.path
    loaded = loader_for(source.data, path).load(source.data, path)
    record = record_of(loaded.document)
    document = _amended(loaded.document, record)
    warnings = (*loaded.warnings, *shortcomings(document, path))
    return Entry(record, document, format_of(source.data, path).name, warnings)


def _amended(document: Document, record: Record) -> Document:
    """*document* with what *record* says of it."""
    said = record.overrides.model_dump(exclude_defaults=True)
    # What follows a question mark may be a key that is nobody else's business.
    public = is_address(record.origin) and not record.allow_private and "?" not in record.origin
    url = document.url or (record.origin if public else None)
    return replace(document, **{"url": url, **said, "id": record.id, "collection": record.collection})


def _new_record(source: Source) -> Callable[[Document], Record]:
    return lambda document: _record(source, document, None, FrontMatter(), None)


def _record(
    source: Source, document: Document, known: Record | None, said: FrontMatter, collection: str | None
) -> Record:
    """The record of *document*, read from *source*; what isn't said of it anew is as in *known*."""
    document_id = said.id or (known.id if known else document.id)
    if not SAFE_ID.fullmatch(document_id):
        raise DocumentFormatError(
            f"{source.origin} comes to the document id {document_id!r}, which can't stand in an address; give it one "
            "of the letters a to z, digits and hyphens with --id."
        )
    now = datetime.now(UTC)
    digest = hashlib.sha256(source.data).hexdigest()
    given = said.model_dump(exclude_defaults=True, exclude={"id"})
    return Record(
        id=document_id,
        name=source.name,
        origin=source.origin,
        sha256=digest,
        added_at=known.added_at if known else now,
        fetched_at=known.fetched_at if known and known.sha256 == digest else now,
        etag=source.validators.etag,
        last_modified=source.validators.last_modified,
        allow_private=source.validators.allow_private,
        collection=(known.collection if known and collection is None else normalise(collection or "")) or None,
        overrides=(known.overrides if known else FrontMatter()).model_copy(update=given),
    )


def _refuse_clash(record: Record, others: Iterable[Record]) -> None:
    # Folded, since some file systems hold ids that differ in nothing but case to be one.
    clash = next((other for other in others if other.id.casefold() == record.id.casefold()), None)
    if clash:
        raise DuplicateDocument(
            f"{record.origin} comes to the document id {record.id!r}, which {clash.origin} has; give it another with "
            f"--id, or take that one out with `footnoted corpus remove {clash.id}`."
        )


def _twins(record: Record, others: Iterable[Record]) -> Iterator[str]:
    """Every answer would be found twice."""
    for other in others:
        if other.sha256 == record.sha256:
            yield f"{record.origin} is byte for byte what {other.origin} is ({other.id}); take one of them out."


def _change(known: Record | None, record: Record) -> Change:
    if known is None:
        return Change.ADDED
    unseen = {"etag", "last_modified", "fetched_at"}
    same = known.model_dump(exclude=unseen) == record.model_dump(exclude=unseen)
    return Change.UNCHANGED if same else Change.UPDATED
