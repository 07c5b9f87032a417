"""One line in the log for each request: by which route it came, and never the address itself, which may be a key."""

from __future__ import annotations

import logging
import secrets
import time
from contextvars import ContextVar

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("footnoted.requests")

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that is worked on; every line of the log that comes of it bears its id."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestLog:
    """ASGI middleware that names each request, in the log and in ``X-Request-ID``, and tells of its end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; the line is written when it is done with."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        token = REQUEST_ID.set(request_id)
        started = time.perf_counter()
        status: int | None = None
        size = 0

        async def noting_send(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        finally:
            told = {"method": _method_of(scope), "route": route_of(scope), "status": status}
            spent = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", extra={**told, "ms": spent, "bytes": size})
            REQUEST_ID.reset(token)


def route_of(scope: Scope) -> str:
    """The route's template, such as ``/c/{conversation_id}``; what leads to none is named by nothing it holds."""
    path = getattr(scope.get("route"), "path", None)
    return str(path) if path else "(none)"


def _method_of(scope: Scope) -> str:
    method = str(scope.get("method", ""))
    return method if method in _METHODS else "(other)"
