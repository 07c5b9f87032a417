"""Questions that the explainers answer, made of their own headings: to begin with, and to go on with.

Each is asked behind the scenes before it is shown, so that none leads to a refusal. That takes the model's time: it is
done in the background, only while no reader waits, and once for each index: whatever documents callers choose, a
question is tried over its own document or over its whole collection, and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from threading import Lock
from typing import TYPE_CHECKING

import anyio
from anyio import CapacityLimiter, to_thread

from bot.answers import Answer, Turn
from bot.errors import BotError, InvalidQuestion
from bot.questions import analyse
from bot.remembered import Memory
from bot.rewrite import leans_on_history
from bot.selection import Selection
from bot.wording import languages, wording_in
from corpus.documents import Document, Section
from corpus.errors import DocumentNotFound
from corpus.language import base_language
from index.errors import IndexingError
from web.views import FollowUp, explainer_view

if TYPE_CHECKING:
    from bot.chatbot import Chatbot

log = logging.getLogger("footnoted.suggestions")

MOST = 4
"""How many first questions are worked out."""
MOST_FOLLOW_UPS = 3
ASKED_AS = "suggestion"
"""The conversation that suggestions are tried in; nothing of it is kept."""

_TRIED = 12
"""Candidates that are tried at most for one list: each costs as much as a question."""
_LONGEST_HEADING = 120
_OUTERMOST_WITH_EDGES = 5
_INDEXES_KEPT = 3
_LISTS_KEPT = 64
_WISHES_KEPT = 32
_QUIET_S = 0.1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that the section at ``path`` of a document should answer."""

    document_id: str
    path: tuple[str, ...]
    question: str
    language: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """What is known so far; ``complete`` where nothing more is being worked out."""

    questions: tuple[FollowUp, ...]
    complete: bool


Scope = tuple[str, ...]
"""The documents that a question is tried over, by id."""
Verdicts = dict[tuple[Scope, Candidate], bool]
"""Whether candidates are answered, over the documents that they were tried with."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """A list that is to be worked out by ``chatbot``, over the documents of ``scope``."""

    index_version: str
    scope: Scope
    chatbot: Chatbot = field(compare=False)
    candidates: tuple[Candidate, ...]
    limit: int


def _wish(chatbot: Chatbot, candidates: tuple[Candidate, ...], limit: int) -> _Wish:
    tried = _tried_with(chatbot)
    return _Wish(tried.index_version, _ids(tried), tried, candidates, limit)


def _tried_with(chatbot: Chatbot) -> Chatbot:
    """*chatbot* where it has one document, else the one over its whole collection.

    There are as many choices of documents as callers like, and each would be tried anew. What is answered among all is
    likely to be answered among fewer, too.
    """
    cards = chatbot.documents()
    return chatbot.selected(Selection(collection=cards[0].collection)) if len(cards) > 1 else chatbot


def _ids(chatbot: Chatbot) -> Scope:
    return tuple(card.id for card in chatbot.documents())


class Suggestions:
    """Questions that are answered, by index; *turnstile* is the queue in front of the model."""

    def __init__(self, turnstile: CapacityLimiter) -> None:
        self._turnstile = turnstile
        self._guard = Lock()
        self._known: Memory[str, Verdicts] = Memory(_INDEXES_KEPT)
        self._first: Memory[Scope, tuple[Candidate, ...]] = Memory(_LISTS_KEPT)
        self._wishes: deque[_Wish] = deque(maxlen=_WISHES_KEPT)
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def first(self, chatbot: Chatbot, limit: int) -> list[str]:
        """Up to *limit* (at most `MOST`) questions that *chatbot* answers, worked out where they aren't known."""
        wish = await to_thread.run_sync(self._first_wish, chatbot)
        await self._work_out(wish)
        return [question.text for question in self._found(wish).questions[:limit]]

    def first_now(self, chatbot: Chatbot) -> Suggested:
        """The first questions that are known to be answered; the rest is worked out after."""
        return self._now(self._first_wish(chatbot))

    def follow_ups_now(self, chatbot: Chatbot, turns: Sequence[Turn], number: int) -> Suggested:
        """The known questions that go on from the *number*-th of *turns*; the rest is worked out after."""
        return self._now(_wish(chatbot, follow_up_candidates(chatbot, turns, number), MOST_FOLLOW_UPS))

    @asynccontextmanager
    async def running(self, chatbot: Chatbot) -> AsyncIterator[None]:
        """Works out what is wished for until the block ends, the first questions of *chatbot* before all else."""
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        self.first_now(chatbot)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._work)
            yield
            self._loop = None
            tasks.cancel_scope.cancel()

    def _first_wish(self, chatbot: Chatbot) -> _Wish:
        of = (chatbot.index_version, *_ids(chatbot))
        return _wish(chatbot, self._first.get(of, lambda: first_candidates(chatbot.texts())), MOST)

    def _now(self, wish: _Wish) -> Suggested:
        found = self._found(wish)
        if found.complete:
            return found
        with self._guard:
            if wish not in self._wishes:
                self._wishes.append(wish)
        if self._loop:
            self._loop.call_soon_threadsafe(self._wake.set)
        return found

    def _found(self, wish: _Wish) -> Suggested:
        known = self._known_of(wish)
        questions: list[FollowUp] = []
        complete = True
        for candidate in wish.candidates:
            if len(questions) == wish.limit:
                break
            verdict = known.get((wish.scope, candidate))
            complete = complete and verdict is not None
            if verdict:
                questions.append(FollowUp(candidate.question, candidate.language))
        return Suggested(tuple(questions), complete)

    def _known_of(self, wish: _Wish) -> Verdicts:
        return self._known.get(wish.index_version, dict)

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            while wish := self._next():
                await self._work_out(wish)
            await self._wake.wait()

    def _next(self) -> _Wish | None:
        """The latest wish: whoever asked last is still there to see it."""
        with self._guard:
            return self._wishes.pop() if self._wishes else None

    async def _work_out(self, wish: _Wish) -> None:
        """Tries the candidates in order until there are enough, or one couldn't be asked now."""
        known = self._known_of(wish)
        enough = 0
        for candidate in wish.candidates:
            if enough == wish.limit:
                return
            key = (wish.scope, candidate)
            if key not in known:
                verdict = await self._try(wish.chatbot, candidate)
                if verdict is None:
                    return
                known[key] = verdict
            enough += known[key]

    async def _try(self, chatbot: Chatbot, candidate: Candidate) -> bool | None:
        """Whether *candidate* is answered; tried once nobody has waited for the model for a moment.

        None where it couldn't be asked now, but may be later.
        """
        while self._turnstile.borrowed_tokens or self._turnstile.statistics().tasks_waiting:
            await anyio.sleep(_QUIET_S)
        try:
            return await to_thread.run_sync(is_answered, chatbot, candidate, limiter=self._turnstile)
        except Exception as error:
            # A suggestion that can't be had is none; the text of the error may quote the explainer.
            log.warning("A suggestion couldn't be tried (%s).", type(error).__name__)
            passing = isinstance(error, BotError | IndexingError) and not isinstance(error, InvalidQuestion)
            return None if passing else False


def is_answered(chatbot: Chatbot, candidate: Candidate) -> bool:
    """Whether *chatbot* answers all of *candidate*, and half of it or more from the section that it is about.

    Raises what `Chatbot.ask` raises.
    """
    reply = chatbot.forgetful().ask(ASKED_AS, candidate.question)
    if not isinstance(reply, Answer) or reply.partly:
        return False
    depth = len(candidate.path)
    about = (candidate.document_id, candidate.path)
    own = sum((citation.document.id, citation.section[:depth]) == about for citation in reply.citations)
    return own >= len(reply.citations) / 2


def first_candidates(documents: Sequence[Document]) -> tuple[Candidate, ...]:
    """Questions about the sections that say most, from each document in turn; then about the others."""
    return tuple(islice(_in_turn(_beginnings(document) for document in documents), _TRIED))


def _beginnings(document: Document) -> Iterator[Candidate]:
    starts = [start.text for start in explainer_view(document).starts]
    first = [section for section in document.sections if len(section.path) == 1 and section.heading in starts]
    others = [section for section in _headed(document) if section not in first]
    return _candidates(document, [*first, *_edges_last(document, others)])


def follow_up_candidates(chatbot: Chatbot, turns: Sequence[Turn], number: int) -> tuple[Candidate, ...]:
    """Questions about the sections nearest to those that the *number*-th turn cites: its siblings, then the others.

    None that was asked in *turns*, about a section that was cited there, or that would lean on what was asked before.
    """
    reply = turns[number - 1].reply
    if not isinstance(reply, Answer):
        return ()
    replies = [turn.reply for turn in turns if isinstance(turn.reply, Answer)]
    seen = {(citation.document.id, citation.section) for answer in replies for citation in answer.citations}
    asked = {turn.question.casefold() for turn in turns}
    places: dict[str, list[tuple[str, ...]]] = {}
    for citation in reply.citations:
        places.setdefault(citation.document.id, []).append(citation.section)
    near = _in_turn(_near(document, places[document.id]) for document in _current(chatbot, places))
    fresh = (c for c in near if (c.document_id, c.path) not in seen and c.question.casefold() not in asked)
    return tuple(islice(filter(_stands_alone, fresh), _TRIED))


def _current(chatbot: Chatbot, ids: Iterable[str]) -> Iterator[Document]:
    for id_ in ids:
        with suppress(DocumentNotFound):
            yield chatbot.document(id_)


def _near(document: Document, cited: Sequence[tuple[str, ...]]) -> Iterator[Candidate]:
    headed = _headed(document)
    places = [place for place, section in enumerate(headed) if section.path in cited] or [0]
    parents = {path[:-1] for path in cited}

    def distance(at: tuple[int, Section]) -> tuple[bool, int]:
        place, section = at
        return section.path[:-1] not in parents, min(abs(place - other) for other in places)

    nearest = [section for _, section in sorted(enumerate(headed), key=distance)]
    return _candidates(document, _edges_last(document, nearest))


def _headed(document: Document) -> list[Section]:
    """The sections that have a heading and say something under it."""
    return [section for section in document.sections if section.heading and section.blocks]


def _edges_last(document: Document, sections: Sequence[Section]) -> list[Section]:
    """*sections* with those last that introduce and conclude, where there are: they say least of their own."""
    outermost = [section for section in document.sections if len(section.path) == 1]
    edges = [outermost[0], outermost[-1]] if len(outermost) >= _OUTERMOST_WITH_EDGES else []
    return sorted(sections, key=lambda section: section in edges)


def _candidates(document: Document, sections: Iterable[Section]) -> Iterator[Candidate]:
    for section in sections:
        question = question_about(section.heading, document.language)
        if question:
            yield Candidate(document.id, section.path, question, document.language)


def question_about(heading: str, language: str) -> str | None:
    """The question that *heading* answers, in its own *language*; None where there is no way to ask it.

    Of the 38 sections of three explainers, 29 are answered so from the section itself, and 26 where the heading alone
    is asked; half of the answer or more is from there for 18 either way. Ten of those headings would lean on what was
    asked before, too; none of these questions does.
    """
    subject = " ".join(heading.split()).rstrip(" :.")
    if not subject or len(subject) > _LONGEST_HEADING:
        return None
    if subject.endswith("?") or base_language(language) not in languages():
        return subject
    return wording_in(language).say("What does the explainer say about {subject}?", subject=subject)


def _stands_alone(candidate: Candidate) -> bool:
    return not leans_on_history(candidate.question, analyse(candidate.question, candidate.language))


def _in_turn(each: Iterable[Iterator[Candidate]]) -> Iterator[Candidate]:
    """The candidates of several documents, one from each at a time."""
    return (c for c in chain.from_iterable(zip_longest(*each)) if c is not None)
