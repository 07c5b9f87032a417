"""Turns that are taken away: every footnote goes with them, and no text of a document is read as markup."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from starlette.testclient import TestClient

from bot.answers import Answer, AnswerSentence, CitedNote, NearestSection, Refusal, RefusalReason, Turn
from bot.footnotes import permalink
from bot.wording import wording_in
from corpus.builder import DocumentBuilder, Metadata
from corpus.documents import Document
from tests.unit.web.fake_chatbot import (
    FakeChatbot,
    citation,
    cited,
    fact_answer,
    list_answer,
    permits,
    refusal,
    span_of,
    table_answer,
)
from tests.unit.web.html_page import read
from web.channels.export import Framed, conversation_markdown, markdown, plain, turn_html, turn_markdown, turn_text
from web.schemas import ReplyBody
from web.views import CELL_BAR, turn_view

SITE = Framed("https://bot.example.org", wording_in("en"))
MARKUP = st.text(
    st.one_of(st.sampled_from("\\`*_[]()<>#+-=.!|~&^:@$%{}'\"/ \n\t1a"), st.characters(exclude_categories=["Cs"])),
    min_size=1,
    max_size=60,
)
HOSTILE = [
    "# not a heading",
    "1. not a list",
    "- [ ] not a task",
    "[not](https://a.example) a link",
    "<b>not</b> &amp; &lt; an entity",
    "![not](x) an image",
    "~~~ not code",
    "a | b",
    "[^1]: not a footnote",
    "--- ",
    "=== ",
    "https://a.example www.a.example",
    "ends in a backslash\\",
    "*not* __emphasis__ `code`",
    "one\n\n    two",
    "\u202eturned",
    "2) no \x1b[31mlist",
]


CELLS = {"th_open", "td_open"}


def parsed(text: str) -> list[Token]:
    """*text* as GitHub and most others read it."""
    tokens: list[Token] = MarkdownIt("gfm-like", {"linkify": False}).use(footnote_plugin).parse(text)
    return tokens


def document_of(text: str) -> Document:
    """A document that says *text*, in a section that is called so too."""
    builder = DocumentBuilder()
    builder.add_paragraph(f"Before. {text}")
    return builder.build(Metadata(id="d", title=f"Title {text}", as_of=date(2025, 4, 14)))


def hostile_answer(text: str) -> Answer:
    """An answer that says *text* wherever a document's words may stand."""
    document = document_of(text)
    quote = document.text.strip()
    whole = citation(document, 1, quote, CitedNote(f"n{text}", text))
    return Answer((AnswerSentence(text, (1,), about=f"About {text}"),), (replace(whole, section=(f"S {text}",)),))


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_the_text_as_it_stands(text: str) -> None:
    shown_as_it_stands(text)


@given(MARKUP)
@settings(max_examples=400, deadline=None)
def test_markdown_shows_any_text_as_it_stands(text: str) -> None:
    shown_as_it_stands(text)


def shown_as_it_stands(text: str) -> None:
    if not plain(text):
        return
    paragraph, inline, end = parsed(markdown(text))
    assert [paragraph.type, inline.type, end.type] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in inline.children or []} == {"text"}
    assert "".join(child.content for child in inline.children or []) == plain(text)


@given(MARKUP)
@example("<script>alert(1)</script>")
@settings(max_examples=150, deadline=None)
def test_a_turn_in_markdown_has_its_one_footnote_and_no_markup_of_the_documents(text: str) -> None:
    if not plain(text):
        return
    turn = turn_view(1, Turn(f"Q {text}", hostile_answer(text)), SITE.words)
    tokens = parsed(turn_markdown(turn, SITE))
    kinds = [token.type for token in tokens if token.nesting == 1]
    assert kinds == [
        "heading_open",
        "paragraph_open",
        "paragraph_open",
        "footnote_block_open",
        "footnote_open",
        "paragraph_open",
    ]
    inside = [child for token in tokens for child in token.children or []]
    assert {c.type for c in inside} <= {
        "text", "strong_open", "strong_close", "em_open", "em_close", "link_open", "link_close", "footnote_ref",
        "footnote_anchor",
    }  # fmt: skip
    links = [child.attrs["href"] for child in inside if child.type == "link_open"]
    assert [str(link).startswith("https://bot.example.org/read/d/") for link in links] == [True]


@given(MARKUP)
@example("</q><script>alert(1)</script>\"'")
@settings(max_examples=150, deadline=None)
def test_a_turn_in_html_holds_only_our_elements(text: str) -> None:
    if not plain(text):
        return
    turn = turn_view(1, Turn(f"Q {text}", hostile_answer(text)), SITE.words)
    page = read(turn_html(turn, SITE))
    assert {element.tag for element in page.elements} == {
        "article", "h2", "p", "span", "strong", "sup", "a", "small", "ol", "li", "q", "br",
    }  # fmt: skip
    assert {name for element in page.elements for name in element.attributes} == {"lang", "href", "value"}
    assert page.one("q").text == plain(document_of(text).text)
    assert page.one("h2").text == plain(f"Q {text}")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_shows_its_text_as_it_stands(text: str) -> None:
    builder = DocumentBuilder()
    builder.add_table([["Kind", text.replace(CELL_BAR, "|")], [text.replace(CELL_BAR, "|"), "$40"]])
    document = builder.build(Metadata(id="d", title="Title"))
    rows = [row.of(document.text) for row in document.sections[0].blocks[0].items]
    sentences = tuple(AnswerSentence(row, (number,)) for number, row in enumerate(rows, start=1))
    citations = tuple(citation(document, number, row) for number, row in enumerate(rows, start=1))
    turn = turn_view(1, Turn("table?", Answer(sentences, citations)), SITE.words)
    cells = [plain(cell) for row in rows for cell in row.split(CELL_BAR)]

    tokens = parsed(turn_markdown(turn, SITE))
    shown = [tokens[place + 1].children or [] for place, token in enumerate(tokens) if token.type in CELLS]
    assert {child.type for cell in shown for child in cell} == {"text", "footnote_ref"}
    assert ["".join(child.content for child in cell) for cell in shown] == cells

    page = read(turn_html(turn, SITE))
    marked = [f"{cells[0]}[1]", cells[1], f"{cells[2]}[2]", cells[3]]
    assert [cell.text for cell in (*page.all("th"), *page.all("td"))] == marked
    assert {element.tag for element in page.elements if "table" in element.inside} == {
        "thead", "tbody", "tr", "th", "td", "sup", "a",
    }  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_nearest_section_shows_its_heading_as_it_stands(text: str) -> None:
    document = document_of(text)
    near = NearestSection((text,), cited(document), document.sections[0].span)
    turn = turn_view(1, Turn("who?", Refusal(RefusalReason.NOT_IN_TEXT, "It doesn’t say.", (near,))), SITE.words)

    tokens = parsed(turn_markdown(turn, SITE))
    place = next(place for place, token in enumerate(tokens) if token.type == "list_item_open")
    opening, *texts, closing = tokens[place + 2].children or []
    assert (opening.type, closing.type) == ("link_open", "link_close")
    assert str(opening.attrs["href"]).startswith("https://bot.example.org/read/d/")
    assert {child.type for child in texts} == {"text"}
    assert "".join(child.content for child in texts) == plain(text)
    assert [token.type for token in tokens].count("list_item_open") == 1

    page = read(turn_html(turn, SITE))
    assert [link.text for link in page.all("a")] == [plain(text)]
    assert {element.tag for element in page.elements} == {"article", "h2", "p", "ul", "li", "a"}

    (line,) = (line for line in turn_text(turn, SITE).splitlines() if line.startswith("•"))
    assert line.startswith(f"• {plain(text)}: https://bot.example.org/read/d/")


def test_plain_text_has_each_footnote_with_quote_place_date_note_and_address() -> None:
    document = permits()
    quote = "A permit is valid for five years."
    written = turn_text(turn_view(1, Turn("fact?", fact_answer(document)), SITE.words), SITE)
    address = permalink(cited(document), span_of(document, quote))
    assert written == (
        f"fact?\n\n{quote} [1]\n\nAs of April 14, 2025, the date of the explainer.\n\n"
        f"[1] “{quote}”\n    Permits, {document.title}, as of April 14, 2025\n"
        f"    Note 1 in the explainer: Older permits ran for three years.\n    https://bot.example.org{address}\n"
    )


def test_lists_and_tables_stay_lists_and_tables() -> None:
    document = permits()
    listed = turn_view(1, Turn("list", list_answer(document)), SITE.words)
    tabled = turn_view(1, Turn("table", table_answer(document)), SITE.words)
    assert "• keep the records; [3]" in turn_text(listed, SITE)
    assert "[^3]" in turn_markdown(listed, SITE)
    items = [t.type for t in parsed(turn_markdown(listed, SITE)) if t.type.startswith("list_item_open")]
    assert items == ["list_item_open"] * 3
    assert sum(t.type == "tr_open" for t in parsed(turn_markdown(tabled, SITE))) == 2
    assert [cell.text for cell in read(turn_html(tabled, SITE)).all("td")] == ["Spring[2]", "$25"]


def test_a_refusal_names_its_nearest_sections_with_addresses() -> None:
    turn = turn_view(1, Turn("who pays?", refusal(permits())), SITE.words)
    for written in (turn_text(turn, SITE), turn_markdown(turn, SITE), turn_html(turn, SITE)):
        assert written.count("https://bot.example.org/read/water-permits/") == 2
    assert read(turn_html(turn, SITE)).all("li")[0].text == "Permits"


def test_the_footnotes_of_several_turns_keep_apart() -> None:
    document = permits()
    turns = [Turn("fact?", fact_answer(document)), Turn("gone"), Turn("list", list_answer(document))]
    tokens = parsed(conversation_markdown(turns, SITE))
    labels = [token.meta["label"] for token in tokens if token.type == "footnote_open"]
    assert sorted(labels) == ["1-1", *(f"3-{number}" for number in range(1, 6))]


def test_the_words_around_are_the_readers_and_the_documents_stay_its_own() -> None:
    framed = Framed("https://bot.example.org", wording_in("es"))
    page = read(turn_html(turn_view(1, Turn("fact?", fact_answer(permits())), framed.words), framed))
    assert page.one("article")["lang"] == "es"
    assert page.one("q")["lang"] == "en"
    assert page.one("small").text == "Al 14 de abril de 2025, la fecha de la guía."


class TestRoutes:
    @pytest.fixture(autouse=True)
    def asked(self, client: TestClient) -> None:
        client.post("/ask", data={"question": "fact?", "conversation_id": "talk"})
        client.post("/ask", data={"question": "who pays?", "conversation_id": "talk"})

    @pytest.mark.parametrize(
        ("path", "kind", "disposition"),
        [
            ("/c/talk/turns/1.txt", "text/plain; charset=utf-8", 'inline; filename="footnoted-answer-1.txt"'),
            ("/c/talk/turns/1.md", "text/markdown; charset=utf-8", 'inline; filename="footnoted-answer-1.md"'),
            ("/c/talk/turns/1.html", "text/html; charset=utf-8", 'inline; filename="footnoted-answer-1.html"'),
            ("/c/talk.md", "text/markdown; charset=utf-8", 'attachment; filename="footnoted-conversation.md"'),
            ("/c/talk.json", "application/json", 'attachment; filename="footnoted-conversation.json"'),
        ],
    )
    def test_each_is_named_and_kept_by_no_shared_cache(
        self, client: TestClient, path: str, kind: str, disposition: str
    ) -> None:
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["content-type"] == kind
        assert response.headers["content-disposition"] == disposition
        assert "private" in response.headers["cache-control"]
        assert "http://127.0.0.1/read/water-permits/" in response.text

    @pytest.mark.parametrize("turn", ["3.txt", "0.txt", "-1.md", "x.html", f"{10**30}.html"])
    def test_a_turn_that_is_not_there_is_not_found(self, client: TestClient, turn: str) -> None:
        assert client.get(f"/c/talk/turns/{turn}").status_code == 404

    @pytest.mark.parametrize("path", ["/c/nobody/turns/1.md", "/c/nobody.md", "/c/nobody.json", "/c/a%20b.json"])
    def test_a_conversation_that_is_not_there_is_not_found(self, client: TestClient, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_the_conversation_in_json_keeps_the_contract_a_turn(self, client: TestClient, chatbot: FakeChatbot) -> None:
        chatbot.conversations.append("talk", Turn("gone"))
        body = json.loads(client.get("/c/talk.json").text)
        assert [turn["question"] for turn in body["turns"]] == ["fact?", "who pays?", "gone"]
        replies = [turn["reply"] for turn in body["turns"]]
        assert [ReplyBody.model_validate(reply).status for reply in replies[:2]] == ["answered", "refused"]
        assert replies[0]["footnotes"][0]["permalink"].startswith("http://127.0.0.1/read/")
        assert replies[2] is None

    def test_the_page_leads_to_all_of_them(self, client: TestClient) -> None:
        hrefs = [link["href"] for link in read(client.get("/c/talk").text).all("a")]
        for path in ("/turns/1.txt", "/turns/1.md", "/turns/1.html", ".md", ".json"):
            assert f"/c/talk{path}" in hrefs
        assert "/c/talk/turns/2.txt" not in hrefs  # a refusal has no footnotes to copy


@pytest.mark.parametrize(
    ("days", "line"),
    [
        ((date(2025, 4, 14),) * 2, "As of April 14, 2025, the date of the explainers."),
        ((date(2025, 4, 14), date(2025, 5, 1)), "From “A” as of April 14, 2025 and “B” as of May 1, 2025."),
        ((date(2025, 4, 14), None), "From “A” as of April 14, 2025 and “B” without a date."),
        ((None, None), None),
    ],
)
def test_the_day_that_the_documents_speak_of_is_said(days: tuple[date | None, ...], line: str | None) -> None:
    from web.views import as_of_line

    documents = [replace(cited(permits()), title=title, as_of=day) for title, day in zip("AB", days, strict=True)]
    assert as_of_line(documents, SITE.words) == line
