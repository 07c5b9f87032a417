"""One request is answered by one chatbot: it looks once which one answers now, whatever is published meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from bot.chatbot import Chatbot
from tests.unit.web.fake_chatbot import FakeChatbot
from web.app import create_app
from web.settings import WebSettings


@dataclass
class CountingSource:
    """Counts how often it is looked which chatbot answers now."""

    chatbot: FakeChatbot
    looks: int = 0

    @property
    def current(self) -> Chatbot:
        self.looks += 1
        return cast(Chatbot, self.chatbot)

    def refresh(self) -> bool:
        return False


PATHS = [
    *("/", "/c/talk", "/conversations", "/read/water-permits/{old}"),
    *("/read/water-permits/{old}/changes", "/api/suggestions", "/api/suggestions?document=water-permits"),
    *("/api/documents", "/api/documents/water-permits/{old}/changes", "/c/talk.md", "/readyz"),
]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_looks_once_which_chatbot_answers(chatbot: FakeChatbot, path: str) -> None:
    source = CountingSource(chatbot)
    client = TestClient(create_app(source, WebSettings()), "http://127.0.0.1", follow_redirects=False)
    client.post("/ask", data={"question": "fact?", "conversation_id": "talk"})
    source.looks = 0
    assert client.get(path.format(old=chatbot.old[0].version)).is_success
    assert source.looks == 1


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/ask", {"data": {"question": "fact?", "conversation_id": "talk", "turn": "1"}}, 303),
        ("/ask/stream", {"data": {"question": "fact?", "conversation_id": "talk", "turn": "1"}}, 200),
        ("/api/ask", {"json": {"question": "fact?", "filter": {"documents": ["water-permits"]}}}, 200),
        (
            "/v1/chat/completions",
            {"json": {"model": "footnoted", "messages": [{"role": "user", "content": "fact?"}]}},
            200,
        ),
    ],
)
def test_a_question_looks_once_which_chatbot_answers(
    chatbot: FakeChatbot, path: str, sent: dict[str, Any], status: int
) -> None:
    source = CountingSource(chatbot)
    client = TestClient(create_app(source, WebSettings()), "http://127.0.0.1", follow_redirects=False)
    source.looks = 0
    assert client.post(path, **sent).status_code == status
    assert source.looks == 1
