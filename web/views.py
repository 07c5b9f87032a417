"""What the chat pages show, worked out before any template runs: pure functions from replies to views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from urllib.parse import quote

from bot.answers import (
    Answer,
    AnswerSentence,
    Citation,
    CitedDocument,
    CitedNote,
    Refusal,
    RefusalReason,
    Turn,
)
from bot.footnotes import permalink, section_path
from bot.refusal_words import refusal_in
from bot.wording import SOURCE_LANGUAGE, Wording, message, wording_in
from corpus.documents import Document, DocumentCard, Section, Span

ENGLISH = wording_in(SOURCE_LANGUAGE)

_MOST_OF_QUOTE = 0.7
"""Words that are more of their quote than this needn't be picked out of it."""

CELL_BAR = " | "
"""What stands between the cells of a row in canonical text."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A footnote's number behind a sentence; ``id`` is where the footnote leads back to."""

    number: int
    href: str
    label: str
    id: str | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with its marks."""

    text: str
    language: str
    about: str | None
    marks: tuple[Mark, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells, where the sentence is the row of a table."""
        return tuple(self.text.split(CELL_BAR))


class Shape(StrEnum):
    """What sentences that follow each other look like together."""

    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph of an answer, a list with one sentence an item, or a table with one sentence a row."""

    shape: Shape
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote as it stands below its answer; ``words`` are what stands before, in and after its exact words."""

    number: int
    id: str
    back: str
    quote: str
    words: tuple[str, str, str]
    section: str
    notes: tuple[CitedNote, ...]
    href: str


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """Footnotes that follow each other and cite one document, which is then named once."""

    document: CitedDocument
    footnotes: tuple[Footnote, ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as it is shown."""

    blocks: tuple[TextBlock, ...]
    sources: tuple[SourceGroup, ...]
    as_of: str | None
    """Of which day the cited documents speak, in a sentence; None where none of them is dated."""


@dataclass(frozen=True, slots=True)
class Link:
    """A section that a reader may open."""

    text: str
    href: str
    language: str


@dataclass(frozen=True, slots=True)
class RefusalView:
    """A refusal as it is shown; ``sources`` quote what the text says instead."""

    reason: str
    label: str
    message: str
    nearest: tuple[Link, ...]
    sources: tuple[SourceGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that the bot answers, offered to be asked next; ``language`` is that of its document."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class AfterView:
    """What can be done with a reply: it is copied, judged, and followed up.

    ``path`` is the turn's address; ``verdict`` what this reader said of the reply, ``explained`` whether they said why.
    """

    path: str
    number: int
    conversation_id: str
    as_of: str | None
    answered: bool
    refused: bool
    verdict: str | None = None
    explained: bool = False
    follow_ups: tuple[FollowUp, ...] = ()

    @property
    def replied(self) -> bool:
        """Whether there is a reply to judge; one that answers a part and refuses another is both."""
        return self.answered or self.refused


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn as it is shown; both are None where no reply was kept.

    An answer with a refusal beside it answers some parts of its question, and the refusal names the others.
    """

    number: int
    question: str
    answer: AnswerView | None
    refusal: RefusalView | None
    after: AfterView | None = None


@dataclass(frozen=True, slots=True)
class ExplainerView:
    """An explainer on the first page, with a few sections to begin with."""

    title: str
    publisher: str | None
    as_of: date | None
    language: str
    href: str
    starts: tuple[Link, ...]


def section_label(section: tuple[str, ...], document: CitedDocument) -> str:
    """The heading path in one line: ``Section › Subsection``."""
    return " › ".join(section_path(section, document))


def turn_view(number: int, turn: Turn, words: Wording = ENGLISH) -> TurnView:
    """*turn*, the *number*-th of its conversation, with *words* around what the explainers say."""
    answer = _answer_view(number, turn.reply, words) if isinstance(turn.reply, Answer) else None
    declined = turn.reply.partly if isinstance(turn.reply, Answer) else turn.reply
    refusal = _refusal_view(number, declined, words) if declined else None
    return TurnView(number, turn.question, answer, refusal)


def _answer_view(turn: int, answer: Answer, words: Wording) -> AnswerView:
    citations = {citation.number: citation for citation in answer.citations}
    seen: set[int] = set()
    sentences = []
    for sentence in answer.sentences:
        sentences.append((_kind(sentence, citations), _sentence(turn, sentence, citations, seen, words)))
        seen.update(sentence.footnotes)
    documents = dict.fromkeys(citation.document for citation in answer.citations)
    return AnswerView(_blocks(sentences), _sources(turn, answer.citations), as_of_line(tuple(documents), words))


def as_of_line(documents: Sequence[CitedDocument], words: Wording) -> str | None:
    """Of which day *documents* speak, in a sentence; None where none of them has a date.

    A document without a date among dated ones is named too: its sentences may be of any day.
    """
    days = {document.as_of for document in documents}
    first = documents[0].as_of
    if days == {None}:
        return None
    if len(days) == 1 and first:
        day = words.date(first)
        return words.count(
            "As of {day}, the date of the explainer.",
            "As of {day}, the date of the explainers.",
            len(documents),
            day=day,
        )
    dated = [
        words.say("“{title}” as of {day}", title=document.title, day=words.date(document.as_of))
        if document.as_of
        else words.say("“{title}” without a date", title=document.title)
        for document in documents
    ]
    return words.say("From {dated}.", dated=words.all_of(dated))


def after_view(conversation_id: str, turn: TurnView) -> AfterView:
    """What can be done with the reply of *turn*."""
    as_of = turn.answer.as_of if turn.answer else None
    path = f"/c/{conversation_id}/turns/{turn.number}"
    return AfterView(path, turn.number, conversation_id, as_of, turn.answer is not None, turn.refusal is not None)


def _sentence(
    turn: int, sentence: AnswerSentence, citations: dict[int, Citation], seen: set[int], words: Wording
) -> Sentence:
    marks = []
    for number in sentence.footnotes:
        citation = citations[number]
        section = section_label(citation.section, citation.document)
        label = words.say("Footnote {number}: {section}", number=str(number), section=section)
        first_use = None if number in seen else f"ref-{turn}-{number}"
        marks.append(Mark(number, f"#fn-{turn}-{number}", label, first_use))
    language = citations[sentence.footnotes[0]].document.language
    return Sentence(sentence.text, language, sentence.about, tuple(marks))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a sentence has in common with those it is shown together with; ``place`` keeps tables apart."""

    shape: Shape
    columns: int = 1
    place: tuple[CitedDocument, tuple[str, ...]] | None = None


def _kind(sentence: AnswerSentence, citations: dict[int, Citation]) -> _Kind:
    if sentence.item:
        return _Kind(Shape.LIST)
    columns = len(sentence.text.split(CELL_BAR))
    if columns == 1:
        return _Kind(Shape.PARAGRAPH)
    first = citations[sentence.footnotes[0]]
    return _Kind(Shape.TABLE, columns, (first.document, first.section))


def _blocks(sentences: Sequence[tuple[_Kind, Sentence]]) -> tuple[TextBlock, ...]:
    """Runs of items become lists, and runs of rows tables; a sentence that names what it is about begins a block.

    A row comes with its header row; one alone is rather a sentence with a bar in it.
    """
    runs: list[tuple[_Kind, list[Sentence]]] = []
    for kind, sentence in sentences:
        if runs and runs[-1][0] == kind and (kind.shape is Shape.LIST or not sentence.about):
            runs[-1][1].append(sentence)
        else:
            runs.append((kind, [sentence]))
    lone = {Shape.TABLE: Shape.PARAGRAPH}
    return tuple(
        TextBlock(lone.get(kind.shape, kind.shape) if len(run) == 1 else kind.shape, tuple(run)) for kind, run in runs
    )


def _sources(turn: int, citations: Sequence[Citation]) -> tuple[SourceGroup, ...]:
    return tuple(
        SourceGroup(document, tuple(_footnote(turn, citation) for citation in group))
        for document, group in groupby(citations, key=lambda citation: citation.document)
    )


def _footnote(turn: int, citation: Citation) -> Footnote:
    words = exact_words(citation)
    return Footnote(
        number=citation.number,
        id=f"fn-{turn}-{citation.number}",
        back=f"#ref-{turn}-{citation.number}",
        quote=citation.quote,
        words=words,
        section=section_label(citation.section, citation.document),
        notes=citation.notes,
        href=_with_words(permalink(citation.document, citation.span), citation.words if words[1] else None),
    )


def _with_words(href: str, words: Span | None) -> str:
    """The permalink *href*, with *words* to be marked more strongly inside its passage."""
    return href.replace("#", f"&words={words.start}-{words.end}#", 1) if words else href


def exact_words(citation: Citation) -> tuple[str, str, str]:
    """The quote before, in and after the words that answer most exactly; all of it before them where most of it is."""
    words, start = citation.words, citation.span.start
    if words is None or words.end - words.start > _MOST_OF_QUOTE * len(citation.quote):
        return citation.quote, "", ""
    begin, end = words.start - start, words.end - start
    return citation.quote[:begin], citation.quote[begin:end], citation.quote[end:]


def _refusal_view(turn: int, refusal: Refusal, words: Wording) -> RefusalView:
    nearest = tuple(
        Link(
            section_label(near.section, near.document),
            permalink(near.document, near.span),
            near.document.language,
        )
        for near in refusal.nearest
    )
    label = words.say(_REASON_LABELS[refusal.reason])
    told = refusal_in(words.language, refusal)
    return RefusalView(refusal.reason.value, label, told, nearest, _sources(turn, refusal.says))


_REASON_LABELS = {
    RefusalReason.NOT_IN_TEXT: message("Not in the text"),
    RefusalReason.OFF_TOPIC: message("Another subject"),
    RefusalReason.NOT_A_QUESTION: message("Not a question"),
    RefusalReason.AFTER_AS_OF: message("Later than the text"),
    RefusalReason.PERSONAL_OR_LEGAL_ADVICE: message("A question for a lawyer"),
    RefusalReason.FALSE_PREMISE: message("Not said as it is asked"),
    RefusalReason.UNSUPPORTED_LANGUAGE: message("Another language"),
    RefusalReason.PARTLY_ANSWERED: message("Part of it isn’t in the text"),
}


def reader_path(document: Document | DocumentCard) -> str:
    """The address of this version of *document* in the reader."""
    return f"/read/{quote(document.id, safe='')}/{document.version}"


def section_anchor(section: Section) -> str:
    """The HTML id of a section; the prefix keeps a heading from taking an id of the page's own."""
    return f"section-{section.slug}"


def explainer_view(document: Document) -> ExplainerView:
    """*document* for the first page."""
    path = reader_path(document)
    starts = tuple(
        Link(section.heading, f"{path}#{quote(section_anchor(section))}", document.language)
        for section in _starts(document)
    )
    return ExplainerView(document.title, document.publisher, document.as_of, document.language, path, starts)


def _starts(document: Document, count: int = 3) -> Sequence[Section]:
    """The outermost sections that say most, subsections counted, in reading order.

    The first and the last introduce and conclude, and say less than what lies between: they come in only
    where there is too little else.
    """
    outermost = [section for section in document.sections if len(section.path) == 1]
    inner = outermost[1:-1] if len(outermost) >= count + 2 else outermost
    longest = sorted(inner, key=lambda section: _length(document, section), reverse=True)[:count]
    return sorted(longest, key=lambda section: section.span.start)


def _length(document: Document, outer: Section) -> int:
    """How much text stands under *outer*, its subsections counted."""
    under = (section for section in document.sections if section.path[:1] == outer.path)
    return sum(section.span.end - section.span.start for section in under)
