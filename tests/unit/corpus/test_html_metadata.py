"""What a page says about itself: title, publisher, date, language, address and topics."""
# ruff: noqa: E501 - markup as it is written

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.html_page import HtmlLoader

BODY = "<h1>Water Permits</h1><p>A system needs a permit before it pumps.</p>"


def load(head: str, body: str = BODY, attributes: str = "") -> Document:
    html = f"<!doctype html><html {attributes}><head>{head}</head><body>{body}</body></html>"
    return HtmlLoader().load(html.encode(), Path("water-permits.html")).document


def linked(**data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "Article", **data})}</script>'


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ('<meta property="og:title" content="Permits: A Guide"><title>x</title>', BODY, "Permits: A Guide"),
        ('<meta property="og:title" content="Water Permits | The Board">', BODY, "Water Permits"),
        (
            '<meta property="og:title" content="Permits - The Board"><meta property="og:site_name" content="The Board">',
            BODY,
            "Permits",
        ),
        (
            '<meta property="og:title" content="The Board: News"><meta property="og:site_name" content="The Board">',
            BODY,
            "The Board: News",
        ),
        (linked(headline="Permits &"), BODY, "Permits &"),
        ("<title>Water | The Board</title>", BODY, "Water Permits"),
        (
            "<title>Water Permits – How – The Board</title>" + linked(publisher={"name": "The Board"}),
            "<p>Text here.</p>",
            "Water Permits – How",
        ),
        ("<title> Water\nPermits </title>", "<p>Text here.</p>", "Water Permits"),
        ("", "<p>Text here.</p>", "Water Permits"),
    ],
)
def test_the_title(head: str, body: str, title: str) -> None:
    assert load(head, body).title == title


@pytest.mark.parametrize(
    ("head", "publisher"),
    [
        (
            linked(publisher={"@type": "Organization", "name": "The  Board"})
            + '<meta property="og:site_name" content="B">',
            "The Board",
        ),
        (linked(publisher=[{"name": "The Board"}]), "The Board"),
        (linked(publisher="The Board"), "The Board"),
        ('<meta property="og:site_name" content="The Board">', "The Board"),
        ('<meta name="citation_publisher" content="The Board">', "The Board"),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": ["Report"], "publisher": {"name": "The Board"}}]}</script>',
            "The Board",
        ),
        ('<script type="application/ld+json">{"@type": "Organization", "publisher": {"name": "X"}}</script>', None),
        ('<script type="application/ld+json">{not json</script>', None),
        ("", None),
    ],
)
def test_the_publisher(head: str, publisher: str | None) -> None:
    assert load(head).publisher == publisher


MODIFIED = '<meta property="article:modified_time" content="2025-03-03T10:00:00Z">'
UPDATED = "<h1>Water Permits</h1><p>Updated April 4, 2025</p><p>A system needs a permit before it pumps.</p>"
TIME = (
    "<h1>Water Permits</h1><p><time datetime=2025-06-06>June</time></p><p>A system needs a permit before it pumps.</p>"
)


@pytest.mark.parametrize(
    ("head", "body", "day"),
    [
        (
            linked(dateModified="2025-02-02T23:00:00-05:00", datePublished="2025-01-01") + MODIFIED,
            UPDATED,
            date(2025, 2, 2),
        ),
        (MODIFIED, UPDATED, date(2025, 3, 3)),
        (linked(datePublished="2025-01-01"), UPDATED, date(2025, 4, 4)),
        (linked(datePublished="2025-01-01"), TIME, date(2025, 1, 1)),
        ("", TIME, date(2025, 6, 6)),
        ("", TIME + "<time datetime=2025-07-07></time>", None),
        ('<meta name="citation_publication_date" content="2025/5/9">', BODY, date(2025, 5, 9)),
        (
            "",
            BODY + "<footer><p>Page last reviewed: May 5, 2025</p><p>Last updated: May 5, 2025</p></footer>",
            date(2025, 5, 5),
        ),
        ("", BODY.replace("<p>", "<p>Published May 6, 2025</p><p>"), date(2025, 5, 6)),
        (linked(dateModified="soon"), BODY, None),
        (linked(dateModified="2025-02-30"), BODY, None),
    ],
)
def test_the_date(head: str, body: str, day: date | None) -> None:
    assert load(head, body).as_of == day


@pytest.mark.parametrize(
    ("attributes", "language"),
    [
        ("lang=es-MX", "es"),
        ("lang=EN", "en"),
        ("xml:lang=fr", "fr"),
        ("lang=und", "en"),
        ('lang="<x>"', "en"),
        ("", "en"),
    ],
)
def test_the_language(attributes: str, language: str) -> None:
    assert load("", attributes=attributes).language == language


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (
            '<link rel=canonical href="https://a.example/w"><meta property="og:url" content="https://b.example/">',
            "https://a.example/w",
        ),
        ('<link rel=canonical href="/w"><meta property="og:url" content="http://b.example/">', "http://b.example/"),
        ('<link rel=canonical href="javascript:alert(1)">', None),
        ('<link rel=canonical href="https://a.example/ x">', None),
        ("", None),
    ],
)
def test_the_address(head: str, url: str | None) -> None:
    assert load(head).url == url


def test_topics_are_named_once() -> None:
    head = '<meta name=keywords content="Water, permits,, water"><meta property="article:tag" content="Health">'
    assert load(head + linked(keywords=["permits", "lead"])).topics == ("Health", "Water", "permits", "lead")


def test_what_the_page_says_of_itself_isnt_in_its_text() -> None:
    assert load(MODIFIED, UPDATED).text == "A system needs a permit before it pumps."
