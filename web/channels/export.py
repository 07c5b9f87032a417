"""Turns as people take them away, with every footnote: plain text, Markdown, HTML for an editor, and JSON.

Document text is never read as markup where it is pasted: it is escaped in Markdown and HTML alike. Every address is
absolute, since what is pasted elsewhere has no site of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from bot.answers import Turn
from bot.footnotes import reply_dict, with_site
from bot.refusal_words import reply_in
from bot.wording import Wording
from corpus.language import base_language
from web.views import Footnote, RefusalView, Sentence, Shape, SourceGroup, TextBlock, TurnView, turn_view

_MARKUP = re.compile(
    r"""
      [\\`*_\[\]<>&|~^$\#{}@]       # emphasis, code, links, HTML, entities, cells, mathematics, attributes
    | (?<=:)/ | (?i:(?<=www)\.)     # addresses, which become links
    | (?<=[=+:])[=+:]               # highlights and containers, where a reader has them
    """,
    re.VERBOSE,
)
_OPENS = re.compile(r"^(\d*)([-+=:.)])")
"""A list, a rule or a heading, at the beginning of a line only."""
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They would turn the direction of what stands behind a quote."""


@dataclass(frozen=True, slots=True)
class Framed:
    """The site that links lead to (no slash at its end), and the words around what the documents say."""

    address: str
    words: Wording


def plain(text: str) -> str:
    """*text* in one line without what is invisible and could do something: control and direction marks."""
    return " ".join("".join(c for c in text if c.isspace() or not _acts(c)).split())


def _acts(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) in {"Cc", "Cs"}


def markdown(text: str) -> str:
    """*text* in one line of Markdown that shows it as it stands."""
    return _OPENS.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", plain(text)))


# Plain text


def turn_text(turn: TurnView, framed: Framed) -> str:
    """*turn* as plain text: the question, the answer with its marks, then a paragraph for each footnote."""
    parts = [plain(turn.question)]
    if turn.answer:
        parts += [_block_text(block) for block in turn.answer.blocks]
        parts += [plain(turn.answer.as_of)] if turn.answer.as_of else []
        parts += [
            _footnote_text(footnote, source, framed) for source in turn.answer.sources for footnote in source.footnotes
        ]
    parts += [_refusal_text(turn.refusal, framed)] if turn.refusal else []
    return "\n\n".join(parts) + "\n"


def _block_text(block: TextBlock) -> str:
    lead, between = {Shape.PARAGRAPH: ("", " "), Shape.LIST: ("• ", "\n"), Shape.TABLE: ("", "\n")}[block.shape]
    return between.join(f"{lead}{_sentence_text(sentence)}" for sentence in block.sentences)


def _sentence_text(sentence: Sentence) -> str:
    about = [f"[{plain(sentence.about)}]"] if sentence.about else []
    return " ".join([*about, plain(sentence.text), *(f"[{mark.number}]" for mark in sentence.marks)])


def _footnote_text(footnote: Footnote, source: SourceGroup, framed: Framed) -> str:
    lines = [f"[{footnote.number}] “{plain(footnote.quote)}”", _place(footnote, source, framed.words)]
    lines += [f"{_note_label(note.label, framed.words)} {plain(note.text)}" for note in footnote.notes]
    return "\n    ".join([*lines, framed.address + footnote.href])


def _refusal_text(refusal: RefusalView, framed: Framed) -> str:
    lines = [plain(refusal.message)]
    lines += [_footnote_text(footnote, source, framed) for source in refusal.sources for footnote in source.footnotes]
    if refusal.nearest:
        lines += ["", framed.words.say("Nearest in the explainer:")]
    return "\n".join([*lines, *(f"• {plain(near.text)}: {framed.address}{near.href}" for near in refusal.nearest)])


def _place(footnote: Footnote, source: SourceGroup, words: Wording) -> str:
    """The section, the document and its date."""
    title = plain(source.document.title)
    section = plain(footnote.section)
    day = source.document.as_of
    dated = f"{words.say('as of')} {words.date(day)}" if day else ""
    return ", ".join(part for part in (section, title if title != section else "", dated) if part)


def _note_label(label: str, words: Wording) -> str:
    return words.translations.gettext("Note %(label)s in the explainer:") % {"label": plain(label)}


# Markdown


def turn_markdown(turn: TurnView, framed: Framed, prefix: str = "") -> str:
    """*turn* as Markdown with footnotes; *prefix* keeps the footnotes of several turns apart: ``[^2-1]``."""
    parts = [f"## {markdown(turn.question)}"]
    if turn.answer:
        parts += [_block_markdown(block, prefix) for block in turn.answer.blocks]
        parts += [f"*{markdown(turn.answer.as_of)}*"] if turn.answer.as_of else []
    parts += [_refusal_markdown(turn.refusal, framed)] if turn.refusal else []
    if turn.answer:
        parts += [
            _footnote_markdown(footnote, source, framed, prefix)
            for source in turn.answer.sources
            for footnote in source.footnotes
        ]
    return "\n\n".join(parts) + "\n"


def _block_markdown(block: TextBlock, prefix: str) -> str:
    match block.shape:
        case Shape.PARAGRAPH:
            return " ".join(_sentence_markdown(sentence, prefix) for sentence in block.sentences)
        case Shape.LIST:
            return "\n".join(f"- {_sentence_markdown(sentence, prefix)}" for sentence in block.sentences)
        case Shape.TABLE:
            return "\n".join(_rows_markdown(block, prefix))


def _sentence_markdown(sentence: Sentence, prefix: str) -> str:
    about = f"**{markdown(sentence.about)}** " if sentence.about and plain(sentence.about) else ""
    return f"{about}{markdown(sentence.text)}{_marks(sentence, prefix)}"


def _marks(sentence: Sentence, prefix: str) -> str:
    return "".join(f"[^{prefix}{mark.number}]" for mark in sentence.marks)


def _rows_markdown(block: TextBlock, prefix: str) -> Iterator[str]:
    """The rows as GitHub has them; the marks stand in the first cell, as on the page."""
    for place, row in enumerate(block.sentences):
        first, *others = (markdown(cell) for cell in row.cells)
        yield f"| {' | '.join([first + _marks(row, prefix), *others])} |"
        if place == 0:
            yield f"|{' --- |' * len(row.cells)}"


def _refusal_markdown(refusal: RefusalView, framed: Framed) -> str:
    lines = [markdown(refusal.message)]
    for source in refusal.sources:
        lines += [line for footnote in source.footnotes for line in ("", _said_markdown(footnote, source, framed))]
    if refusal.nearest:
        lines += ["", markdown(framed.words.say("Nearest in the explainer:")), ""]
    lines += [f"- [{markdown(near.text)}](<{framed.address}{near.href}>)" for near in refusal.nearest]
    return "\n".join(lines)


def _said_markdown(footnote: Footnote, source: SourceGroup, framed: Framed) -> str:
    """A quote that stands under a refusal: no mark leads to it."""
    return f"> {_cited_markdown(footnote, source, framed)}"


def _footnote_markdown(footnote: Footnote, source: SourceGroup, framed: Framed, prefix: str) -> str:
    return f"[^{prefix}{footnote.number}]: {_cited_markdown(footnote, source, framed)}"


def _cited_markdown(footnote: Footnote, source: SourceGroup, framed: Framed) -> str:
    """The quote, its place, the document's own notes and the address, on one line."""
    parts = [f"“{markdown(footnote.quote)}”", f"{markdown(_place(footnote, source, framed.words))}."]
    parts += [f"{markdown(_note_label(note.label, framed.words))} {markdown(note.text)}" for note in footnote.notes]
    return " ".join([*parts, f"<{framed.address}{footnote.href}>"])


# HTML


def turn_html(turn: TurnView, framed: Framed) -> str:
    """*turn* as an HTML fragment that needs no style sheet; its marks open the passages themselves.

    A link to a place on the page would lead nowhere once the fragment is pasted into another.
    """
    parts = [f"<h2>{_html(turn.question)}</h2>"]
    if turn.answer:
        parts += [_block_html(block, turn, framed) for block in turn.answer.blocks]
        parts += [f"<p><small>{_html(turn.answer.as_of)}</small></p>"] if turn.answer.as_of else []
        footnotes = [_footnote_html(f, source, framed) for source in turn.answer.sources for f in source.footnotes]
        parts += ["<ol>", *footnotes, "</ol>"]
    parts += [_refusal_html(turn.refusal, framed)] if turn.refusal else []
    inside = "\n".join(parts)
    return f'<article lang="{framed.words.language}">\n{inside}\n</article>\n'


def _html(text: str) -> str:
    return escape(plain(text))


def _block_html(block: TextBlock, turn: TurnView, framed: Framed) -> str:
    match block.shape:
        case Shape.PARAGRAPH:
            return f"<p>{' '.join(_sentence_html(sentence, turn, framed, 'span') for sentence in block.sentences)}</p>"
        case Shape.LIST:
            return f"<ul>{''.join(_sentence_html(sentence, turn, framed, 'li') for sentence in block.sentences)}</ul>"
        case Shape.TABLE:
            head, *rows = block.sentences
            body = "".join(_row_html(row, turn, framed, "td") for row in rows)
            return f"<table><thead>{_row_html(head, turn, framed, 'th')}</thead><tbody>{body}</tbody></table>"


def _sentence_html(sentence: Sentence, turn: TurnView, framed: Framed, tag: str) -> str:
    about = f"<strong>{_html(sentence.about)}</strong> " if sentence.about else ""
    marks = _marks_html(sentence, turn, framed)
    return f"<{tag}{_lang(sentence.language, framed)}>{about}{_html(sentence.text)}{marks}</{tag}>"


def _row_html(row: Sentence, turn: TurnView, framed: Framed, tag: str) -> str:
    first, *others = (_html(cell) for cell in row.cells)
    cells = [first + _marks_html(row, turn, framed), *others]
    return f"<tr{_lang(row.language, framed)}>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def _marks_html(sentence: Sentence, turn: TurnView, framed: Framed) -> str:
    sources = turn.answer.sources if turn.answer else ()
    hrefs = {footnote.number: footnote.href for source in sources for footnote in source.footnotes}
    return "".join(
        f'<sup><a href="{escape(framed.address + hrefs[mark.number])}">[{mark.number}]</a></sup>'
        for mark in sentence.marks
    )


def _footnote_html(footnote: Footnote, source: SourceGroup, framed: Framed) -> str:
    words, language = framed.words, _lang(source.document.language, framed)
    href = escape(framed.address + footnote.href)
    notes = "".join(
        f"<br>{_html(_note_label(note.label, words))} <span{language}>{_html(note.text)}</span>"
        for note in footnote.notes
    )
    return (
        f'<li value="{footnote.number}"><q{language}>{_html(footnote.quote)}</q> '
        f'{_html(_place(footnote, source, words))}. <a href="{href}">{href}</a>{notes}</li>'
    )


def _refusal_html(refusal: RefusalView, framed: Framed) -> str:
    message = f"<p>{_html(refusal.message)}</p>"
    said = [_footnote_html(footnote, source, framed) for source in refusal.sources for footnote in source.footnotes]
    message += f"\n<ol>{''.join(said)}</ol>" if said else ""
    if not refusal.nearest:
        return message
    links = "".join(
        f'<li{_lang(near.language, framed)}><a href="{escape(framed.address + near.href)}">{_html(near.text)}</a></li>'
        for near in refusal.nearest
    )
    return f"{message}\n<p>{_html(framed.words.say('Nearest in the explainer:'))}</p>\n<ul>{links}</ul>"


def _lang(tag: str, framed: Framed) -> str:
    return "" if base_language(tag) == framed.words.language else f' lang="{escape(tag)}"'


# Whole conversations


def conversation_markdown(turns: Sequence[Turn], framed: Framed) -> str:
    """All *turns* as one Markdown text."""
    views = (turn_view(number, turn, framed.words) for number, turn in enumerate(turns, start=1))
    return "\n".join(turn_markdown(view, framed, prefix=f"{view.number}-") for view in views)


def conversation_dict(conversation_id: str, title: str | None, turns: Sequence[Turn], framed: Framed) -> dict[str, Any]:
    """All *turns* with each reply as the README's contract has it, null where none is kept.

    Its permalinks begin with the site of *framed*; they are paths where that is empty.
    """
    return {
        "conversation_id": conversation_id,
        "title": title,
        "turns": [
            {"turn": number, "question": turn.question, "reply": _reply_dict(conversation_id, turn, framed)}
            for number, turn in enumerate(turns, start=1)
        ],
    }


def _reply_dict(conversation_id: str, turn: Turn, framed: Framed) -> Any:
    if turn.reply is None:
        return None
    return with_site(reply_dict(reply_in(framed.words.language, turn.reply), conversation_id), framed.address)
