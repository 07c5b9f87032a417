"""The JSON of the API about versions: which there are, and what changed between two of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from bot.answers import CitedDocument
from bot.footnotes import document_dict, section_path
from corpus.changes import LineChange, PassageChange, SectionChanges
from corpus.documents import Document, Span
from corpus.word_diff import DiffPiece, Pieces
from index.archive import ArchivedVersion
from web.schemas import DocumentRef
from web.versions import passage_permalink


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VersionSummary(_Strict):
    """A version that can be read; ``published_at`` is when it first was published here."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "version": "3f2a9c01d4e7",
                    "title": "Drinking-Water Permits",
                    "as_of": "2025-03-01",
                    "published_at": "2025-03-04T09:12:44Z",
                    "current": True,
                }
            ]
        },
    )

    version: str
    title: str
    as_of: date | None
    published_at: datetime
    current: bool

    @classmethod
    def of(cls, version: ArchivedVersion, current: str | None) -> VersionSummary:
        """*version*, where the version *current* is the current one."""
        card = version.card
        return cls(
            version=card.version,
            title=card.title,
            as_of=card.as_of,
            published_at=version.archived_at,
            current=card.version == current,
        )


class DiffPieceBody(_Strict):
    """A run of text: kept and removed ones join to the old words, kept and added ones to the new."""

    kind: Literal["kept", "removed", "added"]
    text: str


class PlaceBody(_Strict):
    """A span of one of the two versions, in Unicode code points of its text."""

    start: int
    end: int
    permalink: str


class PassagePlace(PlaceBody):
    """Where a passage stands."""

    section: list[str]


class PassageChangeBody(_Strict):
    """What became of a passage.

    `unchanged` and `moved`: `new` has the same words. `changed`: `old` and `new` are drawn out to whole sentences.
    `removed`: `new` is null. `introduction` is how the sentence before its list or the header row of its table
    differs; it is empty where it doesn't.
    """

    status: Literal["unchanged", "moved", "changed", "removed"]
    old: PassagePlace
    new: PassagePlace | None
    pieces: list[DiffPieceBody]
    introduction: list[DiffPieceBody]


class LineChangeBody(_Strict):
    """A heading, paragraph, item, row or note that differs; `moved_from` is the section that it stood in."""

    status: Literal["changed", "moved", "removed", "added"]
    old: PlaceBody | None
    new: PlaceBody | None
    moved_from: list[str] | None
    pieces: list[DiffPieceBody]


class SectionChangesBody(_Strict):
    """The changes in one section, in reading order."""

    section: list[str]
    changes: list[LineChangeBody]


CHANGES_EXAMPLE: dict[str, Any] = {
    "old": {
        "id": "water-permits",
        "title": "Drinking-Water Permits",
        "version": "b81c02aa94f0",
        "as_of": "2024-03-01",
        "language": "en",
        "url": "https://news.example/wells",
    },
    "new": {
        "id": "water-permits",
        "title": "Drinking-Water Permits",
        "version": "3f2a9c01d4e7",
        "as_of": "2025-03-01",
        "language": "en",
        "url": "https://news.example/wells",
    },
    "passage": {
        "status": "changed",
        "old": {
            "start": 1190,
            "end": 1224,
            "permalink": "/read/water-permits/b81c02aa94f0?quote=1190-1224#quote",
            "section": ["Permits", "Renewal"],
        },
        "new": {
            "start": 1204,
            "end": 1237,
            "permalink": "/read/water-permits/3f2a9c01d4e7?quote=1204-1237#quote",
            "section": ["Permits", "Renewal"],
        },
        "pieces": [
            {"kind": "kept", "text": "A permit is valid for "},
            {"kind": "removed", "text": "three"},
            {"kind": "added", "text": "five"},
            {"kind": "kept", "text": " years."},
        ],
        "introduction": [],
    },
    "sections": None,
}


class ChangesBody(_Strict):
    """What changed from one version to another: of a passage where one was asked for, or else in every section."""

    old: DocumentRef
    new: DocumentRef
    passage: PassageChangeBody | None
    sections: list[SectionChangesBody] | None


def changes_body(
    old: Document, new: Document, passage: PassageChange | None, sections: tuple[SectionChanges, ...] | None
) -> ChangesBody:
    """*passage* or *sections* as JSON."""
    return ChangesBody(
        old=DocumentRef.model_validate(document_dict(CitedDocument.of(old))),
        new=DocumentRef.model_validate(document_dict(CitedDocument.of(new))),
        passage=_passage_body(old, new, passage) if passage else None,
        sections=None if sections is None else [_section_body(old, new, section) for section in sections],
    )


def _passage_body(old: Document, new: Document, change: PassageChange) -> PassageChangeBody:
    return PassageChangeBody.model_validate(
        {
            "status": change.fate.value,
            "old": _place(old, change.old) | {"section": section_path(change.old_section, CitedDocument.of(old))},
            "new": _place(new, change.new) | {"section": section_path(change.new_section or (), CitedDocument.of(new))}
            if change.new
            else None,
            "pieces": _pieces(change.pieces),
            "introduction": _pieces(change.introduction),
        }
    )


def _section_body(old: Document, new: Document, section: SectionChanges) -> SectionChangesBody:
    return SectionChangesBody(
        section=section_path(section.path, CitedDocument.of(new)),
        changes=[_line_body(old, new, line) for line in section.lines],
    )


def _line_body(old: Document, new: Document, line: LineChange) -> LineChangeBody:
    return LineChangeBody.model_validate(
        {
            "status": line.fate.value,
            "old": _place(old, line.old) if line.old else None,
            "new": _place(new, line.new) if line.new else None,
            "moved_from": section_path(line.moved_from, CitedDocument.of(old)) if line.moved_from is not None else None,
            "pieces": _pieces(line.pieces),
        }
    )


def _place(document: Document, span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "permalink": passage_permalink(document, span)}


def _pieces(pieces: Pieces) -> list[DiffPieceBody]:
    return [_piece(piece) for piece in pieces]


def _piece(piece: DiffPiece) -> DiffPieceBody:
    return DiffPieceBody(kind=piece.kind.value, text=piece.text)
