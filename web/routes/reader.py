"""The reader: an explainer as a page, with the quote of a footnote highlighted."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from bot.footnotes import web_address
from corpus.documents import Document
from corpus.errors import DocumentNotFound
from web.reader import parse_range, reader_view
from web.site import CurrentSite, Site
from web.views import reader_path

router = APIRouter(prefix="/read", include_in_schema=False)

BAD_QUOTE = "The passage that this link points to can't be found in this version, so nothing is highlighted below."


@router.get("/{document_id}")
def current_version(document_id: str, site: CurrentSite) -> Response:
    """Leads to the current version; a range counted on another version would be wrong there: it is dropped."""
    return RedirectResponse(reader_path(site.chatbot.document(document_id)), 302)


@router.get("/{document_id}/{version}")
def read(document_id: str, version: str, site: CurrentSite, quote: str | None = None) -> Response:
    """The explainer at *version*, with the span *quote* (``START-END``) marked."""
    document = site.chatbot.document(document_id, version)
    span = parse_range(quote, len(document.text)) if quote is not None else None
    view = reader_view(document, span)
    missed = quote is not None and not view.highlighted
    return site.pages.render(
        "reader.html",
        document=document,
        view=view,
        notice=BAD_QUOTE if missed else None,
        source_url=web_address(document.url),
        **_succession(site, document),
    )


def _succession(site: Site, document: Document) -> dict[str, Any]:
    """Where a newer version is, or that the explainer is no longer published."""
    try:
        current = site.chatbot.document(document.id)
    except DocumentNotFound:
        return {"newer": None, "withdrawn": True}
    is_current = current.version == document.version
    return {
        "newer": None if is_current else current,
        "newer_path": reader_path(current),
        "withdrawn": False,
    }
