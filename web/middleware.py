"""Pure ASGI middleware: security headers, who else's pages may call, limits on bodies, the last catch of exceptions.

Starlette's own last catch stands outside our headers and raises again, so that the server would log the
exception's text, which may quote a question. Ours stands inside the headers and logs without it.
"""

from __future__ import annotations

from collections.abc import Collection

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.content_security import content_security
from web.errors import SENTENCES, error_response, unexpected_error

MAX_BODY_BYTES = 64 * 1024

BODY_TIMEOUT_S = 10.0


SECURITY_HEADERS = {
    "Content-Security-Policy": content_security(),
    "X-Content-Type-Options": "nosniff",
    # A conversation's address is its key: it must not travel to other sites.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

STRICT_TRANSPORT = "max-age=31536000"
"""For this host alone: what its neighbours speak is for them to say."""


class SecurityHeaders:
    """Adds the security headers to every response that doesn't set its own.

    *is_https*: people come by https, whatever a proxy says of it.
    """

    def __init__(self, app: ASGIApp, *, is_https: bool = False) -> None:
        self._app = app
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and the response back, headers added."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if self._is_https or scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class WidgetCors:
    """Lets the pages of *origins*, and no others, call the API and load the widget's script; no cookie goes along."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._cors = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "X-API-Key"),
            expose_headers=("Retry-After", "X-Request-ID"),
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, through Starlette's CORS where it is one of theirs."""
        if not (self._origins and scope["type"] == "http" and _is_for_the_widget(scope["path"])):
            await self._app(scope, receive, send)
        elif Headers(scope=scope).get("origin") in self._origins:
            await self._cors(scope, receive, send)
        else:
            await self._app(scope, receive, _varying(send))


def _is_for_the_widget(path: str) -> bool:
    return path.startswith("/api/") or path.endswith("/widget.js")


def _varying(send: Send) -> Send:
    """Tells caches that the response would have other headers for another site."""

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Origin")
        await send(message)

    return send_varying


class Compressed:
    """Compresses the reader's pages and the static files, which are long and hold nothing that a visitor typed.

    Pages of the chat hold questions beside the key of their conversation: compressed together, the length of one would
    tell of the other (BREACH, 2013).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressing = GZipMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, by way of gzip where its path allows it."""
        compress = scope["type"] == "http" and scope["path"].startswith(("/read/", "/static/"))
        await (self._compressing if compress else self._app)(scope, receive, send)


class LastCatch:
    """Turns any exception that nobody expected into a plain 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; replies itself where that fails before a response began."""
        started = False

        async def watching_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            response = unexpected_error(Request(scope), error)
            await response(scope, receive, send)


class BodyLimit:
    """Refuses bodies over `MAX_BODY_BYTES` with 413, announced or not, and those that take over *timeout_s* with 408.

    The body is read before the request goes on: it is small, and so no route can forget the limit.
    """

    def __init__(self, app: ASGIApp, timeout_s: float = BODY_TIMEOUT_S) -> None:
        self._app = app
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reads the body, then passes the request on with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []
        with anyio.move_on_after(self._timeout_s) as timer:
            fits = await self._read(scope, receive, messages)
        if timer.cancelled_caught:
            await _refused(scope, receive, send, 408, SENTENCES[408], "Request Timeout")
            return
        if not fits:
            detail = f"The request is larger than {MAX_BODY_BYTES // 1024} KiB; please send a shorter one."
            await _refused(scope, receive, send, 413, detail, "Content Too Large")
            return

        async def replay() -> Message:
            return messages.pop(0) if messages else await receive()

        await self._app(scope, replay, send)

    async def _read(self, scope: Scope, receive: Receive, messages: list[Message]) -> bool:
        """Puts what comes into *messages*; whether it is within the limit."""
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced[:12]) > MAX_BODY_BYTES:
            return False
        messages.append(await receive())
        size = len(messages[0].get("body", b""))
        while messages[-1].get("more_body", False) and size <= MAX_BODY_BYTES:
            messages.append(await receive())
            size += len(messages[-1].get("body", b""))
        return size <= MAX_BODY_BYTES


async def _refused(scope: Scope, receive: Receive, send: Send, status: int, detail: str, title: str) -> None:
    """Answers in place of the application, and closes the connection, on which the rest of the body may still come."""
    response = error_response(Request(scope), status, detail, title=title, headers={"Connection": "close"})
    await response(scope, receive, send)
