"""Footnotes for people and programs: permalinks, and the reply as JSON (the contract in the README)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.answers import Answer, Citation, CitedDocument, NearestSection, Refusal, Reply, ScoredPassage
from corpus.documents import Span


def permalink(document: CitedDocument, span: Span) -> str:
    """The path, on the bot's own site, that opens *span* highlighted in the pinned version of *document*.

    The span is in the query, not only in the fragment, so that the page can highlight it without JavaScript.
    """
    return f"/read/{quote(document.id, safe='')}/{document.version}?quote={span.start}-{span.end}#quote"


def document_dict(document: CitedDocument) -> dict[str, Any]:
    """The document part of a footnote; ``as_of`` is an ISO 8601 date or null, ``url`` the publisher's own page."""
    return {
        "id": document.id,
        "title": document.title,
        "version": document.version,
        "as_of": document.as_of.isoformat() if document.as_of else None,
        "language": document.language,
        "url": web_address(document.url),
    }


def web_address(url: str | None) -> str | None:
    """*url* where a browser may open it: a link to anything else would run what an explainer says."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def section_path(section: tuple[str, ...], document: CitedDocument) -> list[str]:
    """The heading path; text that stands under no heading is placed by the document's title."""
    return list(section) or [document.title]


def citation_dict(citation: Citation) -> dict[str, Any]:
    """One footnote as JSON."""
    return {
        "number": citation.number,
        "quote": citation.quote,
        "section": section_path(citation.section, citation.document),
        "document": document_dict(citation.document),
        "start": citation.span.start,
        "end": citation.span.end,
        "words": {"start": citation.words.start, "end": citation.words.end} if citation.words else None,
        "permalink": permalink(citation.document, citation.span),
        "notes": [{"label": note.label, "text": note.text} for note in citation.notes],
    }


def _nearest_dict(nearest: NearestSection) -> dict[str, Any]:
    return {
        "section": section_path(nearest.section, nearest.document),
        "permalink": permalink(nearest.document, nearest.span),
    }


def _passage_dict(scored: ScoredPassage) -> dict[str, Any]:
    passage = scored.passage
    return {
        "id": passage.id,
        "document": passage.document_id,
        "text": passage.text,
        "score": round(scored.score, 6),
    }


def _refusal_dict(refusal: Refusal) -> dict[str, Any]:
    return {
        "reason": refusal.reason.value,
        "message": refusal.message,
        "nearest": [_nearest_dict(nearest) for nearest in refusal.nearest],
    }


def _answer_parts(reply: Reply) -> dict[str, Any]:
    match reply:
        case Answer():
            return {
                "answer": reply.text,
                "sentences": [
                    {"text": s.text, "footnotes": list(s.footnotes), "about": s.about, "item": s.item}
                    for s in reply.sentences
                ],
                "footnotes": [citation_dict(citation) for citation in reply.citations],
                "refusal": _refusal_dict(reply.partly) if reply.partly else None,
            }
        case Refusal():
            return {
                "answer": "",
                "sentences": [],
                "footnotes": [citation_dict(citation) for citation in reply.says],
                "refusal": _refusal_dict(reply),
            }


def reply_dict(reply: Reply, conversation_id: str, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """*reply* as the JSON of the README's contract; *extra* (a batch line's ``id``) comes first."""
    return {
        **(extra or {}),
        "conversation_id": conversation_id,
        "status": reply.status,
        **_answer_parts(reply),
        "passages": [_passage_dict(scored) for scored in reply.passages],
        "timings_ms": dict(reply.timings_ms),
    }


def with_site(body: Any, address: str) -> Any:
    """*body*, as the functions here make it, with *address* (no slash at its end) before every permalink in it."""
    if isinstance(body, list):
        return [with_site(item, address) for item in body]
    if not isinstance(body, dict):
        return body
    return {
        key: f"{address}{value}" if key == "permalink" else with_site(value, address) for key, value in body.items()
    }
