"""Canonical text, and the spans on it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.builder import DocumentBuilder, Metadata, slugify, title_from_stem
from corpus.documents import Document, dump_document, load_document_json
from corpus.inline import InlineText, Mark, join_inline, normalise
from tests.unit.corpus.invariants import assert_sound


def built(builder: DocumentBuilder) -> Document:
    document = builder.build(Metadata(id="a", title="A", language="en"))
    assert_sound(document)
    return document


def marked(text: str, *labels: str) -> InlineText:
    """*text* with a mark, in turn for each of *labels*, wherever it has a "^"."""
    pieces = text.split("^")
    offsets = [len("".join(pieces[: place + 1])) for place in range(len(labels))]
    marks = tuple(Mark(offset, label, f"[{label}]") for offset, label in zip(offsets, labels, strict=True))
    return InlineText("".join(pieces), marks)


def test_the_layout_of_canonical_text() -> None:
    builder = DocumentBuilder()
    builder.add_paragraph("Before.")
    builder.add_heading(2, "Who  qualifies")
    builder.add_paragraph(marked("Income^ decides.", "1"))
    builder.add_list(["young", "old"])
    builder.add_list(["apply", "wait"], ordered=True, start=3)
    builder.add_table([["Year", "Sum"], ["2024", "$5"]])
    builder.add_note("1", "In dollars.")
    assert built(builder).text == (
        "Before.\n\nWho qualifies\n\nIncome decides.\n\n• young\n• old\n\n3. apply\n4. wait\n\n"
        "Year | Sum\n2024 | $5\n\nNotes\n[1] In dollars."
    )


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("a\u00a0b", "a b"),
        (" a \t\r\n b\u2003\u3000c ", "a b c"),
        ("cafe\u0301", "café"),
        ("a\u200bb\ufeffc\xadd", "abcd"),
        ("\u202eevil\u202c", "evil"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\x00\x1b[0m", "[0m"),
        ("a\ud800b", "ab"),
    ],
)
def test_text_is_normalised(written: str, canonical: str) -> None:
    assert normalise(written) == canonical


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


class TestMarks:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("One.^ Two.", "One."),
            ("One.^", "One."),
            ("One^. Two.", "One"),
            ("“One.”^ Two.", "“One.”"),
            ("One. ^ Two.", "One."),
            ("One. ^Two.", "One."),
            ("One.^Two.", "One."),
            ("One ^ and two.", "One"),
            ("One ^, two.", "One"),
        ],
    )
    def test_a_mark_is_anchored_at_the_end_of_what_it_follows(self, text: str, sentence: str) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(marked(text, "1"))
        builder.add_note("1", "Body.")
        document = built(builder)
        (mark,) = document.notes[0].marks
        assert document.text[:mark] == sentence

    @pytest.mark.parametrize(
        ("text", "clean"),
        [
            ("One.^ Two.", "One. Two."),
            ("One.^Two.", "One. Two."),
            ("One ^, two ^ three.", "One, two three."),
            ("One (two ^) three", "One (two) three"),
            ("One^ (two)", "One (two)"),
            ("^One", "One"),
            ("^ One", "One"),
        ],
    )
    def test_no_trace_of_a_mark_is_left(self, text: str, clean: str) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(marked(text, *["1"] * text.count("^")))
        builder.add_note("1", "Body.")
        document = built(builder)
        assert document.sections[0].blocks[0].span.of(document.text) == clean

    def test_a_mark_that_opens_a_block_belongs_to_its_first_sentence(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph("Zero.")
        builder.add_list([marked("^One. Two.", "1")])
        builder.add_note("1", "Body.")
        document = built(builder)
        item = document.sections[0].blocks[1].items[0]
        assert document.notes[0].marks == (item.start + 1,)

    def test_a_mark_on_a_line_of_its_own_belongs_to_the_block_above(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph("One.")
        builder.add_paragraph(marked("^", "1"))
        builder.add_paragraph("Two.")
        builder.add_note("1", "Body.")
        document = built(builder)
        assert document.notes[0].marks == (len("One."),)
        assert len(document.sections[0].blocks) == 2

    def test_marks_in_items_cells_and_headings_are_counted_on_the_whole_text(self) -> None:
        builder = DocumentBuilder()
        builder.add_heading(2, marked("Costs^", "1"))
        builder.add_list([marked("Rent^ alone", "2")])
        builder.add_table([["Year", marked("Sum^", "3")], [marked("2024^", "1"), ""]])
        for label in "123":
            builder.add_note(label, f"Note {label}.")
        document = built(builder)
        before = {note.label: [document.text[:mark].split()[-1] for mark in note.marks] for note in document.notes}
        assert before == {"1": ["Costs", "2024"], "2": ["Rent"], "3": ["Sum"]}
        assert document.sections[0].heading == "Costs"

    def test_a_mark_without_a_note_stays_as_it_was_written(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(marked("He [the sheriff^] spoke^.", "x", "1"))
        builder.add_note("1", "Body.")
        assert built(builder).text.startswith("He [the sheriff[x]] spoke.")

    def test_a_note_without_a_mark_is_kept(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph("One.")
        builder.add_note("1", "Body.")
        assert built(builder).notes[0].marks == ()

    def test_a_note_without_a_body_is_no_note(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(marked("One^.", "1"))
        builder.add_note("1", " ")
        document = built(builder)
        assert (document.text, document.notes) == ("One[1].", ())

    def test_notes_that_share_a_label_are_paired_with_their_marks_in_order(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(marked("One.^ Two.^", "1", "1"))
        builder.add_note("1", "First.")
        builder.add_note("1", "Second.")
        document = built(builder)
        assert [document.text[: note.marks[0]] for note in document.notes] == ["One.", "One. Two."]

    def test_where_notes_share_a_label_and_marks_are_missing_none_is_guessed(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(marked("One.^ Two.", "1"))
        builder.add_note("1", "First.")
        builder.add_note("1", "Second.")
        document = built(builder)
        assert document.text.startswith("One.[1] Two.")
        assert [note.marks for note in document.notes] == [(), ()]

    def test_a_note_may_refer_to_a_note(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(marked("One.^", "1"))
        builder.add_note("1", marked("First^ body.", "2"))
        builder.add_note("2", "Second.")
        document = built(builder)
        assert document.notes[0].span.contains(document.notes[1].span) is False
        assert document.text[: document.notes[1].marks[0]].endswith("[1] First")

    def test_a_mark_between_a_letter_and_its_accent_does_not_keep_them_apart(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(marked("Cafe^\u0301 noir^.", "1", "1"))
        builder.add_note("1", "Body.")
        document = built(builder)
        assert [document.text[:mark] for mark in document.notes[0].marks] == ["Café", "Café noir"]


class TestSections:
    def test_paths_nest_by_level_and_levels_may_skip(self) -> None:
        builder = DocumentBuilder()
        for level, heading in [(2, "A"), (4, "B"), (3, "C"), (4, "D"), (2, "E"), (1, "F")]:
            builder.add_heading(level, heading)
            builder.add_paragraph("Text.")
        paths = [section.path for section in built(builder).sections]
        assert paths == [("A",), ("A", "B"), ("A", "C"), ("A", "C", "D"), ("E",), ("F",)]

    def test_text_before_the_first_heading_is_a_section_without_one(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph("Text.")
        builder.add_heading(2, "A")
        first, second = built(builder).sections
        assert (first.heading, first.path) == ("", ())
        assert (second.heading, second.blocks) == ("A", ())

    def test_slugs_differ_even_from_each_others_numbered_forms(self) -> None:
        builder = DocumentBuilder()
        for heading in ["Costs", "Costs 2", "Costs", "costs!", "¿?", "¿?", "top"]:
            builder.add_heading(2, heading)
        slugs = [section.slug for section in built(builder).sections]
        assert slugs == ["costs", "costs-2", "costs-3", "costs-4", "section", "section-2", "top"]

    def test_an_empty_heading_opens_nothing(self) -> None:
        builder = DocumentBuilder()
        builder.add_heading(2, "A")
        builder.add_heading(2, " \u200b")
        builder.add_paragraph("Text.")
        assert [section.heading for section in built(builder).sections] == ["A"]

    def test_a_list_is_tied_to_the_paragraph_above_it_in_its_section(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph("These:")
        builder.add_list(["one"])
        builder.add_list(["two"])
        builder.add_heading(2, "A")
        builder.add_list(["three"])
        document = built(builder)
        blocks = [block for section in document.sections for block in section.blocks]
        assert [block.lead_in and block.lead_in.of(document.text) for block in blocks] == [None, "These:", None, None]


class TestBlocks:
    def test_items_are_without_their_markers(self) -> None:
        builder = DocumentBuilder()
        builder.add_list(["one", " ", "two"], markers=["(a)", "(b)", ""])
        document = built(builder)
        block = document.sections[0].blocks[0]
        assert block.span.of(document.text) == "(a) one\ntwo"
        assert [item.of(document.text) for item in block.items] == ["one", "two"]

    def test_short_rows_are_filled_up_and_empty_cells_are_empty_spans(self) -> None:
        builder = DocumentBuilder()
        builder.add_table([["", "2024", "2025"], ["Rent", "", "9"], [], ["Food"]])
        document = built(builder)
        block = document.sections[0].blocks[0]
        assert block.span.of(document.text) == "| 2024 | 2025\nRent | | 9\nFood | |"
        assert [[cell.of(document.text) for cell in row] for row in block.cells] == [
            ["", "2024", "2025"],
            ["Rent", "", "9"],
            ["Food", "", ""],
        ]

    def test_blocks_of_nothing_are_left_out(self) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(" ")
        builder.add_list([])
        builder.add_list(["\u200b"])
        builder.add_table([["", " "]])
        assert not builder.has_body
        assert built(builder).sections == ()

    def test_headings_and_notes_alone_are_no_body(self) -> None:
        builder = DocumentBuilder()
        builder.add_heading(2, "A")
        builder.add_note("1", "Body.")
        assert not builder.has_body
        builder.add_paragraph("Text.")
        assert builder.has_body


def test_joined_texts_keep_their_marks_in_place() -> None:
    joined = join_inline([marked("One^", "1"), InlineText("two"), marked("th^ree", "2")])
    assert joined.text == "One two three"
    assert [joined.text[: mark.offset] for mark in joined.marks] == ["One", "One two th"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Who Qualifies?", "who-qualifies"),
        ("¿Qué es la Sección 8?", "que-es-la-seccion-8"),
        ("法律 概要", "法律-概要"),
        ("__", "none"),
        ("x" * 200, "x" * 80),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert slugify(text, "none") == slug


@pytest.mark.parametrize(
    ("stem", "title"), [("housing-vouchers", "Housing Vouchers"), ("287g_FAQ", "287g FAQ"), ("--", "Untitled")]
)
def test_a_stem_makes_a_title(stem: str, title: str) -> None:
    assert title_from_stem(stem) == title


def test_metadata_is_handed_on_and_the_language_told_where_it_isnt_named() -> None:
    builder = DocumentBuilder()
    builder.add_paragraph(
        "La ley obliga a los dueños a reparar la vivienda en un plazo de treinta días desde el aviso."
    )
    metadata = Metadata(
        id="a", title=" A\u00a0b ", publisher="P", as_of=date(2025, 4, 14), topics=("t",), url="https://a.org"
    )
    document = builder.build(metadata)
    assert (document.title, document.language, document.as_of) == ("A b", "es", date(2025, 4, 14))
    assert (document.publisher, document.topics, document.url) == ("P", ("t",), "https://a.org")


_TEXT = st.one_of(st.text(max_size=30), st.text(alphabet="ab .^\u0301\u00a0\n[1]|•", max_size=30))
_LABELS = st.sampled_from("123")
_INLINE = st.builds(
    lambda text, marks: InlineText(
        text, tuple(Mark(min(place, len(text)), label, f"[{label}]") for place, label in marks)
    ),
    _TEXT,
    st.lists(st.tuples(st.integers(0, 30), _LABELS), max_size=3),
)
_STEPS = st.one_of(
    st.tuples(st.just("heading"), st.integers(1, 6), _INLINE),
    st.tuples(st.just("paragraph"), _INLINE),
    st.tuples(st.just("list"), st.lists(_INLINE, max_size=3), st.booleans()),
    st.tuples(st.just("table"), st.lists(st.lists(_INLINE, max_size=3), max_size=3)),
    st.tuples(st.just("note"), _LABELS, _INLINE),
)


@settings(deadline=None)  # the first example may load the language model
@given(st.lists(_STEPS, max_size=8))
def test_whatever_is_added_the_document_is_sound(steps: list[tuple[object, ...]]) -> None:
    builder = DocumentBuilder()
    for name, *arguments in steps:
        getattr(builder, f"add_{name}")(*arguments)
    document = built(builder)
    assert bool(any(section.blocks for section in document.sections)) >= builder.has_body
    assert load_document_json(dump_document(document)) == document


@settings(deadline=None)  # the first example may load the language model
@given(st.lists(st.text(alphabet="ab. ", min_size=1, max_size=12), min_size=1, max_size=5))
def test_a_resolved_mark_leaves_no_character_behind(pieces: list[str]) -> None:
    offsets = [len("".join(pieces[: place + 1])) for place in range(len(pieces))]
    builder = DocumentBuilder()
    builder.add_paragraph("Start.")
    builder.add_paragraph(InlineText("".join(pieces), tuple(Mark(offset, "x", "‡") for offset in offsets)))
    builder.add_note("x", "Body.")
    document = built(builder)
    written = "".join("".join(pieces).split())
    assert "".join(document.text.split()) == f"Start.{written}Notes[x]Body."
    assert len(document.notes[0].marks) == len(pieces)


def test_a_mark_alone_in_a_rows_first_cell_belongs_to_that_row() -> None:
    builder = DocumentBuilder()
    builder.add_paragraph("Before.")
    builder.add_table([[marked("^", "1"), "$5"]])
    builder.add_note("1", "In dollars.")
    document = built(builder)
    (row,) = document.sections[0].blocks[1].items
    (mark,) = document.notes[0].marks
    assert row.start < mark <= row.end
