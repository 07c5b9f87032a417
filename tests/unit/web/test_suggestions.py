"""Suggested questions: made of headings, tried before they are shown, near to what was asked, and never in the way."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import cast

import anyio
import pytest
from anyio import CapacityLimiter
from starlette.testclient import TestClient

from bot.answers import Reply, Turn
from bot.chatbot import Chatbot
from bot.errors import GeneratorUnavailable
from bot.selection import Selection
from corpus.builder import DocumentBuilder, Metadata
from corpus.documents import Document
from tests.unit.web.fake_chatbot import FakeChatbot, permits, section_answer, still
from tests.unit.web.html_page import read, sound
from web.app import create_app
from web.settings import WebSettings
from web.suggestions import (
    Suggested,
    Suggestions,
    first_candidates,
    follow_up_candidates,
    is_answered,
    question_about,
)

HEADINGS = ["Opening", "Wells", "Springs", "Rivers", "Lakes", "Closing"]


def about(*headings: str) -> list[str]:
    return [f"What does the explainer say about {heading}?" for heading in headings]


def waters(id_: str = "waters") -> Document:
    """Six outermost sections; under one of them two more."""
    builder = DocumentBuilder()
    for heading in HEADINGS:
        builder.add_heading(2, heading)
        builder.add_paragraph(f"{heading} hold water. " * (1 + HEADINGS.index(heading)))
        if heading == "Springs":
            for inner in ("Hot springs", "Cold springs"):
                builder.add_heading(3, inner)
                builder.add_paragraph(f"{inner} are springs.")
    return builder.build(Metadata(id=id_, title="Waters"))


def bot_over(*documents: Document, silent_on: tuple[str, ...] = ()) -> Chatbot:
    return cast(Chatbot, FakeChatbot(current=documents, silent_on=frozenset(silent_on)))


def worked_out(chatbot: Chatbot, turns: list[Turn] | None = None) -> Suggested:
    """What is suggested once all is worked out."""
    suggestions = Suggestions(CapacityLimiter(1))

    def now() -> Suggested:
        return suggestions.follow_ups_now(chatbot, turns, len(turns)) if turns else suggestions.first_now(chatbot)

    async def run() -> Suggested:
        async with suggestions.running(chatbot):
            with anyio.fail_after(10):
                while not (found := now()).complete:
                    await anyio.sleep(0.005)
        return found

    return anyio.run(run)


def texts(found: Suggested) -> list[str]:
    return [question.text for question in found.questions]


class TestFirstQuestions:
    def test_they_ask_about_the_sections_that_say_most_and_introductions_come_last(self) -> None:
        candidates = [candidate.question for candidate in first_candidates([waters()])]
        assert candidates[:3] == about("Springs", "Rivers", "Lakes")
        assert candidates[-2:] == about("Opening", "Closing")

    def test_each_document_has_its_turn(self) -> None:
        candidates = first_candidates([waters("a"), waters("b")])
        assert [candidate.document_id for candidate in candidates[:4]] == ["a", "b", "a", "b"]

    def test_what_is_not_answered_is_not_shown(self) -> None:
        found = worked_out(bot_over(waters(), silent_on=("Rivers", "Lakes")))
        assert texts(found) == about("Springs", "Wells", "Hot springs", "Cold springs")

    def test_what_is_answered_from_elsewhere_is_not_shown_either(self) -> None:
        documents = (waters("a"), waters("b"))  # the chatbot answers from the first
        own = [is_answered(bot_over(*documents), candidate) for candidate in first_candidates(documents)[:2]]
        assert own == [True, False]

    def test_a_failure_costs_a_suggestion_and_nothing_else(self) -> None:
        chatbot = FakeChatbot(current=(waters(),), failure=RuntimeError("broken"))
        assert worked_out(cast(Chatbot, chatbot)).questions == ()

    @pytest.mark.parametrize(
        ("heading", "language", "question"),
        [
            ("Who pays?", "en", "Who pays?"),
            ("1. Fees:", "en", "What does the explainer say about 1. Fees?"),
            ("{fees}", "en", "What does the explainer say about {fees}?"),
            ("Tarifas", "es-MX", "¿Qué dice la guía sobre Tarifas?"),
            ("Maksut", "fi", "Maksut"),
            (" . ", "en", None),
            ("x" * 121, "en", None),
        ],
    )
    def test_a_question_is_in_the_language_of_its_document(
        self, heading: str, language: str, question: str | None
    ) -> None:
        assert question_about(heading, language) == question


class TestFollowUps:
    def test_siblings_come_first_then_the_rest_and_nothing_cited_or_asked(self) -> None:
        document = waters()
        asked = Turn("hot?", section_answer(document, "Hot springs"))
        earlier = Turn(about("Rivers")[0], section_answer(document, "Rivers"))
        candidates = follow_up_candidates(bot_over(document), [earlier, asked], 2)
        questions = [candidate.question for candidate in candidates]
        assert questions[:3] == about("Cold springs", "Springs", "Wells")
        assert not set(questions) & set(about("Rivers", "Hot springs"))

    def test_there_are_at_most_three_and_each_is_answered(self) -> None:
        document = waters()
        turns = [Turn("hot?", section_answer(document, "Hot springs"))]
        found = worked_out(bot_over(document, silent_on=("Springs",)), turns)
        assert texts(found) == about("Cold springs", "Wells", "Rivers")

    def test_a_question_that_would_lean_on_the_last_one_is_not_offered(self) -> None:
        document = replace(waters(), language="fi")  # there the heading alone is all that can be asked
        assert follow_up_candidates(bot_over(document), [Turn("x", section_answer(document, "Wells"))], 1) == ()

    def test_a_refusal_a_lost_reply_and_a_document_that_is_gone_have_none(self) -> None:
        document = waters()
        chatbot = bot_over(permits())
        assert follow_up_candidates(chatbot, [Turn("x")], 1) == ()
        assert follow_up_candidates(chatbot, [Turn("x", section_answer(document, "Nothing"))], 1) == ()
        assert follow_up_candidates(chatbot, [Turn("x", section_answer(document, "Wells"))], 1) == ()


def test_nothing_is_tried_while_a_reader_waits() -> None:
    async def run() -> None:
        turnstile = CapacityLimiter(1)
        chatbot = bot_over(waters())
        suggestions = Suggestions(turnstile)
        async with suggestions.running(chatbot):
            async with turnstile:
                await anyio.sleep(0.05)
                assert suggestions.first_now(chatbot).questions == ()
            with anyio.fail_after(10):
                while not suggestions.first_now(chatbot).complete:
                    await anyio.sleep(0.005)

    anyio.run(run)


def test_a_new_index_is_asked_anew() -> None:
    async def run() -> None:
        suggestions = Suggestions(CapacityLimiter(1))
        old = bot_over(waters())
        new = FakeChatbot(current=(waters(),), index_version="20250415-1", silent_on=frozenset(HEADINGS))
        assert await suggestions.first(old, 2) == about("Springs", "Rivers")
        assert await suggestions.first(cast(Chatbot, new), 4) == about("Hot springs", "Cold springs")
        assert suggestions.first_now(old).complete

    anyio.run(run)


@dataclass
class CountingChatbot(FakeChatbot):
    """Keeps what it is asked, over how many documents."""

    asked: list[tuple[int, str]] = field(default_factory=list)

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        self.asked.append((len(self.current), question))
        return super().ask(conversation_id, question, history)


def test_however_callers_choose_documents_each_question_is_tried_over_one_or_all_and_once() -> None:
    chatbot = CountingChatbot(current=tuple(waters(id_) for id_ in "abcd"))
    ids = [frozenset(each) for count in (1, 2, 3) for each in combinations("abcd", count)]
    chosen = [cast(Chatbot, chatbot.selected(Selection(each))) for each in ids]

    async def run() -> None:
        suggestions = Suggestions(CapacityLimiter(1))
        for each in chosen:
            assert suggestions.first_now(each) == suggestions.first_now(each)
            await suggestions.first(each, 4)
        assert all(suggestions.first_now(each).complete for each in chosen)
        assert texts(suggestions.first_now(chosen[0])) == about("Springs", "Rivers", "Lakes", "Wells")

    anyio.run(run)
    over_all = [question for count, question in chatbot.asked if count > 1]
    assert {count for count, _ in chatbot.asked} == {1, 4}
    assert max(Counter(over_all).values()) <= len(chatbot.current), "each document has a section of that name"
    over_one = Counter(question for count, question in chatbot.asked if count == 1)
    assert max(over_one.values()) <= len(chatbot.current), "once for each document"


def test_a_candidate_that_could_not_be_asked_now_is_asked_again() -> None:
    chatbot = FakeChatbot(
        current=(waters(),), failure=GeneratorUnavailable("The generator is restarted.", retryable=True)
    )

    async def run() -> None:
        suggestions = Suggestions(CapacityLimiter(1))
        assert await suggestions.first(cast(Chatbot, chatbot), 2) == []
        assert not suggestions.first_now(cast(Chatbot, chatbot)).complete
        chatbot.failure = None
        assert await suggestions.first(cast(Chatbot, chatbot), 2) == about("Springs", "Rivers")

    anyio.run(run)


def test_a_candidate_that_can_not_be_asked_at_all_is_not_tried_for_ever() -> None:
    chatbot = FakeChatbot(current=(waters(),), max_question_chars=len(about("Wells")[0]))
    assert texts(worked_out(cast(Chatbot, chatbot))) == about("Lakes", "Wells")


class TestPages:
    @pytest.fixture
    def client(self, tmp_path: Path) -> Iterator[TestClient]:
        chatbot = bot_over(permits())
        app = create_app(still(chatbot), WebSettings(), tmp_path)
        with TestClient(app, "http://127.0.0.1") as client:
            until(lambda: "asks" in client.get("/").text)
            yield client

    def test_the_first_page_offers_them_as_buttons_that_ask(self, client: TestClient) -> None:
        page = sound(client.get("/").text)
        buttons = page.all("button", name="question")
        assert [button["value"] for button in buttons][:2] == about("Permits", "Fees")
        form = {field["name"]: field["value"] for field in page.all("input", type="hidden") if "form" in field.inside}
        answered = client.post("/ask", data={**form, "question": buttons[0]["value"]})
        assert sound(answered.text).all("blockquote")

    def test_none_stands_beside_a_question_about_one_passage(self, client: TestClient) -> None:
        assert not sound(client.get("/?document=water-permits").text).all("button", name="question")

    def test_the_last_answer_is_followed_up_from_the_cache(self, client: TestClient) -> None:
        client.post("/ask", data={"question": "fact?", "conversation_id": "talk"})
        until(lambda: client.get("/c/talk/turns/1/suggestions").status_code == 200)
        page = sound(client.get("/c/talk").text)
        offered = [button["value"] for button in page.all("button", name="question")]
        assert offered == about("Fees", "What an <owner> must do")
        part = read(client.get("/c/talk/turns/1/suggestions").text)
        assert [button["value"] for button in part.all("button", name="question")] == offered

    def test_a_turn_that_is_not_there_has_none(self, client: TestClient) -> None:
        assert client.get("/c/talk/turns/1/suggestions").status_code == 404


def until(what: Callable[[], object], seconds: float = 10) -> None:
    """Waits until *what* holds."""
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends
        time.sleep(0.01)
