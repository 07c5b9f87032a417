"""First questions that an explainer answers, made of its own headings."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from anyio import Lock, to_thread

from bot.rewrite import resolve
from web.views import explainer_view

if TYPE_CHECKING:
    from bot.chatbot import Chatbot
    from web.site import Site


MOST = 4
"""How many suggestions are worked out."""


class Suggestions:
    """First questions, worked out once for each index and choice of documents, in the queue in front of the model."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = Lock()
        self._known: dict[tuple[str, ...], list[str]] = {}

    async def first(self, chatbot: Chatbot, limit: int) -> list[str]:
        """Up to *limit* (at most `MOST`) questions that *chatbot* answers."""
        key = (chatbot.index_version, *(document.id for document in chatbot.documents()))
        async with self._lock:
            if key not in self._known:
                limiter = self._site.turnstile
                self._known[key] = await to_thread.run_sync(first_questions, chatbot, MOST, limiter=limiter)
        return self._known[key][:limit]


def first_questions(chatbot: Chatbot, limit: int) -> list[str]:
    """Up to *limit* headings that the bot answers when they are asked, from each explainer in turn.

    Raises what `Chatbot.assess` raises.
    """
    starts = [[link.text for link in explainer_view(document).starts] for document in chatbot.texts()]
    headings = [heading for heading in chain.from_iterable(zip_longest(*starts)) if heading]
    found: list[str] = []
    for heading in dict.fromkeys(headings):
        if len(found) == limit:
            break
        likely = chatbot.assess(resolve(heading, [], chatbot.language)).probability
        if likely >= chatbot.answer_threshold:
            found.append(heading)
    return found
