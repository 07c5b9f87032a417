"""A chatbot from a script, and consoles that write into memory."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any, cast

import pytest
from rich.console import Console

from bot.answers import Reply
from bot.chatbot import Chatbot, clean_question
from footnoted.talk import Talk
from tests.unit.web.fake_chatbot import ChatbotSurface, FakeChatbot, permits


class StrictChatbot(FakeChatbot):
    """Refuses the questions that the real one refuses."""

    def ask(self, conversation_id: str, question: str, history: Any = ()) -> Reply:
        return super().ask(conversation_id, clean_question(question, self.max_question_chars), history)


class Screen:
    """A console, what it has printed, and a conversation on it."""

    def __init__(self, chatbot: FakeChatbot, *, width: int = 80, bold: bool = False, transcript: bool = False) -> None:
        self._file = StringIO()
        self.console = Console(
            file=self._file,
            width=width,
            highlight=False,
            force_terminal=bold,
            color_system="standard" if bold else None,
            _environ={},
        )
        surface: ChatbotSurface = chatbot
        self.chatbot = chatbot
        self.talk = Talk(cast(Chatbot, surface), self.console, "talk", transcript=transcript)

    @property
    def text(self) -> str:
        """All that was printed."""
        return self._file.getvalue()

    @property
    def lines(self) -> list[str]:
        """The lines that were printed."""
        return self.text.splitlines()

    def after(self, *lines: str) -> str:
        """What is printed for the last of *lines*."""
        for line in lines[:-1]:
            assert self.talk.take(line)
        before = len(self.text)
        self.talk.take(lines[-1])
        return self.text[before:]

    def run(self, *lines: str | type[BaseException]) -> int:
        """The exit code of a conversation of *lines*; an exception among them is raised in its place."""
        return self.talk.run(reader(*lines))


def reader(*lines: str | type[BaseException]) -> Callable[[], str]:
    """Reads *lines*, then the end."""
    left = [*lines, EOFError]

    def read() -> str:
        line = left.pop(0)
        if isinstance(line, str):
            return line
        raise line

    return read


@pytest.fixture
def chatbot() -> FakeChatbot:
    """One explainer, of which an older version is kept."""
    return StrictChatbot(current=(permits(),), old=(permits(years="three"),))


@pytest.fixture
def screen(chatbot: FakeChatbot) -> Screen:
    """A terminal of 80 columns that shows neither bold nor colour."""
    return Screen(chatbot)


@pytest.fixture
def pipe(chatbot: FakeChatbot) -> Screen:
    """A pipe."""
    return Screen(chatbot, transcript=True)
