"""HTML pages: the one place that renders a template."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

HERE = Path(__file__).parent
STATIC = HERE / "static"


def people_date(day: date) -> str:
    """*day* as people write it: ``April 14, 2025``."""
    return f"{day:%B} {day.day}, {day.year}"


def static_url(name: str) -> str:
    """The address of a static file; it changes with the content, so that no browser shows a stale one."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


class Pages:
    """Renders the templates. Everything is escaped unless a template says otherwise, and none does."""

    def __init__(self, lists_conversations: bool = True) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["people_date"] = people_date
        self._environment.globals.update(
            stylesheet=static_url("footnoted.css"),
            icon=static_url("favicon.svg"),
            lists_conversations=lists_conversations,
        )

    def render(
        self, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any
    ) -> HTMLResponse:
        """*template* filled with *context*. Pages may hold a conversation, so no shared cache keeps them."""
        html = self._environment.get_template(template).render(context)
        return HTMLResponse(html, status, {"Cache-Control": "private, no-cache", **(headers or {})})
