"""Word files: notes with their labels, and what is known of a document besides its text."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.corpus.word_files import NAMES, PROSE, load, notes, p, part, run, shown, word, zipped


def mark(note_id: int, kind: str = "footnote", more: str = "", own: str = "") -> str:
    return f'<w:r><w:{kind}Reference w:id="{note_id}" {more}/>{f"<w:t>{own}</w:t>" if own else ""}</w:r>'


def bodies(kind: str, *texts: str) -> str:
    return "".join(f'<w:{kind} w:id="{place}">{p(text)}</w:{kind}>' for place, text in enumerate(texts))


def body(*marks: str) -> str:
    return p(runs="".join(run(f"Word{place} ") + mark for place, mark in enumerate(marks)))


class TestNotes:
    def test_labels_are_counted_in_the_order_of_the_marks(self) -> None:
        loaded = load(word(body(mark(1), mark(0)), footnotes=bodies("footnote", "Second.", "First.")))
        assert notes(loaded) == [("1", "First.", ["Word0"]), ("2", "Second.", ["Word1"])]

    def test_endnotes_in_digits_find_their_own_beside_footnotes(self) -> None:
        settings = '<w:endnotePr><w:numFmt w:val="decimal"/></w:endnotePr>'
        loaded = load(
            word(
                body(mark(0, "endnote"), mark(0)),
                settings=settings,
                footnotes=bodies("footnote", "At the foot."),
                endnotes=bodies("endnote", "At the end."),
            )
        )
        assert notes(loaded) == [("1", "At the end.", ["Word0"]), ("1", "At the foot.", ["Word1"])]

    def test_a_mark_of_its_own_is_the_label_and_isnt_counted(self) -> None:
        own = mark(0, more='w:customMarkFollows="1"', own="*")
        loaded = load(word(body(own, mark(1)), footnotes=bodies("footnote", "Starred.", "Numbered.")))
        assert notes(loaded) == [("*", "Starred.", ["Word0"]), ("1", "Numbered.", ["Word1"])]
        assert shown(loaded) == ["Word0 Word1"]

    def test_a_note_whose_mark_was_deleted_is_gone_and_not_counted(self) -> None:
        gone = f"<w:del>{mark(0)}</w:del>"
        loaded = load(word(body(gone, mark(1)), footnotes=bodies("footnote", "Gone.", "Kept.")))
        assert notes(loaded) == [("1", "Kept.", ["Word1"])]

    def test_a_note_of_several_paragraphs_is_one(self) -> None:
        two = f'<w:footnote w:id="0">{p("One.")}{p("Two.")}</w:footnote>'
        assert notes(load(word(body(mark(0)), footnotes=two))) == [("1", "One. Two.", ["Word0"])]

    def test_a_mark_without_a_note_stays_and_is_told(self) -> None:
        loaded = load(word(body(mark(7))))
        assert shown(loaded) == ["Word0 [1]"]
        assert "marks of notes without a text (1)" in " ".join(loaded.warnings)

    def test_a_heading_that_only_word_prints_notes_below_is_dropped(self) -> None:
        text = p("Costs", "Heading1") + p(PROSE) + p("Terms", "Heading1") + body(mark(0)) + p("Notes", "Heading1")
        loaded = load(word(text, footnotes=bodies("footnote", "A note.")))
        assert [section.heading for section in loaded.document.sections] == ["Costs", "Terms"]


def with_properties(text: str, core: str = "", app: str = "") -> bytes:
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    return zipped(
        {
            "word/document.xml": part("document", f"<w:body>{text}</w:body>"),
            "docProps/core.xml": f'<cp:coreProperties xmlns:cp="urn:x" {names}>{core}</cp:coreProperties>',
            "docProps/app.xml": f'<Properties xmlns="urn:y">{app}</Properties>',
        }
    )


SAVED = "<dcterms:modified>2025-04-14T10:00:00Z</dcterms:modified>"


class TestMetadata:
    def test_a_line_below_the_title_dates_and_attributes_the_text_and_isnt_part_of_it(self) -> None:
        text = p("A Guide to Vouchers", "Title") + p("Published by Larch Desk on May 2, 2025") + p(PROSE)
        loaded = load(with_properties(text, SAVED, "<Company>Another</Company>"))
        assert (loaded.document.as_of, loaded.document.publisher) == (date(2025, 5, 2), "Larch Desk")
        assert (shown(loaded), loaded.warnings) == ([PROSE], ())

    def test_a_line_at_the_end_dates_it_where_it_says_that_it_was_revised(self) -> None:
        text = p("Costs", "Heading1") + p(PROSE) + p("Terms", "Heading1")
        assert load(word(text + p("Last updated May 2, 2025"))).document.as_of == date(2025, 5, 2)
        other = load(word(text + p("Published May 2, 2025")))
        assert (other.document.as_of, shown(other)) == (None, [PROSE, "Published May 2, 2025"])

    def test_what_comes_from_the_properties_is_told(self) -> None:
        loaded = load(with_properties(p(PROSE), SAVED, "<Company>Larch Desk</Company>"))
        assert (loaded.document.as_of, loaded.document.publisher) == (date(2025, 4, 14), "Larch Desk")
        day, name = loaded.warnings
        assert "the day it was last saved, 2025-04-14, was taken from the file's properties" in day
        assert "Larch Desk, which the file's properties name as the company" in name

    @pytest.mark.parametrize(
        ("title", "expected"),
        [("Housing Vouchers", "Housing Vouchers"), ("Microsoft Word - x.doc", "Some Page"), ("Document1", "Some Page")],
    )
    def test_a_title_that_a_program_gave_the_file_is_none(self, title: str, expected: str) -> None:
        assert load(with_properties(p(PROSE), f"<dc:title>{title}</dc:title>")).document.title == expected

    def test_of_several_lines_above_the_text_the_one_in_the_properties_is_the_title(self) -> None:
        text = p("Notes From the Larch County Desk") + p("Vouchers") + p(PROSE)
        loaded = load(with_properties(text, "<dc:title>vouchers</dc:title>"))
        assert loaded.document.title == "Vouchers"

    def test_the_language_is_told_from_the_text_and_not_from_the_programs_own(self) -> None:
        text = "El programa comenzó en 1996 y desde entonces ha crecido en muchos estados del país."
        styles = '<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-US"/></w:rPr></w:rPrDefault></w:docDefaults>'
        assert load(word(p(text), styles=styles)).document.language == "es"


def test_parts_are_found_by_their_relations_whatever_they_are_called() -> None:
    kind = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    relation = '<Relationship Id="{}" Type="{}" Target="{}"/>'
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    strict = NAMES.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    data = zipped(
        {
            "_rels/.rels": relations.format(relation.format("a", f"{kind}/officeDocument", "/word/document2.xml")),
            "word/_rels/document2.xml.rels": relations.format(relation.format("b", f"{kind}/footnotes", "n/feet.xml")),
            "word/document2.xml": part("document", f"<w:body>{body(mark(0))}</w:body>").replace(NAMES, strict),
            "word/n/feet.xml": part("footnotes", bodies("footnote", "Found.")).replace(NAMES, strict),
        }
    )
    assert notes(load(data)) == [("1", "Found.", ["Word0"])]
