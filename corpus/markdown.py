"""Reads explainers written in Markdown (CommonMark with tables, footnotes and front matter)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from corpus.builder import BULLET, DocumentBuilder, Metadata, slugify, title_from_stem
from corpus.documents import Document
from corpus.encoding import decode
from corpus.errors import DocumentFormatError
from corpus.front_matter import KEYS, FrontMatter, WrongValueError, read_front_matter
from corpus.furniture import NOTE_HEADINGS, heading_key, title_key
from corpus.html_text import TagState, html_paragraphs, unclosed
from corpus.inline import InlineText, Mark, join_inline, normalise
from corpus.ports import Loaded

# The parser drops in silence what is nested deeper than this; `_parse` turns that into an error.
_DEEPEST = 100
_LISTS = ("bullet_list", "ordered_list")
_ATTRIBUTES = re.compile(r"\s*\{[#.:][^{}]*\}\s*$")


class MarkdownLoader:
    """Reads Markdown."""

    def load(self, data: bytes, source: Path) -> Loaded:
        """The document in *data*; raises `DocumentFormatError` where it can't be read."""
        text, warnings = decode(data, source)
        return Loaded(_document(text, source), warnings)


def _document(text: str, source: Path) -> Document:
    tokens, footnotes = _parse(text.removeprefix("\ufeff").lstrip("\r\n"), source)
    matter = _front_matter(tokens, source)
    page = _Page(SyntaxTreeNode(tokens), footnotes, matter.title)
    page.write()
    if not page.builder.has_body:
        raise DocumentFormatError(f"{source} has no body text; write at least one paragraph.")
    return page.builder.build(
        Metadata(
            id=matter.id or slugify(source.stem, "document"),
            title=matter.title or page.title or title_from_stem(source.stem),
            publisher=matter.publisher,
            as_of=matter.as_of,
            language=matter.language,
            topics=matter.topics,
            url=matter.url,
        )
    )


def _parse(text: str, source: Path) -> tuple[list[Token], Mapping[int, Mapping[str, Any]]]:
    """The tokens of *text*, and what the footnote plugin knows of its notes."""
    parser = MarkdownIt("commonmark", {"typographer": False, "maxNesting": _DEEPEST}).enable("table")
    # Notes stay where they are written: moved to the end, those without a mark would be lost.
    parser.use(footnote_plugin, move_to_end=False).use(front_matter_plugin)
    env: dict[str, Any] = {}
    tokens = parser.parse(text, env)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        raise DocumentFormatError(
            f"{source} nests lists or quotations more than {_DEEPEST // 2} deep; write them flatter."
        )
    for token in tokens:
        opening = unclosed(token.content) if token.type == "html_block" else None
        if opening and token.map:
            raise DocumentFormatError(
                f"{source}, line {token.map[0] + 1}: {opening} is never closed, which hides the text after it; "
                "close it or take it out."
            )
    return tokens, env.get("footnotes", {}).get("list", {})


def _front_matter(tokens: Sequence[Token], source: Path) -> FrontMatter:
    if not tokens or tokens[0].type != "front_matter":
        _refuse_unclosed(tokens, source)
        return FrontMatter()
    content = _load_yaml(tokens[0].content, source)
    filled = {str(key): value for key, value in content.items() if value not in ("", "~", "null", [], [""], None)}
    try:
        return read_front_matter(filled)
    except WrongValueError as error:
        example = f", such as {error.key}: {error.example}" if error.example else ""
        raise DocumentFormatError(
            f"{source}: the front matter's {error.key} is {error.shown}; write {error.advice}{example}."
        ) from error


def _load_yaml(content: str, source: Path) -> dict[Any, Any]:
    try:
        # The base loader leaves scalars as they are written: the language "no" isn't False, 2025-04-31 no crash.
        loaded = yaml.load(content, Loader=yaml.BaseLoader)  # noqa: S506 - it makes strings, lists and dicts only
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 2}" if mark else ""
        raise DocumentFormatError(
            f"{source}{line}: the front matter can't be read; write one key: value on each line, and put "
            "quotes around a value that has a colon in it."
        ) from error
    if loaded is None or loaded == "":
        return {}
    if not isinstance(loaded, dict):
        raise DocumentFormatError(
            f"{source}: what stands between the first two --- lines isn't front matter; write one key: value on "
            "each line there, or leave a blank line above the first ---."
        )
    return loaded


def _refuse_unclosed(tokens: Sequence[Token], source: Path) -> None:
    """Front matter without its last line would be read as the explainer's first paragraph."""
    if len(tokens) < 3 or tokens[0].type != "hr" or tokens[0].map != [0, 1]:
        return
    key = tokens[2].content.partition(":")
    if key[1] and key[0].strip() in KEYS:
        raise DocumentFormatError(f"{source}: the front matter isn't closed; put a line of --- below its last key.")


class _Page:
    """Writes a parsed page into a builder."""

    def __init__(self, root: SyntaxTreeNode, footnotes: Mapping[int, Mapping[str, Any]], named: str | None) -> None:
        self.builder = DocumentBuilder()
        self._root = root
        self._footnotes = footnotes
        self._definitions = [node for node in root.walk() if node.type == "footnote_reference"]
        self._labels = _label_notes(footnotes, {str(node.meta["label"]) for node in self._definitions})
        headings = [node for node in root.children if node.type == "heading"]
        tops = [normalise(self._heading(node).text) for node in headings if node.tag == "h1"]
        self.title = next(filter(None, tops), None)
        self._dropped = _note_headings(root.children, self._heading)
        # An H1 further down is a part like any other, even where the title is taken from it.
        opens = bool(headings) and headings[0].tag == "h1" and bool(tops[0])
        if opens and (named is None or title_key(named) == title_key(tops[0])):
            self._dropped.append(headings[0])

    def write(self) -> None:
        """Hand every block, then every note, to the builder."""
        for node in self._root.children:
            self._block(node)
        bodies = [(str(node.meta["label"]), join_inline(self._texts(node.children))) for node in self._definitions]
        bodies += [
            (self._labels[number], self._read(note["tokens"]))
            for number, note in self._footnotes.items()
            if "tokens" in note
        ]
        order = {self._labels[number]: place for place, number in enumerate(sorted(self._footnotes))}
        for label, body in sorted(bodies, key=lambda note: order.get(note[0], len(order))):
            self.builder.add_note(label, body)

    def _block(self, node: SyntaxTreeNode, quoted: bool = False) -> None:
        if node in self._dropped:
            return
        match node.type:
            case "heading" if not quoted:
                self.builder.add_heading(int(node.tag[1]), self._heading(node))
            case "bullet_list" | "ordered_list":
                items = list(self._items(node))
                self.builder.add_list([item for _, item in items], markers=[marker for marker, _ in items])
            case "table":
                self.builder.add_table(self._rows(node))
            case "blockquote":
                for child in node.children:
                    self._block(child, quoted=True)
            case _:
                for text in self._texts([node]):
                    self.builder.add_paragraph(text)

    def _items(self, node: SyntaxTreeNode) -> Iterator[tuple[str, InlineText]]:
        """The items of a list and of the lists in it, in reading order, each with its marker."""
        start = int(node.attrs.get("start", 1))
        for number, item in enumerate(node.children, start):
            marker = f"{number}." if node.type == "ordered_list" else BULLET
            own: list[SyntaxTreeNode] = []
            for child in item.children:
                if child.type not in _LISTS:
                    own.append(child)
                    continue
                if own:
                    yield marker, join_inline(self._texts(own))
                    own, marker = [], ""  # text that goes on below a nested list has no marker of its own
                yield from self._items(child)
            if own:
                yield marker, join_inline(self._texts(own))

    def _rows(self, node: SyntaxTreeNode) -> list[list[InlineText]]:
        rows = [row for part in node.children for row in part.children]
        return [[join_inline(self._texts([cell])) for cell in row.children] for row in rows]

    def _texts(self, nodes: Iterable[SyntaxTreeNode]) -> Iterator[InlineText]:
        """The running texts in *nodes*, however deep."""
        for node in nodes:
            match node.type:
                case "inline":
                    yield self._read(node.token.children if node.token else None)
                case "fence" | "code_block":
                    yield InlineText(node.content)
                case "html_block":
                    yield from map(InlineText, html_paragraphs(node.content))
                case "footnote_reference" | "front_matter":
                    pass
                case _:
                    yield from self._texts(node.children)

    def _heading(self, node: SyntaxTreeNode) -> InlineText:
        inline = join_inline(self._texts([node]))
        return InlineText(_ATTRIBUTES.sub("", inline.text), inline.marks)

    def _read(self, tokens: Sequence[Token] | None) -> InlineText:
        """The plain text of inline tokens, and the note marks in it."""
        pieces, marks, length, tags = list[str](), list[Mark](), 0, TagState()
        for token in _flat(tokens or ()):
            if token.type == "footnote_ref":
                label = self._labels[token.meta["id"]]
                marks.append(Mark(length, label, f"[^{label}]"))
            else:
                pieces.append(_plain(token, tags))
                length += len(pieces[-1])
        return InlineText("".join(pieces), tuple(marks))


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or ())  # an image's alternative text


def _plain(token: Token, tags: TagState) -> str:
    match token.type:
        case "text" | "code_inline":
            return tags.read(token.content)
        case "softbreak" | "hardbreak":
            return " "
        case "html_inline":
            return tags.tag(token.content)
        case _:
            return ""


def _label_notes(footnotes: Mapping[int, Mapping[str, Any]], taken: Collection[str]) -> dict[int, str]:
    """The label of each marked note; a note written in place gets the first number that is free."""
    free = (str(number) for number in count(1) if str(number) not in taken)
    return {number: str(note.get("label") or next(free)) for number, note in sorted(footnotes.items())}


def _note_headings(
    nodes: Sequence[SyntaxTreeNode], text_of: Callable[[SyntaxTreeNode], InlineText]
) -> list[SyntaxTreeNode]:
    """Headings such as "Notes" that have nothing below them but footnote definitions."""
    found: list[SyntaxTreeNode] = []
    for place, node in enumerate(nodes):
        if node.type != "heading" or heading_key(text_of(node).text) not in NOTE_HEADINGS:
            continue
        below = [child.type for child in takewhile(lambda child: child.type != "heading", nodes[place + 1 :])]
        if "footnote_reference" in below and set(below) <= {"footnote_reference", "hr"}:
            found.append(node)
    return found
