"""HTML pages: the one place that renders a template."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from bot.wording import SOURCE_LANGUAGE, languages, wording_in
from web.content_security import content_security
from web.locale_choice import NAMES

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def static_path() -> str:
    """Where the static files are served; it changes with their content, so that no browser shows a stale one.

    The version is in the path and not behind it, since modules import each other by relative addresses.
    """
    digest = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return f"/static/{digest.hexdigest()[:10]}"


def static_url(name: str) -> str:
    """The address of a static file."""
    return f"{static_path()}/{name}"


class LastingFiles(StaticFiles):
    """Static files that a browser may keep for ever, since their address changes with them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, or that it hasn't changed."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


@cache
def _environment(language: str) -> Environment:
    words = wording_in(language)
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["people_date"] = words.date
    environment.globals.update(
        once=partial(token_urlsafe, 12),
        stylesheet=static_url("footnoted.css"),
        icon=static_url("favicon.svg"),
        chat_scripts=[static_url(name) for name in ("chat.js", "footnotes.js", "turns.js")],
        reader_scripts=[static_url(name) for name in ("contents.js", "sentences.js", "terms.js")],
        language=words.language,
        other_languages=[(tag, NAMES[tag]) for tag in languages() if tag != words.language],
    )
    return environment


class Pages:
    """Renders the templates in one language. Everything is escaped unless a template says otherwise, and none does."""

    def __init__(self, language: str = SOURCE_LANGUAGE) -> None:
        self.words = wording_in(language)
        self._environment = _environment(self.words.language)

    def in_language(self, language: str) -> Pages:
        """The same pages in *language*."""
        return Pages(language)

    def part(self, template: str, macro: str, *arguments: Any) -> str:
        """The HTML that *macro* of *template* makes of *arguments*."""
        made: str = getattr(self._environment.get_template(template).module, macro)(*arguments)
        return str(made)

    def render(
        self,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        framed: bool = False,
        **context: Any,
    ) -> HTMLResponse:
        """*template* filled with *context*. Pages may hold a conversation, so no shared cache keeps them.

        A *framed* page has no masthead, and pages of our own may show it inside them.
        """
        html = self._environment.get_template(template).render(context, framed=framed)
        allowed = {"Content-Security-Policy": content_security("'self'")} if framed else {}
        return HTMLResponse(html, status, {"Cache-Control": "private, no-cache", **allowed, **(headers or {})})
