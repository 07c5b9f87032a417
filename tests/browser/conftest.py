"""A bot and a publisher's site, each on an origin of its own, and Chromium to look at them with."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.answers import Answer, AnswerSentence, Refusal, RefusalDetails, RefusalReason, Reply
from bot.refusal_words import refused
from tests.unit.web.fake_chatbot import FakeChatbot, citation, in_spanish, permits, refusal, still
from web.app import create_app
from web.settings import WebSettings

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")

SHOUTING = """
  * { color: red !important; font: italic 700 31px/1 cursive !important; text-transform: uppercase !important;
      margin: 9px !important; letter-spacing: 6px !important; text-align: center !important; }
  html { font-size: 62.5%; }
  button, input, a { background: lime !important; border: 7px dotted blue !important; }
"""


def fenced(bot: str) -> str:
    """The policy of a strict publisher, with what `docs/widget.md` asks to be added for the bot at *bot*."""
    return (
        f"default-src 'none'; script-src {bot}; connect-src {bot}; style-src 'self'; img-src 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'"
    )


@dataclass
class WellChatbot(FakeChatbot):
    """The fake, which also answers from two documents and in exact words, and refuses in any language."""

    def _reply(self, question: str) -> Reply:
        first, second = self.current[0], self.current[-1]
        if "both" in question:
            return Answer(
                (
                    AnswerSentence("A permit is valid for five years.", (1,), about="Permits, April 14, 2025"),
                    AnswerSentence("A permit is valid for six years.", (2,), about="Permisos, April 14, 2025"),
                ),
                (
                    citation(first, 1, "A permit is valid for five years."),
                    citation(second, 2, "A permit is valid for six years."),
                ),
            )
        if "exact" in question:
            cited = citation(first, 1, "A permit is valid for five years.")
            words = replace(cited.span, start=cited.span.end - len("five years."), end=cited.span.end - 1)
            return Answer((AnswerSentence(cited.quote, (1,)),), (replace(cited, words=words),))
        if "why" in question:
            says = (
                citation(first, 1, "A permit is valid for five years."),
                citation(second, 2, "It can be renewed twice."),
            )
            premise: Refusal = refused(RefusalReason.FALSE_PREMISE, RefusalDetails())
            return replace(premise, nearest=refusal(first).nearest, says=says)
        if "who" in question:
            told: Refusal = refused(RefusalReason.NOT_IN_TEXT, RefusalDetails(title="Wells"))
            return replace(told, nearest=refusal(first).nearest)
        return super()._reply(question)


@dataclass
class Publisher:
    """A site whose pages tests write; each is served with its own headers."""

    origin: str
    bot: str
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def publish(self, path: str, body: str, *, head: str = "", language: str = "en", policy: str = "") -> str:
        """Writes a page that shouts, and returns its address."""
        html = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>News</title>'
        html += f'<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/shouting.css">{head}'
        html += f"<body><main><h1>News</h1>{body}</main></body></html>"
        self.pages[path] = (html, {"Content-Security-Policy": policy} if policy else {})
        return self.origin + path

    def script(self, **data: str) -> str:
        """The tag that a publisher writes."""
        attributes = "".join(f' data-{name.replace("_", "-")}="{value}"' for name, value in data.items())
        return f'<script src="{self.bot}/widget.js" async{attributes}></script>'

    def respond(self, request: Request) -> Response:
        """A page that a test wrote, or the style sheet of them all."""
        if request.url.path == "/shouting.css":
            return Response(SHOUTING, media_type="text/css")
        if request.url.path == "/favicon.ico":
            return Response(status_code=204)
        html, headers = self.pages.get(request.url.path, ("", {}))
        return HTMLResponse(html, 200 if html else 404, headers)


@contextmanager
def serving(app: Any, listener: socket.socket) -> Iterator[None]:
    """*app* behind *listener*, in a thread, while the block runs."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def _listen() -> tuple[socket.socket, str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@dataclass(frozen=True)
class Sites:
    """The bot, its chatbot, the publisher that may hold its widget, and a stranger who may not."""

    bot: str
    chatbot: WellChatbot
    publisher: Publisher
    stranger: Publisher


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    bot_listener, bot = _listen()
    publisher_listener, publisher_origin = _listen()
    stranger_listener, stranger_origin = _listen()
    document = replace(permits(), url=f"{publisher_origin}/guide#top")
    spanish = replace(in_spanish(permits(years="six")), url=None, title="Permisos")
    chatbot = WellChatbot(current=(document, spanish), old=(permits(years="three"),))
    publisher, stranger = Publisher(publisher_origin, bot), Publisher(stranger_origin, bot)
    settings = WebSettings(widget_origins=publisher_origin, rate_limit="")
    app = create_app(still(chatbot), settings, tmp_path_factory.mktemp("data"))
    with (
        serving(app, bot_listener),
        serving(Starlette(routes=[Route("/{path:path}", publisher.respond)]), publisher_listener),
        serving(Starlette(routes=[Route("/{path:path}", stranger.respond)]), stranger_listener),
    ):
        yield Sites(bot, chatbot, publisher, stranger)


@pytest.fixture
def sites(running: Sites) -> Iterator[Sites]:
    """The sites, with nothing that another test wrote or broke."""
    running.chatbot.failure = None
    running.publisher.pages.clear()
    running.stranger.pages.clear()
    yield running
    running.chatbot.failure = None


def do_without() -> NoReturn:
    """Skips what needs a browser; in CI, where nobody would see that it was skipped, it fails instead."""
    end = pytest.fail if os.environ.get("CI") else pytest.skip
    end("Chromium isn't installed, so nothing can be tried in a browser; install it, or unset CI to do without.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module at a time: while Playwright runs, no other test in the process can run an event loop."""
    if CHROMIUM is None:
        do_without()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of; a test that expects complaints takes them out."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A tab of its own, whose console must stay silent."""
    context = browser.new_context(viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(8000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints
