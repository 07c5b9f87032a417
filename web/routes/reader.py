"""The reader: an explainer as a page, with the quote of a footnote highlighted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from bot.footnotes import web_address
from bot.wording import Wording, message
from corpus.documents import Document
from corpus.errors import DocumentNotFound
from web.beside_chat import BesideChat, Surroundings
from web.reader import parse_range, reader_view
from web.site import CurrentSite, Site
from web.versions import VersionLink, changed_sections, changes_path, passage_note, version_links
from web.views import reader_path

router = APIRouter(prefix="/read", include_in_schema=False)

BAD_QUOTE = message(
    "The passage that this link points to can't be found in this version, so nothing is highlighted below."
)

FATE_LABELS = {
    "changed": message("Changed"),
    "added": message("Added"),
    "removed": message("Removed"),
    "moved": message("Moved here"),
}


@router.get("/{document_id}")
def current_version(document_id: str, site: CurrentSite, around: Surroundings) -> Response:
    """Leads to the current version; a range counted on another version would be wrong there: it is dropped."""
    return RedirectResponse(around.keep(reader_path(site.published(document_id))), 302)


@router.get("/{document_id}/{version}")
def read(
    document_id: str,
    version: str,
    site: CurrentSite,
    around: Surroundings,
    quote: str | None = None,
    words: str = "",
) -> Response:
    """The explainer at *version*, with the span *quote* (``START-END``) marked and what became of it since.

    The span *words* is marked more strongly, where it lies inside the quote.
    """
    document = site.chatbot.document(document_id, version)
    span = parse_range(quote, len(document.text)) if quote is not None else None
    view = reader_view(document, span, parse_range(words, len(document.text)))
    current = _current(site, document_id)
    newer = current if current and current.version != document.version else None
    versions = version_links(site.chatbot.versions(document_id), document.version, current.version if current else None)
    return site.pages.render(
        "reader.html",
        framed=around.framed,
        stay=around.keep,
        document=document,
        view=view,
        notice=site.pages.words.translated(BAD_QUOTE) if quote is not None and not view.highlighted else None,
        source_url=web_address(document.url),
        page_path=reader_path(document),
        withdrawn=current is None,
        asking=_asking(around) if _may_be_asked(site, document_id) else None,
        quote=quote if view.highlighted else None,
        newer=newer,
        newer_path=reader_path(newer) if newer else None,
        earlier=_is_earlier(versions),
        changes_path=changes_path(document),
        passage=passage_note(document, newer, span) if newer and span and view.highlighted else None,
        versions=versions,
    )


def _may_be_asked(site: Site, document_id: str) -> bool:
    """Whether questions about it are answered here: it is published, in the collection that answers."""
    return document_id in {card.id for card in site.chatbot.documents()}


def _asking(around: BesideChat) -> str:
    """Where a question about a passage is asked: in the conversation that the page was opened from, or a new one."""
    return f"/c/{around.conversation_id}" if around.conversation_id else "/"


@router.get("/{document_id}/{version}/changes")
def changes(document_id: str, version: str, site: CurrentSite, around: Surroundings, to: str = "") -> Response:
    """What changed from *version* to the version *to*, or to the current one where that isn't given."""
    old, current = site.chatbot.document(document_id, version), _current(site, document_id)
    new = site.chatbot.document(document_id, to) if to else current
    current_version = current.version if current else None
    words = site.pages.words
    return site.pages.render(
        "changes.html",
        framed=around.framed,
        stay=around.keep,
        old=old,
        new=new,
        before=_named(old, current_version, words),
        after=_named(new, current_version, words) if new else None,
        withdrawn=new is None,
        sections=changed_sections(old, new) if new else (),
        labels={fate: words.translated(label) for fate, label in FATE_LABELS.items()},
        versions=version_links(site.chatbot.versions(document_id), version, current_version),
    )


def _named(document: Document, current: str | None, words: Wording) -> dict[str, Any]:
    """A version as a sentence names it."""
    if document.version == current:
        name = words.say("the current version")
    else:
        name = words.say("the version {version}", version=document.version)
    return {"name": name, "href": reader_path(document), "as_of": document.as_of}


def _current(site: Site, document_id: str) -> Document | None:
    """The current version; None where the explainer is no longer published."""
    try:
        return site.published(document_id)
    except DocumentNotFound:
        return None


def _is_earlier(versions: Sequence[VersionLink]) -> bool:
    """Whether the version of the page comes before the current one; an older one may have been published again."""
    marked = [version for version in versions if version.is_current or version.is_this]
    return not marked or marked[0].is_current
