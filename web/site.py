"""What every route needs: the chatbot, the templates, and the queue of one in front of the model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Path, Request

from bot.chatbot import clean_question
from bot.source import ChatbotSource, FixedSource
from web.in_flight import InFlight
from web.locale_choice import language_of
from web.pages import Pages
from web.settings import LOCAL_NAMES

if TYPE_CHECKING:
    from bot.answers import Reply, Turn
    from bot.chatbot import Chatbot
    from bot.selection import Selection

CONVERSATION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a client may name a conversation; it stands in addresses and in HTML ids as it is."""

ConversationId = Annotated[str, Path(pattern=f"^{CONVERSATION_ID.pattern}$")]


@dataclass(frozen=True, slots=True)
class Site:
    """The chatbot behind the routes: that of *source*, or for one request the same from its beginning to its end."""

    source: ChatbotSource
    pages: Pages
    public_url: str | None = None
    lists_conversations: bool = True
    """Whether the pages list every conversation: only where nobody but their operator can open them."""
    turnstile: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    in_flight: InFlight = field(default_factory=InFlight)

    @property
    def chatbot(self) -> Chatbot:
        """The chatbot that answers now."""
        return self.source.current

    def held(self, language: str) -> Site:
        """This site with the chatbot that answers now, whatever is published meanwhile, and its pages in *language*."""
        return replace(self, source=FixedSource(self.source.current), pages=self.pages.in_language(language))

    def address(self, request: Request) -> str:
        """Where people reach the pages, without a slash at its end: as the operator says, or as *request* came."""
        return self.public_url or str(request.base_url).rstrip("/")

    def may_list(self, request: Request) -> bool:
        """Whether *request* comes from this machine, and by its own name: no proxy sent it on, and no site that points
        its name here (DNS rebinding).
        """
        forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-forwarded-host"))
        return self.lists_conversations and not forwarded and request.url.hostname in LOCAL_NAMES

    async def ask(
        self, conversation_id: str, question: str, history: Sequence[str] = (), selection: Selection | None = None
    ) -> Reply:
        """The chatbot's reply, worked out in a thread so that reading pages never waits for the model.

        One question at a time: the model computes on one thread, and two at once would only slow each other. Only the
        documents that *selection* lets through answer; `bot.errors.NothingSelected` is raised where there are none.
        """
        chatbot = self.chatbot
        if selection is not None:
            chatbot = await to_thread.run_sync(chatbot.selected, selection, limiter=self.turnstile)
        return await self.ask_of(chatbot, conversation_id, question, history)

    async def ask_turn(
        self, conversation_id: str, question: str, turn: int | None, selection: Selection | None = None
    ) -> tuple[int, Reply]:
        """The reply to *question* as the *turn*-th of its conversation, and which turn it became.

        A form that is sent twice, or again after a connection broke, gets the reply that the first one got: it neither
        loses nor doubles a turn. Where *turn* isn't known the question is asked, whatever was asked before.
        """

        async def work() -> tuple[int, Reply]:
            turns = await self._turns(conversation_id)
            if turn is not None and turn <= len(turns):
                asked = clean_question(question, self.chatbot.max_question_chars)
                kept = turns[turn - 1].reply
                if turns[turn - 1].question == asked and kept is not None:
                    return turn, kept
            reply = await self.ask(conversation_id, question, selection=selection)
            return len(await self._turns(conversation_id)), reply

        if turn is None:
            return await work()
        return await self.in_flight.once((conversation_id, turn, question), work)

    async def _turns(self, conversation_id: str) -> Sequence[Turn]:
        return await to_thread.run_sync(self.chatbot.conversations.turns, conversation_id)

    async def ask_of(self, chatbot: Chatbot, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        """The reply of *chatbot*, which may answer from fewer documents, in the same queue of one."""
        return await to_thread.run_sync(chatbot.ask, conversation_id, question, history, limiter=self.turnstile)


def site_of(request: Request) -> Site:
    """The site that *request* came to, held: one request is never answered from two indexes."""
    site: Site = request.app.state.site
    return site.held(language_of(request))


CurrentSite = Annotated[Site, Depends(site_of)]
