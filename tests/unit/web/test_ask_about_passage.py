"""A question about a passage: it is asked of one explainer, and its reader sees what it is about."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.answers import Answer
from bot.selection import Selection
from tests.unit.web.fake_chatbot import FakeChatbot, permits, span_of
from tests.unit.web.html_page import Page, sound

QUOTE = "A permit is valid for five years."
GONE = "isn’t here, or not any more"


@pytest.fixture
def chatbot() -> FakeChatbot:
    """Two explainers, of which the second alone says ten years; an older version of the first is kept."""
    return FakeChatbot(
        current=(permits(), replace(permits(years="ten"), id="other-permits", title="Other <permits>")),
        old=(permits(years="three"),),
    )


def fields_of(page: Page) -> dict[str, str]:
    """The hidden fields of the question box."""
    return {each["name"]: each["value"] for each in page.all("input", type="hidden")}


def query(chatbot: FakeChatbot, quote: str = QUOTE, version: str = "") -> dict[str, str]:
    span = span_of(chatbot.current[0], quote)
    return {
        "document": "water-permits",
        "version": version or chatbot.current[0].version,
        "quote": f"{span.start}-{span.end}",
    }


class TestFromTheReader:
    def test_the_highlighted_passage_has_a_form_that_leads_to_the_question_box(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        wanted = query(chatbot)
        reader = sound(client.get(f"/read/water-permits/{wanted['version']}?quote={wanted['quote']}").text)
        form = next(each for each in reader.all("form") if "article" in each.inside)
        assert form["action"] == "/"
        inside = [each for each in reader.all("input", type="hidden") if "article" in each.inside]
        assert {each["name"]: each["value"] for each in inside} == wanted

        page = sound(client.get("/", params=wanted).text)
        assert page.one("blockquote").text == QUOTE
        assert page.one("input", id="question").attributes.keys() >= {"autofocus", "aria-describedby"}
        source = next(link for link in page.all("a") if link.text == permits().title)
        marks = sound(client.get(source["href"]).text).all("mark")
        assert "".join(mark.text for mark in marks) == QUOTE
        assert fields_of(page).items() >= wanted.items()

    def test_a_reader_from_a_conversation_leads_back_to_it(self, client: TestClient, chatbot: FakeChatbot) -> None:
        client.post("/ask", data={"question": "list", "conversation_id": "talk"})
        wanted = query(chatbot)
        reader = sound(client.get(f"/read/water-permits/{wanted['version']}?quote={wanted['quote']}&c=talk").text)
        assert {form["action"] for form in reader.all("form")} == {"/c/talk"}
        page = sound(client.get("/c/talk", params=wanted).text)
        assert "autofocus" in page.one("input", id="question").attributes
        assert fields_of(page)["conversation_id"] == "talk"
        assert QUOTE in [quote.text for quote in page.all("blockquote")]

    def test_without_a_highlight_only_the_menu_has_the_form(self, client: TestClient, chatbot: FakeChatbot) -> None:
        page = sound(client.get(f"/read/water-permits/{chatbot.current[0].version}").text)
        assert [form.inside[-1] for form in page.all("form")] == ["div"]

    def test_a_withdrawn_explainer_has_none(self, client: TestClient, chatbot: FakeChatbot) -> None:
        chatbot.current = chatbot.current[1:]
        assert not sound(client.get(f"/read/water-permits/{chatbot.old[0].version}?quote=0-9").text).all("form")

    def test_a_passage_of_an_older_version_is_shown_and_the_current_one_searched(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        page = sound(client.get("/", params=query(chatbot, version=chatbot.old[0].version)).text)
        assert page.one("blockquote").text.startswith("A permit is valid for three years")
        assert "in its current version" in page.one("div", id="about").text

    @pytest.mark.parametrize("wrong", [{"quote": "9-3"}, {"quote": ""}, {"version": "none"}, {"quote": "<b>"}])
    def test_a_passage_that_is_not_there_leaves_the_explainer(
        self, client: TestClient, chatbot: FakeChatbot, wrong: dict[str, str]
    ) -> None:
        page = sound(client.get("/", params=query(chatbot) | wrong).text)
        assert not page.all("blockquote")
        assert fields_of(page)["document"] == "water-permits"
        assert fields_of(page)["quote"] == ""
        assert "About this explainer" in page.one("div", id="about").text

    def test_a_long_passage_is_shortened(self, client: TestClient, chatbot: FakeChatbot) -> None:
        chatbot.current = (permits(years="five " * 200),)
        whole = {"document": "water-permits", "quote": f"0-{len(chatbot.current[0].text)}"}
        text = sound(client.get("/", params=whole).text).one("blockquote").text
        assert len(text) <= 402
        assert text.endswith(" …")


class TestAnswer:
    @pytest.mark.parametrize("path", ["/ask", "/ask/stream"])
    def test_it_comes_from_that_explainer_alone(self, client: TestClient, chatbot: FakeChatbot, path: str) -> None:
        asked: list[Selection] = []
        selected = FakeChatbot.selected

        def noting(self: FakeChatbot, selection: Selection) -> FakeChatbot:
            asked.append(selection)
            return selected(self, selection)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(FakeChatbot, "selected", noting)
            client.post(path, data={"question": "list", "conversation_id": "talk", "document": "other-permits"})
            client.post(path, data={"question": "list", "conversation_id": "talk"})
        assert asked == [Selection(documents=frozenset({"other-permits"}))]
        one, all_ = (turn.reply for turn in chatbot.conversations.turns("talk"))
        assert isinstance(one, Answer)
        assert isinstance(all_, Answer)
        assert {each.document.id for each in one.citations} == {"other-permits"}
        assert {each.document.id for each in all_.citations} == {"water-permits"}

    def test_sent_twice_it_is_one_turn(self, client: TestClient, chatbot: FakeChatbot) -> None:
        form = {"question": "list", "conversation_id": "talk", "turn": "1", "document": "other-permits"}
        places = {client.post("/ask", data=form).headers["location"] for _ in range(2)}
        assert places == {"/c/talk#turn-1"}
        assert len(chatbot.conversations.turns("talk")) == 1

    def test_after_it_the_next_question_is_about_everything_again(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        asked = client.post("/ask", data={"question": "list", **query(chatbot)})
        assert "document" not in fields_of(sound(client.get(asked.headers["location"]).text))

    def test_a_question_that_fails_stays_about_its_passage(self, client: TestClient, chatbot: FakeChatbot) -> None:
        response = client.post("/ask", data={"question": " ", **query(chatbot)})
        assert response.status_code == 422
        page = sound(response.text)
        assert page.one("blockquote").text == QUOTE
        assert fields_of(page).items() >= query(chatbot).items()


class TestUnknownExplainer:
    def test_the_page_says_so_and_asks_without_it(self, client: TestClient) -> None:
        response = client.get("/", params={"document": "none"})
        assert response.status_code == 422
        page = sound(response.text)
        assert GONE in page.one("p", role="alert").text
        assert "document" not in fields_of(page)

    def test_the_form_says_so_and_keeps_the_question(self, client: TestClient, chatbot: FakeChatbot) -> None:
        response = client.post("/ask", data={"question": "list", "conversation_id": "talk", "document": "none"})
        assert response.status_code == 422
        page = sound(response.text)
        assert GONE in page.one("p", role="alert").text
        assert page.one("input", id="question")["value"] == "list"
        assert not chatbot.conversations.turns("talk")

    def test_the_stream_says_so_in_the_readers_language(self, client: TestClient) -> None:
        form = {"question": "list", "document": "none"}
        body = client.post("/ask/stream", data=form, headers={"accept-language": "es"}).text
        events = [json.loads(line.removeprefix("data:")) for line in body.splitlines() if line.startswith("data:")]
        assert events[-1] == {
            "detail": "La guía sobre la que pregunta no está aquí, o ya no está; pregunte sin ella o elija otra."
        }

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(fields=st.fixed_dictionaries({}, optional={name: st.text() for name in ("document", "version", "quote")}))
    def test_whatever_an_address_says_it_is_about_there_is_a_sound_page(
        self, client: TestClient, fields: dict[str, str]
    ) -> None:
        encoded = {name: text.encode(errors="ignore") for name, text in fields.items()}
        response = client.get("/", params=encoded)
        assert response.status_code in {200, 422}
        sound(response.text)
