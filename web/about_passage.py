"""A question about a passage: the explainer that alone may answer it, and the passage that stands above its box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import NothingSelected
from bot.selection import Selection
from bot.wording import message
from corpus.documents import Document
from corpus.errors import DocumentNotFound
from web.reader import parse_range
from web.versions import passage_permalink
from web.views import reader_path

if TYPE_CHECKING:
    from bot.chatbot import Chatbot

UNKNOWN_DOCUMENT = message(
    "The explainer that you ask about isn’t here, or not any more; ask without it, or choose another one."
)

_LONGEST_SHOWN = 400  # code points; the passage is a reminder, and its link opens all of it


@dataclass(frozen=True, slots=True)
class AboutPassage:
    """What a question is about. ``text`` is empty where it is about the whole explainer.

    ``document``, ``version`` and ``quote`` are the fields of a form, as they came.
    """

    document: str
    version: str
    quote: str
    title: str
    language: str
    text: str
    href: str
    is_current: bool


def selection_of(fields: Mapping[str, str], chatbot: Chatbot) -> Selection | None:
    """The selection that the field ``document`` names, or None where there is none.

    Raises `NothingSelected` where no answer comes from that document.
    """
    document_id = fields.get("document", "")
    if not document_id:
        return None
    if document_id not in {card.id for card in chatbot.documents()}:
        raise NothingSelected(UNKNOWN_DOCUMENT)
    return Selection(documents=frozenset({document_id}))


def about_passage(fields: Mapping[str, str], chatbot: Chatbot) -> AboutPassage | None:
    """What *fields* say a question is about. Raises `NothingSelected` as `selection_of` does.

    A version or passage that can't be found is left out: the explainer is what limits the answer.
    """
    if selection_of(fields, chatbot) is None:
        return None
    current = chatbot.document(fields["document"])
    document = _version(chatbot, current, fields.get("version", ""))
    span = parse_range(fields.get("quote", ""), len(document.text)) if document else None
    shown = document or current
    return AboutPassage(
        document=current.id,
        version=shown.version,
        quote=fields.get("quote", "") if span else "",
        title=shown.title,
        language=shown.language,
        text=_shortened(span.of(shown.text).strip()) if span else "",
        href=passage_permalink(shown, span) if span else reader_path(shown),
        is_current=shown.version == current.version,
    )


def _version(chatbot: Chatbot, current: Document, version: str) -> Document | None:
    try:
        return chatbot.document(current.id, version) if version else current
    except DocumentNotFound:
        return None


def _shortened(text: str) -> str:
    """*text*, ended at a word where it is long."""
    if len(text) <= _LONGEST_SHOWN:
        return text
    return f"{text[:_LONGEST_SHOWN].rsplit(maxsplit=1)[0]} …"
