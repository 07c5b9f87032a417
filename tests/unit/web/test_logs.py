"""The log: a line of JSON for each request and question, and nothing in it that a reader said."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from starlette.testclient import TestClient

from bot.errors import ConversationStoreError
from tests.unit.web.fake_chatbot import FakeChatbot, still
from web.app import create_app
from web.logs import configure_logs
from web.settings import WebSettings

WORD = "zephyrine"
QUESTION = f"{WORD} fact?"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is written while a test runs; the process's own logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("json", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(log: io.StringIO, event: str | None = None) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in told if event is None or line["event"] == event]


def browser(chatbot: FakeChatbot, **settings: Any) -> TestClient:
    app = create_app(still(chatbot), WebSettings(**settings))
    return TestClient(app, "http://127.0.0.1", follow_redirects=False)


def test_a_request_is_told_by_its_route_and_never_by_its_address(log: io.StringIO, chatbot: FakeChatbot) -> None:
    client = browser(chatbot)
    secret = "conversation-" + WORD
    client.post("/ask", data={"question": QUESTION, "conversation_id": secret})
    told = lines(log, "request")[0]
    assert (told["method"], told["route"], told["status"], told["level"]) == ("POST", "/ask", 303, "info")
    page = client.get(f"/c/{secret}")
    told = lines(log, "request")[-1]
    assert (told["route"], told["status"]) == ("/c/{conversation_id}", 200)
    assert told["bytes"] == len(page.content)
    assert told["ms"] >= 0
    assert told["request_id"] == page.headers["x-request-id"]
    for path in (f"/{WORD}", f"/read/{WORD}", f"/api/conversations/{secret}", f"/static/{WORD}", f"/?q={WORD}"):
        client.get(path)
    client.request(WORD.upper(), "/")
    assert WORD not in log.getvalue().lower()
    assert [(line["method"], line["route"], line["status"]) for line in lines(log, "request")[2:]] == [
        ("GET", "(none)", 404),
        ("GET", "/read/{document_id}", 404),
        ("GET", "/api/conversations/{conversation_id}", 200),
        ("GET", "(none)", 404),
        ("GET", "/", 200),
        ("(other)", "/", 405),
    ]


def test_a_question_is_told_by_what_became_of_it(log: io.StringIO, chatbot: FakeChatbot) -> None:
    client = browser(chatbot)
    client.post("/api/ask", json={"question": QUESTION})
    client.post("/ask", data={"question": WORD})
    answered, refused = lines(log, "question")
    assert answered["status"] == "answered"
    assert (answered["channel"], answered["index"], answered["footnotes"]) == ("api", "20250414-1", 1)
    assert answered["stages_ms"]["total"] >= 0
    assert answered["stages_ms"]["total"] != 12.5, "with the time that it waited, not the chatbot's own"
    assert answered["request_id"] == lines(log, "request")[0]["request_id"]
    assert (refused["status"], refused["reason"], refused["channel"]) == ("refused", "not_in_text", "page")


@pytest.mark.parametrize(("failure", "status"), [(RuntimeError(QUESTION), 500), (ConversationStoreError("full"), 503)])
def test_no_word_of_a_question_is_in_the_log_whatever_happens(
    log: io.StringIO, chatbot: FakeChatbot, failure: Exception, status: int
) -> None:
    client = browser(chatbot, rate_limit="10/minute")
    chat = {"model": "footnoted", "messages": [{"role": "user", "content": QUESTION}]}

    def ask_everywhere() -> None:
        client.post("/ask", data={"question": QUESTION, "turn": "1"})
        client.post("/ask/stream", data={"question": QUESTION, "turn": "1"})
        client.post("/api/ask", json={"question": QUESTION, "history": [WORD]})
        client.post("/api/ask", json={"question": QUESTION, WORD: WORD})
        client.post("/v1/chat/completions", json=chat)

    ask_everywhere()
    chatbot.failure = failure
    ask_everywhere()
    ask_everywhere()
    told = [line["status"] for line in lines(log, "request")]
    assert told[:5] == [303, 200, 200, 422, 200]
    assert told[5:10] == [status, 200, status, 422, status], "a stream tells of a failure as an event"
    assert told[10:] == [429] * 5
    assert [line["status"] for line in lines(log, "question")] == ["answered"] * 4 + ["failed"] * 4
    assert WORD not in log.getvalue().lower()


def test_the_text_is_there_where_the_operator_wants_it(log: io.StringIO, chatbot: FakeChatbot) -> None:
    browser(chatbot, log_questions=True).post("/api/ask", json={"question": QUESTION})
    assert lines(log, "question")[0]["question"] == QUESTION


def test_a_line_break_in_a_question_begins_no_line_of_the_log(log: io.StringIO, chatbot: FakeChatbot) -> None:
    forged = 'fact?\n{"event": "question", "status": "forged"}'
    browser(chatbot, log_questions=True).post("/api/ask", json={"question": forged})
    assert [line["status"] for line in lines(log, "question")] == ["answered"]


def test_other_libraries_are_heard_only_when_they_warn(log: io.StringIO) -> None:
    logging.getLogger("some.library").info("asked %s", WORD)
    logging.getLogger("some.library").warning("disk is full")
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    assert [line["event"] for line in lines(log)] == ["disk is full", "Started server process [7]"]
    assert lines(log)[0]["logger"] == "some.library"


class Terminal(io.StringIO):
    """Somebody reads along."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "opens"), [(Terminal(), ""), (io.StringIO(), "{")])
def test_a_terminal_gets_text_and_anything_else_json(log: io.StringIO, stream: io.StringIO, opens: str) -> None:
    assert log.getvalue() == ""
    configure_logs(None, stream)
    logging.getLogger("footnoted.web").warning("disk is full")
    assert "disk is full" in stream.getvalue()
    assert stream.getvalue().startswith("{") == bool(opens)


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_exception_is_told_by_its_type_and_place(log: io.StringIO, form: Literal["json", "text"]) -> None:
    stream = io.StringIO()
    configure_logs(form, stream)
    try:
        {"other": 1}[WORD]
    except KeyError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert "KeyError" in stream.getvalue()
    assert "test_logs.py" in stream.getvalue()
    assert WORD not in stream.getvalue()
    assert log.getvalue() == ""


def test_the_log_may_be_text_for_people(log: io.StringIO) -> None:
    stream = io.StringIO()
    configure_logs("text", stream)
    logging.getLogger("footnoted.web").info("request", extra={"route": "/ask", "status": 200})
    assert "request" in stream.getvalue()
    assert "route=/ask" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
    assert log.getvalue() == ""
