"""Pure ASGI middleware: security headers, a limit on bodies, and the last catch of every exception.

Starlette's own last catch stands outside our headers and raises again, so that the server would log the
exception's text, which may quote a question. Ours stands inside the headers and logs without it.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.content_security import content_security
from web.errors import error_response, unexpected_error

MAX_BODY_BYTES = 64 * 1024

SECURITY_HEADERS = {
    "Content-Security-Policy": content_security(),
    "X-Content-Type-Options": "nosniff",
    # A conversation's address is its key: it must not travel to other sites.
    "Referrer-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds the security headers to every response that doesn't set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and the response back, headers added."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


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
    """Refuses bodies over `MAX_BODY_BYTES` with 413, whether their length is announced or not.

    The body is read before the request goes on: it is small, and so no route can forget the limit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reads the body, then passes the request on with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages = await self._read(scope, receive)
        if messages is None:
            detail = f"The request is larger than {MAX_BODY_BYTES // 1024} KiB; please send a shorter one."
            response = error_response(Request(scope), 413, detail, title="Content Too Large")
            await response(scope, receive, send)
            return

        async def replay() -> Message:
            return messages.pop(0) if messages else await receive()

        await self._app(scope, replay, send)

    async def _read(self, scope: Scope, receive: Receive) -> list[Message] | None:
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced[:12]) > MAX_BODY_BYTES:
            return None
        messages = [await receive()]
        size = len(messages[0].get("body", b""))
        while messages[-1].get("more_body", False) and size <= MAX_BODY_BYTES:
            messages.append(await receive())
            size += len(messages[-1].get("body", b""))
        return messages if size <= MAX_BODY_BYTES else None
