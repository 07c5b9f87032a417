"""An answer as it is written: server-sent events (the WHATWG's HTML standard, 9.2), a sentence at a time.

Each sentence has passed its checks before it is sent. The HTML is made by the templates that make the whole page, so
that what is streamed and what is read again tomorrow look alike.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from bot.answers import Reply, Turn
from bot.errors import BotError
from index.errors import IndexingError
from web.about_passage import selection_of
from web.errors import SENTENCES, log_unexpected, shown, told_in
from web.keys import admitted
from web.routes.pages import AskedIn, Form, from_our_pages, readers_of, turn_in
from web.site import CurrentSite, Site
from web.views import TextBlock, after_view, turn_view

router = APIRouter(include_in_schema=False)


def _reader(form: Form, request: Request, response: Response, conversation_id: AskedIn) -> str:
    """The reader who asks; the cookie of one who begins their first conversation goes out before the answer does."""
    readers = readers_of(request)
    reader = readers.known_or_new(request, (conversation_id, form.get("once", "")))
    if turn_in(form) == 1:
        readers.remember(request, response, reader)
    return reader


@router.post(
    "/ask/stream",
    response_class=EventSourceResponse,
    dependencies=[Depends(from_our_pages), Depends(admitted)],
)
async def ask(
    form: Form,
    request: Request,
    conversation_id: AskedIn,
    site: CurrentSite,
    reader: Annotated[str, Depends(_reader)],
) -> AsyncIterator[ServerSentEvent]:
    """Asks the question of the form; `begun`, `block`s, `footnotes`, `refusal`, `after` and `done`, or a `problem`."""
    yield _event("begun", {"conversation_id": conversation_id})
    question = form.get("question", "")
    try:
        selection = selection_of(form, site.chatbot)
        number, reply = await site.ask_turn(conversation_id, question, turn_in(form), reader, selection)
        events = [*_events(site, conversation_id, number, Turn(question, reply))]
        events.append(_event("done", {"conversation_id": conversation_id, "turn": number, "said": _said(site, reply)}))
    except Exception as error:
        events = [_event("problem", {"detail": told_in(site.pages.words, _sentence_of(request, error))})]
    for event in events:
        yield event


def _sentence_of(request: Request, error: Exception) -> str:
    """What a reader is told; the response has begun, so that nobody further out could tell them."""
    if isinstance(error, BotError | IndexingError):
        return shown(error).sentence
    log_unexpected(request, error)
    return SENTENCES[500]


def _event(name: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(event=name, data=data)


def _events(site: Site, conversation_id: str, number: int, turn: Turn) -> Iterator[ServerSentEvent]:
    view = turn_view(number, turn, site.pages.words)
    if view.answer:
        for place, block in enumerate(view.answer.blocks):
            yield from _growing(site, place, block)
        html = site.pages.part("turn.html", "footnotes", view.answer.sources, number)
        yield _event("footnotes", {"html": html})
    if view.refusal:
        yield _event("refusal", {"html": site.pages.part("turn.html", "refusal", view.refusal)})
    after = site.pages.part("turn.html", "after", after_view(conversation_id, view))
    yield _event("after", {"html": after})


def _growing(site: Site, place: int, block: TextBlock) -> Iterator[ServerSentEvent]:
    """The *place*-th block with its first sentence, then with its first two, and so on; a table whole."""
    first = len(block.sentences) if block.shape == "table" else 1
    for end in range(first, len(block.sentences) + 1):
        so_far = replace(block, sentences=block.sentences[:end])
        yield _event("block", {"place": place, "html": site.pages.part("turn.html", "block", so_far)})


def _said(site: Site, reply: Reply) -> str:
    """What a screen reader is told, once, when all is there."""
    words = site.pages.words
    if reply.status == "refused":
        return words.say("The text doesn’t answer that.")
    count = len(reply.citations)
    return words.count("Answered, with {number} footnote.", "Answered, with {number} footnotes.", count)
