"""The reader as a page: beside the chat, with terms explained, printed pages told, and in the reader's own language."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from corpus.builder import DocumentBuilder, Metadata
from corpus.documents import Document
from corpus.load import load_document
from tests.unit.web.fake_chatbot import FakeChatbot, in_spanish, permits, span_of
from tests.unit.web.html_page import Page, read, sound
from tests.unit.web.test_reader import documents, marked
from web.middleware import SECURITY_HEADERS

ROOT = Path(__file__).parents[3]
POLICY = "Content-Security-Policy"
SPANISH = {"accept-language": "es"}


def opened(client: TestClient, document: Document, query: str = "", path: str = "") -> Page:
    response = client.get(f"/read/{document.id}/{document.version}{path}{query}")
    assert response.status_code == 200
    return sound(response.text)


def with_terms(chatbot: FakeChatbot) -> Document:
    """An explainer that defines two abbreviations, one of them as a plural, and one that it never uses again."""
    builder = DocumentBuilder()
    builder.add_heading(2, "The TFM first")
    builder.add_paragraph("TFM is used too early. The Task <Force> Model (TFM) is a model.")
    builder.add_paragraph("A TFM is one. Another TFM is two.")
    builder.add_heading(2, "Agencies")
    builder.add_list(["Public Housing Agencies (PHAs) pay.", "A PHA and its TFMs; ATFM and TFM2 are others."])
    builder.add_heading(2, "Unused")
    builder.add_paragraph("A Notice to Appear (NTA) comes.")
    chatbot.current = (builder.build(Metadata(id="terms", title="Terms & more")),)
    return chatbot.current[0]


class TestFrame:
    @pytest.mark.parametrize("path", ["", "/changes"])
    def test_only_a_framed_page_may_be_framed_and_only_by_our_own(
        self, client: TestClient, chatbot: FakeChatbot, path: str
    ) -> None:
        address = f"/read/water-permits/{chatbot.current[0].version}{path}"
        plain, framed = client.get(address), client.get(f"{address}?frame=1")
        assert plain.headers[POLICY] == SECURITY_HEADERS[POLICY]
        allowed = SECURITY_HEADERS[POLICY].replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        assert framed.headers[POLICY] == allowed != plain.headers[POLICY]
        assert len(sound(plain.text).all("header", class_="masthead")) == 1
        assert not sound(framed.text).all("header", class_="masthead")

    @pytest.mark.parametrize("query", ["?frame=0", "?frame=", "?frame=true", "?frame=1x"])
    def test_nothing_else_opens_it_to_frames(self, client: TestClient, chatbot: FakeChatbot, query: str) -> None:
        response = client.get(f"/read/water-permits/{chatbot.current[0].version}{query}")
        assert response.headers[POLICY] == SECURITY_HEADERS[POLICY]

    def test_no_other_page_can_be_framed(self, client: TestClient) -> None:
        for path in ("/?frame=1", "/conversations?frame=1", "/none?frame=1"):
            assert client.get(path).headers[POLICY] == SECURITY_HEADERS[POLICY]

    def test_every_link_stays_in_the_frame_or_opens_the_whole_window(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        old = replace(chatbot.old[0], url="https://example.org/")
        chatbot.old = (old,)
        span = span_of(old, "A permit is valid for three years.")
        for path in ("", "/changes"):
            page = opened(client, old, f"?quote={span.start}-{span.end}&frame=1&c=talk", path)
            for link in page.all("a"):
                stays = link["href"].startswith("#") or "frame=1&c=talk" in link["href"]
                assert stays != (link.attributes.get("target") == "_top"), link
            assert all(form["target"] == "_top" for form in page.all("form"))

    def test_what_is_not_there_is_told_inside_the_frame(self, client: TestClient) -> None:
        response = client.get("/read/none/abc?frame=1")
        assert response.status_code == 404
        assert "frame-ancestors 'self'" in response.headers[POLICY]
        assert sound(response.text).one("a", class_="action")["target"] == "_top"

    def test_the_way_to_the_current_version_stays_in_the_frame(self, client: TestClient) -> None:
        assert client.get("/read/water-permits?frame=1&c=talk").headers["location"].endswith("?frame=1&c=talk")

    @pytest.mark.parametrize("conversation", ["../x", "a%22b", "", "x" * 65])
    def test_what_is_no_conversation_is_in_no_link(
        self, client: TestClient, chatbot: FakeChatbot, conversation: str
    ) -> None:
        html = client.get(f"/read/water-permits/{chatbot.old[0].version}?c={conversation}").text
        assert "c=" not in "".join(link["href"] for link in sound(html).all("a"))


class TestExactWords:
    @pytest.mark.parametrize(
        ("words", "strong"),
        [("five years", ["five years"]), ("It can", []), ("A permit is valid for five years.", None)],
    )
    def test_they_are_stronger_inside_the_quote_and_nowhere_else(
        self, client: TestClient, chatbot: FakeChatbot, words: str, strong: list[str] | None
    ) -> None:
        document = chatbot.current[0]
        quote, exact = span_of(document, "A permit is valid for five years."), span_of(document, words)
        page = opened(client, document, f"?quote={quote.start}-{quote.end}&words={exact.start}-{exact.end}")
        assert "".join(marked(page)) == "A permit is valid for five years."
        assert [b.text for b in page.all("b") if "mark" in b.inside] == (strong if strong is not None else [words])

    @pytest.mark.parametrize("words", ["", "x", "9-3", "0-99999", "1-2&words=zz"])
    def test_a_range_that_is_none_is_left_out(self, client: TestClient, chatbot: FakeChatbot, words: str) -> None:
        page = opened(client, chatbot.current[0], f"?quote=0-20&words={words}")
        assert "".join(marked(page))
        assert not page.all("b")
        assert not page.all("p", class_="notice")

    def test_without_a_quote_there_is_nothing_to_be_exact_in(self, client: TestClient, chatbot: FakeChatbot) -> None:
        assert not opened(client, chatbot.current[0], "?words=0-5").all("b")


class TestTerms:
    def test_the_first_use_in_each_section_after_the_definition_tells_the_long_form(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        page = opened(client, with_terms(chatbot))
        assert [(use.text, use["title"]) for use in page.all("abbr")] == [
            ("TFM", "Task <Force> Model"),
            ("PHA", "Public Housing Agencies"),
            ("TFMs", "Task <Force> Model"),
        ]
        for link in page.all("a", class_="term"):
            assert page.by_id(link["href"][1:]).tag == "dfn"

    def test_the_contents_list_every_term_and_lead_to_its_definition(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        page = opened(client, with_terms(chatbot))
        listed = [(link.text, page.by_id(link["href"][1:]).text) for link in page.all("a") if "dt" in link.inside]
        assert listed == [("TFM", "TFM"), ("PHA", "PHAs"), ("NTA", "NTA")]
        assert [meaning.text for meaning in page.all("dd")][-1] == "Notice to Appear"

    def test_an_explainer_without_any_has_no_such_list(self, client: TestClient, chatbot: FakeChatbot) -> None:
        page = opened(client, chatbot.current[0])
        assert not page.all("dl")
        assert not page.all("dfn")

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_a_highlight_may_cut_through_a_term(
        self, client: TestClient, chatbot: FakeChatbot, data: st.DataObject
    ) -> None:
        document = with_terms(chatbot)
        at = data.draw(st.sampled_from([match.start() for match in re.finditer("TFM|PHA", document.text)]))
        start, end = sorted((at + 1, data.draw(st.integers(0, len(document.text)).filter(lambda n: n != at + 1))))
        page = opened(client, document, f"?quote={start}-{end}")
        assert len(page.all("dfn")) == 3
        shown = document.text[start:end].replace("•", "")
        assert "".join("".join(marked(page)).split()) == "".join(shown.split())


class TestContents:
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(document=documents())
    def test_they_lead_to_every_heading_in_order(
        self, client: TestClient, chatbot: FakeChatbot, document: Document
    ) -> None:
        chatbot.current = (document,)
        page = opened(client, document)
        entries = [link.text for link in page.all("a") if "nav" in link.inside and "ol" in link.inside]
        assert entries == [section.heading for section in document.sections if section.heading] + ["Notes"]
        assert "open" not in page.one("details").attributes


class TestPrintedPages:
    def test_each_page_is_told_once_at_the_first_line_that_begins_on_it(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        document = load_document(ROOT / "tests" / "fixtures" / "formats" / "two-columns.pdf")
        chatbot.current = (document,)
        marks = opened(client, document).all("span", role="separator")
        pages = {line.page for line in document.layout}
        assert len(pages) > 1
        assert [mark["id"] for mark in marks] == [f"page-{page}" for page in sorted(pages)]
        assert (marks[0]["aria-label"], marks[0]["data-label"], marks[0].text) == ("Page 1", "p. 1", "")

    def test_a_document_without_pages_has_none(self, client: TestClient, chatbot: FakeChatbot) -> None:
        assert not opened(client, chatbot.current[0]).all("span", role="separator")


class TestLanguage:
    def test_all_that_is_ours_is_spanish_and_the_explainer_stays_as_it_is(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        old = chatbot.old[0]
        span = span_of(old, "A permit is valid for three years.")
        address = f"/read/water-permits/{old.version}?quote={span.start}-{span.end}"
        page = sound(client.get(address, headers=SPANISH).text)
        assert page.one("html")["lang"] == "es"
        assert page.one("article")["lang"] == "en"
        note = page.one("aside", class_="passage-note")
        assert note["lang"] == "es"
        assert "Este pasaje ha cambiado desde entonces. Es distinto en la versión actual (al 14 de abril de 2025):" in (
            " ".join(note.text.split())
        )
        assert page.one("del").text == "[eliminado: three]"
        assert {link["lang"] for link in page.all("a", class_="permalink")} == {"es"}
        assert {link["aria-label"] for link in page.all("a", class_="permalink")} >= {"Enlace a este párrafo"}
        assert page.by_id("note-1-ref-1")["aria-label"] == "Nota 1"

    @pytest.mark.parametrize("path", ["", "/changes"])
    def test_no_english_of_ours_is_left_around_a_spanish_explainer(
        self, client: TestClient, chatbot: FakeChatbot, path: str
    ) -> None:
        old = replace(in_spanish(permits(years="tres")), id="water-permits")
        chatbot.current, chatbot.old = (replace(in_spanish(permits()), id="water-permits"),), (old,)
        html = client.get(f"/read/water-permits/{old.version}{path}", headers=SPANISH).text
        assert sound(html)
        ours = re.sub(r"<(h1|article).*?</\1>", "", html, flags=re.DOTALL)
        for word in ("version of", "Contents", "Notes<", "What changed", "current", "Before", "as of", "sentence<"):
            assert word not in ours

    def test_a_bad_range_is_told_in_the_readers_language(self, client: TestClient, chatbot: FakeChatbot) -> None:
        html = client.get(f"/read/water-permits/{chatbot.current[0].version}?quote=x", headers=SPANISH).text
        assert "no se encuentra en esta versión" in read(html).one("p", class_="notice").text


def test_a_long_explainer_with_all_that_its_page_needs_travels_in_under_60_kilobytes(
    client: TestClient, chatbot: FakeChatbot
) -> None:
    chatbot.current = (load_document(ROOT / "corpus" / "explainers" / "287g-agreements.md"),)
    address = client.get(f"/read/{chatbot.current[0].id}").headers["location"]
    page = client.get(address)
    files = [link["href"] for link in read(page.text).all("link")]
    files += [script["src"] for script in read(page.text).all("script")]
    responses = [page, *(client.get(file) for file in files)]
    assert all(each.headers.get("content-encoding") == "gzip" or len(each.content) < 500 for each in responses)
    assert sum(len(gzip.compress(response.content)) for response in responses) < 60_000
    assert client.get("/").headers.get("content-encoding") is None, "the chat holds what visitors typed"
