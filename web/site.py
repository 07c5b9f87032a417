"""What every route needs: the chatbot, the templates, and the queue in front of the model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Path, Request

from bot.chatbot import clean_question
from bot.errors import NothingSelected
from bot.selection import Selection
from bot.source import ChatbotSource, FixedSource
from corpus.errors import DocumentNotFound
from web.in_flight import InFlight
from web.locale_choice import language_of
from web.metrics import Metrics
from web.pages import Pages
from web.question_log import QuestionLog
from web.question_queue import QuestionQueue
from web.rate_limits import RateLimits
from web.settings import LOCAL_NAMES, WebSettings

if TYPE_CHECKING:
    from bot.answers import Reply, Turn
    from bot.chatbot import Chatbot
    from corpus.documents import Document

CONVERSATION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a client may name a conversation; it stands in addresses and in HTML ids as it is."""

_SENT_ON = frozenset({"forwarded", "via", "x-real-ip"})
"""Headers that a proxy adds, besides X-Forwarded-….

Sources: RFC 7239; RFC 9110, 7.6.3; https://nginx.org/en/docs/http/ngx_http_proxy_module.html
"""

ConversationId = Annotated[str, Path(pattern=f"^{CONVERSATION_ID.pattern}$")]


@dataclass(frozen=True, slots=True)
class Site:
    """The chatbot behind the routes: that of *source*, or for one request the same from its beginning to its end."""

    source: ChatbotSource
    pages: Pages
    queue: QuestionQueue
    limits: RateLimits
    metrics: Metrics
    questions: QuestionLog
    public_url: str | None = None
    is_private: bool = True
    """Whether nobody but the operator can open the pages, as far as the settings say."""
    allowed_origins: tuple[str, ...] = ()
    channel: str = "page"
    """By which way questions come, in the log and the metrics."""
    is_patient: bool = False
    """Whether questions were accepted before: they then wait as long as it takes."""
    in_flight: InFlight = field(default_factory=InFlight)

    @classmethod
    def of(cls, source: ChatbotSource, settings: WebSettings) -> Site:
        """The site that *settings* describe. Raises `web.settings.SettingError`."""
        queue = QuestionQueue(settings.max_waiting, settings.ask_timeout_s)
        metrics = Metrics(queue)
        return cls(
            source,
            Pages(),
            queue,
            RateLimits(settings, metrics.rate_limited),
            metrics,
            QuestionLog(metrics, settings.log_questions),
            settings.public_url,
            settings.is_private,
            settings.allowed_origins,
        )

    @property
    def turnstile(self) -> CapacityLimiter:
        """What needs the model and is no question holds this meanwhile."""
        return self.queue.turnstile

    @property
    def chatbot(self) -> Chatbot:
        """The chatbot that answers now."""
        return self.source.current

    def held(self, language: str, channel: str) -> Site:
        """This site with the chatbot that answers now, whatever is published meanwhile, and its pages in *language*."""
        pages = self.pages.in_language(language)
        return replace(self, source=FixedSource(self.source.current), pages=pages, channel=channel)

    def for_accepted(self, channel: str) -> Site:
        """This site for questions that *channel* accepted before: however many wait, they aren't turned away."""
        return replace(self, channel=channel, is_patient=True)

    def published(self, document_id: str) -> Document:
        """The current version of a document, also of a collection that answers only where it is named.

        Raises `corpus.errors.DocumentNotFound`.
        """
        try:
            return self.chatbot.document(document_id)
        except DocumentNotFound:
            elsewhere = next(self._elsewhere(document_id), None)
            if elsewhere is None:
                raise
            return elsewhere

    def _elsewhere(self, document_id: str) -> Iterator[Document]:
        """The document in each collection that a version of it was in, where it still is."""
        with suppress(DocumentNotFound):
            collections = dict.fromkeys(version.card.collection for version in self.chatbot.versions(document_id))
            for collection in filter(None, collections):
                with suppress(NothingSelected, DocumentNotFound):
                    yield self.chatbot.selected(Selection(collection=collection)).document(document_id)

    def address(self, request: Request) -> str:
        """Where people reach the pages, without a slash at its end: as the operator says, or as *request* came."""
        return self.public_url or str(request.base_url).rstrip("/")

    def may_list(self, request: Request) -> bool:
        """Whether *request* comes from this machine, and by its own name: no proxy sent it on, and no site that points
        its name here (DNS rebinding).
        """
        forwarded = any(name in _SENT_ON or name.startswith("x-forwarded-") for name in request.headers.keys())  # noqa: SIM118
        return self.is_private and not forwarded and request.url.hostname in LOCAL_NAMES

    async def ask(
        self, conversation_id: str, question: str, history: Sequence[str] = (), selection: Selection | None = None
    ) -> Reply:
        """The chatbot's reply, worked out in its turn; see `web.question_queue`.

        Only the documents that *selection* lets through answer; `bot.errors.NothingSelected` is raised where there are
        none. Raises `bot.errors.TurnedAway` and what `bot.chatbot.Chatbot.ask` raises.
        """
        return await self._answered(self.chatbot, selection, conversation_id, question, history)

    async def ask_turn(
        self,
        conversation_id: str,
        question: str,
        turn: int | None,
        reader: str | None = None,
        selection: Selection | None = None,
    ) -> tuple[int, Reply]:
        """The reply to *question* as the *turn*-th of its conversation, and which turn it became.

        A form that is sent twice, or again after a connection broke, gets the reply that the first one got: it neither
        loses nor doubles a turn. Where *turn* isn't known the question is asked, whatever was asked before. The
        conversation that it begins is *reader*'s.
        """

        async def work() -> tuple[int, Reply]:
            turns = await self._turns(conversation_id)
            if turn is not None and turn <= len(turns):
                asked = clean_question(question, self.chatbot.max_question_chars)
                kept = turns[turn - 1].reply
                if turns[turn - 1].question == asked and kept is not None:
                    return turn, kept
            reply = await self.ask(conversation_id, question, selection=selection)
            number = len(await self._turns(conversation_id))
            if number == 1 and reader is not None:
                await to_thread.run_sync(self.chatbot.conversations.claim, conversation_id, reader)
            return number, reply

        if turn is None:
            return await work()
        return await self.in_flight.once((conversation_id, turn, question, selection), work)

    async def _turns(self, conversation_id: str) -> Sequence[Turn]:
        return await to_thread.run_sync(self.chatbot.conversations.turns, conversation_id)

    async def ask_of(self, chatbot: Chatbot, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        """The reply of *chatbot*, which may answer from fewer documents, in the same queue."""
        return await self._answered(chatbot, None, conversation_id, question, history)

    async def _answered(
        self,
        chatbot: Chatbot,
        selection: Selection | None,
        conversation_id: str,
        question: str,
        history: Sequence[str],
    ) -> Reply:
        """The reply, told to the log; what can't be asked, or finds the queue full, isn't counted against the day."""
        with self.questions.about(chatbot, self.channel, question) as replies:
            clean_question(question, chatbot.max_question_chars)
            if not self.is_patient:
                self.queue.refuse_where_full()
            chosen = await to_thread.run_sync(chatbot.selected, selection) if selection else chatbot
            await self.limits.admit_today()
            work = partial(chosen.ask, conversation_id, question, history)
            replies.append(await self.queue.run(work, patient=self.is_patient))
        return replies[0]


def site_of(request: Request) -> Site:
    """The site that *request* came to, held: one request is never answered from two indexes."""
    site: Site = request.app.state.site
    return site.held(language_of(request), _channel_of(request, site))


_CHANNELS = {"/api/": "api", "/v1/": "openai", "/hooks/": "webhook"}


def _channel_of(request: Request, site: Site) -> str:
    """By which way *request* comes: one of a few names, whatever it says."""
    path = request.url.path
    channel = next((name for start, name in _CHANNELS.items() if path.startswith(start)), "page")
    return "widget" if channel == "api" and request.headers.get("origin") in site.allowed_origins else channel


CurrentSite = Annotated[Site, Depends(site_of)]
