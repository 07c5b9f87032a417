"""What holds for every document, whichever loader made it."""

import unicodedata

from corpus.documents import Block, BlockKind, Document, Section


def assert_sound(document: Document) -> None:
    """Check the layout that everything downstream relies on."""
    text = document.text
    assert unicodedata.is_normalized("NFC", text)
    assert "  " not in text
    assert not set(text) & set("\u00a0\t\r\u200b\ufeff\x00")
    end = 0
    for section in document.sections:
        assert section.span.start >= end, "sections are in order and disjoint"
        end = section.span.end
        _assert_section(document, section)
    slugs = [section.slug for section in document.sections]
    assert len(set(slugs)) == len(slugs)
    assert all(slugs)
    _assert_notes(document)
    assert _covered(document) == "".join(text.split())


def _assert_section(document: Document, section: Section) -> None:
    text = document.text
    assert bool(section.heading) == bool(section.path)
    if section.heading:
        assert section.path[-1] == section.heading
        assert text.startswith(section.heading, section.span.start)
    end = section.span.start + len(section.heading)
    before: Block | None = None
    for block in section.blocks:
        assert section.span.contains(block.span)
        assert block.span.start >= end, "blocks are in order and disjoint"
        assert block.span.of(text) == block.span.of(text).strip() != ""
        end = block.span.end
        _assert_block(block, before)
        before = block
    assert section.span.end == end


def _assert_block(block: Block, before: Block | None) -> None:
    introduced = before is not None and before.kind is BlockKind.PARAGRAPH and block.kind is not BlockKind.PARAGRAPH
    assert block.lead_in == (before.span if before and introduced else None)
    assert bool(block.items) == (block.kind is not BlockKind.PARAGRAPH)
    assert bool(block.cells) == (block.kind is BlockKind.TABLE)
    end = block.span.start
    for item in block.items:
        assert end <= item.start < item.end <= block.span.end
        end = item.end
    for row, cells in zip(block.items, block.cells, strict=False):
        assert all(row.contains(cell) for cell in cells)
        assert list(cells) == sorted(cells)
    assert len({len(cells) for cells in block.cells}) <= 1


def _assert_notes(document: Document) -> None:
    end = document.sections[-1].span.end if document.sections else 0
    for note in document.notes:
        assert note.span.start >= end + len(f"[{note.label}] ")
        end = note.span.end
        assert document.text[: note.span.start].endswith(f"\n[{note.label}] ")
        for mark in note.marks:
            assert 0 < mark <= len(document.text)
            assert not document.text[mark - 1].isspace(), "a mark stands behind what it belongs to"


def _covered(document: Document) -> str:
    """What sections and notes cover, with the notes' heading and labels, without blanks."""
    parts = [section.span.of(document.text) for section in document.sections]
    if document.notes:
        parts.append("Notes")
        parts += [f"[{note.label}] {note.span.of(document.text)}" for note in document.notes]
    return "".join("".join(parts).split())
