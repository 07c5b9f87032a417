"""The widget's script, at an address that never changes, and a page that shows it on a foreign-looking site."""

from __future__ import annotations

import hashlib
from functools import cache

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from web.pages import STATIC, static_url
from web.site import CurrentSite

router = APIRouter(include_in_schema=False)

_HEADERS = {
    # Publishers write this address into their pages once; what is served there changes with every version.
    "Cache-Control": "public, max-age=300",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}

_DEMO_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@cache
def _script() -> tuple[bytes, str]:
    """The widget and its entity tag."""
    content = (STATIC / "widget.js").read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:20]}"'


@router.api_route("/widget.js", methods=["GET", "HEAD"])
def widget(request: Request) -> Response:
    """The script; it holds nothing of this server, so that any site may load it."""
    content, tag = _script()
    headers = {**_HEADERS, "ETag": tag}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="text/javascript; charset=utf-8")


@router.get("/widget-demo")
def demo(request: Request, site: CurrentSite) -> Response:
    """The widget on a page with a style sheet and a policy of its own; only where their operator alone can see it."""
    if not site.may_list(request):
        raise HTTPException(404)
    return site.pages.render(
        "widget_demo.html",
        headers={"Content-Security-Policy": _DEMO_POLICY},
        foreign_stylesheet=static_url("widget_demo.css"),
        documents=site.chatbot.documents(),
    )
