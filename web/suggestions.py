"""First questions that an explainer answers, made of its own headings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from anyio import Lock, to_thread

from bot.rewrite import resolve
from web.views import explainer_view

if TYPE_CHECKING:
    from bot.chatbot import Chatbot
    from web.site import Site


MOST = 4
"""How many suggestions are worked out."""

_MOST_KEPT = 200
"""How many choices of documents are remembered."""


class Suggestion(NamedTuple):
    """A heading to ask, in the language of its explainer."""

    text: str
    language: str


class Suggestions:
    """First questions, worked out once for each index and choice of documents, in the queue in front of the model."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = Lock()
        self._known: dict[tuple[str, ...], Sequence[Suggestion]] = {}

    async def first(self, chatbot: Chatbot, limit: int) -> list[str]:
        """Up to *limit* (at most `MOST`) questions that *chatbot* answers."""
        await self.work_out(chatbot)
        return [suggestion.text for suggestion in (self.so_far(chatbot) or ())[:limit]]

    def so_far(self, chatbot: Chatbot) -> Sequence[Suggestion] | None:
        """What *chatbot* answers, or None where that hasn't been worked out."""
        return self._known.get(_key(chatbot))

    async def work_out(self, chatbot: Chatbot) -> None:
        """Works out what *chatbot* answers, unless it is known. Raises what `Chatbot.assess` raises.

        Each heading waits in the queue by itself, so that a reader's question waits for one of them at most.
        """
        async with self._lock:
            if self.so_far(chatbot) is not None:
                return
            found: list[Suggestion] = []
            for heading in headings(chatbot):
                if len(found) == MOST:
                    break
                if await to_thread.run_sync(_answers, chatbot, heading.text, limiter=self._site.turnstile):
                    found.append(heading)
            while len(self._known) >= _MOST_KEPT:
                del self._known[next(iter(self._known))]
            self._known[_key(chatbot)] = found


def _key(chatbot: Chatbot) -> tuple[str, ...]:
    return (chatbot.index_version, *(document.id for document in chatbot.documents()))


def headings(chatbot: Chatbot) -> list[Suggestion]:
    """The headings to begin with, from each explainer in turn, none twice."""
    views = [explainer_view(document) for document in chatbot.texts()]
    starts = [[Suggestion(link.text, link.language) for link in view.starts] for view in views]
    in_turn = [heading for heading in chain.from_iterable(zip_longest(*starts)) if heading and heading.text]
    return list({heading.text: heading for heading in reversed(in_turn)}.values())[::-1]


def _answers(chatbot: Chatbot, heading: str) -> bool:
    likely = chatbot.assess(resolve(heading, [], chatbot.language)).probability
    return likely >= chatbot.answer_threshold
