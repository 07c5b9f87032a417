"""The reader: an explainer as a page, with the quote of a footnote highlighted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from bot.footnotes import web_address
from corpus.documents import Document
from corpus.errors import DocumentNotFound
from web.middleware import content_security_policy
from web.reader import parse_range, reader_view
from web.site import CurrentSite, Site
from web.versions import VersionLink, changed_sections, changes_path, passage_note, version_links
from web.views import reader_path

router = APIRouter(prefix="/read", include_in_schema=False)

BAD_QUOTE = "The passage that this link points to can't be found in this version, so nothing is highlighted below."

FATE_LABELS = {"changed": "Changed", "added": "Added", "removed": "Removed", "moved": "Moved here"}


@router.get("/{document_id}")
def current_version(document_id: str, site: CurrentSite) -> Response:
    """Leads to the current version; a range counted on another version would be wrong there: it is dropped."""
    return RedirectResponse(reader_path(site.chatbot.document(document_id)), 302)


@router.get("/{document_id}/{version}")
def read(document_id: str, version: str, site: CurrentSite, quote: str | None = None) -> Response:
    """The explainer at *version*, with the span *quote* (``START-END``) marked and what became of it since."""
    document = site.chatbot.document(document_id, version)
    span = parse_range(quote, len(document.text)) if quote is not None else None
    view = reader_view(document, span)
    missed = quote is not None and not view.highlighted
    current = _current(site, document_id)
    newer = current if current and current.version != document.version else None
    versions = version_links(site.chatbot.versions(document_id), document.version, current.version if current else None)
    policy = content_security_policy(("'self'", *site.allowed_origins))
    return site.pages.render(
        "reader.html",
        headers={"Content-Security-Policy": policy},
        document=document,
        view=view,
        notice=BAD_QUOTE if missed else None,
        source_url=web_address(document.url),
        withdrawn=current is None,
        newer=newer,
        newer_path=reader_path(newer) if newer else None,
        earlier=_is_earlier(versions),
        changes_path=changes_path(document),
        passage=passage_note(document, newer, span) if newer and span and view.highlighted else None,
        versions=versions,
    )


@router.get("/{document_id}/{version}/changes")
def changes(document_id: str, version: str, site: CurrentSite, to: str = "") -> Response:
    """What changed from *version* to the version *to*, or to the current one where that isn't given."""
    old, current = site.chatbot.document(document_id, version), _current(site, document_id)
    new = site.chatbot.document(document_id, to) if to else current
    current_version = current.version if current else None
    return site.pages.render(
        "changes.html",
        old=old,
        new=new,
        before=_named(old, current_version),
        after=_named(new, current_version) if new else None,
        withdrawn=new is None,
        sections=changed_sections(old, new) if new else (),
        labels=FATE_LABELS,
        versions=version_links(site.chatbot.versions(document_id), version, current_version),
    )


def _named(document: Document, current: str | None) -> dict[str, Any]:
    """A version as a sentence names it."""
    name = "current version" if document.version == current else f"version {document.version}"
    return {"name": name, "href": reader_path(document), "as_of": document.as_of}


def _current(site: Site, document_id: str) -> Document | None:
    """The current version; None where the explainer is no longer published."""
    try:
        return site.chatbot.document(document_id)
    except DocumentNotFound:
        return None


def _is_earlier(versions: Sequence[VersionLink]) -> bool:
    """Whether the version of the page comes before the current one; an older one may have been published again."""
    marked = [version for version in versions if version.is_current or version.is_this]
    return not marked or marked[0].is_current
