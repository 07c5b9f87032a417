"""A running server as what is asked: its API's replies and its documents, with no index at hand.

The one door to httpx2, which is only needed here: what evaluates the library doesn't import it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from corpus.documents import Document, Note, Section, Span
from eval.cases import EvalCase
from eval.errors import AskFailed, ServerError
from eval.replies import parse_reply
from eval.run import Ask

if TYPE_CHECKING:
    import httpx2

TIMEOUT_S = 60.0
WAIT_S = 90.0
"""The longest that a server's Retry-After is waited for, in seconds, over all tries of one question."""

T = TypeVar("T")
Sleep = Callable[[float], None]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Summary(_Record):
    id: str
    version: str


class _ServedSection(_Record):
    path: tuple[str, ...]
    start: int
    end: int


class _ServedNote(_Record):
    label: str
    start: int
    end: int
    marks: tuple[int, ...] = ()


class _ServedDocument(_Summary):
    title: str
    text: str
    publisher: str | None = None
    as_of: date | None = None
    language: str = "en"
    topics: tuple[str, ...] = ()
    sections: tuple[_ServedSection, ...]
    notes: tuple[_ServedNote, ...] = ()


_SUMMARIES = TypeAdapter(tuple[_Summary, ...])
_DOCUMENT = TypeAdapter(_ServedDocument)


def url_asker(
    base_url: str, timeout_s: float = TIMEOUT_S, client: httpx2.Client | None = None, sleep: Sleep = time.sleep
) -> Ask:
    """Asks the server at *base_url*: ``POST /api/ask`` with the question and its history, no conversation.

    *timeout_s* seconds for connecting, and for each wait on the server; *client*, where given, is used and left open,
    and has a timeout of its own. A 429 or 503 with a Retry-After is asked again, for at most `WAIT_S` seconds. The
    asker raises `AskFailed` and `ReplyFormatError`, which name the case.
    """

    def ask(case: EvalCase) -> Mapping[str, Any]:
        body = {"question": case.question, "history": list(case.history)}
        try:
            with _opened(client, timeout_s) as opened:
                reply = _json(_patiently(opened, f"{base_url.rstrip('/')}/api/ask", body, sleep))
        except ServerError as error:
            raise AskFailed(f"Case {case.id!r} couldn't be asked: {error}") from error
        parse_reply(reply, case.id)
        return dict(reply)

    return ask


def documents_at(
    base_url: str, timeout_s: float = TIMEOUT_S, client: httpx2.Client | None = None
) -> tuple[Document, ...]:
    """The documents that the server at *base_url* answers from, at the versions that it lists.

    The API gives text, sections and notes, no blocks: `Document.sections` have none. Raises `ServerError`.
    """
    root = f"{base_url.rstrip('/')}/api/documents"
    with _opened(client, timeout_s) as opened:
        listed = _read(_SUMMARIES, _send(opened, "GET", root))
        urls = [f"{root}/{quote(entry.id, safe='')}/{quote(entry.version, safe='')}" for entry in listed]
        return tuple(_document(_read(_DOCUMENT, _send(opened, "GET", url)), url) for url in urls)


def _document(served: _ServedDocument, url: str) -> Document:
    try:
        document = Document(
            id=served.id,
            title=served.title,
            text=served.text,
            sections=tuple(_section(section, served.title) for section in served.sections),
            notes=tuple(Note(note.label, Span(note.start, note.end), note.marks) for note in served.notes),
            publisher=served.publisher,
            as_of=served.as_of,
            language=served.language,
            topics=served.topics,
        )
    except ValueError as error:
        raise ServerError(
            f"{url} gives a document that contradicts itself ({error}); is it a Footnoted server?"
        ) from error
    # A version is a digest of everything, blocks too, which the API doesn't give: the server's word is what counts.
    object.__setattr__(document, "version", served.version)
    return document


def _section(served: _ServedSection, title: str) -> Section:
    heading = served.path[-1] if served.path else title
    return Section(heading, served.path, len(served.path) + 1, "", Span(served.start, served.end), ())


def _httpx() -> ModuleType:
    try:
        import httpx2  # noqa: PLC0415 - most evals ask no server
    except ModuleNotFoundError as error:
        raise ServerError("To judge a running server httpx2 is needed; run `pip install httpx2`.") from error
    return httpx2


@contextmanager
def _opened(client: httpx2.Client | None, timeout_s: float) -> Iterator[httpx2.Client]:
    if client is not None:
        yield client
        return
    with _httpx().Client(timeout=timeout_s) as opened:
        yield opened


def _patiently(client: httpx2.Client, url: str, body: Mapping[str, Any], sleep: Sleep) -> httpx2.Response:
    """The reply to *body*, asked again while the server says when to come back, and that is within `WAIT_S`."""
    waited = 0.0
    while True:
        response = _send(client, "POST", url, body)
        wait = _retry_after(response) if response.status_code in {429, 503} else None
        if wait is None or waited + wait > WAIT_S:
            return response
        sleep(wait)
        waited += wait


def _retry_after(response: httpx2.Response) -> float | None:
    """The seconds of a Retry-After, at least one; None where there is none. A date (RFC 9110) isn't waited for."""
    value = response.headers.get("Retry-After", "").strip()
    return max(float(value), 1.0) if value.isascii() and value.isdigit() else None


def _send(client: httpx2.Client, method: str, url: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
    httpx = _httpx()
    try:
        return client.request(method, url, json=body, headers={"Accept": "application/json"})
    except httpx.ConnectTimeout as error:
        raise ServerError(f"{url} can't be reached in time; is the server running there?") from error
    except httpx.TimeoutException as error:
        raise ServerError(f"{url} didn't answer in time; give it longer, or look at the server's log.") from error
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise ServerError(f"{url} can't be reached ({error}); is the server running there?") from error


def _json(response: httpx2.Response) -> Any:
    """The body of *response*. Raises `ServerError` for an error status, with its detail, and for what isn't JSON."""
    url = response.request.url
    try:
        content = response.json()
    except ValueError as error:
        if response.is_success:
            raise ServerError(f"{url} answered with something that isn't JSON; is it a Footnoted server?") from error
        content = None
    if response.is_success:
        return content
    detail = content.get("detail") if isinstance(content, dict) else None
    said = f": {detail}" if isinstance(detail, str) and detail else "; look at the server's log."
    raise ServerError(f"{url} answered {response.status_code}{said}")


def _read(adapter: TypeAdapter[T], response: httpx2.Response) -> T:
    try:
        return adapter.validate_python(_json(response))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or "the whole"
        raise ServerError(
            f"{response.request.url} answered with JSON that isn't the API's ({place}: {fault['msg']}); "
            "is it a Footnoted server of this version?"
        ) from error
