"""One question, one reply: an answer with footnotes, or a refusal with its reason.

A generator makes a `Draft`. Only `bot.ground` makes an `Answer`. A `Refusal` is a value, never an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal, Self

from corpus.documents import Document, DocumentCard, Span
from index.passages import Passage


@dataclass(frozen=True, slots=True)
class Source:
    """Where a claim says it comes from: a passage, and the exact slice where the generator knows it."""

    passage_id: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One unchecked sentence.

    ``about`` names the section that a sentence leans on ("This model …"); ``item`` marks a list item.
    """

    text: str
    sources: tuple[Source, ...]
    about: str | None = None
    item: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What a generator proposes; nothing in it has been checked."""

    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage as retrieved, with its share of the fused scores of all that was found, between 0 and 1."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """The document version that a citation points into."""

    id: str
    title: str
    version: str
    as_of: date | None = None
    language: str = "en"
    url: str | None = None

    @classmethod
    def of(cls, document: Document | DocumentCard) -> Self:
        """*document* as it is cited."""
        return cls(document.id, document.title, document.version, document.as_of, document.language, document.url)


@dataclass(frozen=True, slots=True)
class CitedNote:
    """The document's own note, shown under a citation of the sentence that carries its mark."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The record behind footnote ``number``: ``document.text[span.start:span.end] == quote``.

    ``words`` are those of the quote that answer most exactly, as a span of the document; None where nobody told them.
    """

    number: int
    quote: str
    span: Span
    section: tuple[str, ...]
    document: CitedDocument
    passage_id: str
    notes: tuple[CitedNote, ...] = ()
    words: Span | None = None


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer, and the numbers of its footnotes (at least one); the rest as in `Claim`.

    Where an answer draws on several documents, ``about`` names the document too, with its date, in the first sentence
    of each run from one of them.
    """

    text: str
    footnotes: tuple[int, ...]
    about: str | None = None
    item: bool = False


@dataclass(frozen=True, slots=True)
class NearestSection:
    """A section that a reader may want to read instead."""

    section: tuple[str, ...]
    document: CitedDocument
    span: Span


class RefusalReason(StrEnum):
    """Why there is no answer."""

    NOT_IN_TEXT = "not_in_text"
    OFF_TOPIC = "off_topic"
    NOT_A_QUESTION = "not_a_question"
    AFTER_AS_OF = "after_as_of"
    PERSONAL_OR_LEGAL_ADVICE = "personal_or_legal_advice"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    FALSE_PREMISE = "false_premise"
    PARTLY_ANSWERED = "partly_answered"


@dataclass(frozen=True, slots=True)
class RefusalDetails:
    """What the sentence of a refusal names, so that it can be said in any language.

    ``title`` is that of the document where there is only one; ``named`` what the text lacks or leaves open, in the
    reader's words; ``ends`` the last day that a text speaks of; ``year`` that of a document which isn't there;
    ``glossed`` whether the question was read word by word in another language.
    """

    title: str | None = None
    named: tuple[str, ...] = ()
    ends: date | None = None
    year: str | None = None
    glossed: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A declined question: the reason, one sentence to the reader, and up to three sections to read instead.

    ``probability`` is the estimated one that the text answers; None where that wasn't estimated. ``says``, where the
    question takes something for granted that the text doesn't say, is what it does say: quotes, numbered from 1.
    """

    reason: RefusalReason
    message: str
    nearest: tuple[NearestSection, ...] = ()
    passages: tuple[ScoredPassage, ...] = ()
    dropped: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict, compare=False)
    probability: float | None = None
    details: RefusalDetails | None = None
    says: tuple[Citation, ...] = ()
    status: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """A grounded answer. Footnotes are numbered 1..n in order of first use; each is used.

    ``partly`` says which parts of the question the text doesn't answer, where there are any. ``probability`` as in
    `Refusal`, the least of the parts that are answered.
    """

    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[ScoredPassage, ...] = ()
    dropped: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict, compare=False)
    partly: Refusal | None = None
    probability: float | None = None
    status: Literal["answered"] = "answered"

    def __post_init__(self) -> None:
        used = [number for sentence in self.sentences for number in sentence.footnotes]
        if not self.sentences or not all(sentence.footnotes for sentence in self.sentences):
            raise ValueError("An answer has at least one sentence, and each sentence at least one footnote.")
        first_uses = list(dict.fromkeys(used))
        if first_uses != [citation.number for citation in self.citations] or first_uses != list(
            range(1, len(first_uses) + 1)
        ):
            raise ValueError("Footnotes are numbered 1..n in order of first use, and each has its citation.")

    @property
    def text(self) -> str:
        """The answer with its marks, as plain text: ``Sentence. [1] Sentence. [2]``, a line for each list item.

        A section or document named in brackets before a sentence is ours; everything else is the document's.
        """
        parts: list[str] = []
        after_item = False
        for sentence in self.sentences:
            parts.append("\n• " if sentence.item else "\n" if after_item else " ")
            parts.append(f"[{sentence.about}] " if sentence.about else "")
            parts.append(" ".join([sentence.text, *(f"[{number}]" for number in sentence.footnotes)]))
            after_item = sentence.item
        return "".join(parts).strip()


Reply = Answer | Refusal


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its reply; the reply is absent where only the earlier question is known."""

    question: str
    reply: Reply | None = None
