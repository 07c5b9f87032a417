"""An answer as it is written: which events come, in which order, and that a turn is neither lost nor doubled."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.answers import Reply
from bot.errors import GeneratorUnavailable
from bot.selection import Selection
from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from tests.unit.web.html_page import sound
from web.app import create_app
from web.errors import SENTENCES
from web.settings import WebSettings


def events(client: TestClient, **form: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of an answer, each with its data."""
    response = client.post("/ask/stream", data=form)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    told = [part.splitlines() for part in response.text.split("\n\n") if part.startswith("event:")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in told]


def test_each_block_grows_by_a_sentence_before_its_footnotes_come(client: TestClient) -> None:
    told = events(client, question="list them", conversation_id="talk", turn="1")
    names = [name for name, _ in told]
    assert names == ["begun", *["block"] * 5, "footnotes", "after", "done"]
    blocks = [data for name, data in told if name == "block"]
    assert [block["place"] for block in blocks] == [0, 1, 1, 1, 2]
    assert [block["html"].count("<li") for block in blocks] == [0, 1, 2, 3, 0]
    assert told[-1][1]["turn"] == 1


def test_the_last_of_each_block_is_what_the_page_shows(client: TestClient) -> None:
    told = events(client, question="table?", conversation_id="talk", turn="1")
    page = " ".join(client.get("/c/talk").text.split())
    last = {data["place"]: data["html"] for name, data in told if name == "block"}
    assert last
    for html in [*last.values(), next(data["html"] for name, data in told if name == "footnotes")]:
        assert " ".join(html.split()) in page


def test_a_refusal_and_an_error_are_told_in_the_stream(client: TestClient, chatbot: FakeChatbot) -> None:
    assert [name for name, _ in events(client, question="nothing")] == ["begun", "refusal", "after", "done"]
    chatbot.failure = GeneratorUnavailable("zephyrine is down", retryable=True)
    (_, (name, data)) = events(client, question="fact?")
    assert name == "problem"
    assert data["detail"].endswith("Please try again later.")
    assert "zephyrine" not in data["detail"]


@pytest.mark.parametrize("path", ["/ask", "/ask/stream"])
def test_an_id_that_can_not_be_one_is_refused_before_anything_is_sent(client: TestClient, path: str) -> None:
    assert client.post(path, data={"question": "fact?", "conversation_id": "../x"}).status_code == 422


def test_the_same_turn_sent_again_gets_the_reply_that_there_is(client: TestClient, chatbot: FakeChatbot) -> None:
    first = events(client, question="fact?", conversation_id="talk", turn="1")
    assert events(client, question="fact?", conversation_id="talk", turn="1") == first
    assert len(chatbot.conversations.turns("talk")) == 1
    events(client, question="fact?", conversation_id="talk", turn="2")
    assert len(chatbot.conversations.turns("talk")) == 2


def test_the_same_turn_sent_twice_at_once_is_asked_once() -> None:
    both_here = threading.Event()

    class Waiting(FakeChatbot):
        asked = 0

        def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
            if "fact" in question:
                Waiting.asked += 1
                assert both_here.wait(timeout=10)
            return super().ask(conversation_id, question, history)

    chatbot = Waiting(current=(permits(),))
    form = {"question": "fact?", "conversation_id": "talk", "turn": "1"}
    with (
        TestClient(create_app(still(chatbot), WebSettings()), "http://127.0.0.1") as client,
        ThreadPoolExecutor(2) as readers,
    ):
        sent = [readers.submit(events, client, **form) for _ in range(2)]
        threading.Timer(0.5, both_here.set).start()
        first, second = (each.result() for each in sent)
    assert first == second
    assert Waiting.asked == 1
    assert len(chatbot.conversations.turns("talk")) == 1


def test_the_same_turn_asked_of_other_documents_at_once_is_another_question() -> None:
    documents = (permits(), replace(permits(), id="other"))
    both_here = threading.Barrier(2, timeout=10)

    class Choosing(FakeChatbot):
        def selected(self, selection: Selection) -> FakeChatbot:
            if selection.documents:
                both_here.wait()
            return super().selected(selection)

    chatbot = Choosing(current=documents)
    form = {"question": "fact?", "conversation_id": "talk", "turn": "1"}
    client = TestClient(create_app(still(chatbot), WebSettings()), "http://127.0.0.1")
    with client, ThreadPoolExecutor(2) as readers:
        sent = [readers.submit(events, client, **form, document=document.id) for document in documents]
        assert [each.result()[-1][0] for each in sent] == ["done", "done"]


def test_a_page_that_can_not_be_made_is_a_problem_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("what a reader asked")

    monkeypatch.setattr("web.routes.stream.turn_view", broken)
    (_, (name, data)) = events(client, question="fact?")
    assert (name, data["detail"]) == ("problem", SENTENCES[500])


@pytest.mark.parametrize("path", ["/ask", "/ask/stream"])
def test_a_form_that_is_sent_again_before_the_cookie_came_leaves_the_conversation_its_readers(path: str) -> None:
    chatbot = FakeChatbot(current=(permits(),))
    app = create_app(still(chatbot), WebSettings(public_url="http://bot.example"))

    def browser() -> TestClient:
        return TestClient(app, "http://bot.example", follow_redirects=False)

    def form_of(page: str) -> dict[str, str]:
        hidden = {field["name"]: field["value"] for field in sound(page).all("input", type="hidden")}
        return {**hidden, "question": "fact?", "conversation_id": "talk", "turn": "1"}

    form = form_of(browser().get("/").text)
    browser().post(path, data=form)  # what it was answered never arrived
    again, friend = browser(), browser()
    for made_up in ("", "x" * 65):
        with browser() as other:
            for _ in range(2):
                other.cookies.clear()
                other.post(path, data={**form, "conversation_id": f"their{len(made_up)}", "once": made_up})
            assert f"/c/their{len(made_up)}" not in other.get("/conversations").text
    again.post(path, data=form)
    assert "/c/talk" in again.get("/conversations").text
    shared = form_of(friend.get("/c/talk").text)
    for known in (shared, {**shared, "once": ""}, {**shared, "turn": "2"}):  # all that the link tells
        friend.cookies.clear()
        friend.post(path, data=known)
        assert "/c/talk" not in friend.get("/conversations").text
