"""The conversations that are kept: a reader's own list, the operator's of all, export and deletion.

Knowing the id of a conversation is what lets anybody read it. One that was begun on the pages is its reader's: only
they and the operator name or delete it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.ports import ConversationSummary
from bot.wording import message
from web.channels.export import Framed, conversation_dict
from web.keys import is_operator, operator_only
from web.readers import Readers
from web.routes.api import API_ERRORS, problem
from web.routes.pages import NO_CONVERSATION, Form, from_our_pages, readers_of
from web.schemas import ConversationBody
from web.site import ConversationId, CurrentSite, Site
from web.sweep import forget
from web.views import ENGLISH

router = APIRouter()

NOT_YOURS = message("This conversation is somebody else's; only the reader who began it can change it.")
TOO_LONG = message("The name is too long; please choose a shorter one.")
LONGEST_TITLE = 200


def _may_change(conversation_id: ConversationId, request: Request, site: CurrentSite) -> None:
    """Refuses whoever neither began the conversation on the pages nor runs the server."""
    owner = site.chatbot.conversations.owner(conversation_id)
    readers: Readers = readers_of(request)
    if owner is not None and owner != readers.known(request) and not is_operator(request):
        raise HTTPException(403, NOT_YOURS)


@router.get("/conversations", include_in_schema=False)
def conversations(request: Request, site: CurrentSite) -> Response:
    """The reader's conversations that were used last; all of them where the operator asks."""
    if is_operator(request):
        return _page(site, site.chatbot.conversations.conversations(), everybodys=True)
    reader = readers_of(request).known(request)
    kept = site.chatbot.conversations.conversations(owner=reader) if reader else ()
    return _page(site, kept, everybodys=False)


@router.get("/conversations/all", include_in_schema=False, dependencies=[Depends(operator_only)])
def all_conversations(site: CurrentSite) -> Response:
    """Everybody's; a browser asks its user for the token."""
    return _page(site, site.chatbot.conversations.conversations(), everybodys=True)


def _page(site: Site, kept: Sequence[ConversationSummary], *, everybodys: bool) -> Response:
    return site.pages.render(
        "conversations.html", conversations=kept, everybodys=everybodys, longest_title=LONGEST_TITLE
    )


_CHANGES = [Depends(from_our_pages), Depends(_may_change)]


@router.post("/conversations/{conversation_id}/delete", include_in_schema=False, dependencies=_CHANGES)
def delete_conversation(conversation_id: ConversationId, request: Request, site: CurrentSite) -> Response:
    """Deletes a conversation, then leads back to the list."""
    _delete(conversation_id, request, site)
    return RedirectResponse("/conversations", 303)


@router.post("/conversations/{conversation_id}/rename", include_in_schema=False, dependencies=_CHANGES)
def rename_conversation(conversation_id: ConversationId, form: Form, site: CurrentSite) -> Response:
    """Names a conversation, then leads back to the list; without a name it is called by its first question again."""
    title = " ".join("".join(c for c in form.get("title", "") if unicodedata.category(c)[0] != "C").split())
    if len(title) > LONGEST_TITLE:
        raise HTTPException(422, TOO_LONG)
    if not site.chatbot.conversations.rename(conversation_id, title or None):
        raise HTTPException(404, NO_CONVERSATION)
    return RedirectResponse("/conversations", 303)


@router.get(
    "/api/conversations/{conversation_id}",
    tags=["api"],
    summary="Export a conversation",
    response_model=ConversationBody,
    responses={404: problem("No such conversation."), **API_ERRORS},
)
def export_conversation(conversation_id: ConversationId, site: CurrentSite) -> Response:
    """All that is kept of a conversation: its name, and each question with its reply."""
    store = site.chatbot.conversations
    turns = store.turns(conversation_id)
    if not turns:
        raise HTTPException(404, NO_CONVERSATION)
    body = conversation_dict(conversation_id, store.title(conversation_id), turns, Framed("", ENGLISH))
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@router.delete(
    "/api/conversations/{conversation_id}",
    tags=["api"],
    summary="Delete a conversation",
    status_code=204,
    responses={403: problem("Its reader's alone."), 404: problem("No such conversation."), **API_ERRORS},
    dependencies=_CHANGES,
)
def delete_by_id(conversation_id: ConversationId, request: Request, site: CurrentSite) -> Response:
    """Deletes a conversation for good. One that was begun on the pages needs its reader's cookie or the operator."""
    _delete(conversation_id, request, site)
    return Response(status_code=204)


def _delete(conversation_id: str, request: Request, site: Site) -> None:
    """Deletes a conversation with what was said of its replies."""
    if not forget(site.chatbot.conversations, request.app.state.kept_feedback(), conversation_id):
        raise HTTPException(404, NO_CONVERSATION)
