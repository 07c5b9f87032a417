"""Reads a page as a browser would, far enough to say what stands where."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

VOID = {"meta", "link", "input", "br", "hr", "img"}


@dataclass
class Element:
    """An element with its attributes and all text inside."""

    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    text: str = ""

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


@dataclass
class Page:
    """Every element of a page, in document order; apart from it, what a script may put there from a template."""

    elements: list[Element] = field(default_factory=list)
    templated: list[Element] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements with *tag* and the given attributes; ``class_`` matches one class among several."""
        wanted_class = attributes.pop("class_", None)
        return [
            element
            for element in self.elements
            if element.tag == tag
            and attributes.items() <= element.attributes.items()
            and (wanted_class is None or wanted_class in element.attributes.get("class", "").split())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} {attributes}>"
        return found[0]

    def by_id(self, name: str) -> Element:
        """The element with the id *name*."""
        return next(element for element in self.elements if element.attributes.get("id") == name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(outer.tag for outer in self.open))
        (self.page.templated if "template" in element.inside else self.page.elements).append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def read(html: str) -> Page:
    """The page in *html*; fails on elements that are not nested and closed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"left open: {reader.open}"
    return reader.page


def sound(html: str) -> Page:
    """*html* as a page that keeps what every page of ours promises.

    One h1; a title and a language; no id twice; every fragment leads somewhere on the page; nothing that runs or
    is styled inline, and nothing from another site, in templates neither.
    """
    page = read(html)
    page.one("h1")
    assert page.one("title").text.strip()
    assert page.one("html")["lang"]
    ids = [element["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids)), ids
    for link in page.all("a"):
        if link["href"].startswith("#"):
            assert unquote(link["href"][1:]) in ids, link
    everything = Page([*page.elements, *page.templated])
    assert all(script["src"] and not script.text.strip() for script in everything.all("script"))
    assert not everything.all("style")
    for element in everything.elements:
        assert not [name for name in element.attributes if name == "style" or name.startswith("on")], element
        for name in {"src", "href", "action"} & set(element.attributes):
            assert re.match(r"[/#](?!/)", element[name]) or element.attributes.get("rel") == "noreferrer", element
    return page
