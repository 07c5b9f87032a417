"""A chatbot that answers from a script, behind the surface of `bot.chatbot.Chatbot` that the web depends on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol, cast

from bot.answerability import Assessment
from bot.answers import (
    Answer,
    AnswerSentence,
    Citation,
    CitedDocument,
    CitedNote,
    NearestSection,
    Refusal,
    RefusalReason,
    Reply,
    ScoredPassage,
    Turn,
)
from bot.chatbot import Chatbot, clean_question
from bot.conversation_stores import InMemoryConversationStore
from bot.ports import ConversationStore, ConversationSummary
from bot.rewrite import Query
from bot.selection import Selection, selected_ids
from bot.source import FixedSource
from corpus.builder import DocumentBuilder, Metadata
from corpus.documents import Document, DocumentCard, Span
from corpus.errors import DocumentNotFound
from corpus.inline import InlineText, Mark
from index.archive import ArchivedVersion
from index.passages import Passage, passage_id
from web.suggestions import ASKED_AS


class ChatbotSurface(Protocol):
    """All that the web may use of a chatbot; the integration test holds the real one to it."""

    @property
    def conversations(self) -> ConversationStore: ...
    @property
    def index_version(self) -> str: ...
    @property
    def max_question_chars(self) -> int: ...
    @property
    def answer_threshold(self) -> float: ...
    @property
    def language(self) -> str: ...
    def assess(self, query: Query) -> Assessment: ...
    def selected(self, selection: Selection) -> ChatbotSurface: ...
    def forgetful(self) -> ChatbotSurface: ...
    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply: ...
    def documents(self) -> tuple[DocumentCard, ...]: ...
    def texts(self) -> tuple[Document, ...]: ...
    def document(self, document_id: str, version: str | None = None) -> Document: ...
    def versions(self, document_id: str) -> Sequence[ArchivedVersion]: ...


class FakeConversations(InMemoryConversationStore):
    """Keeps conversations in memory, all of one day."""

    def conversations(self, limit: int = 50, owner: str | None = None) -> Sequence[ConversationSummary]:
        day = datetime(2025, 4, 14, tzinfo=UTC)
        return [replace(each, updated_at=day) for each in super().conversations(limit, owner)]


@dataclass
class FakeChatbot:
    """Answers by the word "list", "table" or "fact" in a question, raises what it is told to, and refuses the rest."""

    current: tuple[Document, ...]
    old: tuple[Document, ...] = ()
    conversations: FakeConversations = field(default_factory=FakeConversations)
    index_version: str = "20250414-1"
    max_question_chars: int = 200
    answer_threshold: float = 0.5
    language: str = "en"
    failure: Exception | None = None
    histories: list[Sequence[str]] = field(default_factory=list)
    """What came before each question of a reader's; suggestions that are tried are no reader's."""
    silent_on: frozenset[str] = frozenset()
    """Headings that questions about are refused."""
    chosen_from: tuple[Document, ...] = ()
    """All documents, where ``current`` is a choice of them."""

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        if self.failure:
            raise self.failure
        question = clean_question(question, self.max_question_chars)
        if conversation_id != ASKED_AS:
            self.histories.append(history)
        reply = self._reply(question)
        self.conversations.append(conversation_id, Turn(question, reply))
        return reply

    def assess(self, query: Query) -> Assessment:
        likely = 0.9 if query.text in self.current[0].text else 0.1
        return Assessment(likely, off_topic=False, missing=())

    def selected(self, selection: Selection) -> FakeChatbot:
        every = self.chosen_from or self.current
        ids = selected_ids([document.card for document in every], selection, None)
        return replace(self, current=tuple(d for d in every if d.id in ids), chosen_from=every)

    def forgetful(self) -> FakeChatbot:
        return replace(self, conversations=FakeConversations())

    def documents(self) -> tuple[DocumentCard, ...]:
        return tuple(document.card for document in self.current)

    def texts(self) -> tuple[Document, ...]:
        return self.current

    def document(self, document_id: str, version: str | None = None) -> Document:
        known = self.current if version is None else self._ever
        for document in known:
            if document.id == document_id and version in (None, document.version):
                return document
        raise DocumentNotFound(f"There is no explainer {document_id!r} here; see the list of explainers.")

    def versions(self, document_id: str) -> Sequence[ArchivedVersion]:
        """The current version is the newest, and each old one is a day older than the one before it."""
        known = [document for document in self._ever if document.id == document_id]
        if not known:
            raise DocumentNotFound(f"There is no explainer {document_id!r} here, at any version.")
        newest = datetime(2025, 4, 14, tzinfo=UTC)
        return [ArchivedVersion(document.card, newest - timedelta(days=age)) for age, document in enumerate(known)]

    @property
    def _ever(self) -> tuple[Document, ...]:
        return tuple(dict.fromkeys((*self.current, *self.chosen_from, *self.old)))

    def _reply(self, question: str) -> Reply:
        document = self.current[0]
        if "list" in question:
            return list_answer(document)
        if "table" in question:
            return table_answer(document)
        if "fact" in question:
            return fact_answer(document)
        heading = re.fullmatch(r"What does the explainer say about (.+)\?", question)
        if heading and heading[1] not in self.silent_on:
            return section_answer(document, heading[1])
        if question == "thanks!":
            return refusal(document, RefusalReason.NOT_A_QUESTION)
        return refusal(document)


def permits(as_of: date = date(2025, 4, 14), years: str = "five", language: str = "en") -> Document:
    """An explainer with every kind of block, two notes, and text that would break a page if it weren't escaped."""
    builder = DocumentBuilder()
    builder.add_paragraph("Wells & springs <need> permits.")
    builder.add_heading(2, "Permits")
    term = f"A permit is valid for {years} years."
    renewal = f"{term} It can be renewed twice."
    builder.add_paragraph(InlineText(renewal, (Mark(len(term), "1", "[1]"), Mark(len(renewal), "2", "[2]"))))
    builder.add_heading(3, "What an <owner> must do")
    builder.add_paragraph("The owner of a well must:")
    builder.add_list(["test the water each year;", "keep the records;", "report “<script>alert(1)</script>”."])
    builder.add_paragraph("A renewal takes these steps:")
    builder.add_list(["File the form.", "Pay the fee."], ordered=True)
    builder.add_heading(2, "Fees")
    builder.add_table([["Kind", "Fee"], ["Private well", "$40"], ["Spring", "$25"]])
    builder.add_note("1", "Older permits ran for three years.")
    builder.add_note("2", "Once for springs.")
    return builder.build(
        Metadata(
            id="water-permits",
            title='Drinking-Water "Permits" <Explained>',
            publisher="Sample & Sons",
            as_of=as_of,
            language=language,
            topics=("water",),
            url="javascript:alert(1)",
        )
    )


def span_of(document: Document, quote: str) -> Span:
    """Where *quote* stands in *document*."""
    start = document.text.index(quote)
    return Span(start, start + len(quote))


def cited(document: Document) -> CitedDocument:
    """*document* as a citation names it."""
    return CitedDocument.of(document)


def citation(document: Document, number: int, quote: str, *notes: CitedNote) -> Citation:
    """A citation of *quote*, placed in the section that holds it."""
    span = span_of(document, quote)
    section = next(s.path for s in document.sections if s.span.contains(span))
    passage = passage_id(document.id, document.version, span)
    return Citation(number, quote, span, section, cited(document), passage, notes)


def passage(document: Document, quote: str) -> ScoredPassage:
    """A retrieved passage."""
    span = span_of(document, quote)
    key = passage_id(document.id, document.version, span)
    return ScoredPassage(
        Passage(key, document.id, document.version, span.start, span.end, quote, ("Permits",), (), ()), 0.0312345678
    )


def fact_answer(document: Document) -> Answer:
    """One sentence, with the document's own note."""
    quote = "A permit is valid for five years."
    note = CitedNote("1", "Older permits ran for three years.")
    return Answer(
        (AnswerSentence(quote, (1,)),),
        (citation(document, 1, quote, note),),
        (passage(document, quote),),
        timings_ms={"total": 12.5},
    )


def section_answer(document: Document, heading: str) -> Reply:
    """The first block under *heading*, or a refusal where there is no such section."""
    section = next((s for s in document.sections if s.heading == heading), None)
    if section is None:
        return refusal(document)
    quote = section.blocks[0].span.of(document.text)
    return Answer((AnswerSentence(quote, (1,)),), (citation(document, 1, quote),))


def list_answer(document: Document) -> Answer:
    """A lead-in with three items; the first footnote is used twice, and one sentence says what it is about."""
    items = ["test the water each year;", "keep the records;", "report “<script>alert(1)</script>”."]
    lead_in = "The owner of a well must:"
    sentences = (
        AnswerSentence(lead_in, (1,)),
        *(AnswerSentence(item, (number,), item=True) for number, item in enumerate(items, start=2)),
        AnswerSentence("It can be renewed twice.", (5, 1), about="Permits"),
    )
    quotes = [lead_in, *items, "It can be renewed twice."]
    return Answer(sentences, tuple(citation(document, n, quote) for n, quote in enumerate(quotes, start=1)))


def table_answer(document: Document) -> Answer:
    """A row of a table after its header row."""
    rows = ["Kind | Fee", "Spring | $25"]
    return Answer(
        tuple(AnswerSentence(row, (number,)) for number, row in enumerate(rows, start=1)),
        tuple(citation(document, number, row) for number, row in enumerate(rows, start=1)),
    )


def refusal(document: Document, reason: RefusalReason = RefusalReason.NOT_IN_TEXT) -> Refusal:
    """A refusal with one section to read instead, and one place that stands under no heading."""
    section = document.sections[1]
    nearest = (
        NearestSection(section.path, cited(document), section.span),
        NearestSection((), cited(document), document.sections[0].span),
    )
    return Refusal(reason, "The explainer doesn’t say who <pays> for this.", nearest)


def in_spanish(document: Document) -> Document:
    """The same content in another language."""
    return replace(document, id="permisos", language="es")


def still(chatbot: ChatbotSurface) -> FixedSource:
    """A source that hands out *chatbot* and nothing else."""
    return FixedSource(cast(Chatbot, chatbot))
