"""The tools of the Model Context Protocol: what each takes, does and gives, to programs and as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs, unquote, urlsplit

from mcp.types import (
    Tool,
    ToolAnnotations,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.answers import CitedDocument, ScoredPassage
from bot.chatbot import clean_question, new_conversation_id
from bot.footnotes import document_dict, permalink, reply_dict, section_path, with_site
from bot.refusal_words import reply_in
from bot.rewrite import resolve
from corpus.documents import Document, Span
from index.chunk import note_section
from index.sentences import block_sentences, sentence_spans
from web.reader import parse_range
from web.schemas import AskRequest, DocumentRef, FootnoteBody, RefusalBody, ReplyBody, Text

if TYPE_CHECKING:
    from bot.answers import Reply
    from bot.chatbot import Chatbot

_PERMALINK = re.compile(r"/read/([^/]+)/([^/]+)")

_WHICH_PASSAGE = (
    "Give either the permalink of a footnote, or document_id, version, start and end together; a permalink looks like "
    "/read/ID/VERSION?quote=START-END#quote."
)

ASK = (
    "Ask the explainers a question. The answer is in their own words, with a footnote on every sentence: quote it "
    "verbatim, keep the [1] marks, and pass on each footnote with its quote, document, date and link. Don't reword "
    "the sentences or add to them. Where the status is `refused` the text doesn't answer: say so to the reader with "
    "the message and the nearest sections, and don't fill the gap from elsewhere; with `false_premise` pass on the "
    "footnotes too, which are what the text does say; `partly_answered` leaves a part open. For a follow-up question "
    "give the earlier questions as `history`. Nothing is kept on the server unless a `conversation_id` is given; then "
    "the question and its reply are."
)

SEARCH = (
    "Find the passages of the explainers that come closest to a query, best first, whether or not they answer it. "
    "Use it to look around; use `ask` for an answer. Quote a passage verbatim and give its permalink, document, "
    "section and date with it. Where none of the passages says what was asked, say so."
)

READ_PASSAGE = (
    "Open the exact passage that a footnote or a search result points to, with the sentence before and after it. "
    "`quote` is what may be quoted, verbatim; `context_before` and `context_after` are there to understand it by. "
    "Pass on the document, its date and the permalink with the quote."
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskArguments(AskRequest):
    """A question to the explainers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "How long is a permit valid?"},
                {"question": "And who may renew it?", "history": ["How long is a permit valid?"]},
            ]
        }
    )

    conversation_id: Annotated[str, Field(pattern=r"^(?:[A-Za-z0-9_-]{16,64})?$")] | None = Field(
        default=None,
        description="A long random name for a conversation that the server is to keep: whoever knows it can read the "
        "conversation. Left out, nothing is kept.",
    )


class SearchArguments(_Strict):
    """What to look for."""

    query: Text = Field(description="A question, or the words to look for.")
    limit: int = Field(default=5, ge=1, description="How many passages at most; a search finds no more than eight.")


class PassageArguments(_Strict):
    """Which passage: a permalink, or the document, its version and the span."""

    permalink: Text | None = Field(default=None, description="The permalink of a footnote, as a path or a whole URL.")
    document_id: Text | None = Field(default=None, description="The document's id.")
    version: Text | None = Field(default=None, description="The document's version, on which the span is counted.")
    start: int | None = Field(default=None, description="Where the passage starts, in code points of the text.")
    end: int | None = Field(default=None, description="Where it ends; the character there is no longer part of it.")


class FoundPassage(_Strict):
    """A passage that a search found; of ``score`` only the order means anything."""

    id: str
    document: DocumentRef
    section: list[str]
    text: str
    permalink: str
    score: float


class SearchBody(_Strict):
    """Passages, best first."""

    passages: list[FoundPassage]


class PassageRead(_Strict):
    """A passage: ``text[start:end] == quote``, and the contexts are the text right before and right after it."""

    document: DocumentRef
    current: bool
    section: list[str]
    start: int
    end: int
    context_before: str
    quote: str
    context_after: str
    permalink: str


class BadArguments(Exception):  # noqa: N818 - named for what happened, as in `bot.errors`
    """A tool can't be used with what it was given; the message says why."""


@dataclass(frozen=True, slots=True)
class Explainers:
    """What the tools do, each in a worker thread, with what a program and what a person or a model gets of it.

    *public_url* (no slash at its end) is put before every permalink; without it they stay paths.
    """

    chatbot: Chatbot
    public_url: str = ""

    def ask(self, given: AskArguments) -> tuple[dict[str, Any], str]:
        """The reply as `bot.footnotes.reply_dict` has it, and as text. Raises `bot.errors.BotError`.

        Without a conversation id the reply's is empty: there is nothing that a client could go on with.
        """
        reply = reply_in(given.language, self._reply(given))
        body = with_site(reply_dict(reply, given.conversation_id or ""), self.public_url)
        return body, reply_text(ReplyBody.model_validate(body))

    def _reply(self, given: AskArguments) -> Reply:
        chatbot = self.chatbot.selected(given.filter.selection()) if given.filter else self.chatbot
        if given.conversation_id:
            return chatbot.ask(given.conversation_id, given.question, given.history)
        return chatbot.forgetful().ask(new_conversation_id(), given.question, given.history)

    def search(self, given: SearchArguments) -> tuple[dict[str, Any], str]:
        """The passages that come closest. Raises `bot.errors.InvalidQuestion`."""
        query = resolve(clean_question(given.query, self.chatbot.max_question_chars), [], self.chatbot.language)
        found = self.chatbot.retriever.search(query).passages[: given.limit]
        body = SearchBody(passages=[self._found(scored) for scored in found])
        return body.model_dump(mode="json"), search_text(body)

    def _found(self, scored: ScoredPassage) -> FoundPassage:
        passage = scored.passage
        document = CitedDocument.of(self.chatbot.document(passage.document_id, passage.version))
        return FoundPassage(
            id=passage.id,
            document=DocumentRef.model_validate(document_dict(document)),
            section=section_path(passage.section, document),
            text=passage.text,
            permalink=self.public_url + permalink(document, passage.span),
            score=round(scored.score, 6),
        )

    def read_passage(self, given: PassageArguments) -> tuple[dict[str, Any], str]:
        """The passage and what stands around it. Raises `BadArguments`, `corpus.errors.DocumentNotFound`."""
        document_id, version, span_text = _place(given)
        document = self.chatbot.document(document_id, version)
        span = parse_range(span_text, len(document.text))
        if span is None:
            length = len(document.text)
            raise BadArguments(f"The span {span_text} isn't in this version; its text runs from 0 to {length}.")
        body = self._passage_read(document, span)
        return body.model_dump(mode="json"), passage_text(body)

    def _passage_read(self, document: Document, span: Span) -> PassageRead:
        around, cited = surroundings(document, span), CitedDocument.of(document)
        return PassageRead(
            document=DocumentRef.model_validate(document_dict(cited)),
            current=any((d.id, d.version) == (document.id, document.version) for d in self.chatbot.documents()),
            section=section_path(section_at(document, span), cited),
            start=span.start,
            end=span.end,
            context_before=document.text[around.start : span.start],
            quote=span.of(document.text),
            context_after=document.text[span.end : around.end],
            permalink=self.public_url + permalink(cited, span),
        )


def _place(given: PassageArguments) -> tuple[str, str, str]:
    """The id, the version and ``START-END``."""
    parts = (given.document_id, given.version, given.start, given.end)
    if given.permalink and parts == (None, None, None, None):
        return _opened(given.permalink)
    if given.permalink or given.document_id is None or given.version is None or None in parts:
        raise BadArguments(_WHICH_PASSAGE)
    return given.document_id, given.version, f"{given.start}-{given.end}"


def _opened(link: str) -> tuple[str, str, str]:
    try:
        url = urlsplit(link)
    except ValueError as error:
        raise BadArguments(_WHICH_PASSAGE) from error
    path, spans = re.search(f"{_PERMALINK.pattern}$", url.path), parse_qs(url.query).get("quote", [])
    if path is None or len(spans) != 1:
        raise BadArguments(_WHICH_PASSAGE)
    return unquote(path[1]), unquote(path[2]), spans[0]


def surroundings(document: Document, span: Span) -> Span:
    """*span* drawn out to a sentence before it and one after it, or to the whole of the sentences it cuts.

    It stays within the sections and the notes that *span* touches.
    """
    sentences = list(_sentences_near(document, span))
    starts = [sentence.start for sentence in sentences if sentence.start < span.start]
    ends = [sentence.end for sentence in sentences if sentence.end > span.end]
    return Span(max(starts, default=span.start), min(ends, default=span.end))


def _sentences_near(document: Document, span: Span) -> Iterator[Span]:
    for section in document.sections:
        if _touch(section.span, span):
            yield from (s.span for block in section.blocks for s in block_sentences(document, block))
    for note in document.notes:
        if _touch(note.span, span):
            yield from sentence_spans(document.text, note.span)


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def section_at(document: Document, span: Span) -> tuple[str, ...]:
    """The heading path where *span* starts to touch the document's sections and notes; empty outside of them."""
    paths = [section.path for section in document.sections if _touch(section.span, span)]
    paths += [note_section(document, note) for note in document.notes if _touch(note.span, span)]
    return paths[0] if paths else ()


def reply_text(reply: ReplyBody) -> str:
    """*reply* as text: the answer with its marks, then a paragraph a footnote, then what is refused.

    Under a refusal the footnotes are what the text says instead.
    """
    footnotes = [_footnote_text(footnote) for footnote in reply.footnotes]
    refused = reply.status == "refused"
    parts = [reply.answer, *([] if refused else footnotes)]
    if reply.refusal:
        parts.append(_refusal_text(reply.refusal, footnotes if refused else []))
    return "\n\n".join(part for part in parts if part)


def _footnote_text(footnote: FootnoteBody) -> str:
    lines = [f"[{footnote.number}] “{footnote.quote}”", _where(footnote.document, footnote.section)]
    lines += [f"Note {note.label}: {note.text}" for note in footnote.notes]
    return "\n    ".join([*lines, footnote.permalink])


def _refusal_text(refusal: RefusalBody, said: Sequence[str]) -> str:
    """The message, what the text does say, and the sections to read instead."""
    lines = [f"Refused ({refusal.reason}): {refusal.message}", *said]
    lines += ["Nearest sections:"] if refusal.nearest else []
    return "\n".join([*lines, *(f"- {_path(nearest.section)}: {nearest.permalink}" for nearest in refusal.nearest)])


def search_text(body: SearchBody) -> str:
    """The passages as text, one a paragraph."""
    if not body.passages:
        return "The explainers have no passage that comes close."
    return "\n\n".join(
        f"{number}. “{passage.text}”\n    {_where(passage.document, passage.section)}\n    {passage.permalink}"
        for number, passage in enumerate(body.passages, start=1)
    )


def passage_text(body: PassageRead) -> str:
    """A passage as text, its context set apart from it."""
    before, after = body.context_before.strip(), body.context_after.strip()
    parts = [
        f"Context before: {before}" if before else "",
        f"“{body.quote}”",
        f"Context after: {after}" if after else "",
        _where(body.document, body.section),
        f"Version {body.document.version}{'' if body.current else ', which is not the current one'}",
        body.permalink,
    ]
    return "\n".join(part for part in parts if part)


def _where(document: DocumentRef, section: list[str]) -> str:
    dated = f", as of {document.as_of.isoformat()}" if document.as_of else ""
    return f"{document.title}{dated}: {_path(section)}"


def _path(section: list[str]) -> str:
    return " › ".join(section)


Does = Callable[[Explainers, Any], tuple[dict[str, Any], str]]


@dataclass(frozen=True, slots=True)
class McpTool:
    """A tool: how it is described, what it takes and gives, and whether it needs the model."""

    title: str
    description: str
    arguments: type[BaseModel]
    result: type[BaseModel]
    does: Does
    needs_model: bool = True

    def described(self, name: str) -> Tool:
        """The tool as a client lists it.

        All are read-only: none changes an explainer or the index. `ask` keeps a turn only where the client named a
        conversation, for its own follow-up questions.
        """
        return Tool(
            name=name,
            title=self.title,
            description=self.description,
            input_schema=self.arguments.model_json_schema(),
            output_schema=self.result.model_json_schema(),
            annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
        )

    def parsed(self, given: Mapping[str, Any]) -> BaseModel:
        """The arguments. Raises `BadArguments`, which repeats nothing of what was sent."""
        try:
            return self.arguments.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = ".".join(str(part) for part in first["loc"])
            finding = first["msg"][:1].lower() + first["msg"][1:]
            raise BadArguments(f"The argument {name!r} can't be used: {finding}.") from error


TOOLS: Mapping[str, McpTool] = {
    "ask": McpTool("Ask the explainers", ASK, AskArguments, ReplyBody, Explainers.ask),
    "search": McpTool("Search the explainers", SEARCH, SearchArguments, SearchBody, Explainers.search),
    "read_passage": McpTool(
        "Open a passage", READ_PASSAGE, PassageArguments, PassageRead, Explainers.read_passage, needs_model=False
    ),
}
