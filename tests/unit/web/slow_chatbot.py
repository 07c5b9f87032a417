"""A chatbot that thinks until it is let go, and a scene with an asynchronous browser in front of it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
from fastapi import FastAPI

from bot.answers import Reply
from bot.selection import Selection, selected_ids
from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from web.app import create_app
from web.settings import WebSettings


class SlowChatbot(FakeChatbot):
    """Holds every question until it is let go."""

    def __init__(self) -> None:
        super().__init__(current=(permits(),))
        self.go = threading.Event()
        self.inside = 0
        self.asked: list[str] = []

    def forgetful(self) -> SlowChatbot:
        return self

    def selected(self, selection: Selection) -> SlowChatbot:
        assert selected_ids(self.documents(), selection, None)
        return self

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        self.inside += 1
        self.asked.append(question)
        assert self.go.wait(timeout=10)
        self.inside -= 1
        return super().ask(conversation_id, question, history)


class Scene:
    """A server whose model is busy with one question."""

    def __init__(self, chatbot: SlowChatbot, app: FastAPI, browser: httpx2.AsyncClient) -> None:
        self.chatbot, self.app, self.browser = chatbot, app, browser
        self.replies: list[httpx2.Response] = []

    async def ask(self, question: str = "fact?") -> None:
        self.replies.append(await self.browser.post("/api/ask", json={"question": question}))

    async def until_waiting(self, count: int) -> None:
        while self.app.state.site.queue.waiting < count:
            await anyio.sleep(0.005)

    async def until_inside(self) -> None:
        while not self.chatbot.inside:
            await anyio.sleep(0.005)

    @property
    def statuses(self) -> list[int]:
        return sorted(reply.status_code for reply in self.replies)


@asynccontextmanager
async def busy_server(**settings: Any) -> AsyncIterator[tuple[Scene, anyio.abc.TaskGroup]]:
    """A scene in which the first question is being worked on; it is let go at the end."""
    chatbot = SlowChatbot()
    app = create_app(still(chatbot), WebSettings(**settings))
    transport = httpx2.ASGITransport(app)
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://test") as browser,
        anyio.create_task_group() as g,
    ):
        scene = Scene(chatbot, app, browser)
        try:
            g.start_soon(scene.ask, "first fact?")
            await scene.until_inside()
            yield scene, g
        finally:
            chatbot.go.set()
