"""What is done with a reply: it is copied, downloaded, judged and followed up; in full without JavaScript."""

from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.answers import Turn
from bot.feedback import LONGEST_TEXT, Feedback, Reason, Verdict
from bot.wording import message
from web.channels.export import (
    Framed,
    conversation_dict,
    conversation_markdown,
    turn_html,
    turn_markdown,
    turn_text,
)
from web.routes.pages import NO_CONVERSATION, Form, after_of, feedback_of, from_our_pages, readers_of
from web.site import ConversationId, CurrentSite, Site
from web.suggestions import Suggestions
from web.views import TurnView, turn_view

router = APIRouter(prefix="/c/{conversation_id}", include_in_schema=False)

TurnNumber = Annotated[int, Path(ge=1)]

NO_VERDICT = message("Say whether the reply was right or wrong, please.")
TOO_LONG = message("That is more than 2,000 characters; please say it in fewer.")

_PRIVATE = {"Cache-Control": "private, no-cache"}


def _turns(site: Site, conversation_id: str) -> Sequence[Turn]:
    turns = site.chatbot.conversations.turns(conversation_id)
    if not turns:
        raise HTTPException(404, NO_CONVERSATION)
    return turns


def _turn(site: Site, conversation_id: str, number: int) -> Turn:
    turns = _turns(site, conversation_id)
    if number > len(turns) or turns[number - 1].reply is None:
        raise HTTPException(404)
    return turns[number - 1]


def _written(content: str, kind: str, name: str, disposition: str) -> Response:
    headers = {"Content-Disposition": f'{disposition}; filename="{name}"', **_PRIVATE}
    return Response(content, headers=headers, media_type=kind)


def _framed(site: Site, request: Request) -> Framed:
    return Framed(site.address(request), site.pages.words)


def _shown(site: Site, conversation_id: str, number: int) -> TurnView:
    return turn_view(number, _turn(site, conversation_id, number), site.pages.words)


@router.get("/turns/{number}.txt")
def as_text(conversation_id: ConversationId, number: TurnNumber, request: Request, site: CurrentSite) -> Response:
    """A turn as plain text."""
    content = turn_text(_shown(site, conversation_id, number), _framed(site, request))
    return _written(content, "text/plain", f"footnoted-answer-{number}.txt", "inline")


@router.get("/turns/{number}.md")
def as_markdown(conversation_id: ConversationId, number: TurnNumber, request: Request, site: CurrentSite) -> Response:
    """A turn as Markdown."""
    content = turn_markdown(_shown(site, conversation_id, number), _framed(site, request))
    return _written(content, "text/markdown", f"footnoted-answer-{number}.md", "inline")


@router.get("/turns/{number}.html")
def as_html(conversation_id: ConversationId, number: TurnNumber, request: Request, site: CurrentSite) -> Response:
    """A turn as an HTML fragment."""
    content = turn_html(_shown(site, conversation_id, number), _framed(site, request))
    return _written(content, "text/html", f"footnoted-answer-{number}.html", "inline")


@router.get(".md")
def conversation_as_markdown(conversation_id: ConversationId, request: Request, site: CurrentSite) -> Response:
    """A conversation as Markdown."""
    content = conversation_markdown(_turns(site, conversation_id), _framed(site, request))
    return _written(content, "text/markdown", "footnoted-conversation.md", "attachment")


@router.get(".json")
def conversation_as_json(conversation_id: ConversationId, request: Request, site: CurrentSite) -> Response:
    """A conversation as JSON."""
    title = site.chatbot.conversations.title(conversation_id)
    body = conversation_dict(conversation_id, title, _turns(site, conversation_id), _framed(site, request))
    content = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    return _written(content, "application/json", "footnoted-conversation.json", "attachment")


@router.post("/turns/{number}/feedback", dependencies=[Depends(from_our_pages)])
def judge(
    conversation_id: ConversationId,
    number: TurnNumber,
    request: Request,
    form: Form,
    site: CurrentSite,
    part: bool = False,
) -> Response:
    """Keeps what a reader thinks of a reply; then the page again, or only its form for a script (*part*)."""
    turn = _turn(site, conversation_id, number)
    readers = readers_of(request)
    reader = readers.known_or_new(request)
    store = request.app.state.feedback()
    earlier = store.of_reader(conversation_id, f"web:{reader}").get(number)
    given = _given(
        form, Feedback(conversation_id, number, f"web:{reader}", "", site.chatbot.index_version, time.time())
    )
    store.record(_with_reason(given, form, earlier).on(turn))
    response: Response
    if part:
        view = after_of(
            conversation_id, _shown(site, conversation_id, number), feedback_of(request, conversation_id, reader)
        )
        response = HTMLResponse(site.pages.part("turn.html", "feedback", view), headers=_PRIVATE)
    else:
        response = RedirectResponse(f"/c/{conversation_id}#feedback-{number}", 303)
    readers.remember(request, response, reader)
    return response


@router.get("/turns/{number}/suggestions")
def follow_ups(conversation_id: ConversationId, number: TurnNumber, request: Request, site: CurrentSite) -> Response:
    """The follow-up questions as a part of the page; 202 where some are still being worked out."""
    shown = _shown(site, conversation_id, number)
    suggestions: Suggestions = request.app.state.suggestions
    found = suggestions.follow_ups_now(site.chatbot, _turns(site, conversation_id), number)
    view = after_of(conversation_id, shown, follow_ups=found.questions)
    html = site.pages.part("turn.html", "follow_ups", view)
    return HTMLResponse(html, 200 if found.complete else 202, _PRIVATE)


def _given(form: dict[str, str], blank: Feedback) -> Feedback:
    """*blank* with the verdict of *form*."""
    if form.get("verdict") not in set(Verdict):
        raise HTTPException(422, NO_VERDICT)
    return replace(blank, verdict=form["verdict"])


def _with_reason(given: Feedback, form: dict[str, str], earlier: Feedback | None) -> Feedback:
    """*given* with the reason and the words of *form*; where it asks for neither, those given earlier stay."""
    if "text" not in form:
        same = earlier if earlier and earlier.verdict == given.verdict else given
        return replace(given, reason=same.reason, text=same.text)
    text = visible(form["text"])
    if len(text) > LONGEST_TEXT:
        raise HTTPException(422, TOO_LONG)
    reason = form.get("reason")
    known = reason if given.verdict == Verdict.WRONG and reason in set(Reason) else None
    return replace(given, reason=known, text=text)


def visible(text: str) -> str:
    """*text* with one kind of line break, and without the control characters that a terminal would obey."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
