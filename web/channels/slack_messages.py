"""Replies as Slack messages.

Blocks and their limits: https://docs.slack.dev/reference/block-kit/blocks. A message may hold 50 blocks and 12,000
characters of Markdown; Slack also turns away messages of some 13,000 characters in all, so ours stay well below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextActionsBlock,
    ContextBlock,
    DividerBlock,
    FeedbackButtonsElement,
    MarkdownBlock,
    MarkdownTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
)
from slack_sdk.models.blocks.basic_components import FeedbackButtonObject

from bot.answers import Answer, AnswerSentence, Citation, CitedDocument, Refusal, Reply
from bot.footnotes import permalink, section_path
from corpus.documents import Span
from web.channels.words import ENGLISH, Words
from web.views import CELL_BAR

MAX_TEXT = 5_000
"""The most characters of answer and footnotes in one message: what is longer goes into several, between sentences."""

MAX_QUOTE = 1_000
"""A longer quote is cut in the list of footnotes, with a mark; its link opens the whole."""

MAX_QUESTION = 600
MAX_BUTTONS = 4

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_READ_BY_MARKDOWN = re.compile(r"[*_~`\\]|\][(\[]|^\s*(?:#|[-+]\s|\d+[.)]\s|=+$|-+$)", re.MULTILINE)
"""Characters that a Markdown block would take as markup, where the document means them as they stand."""


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One message: blocks, and plain text for notifications, screen readers and old clients."""

    text: str
    blocks: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a reply stands: the site that its links lead to, and the turn that its buttons speak of (from 1)."""

    base_url: str
    conversation_id: str
    turn: int
    words: Words = ENGLISH
    heading: str | None = None
    shareable: bool = False
    followable: bool = True


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of text, as it stands in the document or in our own words, with the address it links to."""

    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a message; an item stands in a list, and what goes on follows the line before it."""

    pieces: tuple[_Piece, ...]
    item: bool = False
    goes_on: bool = False

    @property
    def length(self) -> int:
        return sum(len(escape(piece.text)) + len(piece.href or "") + 5 for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class _Part:
    """What goes into one message: lines of the answer, and the footnotes that they are the first to use."""

    lines: tuple[_Line, ...] = ()
    footnotes: tuple[_Line, ...] = ()
    citations: tuple[Citation, ...] = ()
    plain: tuple[str, ...] = field(default=())

    @property
    def length(self) -> int:
        return sum(line.length for line in (*self.lines, *self.footnotes))

    def __add__(self, other: _Part) -> _Part:
        return _Part(
            self.lines + other.lines,
            self.footnotes + other.footnotes,
            self.citations + other.citations,
            self.plain + other.plain,
        )


def escape(text: str) -> str:
    """*text* with ``&``, ``<`` and ``>`` as entities: the three that Slack asks for, and no other.

    Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def reply_messages(reply: Reply, placed: Placed) -> list[SlackMessage]:
    """*reply* as one message, or as several where it is long; buttons stand under the last."""
    parts = list(_packed(_parts(reply, placed)))
    return [_message(part, placed, first=part is parts[0], last=part is parts[-1]) for part in parts]


def plain_message(sentence: str) -> SlackMessage:
    """One sentence of ours, without buttons."""
    text = escape(sentence)
    return SlackMessage(text, (MarkdownBlock(text=text).to_dict(),))


def streamed_texts(message: SlackMessage) -> list[str] | None:
    """The lines of *message*'s answer in Markdown, to be shown one after the other; None where it isn't Markdown."""
    first = next((block for block in message.blocks if block["type"] in {"markdown", "rich_text"}), None)
    if first is None or first["type"] != "markdown":
        return None
    return [f"{line}\n" for line in first["text"].split("\n")]


def _parts(reply: Reply, placed: Placed) -> Iterator[_Part]:
    match reply:
        case Answer():
            yield from _answer_parts(reply, placed)
            if reply.partly:
                yield _refusal_part(reply.partly, placed)
        case Refusal():
            yield _refusal_part(reply, placed)


def _answer_parts(answer: Answer, placed: Placed) -> Iterator[_Part]:
    citations = {citation.number: citation for citation in answer.citations}
    shown: set[int] = set()
    apart = True
    for sentence in answer.sentences:
        stands_apart = sentence.item or CELL_BAR in sentence.text
        first_used = [citations[number] for number in sentence.footnotes if number not in shown]
        shown.update(sentence.footnotes)
        goes_on = not stands_apart and not apart
        yield _Part(
            (_sentence_line(sentence, citations, placed, goes_on=goes_on),),
            tuple(line for citation in first_used for line in _footnote_lines(citation, placed)),
            tuple(first_used),
            (_plain_sentence(sentence),),
        )
        apart = stands_apart


def _sentence_line(
    sentence: AnswerSentence, citations: Mapping[int, Citation], placed: Placed, *, goes_on: bool
) -> _Line:
    about = f"[{sentence.about}] " if sentence.about else ""
    marks = (_mark(citations[number], placed) for number in sentence.footnotes)
    pieces = (_Piece(f"{about}{sentence.text}"), *(piece for mark in marks for piece in (_Piece(" "), mark)))
    return _Line(pieces, item=sentence.item, goes_on=goes_on)


def _mark(citation: Citation, placed: Placed) -> _Piece:
    return _Piece(str(citation.number).translate(_SUPERSCRIPTS), link(citation.document, citation.span, placed))


def link(document: CitedDocument, span: Span, placed: Placed) -> str:
    """The address that opens *span* highlighted in its document."""
    return placed.base_url + permalink(document, span)


def _footnote_lines(citation: Citation, placed: Placed) -> Iterator[_Line]:
    section = " › ".join(section_path(citation.section, citation.document))
    day = citation.document.as_of
    dated = f", {placed.words.as_of.format(date=placed.words.date(day))}" if day else ""
    place = f"{section}, {citation.document.title}" if citation.section else section
    yield _Line((_mark(citation, placed), _Piece(f" “{shortened(citation.quote, MAX_QUOTE)}” — {place}{dated}")))
    for note in citation.notes:
        label = placed.words.note.format(label=note.label)
        yield _Line((_Piece(f"{label}: {shortened(note.text, MAX_QUOTE)}"),), item=True)


def _plain_sentence(sentence: AnswerSentence) -> str:
    about = f"[{sentence.about}] " if sentence.about else ""
    marks = " ".join(f"[{number}]" for number in sentence.footnotes)
    return f"{'• ' if sentence.item else ''}{about}{sentence.text} {marks}"


def _refusal_part(refusal: Refusal, placed: Placed) -> _Part:
    lines = [_Line((_Piece(refusal.message),))]
    if refusal.nearest:
        lines.append(_Line((_Piece(placed.words.instead),)))
    for near in refusal.nearest:
        text = " › ".join(section_path(near.section, near.document))
        lines.append(_Line((_Piece(text, link(near.document, near.span, placed)),), item=True))
    return _Part(tuple(lines), plain=(refusal.message,))


def shortened(text: str, longest: int) -> str:
    """*text*, or as many of its whole words as fit into *longest* characters with a mark that it goes on."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 2]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut} …"


def _packed(parts: Iterable[_Part]) -> Iterator[_Part]:
    """*parts* joined into as few as `MAX_TEXT` allows, their order kept; an over-long line is cut between words."""
    packed = _Part()
    for part in (piece for whole in parts for piece in _cut(whole)):
        if packed.lines and packed.length + part.length > MAX_TEXT:
            yield packed
            packed = _Part()
        packed += part
    yield packed


def _cut(part: _Part) -> Iterator[_Part]:
    """*part*, or several with a stretch of its sentence each where that alone is over-long: nothing is lost."""
    line = part.lines[0]
    text = line.pieces[0].text
    while len(text) > MAX_TEXT // 2:
        end = text.rfind(" ", 1, MAX_TEXT // 2) + 1 or MAX_TEXT // 2
        yield _Part((replace(line, pieces=(_Piece(text[:end]),)),), plain=(text[:end],))
        text = text[end:]
    pieces = (replace(line.pieces[0], text=text), *line.pieces[1:])
    yield replace(part, lines=(replace(line, pieces=pieces), *part.lines[1:]))


def _message(part: _Part, placed: Placed, *, first: bool, last: bool) -> SlackMessage:
    blocks: list[Block] = []
    if first and placed.heading:
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=placed.heading)]))
    blocks.append(_text_block(part.lines))
    if part.footnotes:
        blocks += [DividerBlock(), _text_block(part.footnotes)]
    if last:
        blocks += _controls(part, placed)
    return SlackMessage(escape("\n".join(part.plain)), tuple(block.to_dict() for block in blocks))


def _text_block(lines: Sequence[_Line]) -> Block:
    """Markdown, or rich text, which takes every character as it stands, where Markdown would read one as markup."""
    if any(_READ_BY_MARKDOWN.search(piece.text) for line in lines for piece in line.pieces):
        return _rich_text(lines)
    text = ""
    for line in lines:
        text += ("\n- " if text else "- ") if line.item else " " if line.goes_on else "\n\n" if text else ""
        text += "".join(_markdown(piece) for piece in line.pieces)
    return MarkdownBlock(text=text)


def _markdown(piece: _Piece) -> str:
    text = escape(piece.text)
    return f"[{text}]({piece.href})" if piece.href else text


def _rich_text(lines: Sequence[_Line]) -> RichTextBlock:
    elements: list[RichTextSectionElement | RichTextListElement] = []
    for line in lines:
        section = RichTextSectionElement(elements=[_rich_piece(piece) for piece in line.pieces])
        if not line.item:
            before = "" if not elements else " " if line.goes_on else "\n"
            section.elements = [*([RichTextElementParts.Text(text=before)] if before else []), *section.elements]
            elements.append(section)
        elif elements and isinstance(elements[-1], RichTextListElement):
            elements[-1].elements = [*elements[-1].elements, section]
        else:
            elements.append(RichTextListElement(style="bullet", elements=[section]))
    return RichTextBlock(elements=elements)


def _rich_piece(piece: _Piece) -> RichTextElementParts.Text | RichTextElementParts.Link:
    if piece.href:
        return RichTextElementParts.Link(url=piece.href, text=piece.text)
    return RichTextElementParts.Text(text=piece.text)


def _controls(part: _Part, placed: Placed) -> list[Block]:
    """The buttons under a reply; their value names the turn, so that any process can act on them."""
    words, value = placed.words, f"{placed.conversation_id} {placed.turn}"
    buttons = [
        ButtonElement(
            text=words.open_passage.format(number=citation.number),
            action_id=f"open_passage_{citation.number}",
            url=link(citation.document, citation.span, placed),
        )
        for citation in part.citations[:MAX_BUTTONS]
    ]
    if placed.followable:
        buttons.append(ButtonElement(text=words.ask_follow_up, action_id="ask_follow_up", value=value))
    if placed.shareable:
        buttons.append(ButtonElement(text=words.share, action_id="share", value=value))
    feedback = FeedbackButtonsElement(
        action_id="feedback",
        positive_button=FeedbackButtonObject(text=words.right, value=f"right {value}"),
        negative_button=FeedbackButtonObject(text=words.wrong, value=f"wrong {value}"),
    )
    controls: list[Block] = [ActionsBlock(elements=[*buttons])] if buttons else []
    return [*controls, ContextActionsBlock(elements=[feedback])]
