"""Errors as people and programs see them: problem details (RFC 9457) for programs, a page for people.

Programs that speak OpenAI's API get OpenAI's form instead, so that their clients raise their own errors.

Whatever goes wrong, the reader gets one sentence and the operator's log gets no question.
"""

from __future__ import annotations

import logging
import re
import traceback
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.error_table import ERROR_TABLE, entry_for
from bot.errors import LimitReached, TurnedAway
from bot.wording import Wording, message
from web.beside_chat import beside_chat
from web.channels.openai_chat import error_dict
from web.request_log import route_of
from web.site import site_of

log = logging.getLogger("footnoted.web")

STREAM_PATH = "/ask/stream"
"""Asked by the script of our pages, for readers: problem details in their language."""

PROGRAM_PATHS = ("/api/", "/hooks/", "/slack/", "/healthz", "/readyz", "/metrics", "/openapi.json", STREAM_PATH)

OPENAI_PATHS = "/v1/"

UNREADABLE_BODY = "There was an error parsing the body"
"""What FastAPI says of a body that isn't UTF-8, is nested too deeply or holds an endless number."""

SENTENCES = {
    400: message("The request can't be read; please check how it was put together."),
    404: message("There is nothing at this address; please check it, or start from the first page."),
    405: message("This address can't be used in that way."),
    408: message("The request took too long to arrive; please send it again."),
    500: message("Something went wrong on our side, so there is no reply. Please try again."),
}

_WITH_VALUES = (
    message("{what} just now. Please try again later."),
    message("There is no document {document} here; the list of documents has what there is."),
    message("There is no document {document} here, at any version."),
    message("There is no document {document} at version {version} here; the list of documents has what can be opened."),
    message("The question has {number} characters; ask it in at most {most}, one thing at a time."),
    message("The request is larger than {size} KiB; please send a shorter one."),
)
"""What readers may be told with something of their own in it; those who say it know no language."""

_TITLES = {
    401: message("Not signed in"),
    403: message("Forbidden"),
    404: message("Not found"),
    405: message("Method not allowed"),
    408: message("Too slow"),
    422: message("That can't be used"),
    429: message("Too many questions"),
    500: message("Something went wrong"),
    503: message("Not available just now"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader is shown of an error of ours."""

    status: int
    title: str
    sentence: str
    headers: dict[str, str] = field(default_factory=dict)


def shown(error: Exception) -> Shown:
    """What a reader is shown of *error*.

    What a reader can mend is told in full. What only the operator can (it may name folders and servers) goes to
    the log, and the reader is told what can't be had.
    """
    entry = entry_for(error)
    if entry is None:
        raise error
    if isinstance(error, TurnedAway):
        return Shown(entry.http_status, entry.title, str(error), _when_again(error))
    if entry.http_status < 500:
        return Shown(entry.http_status, entry.title, str(error))
    log.error("%s: %s", entry.title, error)
    sentence = f"{entry.title} just now. Please try again later."
    return Shown(entry.http_status, entry.title, sentence)


def _when_again(error: TurnedAway) -> dict[str, str]:
    """When to try again, and which limit was reached.

    Sources: RFC 9110, 10.2.3; https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
    """
    headers = {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, LimitReached):
        headers["RateLimit-Policy"] = f'"{error.name}";q={error.amount};w={error.window_s}'
        headers["RateLimit"] = f'"{error.name}";r=0;t={error.retry_after_s}'
    return headers


def told_in(words: Wording, sentence: str) -> str:
    """*sentence*, perhaps with values in it, in the language of *words*; as it is where there are no words for it."""
    for template in _WITH_VALUES:
        found = _pattern(template).fullmatch(sentence)
        if found:
            return words.say(template, **{name: words.translated(value) for name, value in found.groupdict().items()})
    return words.translated(sentence)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What matches *template*, whatever stands in its blanks."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.{1,200})", re.escape(template)), re.DOTALL)


class ProblemResponse(JSONResponse):
    """Problem details as RFC 9457 has them."""

    media_type = "application/problem+json"


class ParameterRefused(HTTPException):
    """A request to OpenAI's API whose field *param* asks for what isn't to be had; *code* is OpenAI's word for it."""

    def __init__(self, status: int, sentence: str, param: str, code: str) -> None:
        super().__init__(status, sentence)
        self.param = param
        self.code = code


def error_response(
    request: Request,
    status: int,
    detail: str,
    *,
    title: str | None = None,
    headers: Any = None,
    param: str | None = None,
    code: str | None = None,
) -> Response:
    """*detail*, one sentence, as a problem for programs, in OpenAI's form under its paths, or as a page for people."""
    if request.url.path.startswith(OPENAI_PATHS):
        # OpenAI has no 422: what can't be used is a 400 there.
        status = 400 if status == 422 else status
        return JSONResponse(error_dict(status, detail, param, code), status, headers)
    phrase = HTTPStatus(status).phrase
    if request.url.path.startswith(PROGRAM_PATHS):
        if request.url.path == STREAM_PATH:
            detail = told_in(site_of(request).pages.words, detail)
        problem = {"type": "about:blank", "title": title or phrase, "status": status, "detail": detail}
        return ProblemResponse(problem, status, headers)
    pages = site_of(request).pages
    heading = pages.words.translated(_TITLES.get(status, title or phrase.capitalize()))
    return pages.render(
        "error.html",
        status=status,
        headers=headers,
        framed=beside_chat(request).framed,
        title=heading,
        sentence=told_in(pages.words, detail),
    )


def unexpected_error(request: Request, error: Exception) -> Response:
    """A 500 that tells nothing of *error*."""
    log_unexpected(request, error)
    return error_response(request, 500, SENTENCES[500])


def log_unexpected(request: Request, error: Exception) -> None:
    """Tells the log the type and place of *error* only: its text may quote a reader."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("Unexpected %s at %s\n%s", type(error).__qualname__, route_of(request.scope), frames)


def _own_error(request: Request, error: Exception) -> Response:
    reply = shown(error)
    return error_response(request, reply.status, reply.sentence, title=reply.title, headers=reply.headers)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    detail = error.detail
    if detail in {HTTPStatus(error.status_code).phrase, UNREADABLE_BODY}:
        detail = SENTENCES.get(error.status_code, detail)
    named = {"param": error.param, "code": error.code} if isinstance(error, ParameterRefused) else {}
    return error_response(request, error.status_code, detail, headers=error.headers, **named)


def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    first = error.errors()[0]
    if first["loc"][0] == "path":
        return error_response(request, 404, SENTENCES[404])
    if first["type"] == "json_invalid":
        return error_response(request, 400, "The request's body isn't valid JSON; please check its syntax.")
    field = _field_of(first)
    return error_response(request, 422, _validation_sentence(first), title="The request can't be used", param=field)


def _field_of(error: dict[str, Any]) -> str:
    return ".".join(str(part) for part in error["loc"][1:]) or "body"


def _validation_sentence(error: dict[str, Any]) -> str:
    """Pydantic's finding as a sentence; what was sent is not repeated."""
    field = _field_of(error)
    finding = error["msg"][:1].lower() + error["msg"][1:]
    return f"The request's {field!r} can't be used: {finding}."


def install_error_handlers(app: FastAPI) -> None:
    """Gives every error of ours, of the framework and of a request's form its answer."""
    for entry in ERROR_TABLE:
        app.add_exception_handler(entry.error, _own_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
