"""Links inside the text: to a heading of the page, or to a file beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from corpus.builder import slugify
from corpus.checks.findings import Found, Rule
from corpus.checks.page import Page
from corpus.checks.source import Markup
from corpus.inline import normalise

_LINK = re.compile(r"(?<!\\)\]\(\s*<?([^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+[\"'][^\n]{0,200}?[\"'])?\s*\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]^\n][^\]\n]*\]:[ \t]*<?([^\s<>]+)", re.MULTILINE)
_HREF = re.compile(r"<a\s[^<>]*?\bhref\s*=\s*[\"']([^\"'<>]+)[\"']", re.IGNORECASE)
_ANCHOR = re.compile(r"<[a-z][^<>]*?\s(?:id|name)\s*=\s*[\"']([^\"'<>]+)[\"']", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\{[^{}\n#]{0,200}#([\w:.-]{1,200})[^{}\n]{0,200}\}")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+([^\n]{1,300}?)[ \t#]*$", re.MULTILINE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|/")
_BY_THEMSELVES = re.compile(r"(?:fn|fnref|footnote|cite_note|cite_ref)[-:_]?\S*|top", re.IGNORECASE)
# A site is built from files that its addresses don't end in.
_BUILT_FROM = (".md", ".markdown", ".html", ".htm", ".txt")
_INDEXES = ("index.md", "index.html", "README.md")


def dead_link(page: Page) -> Iterator[Found]:
    """A link to a place of this page, or to a file beside it, that isn't there."""
    if page.source is None:
        return
    anchors: frozenset[str] | None = None
    for offset, address in _links(page):
        file, _, anchor = address.partition("#")
        if file:
            if not _is_there(page, file):
                yield Found(Rule.DEAD_LINK, f"There is no file {file} beside this one.", source_offset=offset)
            continue
        anchors = anchors if anchors is not None else frozenset(_anchors(page))
        if anchor and not _BY_THEMSELVES.fullmatch(anchor) and unquote(anchor).casefold() not in anchors:
            yield Found(Rule.DEAD_LINK, f"No heading of this page is #{anchor}.", source_offset=offset)


def _links(page: Page) -> Iterator[tuple[int, str]]:
    """The internal links of the page's file: where they stand, and their addresses."""
    if page.source is None:
        return
    markup, text = page.source.markup, page.source.without_code()
    patterns = {Markup.NONE: (_LINK,), Markup.MARKDOWN: (_LINK, _REFERENCE, _HREF), Markup.HTML: (_HREF,)}[markup]
    for match in sorted((m for pattern in patterns for m in pattern.finditer(text)), key=lambda m: m.start(1)):
        address = match[1]
        # The page of a site links to files that only the site has.
        if not _SCHEME.match(address) and (markup is not Markup.HTML or address.startswith("#")):
            yield match.start(1), address


def _is_there(page: Page, file: str) -> bool:
    path = unquote(file.partition("?")[0])
    if not path or "\0" in path:
        return not path
    beside = page.path.parent / path
    stem = beside.with_suffix("") if beside.suffix in (".html", ".htm") and beside.name != beside.suffix else beside
    candidates = [beside, *(stem.with_name(stem.name + suffix) for suffix in _BUILT_FROM if stem.name)]
    candidates += [beside / index for index in _INDEXES]
    return any(page.terms.exists(candidate) for candidate in candidates)


def _anchors(page: Page) -> Iterator[str]:
    """What a link to a place of the page may say, folded: as this program makes anchors, and as others do."""
    document = page.document
    headings = [document.title, *(section.heading for section in document.sections)]
    if page.source:
        text = page.source.text
        headings += [match[1] for match in _HEADING.finditer(text)]
        for pattern in (_ANCHOR, _ATTRIBUTE):
            yield from (match[1].casefold() for match in pattern.finditer(text))
    yield from (section.slug for section in document.sections)
    if document.notes:
        headings.append("Notes")
    seen: dict[str, int] = {}
    for heading in headings:
        yield slugify(heading, "section")
        anchor = _as_sites_do(heading)
        yield anchor
        seen[anchor] = seen.get(anchor, 0) + 1
        yield from (f"{anchor}-{seen[anchor] + step}" for step in (-1, 0))


def _as_sites_do(heading: str) -> str:
    """The anchor that sites which show Markdown make of *heading*."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", _ATTRIBUTE.sub("", heading))
    return re.sub(r"[^\w\- ]", "", normalise(plain).casefold()).strip().replace(" ", "-")
