"""The web application: routes, errors and headers around one chatbot."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from web.errors import install_error_handlers
from web.middleware import BodyLimit, LastCatch, SecurityHeaders
from web.pages import STATIC, Pages
from web.routes import api, health, pages, reader
from web.schemas import REPLY_EXAMPLE
from web.settings import WebSettings
from web.site import Site

if TYPE_CHECKING:
    from bot.chatbot import Chatbot

DESCRIPTION = (
    "Ask explainers a question; get the answer in their own words, with a footnote on every sentence, "
    "or a refusal that says why. Errors are problem details (RFC 9457)."
)


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, with the example of a reply whole: FastAPI drops every null from examples."""
        described = super().openapi()
        described["components"]["schemas"]["ReplyBody"]["examples"] = [REPLY_EXAMPLE]
        return described


def create_app(chatbot: Chatbot, settings: WebSettings) -> FastAPI:
    """The application that serves *chatbot*.

    The interactive documentation of FastAPI stays off: it would load its scripts from another site. The
    description it is made from is at ``/openapi.json``.
    """
    app = _Application(
        title="Footnoted",
        description=DESCRIPTION,
        version=_version(),
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(SecurityHeaders), Middleware(LastCatch), Middleware(BodyLimit)],
    )
    app.state.site = Site(chatbot, Pages())
    app.state.settings = settings
    install_error_handlers(app)
    for routes in (pages, reader, api, health):
        app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _version() -> str:
    try:
        return version("footnoted")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"
