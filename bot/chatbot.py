"""The main path: one question in, one reply out."""

from __future__ import annotations

import secrets
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.answerability import Assessment
from bot.answers import (
    Citation,
    CitedDocument,
    Draft,
    NearestSection,
    Refusal,
    RefusalDetails,
    RefusalReason,
    Reply,
    Turn,
)
from bot.conversation_stores import InMemoryConversationStore
from bot.errors import InvalidQuestion
from bot.gloss import GLOSSED, glossed_question, glossed_window
from bot.ground import ground
from bot.ports import AnswerGenerator, AnswerJudge, ConversationStore, DocumentArchive, Reader
from bot.premises import takes_for_granted
from bot.reader import PASSAGES_READ, Window, as_written, read_on, spelled_out, window_of
from bot.refusal_words import refused
from bot.refusals import details_of, is_after_text, reason_for, wants_advice
from bot.retrieve import Evidence, Retriever
from bot.rewrite import Query, resolve, resolve_parts
from bot.scope import Scope, scope_of
from bot.selection import Selection
from bot.wording import message
from corpus.documents import Document, DocumentCard
from corpus.errors import DocumentNotFound
from corpus.language import base_language
from index.archive import ArchivedVersion
from index.passages import Passage

_NEAREST = 3
_MOST_SAID = 2
"""Quotes that a refusal shows of what the text does say."""
GLOSSED_THRESHOLD = 0.5
"""The least probability that answers where the question or the text was glossed: what is asked is less sure."""


def new_conversation_id() -> str:
    """22 URL-safe random characters (128 bits): knowing one is what lets a reader see a conversation."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Chatbot:
    """Asks the index, drafts, checks, and remembers."""

    retriever: Retriever
    generator: AnswerGenerator
    judge: AnswerJudge
    conversations: ConversationStore
    archive: DocumentArchive
    selected: Callable[[Selection], Chatbot]
    """The same chatbot over only the documents that a selection lets through. Raises `bot.errors.NothingSelected`."""
    reader: Reader | None = None
    passages_read: int = PASSAGES_READ
    answer_threshold: float = 0.5
    glossed_threshold: float = GLOSSED_THRESHOLD
    max_question_chars: int = 2000

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        """The reply to *question*, asked after *history* and the conversation's own turns; it is kept there.

        Raises `InvalidQuestion`, `bot.errors.ConversationStoreError`, `bot.errors.GeneratorUnavailable`.
        """
        clock = _Clock()
        question = clean_question(question, self.max_question_chars)
        before = [*history, *(turn.question for turn in self.conversations.turns(conversation_id))]
        earlier = [text[: self.max_question_chars] for text in before]
        reply = self._reply(scope_of(question, self.documents()), earlier, clock)
        self.conversations.append(conversation_id, Turn(question, reply))
        return reply

    def _reply(self, scope: Scope, earlier: Sequence[str], clock: _Clock) -> Reply:
        """The reply to the question of *scope*, from the documents that it names."""
        if scope.missing:
            return refused(RefusalReason.NOT_IN_TEXT, RefusalDetails(year=scope.missing))
        within = self.selected(Selection(scope.ids, self._collection)) if scope.ids else self
        parts = resolve_parts(scope.question, earlier, within.language, within.retriever.gloss)
        findings = [within._find(query, clock) for query in parts]
        with clock.stage("ground"):
            return replace(within._decide(findings), timings_ms=clock.stages)

    def _find(self, query: Query, clock: _Clock) -> _Finding:
        """What is found for one part of the question; asked alone where it may be and isn't answered otherwise.

        What asks hardly more than a question that the text doesn't answer isn't answered either: a refusal isn't worn
        down by asking on.
        """
        if query.before is not None and query.hardly_asks_more:
            before = self._look_up(Query(query.before.text, query.before, unread=query.unread), clock)
            if not self._answers(before):
                return before
        found = self._look_up(query, clock)
        if query.may_stand_alone and not self._answers(found):
            alone = self._look_up(replace(query, before=None), clock)
            return alone if self._answers(alone) else found
        return found

    def _look_up(self, query: Query, clock: _Clock) -> _Finding:
        """What the index, the reader and the generator make of *query*."""
        with clock.stage("retrieve"):
            evidence = self.retriever.search(query)
        with clock.stage("read"):
            evidence = self._read(query, evidence)
        with clock.stage("draft"):
            draft = self.generator.draft(query, evidence)
            return _Finding(query, evidence, draft, self.judge.assess(query, evidence, draft))

    def forgetful(self) -> Chatbot:
        """The same chatbot, of whose conversations nothing is written anywhere."""
        return replace(self, conversations=InMemoryConversationStore())

    def assess(self, query: Query) -> Assessment:
        """How likely the text answers *query*, without a reply."""
        return self._look_up(query, _Clock()).assessment

    def _read(self, query: Query, evidence: Evidence) -> Evidence:
        """*evidence* with what the reader says of its best passages; as it was where none can read them."""
        passages = [scored.passage for scored in evidence.passages[: self.passages_read]]
        languages = {self._language_of(passage) for passage in passages}
        if self.reader is None or not languages <= {*self.reader.languages, GLOSSED}:
            return evidence
        windows = [self.window(passage) for passage in passages]
        readings = read_on(self.reader.read, self._as_read(query), windows)
        read = zip(passages, windows, readings, strict=False)
        return replace(evidence, readings={p.id: as_written(reading, window) for p, window, reading in read})

    def _as_read(self, query: Query) -> str:
        """The question as the reader reads it.

        A Spanish document keeps Spanish questions from being glossed before, whichever passages are found for them.
        """
        asked = self.retriever.index.expand(query.standalone)
        return glossed_question(asked) if GLOSSED in self.retriever.languages else asked

    def window(self, passage: Passage) -> Window:
        """*passage* as the reader is shown it: in English, its abbreviations spelled out."""
        window = window_of(passage, self.retriever.cards[passage.document_id].title)
        if self._language_of(passage) == GLOSSED:
            return glossed_window(window)
        return spelled_out(window, self.retriever.index.long_forms(passage.text, passage.document_id))

    def _language_of(self, passage: Passage) -> str:
        return base_language(self.retriever.cards[passage.document_id].language)

    def _decide(self, findings: Sequence[_Finding]) -> Reply:
        """The grounded answer to the parts that the text likely answers; a refusal where it answers none."""
        answered = [finding for finding in findings if self._answers(finding)]
        if not answered:
            return self._refuse(findings[0])
        evidence = _pooled([f.evidence for f in answered])
        grounded = ground(_joined([f.draft for f in answered]), evidence, self._cited_from(evidence))
        if grounded.answer is None:
            return replace(self._refuse(answered[0]), dropped=grounded.dropped)
        left = [finding for finding in findings if not self._answers(finding)]
        likely = min(finding.assessment.probability for finding in answered)
        return replace(grounded.answer, partly=self._partly(left) if left else None, probability=likely)

    def _cited_from(self, evidence: Evidence) -> dict[str, Document]:
        ids = {scored.passage.document_id for scored in evidence.passages}
        return {id_: self.retriever.index.document(id_) for id_ in ids}

    def _answers(self, finding: _Finding) -> bool:
        query = finding.query
        glossed = query.unread is not None or self._is_read_by_gloss(finding)
        threshold = max(self.answer_threshold, self.glossed_threshold) if glossed else self.answer_threshold
        likely = finding.assessment.probability >= threshold
        asks = query.asks and not wants_advice(query.text) and not wants_advice(query.asked.text)
        says_when = not is_after_text(query, self.documents(), finding.evidence)
        return likely and asks and says_when and query.is_understood and bool(finding.draft.claims)

    def _is_read_by_gloss(self, finding: _Finding) -> bool:
        """Whether the reader read the question, or a passage that the draft quotes, by its gloss."""
        if not finding.evidence.readings:
            return False
        if self._as_read(finding.query) != self.retriever.index.expand(finding.query.standalone):
            return True
        quoted = {source.passage_id for claim in finding.draft.claims for source in claim.sources}
        passages = (finding.evidence.passage(id_) for id_ in quoted & set(finding.evidence.readings))
        return any(self._language_of(passage) == GLOSSED for passage in passages if passage)

    def _refuse(self, finding: _Finding) -> Refusal:
        query, evidence = finding.query, finding.evidence
        missing = finding.assessment.missing
        reason = reason_for(query, self.documents(), finding.assessment.off_topic)
        details = details_of(query, missing, self.documents())
        says: tuple[Citation, ...] = ()
        if reason is RefusalReason.NOT_IN_TEXT and not details.named and takes_for_granted(query, evidence):
            says = self._said(finding)
            reason = RefusalReason.FALSE_PREMISE if says else reason
        return replace(
            refused(reason, details),
            nearest=self._nearest(evidence),
            passages=evidence.passages,
            probability=finding.assessment.probability,
            says=says,
        )

    def _said(self, finding: _Finding) -> tuple[Citation, ...]:
        """What the text says that comes nearest to an answer: checked quotes, as those of an answer are."""
        found = ground(finding.draft, finding.evidence, self._cited_from(finding.evidence)).answer
        return found.citations[:_MOST_SAID] if found else ()

    def _partly(self, left: Sequence[_Finding]) -> Refusal:
        """Which parts the answer leaves open, in the reader's words."""
        parts = tuple(finding.query.text.strip(" ?") for finding in left)
        details = replace(details_of(left[0].query, (), self.documents()), named=parts)
        return replace(refused(RefusalReason.PARTLY_ANSWERED, details), nearest=self._nearest(left[0].evidence))

    def _nearest(self, evidence: Evidence) -> tuple[NearestSection, ...]:
        """Up to three sections that the question comes closest to, each at its best passage."""
        nearest: dict[tuple[str, tuple[str, ...]], NearestSection] = {}
        for scored in evidence.passages:
            passage = scored.passage
            card = self.retriever.cards[passage.document_id]
            near = NearestSection(passage.section, CitedDocument.of(card), passage.span)
            nearest.setdefault((card.id, passage.section), near)
        return tuple(nearest.values())[:_NEAREST]

    def warm_up(self) -> None:
        """Loads the model now, so that the first question doesn't wait for it."""
        query = resolve("warm up", [], self.language, self.retriever.gloss)
        self._read(query, self.retriever.search(query))

    @property
    def language(self) -> str:
        """The language that most documents are in, in which questions are read."""
        languages = [document.language for document in self.documents()]
        return max(sorted(set(languages)), key=languages.count, default="en")

    @property
    def _collection(self) -> str | None:
        """The one collection that the documents are in."""
        return next((card.collection for card in self.documents()), None)

    @property
    def index_version(self) -> str:
        """The name of the index that answers."""
        return self.retriever.index.version

    def documents(self) -> tuple[DocumentCard, ...]:
        """The documents that answers come from, at their current versions, by id."""
        return self.retriever.index.cards

    def texts(self) -> tuple[Document, ...]:
        """The same documents, each whole."""
        return tuple(self.document(card.id) for card in self.documents())

    def document(self, document_id: str, version: str | None = None) -> Document:
        """A document, at its current version or at *version*. Raises `DocumentNotFound`."""
        current = self.retriever.cards.get(document_id)
        if current and version in {None, current.version}:
            return self.retriever.index.document(document_id)
        if version is None:
            raise DocumentNotFound(
                f"There is no document {document_id!r} here; the list of documents has what there is."
            )
        return self.archive.document(document_id, version)

    def versions(self, document_id: str) -> Sequence[ArchivedVersion]:
        """The versions of a document that can be read, the newest first. Raises `DocumentNotFound`."""
        found = self.archive.versions(document_id)
        if not found and document_id not in self.retriever.cards:
            raise DocumentNotFound(f"There is no document {document_id!r} here, at any version.")
        return found


def clean_question(question: str, longest: int) -> str:
    """*question* in NFC on one line. Raises `InvalidQuestion` where it can't be asked."""
    if any(0xD800 <= ord(character) <= 0xDFFF for character in question):
        raise InvalidQuestion(message("The question isn't valid text (broken UTF-8); send it as UTF-8."))
    visible = "".join(
        " " if c.isspace() else c for c in question if unicodedata.category(c) not in {"Cc", "Cf"} or c.isspace()
    )
    text = " ".join(unicodedata.normalize("NFC", visible).split())
    if not text:
        raise InvalidQuestion(message("The question is empty; write what you want to know."))
    if len(text) > longest:
        raise InvalidQuestion(
            f"The question has {len(text):,} characters; ask it in at most {longest:,}, one thing at a time."
        )
    return text


@dataclass(frozen=True, slots=True)
class _Finding:
    """One part of a question, what was found for it, and how likely that answers it."""

    query: Query
    evidence: Evidence
    draft: Draft
    assessment: Assessment


def _joined(drafts: Sequence[Draft]) -> Draft:
    """The claims of all *drafts*, none twice."""
    return Draft(tuple(dict.fromkeys(claim for draft in drafts for claim in draft.claims)))


def _pooled(found: Sequence[Evidence]) -> Evidence:
    """The passages of all parts, each once, the first part's first."""
    passages = {scored.passage.id: scored for evidence in found for scored in evidence.passages}
    return replace(found[0], passages=tuple(passages.values()))


class _Clock:
    """Milliseconds spent in each stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = self.stages.get(name, 0.0) + (time.perf_counter() - started) * 1000
            self.stages[name] = round(spent, 2)
