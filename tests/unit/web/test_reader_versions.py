"""An old version in the reader: what became of the passage, what changed, and which versions there are."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from corpus.builder import DocumentBuilder, Metadata
from corpus.changes import Comparison, Fate
from corpus.documents import Document, Span
from tests.unit.corpus.differences import new_text, old_text
from tests.unit.web.fake_chatbot import FakeChatbot, in_spanish, permits, span_of
from tests.unit.web.html_page import Element, Page, sound
from web.versions import passage_permalink


def opened(client: TestClient, document: Document, quote: str = "", path: str = "") -> Page:
    """The page of *document*, with *quote* highlighted."""
    span = span_of(document, quote) if quote else None
    query = f"?quote={span.start}-{span.end}" if span else ""
    response = client.get(f"/read/{document.id}/{document.version}{path}{query}")
    assert response.status_code == 200
    return sound(response.text)


def said(element: Element) -> str:
    """The text of *element* with its white space in one line."""
    return " ".join(element.text.split())


def links(page: Page, text: str) -> list[str]:
    return [link["href"] for link in page.all("a") if said(link) == text]


def words_shown(diff: str, removed: str, added: str) -> list[str]:
    """The words of a difference, where what was removed and what was added stand as they are told to."""
    without = re.sub(r"\[removed: ([^]]*)\]", removed, diff)
    return re.sub(r"\[added: ([^]]*)\]", added, without).split()


def edited(chatbot: FakeChatbot, *paragraphs: str, heading: str = "Permits") -> Document:
    """The current version, as one section of *paragraphs*."""
    builder = DocumentBuilder()
    builder.add_heading(2, heading)
    for paragraph in paragraphs:
        builder.add_paragraph(paragraph)
    document = builder.build(Metadata(id="water-permits", title="Permits", as_of=date(2025, 4, 14), language="en"))
    chatbot.current = (document,)
    return document


class TestPassage:
    def test_what_changed_is_told_above_it_word_by_word_with_a_way_to_the_new_words(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        page = opened(client, chatbot.old[0], "A permit is valid for three years.")
        note = page.one("aside", class_="passage-note")
        assert "This passage has changed since. It is different in the current version (as of April 14, 2025):" in said(
            note
        )
        assert said(page.one("p", class_="diff")) == "A permit is valid for [removed: three] [added: five] years."
        assert (page.one("del").text, page.one("ins").text) == ("[removed: three]", "[added: five]")
        marked = page.by_id("quote")
        assert page.elements.index(note) < page.elements.index(marked)
        (href,) = links(page, "Read it in the current version")
        assert sound(client.get(href).text).by_id("quote").text == "A permit is valid for five years."

    @pytest.mark.parametrize(
        "quote", ["It can be renewed twice.", "keep the records;", "$40", "Fees", "Once for springs.", "Pay the fee."]
    )
    def test_what_is_the_same_is_told_wherever_it_stands_with_the_same_words_there(
        self, client: TestClient, chatbot: FakeChatbot, quote: str
    ) -> None:
        page = opened(client, chatbot.old[0], quote)
        note = page.one("aside", class_="passage-note")
        assert said(note).startswith("Unchanged in the current version (as of April 14, 2025).")
        (href,) = links(page, "Read it in the current version")
        assert "".join(mark.text for mark in sound(client.get(href).text).all("mark")) == quote
        assert href.startswith(f"/read/water-permits/{chatbot.current[0].version}?quote=")

    def test_what_is_gone_is_told_with_a_way_to_all_that_changed(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        edited(chatbot, "Nothing of it is left.")
        page = opened(client, chatbot.old[0], "keep the records;")
        assert "This passage is no longer in the current version" in said(page.one("aside", class_="passage-note"))
        assert links(page, "See all that changed") == [f"/read/water-permits/{chatbot.old[0].version}/changes"]

    def test_what_stands_elsewhere_says_under_which_heading(self, client: TestClient, chatbot: FakeChatbot) -> None:
        edited(chatbot, "A permit is valid for three years.", heading="Time <limits>")
        note = opened(client, chatbot.old[0], "A permit is valid for three years.").one("aside", class_="passage-note")
        assert "Unchanged" in said(note)
        assert "It stood under “Permits” and now stands under “Time <limits>”." in said(note)

    def test_an_item_whose_lead_in_changed_is_not_called_unchanged_without_saying_so(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        def listed(lead_in: str) -> Document:
            builder = DocumentBuilder()
            builder.add_paragraph(lead_in)
            builder.add_list(["Sell water", "Dig wells"])
            return builder.build(Metadata(id="water-permits", title="Permits", language="en"))

        chatbot.current, chatbot.old = (listed("An owner may not:"),), (listed("An owner may:"),)
        page = opened(client, chatbot.old[0], "Dig wells")
        assert "but what introduces it has changed: An owner may [added: not] :" in said(
            page.one("aside", class_="passage-note")
        ).replace("]:", "] :")

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_the_note_holds_exactly_the_words_of_both_versions(
        self, client: TestClient, chatbot: FakeChatbot, data: st.DataObject
    ) -> None:
        old, new = permits(years="three <b>"), permits(years="3 & more")
        chatbot.current, chatbot.old = (new,), (old,)
        start = data.draw(st.integers(0, len(old.text) - 1))
        span = Span(start, data.draw(st.integers(start + 1, len(old.text))))
        response = client.get(f"/read/{old.id}/{old.version}?quote={span.start}-{span.end}")
        page, change = sound(response.text), Comparison(old, new).passage(span)
        notes = page.all("aside", class_="passage-note")
        assert len(notes) == (1 if page.all("mark") and change else 0), "nothing is said of what holds no words"
        if notes and change and change.fate is Fate.CHANGED:
            shown = page.all("p", class_="diff")[0].text
            assert words_shown(shown, removed="", added=r"\1") == new_text(change.pieces).split()
            assert words_shown(shown, removed=r"\1", added="") == old_text(change.pieces).split()

    def test_the_current_version_has_no_note(self, client: TestClient, chatbot: FakeChatbot) -> None:
        assert not opened(client, chatbot.current[0], "It can be renewed twice.").all("aside")

    @pytest.mark.parametrize("query", ["", "?quote=9-3", "?quote=0-999999"])
    def test_without_a_passage_there_is_none_either(self, client: TestClient, chatbot: FakeChatbot, query: str) -> None:
        page = sound(client.get(f"/read/water-permits/{chatbot.old[0].version}{query}").text)
        assert not page.all("aside")
        assert links(page, "See what changed") == [f"/read/water-permits/{chatbot.old[0].version}/changes"]

    def test_the_new_words_have_the_language_of_their_version_and_ours_have_english(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        old = replace(in_spanish(permits(years="tres")), id="water-permits")
        chatbot.current, chatbot.old = (replace(in_spanish(permits()), id="water-permits"),), (old,)
        page = opened(client, old, "valid for tres years.")
        assert page.one("p", class_="diff")["lang"] == "es"
        assert page.one("aside", class_="passage-note")["lang"] == "en"
        assert [word["lang"] for word in page.all("span", class_="visually-hidden")] == ["en"] * 4


class TestChanges:
    def test_both_sides_stand_under_their_section_with_ways_into_both_texts(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        old, new = chatbot.old[0], chatbot.current[0]
        page = opened(client, old, path="/changes")
        assert said(page.one("li", class_="change")).startswith("Changed Before, in the text A permit is valid for")
        assert [said(heading) for heading in page.all("h2")] == ["Permits", "Versions of this explainer"]
        assert (page.one("del").text, page.one("ins").text) == ("[removed: three]", "[added: five]")
        for label, document in (("Before", old), ("After", new)):
            (href,) = links(page, f"{label}, in the text")
            assert href == passage_permalink(document, document.sections[1].blocks[0].span)
        assert f"From the version {old.version}, as of April 14, 2025, to the current version" in said(
            page.one("header", class_="explainer-head")
        )

    def test_any_two_versions_can_be_compared_also_backwards(self, client: TestClient, chatbot: FakeChatbot) -> None:
        old, new = chatbot.old[0], chatbot.current[0]
        page = sound(client.get(f"/read/water-permits/{new.version}/changes?to={old.version}").text)
        assert (page.one("del").text, page.one("ins").text) == ("[removed: five]", "[added: three]")

    @pytest.mark.parametrize("to", ["", "?to=", "?to={version}"])
    def test_a_version_and_itself_have_no_changes(self, client: TestClient, chatbot: FakeChatbot, to: str) -> None:
        version = chatbot.current[0].version
        page = sound(client.get(f"/read/water-permits/{version}/changes{to.format(version=version)}").text)
        assert "Both are the same version." in page.one("p", class_="notice").text
        assert not page.all("li", class_="change")

    def test_added_removed_and_moved_paragraphs_are_named_so(self, client: TestClient, chatbot: FakeChatbot) -> None:
        stay = [f"In {year} nothing of note was found at all." for year in (1990, 1991, 1992)]
        chatbot.old = (edited(chatbot, "Wells are weighed twice.", "Pears <b>cost</b> nothing.", *stay),)
        edited(chatbot, *stay, "Wells are weighed twice.", "Brand new matters follow.")
        page = opened(client, chatbot.old[0], path="/changes")
        assert [item["data-fate"] for item in page.all("li", class_="change")] == ["removed", "moved", "added"]
        assert "[removed: Pears <b>cost</b> nothing.]" in [element.text for element in page.all("del")]
        assert "It stood under “Permits”." in [said(paragraph) for paragraph in page.all("p", class_="meta")]

    def test_a_title_that_changed_is_told(self, client: TestClient, chatbot: FakeChatbot) -> None:
        chatbot.current = (replace(chatbot.old[0], title="Wells & <More>"),)
        notices = [said(notice) for notice in opened(client, chatbot.old[0], path="/changes").all("p", class_="notice")]
        assert notices == ["Its title is now “Wells & <More>”.", "No words of the text differ."]

    def test_a_withdrawn_explainer_says_so_and_still_compares_its_versions(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        older = permits(years="two")
        chatbot.old, chatbot.current = (*chatbot.old, older), (replace(permits(), id="other"),)
        page = opened(client, older, path="/changes")
        assert "no longer published here" in page.one("p", class_="notice").text
        (href,) = links(page, "What changed between it and this one")
        assert sound(client.get(href).text).one("ins").text == "[added: three]"

    @pytest.mark.parametrize("path", ["none/abc/changes", "water-permits/abc/changes", "water-permits/{}/changes?to=x"])
    def test_what_does_not_exist_is_a_404_page(self, client: TestClient, chatbot: FakeChatbot, path: str) -> None:
        response = client.get(f"/read/{path.format(chatbot.old[0].version)}")
        assert response.status_code == 404
        sound(response.text)


class TestVersionList:
    def test_it_has_every_version_with_its_date_and_the_way_to_what_changed(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        old = replace(chatbot.old[0], as_of=None)
        chatbot.old = (old,)
        items = [said(item) for item in opened(client, old).all("li") if "here since" in item.text]
        assert items == [
            "As of April 14, 2025 current What changed between it and this one "
            f"here since April 14, 2025, version {chatbot.current[0].version}",
            f"Without a date this one here since April 13, 2025, version {old.version}",
        ]

    def test_changes_lead_from_the_older_version_to_the_newer(self, client: TestClient, chatbot: FakeChatbot) -> None:
        old, new = chatbot.old[0].version, chatbot.current[0].version
        wanted = [f"/read/water-permits/{old}/changes?to={new}"]
        for document in (chatbot.old[0], chatbot.current[0]):
            assert links(opened(client, document), "What changed between it and this one") == wanted

    def test_an_explainer_of_one_version_has_none(self, client: TestClient, chatbot: FakeChatbot) -> None:
        chatbot.old = ()
        assert not opened(client, chatbot.current[0]).all("section", class_="versions")

    def test_a_newer_version_than_the_published_one_is_not_called_an_earlier_one(
        self, client: TestClient, chatbot: FakeChatbot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        newest_first = chatbot.versions("water-permits")[::-1]
        monkeypatch.setattr(chatbot, "versions", lambda _: newest_first)
        assert "This is not the current version." in said(opened(client, chatbot.old[0]).one("p", class_="notice"))


class TestAnotherCollection:
    @pytest.fixture
    def south(self, chatbot: FakeChatbot) -> tuple[Document, Document]:
        """The old and the current version of an explainer that answers only where its collection is named."""
        old, new = (replace(permits(years=years), id="south", collection="south") for years in ("two", "six"))
        chatbot.old, chatbot.chosen_from = (old,), (*chatbot.current, new)
        return old, new

    def test_a_passage_of_it_is_shown_as_it_is_published_there(
        self, client: TestClient, south: tuple[Document, Document]
    ) -> None:
        old, new = south
        page = opened(client, old, "valid for two years.")
        assert "no longer among the current" not in page.one("main").text
        (href,) = links(page, "Read it in the current version")
        assert href.startswith(f"/read/south/{new.version}?")
        assert client.get("/read/south").headers["location"] == f"/read/south/{new.version}"
        assert opened(client, old, path="/changes").one("ins").text == "[added: six]"

    def test_it_cannot_be_asked_about_where_no_answer_would_come_from_it(
        self, client: TestClient, chatbot: FakeChatbot, south: tuple[Document, Document]
    ) -> None:
        assert not opened(client, south[1], "valid for six years.").all("form", class_="ask-about")
        assert opened(client, chatbot.current[0], "valid for five years.").all("form", class_="ask-about")

    def test_once_it_is_withdrawn_there_it_is_withdrawn(
        self, client: TestClient, chatbot: FakeChatbot, south: tuple[Document, Document]
    ) -> None:
        chatbot.chosen_from = chatbot.current
        assert "no longer among the current" in opened(client, south[0]).one("p", class_="notice").text
        assert client.get("/read/south").status_code == 404
