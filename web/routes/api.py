"""The JSON API: ask a question, read the explainers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.chatbot import Chatbot, new_conversation_id
from bot.errors import BotError
from bot.footnotes import reply_dict
from bot.refusal_words import reply_in
from bot.selection import Selection
from corpus.documents import Document
from index.errors import IndexingError
from web.errors import shown
from web.schemas import (
    AskRequest,
    DocumentBody,
    DocumentSummary,
    Problem,
    ReplyBody,
    SuggestionBody,
    SuggestionsBody,
)
from web.site import CurrentSite
from web.suggestions import MOST, Suggestions

Responses = dict[int | str, dict[str, Any]]


def _problem(description: str) -> dict[str, Any]:
    schema = Problem.model_json_schema()
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


NOT_FOUND: Responses = {
    404: _problem("No such explainer or version."),
    "default": _problem("Anything else that goes wrong."),
}
ASK_ERRORS: Responses = {
    400: _problem("The body isn't valid JSON."),
    413: _problem("The body is over 64 KiB."),
    415: _problem("The body isn't sent as application/json."),
    422: _problem("The question can't be asked, a field can't be used, or the filter lets no explainer through."),
    503: _problem("The index or the conversations can't be used."),
}
TEXT_TOO: Responses = {
    200: {
        "description": "The explainer; the bare canonical text where `Accept` prefers `text/plain`.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}

router = APIRouter(prefix="/api", tags=["api"])


def json_only(request: Request) -> None:
    """Refuses other types of body: what isn't announced as JSON can be posted by a form on any site."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "A question is sent as JSON: please set Content-Type to application/json.")


@router.post(
    "/ask",
    summary="Ask a question",
    response_model=ReplyBody,
    responses=ASK_ERRORS,
    dependencies=[Depends(json_only)],
)
async def ask(body: AskRequest, site: CurrentSite) -> Response:
    """An answer in the explainers' own words, a footnote on every sentence, or a refusal that says why."""
    conversation_id = body.conversation_id or new_conversation_id()
    selection = body.filter.selection() if body.filter else None
    reply = await site.ask(conversation_id, body.question, body.history, selection)
    told = reply_dict(reply_in(body.language, reply), conversation_id)
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.get(
    "/suggestions",
    summary="First questions",
    response_model=SuggestionsBody,
    responses={422: _problem("The filter lets no explainer through.")},
)
async def suggestions(
    request: Request,
    site: CurrentSite,
    document: Annotated[
        list[str] | None, Query(max_length=100, description="Ids of explainers; left out, all.")
    ] = None,
    collection: Annotated[str | None, Query(min_length=1, description="A publisher's collection.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> Response:
    """Headings that the bot answers when they are asked: those that are known, while the others are worked out."""
    known: Suggestions = request.app.state.suggestions
    chatbot = site.chatbot
    if document or collection:
        chatbot = await site.selected(Selection(frozenset(document or ()), collection))
    found = known.so_far(chatbot)
    body = SuggestionsBody(questions=[SuggestionBody(text=s.text, language=s.language) for s in (found or ())[:limit]])
    later = BackgroundTask(_work_out, known, chatbot) if found is None else None
    return JSONResponse(body.model_dump(), headers={"Cache-Control": "no-store"}, background=later)


async def _work_out(known: Suggestions, chatbot: Chatbot) -> None:
    """What fails here is the operator's to know, and nobody waits for it."""
    try:
        await known.work_out(chatbot)
    except (BotError, IndexingError) as error:
        shown(error)


@router.get("/documents", summary="List the explainers")
def documents(site: CurrentSite) -> list[DocumentSummary]:
    """The current version of every explainer, without the text."""
    return [DocumentSummary.of(document) for document in site.chatbot.documents()]


@router.get(
    "/documents/{document_id}",
    summary="The current version of an explainer",
    response_model=DocumentBody,
    responses={**TEXT_TOO, **NOT_FOUND},
)
def current_document(
    document_id: str, site: CurrentSite, accept: Annotated[str, Header(include_in_schema=False)] = ""
) -> Response:
    """The text and its structure."""
    return _document_response(site.chatbot.document(document_id), accept)


@router.get(
    "/documents/{document_id}/{version}",
    summary="One version of an explainer",
    response_model=DocumentBody,
    responses={**TEXT_TOO, **NOT_FOUND},
)
def document_version(
    document_id: str,
    version: str,
    site: CurrentSite,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """The text that footnotes of this version cite: ``text[start:end] == quote``, in Unicode code points."""
    return _document_response(site.chatbot.document(document_id, version), accept)


def _document_response(document: Document, accept: str) -> Response:
    headers = {"Vary": "Accept"}
    if prefers_text(accept):
        return PlainTextResponse(document.text, headers=headers)
    return JSONResponse(DocumentBody.whole(document).model_dump(mode="json"), headers=headers)


def prefers_text(accept: str) -> bool:
    """Whether an ``Accept`` header would rather have text/plain than JSON; the earlier one wins a tie."""
    return _preference(accept, "text/plain") > _preference(accept, "application/json")


def _preference(accept: str, media_type: str) -> tuple[float, int]:
    """The quality of *media_type* by its most specific range, and how early that range stands."""
    main = media_type.partition("/")[0]
    specificity = {media_type: 3, f"{main}/*": 2, "*/*": 1}
    best = (0, 0.0, 0)
    for position, entry in enumerate(accept.split(",")):
        kind, _, parameters = entry.strip().lower().partition(";")
        found = specificity.get(kind.strip(), 0)
        if found > best[0]:
            best = (found, _quality(parameters), -position)
    return best[1:]


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
