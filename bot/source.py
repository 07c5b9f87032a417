"""Where a server has its chatbot from: the one over whatever index is published now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.chatbot import Chatbot


class ChatbotSource(Protocol):
    """Hands out chatbots. Each is over one index for ever, so that what holds one is never answered from two."""

    @property
    def current(self) -> Chatbot:
        """The chatbot that answers now."""
        ...

    def refresh(self) -> bool:
        """Opens the index that is published now, where that is another one; whether it was.

        Raises `index.errors.IndexingError` and `bot.errors.BotError`; the current chatbot then stays.
        """
        ...


@dataclass(frozen=True, slots=True)
class FixedSource:
    """A source whose chatbot stays the same."""

    current: Chatbot

    def refresh(self) -> bool:
        """Nothing to do."""
        return False
