"""Explainers written in Markdown: front matter, blocks, notes, and what may stand where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import Block, Document
from corpus.errors import DocumentFormatError
from corpus.markdown import MarkdownLoader
from tests.unit.corpus.invariants import assert_sound

FIXTURES = Path(__file__).parents[2] / "fixtures" / "explainers"


def read(text: str, name: str = "some-page.md") -> Document:
    document = MarkdownLoader().load(text.encode(), Path(name)).document
    assert_sound(document)
    return document


def paths(document: Document) -> list[tuple[str, ...]]:
    return [section.path for section in document.sections]


def blocks(document: Document) -> list[Block]:
    return [block for section in document.sections for block in section.blocks]


def shown(document: Document) -> list[str]:
    return [block.span.of(document.text) for block in blocks(document)]


def anchors(document: Document) -> dict[str, list[str]]:
    """For each note the word that each of its marks stands behind."""
    return {note.label: [document.text[:mark].split()[-1] for mark in note.marks] for note in document.notes}


def bodies(document: Document) -> dict[str, str]:
    return {note.label: note.span.of(document.text) for note in document.notes}


class TestFrontMatter:
    def test_all_its_keys_are_read_and_others_left_to_other_tools(self) -> None:
        document = read(
            "---\nid: vouchers\ntitle: 'Vouchers: a guide'\npublisher: An Institute\nas_of: 2025-04-14\nlanguage: ES\n"
            "topics:\n  - housing\n  - rent\n  - housing\nurl: https://example.org/v\nlayout: page\ndraft: true\n---\n"
            "Text."
        )
        assert (document.id, document.title, document.publisher) == ("vouchers", "Vouchers: a guide", "An Institute")
        assert (document.as_of, document.language) == (date(2025, 4, 14), "es")
        assert (document.topics, document.url) == (("housing", "rent"), "https://example.org/v")

    def test_topics_may_be_separated_by_commas(self) -> None:
        assert read("---\ntopics: housing,  rent ,\n---\nText.").topics == ("housing", "rent")

    def test_what_is_missing_or_empty_comes_from_the_file(self) -> None:
        document = read("---\nid:\ntitle: ''\nas_of: null\ntopics: []\n---\nText.", "Housing Vouchers_2.md")
        assert (document.id, document.title) == ("housing-vouchers-2", "Housing Vouchers 2")
        assert (document.as_of, document.publisher, document.topics, document.url) == (None, None, (), None)

    @pytest.mark.parametrize(
        ("written", "day"),
        [
            ("2025-04-14", date(2025, 4, 14)),
            ("'2025-04-14'", date(2025, 4, 14)),
            ("2025-04-14 10:30:00", date(2025, 4, 14)),
            ("April 14, 2025", date(2025, 4, 14)),
            ("14 de abril de 2025", date(2025, 4, 14)),
        ],
    )
    def test_dates_as_people_write_them(self, written: str, day: date) -> None:
        assert read(f"---\nas_of: {written}\n---\nText.").as_of == day

    @pytest.mark.parametrize(("written", "language"), [("no", "no"), ("es-MX", "es"), ("EN", "en"), ("fil", "fil")])
    def test_a_language_goes_by_its_first_part(self, written: str, language: str) -> None:
        assert read(f"---\nlanguage: {written}\n---\nText.").language == language

    def test_a_language_that_isnt_named_is_told_from_the_text(self) -> None:
        text = "El programa comenzó en 1996 y desde entonces ha crecido en muchos estados del país."
        assert read(text).language == "es"
        assert read(f"---\nlanguage: und\n---\n{text}").language == "es"
        assert read("Text.").language == "en"

    @pytest.mark.parametrize(
        ("line", "key", "advice"),
        [
            ("id: a b", '"a b"', "write letters, digits and hyphens, such as id: housing-vouchers"),
            ("id: ../x", '"../x"', "letters, digits"),
            ("title: [a, b]", "a list", "write one line of text"),
            ("publisher: {a: b}", "a group of keys", "write one line of text"),
            ("as_of: soon", '"soon"', "such as as_of: 2025-04-14"),
            ("as_of: 2025-02-30", '"2025-02-30"', "such as as_of: 2025-04-14"),
            ("as_of: 04/05/2025", '"04/05/2025"', "such as as_of: 2025-04-14"),
            ("as_of: 2025", '"2025"', "such as as_of: 2025-04-14"),
            ("language: Spanish!", '"Spanish!"', "such as language: en"),
            ("topics: {a: b}", "a group of keys", "topics separated by commas"),
            ("topics: [[a]]", "a list", "topics separated by commas"),
            ("url: javascript:alert(1)", '"javascript:alert(1)"', "such as url: https://example.org/explainer"),
        ],
    )
    def test_a_wrong_value_is_named_with_what_to_write_instead(self, line: str, key: str, advice: str) -> None:
        with pytest.raises(DocumentFormatError) as raised:
            read(f"---\n{line}\n---\nText.", "page.md")
        message = str(raised.value)
        assert message.startswith(f"page.md: the front matter's {line.partition(':')[0]} is {key}; write ")
        assert advice in message

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("---\nid: x\n  y: [\n---\nText.", r"page\.md, line \d: the front matter can't be read"),
            (
                "---\ntitle: Vouchers: a guide\n---\nText.",
                r"page\.md, line 2: .* quotes around a value that has a colon",
            ),
            ("---\n? [a]\n: b\n---\nText.", "the front matter can't be read"),
            ("---\njust words\n---\nText.", "isn't front matter"),
            ("---\n- a\n- b\n---\nText.", "isn't front matter"),
            ("---\nid: x\ntitle: y\n\nText.", "front matter isn't closed"),
            ("---\nid: &a [*a]\n---\nText.", "front matter"),
            (f"---\nid: {'[' * 3000}\n---\nText.", "front matter can't be read"),
        ],
    )
    def test_front_matter_that_cant_be_read(self, text: str, message: str) -> None:
        with pytest.raises(DocumentFormatError, match=message) as raised:
            read(text, "page.md")
        assert str(raised.value).startswith("page.md")
        assert "\n" not in str(raised.value)

    def test_a_rule_at_the_top_isnt_front_matter(self) -> None:
        assert shown(read("---\n\nText: and more.\n")) == ["Text: and more."]

    @pytest.mark.parametrize("before", ["\ufeff", "\n\n", "\r\n"])
    def test_it_may_stand_behind_a_byte_order_mark_or_blank_lines(self, before: str) -> None:
        assert read(f"{before}---\nid: x\n---\nText.").id == "x"

    def test_empty_front_matter_is_none(self) -> None:
        assert read("---\n---\nText.").text == "Text."


class TestTitle:
    def test_the_first_top_heading_is_the_title_and_no_section(self) -> None:
        document = read("# A *Guide*\n\nText.\n\n## Costs\n\nMore.")
        assert document.title == "A Guide"
        assert paths(document) == [(), ("Costs",)]

    def test_a_top_heading_that_repeats_the_title_is_no_section(self) -> None:
        document = read('---\ntitle: "Vouchers: A Guide"\n---\n# Vouchers — a guide\n\nText.')
        assert paths(document) == [()]

    def test_any_other_top_heading_is_a_section(self) -> None:
        document = read("---\ntitle: Vouchers\n---\n# Costs\n\nText.\n\n# Rules\n\nText.")
        assert paths(document) == [("Costs",), ("Rules",)]

    def test_a_top_heading_below_others_gives_its_name_and_stays_a_section(self) -> None:
        document = read("## Before\n\nText.\n\n# Guide\n\nText.")
        assert document.title == "Guide"
        assert paths(document) == [("Before",), ("Guide",)]

    def test_of_two_top_headings_the_second_is_a_section(self) -> None:
        assert paths(read("# Guide\n\n# Costs\n\nText.\n\n## Rent\n\nText.")) == [("Costs",), ("Costs", "Rent")]

    def test_underlined_headings(self) -> None:
        document = read("Guide\n=====\n\nCosts\n-----\nText.")
        assert (document.title, paths(document)) == ("Guide", [("Costs",)])

    def test_without_one_the_stem_is_the_title(self) -> None:
        assert read("Text.").title == "Some Page"


class TestInline:
    @pytest.mark.parametrize(
        ("written", "plain"),
        [
            ("*a* **b** ***c*** `d  e`", "a b c d e"),
            ("[text](https://example.org 'title') and <https://example.org>", "text and https://example.org"),
            ("![a *bad* lock](lock.png) [![alt](a.png)](b)", "a bad lock alt"),
            ("one\ntwo  \nthree\\\nfour", "one two three four"),
            ("a&nbsp;b &amp; &copy; \\*c\\*", "a b & © *c*"),
            ("a <!-- secret --> b", "a b"),
            ("<b>bold</b> and <span class='x'>plain</span>", "bold and plain"),
            ("one<br>two<br/>three", "one two three"),
            ("10<sup>6</sup> and CO<sub>2</sub>", "10⁶ and CO₂"),
            ("a <script>alert(1)</script> b", "a b"),
            ('"quotes" -- and ... stay (c)', '"quotes" -- and ... stay (c)'),
            ("**unclosed and [unclosed](", "**unclosed and [unclosed]("),
            ("a < b > c", "a < b > c"),
            ("see [1] and [^1] and [sic]", "see [1] and [^1] and [sic]"),
        ],
    )
    def test_markup_becomes_plain_text(self, written: str, plain: str) -> None:
        assert shown(read(written)) == [plain]

    def test_headings_are_plain_text_too(self) -> None:
        document = read("## The *cost* of [rent](x) `now` {#cost}\n\nText.")
        assert document.sections[0].heading == "The cost of rent now"


class TestBlocks:
    def test_quotations_and_code_are_paragraphs(self) -> None:
        document = read("> One\n> two.\n>\n> ## Three\n\n```\nfour\n  five\n```\n\n    six\n")
        assert shown(document) == ["One two.", "Three", "four five", "six"]
        assert paths(document) == [()]

    def test_nested_lists_are_flattened_in_order(self) -> None:
        document = read("These:\n\n- a\n  1. b\n  2. c\n     - d\n\n  goes on\n- e\n")
        lead_in, items = blocks(document)
        assert items.span.of(document.text) == "• a\n1. b\n2. c\n• d\ngoes on\n• e"
        assert items.lead_in == lead_in.span

    def test_ordered_lists_keep_their_first_number(self) -> None:
        assert shown(read("3. a\n4. b\n")) == ["3. a\n4. b"]

    def test_an_item_of_several_paragraphs_is_one_item(self) -> None:
        document = read("- one\n\n  two\n\n  > three\n\n- four\n")
        assert [item.of(document.text) for item in blocks(document)[0].items] == ["one two three", "four"]

    def test_lists_in_quotations_are_lists(self) -> None:
        assert shown(read("> These:\n>\n> - a\n> - b\n")) == ["These:", "• a\n• b"]

    def test_tables(self) -> None:
        document = read("They differ:\n\n| Kind | *Sum* |\n|---|--:|\n| A \\| B | `5` |\n| C | |\n")
        lead_in, table = blocks(document)
        assert table.span.of(document.text) == "Kind | Sum\nA | B | 5\nC |"
        assert [[cell.of(document.text) for cell in row] for row in table.cells] == [
            ["Kind", "Sum"],
            ["A | B", "5"],
            ["C", ""],
        ]
        assert table.lead_in == lead_in.span

    def test_html_is_read_for_its_text(self) -> None:
        document = read(
            "<!-- a\n\ncomment -->\n\n<div>\n<p>One <b>two</b>.</p><p>Three &amp; four.</p>\n</div>\n\n"
            "<style>\np {}\n</style>\n\n<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>\n"
        )
        assert shown(document) == ["One two.", "Three & four.", "a | b", "c"]

    @pytest.mark.parametrize("opening", ["<!--", "<script>", "<style>"])
    def test_html_that_hides_the_rest_of_the_text_is_refused(self, opening: str) -> None:
        message = rf"page\.md, line 5: {opening.rstrip('>')} is never closed"
        with pytest.raises(DocumentFormatError, match=message):
            read(f"---\nid: x\n---\n\n{opening} a\n\nText.", "page.md")

    def test_what_the_parser_would_drop_for_its_depth_is_refused(self) -> None:
        with pytest.raises(DocumentFormatError, match="nests lists or quotations more than"):
            read(">" * 500 + " text", "page.md")
        assert shown(read(">" * 30 + " text")) == ["text"]

    @pytest.mark.parametrize(
        "text", ["# Only\n\n## Headings", "<!-- a -->", "---\nid: x\n---\n", "[^1]: A note.", "***"]
    )
    def test_a_text_without_a_body_is_refused(self, text: str) -> None:
        with pytest.raises(DocumentFormatError, match=r"page\.md has no body text; write at least one paragraph"):
            read(text, "page.md")


class TestNotes:
    def test_marks_are_anchored_behind_what_they_follow(self) -> None:
        document = read("One.[^1] Two[^b], three.[^smith]\n\n- item[^1]\n\n[^1]: A.\n[^b]: B.\n[^smith]: C.\n")
        assert shown(document) == ["One. Two, three.", "• item"]
        assert anchors(document) == {"1": ["One.", "item"], "b": ["Two"], "smith": ["three."]}

    def test_a_note_may_have_several_paragraphs_and_markup(self) -> None:
        document = read("One.[^1]\n\n[^1]: *First*\n    line.\n\n    Second.\n\n    - item\n\nTwo.\n")
        assert bodies(document) == {"1": "First line. Second. item"}
        assert shown(document) == ["One.", "Two."]

    def test_notes_written_in_place_get_numbers_that_are_free(self) -> None:
        document = read("One^[In *place*.] two[^1] three^[Again.].\n\n[^1]: Defined.\n")
        assert bodies(document) == {"2": "In place.", "1": "Defined.", "3": "Again."}
        assert anchors(document) == {"2": ["One"], "1": ["two"], "3": ["three"]}

    def test_a_note_without_a_mark_is_kept_behind_the_others(self) -> None:
        document = read("One.[^2]\n\n[^1]: Unmarked.\n[^2]: Marked.\n")
        assert [(note.label, len(note.marks)) for note in document.notes] == [("2", 1), ("1", 0)]

    def test_a_mark_without_a_note_stays(self) -> None:
        assert shown(read("One.[^9] Two.[^1]\n\n[^1]: A.\n")) == ["One.[^9] Two."]

    def test_a_note_defined_twice_leaves_its_mark_in_the_text(self) -> None:
        document = read("One.[^1]\n\n[^1]: A.\n\n[^1]: B.\n")
        assert shown(document) == ["One.[^1]"]

    def test_notes_may_refer_to_notes(self) -> None:
        document = read("One.[^a]\n\n[^a]: See there[^b].\n[^b]: There.\n")
        assert anchors(document) == {"a": ["One."], "b": ["there"]}

    def test_a_mark_in_the_title_is_dropped_and_its_note_kept(self) -> None:
        document = read("# Guide[^1]\n\nText.\n\n[^1]: About the title.\n")
        assert document.title == "Guide"
        assert document.notes[0].marks == ()

    def test_marks_in_tables_and_headings(self) -> None:
        document = read("## Costs[^1]\n\n| a | b[^2] |\n|---|---|\n| c | d |\n\n[^1]: A.\n[^2]: B.\n")
        assert document.sections[0].heading == "Costs"
        assert anchors(document) == {"1": ["Costs"], "2": ["b"]}

    def test_notes_may_be_defined_inside_other_blocks(self) -> None:
        document = read("- One.[^1]\n\n  [^1]: A.\n\n> Two.\n")
        assert (shown(document), bodies(document)) == (["• One.", "Two."], {"1": "A."})

    @pytest.mark.parametrize("heading", ["Notes", "Footnotes", "Notas", "7. Notes", "Notes:"])
    def test_a_heading_above_the_definitions_is_no_section(self, heading: str) -> None:
        document = read(f"## Costs\n\nOne.[^1]\n\n---\n\n## {heading}\n\n[^1]: A.\n")
        assert paths(document) == [("Costs",)]

    def test_a_heading_of_that_name_above_text_is_one(self) -> None:
        document = read("## Costs\n\nOne.[^1]\n\n## Notes\n\nText.\n\n[^1]: A.\n")
        assert paths(document) == [("Costs",), ("Notes",)]


def test_line_ends_dont_matter() -> None:
    text = "---\nid: x\n---\n# T\n\nOne\ntwo.[^1]\n\n- a\n- b\n\n[^1]: A.\n"
    assert read(text.replace("\n", "\r\n")) == read(text)


def test_emoji_right_to_left_and_invisible_characters() -> None:
    document = read("## مقدمة\n\nبدأ 👩\u200d👧 the\u200b pro\u00adgram\u202e.\u00a0Now.\n")
    assert document.text == "مقدمة\n\nبدأ 👩\u200d👧 the program. Now."


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.md")), ids=lambda file: file.stem)
def test_the_sample_explainers(file: Path) -> None:
    document = read(file.read_text(encoding="utf-8"), file.name)
    assert document.id == file.stem
    assert document.as_of
    assert [len(note.marks) for note in document.notes] == [1, 1, 1]
    assert "[^" not in document.text
    assert document.title not in [section.heading for section in document.sections]


_LINES = st.sampled_from(
    [
        "",
        "",
        "---",
        "id: x",
        "# H",
        "## H2",
        "===",
        "Text.[^1] More^[in place].",
        "[^1]: A note.",
        "    goes on",
        "- item",
        "  - nested[^1]",
        "  text",
        "3. three",
        "> quoted",
        "| a | b |",
        "|---|---|",
        "```",
        "<div>",
        "</div>",
        "<!-- c -->",
        "<sup>2</sup> <br>",
        "![a](b) [c](d) <b>",
        "**a",
        "`b",
        "Notes",
    ]
)


@settings(deadline=None)  # the first example may load the language model
@given(st.lists(_LINES | st.text(max_size=20), max_size=20))
def test_any_text_is_refused_or_read_soundly(lines: list[str]) -> None:
    try:
        document = MarkdownLoader().load("\n".join(lines).encode(), Path("a.md")).document
    except DocumentFormatError as error:
        assert str(error).startswith("a.md")  # noqa: PT017 - refusing is right for some texts
    else:
        assert_sound(document)
        assert document.title


@settings(deadline=None)  # the first example may load the language model
@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,9}( [a-z]{2,9}){1,9}\.", fullmatch=True), min_size=1, max_size=8))
def test_every_paragraph_comes_out_as_it_was_written(paragraphs: list[str]) -> None:
    assert shown(read("\n\n".join(paragraphs))) == paragraphs
