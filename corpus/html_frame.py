"""Drops what is left of a site's frame in the pieces of its page: lines above the text, tables of contents, teasers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.furniture import NOTE_HEADINGS, heading_key, is_contents, is_furniture, is_read_next
from corpus.html_blocks import Kind, Piece
from corpus.imprint import Imprint, read_imprint
from corpus.inline import normalise
from corpus.lines import Shape, Unit, is_bare

# So many pieces may stand above a line that dates the text.
_HEAD = 6
_SHORTEST_CONTENTS = 3
_MOSTLY = 0.6
_LONGEST_TEASER = 40


@dataclass(frozen=True, slots=True)
class Framed:
    """A page's pieces without its frame, the title that stood above them, and the lines that date or attribute it."""

    title: str | None
    pieces: tuple[Piece, ...]
    imprints: tuple[Imprint, ...]


def drop_frame(pieces: Sequence[Piece], named: str | None, has_notes: bool) -> Framed:
    """*pieces* without the frame; *named* is the title that the page's head gives."""
    kept = _drop_contents([piece for piece in pieces if not is_furniture(_unit(piece))])
    start = _first_text(kept)
    lines = [piece for piece in kept[: max(start, _HEAD)] if piece.kind is Kind.PARAGRAPH and read_imprint(piece.text)]
    imprints = [imprint for piece in lines for imprint in read_imprint(piece.text)]
    tops = [piece for piece in kept if piece.kind is Kind.HEADING and piece.level == 1]
    title = _opening(kept, tops, named)
    if start < len(kept):  # a page may be nothing but a list of links
        kept = [piece for piece in kept[:start] if not _is_above(piece)] + kept[start:]
    kept = [piece for piece in kept if piece is not title and not any(piece is line for line in lines)]
    kept = _drop_read_next(kept)
    while kept and _is_below(kept[-1]):
        kept.pop()
    if has_notes:
        kept = _drop_note_headings(kept)
    return Framed(title.text if title else None, tuple(kept), tuple(imprints))


def _unit(piece: Piece) -> Unit:
    """*piece* as plain text has it, for what tells furniture there."""
    if piece.kind is Kind.HEADING:
        return Unit(Shape.BARE, piece.text)
    if piece.kind is Kind.PARAGRAPH:
        return Unit(Shape.BARE if is_bare(piece.text) else Shape.PROSE, piece.text)
    return Unit(Shape.ITEM if piece.kind is Kind.LIST else Shape.ROWS, piece.text)


def _first_text(pieces: Sequence[Piece]) -> int:
    for place, piece in enumerate(pieces):
        if piece.kind in (Kind.HEADING, Kind.LIST) and (piece.level == 1 or piece.linked > _MOSTLY):
            continue
        if not is_furniture(_unit(piece), around=True):
            return place
    return len(pieces)


def _is_above(piece: Piece) -> bool:
    if piece.kind is Kind.HEADING:
        return False
    return piece.linked > _MOSTLY or is_furniture(_unit(piece), around=True)


def _is_below(piece: Piece) -> bool:
    if piece.kind is Kind.HEADING:  # what stood below it has been dropped
        return not piece.inline.marks
    return piece.kind is Kind.PARAGRAPH and is_furniture(_unit(piece), around=True)


def _opening(pieces: Sequence[Piece], tops: Sequence[Piece], named: str | None) -> Piece | None:
    """The heading that is the page's title: the one at the top, unless the parts have headings like it."""
    first = next((piece for piece in pieces if piece.kind is Kind.HEADING), None)
    if first is None:
        return None
    if named and _same(named, first.text):
        return first
    return first if tops == [first] or (first.level == 1 and named is None) else None


def _same(one: str, other: str) -> bool:
    return heading_key(one) == heading_key(other)


def _drop_contents(pieces: Sequence[Piece]) -> list[Piece]:
    """*pieces* without a list of the headings further down."""
    last = {heading_key(piece.text): place for place, piece in enumerate(pieces) if piece.kind is Kind.HEADING}
    gone: set[int] = set()
    for place, piece in enumerate(pieces):
        if piece.kind is not Kind.LIST:
            continue
        keys = [heading_key(normalise(row[0].text)) for row in piece.rows]
        labelled = place > 0 and is_contents(heading_key(pieces[place - 1].text))
        comes_again = sum(last.get(key, -1) > place for key in keys)
        if comes_again == len(keys) and (labelled or len(keys) >= _SHORTEST_CONTENTS):
            gone |= {place, place - 1} if labelled else {place}
        elif labelled and piece.linked > 0.9:
            gone |= {place, place - 1}
    return [piece for place, piece in enumerate(pieces) if place not in gone]


def _drop_read_next(pieces: Sequence[Piece]) -> list[Piece]:
    """*pieces* without headings such as "Related articles" that have only links and teasers below them."""
    kept: list[Piece] = []
    place = 0
    while place < len(pieces):
        end = place + 1
        piece = pieces[place]
        if is_read_next(heading_key(piece.text)) and piece.kind in (Kind.HEADING, Kind.PARAGRAPH):
            while end < len(pieces) and not _opens_part(pieces[end], piece):
                end += 1
            links = [number for number in range(place + 1, end) if pieces[number].linked]
            last = links[-1] if links else place
            if _only_teasers(pieces[place + 1 : last + 1]):
                kept.extend(pieces[last + 1 : end])  # what stands below the links isn't one of them
            else:
                kept.extend(pieces[place:end])
        else:
            kept.append(piece)
        place = end
    return kept


def _opens_part(piece: Piece, above: Piece) -> bool:
    if piece.kind is not Kind.HEADING:
        return False
    return above.kind is not Kind.HEADING or piece.level <= above.level


def _only_teasers(pieces: Sequence[Piece]) -> bool:
    short = all(piece.linked > _MOSTLY or len(piece.text.split()) <= _LONGEST_TEASER for piece in pieces)
    return short and all(piece.kind is not Kind.TABLE for piece in pieces)


def _drop_note_headings(pieces: Sequence[Piece]) -> list[Piece]:
    """*pieces* without headings such as "Notes" that have nothing left below them."""
    kept: list[Piece] = []
    for place, piece in enumerate(pieces):
        last = place + 1 == len(pieces) or pieces[place + 1].kind is Kind.HEADING
        lines = piece.kind in (Kind.HEADING, Kind.PARAGRAPH)
        if not (last and lines and heading_key(piece.text) in NOTE_HEADINGS):
            kept.append(piece)
    return kept
