"""The JSON API: ask a question, read the explainers."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.chatbot import new_conversation_id
from bot.footnotes import reply_dict
from bot.refusal_words import reply_in
from bot.selection import Selection
from corpus.changes import Comparison
from corpus.documents import Document
from corpus.errors import DocumentNotFound
from web.keys import admitted, with_key
from web.reader import parse_range
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
from web.version_schemas import ChangesBody, VersionSummary, changes_body

Responses = dict[int | str, dict[str, Any]]


def problem(description: str) -> dict[str, Any]:
    """A response of OpenAPI's that holds problem details."""
    schema = Problem.model_json_schema()
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


API_ERRORS: Responses = {"default": problem("Anything else that goes wrong.")}
NOT_FOUND: Responses = {404: problem("No such explainer or version."), **API_ERRORS}
ASK_ERRORS: Responses = {
    400: problem("The body isn't valid JSON."),
    401: problem("The server answers only programs that have a key, and there is none."),
    408: problem("The body took too long to arrive."),
    413: problem("The body is over 64 KiB."),
    415: problem("The body isn't sent as application/json."),
    422: problem("The question can't be asked, a field can't be used, or the filter lets no explainer through."),
    429: problem("The caller, or all together, asked as often as they may; see `Retry-After` and `RateLimit`."),
    503: problem("Too many questions wait (see `Retry-After`), or the index or the conversations can't be used."),
    **API_ERRORS,
}
TEXT_TOO: Responses = {
    200: {
        "description": "The explainer; the bare canonical text where `Accept` prefers `text/plain`.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}

_BAD_SPAN = "Give a start and an end after it, or neither"

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
    dependencies=[Depends(with_key), Depends(json_only), Depends(admitted)],
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
    responses={
        401: problem("The server answers only programs that have a key, and there is none."),
        422: problem("The filter lets no explainer through."),
    },
    dependencies=[Depends(with_key)],
)
def suggestions(
    request: Request,
    site: CurrentSite,
    document: Annotated[
        list[str] | None, Query(max_length=100, description="Ids of explainers; left out, all.")
    ] = None,
    collection: Annotated[str | None, Query(min_length=1, description="A publisher's collection.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> Response:
    """Questions that the bot answers: those that are known, while the others are worked out."""
    known: Suggestions = request.app.state.suggestions
    chatbot = site.chatbot
    if document or collection:
        chatbot = chatbot.selected(Selection(frozenset(document or ()), collection))
    found = known.first_now(chatbot).questions[:limit]
    body = SuggestionsBody(questions=[SuggestionBody(text=each.text, language=each.language) for each in found])
    return JSONResponse(body.model_dump(), headers={"Cache-Control": "no-store"})


@router.get("/documents", summary="List the explainers", responses=API_ERRORS)
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
    return _document_response(site.published(document_id), accept)


@router.get("/documents/{document_id}/versions", summary="The versions of an explainer", responses=NOT_FOUND)
def versions(document_id: str, site: CurrentSite) -> list[VersionSummary]:
    """Every version that can be read, the newest first; none is `current` where the explainer was withdrawn."""
    found = site.chatbot.versions(document_id)
    with suppress(DocumentNotFound):
        current = site.published(document_id).version
        return [VersionSummary.of(version, current) for version in found]
    return [VersionSummary.of(version, None) for version in found]


@router.get(
    "/documents/{document_id}/{version}/changes",
    summary="What changed between two versions",
    responses={422: problem("The span isn't one of this version's text, or holds no word."), **NOT_FOUND},
)
def changes(
    document_id: str,
    version: str,
    site: CurrentSite,
    start: Annotated[int | None, Query(description="Where a passage of this version starts; given with `end`.")] = None,
    end: Annotated[int | None, Query(description="Where it ends; the character there isn't part of it.")] = None,
    to: Annotated[str, Query(description="The version to compare with; left out, the current one.")] = "",
) -> ChangesBody:
    """What became of a passage of this version, or, without `start` and `end`, all that changed, by section."""
    old = site.chatbot.document(document_id, version)
    new = site.chatbot.document(document_id, to) if to else site.published(document_id)
    if start is None and end is None:
        return changes_body(old, new, None, Comparison(old, new).sections())
    span = parse_range(f"{start}-{end}", len(old.text))
    if span is None:
        raise HTTPException(422, f"{_BAD_SPAN}; this version's text runs from 0 to {len(old.text)}.")
    passage = Comparison(old, new).passage(span)
    if passage is None:
        raise HTTPException(422, "There is no word between this start and end; please give the span of a passage.")
    return changes_body(old, new, passage, None)


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
