"""What a page says about itself in its head."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from corpus.html_marks import shown
from corpus.html_tree import Element, names
from corpus.imprint import parse_date
from corpus.inline import normalise
from corpus.language import known_language

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_TEXTS = names("article newsarticle report blogposting scholarlyarticle techarticle webpage creativework faqpage")
_SEPARATORS = ("|", "–", "—", "-", "·", "•", "»", "::")
_ORDER = frozenset({"article", "newsarticle", "report", "blogposting", "scholarlyarticle", "techarticle"})
_LONGEST = 500
_LONGEST_TOPIC = 60
_MOST_TOPICS = 20


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What the head says; ``modified`` and ``published`` are days, ``site`` is the site's name."""

    title: str | None
    publisher: str | None
    site: str | None
    modified: date | None
    published: date | None
    language: str | None
    url: str | None
    topics: tuple[str, ...]


def read_metadata(root: Element) -> PageMetadata:
    """The metadata of the page under *root*."""
    metas = _metas(root)
    texts = _linked_data(root)
    site = _first(metas, "og:site_name", "application-name")
    publisher = next(filter(None, (_name(text.get("publisher")) for text in texts)), None)
    return PageMetadata(
        title=_title(root, metas, texts, site or publisher),
        publisher=publisher or _first(metas, "og:site_name", "citation_publisher", "dc.publisher", "dcterms.publisher"),
        site=site,
        modified=_day(texts, "dateModified")
        or _meta_day(metas, "article:modified_time", "og:updated_time", "dcterms.modified"),
        published=_day(texts, "datePublished")
        or _meta_day(metas, "article:published_time", "citation_publication_date", "citation_date", "dcterms.issued"),
        language=_language(root),
        url=_url(root, metas),
        topics=_topics(metas, texts),
    )


def _metas(root: Element) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for element in root.find("meta"):
        for key in {element.get("property").lower(), element.get("name").lower()} - {""}:
            if value := normalise(element.get("content"))[:_LONGEST]:
                metas.setdefault(key, []).append(value)
    return metas


def _first(metas: dict[str, list[str]], *keys: str) -> str | None:
    return next((metas[key][0] for key in keys if key in metas), None)


def _linked_data(root: Element) -> list[dict[str, Any]]:
    """The JSON-LD objects that describe a text, articles before pages."""
    found: list[dict[str, Any]] = []
    for script in root.find("script"):
        if script.get("type").strip().lower() != "application/ld+json":
            continue
        try:
            found.extend(_objects(json.loads(script.text.strip())))
        except (ValueError, RecursionError):  # a page's text is worth more than its metadata
            continue
    texts = [found_one for found_one in found if _types(found_one) & _TEXTS]
    return sorted(texts, key=lambda text: not _types(text) & _ORDER)


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _objects(value.get(key))


def _types(value: dict[str, Any]) -> set[str]:
    types = value.get("@type")
    return {str(name).lower() for name in (types if isinstance(types, list) else [types])}


def _name(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    return (normalise(value)[:_LONGEST] or None) if isinstance(value, str) else None


def _title(root: Element, metas: dict[str, list[str]], texts: Sequence[dict[str, Any]], site: str | None) -> str | None:
    heads = [text for text in (shown(heading) for heading in root.find("h1")) if text]
    head = next(root.find("head"), None)
    own = next((normalise(title.text) for title in head.find("title")), "") if head else ""
    named = [_first(metas, "og:title"), *(_headline(text, heads) for text in texts)]
    named += [shown(heading) for heading in root.find("h1") if heading.get("itemprop") == "headline"]
    # Where parts have headings like it, the first may be a part's.
    named += heads[:1] if len(heads) == 1 or (heads[:1] and heads[0] in own) else []
    named += [own, *heads[:1], _first(metas, "citation_title", "dc.title", "twitter:title")]
    return next((_without_site(name, site, heads) for name in named if name), None)


def _headline(text: dict[str, Any], heads: Sequence[str]) -> str | None:
    """The headline in *text*; its name where the page is headed by that, since some put a summary in the headline."""
    name = _name(text)
    return name if name in heads else _name(text.get("headline"))


def _without_site(title: str, site: str | None, heads: Sequence[str]) -> str:
    """*title* without the site's name before or behind it."""
    for heading in heads:
        if title != heading and _is_apart(title.removeprefix(heading), title, heading):
            return heading
    for separator in _SEPARATORS:
        parts = [part.strip() for part in title.split(f" {separator} ")]
        if len(parts) < 2:
            continue
        if site and parts[-1].casefold() == site.casefold():
            return title[: title.rindex(f" {separator} ")].strip()
        if site and parts[0].casefold() == site.casefold():
            return title[title.index(f" {separator} ") + len(separator) + 2 :].strip()
    return title


def _is_apart(rest: str, title: str, heading: str) -> bool:
    return title.startswith(heading) and rest.strip()[:2].strip() in _SEPARATORS


def _day(texts: Sequence[dict[str, Any]], key: str) -> date | None:
    return next(filter(None, (read_day(text.get(key)) for text in texts)), None)


def _meta_day(metas: dict[str, list[str]], *keys: str) -> date | None:
    return next(filter(None, (read_day(value) for key in keys for value in metas.get(key, []))), None)


def read_day(value: object) -> date | None:
    """The day that a date in markup names."""
    if not isinstance(value, str):
        return None
    plain = normalise(value)
    return parse_date(re.sub(r"^(\d{4})/(\d\d?)/(\d\d?)$", _with_hyphens, plain))


def _with_hyphens(match: re.Match[str]) -> str:
    return f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}"


def _language(root: Element) -> str | None:
    named = [element.get(name) for element in (root, *root.find("body")) for name in ("lang", "xml:lang")]
    return known_language(next(filter(None, named), None))


def _url(root: Element, metas: dict[str, list[str]]) -> str | None:
    links = [link.get("href").strip() for link in root.find("link") if "canonical" in link.get("rel").lower().split()]
    addresses = [*links, *metas.get("og:url", [])]
    return next((address for address in addresses if len(address) <= _LONGEST and _ADDRESS.fullmatch(address)), None)


def _topics(metas: dict[str, list[str]], texts: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    named = [*metas.get("article:tag", [])]
    for listed in [*metas.get("keywords", []), *(text.get("keywords") for text in texts)]:
        named += [
            part
            for part in (listed if isinstance(listed, list) else str(listed or "").split(","))
            if isinstance(part, str)
        ]
    topics: dict[str, str] = {}
    for topic in map(normalise, named):
        if topic and len(topic) <= _LONGEST_TOPIC:
            topics.setdefault(topic.casefold(), topic)
    return tuple(topics.values())[:_MOST_TOPICS]
