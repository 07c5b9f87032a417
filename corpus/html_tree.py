"""A web page as a tree of elements and text. The one door to selectolax."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode


def names(text: str) -> frozenset[str]:
    """The words in *text*, such as names of elements."""
    return frozenset(text.split())


BLOCKS = names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table "
    "tbody td tfoot th thead tr ul"
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

# Readers of a page call themselves once a level; browsers flatten what is nested deeper than 512 in the same way.
_DEEPEST = 100

# What the parser takes time for grows with these products; a page of 20 MB has some 5e7 and 4e6 of them.
_MOST_TAGS = 1_000_000
_MOST_WORK = 1_000_000_000
_MOST_COPIES = 20_000_000
_LONGEST_TAG = 50_000
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title|xmp)\b.*?(?:</\1|\Z)|"
    r"<(?P<close>/?)(?P<name>[a-z][^\s/>]*)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^'\">])*+)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_CLOSED_BY_OTHERS = names(
    "area base br col colgroup dd dt embed hr img input li link meta option p param rp rt source tbody td tfoot th "
    "thead tr track wbr"
)
_FORMATTING = names("a b big code em font i nobr s small strike strong tt u")
_EMPTY_IN_XML = re.compile(r"<([a-z][^\s/<>]*)((?:\"[^\"<]*\"|'[^'<]*'|[^'\"<>])*+)(?<=/)>", re.IGNORECASE)


class PageTooComplex(ValueError):  # noqa: N818 - named for what is wrong
    """A page that would take minutes and gigabytes to parse; the message says what there is too much of."""


@dataclass(slots=True, eq=False, repr=False)
class Element:
    """An element: its tag in lower case, its attributes, and its children in order."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)
    parent: Element | None = None

    def get(self, name: str) -> str:
        """The attribute *name*, or nothing."""
        return self.attributes.get(name, "")

    @property
    def classes(self) -> frozenset[str]:
        """The names in the element's class attribute, in lower case."""
        return frozenset(self.get("class").lower().split())

    @property
    def roles(self) -> frozenset[str]:
        """What the element says it is for, in ARIA's words or EPUB's."""
        return frozenset(f"{self.get('role')} {self.get('epub:type')}".lower().split())

    @property
    def elements(self) -> list[Element]:
        """The children that are elements."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """All the text inside, as it is written."""
        return "".join(node for node in self.walk() if isinstance(node, str))

    def walk(self) -> Iterator[Element | str]:
        """Everything inside, in reading order, the element itself first."""
        waiting: list[Element | str] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, Element):
                waiting.extend(reversed(node.children))

    def find(self, *tags: str) -> Iterator[Element]:
        """The elements inside, this one among them, with one of *tags*; all elements where none are named."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            if not tags or element.tag in tags:
                yield element
            if element.children:
                waiting.extend([child for child in reversed(element.children) if isinstance(child, Element)])

    def ancestors(self) -> Iterator[Element]:
        """The elements this one stands in, the innermost first."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def append(self, child: Element | str) -> None:
        """Put *child* last."""
        self.children.append(child)
        if isinstance(child, Element):
            child.parent = self

    def remove(self) -> None:
        """Take the element, with all that is in it, out of the tree."""
        if self.parent is not None:
            self.parent.children = [child for child in self.parent.children if child is not self]
            self.parent = None

    def replace(self, *nodes: Element | str) -> None:
        """Put *nodes* where this element is."""
        parent = self.parent
        if parent is None:
            return
        place = next(place for place, child in enumerate(parent.children) if child is self)
        parent.children[place : place + 1] = nodes
        self.parent = None
        for node in nodes:
            if isinstance(node, Element):
                node.parent = parent


def parse_page(html: str) -> Element:
    """The page's root element. Raises `PageTooComplex` where parsing would take too long."""
    if html.lstrip().startswith("<?xml"):
        html = _EMPTY_IN_XML.sub(_close, html)
    _refuse_complex(html)
    return _copy(LexborHTMLParser(html).root)


def parse_text(html: str) -> str:
    """The text in *html*, a piece of markup in an attribute."""
    return parse_page(html).text if "<" in html or "&" in html else html


def _close(match: re.Match[str]) -> str:
    """``<a id="x"/>`` as HTML writes it."""
    name, rest = match[1], match[2]
    return match[0] if name.lower() in _CLOSED_BY_OTHERS else f"<{name}{rest.removesuffix('/')}></{name}>"


def _refuse_complex(html: str) -> None:
    tags = depth = deepest = formatting = most_formatting = 0
    for match in _TAG.finditer(html):
        if not match["name"]:
            continue
        tags += 1
        name, step = match["name"].lower(), -1 if match["close"] else 1
        if name not in _CLOSED_BY_OTHERS:
            depth = max(depth + step, 0)
            deepest = max(depth, deepest)
        if name in _FORMATTING:
            formatting = max(formatting + step, 0)
            most_formatting = max(formatting, most_formatting)
        if len(match["rest"]) > _LONGEST_TAG and len(_QUOTED.sub('"', match["rest"])) > _LONGEST_TAG:
            raise PageTooComplex("one of its tags has thousands of attributes")
    if tags > _MOST_TAGS:
        raise PageTooComplex(f"it has more than {_MOST_TAGS:,} tags")
    if deepest * tags > _MOST_WORK or most_formatting * tags > _MOST_COPIES:
        raise PageTooComplex("it nests too many elements in each other")


def _copy(root: LexborNode | None) -> Element:
    """The tree under *root*; what is nested too deep stands beside what it is nested in."""
    top = Element("html", {})
    if root is None:
        return top
    waiting: list[tuple[LexborNode, Element, int]] = [(root, top, 0)]
    while waiting:
        node, parent, depth = waiting.pop()
        if node.next is not None and node is not root:
            waiting.append((node.next, parent, depth))
        if node.is_text_node:
            parent.append(node.text_content or "")
        elif node.is_element_node:
            element = Element(_tag(node), {name.lower(): value or "" for name, value in node.attributes.items()})
            parent.append(element)
            if node.first_child is not None:
                deeper = depth < _DEEPEST
                waiting.append((node.first_child, element if deeper else parent, depth + deeper))
    found = top.elements
    return found[0] if found else top


def _tag(node: LexborNode) -> str:
    return (node.tag or "").lower()
