"""The JSON of the API, for OpenAPI: what a request may hold, and what a reply holds.

Replies are written by `bot.footnotes.reply_dict`, the one serialiser of every channel; these models describe
it. A test holds them to it, field by field.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from bot.selection import Selection
from corpus.documents import Document, DocumentCard
from web.site import CONVERSATION_ID

MAX_HISTORY = 50


def _whole(text: str) -> str:
    """*text*, unless half of a character is missing: JSON can spell that, UTF-8 can't."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PydanticCustomError("broken_text", "it isn't valid Unicode text") from error
    return text


Text = Annotated[str, AfterValidator(_whole)]
Language = Literal["en", "es"]
"""The languages of `bot.wording.languages`, by name for the description; a test holds the two together."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


Names = Annotated[frozenset[Text], Field(max_length=100)]


class FilterBody(_Strict):
    """Which explainers may answer: each part that is given must hold, and of several topics (and so on) any one."""

    documents: Names = Field(default=frozenset(), description="Ids of explainers.")
    collection: Text | None = Field(default=None, min_length=1, description="A publisher's collection.")
    topics: Names = Field(default=frozenset(), description="Topics, as the list of explainers has them.")
    publishers: Names = Field(default=frozenset(), description="Publishers.")
    languages: Names = Field(default=frozenset(), description="Languages (BCP 47), such as es.")
    as_of_from: date | None = Field(default=None, description="The earliest date as of which an explainer holds.")
    as_of_to: date | None = Field(default=None, description="The latest such date.")

    def selection(self) -> Selection:
        """The same as the chatbot has it."""
        return Selection(**dict(self))


class AskRequest(_Strict):
    """A question."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": "How long is a permit valid?"},
                {
                    "question": "And who may renew it?",
                    "conversation_id": "kT3vQ9x0bW-2mZr_81LuYe",
                    "history": ["How long is a permit valid?"],
                },
                {"question": "Who pays?", "filter": {"topics": ["water"], "as_of_from": "2025-01-01"}},
            ]
        },
    )

    question: Text = Field(description="The reader's question, in their words.")
    conversation_id: Annotated[str, Field(pattern=f"^{CONVERSATION_ID.pattern}$")] | None = Field(
        default=None, description="The conversation to go on with; left out, a new one begins."
    )
    history: list[Text] = Field(
        default=[],
        max_length=MAX_HISTORY,
        description="Earlier questions, oldest first, where the conversation isn't kept here.",
    )
    filter: FilterBody | None = Field(default=None, description="Which explainers may answer; left out, all.")
    language: Language = Field(
        default="en", description="The language of the bot's own words, such as those of a refusal."
    )


class DocumentRef(_Strict):
    """The document version that a footnote cites."""

    id: str
    title: str
    version: str
    as_of: date | None
    language: str
    url: str | None = Field(description="The publisher's own page, where there is one.")


class NoteBody(_Strict):
    """The document's own note under a citation."""

    label: str
    text: str


class WordsBody(_Strict):
    """The words of a quote that answer most exactly, as code points of the document's text."""

    start: int
    end: int


class FootnoteBody(_Strict):
    """A footnote: ``document_text[start:end] == quote``, counted in Unicode code points."""

    number: int
    quote: str
    section: list[str]
    document: DocumentRef
    start: int
    end: int
    words: WordsBody | None
    permalink: str
    notes: list[NoteBody]


class SentenceBody(_Strict):
    """A sentence of the answer, or an item of a list; ``about`` names the section that it leans on, where it does.

    In an answer from several documents it also names the document, in the first sentence from each.
    """

    text: str
    footnotes: list[int]
    about: str | None
    item: bool


class NearestBody(_Strict):
    """A section to read instead."""

    section: list[str]
    permalink: str


class RefusalBody(_Strict):
    """Why there is no answer."""

    reason: str
    message: str
    nearest: list[NearestBody]


class PassageBody(_Strict):
    """A passage that was looked at."""

    id: str
    document: str
    text: str
    score: float


REPLY_EXAMPLE: dict[str, Any] = {
    "conversation_id": "kT3vQ9x0bW-2mZr_81LuYe",
    "status": "answered",
    "answer": "A permit is valid for five years. [1]",
    "sentences": [{"text": "A permit is valid for five years.", "footnotes": [1], "about": None, "item": False}],
    "footnotes": [
        {
            "number": 1,
            "quote": "A permit is valid for five years.",
            "section": ["Permits", "Renewal"],
            "document": {
                "id": "water-permits",
                "title": "Drinking-Water Permits",
                "version": "3f2a9c01d4e7",
                "as_of": "2025-03-01",
                "language": "en",
                "url": "https://example.org/water-permits",
            },
            "start": 1204,
            "end": 1237,
            "words": {"start": 1226, "end": 1236},
            "permalink": "/read/water-permits/3f2a9c01d4e7?quote=1204-1237#quote",
            "notes": [],
        }
    ],
    "refusal": None,
    "passages": [],
    "timings_ms": {"total": 12.5},
}


class ReplyBody(_Strict):
    """A reply: an answer whose every sentence has a footnote, or a refusal with its reason.

    The footnotes of a refusal (``false_premise``) quote what the text does say.
    """

    conversation_id: str
    status: Literal["answered", "refused"]
    answer: str
    sentences: list[SentenceBody]
    footnotes: list[FootnoteBody]
    refusal: RefusalBody | None
    passages: list[PassageBody]
    timings_ms: dict[str, float]


class TurnBody(_Strict):
    """A question with its reply, null where none was kept; turns count from 1."""

    turn: int
    question: str
    reply: ReplyBody | None


class ConversationBody(_Strict):
    """All that is kept of a conversation."""

    conversation_id: str
    title: str | None
    turns: list[TurnBody]


class SuggestionBody(_Strict):
    """A first question, in the language of its explainer."""

    text: str
    language: str


class SuggestionsBody(_Strict):
    """First questions that the explainers answer; none while they are still being worked out."""

    questions: list[SuggestionBody]


class DocumentSummary(_Strict):
    """An explainer in the list."""

    id: str
    title: str
    publisher: str | None
    version: str
    as_of: date | None
    language: str
    topics: list[str]

    @classmethod
    def of(cls, document: DocumentCard) -> DocumentSummary:
        """*document* without its text."""
        return cls(**_summary_fields(document))


class SectionBody(_Strict):
    """A section: the headings down to it, and where it stands."""

    path: list[str]
    start: int
    end: int


class DocumentNote(_Strict):
    """One of the document's own notes; ``marks`` are the offsets at which its marks stood."""

    label: str
    start: int
    end: int
    marks: list[int]


class DocumentBody(DocumentSummary):
    """An explainer with its canonical text; offsets count Unicode code points of ``text``."""

    text: str
    sections: list[SectionBody]
    notes: list[DocumentNote]

    @classmethod
    def whole(cls, document: Document) -> DocumentBody:
        """*document* in full."""
        return cls(
            **_summary_fields(document.card),
            text=document.text,
            sections=[
                SectionBody(path=list(section.path), start=section.span.start, end=section.span.end)
                for section in document.sections
            ],
            notes=[
                DocumentNote(label=note.label, start=note.span.start, end=note.span.end, marks=list(note.marks))
                for note in document.notes
            ],
        )


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it; ``detail`` is one sentence for people."""

    type: Literal["about:blank"] = "about:blank"
    title: str = Field(examples=["The question can't be asked"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["The question is empty; please type one."])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """The index is loaded and questions can be asked."""

    status: Literal["ready"] = "ready"
    index_version: str
    documents: int


def _summary_fields(document: DocumentCard) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "publisher": document.publisher,
        "version": document.version,
        "as_of": document.as_of,
        "language": document.language,
        "topics": list(document.topics),
    }
