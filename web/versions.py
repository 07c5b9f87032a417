"""What the pages show of a document's versions, worked out before any template runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers import CitedDocument
from bot.footnotes import permalink
from corpus.changes import Comparison, Fate, LineChange
from corpus.documents import Document, DocumentCard, Span
from corpus.word_diff import DiffPiece, PieceKind, Pieces
from index.archive import ArchivedVersion
from web.views import reader_path, section_label


@dataclass(frozen=True, slots=True)
class VersionLink:
    """A version in the list of all; ``changes`` leads to what changed between it and the version of the page."""

    version: str
    as_of: date | None
    published: date
    href: str
    changes: str
    is_current: bool
    is_this: bool


@dataclass(frozen=True, slots=True)
class PassageNote:
    """What became of the highlighted passage in the current version.

    ``href`` leads to it there, where it still stands. The sections are set where they differ.
    """

    fate: str
    href: str | None
    pieces: Pieces
    introduction: Pieces
    old_section: str | None
    new_section: str | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change with the old words and the new, and the addresses of both; a side that isn't there has no pieces."""

    fate: str
    before: Pieces
    before_href: str | None
    after: Pieces
    after_href: str | None
    moved_from: str | None


@dataclass(frozen=True, slots=True)
class ChangedSection:
    """The changes under one heading path."""

    heading: str
    changes: tuple[ChangeView, ...]


def passage_permalink(document: Document, span: Span) -> str:
    """The address that opens *span* highlighted."""
    return permalink(CitedDocument.of(document), span)


def changes_path(old: Document | DocumentCard, new: str | None = None) -> str:
    """The address of what changed from *old* to the version *new*, or to the current one."""
    return f"{reader_path(old)}/changes" + (f"?to={new}" if new else "")


def version_links(versions: Sequence[ArchivedVersion], this: str, current: str | None) -> tuple[VersionLink, ...]:
    """*versions* as a list on the page of version *this*; changes run from the older of two to the newer."""
    at = next((place for place, version in enumerate(versions) if version.card.version == this), 0)
    return tuple(
        VersionLink(
            version.card.version,
            version.card.as_of,
            version.archived_at.date(),
            reader_path(version.card),
            changes_path(versions[at].card, version.card.version) if place < at else changes_path(version.card, this),
            is_current=version.card.version == current,
            is_this=version.card.version == this,
        )
        for place, version in enumerate(versions)
    )


def passage_note(old: Document, new: Document, span: Span) -> PassageNote | None:
    """What became of *span* of *old* in *new*; None where it holds no word."""
    change = Comparison(old, new).passage(span)
    if change is None:
        return None
    old_section = section_label(change.old_section, CitedDocument.of(old))
    new_section = (
        section_label(change.new_section, CitedDocument.of(new)) if change.new_section is not None else old_section
    )
    differ = old_section != new_section
    return PassageNote(
        change.fate.value,
        passage_permalink(new, change.new) if change.new else None,
        change.pieces if change.fate is Fate.CHANGED else (),
        change.introduction,
        old_section if differ else None,
        new_section if differ else None,
    )


def changed_sections(old: Document, new: Document) -> tuple[ChangedSection, ...]:
    """All that changed from *old* to *new*."""
    return tuple(
        ChangedSection(
            section_label(section.path, CitedDocument.of(new)),
            tuple(_change_view(old, new, line) for line in section.lines),
        )
        for section in Comparison(old, new).sections()
    )


def _change_view(old: Document, new: Document, line: LineChange) -> ChangeView:
    moved_from = section_label(line.moved_from, CitedDocument.of(old)) if line.moved_from is not None else None
    return ChangeView(
        line.fate.value,
        _without(PieceKind.ADDED, line.pieces),
        passage_permalink(old, line.old) if line.old else None,
        _without(PieceKind.REMOVED, line.pieces),
        passage_permalink(new, line.new) if line.new else None,
        moved_from,
    )


def _without(kind: PieceKind, pieces: Pieces) -> tuple[DiffPiece, ...]:
    return tuple(piece for piece in pieces if piece.kind is not kind)
