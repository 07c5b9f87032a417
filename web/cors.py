"""Which other sites' pages may call the API: those that the operator names, without cookies (Fetch, 3.2)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

API_PATHS = "/api/"


class CrossOrigin:
    """Lets the pages of *origins* call what is under `API_PATHS`; all else stays as it was."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._api = app
        if origins:
            self._api = CORSMiddleware(
                app,
                allow_origins=origins,
                allow_methods=["GET", "POST"],
                allow_headers=["Content-Type"],
                expose_headers=["Retry-After"],
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, through Starlette's middleware where it is for the API."""
        is_for_api = scope["type"] == "http" and scope["path"].startswith(API_PATHS)
        await (self._api if is_for_api else self._app)(scope, receive, send)
