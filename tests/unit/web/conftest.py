"""A chatbot from a script, and a browser in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.web.fake_chatbot import ChatbotSurface, FakeChatbot, permits, still
from web.app import create_app
from web.settings import WebSettings


@pytest.fixture
def chatbot() -> FakeChatbot:
    """One explainer, of which an older version is kept."""
    return FakeChatbot(current=(permits(),), old=(permits(years="three"),))


@pytest.fixture
def client(chatbot: FakeChatbot, tmp_path: Path) -> Iterator[TestClient]:
    """A browser that shows redirects instead of following them."""
    surface: ChatbotSurface = chatbot
    app = create_app(still(surface), WebSettings(), tmp_path)
    with TestClient(app, "http://127.0.0.1", follow_redirects=False) as client:
        yield client
