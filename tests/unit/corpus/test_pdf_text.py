"""What printed lines say: paragraphs, lists, tables, notes and headings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import BlockKind
from corpus.errors import DocumentFormatError
from corpus.pdf_glyphs import Letter, Rule, Tag
from tests.unit.corpus.invariants import assert_sound
from tests.unit.corpus.printed import body, column, letters, mark, page, read

_SUPERSCRIPTS = [("a lot of 90 m", "2", "m²"), ("about 10", "6", "10⁶"), ("the 1", "st", "1st")]
_FILLER = ["The agency reviews each application in the order", "that it came in, and answers within thirty days."]


def _read_lines(*lines: str) -> list[str]:
    document = read(page(1, column(lines)))
    assert_sound(document)
    return body(document)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The infor-", "mation is public, and information is free to all."),
        ("It is a long-", "term plan, and a long-term plan takes its time."),
        ("It is a non-", "English form that the agency takes in any case."),
        ("From 2010-", "2015 the agency took the form from all who came."),
    ],
)
def test_a_hyphen_at_a_lines_end_is_kept_where_it_belongs_to_the_word(before: str, after: str) -> None:
    kept = before if before != "The infor-" else "The infor"
    assert _read_lines(before, after) == [kept + after]


def test_a_word_that_stands_nowhere_else_is_joined_where_the_text_breaks_words() -> None:
    assert "consideration" in _read_lines("Each form gets the same consid-", "eration by the agency as any other.")[0]


def test_a_paragraph_goes_on_over_the_end_of_a_page() -> None:
    first, second = page(1, column(_FILLER)), page(2, column(["and no later. It then tells everyone who applied."]))
    cut = page(1, column([*_FILLER[:1], "that it came in, and answers within thirty days"]))
    assert len(body(read(cut, second))) == 1
    ended = page(2, column(["Another paragraph begins at the top of this page here."]))
    short = page(1, column([*_FILLER, "or less."]))
    assert len(body(read(short, ended))) == 2
    assert first.number == 1


def test_what_runs_along_the_top_and_foot_of_pages_is_dropped() -> None:
    pages = [
        page(
            number,
            letters("Housing vouchers", 60, 770),
            column(_FILLER, top=600),
            letters(f"Page {number} of 3", 60, 30),
        )
        for number in (1, 2, 3)
    ]
    text = read(*pages).text
    assert "Housing" not in text
    assert "Page" not in text
    assert text.count("thirty days") == 3


def test_items_hang_and_keep_their_markers() -> None:
    held = [letters("The agency asks for these:", 60, 700)]
    for place, (marker, text) in enumerate((("(a)", "a form that is signed"), ("(b)", "a fee"))):
        held += [letters(marker, 70, 680 - 30 * place), letters(text, 90, 680 - 30 * place)]
    held.append(letters("and dated by hand", 90, 668))
    document = read(page(1, *held))
    block = document.sections[0].blocks[1]
    assert block.kind is BlockKind.LIST
    assert block.span.of(document.text) == "(a) a form that is signed and dated by hand\n(b) a fee"


def test_cells_in_columns_are_a_table_and_never_prose() -> None:
    rows = [("Class", "Fee", "Term"), ("Small", "$20", "1 year"), ("Large", "$90", "5 years")]
    cells = [letters(cell, 60 + 120 * x, 650 - 14 * y) for y, row in enumerate(rows) for x, cell in enumerate(row)]
    document = read(page(1, column(_FILLER), *cells))
    block = document.sections[0].blocks[-1]
    assert [[cell.of(document.text) for cell in row] for row in block.cells] == [list(row) for row in rows]


def test_cells_in_a_drawn_grid_may_have_more_than_one_line() -> None:
    levels = [Rule(50, y, 350, y + 0.5) for y in (720, 680, 640)]
    walls = [Rule(x, 640, x + 0.5, 720) for x in (50, 200, 350)]
    cells = [letters("Who", 60, 705), letters("What", 210, 705), letters("Owners", 60, 665)]
    cells += [letters("a form and", 210, 665), letters("a fee", 210, 653)]
    document = read(page(1, *cells, column(_FILLER, top=600), rules=[*levels, *walls]))
    assert body(document)[0] == "Who | What\nOwners | a form and a fee"


def _noted(marked: str, *note: str) -> list[Letter]:
    line = letters(marked, 60, 600)
    foot = column(note, top=60, size=8, step=10)
    start = letters("1", 54, 60, size=5, rise=3)
    return [*column(_FILLER[:1], top=612), *line, *mark("1", line), *column(_FILLER, top=570), *start, *foot]


def test_a_note_at_the_foot_is_a_note_and_its_mark_is_out_of_the_text() -> None:
    document = read(page(1, _noted("and it may ask for more.", "See the rule of 2016.")))
    assert_sound(document)
    (note,) = document.notes
    assert (note.label, note.span.of(document.text)) == ("1", "See the rule of 2016.")
    assert [document.text[:offset][-9:] for offset in note.marks] == ["for more."]
    assert document.pages_of(note.span) == (1,)


def test_numbering_may_begin_anew_on_each_page() -> None:
    pages = [page(n, _noted(f"and page {n} asks for more.", f"The note of page {n}.")) for n in (1, 2, 3)]
    document = read(*pages)
    for number, note in enumerate(document.notes, 1):
        assert note.span.of(document.text) == f"The note of page {number}."
        assert [f"page {number} asks for more." in document.text[:offset][-30:] for offset in note.marks] == [True]
    assert len(document.notes) == 3


def test_a_note_goes_on_at_the_foot_of_the_next_page() -> None:
    first = page(1, _noted("and it may ask for more.", "The rule of 2016, which the agency"))
    second = page(2, column(_FILLER), column(["took back a year later."], top=60, size=8))
    (note,) = (document := read(first, second)).notes
    assert note.span.of(document.text) == "The rule of 2016, which the agency took back a year later."
    assert document.pages_of(note.span) == (1, 2)


@pytest.mark.parametrize(("before", "raised", "shown"), _SUPERSCRIPTS)
def test_a_superscript_that_is_no_mark_is_kept(before: str, raised: str, shown: str) -> None:
    line = letters(before, 60, 688)
    document = read(page(1, column(_FILLER[:1]), line, mark(raised, line)))
    assert shown in document.text


def test_notes_below_a_heading_are_notes() -> None:
    line = letters("that it came in, and answers within thirty days.", 60, 688)
    held = [*column(_FILLER[:1]), *line, *mark("1", line), *letters("Notes", 60, 650, size=14, bold=True)]
    document = read(page(1, held, column(["1. The rule of 2016.", "2. The rule of 2019."], top=630)))
    assert [note.span.of(document.text) for note in document.notes] == ["The rule of 2016.", "The rule of 2019."]
    assert len(document.notes[0].marks) == 1


def test_headings_nest_by_size_and_weight_and_the_largest_is_the_title() -> None:
    held = [*letters("How vouchers work", 60, 760, size=20), *letters("Who pays", 60, 730, size=14)]
    held += [*column(_FILLER, top=710), *letters("The owner", 60, 670, bold=True), *column(_FILLER, top=655)]
    document = read(page(1, held))
    assert document.title == "How vouchers work"
    assert [section.path for section in document.sections] == [("Who pays",), ("Who pays", "The owner")]


_SMALL = st.integers(0, 2)
_TAGS = st.builds(Tag, st.sampled_from(["P", "H1", "LI", "Cell", "Note"]), st.integers(1, 4), _SMALL, _SMALL)
_Part = tuple[str, float, float, float, Tag | None]
_Box = tuple[float, float, float, float]
_PART = st.tuples(
    st.text("ab cd.-•1*†[]²“é(", min_size=1, max_size=40),
    st.floats(-10, 500),
    st.sampled_from([700.0, 688.0, 676.0, 60.0, 50.0]) | st.floats(0, 790),
    st.sampled_from([10.0, 8.0, 6.0, 14.0, 0.01, 300.0]),
    st.none() | _TAGS,
)
_RULES = st.lists(st.tuples(st.floats(0, 500), st.floats(0, 700), st.floats(0, 90), st.floats(0, 90)), max_size=5)


@given(st.lists(st.tuples(st.lists(_PART, max_size=12), _RULES), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_whatever_is_on_the_pages_a_document_is_sound(drawn: list[tuple[list[_Part], list[_Box]]]) -> None:
    pages = []
    for number, (parts, rules) in enumerate(drawn, 1):
        held = [letter._replace(tag=tag) for text, x, y, size, tag in parts for letter in letters(text, x, y, size)]
        pages.append(page(number, held, rules=[Rule(x, y, x + wide, y + high) for x, y, wide, high in rules]))
    try:
        document = read(*pages)
    except DocumentFormatError:
        return
    assert_sound(document)
    assert [line.span for line in document.layout] == sorted(line.span for line in document.layout)
