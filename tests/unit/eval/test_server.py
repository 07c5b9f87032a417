"""Asking a running server: over a real one on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from eval.errors import AskFailed, ReplyFormatError, ServerError
from eval.library import Library
from eval.run import evaluate
from eval.server import WAIT_S, documents_at, url_asker
from tests.unit.eval.builders import HOURS, case, document, reply
from web.schemas import DocumentBody, DocumentSummary


@contextmanager
def serving(*routes: Route) -> Iterator[str]:
    """The address at which *routes* are served."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=list(routes)), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def asking(*responses: Response) -> tuple[Route, list[dict[str, Any]]]:
    """A route that gives *responses* in turn, the last for ever, and the bodies that it was sent."""
    bodies: list[dict[str, Any]] = []

    async def ask(request: Request) -> Response:
        bodies.append(await request.json())
        return responses[min(len(bodies), len(responses)) - 1]

    return Route("/api/ask", ask, methods=["POST"]), bodies


def test_a_question_is_posted_with_its_history_and_the_reply_comes_back() -> None:
    route, bodies = asking(JSONResponse(reply(HOURS)))
    followed = case(history=["who inspects?"])
    with serving(route) as url:
        assert url_asker(f"{url}/", 10)(followed) == reply(HOURS)
    assert bodies == [{"question": followed.question, "history": ["who inspects?"]}]


def busy(wait: str) -> JSONResponse:
    return JSONResponse({"detail": "The index is being loaded."}, status_code=503, headers={"Retry-After": wait})


def test_a_busy_server_is_asked_again_when_it_says() -> None:
    waits: list[float] = []
    route, bodies = asking(busy("2"), busy("0"), JSONResponse(reply(HOURS)))
    with serving(route) as url:
        assert url_asker(url, 10, sleep=waits.append)(case())["status"] == "answered"
    assert (waits, len(bodies)) == ([2.0, 1.0], 3)


def test_a_server_that_stays_busy_is_given_up_within_the_bound() -> None:
    waits: list[float] = []
    route, _ = asking(busy("8"))
    with serving(route) as url, pytest.raises(AskFailed, match=r"answered 503: The index is being loaded\."):
        url_asker(url, 10, sleep=waits.append)(case())
    assert WAIT_S - 8 < sum(waits) <= WAIT_S


@pytest.mark.parametrize("wait", ["", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "86400"])
def test_a_wait_that_is_no_number_or_too_long_is_not_waited_for(wait: str) -> None:
    route, bodies = asking(busy(wait))
    with serving(route) as url, pytest.raises(AskFailed, match="503"):
        url_asker(url, 10, sleep=lambda _seconds: pytest.fail("waited"))(case())
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("response", "complaint"),
    [
        (JSONResponse({"detail": "The question is empty."}, status_code=422), r"422: The question is empty\."),
        (PlainTextResponse("oops", status_code=500), "answered 500; look at the server's log"),
        (PlainTextResponse("hello"), "isn't JSON"),
    ],
)
def test_what_a_server_answers_instead_of_a_reply_is_said_with_the_case(response: Response, complaint: str) -> None:
    route, _ = asking(response)
    with serving(route) as url, pytest.raises(AskFailed, match=f"'rules-hours'.*{complaint}") as caught:
        url_asker(url, 10)(case())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [{"status": "answered"}, ["a list"]])
def test_json_that_is_no_reply_is_refused_by_case(content: Any) -> None:
    route, _ = asking(JSONResponse(content))
    with serving(route) as url, pytest.raises(ReplyFormatError, match="'rules-hours'"):
        url_asker(url, 10)(case())


def test_a_server_that_is_not_there_or_an_address_that_is_none_is_said_in_a_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    for wrong in (url, "nowhere", "http://["):
        with pytest.raises(AskFailed, match=r"'rules-hours'.*can't be reached"):
            url_asker(wrong, 10)(case())
        with pytest.raises(ServerError, match="can't be reached"):
            documents_at(wrong, 10)


def test_a_server_that_does_not_answer_in_time_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(AskFailed, match="didn't answer in time"):
            url_asker(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2)(case())


def test_a_client_that_is_given_is_used_and_left_open() -> None:
    route, _ = asking(JSONResponse(reply(HOURS)))
    with serving(route) as url, httpx2.Client() as client:
        ask = url_asker(url, client=client)
        ask(case())
        assert ask(case()) == reply(HOURS)
        assert not client.is_closed


def library(listed: Sequence[dict[str, Any]] | None = None, body: dict[str, Any] | None = None) -> Sequence[Route]:
    """The routes of the documents, as the API gives them."""
    doc = document()

    def summaries(_request: Request) -> Response:
        return JSONResponse(listed or [DocumentSummary.of(doc.card).model_dump(mode="json")])

    def one(_request: Request) -> Response:
        return JSONResponse(body or DocumentBody.whole(doc).model_dump(mode="json"))

    return Route("/api/documents", summaries), Route(f"/api/documents/{doc.id}/{doc.version}", one)


def test_the_documents_of_a_server_are_as_good_as_those_of_an_index() -> None:
    route, _ = asking(JSONResponse(reply(HOURS)))
    with serving(route, *library()) as url:
        served = documents_at(url, 10)
        run = evaluate(url_asker(url, 10), served, [case(), case(id="rules-old", sections=["Uniforms"])])
    local = evaluate(lambda _case: reply(HOURS), [document()], [case(), case(id="rules-old", sections=["Uniforms"])])
    assert (served[0].version, served[0].text) == (document().version, document().text)
    assert served[0].notes == document().notes
    assert [section.path for section in served[0].sections] == [section.path for section in document().sections]
    assert Library.of(served).find("rules", document().version) is served[0]
    assert run == local


@pytest.mark.parametrize(
    ("listed", "body", "complaint"),
    [
        ([{"name": "rules"}], None, r"isn't the API's \(0.id"),
        (None, {"id": "rules", "version": "1"}, r"isn't the API's \(title"),
        (
            None,
            {**DocumentBody.whole(document()).model_dump(mode="json"), "text": "short"},
            "contradicts itself",
        ),
    ],
)
def test_documents_that_are_not_the_apis_are_refused(
    listed: Sequence[dict[str, Any]] | None, body: dict[str, Any] | None, complaint: str
) -> None:
    with serving(*library(listed, body)) as url, pytest.raises(ServerError, match=complaint):
        documents_at(url, 10)
