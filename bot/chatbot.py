"""The main path: one question in, one reply out."""

from __future__ import annotations

import secrets
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.answerability import Assessment, Judge
from bot.answers import CitedDocument, NearestSection, Refusal, RefusalReason, Reply, Turn
from bot.errors import InvalidQuestion
from bot.ground import Grounded, ground
from bot.ports import AnswerGenerator, ConversationStore
from bot.questions import analyse
from bot.reader import Reader, window_of
from bot.retrieve import Evidence, Retriever
from bot.rewrite import Query, resolve
from corpus.documents import Document
from corpus.errors import DocumentNotFound

_NEAREST = 3


def new_conversation_id() -> str:
    """22 URL-safe random characters (128 bits): knowing one is what lets a reader see a conversation."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Chatbot:
    """Asks the index, drafts, checks, and remembers."""

    retriever: Retriever
    generator: AnswerGenerator
    judge: Judge
    conversations: ConversationStore
    archived: Callable[[str, str], Document]
    reader: Reader | None = None
    passages_read: int = 8
    answer_threshold: float = 0.5
    max_question_chars: int = 2000

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        """The reply to *question*, asked after *history* and the conversation's own turns; it is kept there.

        Raises `InvalidQuestion`, `bot.errors.ConversationStoreError`, `bot.errors.GeneratorUnavailable`.
        """
        clock = _Clock()
        question = clean_question(question, self.max_question_chars)
        earlier = [*history, *(turn.question for turn in self.conversations.turns(conversation_id))]
        query = resolve(question, earlier, self.language)
        with clock.stage("retrieve"):
            evidence = self.retriever.search(query)
        with clock.stage("read"):
            evidence = self._read(query, evidence)
        with clock.stage("draft"):
            draft = self.generator.draft(query, evidence)
            assessment = self.judge.assess(query, evidence, draft)
        with clock.stage("ground"):
            grounded = ground(draft, evidence, self._by_id)
        reply = replace(self._decide(query, evidence, assessment, grounded), timings_ms=clock.stages)
        self.conversations.append(conversation_id, Turn(question, reply))
        return reply

    def _read(self, query: Query, evidence: Evidence) -> Evidence:
        """*evidence* with what the reader says of its best passages; as it was where there is no reader."""
        if self.reader is None:
            return evidence
        passages = [scored.passage for scored in evidence.passages[: self.passages_read]]
        windows = [window_of(passage, self._by_id[passage.document_id].title) for passage in passages]
        readings = self.reader.read(query.standalone, windows)
        return replace(evidence, readings={p.id: reading for p, reading in zip(passages, readings, strict=True)})

    def _decide(self, query: Query, evidence: Evidence, assessment: Assessment, grounded: Grounded) -> Reply:
        """The grounded answer where the text likely answers, a refusal otherwise."""
        if not query.asked.terms and query.before is None:
            message = (
                "That doesn’t ask anything that can be looked up. Ask a question about the explainer in a sentence."
            )
            return Refusal(RefusalReason.NOT_A_QUESTION, message, self._nearest(evidence), evidence.passages)
        if grounded.answer and assessment.probability >= self.answer_threshold:
            return grounded.answer
        message = _refusal_message(assessment, query, self.documents())
        return Refusal(assessment.reason, message, self._nearest(evidence), evidence.passages, grounded.dropped)

    def _nearest(self, evidence: Evidence) -> tuple[NearestSection, ...]:
        """Up to three sections that the question comes closest to, each at its best passage."""
        nearest: dict[tuple[str, tuple[str, ...]], NearestSection] = {}
        for scored in evidence.passages:
            passage = scored.passage
            document = self._by_id[passage.document_id]
            cited = CitedDocument(document.id, document.title, document.version, document.as_of, document.language)
            nearest.setdefault((document.id, passage.section), NearestSection(passage.section, cited, passage.span))
        return tuple(nearest.values())[:_NEAREST]

    def warm_up(self) -> None:
        """Loads the model now, so that the first question doesn't wait for it."""
        query = resolve("warm up", [], self.language)
        self._read(query, self.retriever.search(query))

    @property
    def language(self) -> str:
        """The language that most documents are in, in which questions are read."""
        languages = [document.language for document in self.documents()]
        return max(sorted(set(languages)), key=languages.count, default="en")

    @property
    def index_version(self) -> str:
        """The name of the index that answers."""
        return self.retriever.index.version

    def documents(self) -> tuple[Document, ...]:
        """The documents that answers come from, at their current versions."""
        return self.retriever.index.documents

    @property
    def _by_id(self) -> dict[str, Document]:
        return {document.id: document for document in self.documents()}

    def document(self, document_id: str, version: str | None = None) -> Document:
        """A document, at its current version or at *version*. Raises `DocumentNotFound`."""
        current = self._by_id.get(document_id)
        if current and version in {None, current.version}:
            return current
        if version is None:
            raise DocumentNotFound(
                f"There is no document {document_id!r} here; the list of documents has what there is."
            )
        return self.archived(document_id, version)


def clean_question(question: str, longest: int) -> str:
    """*question* in NFC on one line. Raises `InvalidQuestion` where it can't be asked."""
    if any(0xD800 <= ord(character) <= 0xDFFF for character in question):
        raise InvalidQuestion("The question isn't valid text (broken UTF-8); send it as UTF-8.")
    visible = "".join(
        " " if c.isspace() else c for c in question if unicodedata.category(c) not in {"Cc", "Cf"} or c.isspace()
    )
    text = " ".join(unicodedata.normalize("NFC", visible).split())
    if not text:
        raise InvalidQuestion("The question is empty; write what you want to know.")
    if len(text) > longest:
        raise InvalidQuestion(
            f"The question has {len(text):,} characters; ask it in at most {longest:,}, one thing at a time."
        )
    return text


def _refusal_message(assessment: Assessment, query: Query, documents: Sequence[Document]) -> str:
    source = f"“{documents[0].title}”" if len(documents) == 1 else "The explainers here"
    verb = "doesn’t" if len(documents) == 1 else "don’t"
    if assessment.reason is RefusalReason.OFF_TOPIC:
        return f"{source} {verb} deal with that."
    named = list(_as_written(query, assessment.missing))
    if named:
        return f"{source} {verb} say. Nothing in the text mentions {_listed(named)}."
    return f"{source} {verb} say. These are the sections that come closest."


def _as_written(query: Query, missing: Sequence[str]) -> Iterator[str]:
    """The names among the *missing* terms, as the reader wrote them."""
    wanted = [term for term in missing if term in query.asked.names]
    for word in query.text.split():
        bare = word.strip(".,;:?!()[]“”\"'’")
        if set(analyse(bare).terms) & set(wanted):
            yield bare


def _listed(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} or {unique[-1]}"


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
            self.stages[name] = round((time.perf_counter() - started) * 1000, 2)
