"""Replies as Slack messages.

Blocks and their limits: https://docs.slack.dev/reference/block-kit/blocks. A message may hold 50 blocks and 12,000
characters of Markdown; Slack also turns away messages of some 13,000 characters in all, so ours stay below.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
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
from bot.refusal_words import reply_in
from corpus.documents import Span
from web.channels.words import ENGLISH, Words
from web.views import CELL_BAR

MAX_TEXT = 4_000
"""The most characters of answer and footnotes in one message, as sent: what is longer goes into several.

Slack advises the same for a message's plain text, so that holds all of the answer too.
Source: https://docs.slack.dev/reference/methods/chat.postMessage#truncating
"""

MAX_QUOTE = 1_000
"""A longer quote or note is cut in the list of footnotes, with a mark; its link opens the whole."""

MAX_QUESTION = 300
MAX_BUTTONS = 4

MAX_BUTTON_URL = 500
"""Slack takes 3,000; four of those would be a message's whole allowance, and the same link stands in the text."""

_MARK = re.compile(r"\[(\d+)\]")
_BRACKET = re.compile(r"[\[\]]")
_SAFE_ADDRESS = re.compile(r"[A-Za-z0-9:/?#=.%~_+@-]*")
_READ_BY_MARKDOWN = re.compile(
    r"""
      [*_~`\\]                                  # emphasis, code, escapes
    | [\x00-\x1f\x7f\x85\u2028\u2029]           # line breaks, which end a paragraph or are taken away, and tabs
    | ^\s | \s\Z | [ ]{2}                       # blanks that are taken away, or begin code
    | ^(?: \# | > | [-+=] | \d+[.)](?:\s|\Z) )  # a heading, a quotation, a list, a rule
    | ^\[[ xX]\] | \^\[ | \][(\[:]              # a task's box, a note, links and their definitions
    | :// | (?i:www\.) | @                      # addresses, which become links
    | <[A-Za-z/!?@\#] | &\#?\w+;                # HTML, mentions, entities, should a reader resolve entities first
    | :[\w+'-]+:                                # emoji
    """,
    re.VERBOSE,
)
"""What a Markdown block would take as markup in a line, where the document means it as it stands.

What Slack's parser does isn't written down, so this errs to the safe side: rich text takes every character as it is.
"""


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

    @property
    def length(self) -> int:
        return len(escape(self.text)) + self.markup

    @property
    def markup(self) -> int:
        """The characters that a message needs for it besides its text: its address, with brackets or a gap around."""
        return len(self.href or "") + 4


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a message; an item stands in a list, and what goes on follows the line before it.

    ``opens`` is the citation whose footnote the line begins.
    """

    pieces: tuple[_Piece, ...]
    item: bool = False
    goes_on: bool = False
    opens: Citation | None = None

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def length(self) -> int:
        return sum(piece.length for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class _Part:
    """What goes into one message: lines of the answer, and the footnotes that they are the first to use."""

    lines: tuple[_Line, ...] = ()
    footnotes: tuple[_Line, ...] = ()

    @property
    def length(self) -> int:
        return sum(line.length for line in (*self.lines, *self.footnotes))

    @property
    def citations(self) -> list[Citation]:
        return [line.opens for line in (*self.lines, *self.footnotes) if line.opens]

    def __add__(self, other: _Part) -> _Part:
        return _Part(self.lines + other.lines, self.footnotes + other.footnotes)


def escape(text: str) -> str:
    """*text* with ``&``, ``<`` and ``>`` as entities: the three that Slack asks for, and no other.

    Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def reply_messages(reply: Reply, placed: Placed) -> list[SlackMessage]:
    """*reply* as one message, or as several where it is long; buttons stand under the last."""
    parts = list(_packed(_parts(reply_in(placed.words.language, reply), placed)))
    return [_message(part, placed, first=part is parts[0], last=part is parts[-1]) for part in parts]


def plain_message(sentence: str) -> SlackMessage:
    """One sentence of ours, without buttons."""
    line = _Line((_Piece(sentence),))
    return SlackMessage(escape(sentence), (_text_block((line,)).to_dict(),))


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
        first_used = [citations[number] for number in dict.fromkeys(sentence.footnotes) if number not in shown]
        shown.update(sentence.footnotes)
        goes_on = not stands_apart and not apart
        yield _Part(
            (_sentence_line(sentence, citations, placed, goes_on=goes_on),),
            tuple(line for citation in first_used for line in _footnote_lines(citation, placed)),
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
    """``[1]``, as in every other channel: screen readers pass over many of the raised digits, or spell them out."""
    return _Piece(f"[{citation.number}]", link(citation.document, citation.span, placed))


def link(document: CitedDocument, span: Span, placed: Placed) -> str:
    """The address that opens *span* highlighted in its document."""
    return placed.base_url + permalink(document, span)


def _footnote_lines(citation: Citation, placed: Placed) -> Iterator[_Line]:
    section = " › ".join(section_path(citation.section, citation.document))
    day = citation.document.as_of
    dated = f", {placed.words.as_of.format(date=placed.words.date(day))}" if day else ""
    place = f"{section}, {citation.document.title}" if citation.section else section
    quoted = _Piece(f" “{shortened(citation.quote, MAX_QUOTE)}” — {place}{dated}")
    yield _Line((_mark(citation, placed), quoted), opens=citation)
    for note in citation.notes:
        label = placed.words.note.format(label=note.label)
        yield _Line((_Piece(f"{label}: {shortened(note.text, MAX_QUOTE)}"),), item=True)


def _refusal_part(refusal: Refusal, placed: Placed) -> _Part:
    lines = [_Line((_Piece(refusal.message),))]
    lines += [line for citation in refusal.says for line in _footnote_lines(citation, placed)]
    if refusal.nearest:
        lines.append(_Line((_Piece(placed.words.instead),)))
    for near in refusal.nearest:
        text = " › ".join(section_path(near.section, near.document))
        lines.append(_Line((_Piece(text, link(near.document, near.span, placed)),), item=True))
    return _Part(tuple(lines))


def shortened(text: str, longest: int) -> str:
    """*text*, or as many of its whole words as fit into *longest* characters with a mark that it goes on."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 2]
    return f"{cut[: _end_of_words(cut, len(cut) // 2) or len(cut)].rstrip()} …"


def _end_of_words(text: str, least: int = 0) -> int:
    """Where the last blank of *text* after its first *least* characters ends; 0 where there is none."""
    return text.rfind(" ", least) + 1


def _packed(parts: Iterable[_Part]) -> Iterator[_Part]:
    """*parts* joined into as few as `MAX_TEXT` allows, their order kept."""
    packed = _Part()
    for part in (piece for whole in parts for piece in _split(whole)):
        if packed.length and packed.length + part.length > MAX_TEXT:
            yield packed
            packed = _Part()
        packed += part
    yield packed


def _split(part: _Part) -> Iterator[_Part]:
    """*part*, or its lines one by one where together they are over-long: nothing is lost."""
    if part.length <= MAX_TEXT:
        yield part
        return
    for line in part.lines:
        yield from (_Part((stretch,)) for stretch in _stretches(line))
    for line in part.footnotes:
        yield from (_Part(footnotes=(stretch,)) for stretch in _stretches(line))


def _stretches(line: _Line) -> Iterator[_Line]:
    """*line*, or several that say the same, each as long as a message may be."""
    while line.length > MAX_TEXT:
        fitting, rest = _divided(line.pieces)
        yield replace(line, pieces=fitting)
        line = _Line(rest, goes_on=True)
    yield line


def _divided(pieces: tuple[_Piece, ...]) -> tuple[tuple[_Piece, ...], tuple[_Piece, ...]]:
    """What fits into `MAX_TEXT`, and the rest; a word is cut only where it is too long for any message."""
    lengths = list(accumulate(piece.length for piece in pieces))
    whole = bisect_right(lengths, MAX_TEXT)
    piece, room = pieces[whole], MAX_TEXT - (lengths[whole - 1] if whole else 0)
    fitting = bisect_right(list(accumulate(len(escape(letter)) for letter in piece.text)), room - piece.markup)
    end = _end_of_words(piece.text[:fitting], 1) or (0 if whole else max(fitting, 1))
    cut = (replace(piece, text=piece.text[:end]),) if end else ()
    return (*pieces[:whole], *cut), (replace(piece, text=piece.text[end:]), *pieces[whole + 1 :])


def _message(part: _Part, placed: Placed, *, first: bool, last: bool) -> SlackMessage:
    blocks: list[Block] = []
    if first and placed.heading:
        # Verbatim, or Slack would look for channels to name and people to call in a reader's question.
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=placed.heading, verbatim=True)]))
    if part.lines:
        blocks.append(_text_block(part.lines))
    if part.footnotes:
        blocks += [DividerBlock(), _text_block(part.footnotes)]
    if last:
        blocks += _controls(part, placed)
    plain = _joined(part.lines or part.footnotes, lambda line: line.text, item="• ", apart="\n")
    return SlackMessage(escape(plain), tuple(block.to_dict() for block in blocks))


def _joined(lines: Sequence[_Line], write: Callable[[_Line], str], *, item: str, apart: str) -> str:
    """*lines* as one text; *item* stands before an item of a list, *apart* between paragraphs."""
    text = ""
    for line in lines:
        gap = " " if line.goes_on else "\n" if line.item else apart
        text += f"{gap if text else ''}{item if line.item else ''}{write(line)}"
    return text


def _text_block(lines: Sequence[_Line]) -> Block:
    """Markdown, or rich text, which takes every character as it stands, where Markdown would read one as markup."""
    if all(_stands_in_markdown(line) for line in lines):
        return MarkdownBlock(text=_joined(lines, _markdown, item="- ", apart="\n\n"))
    return _rich_text(lines)


def _stands_in_markdown(line: _Line) -> bool:
    links = [piece for piece in line.pieces if piece.href]
    return (
        not _READ_BY_MARKDOWN.search(line.text)
        and all(_SAFE_ADDRESS.fullmatch(piece.href or "") for piece in links)
        and all(_MARK.fullmatch(piece.text) or not _BRACKET.search(piece.text) for piece in links)
    )


def _markdown(line: _Line) -> str:
    return "".join(_markdown_piece(piece) for piece in line.pieces)


def _markdown_piece(piece: _Piece) -> str:
    text = escape(piece.text)
    if not piece.href:
        return text
    if mark := _MARK.fullmatch(piece.text):
        # The brackets stand around the link: CommonMark allows them in it, but not every parser is CommonMark's.
        return f"[[{mark[1]}]({piece.href})]"
    return f"[{text}]({piece.href})"


def _rich_text(lines: Sequence[_Line]) -> RichTextBlock:
    elements: list[RichTextSectionElement | RichTextListElement] = []
    for items, group in groupby(lines, key=lambda line: line.item):
        if items:
            sections = [RichTextSectionElement(elements=list(_rich_pieces([line]))) for line in group]
            elements.append(RichTextListElement(style="bullet", elements=sections))
        else:
            elements.append(RichTextSectionElement(elements=list(_rich_pieces(list(group)))))
    return RichTextBlock(elements=elements)


def _rich_pieces(lines: Sequence[_Line]) -> Iterator[RichTextElementParts.Text | RichTextElementParts.Link]:
    """The pieces of *lines* in one section: Slack begins a new line with each section."""
    for number, line in enumerate(lines):
        if number:
            yield RichTextElementParts.Text(text=" " if line.goes_on else "\n\n")
        yield from (_rich_piece(piece) for piece in line.pieces)


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
        for citation in part.citations
        if len(link(citation.document, citation.span, placed)) <= MAX_BUTTON_URL
    ][:MAX_BUTTONS]
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
