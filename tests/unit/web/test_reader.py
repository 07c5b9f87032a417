"""The reader: an explainer as a page, with a quote highlighted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from corpus.builder import DocumentBuilder, Metadata
from corpus.documents import BlockKind, Document, Span
from corpus.inline import InlineText, Mark
from tests.unit.web.fake_chatbot import FakeChatbot, in_spanish, permits, span_of
from tests.unit.web.html_page import Page, sound
from web.reader import ReaderView, parse_range, reader_view
from web.reader_text import Piece

TEXT = st.text(alphabet="ab <>&\"'•|[1].é😀", min_size=1, max_size=12).filter(str.strip)
LAYOUT = set("\n •|.[]0123456789Notes")
"""What canonical text holds besides the explainer's words: blanks, bullets, numbers, bars, "Notes" and labels."""


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Explainers of all kinds of blocks, with notes whose marks stand anywhere."""
    builder = DocumentBuilder()

    def inline() -> InlineText:
        text = draw(TEXT)
        labels = draw(st.lists(st.sampled_from("12"), max_size=2))
        return InlineText(text, tuple(Mark(draw(st.integers(1, len(text))), label, f"[{label}]") for label in labels))

    for kind in draw(st.lists(st.sampled_from(["heading", "paragraph", "list", "numbers", "table"]), max_size=6)):
        match kind:
            case "heading":
                builder.add_heading(draw(st.integers(2, 4)), inline())
            case "paragraph":
                builder.add_paragraph(inline())
            case "table":
                builder.add_table([[inline(), inline()], [inline(), draw(st.sampled_from(["", "x"]))]])
            case _:
                builder.add_list([inline(), inline()], ordered=kind == "numbers")
    builder.add_paragraph(inline())
    for label in "12":
        builder.add_note(label, inline())
    return builder.build(Metadata(id="water-permits", title="T"))


def shown_spans(document: Document) -> list[Span]:
    """All that the reader has to show of the text."""
    spans: list[Span] = []
    for section in document.sections:
        spans.append(Span(section.span.start, section.span.start + len(section.heading)))
        for block in section.blocks:
            cells = [cell for row in block.cells for cell in row]
            spans += [block.span] if block.kind is BlockKind.PARAGRAPH else cells or block.items
    return spans + [note.span for note in document.notes]


def all_pieces(view: ReaderView) -> list[Piece]:
    """The pieces of a page in reading order."""
    pieces: list[Piece] = []
    for section in view.sections:
        pieces += section.heading
        for block in section.blocks:
            pieces += block.text
    return pieces + [piece for note in view.notes for piece in note.text]


def page_of(client: TestClient, document: Document, quote: str | None = None) -> Page:
    """The page of *document* at its version."""
    query = f"?quote={quote}" if quote is not None else ""
    response = client.get(f"/read/{document.id}/{document.version}{query}")
    assert response.status_code == 200
    return sound(response.text)


def marked(page: Page) -> list[str]:
    """The highlighted pieces."""
    return [element.text for element in page.all("mark")]


class TestHighlight:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(document=documents(), data=st.data())
    def test_the_marked_text_is_the_quote_up_to_the_layout_between_blocks(
        self, client: TestClient, chatbot: FakeChatbot, document: Document, data: st.DataObject
    ) -> None:
        chatbot.current = (document,)
        start = data.draw(st.integers(0, len(document.text) - 1))
        end = data.draw(st.integers(start + 1, len(document.text)))
        shown = {offset for span in shown_spans(document) for offset in range(span.start, span.end)}
        expected = "".join(document.text[i] for i in range(start, end) if i in shown)
        left_out = "".join(document.text[i] for i in range(start, end) if i not in shown)

        page = page_of(client, document, f"{start}-{end}")

        assert "".join(marked(page)) == expected
        assert set(left_out) <= LAYOUT
        ids = [element["id"] for element in page.all("mark") if "id" in element.attributes]
        assert ids == (["quote"] if expected else [])

    @settings(max_examples=60, deadline=None)
    @given(document=documents())
    def test_nothing_is_lost_or_shown_twice_and_every_note_mark_stands_once(self, document: Document) -> None:
        pieces = all_pieces(reader_view(document))
        expected = "".join(span.of(document.text) for span in shown_spans(document))
        assert "".join(piece.text for piece in pieces) == expected
        marks = [piece.note.id for piece in pieces if piece.note]
        assert sorted(marks) == sorted(
            f"note-{n}-ref-{use}"
            for n, note in enumerate(document.notes, start=1)
            for use in range(1, len(note.marks) + 1)
        )

    def test_a_quote_across_a_paragraph_and_a_list_is_marked_in_pieces_with_one_id(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        document = chatbot.current[0]
        start = document.text.index("well must:")
        end = document.text.index("the records") + len("the records")
        page = page_of(client, document, f"{start}-{end}")
        assert marked(page) == ["well must:", "test the water each year;", "keep the records"]
        assert [element.attributes.get("id") for element in page.all("mark")] == ["quote", None, None]

    def test_a_quote_across_a_notes_mark_leaves_the_mark_out(self, client: TestClient, chatbot: FakeChatbot) -> None:
        document = chatbot.current[0]
        span = span_of(document, "five years. It can")
        assert marked(page_of(client, document, f"{span.start}-{span.end}")) == ["five years.", " ", "It can"]

    @pytest.mark.parametrize("quote", ["Once for springs.", "$40", "Permits", "need"])
    def test_notes_cells_headings_and_words_can_be_marked(
        self, client: TestClient, chatbot: FakeChatbot, quote: str
    ) -> None:
        document = chatbot.current[0]
        span = span_of(document, quote)
        assert marked(page_of(client, document, f"{span.start}-{span.end}")) == [quote]

    @pytest.mark.parametrize(
        "quote",
        [
            "",
            "x",
            "5",
            "5-",
            "-5",
            "9-3",
            "4-4",
            "0-999999999",
            "0-99999999999999999999",
            "-1-3",
            "1-2-3",
            "٣-٥",
            "1 - 2",
        ],
    )
    def test_a_bad_range_shows_the_page_without_a_mark_and_says_so(
        self, client: TestClient, chatbot: FakeChatbot, quote: str
    ) -> None:
        page = page_of(client, chatbot.current[0], quote)
        assert marked(page) == []
        assert "nothing is highlighted" in page.one("p", role="status").text

    def test_a_range_that_holds_only_white_space_says_so_too(self, client: TestClient, chatbot: FakeChatbot) -> None:
        document = chatbot.current[0]
        gap = document.text.index("\n\n")
        assert "nothing is highlighted" in page_of(client, document, f"{gap}-{gap + 2}").one("p", role="status").text

    def test_without_a_range_there_is_neither_mark_nor_complaint(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        page = page_of(client, chatbot.current[0])
        assert marked(page) == []
        assert not page.all("p", role="status")

    @given(start=st.integers(0, 30), end=st.integers(0, 30))
    def test_a_range_is_a_span_exactly_where_it_runs_forward_inside_the_text(self, start: int, end: int) -> None:
        expected = Span(start, end) if start < end <= 20 else None
        assert parse_range(f"{start}-{end}", 20) == expected


class TestPage:
    def test_it_has_the_title_publisher_date_contents_and_all_sections(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        document = chatbot.current[0]
        page = page_of(client, document)
        assert page.one("h1").text == document.title
        assert "Sample & Sons, as of April 14, 2025" in page.one("header", class_="explainer-head").text
        assert [link.text for link in page.all("a") if "nav" in link.inside and "ol" in link.inside] == [
            "Permits",
            "What an <owner> must do",
            "Fees",
            "Notes",
        ]
        headings = [(e.tag, e.text) for e in page.elements if "article" in e.inside and e.tag in {"h2", "h3"}]
        assert headings == [
            ("h2", "Permits"),
            ("h3", "What an <owner> must do"),
            ("h2", "Fees"),
            ("h2", "Notes"),
        ]

    def test_lists_keep_their_numbers_and_tables_their_header(self, client: TestClient, chatbot: FakeChatbot) -> None:
        page = page_of(client, chatbot.current[0])
        assert [marker.text for marker in page.all("span", class_="marker")] == ["1.", "2."]
        assert [cell.text for cell in page.all("th", scope="col")] == ["Kind", "Fee"]
        assert [cell.text for cell in page.all("td")] == ["Private well", "$40", "Spring", "$25"]

    def test_hostile_text_is_text(self, client: TestClient, chatbot: FakeChatbot) -> None:
        page = page_of(client, chatbot.current[0])
        assert "report “<script>alert(1)</script>”." in [item.text.strip() for item in page.all("li")]
        assert "Wells & springs <need> permits." in [paragraph.text for paragraph in page.all("p")]

    def test_notes_and_their_marks_lead_to_each_other(self, client: TestClient, chatbot: FakeChatbot) -> None:
        page = page_of(client, chatbot.current[0])
        for number, text in (("1", "Older permits ran for three years."), ("2", "Once for springs.")):
            mark = page.by_id(f"note-{number}-ref-1")
            assert (mark.text, mark["aria-label"]) == (number, f"Note {number}")
            note = page.by_id(mark["href"][1:])
            assert text in note.text
            assert page.one("a", href=f"#{mark['id']}")

    def test_a_note_that_is_cited_twice_leads_back_to_both_places(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        builder = DocumentBuilder()
        builder.add_paragraph(InlineText("One. Two.", (Mark(4, "a b", "[a b]"), Mark(9, "a b", "[a b]"))))
        builder.add_note("a b", "Body.")
        chatbot.current = (builder.build(Metadata(id="x", title="T")),)
        page = page_of(client, chatbot.current[0])
        assert [back["href"] for back in page.all("a", class_="back")] == ["#note-1-ref-1", "#note-1-ref-2"]

    def test_the_language_of_the_explainer_is_on_its_text_and_not_on_ours(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        chatbot.current = (in_spanish(permits()),)
        page = page_of(client, chatbot.current[0])
        assert page.one("html")["lang"] == "en"
        assert page.one("article")["lang"] == "es"
        assert page.one("h1")["lang"] == "es"
        assert page.by_id("notes-heading")["lang"] == "en"

    @pytest.mark.parametrize(
        ("url", "linked"),
        [("https://example.org/a?b=1", True), ("javascript:alert(1)", False), ("//example.org", False), (None, False)],
    )
    def test_the_place_of_publication_is_linked_only_where_it_is_a_web_address(
        self, client: TestClient, chatbot: FakeChatbot, url: str | None, linked: bool
    ) -> None:
        chatbot.current = (replace(chatbot.current[0], url=url),)
        page = page_of(client, chatbot.current[0])
        assert [link["href"] for link in page.all("a", rel="noreferrer")] == ([url] if linked else [])

    def test_a_heading_named_like_an_id_of_the_page_takes_none_of_them(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        builder = DocumentBuilder()
        for heading in ("Quote", "Main", "Notes", "Note 1"):
            builder.add_heading(2, heading)
            builder.add_paragraph(InlineText("Text.", (Mark(5, "1", "[1]"),)) if heading == "Main" else "Text.")
        builder.add_note("1", "Body.")
        chatbot.current = (builder.build(Metadata(id="x", title="T")),)
        assert marked(page_of(client, chatbot.current[0], "0-5")) == ["Quote"]


class TestVersions:
    def test_without_a_version_the_reader_is_led_to_the_current_one_without_the_old_range(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        response = client.get("/read/water-permits?quote=1-5")
        assert response.status_code == 302
        assert response.headers["location"] == f"/read/water-permits/{chatbot.current[0].version}"

    def test_an_older_version_is_still_readable_and_names_the_newer_one(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        page = page_of(client, chatbot.old[0])
        notice = page.one("p", class_="notice")
        assert "earlier version" in notice.text
        assert "as of April 14, 2025" in notice.text
        assert page.all("a", href=f"/read/water-permits/{chatbot.current[0].version}")
        assert "three years." in page.one("article").text

    def test_the_current_version_has_no_such_notice(self, client: TestClient, chatbot: FakeChatbot) -> None:
        assert not page_of(client, chatbot.current[0]).all("p", class_="notice")

    def test_an_explainer_that_was_withdrawn_says_so(self, client: TestClient, chatbot: FakeChatbot) -> None:
        chatbot.current = (replace(chatbot.current[0], id="other", as_of=date(2025, 5, 1)),)
        assert "no longer among the current ones" in page_of(client, chatbot.old[0]).one("p", class_="notice").text

    @pytest.mark.parametrize("path", ["/read/none", "/read/none/abc", "/read/water-permits/abc", "/read/%00/%ff"])
    def test_what_does_not_exist_is_a_404_page(self, client: TestClient, path: str) -> None:
        response = client.get(path)
        assert response.status_code == 404
        sound(response.text)
