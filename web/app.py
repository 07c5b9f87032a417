"""The web application: routes, errors and headers around one source of chatbots."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from bot.feedback import FEEDBACK_FILE, FeedbackStore
from web.bootstrap import open_outlets
from web.clients import TrustedProxies
from web.errors import install_error_handlers
from web.middleware import BodyLimit, Compressed, LastCatch, SecurityHeaders, WidgetCors
from web.pages import STATIC, LastingFiles, static_path
from web.readers import Readers
from web.reload import watching
from web.request_log import RequestLog
from web.routes import api, conversations, health, openai_api, operator, pages, reader, stream, turns, widget
from web.schemas import REPLY_EXAMPLE
from web.settings import WebSettings
from web.site import Site
from web.suggestions import Suggestions
from web.sweep import sweeping
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
    site = Site.of(source, settings)
    suggestions = Suggestions(site.turnstile)
    outlets = open_outlets(site, settings, data_dir, suggestions)
    feedback = cache(partial(FeedbackStore, data_dir / FEEDBACK_FILE))

    def kept_feedback() -> FeedbackStore | None:
        return feedback() if (data_dir / FEEDBACK_FILE).exists() else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with (
            outlets.running(),
            watching(source, settings.reload_seconds),
            suggestions.running(source.current),
            sweeping(source, kept_feedback, settings.keep_conversations_days),
        ):
            yield

    app = _Application(
        title="Footnoted",
        description=DESCRIPTION,
        version=footnoted_version(),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(TrustedProxies, settings.proxies),
            Middleware(RequestLog),
            Middleware(SecurityHeaders, is_https=settings.is_https),
            Middleware(WidgetCors, settings.allowed_origins),
            Middleware(Compressed),
            Middleware(LastCatch),
            Middleware(BodyLimit),
        ],
    )
    app.state.site = site
    app.state.outlets = outlets
    app.state.suggestions = suggestions
    app.state.feedback = feedback
    app.state.kept_feedback = kept_feedback
    app.state.settings = settings
    secret = settings.secret_key.get_secret_value() if settings.secret_key else None
    app.state.readers = Readers(secret, secure=settings.is_https)
    install_error_handlers(app)
    for routes in (turns, pages, conversations, stream, reader, api, health, openai_api, operator, widget):
        app.include_router(routes.router)
    for router in outlets.routers:
        app.include_router(router)
    app.mount(static_path(), LastingFiles(directory=STATIC), name="static")
    return app
