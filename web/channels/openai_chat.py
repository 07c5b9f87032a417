"""A reply as OpenAI's Chat Completions API writes one, so that a chat front end can use the bot as a model.

Source: the types of the official client, ``openai.types.chat`` (version 3.57), and
https://platform.openai.com/docs/api-reference/chat.

- **Text.** ``Answer.text``, a blank line, a line for each footnote (its white space folded; ``footnoted`` has the
  exact quote), a blank line and what the answer leaves open, if it does. A refusal is its message, what
  the text does say (a line a footnote) and the nearest sections. A stream's contents, joined, are the same text.
- **Annotations.** One ``url_citation`` for each marker in the answer, or before each quote under a refusal. OpenAI
  documents ``start_index`` and ``end_index`` as "the index of the first (last) character of the URL citation in the
  message", and neither the unit nor whether the last character is inside. Here they count Unicode code points and the
  end is exclusive, because that is how clients slice: ``content[start_index:end_index] == "[1]"``.
- **Usage.** Zeros: no language model reads or writes a token here. The schema would let it be left out, but many
  clients read ``usage.total_tokens`` without looking whether it is there, and ``stream_options.include_usage`` asks
  for a chunk that holds it.
- **Refusals** end with ``stop`` like answers, because the reply is whole; ``message.refusal`` stays null, because
  clients raise an error or hide the text where it isn't. ``footnoted.status`` tells them apart.
- **footnoted**, a field of ours in the completion and in a stream's chunk with the ``finish_reason``, is
  `bot.footnotes.reply_dict` whole. Its permalinks are paths; its ``conversation_id`` names nothing afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from bot.answers import Answer, AnswerSentence, Citation, CitedDocument, Refusal, Reply
from bot.footnotes import permalink, reply_dict
from corpus.documents import Span
from web.views import ENGLISH, section_label

MODEL = "footnoted"

USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A reply on its way out: ``base_url`` has no slash at its end, ``created`` is a Unix time in whole seconds."""

    reply: Reply
    conversation_id: str
    base_url: str
    created: int


@dataclass(frozen=True, slots=True)
class Message:
    """A reply's text in the pieces that a stream sends, and the annotations on those pieces joined."""

    pieces: tuple[str, ...]
    annotations: tuple[dict[str, Any], ...] = ()

    @property
    def content(self) -> str:
        """The whole text."""
        return "".join(self.pieces)


def completion_dict(exchange: Exchange) -> dict[str, Any]:
    """*exchange* as a ``chat.completion`` object."""
    written = message(exchange.reply, exchange.base_url)
    spoken = {
        "role": "assistant",
        "content": written.content,
        "refusal": None,
        "annotations": list(written.annotations),
    }
    choice = {"index": 0, "message": spoken, "logprobs": None, "finish_reason": "stop"}
    return {
        **_frame(exchange, "chat.completion"),
        "choices": [choice],
        "usage": USAGE,
        "footnoted": _footnoted(exchange),
    }


def chunk_dicts(exchange: Exchange, *, include_usage: bool = False) -> Iterator[dict[str, Any]]:
    """*exchange* as ``chat.completion.chunk`` objects: the role, each piece, the annotations, the end, the usage."""
    written = message(exchange.reply, exchange.base_url)
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in written.pieces]
    if written.annotations:
        deltas.append({"annotations": list(written.annotations)})
    frame = _frame(exchange, "chat.completion.chunk") | ({"usage": None} if include_usage else {})
    for delta in deltas:
        yield {**frame, "choices": [_chunk_choice(delta)]}
    yield {**frame, "choices": [_chunk_choice({}, "stop")], "footnoted": _footnoted(exchange)}
    if include_usage:
        yield {**frame, "choices": [], "usage": USAGE}


def events(chunks: Iterable[dict[str, Any]]) -> Iterator[str]:
    """*chunks* as server-sent events, closed by ``[DONE]``."""
    for chunk in chunks:
        # Plain ASCII: some clients also break lines at U+0085 and U+2028, which would cut an event in two.
        yield f"data: {json.dumps(chunk, separators=(',', ':'))}\n\n"
    yield "data: [DONE]\n\n"


def model_dict(days: Iterable[date | None]) -> dict[str, Any]:
    """The one model, ``created`` on the latest of *days* (midnight UTC as a Unix time), or 0 where there is none."""
    known = [day for day in days if day]
    created = int(datetime.combine(max(known), time(), UTC).timestamp()) if known else 0
    return {"id": MODEL, "object": "model", "created": created, "owned_by": MODEL}


def error_dict(status: int, sentence: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """An error as OpenAI writes one; *param* is the field that can't be used, *code* OpenAI's word for the finding."""
    kinds = {401: "authentication_error", 429: "rate_limit_error"}
    kind = kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": sentence, "type": kind, "param": param, "code": code}}


def message(reply: Reply, base_url: str) -> Message:
    """*reply* as text, its links on the site at *base_url*."""
    match reply:
        case Answer():
            sentences = tuple(_sentence_pieces(reply))
            left_open = [f"\n\n{_refusal_text(reply.partly, base_url)}"] if reply.partly else []
            pieces = (*sentences, f"\n\n{_footnote_list(reply.citations, base_url)}", *left_open)
            return Message(pieces, tuple(_annotations(reply, sentences, base_url)))
        case Refusal():
            return Message((_refusal_text(reply, base_url),), tuple(_said_annotations(reply, base_url)))


def _marks(sentence: AnswerSentence) -> str:
    return " ".join(f"[{number}]" for number in sentence.footnotes)


def _sentence_pieces(answer: Answer) -> Iterator[str]:
    """``answer.text`` cut after the marks of each sentence, so that `Answer` alone says how sentences are joined."""
    text, cursor = answer.text, 0
    for sentence in answer.sentences:
        ending = f"{sentence.text} {_marks(sentence)}"
        end = text.index(ending, cursor) + len(ending)
        yield text[cursor:end]
        cursor = end


def _annotations(answer: Answer, pieces: Sequence[str], base_url: str) -> Iterator[dict[str, Any]]:
    """A ``url_citation`` for each marker; *pieces* are the sentences, each of which ends with its marks."""
    citations = {citation.number: citation for citation in answer.citations}
    end = 0
    for sentence, piece in zip(answer.sentences, pieces, strict=True):
        end += len(piece)
        start = end - len(_marks(sentence))
        for number in sentence.footnotes:
            length = len(f"[{number}]")
            yield _annotation(citations[number], start, start + length, base_url)
            start += length + 1


def _said_annotations(refusal: Refusal, base_url: str) -> Iterator[dict[str, Any]]:
    """A ``url_citation`` for the number before each quote, which stand one below the other under the message."""
    start = len(refusal.message) + 1
    for citation in refusal.says:
        yield _annotation(citation, start, start + len(f"[{citation.number}]"), base_url)
        start += len(_footnote(citation, base_url)) + 1


def _annotation(citation: Citation, start: int, end: int, base_url: str) -> dict[str, Any]:
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": start,
            "end_index": end,
            "url": _url(citation.document, citation.span, base_url),
            "title": _place(citation.section, citation.document),
        },
    }


def _footnote_list(citations: Sequence[Citation], base_url: str) -> str:
    return "\n".join(_footnote(citation, base_url) for citation in citations)


def _footnote(citation: Citation, base_url: str) -> str:
    """``[1] “quote” — Section › Subsection, Title (as of April 14, 2025) URL``, the document's own notes under it."""
    document = citation.document
    dated = f" (as of {ENGLISH.date(document.as_of)})" if document.as_of else ""
    place = f"{_place(citation.section, document)}{dated} {_url(document, citation.span, base_url)}"
    notes = [f"  Note {note.label} in the explainer: {_folded(note.text)}" for note in citation.notes]
    return "\n".join([f"[{citation.number}] “{_folded(citation.quote)}” — {place}", *notes])


def _refusal_text(refusal: Refusal, base_url: str) -> str:
    lines = [
        f"• {_place(near.section, near.document)} {_url(near.document, near.span, base_url)}"
        for near in refusal.nearest
    ]
    nearest = ["", "Nearest in the explainer:", *lines] if lines else []
    said = [_footnote(citation, base_url) for citation in refusal.says]
    return "\n".join([refusal.message, *said, *nearest])


def _place(section: tuple[str, ...], document: CitedDocument) -> str:
    """``Section › Subsection, Title``; the title alone where the text stands under no heading."""
    return f"{section_label(section, document)}, {document.title}" if section else document.title


def _url(document: CitedDocument, span: Span, base_url: str) -> str:
    return base_url + permalink(document, span)


def _folded(text: str) -> str:
    """*text* on one line, because each footnote has one."""
    return " ".join(text.split())


def _frame(exchange: Exchange, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{exchange.conversation_id}",
        "object": kind,
        "created": exchange.created,
        "model": MODEL,
    }


def _footnoted(exchange: Exchange) -> dict[str, Any]:
    return reply_dict(exchange.reply, exchange.conversation_id)


def _chunk_choice(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
