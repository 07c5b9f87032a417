"""The web application: routes, errors and headers around one source of chatbots."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from web.bootstrap import open_outlets
from web.errors import install_error_handlers
from web.middleware import BodyLimit, Compressed, LastCatch, SecurityHeaders
from web.pages import STATIC, LastingFiles, Pages, static_path
from web.reload import watching
from web.routes import api, health, openai_api, pages, reader, stream
from web.schemas import REPLY_EXAMPLE
from web.settings import WebSettings
from web.site import Site
from web.version import footnoted_version
from web.version_schemas import CHANGES_EXAMPLE

if TYPE_CHECKING:
    from bot.source import ChatbotSource

DESCRIPTION = (
    "Ask explainers a question; get the answer in their own words, with a footnote on every sentence, "
    "or a refusal that says why. Errors are problem details (RFC 9457)."
)


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, with the examples of replies whole: FastAPI drops every null from examples."""
        described = super().openapi()
        for name, example in {"ReplyBody": REPLY_EXAMPLE, "ChangesBody": CHANGES_EXAMPLE}.items():
            described["components"]["schemas"][name]["examples"] = [example]
        return described


def create_app(source: ChatbotSource, settings: WebSettings, data_dir: Path = Path("data")) -> FastAPI:
    """The application that serves the chatbot of *source*, and the channels that *settings* set up.

    What waits to be answered there, and what readers think of replies, is kept in *data_dir*. Raises `SettingError`,
    `bot.errors.ConversationStoreError`.

    The interactive documentation of FastAPI stays off: it would load its scripts from another site. The
    description it is made from is at ``/openapi.json``.
    """
    site = Site(source, Pages(settings.is_private), settings.public_url, settings.is_private)
    outlets = open_outlets(site, settings, data_dir)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with outlets.running(), watching(source, settings.reload_seconds):
            yield

    app = _Application(
        title="Footnoted",
        description=DESCRIPTION,
        version=footnoted_version(),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=[Middleware(each) for each in (SecurityHeaders, Compressed, LastCatch, BodyLimit)],
    )
    app.state.site = site
    app.state.outlets = outlets
    app.state.settings = settings
    install_error_handlers(app)
    for routes in (pages, stream, reader, api, health, openai_api):
        app.include_router(routes.router)
    for router in outlets.routers:
        app.include_router(router)
    app.mount(static_path(), LastingFiles(directory=STATIC), name="static")
    return app
