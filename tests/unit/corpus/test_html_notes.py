"""The notes of a web page: whichever program wrote them, their marks go and their bodies come in."""
# ruff: noqa: E501 - markup as it is written

from __future__ import annotations

import time
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.html_page import HtmlLoader
from tests.unit.corpus.invariants import assert_sound
from tests.unit.corpus.note_shapes import ONE, SHAPES, TWO


def load(body: str, head: str = "") -> Document:
    html = f"<!doctype html><html lang=en><head>{head}</head><body><main>{body}</main></body></html>"
    document = HtmlLoader().load(html.encode(), Path("page.html")).document
    assert_sound(document)
    return document


def notes_of(document: Document) -> list[tuple[str, list[str]]]:
    """Each note's text, with the text of the line up to each of its marks."""
    text = document.text
    return [
        (note.span.of(text), [text[text.rfind("\n", 0, mark) + 1 : mark] for mark in note.marks])
        for note in document.notes
    ]


BOTH = [(ONE, ["Permits last five years."]), (TWO, ["Permits last five years. Fees are $40."])]


@pytest.mark.parametrize("shape", SHAPES)
def test_marks_go_and_bodies_come_in(shape: str) -> None:
    document = load(f"<h1>Permits</h1><h2>Terms</h2>{SHAPES[shape]}")
    assert notes_of(document) == BOTH
    assert document.sections[-1].span.of(document.text) == "Terms\n\nPermits last five years. Fees are $40. More."
    assert document.text.count(ONE) == document.text.count(TWO) == 1


LISTED = f"<ol><li id=fn1>{ONE}</li><li id=fn2>{TWO}</li></ol>"


def test_a_note_marked_twice_has_both_marks() -> None:
    document = load(
        f"""<p>Permits last five years.<sup id=r1><a href="#fn1">1</a></sup></p><p>Fees are $40.<sup id=r2><a href="#fn1">1</a>
        </sup></p><ol><li id=fn1><a href="#r1">a</a> <a href="#r2">b</a> {ONE}</li></ol>"""
    )
    assert notes_of(document) == [(ONE, ["Permits last five years.", "Fees are $40."])]


def test_two_marks_in_one_place() -> None:
    document = load(f'<p>Permits last.<sup>[<a href="#fn1">1</a>, <a href="#fn2">2</a>]</sup> More.</p>{LISTED}')
    assert notes_of(document) == [(ONE, ["Permits last."]), (TWO, ["Permits last."])]
    assert document.text.startswith("Permits last. More.\n")


def test_an_item_of_a_list_of_notes_that_nothing_marks_is_a_note_too() -> None:
    document = load(f'<p>Permits last.<sup><a href="#fn1">1</a></sup></p><h2>Footnotes</h2>{LISTED}')
    assert notes_of(document) == [(ONE, ["Permits last."]), (TWO, [])]
    assert "Footnotes" not in document.text


def test_numbering_that_starts_again_keeps_marks_and_notes_together() -> None:
    parts = [
        f'<h2>{name}</h2><p>{name} text.<sup><a href="#{name}1">1</a></sup></p><ol><li id="{name}1">Note on {name}.</li></ol>'
        for name in ("East", "West")
    ]
    document = load("".join(parts) + '<p>Again the first.<sup><a href="#East1">1</a></sup></p>')
    assert notes_of(document) == [
        ("Note on East.", ["East text.", "Again the first."]),
        ("Note on West.", ["West text."]),
    ]


def test_a_note_of_several_paragraphs_is_whole() -> None:
    document = load(
        f"""<p>Permits last.<sup><a href="#a" id=ra>1</a></sup> Fees.<sup><a href="#b" id=rb>2</a></sup></p>
        <p id=a><a href="#ra">1</a> {ONE}</p><p>It went on.</p><p id=b><a href="#rb">2</a> {TWO}</p>"""
    )
    assert notes_of(document) == [(f"{ONE} It went on.", ["Permits last."]), (TWO, ["Permits last. Fees."])]


def test_a_note_keeps_its_own_links_and_numbers() -> None:
    document = load(
        """<p>Permits last.<sup><a href="#a" id=ra>1</a></sup></p><ol><li id=a>1 of 9 towns, says the
        <a href="https://example.org/x">2024 survey</a>, <a href="#s">part 2</a>. <a href="#ra">↑</a></li></ol><h2 id=s>S</h2><p>T.</p>"""
    )
    assert notes_of(document)[0][0] == "1 of 9 towns, says the 2024 survey, part 2."


def test_a_mark_in_a_note_leads_to_the_other_note() -> None:
    document = load(
        f"""<p>Permits last.<sup><a href="#fn1">1</a></sup></p><ol><li id=fn1>{ONE}<sup><a href="#fn2">2</a></sup></li>
        <li id=fn2>{TWO}</li></ol>"""
    )
    assert notes_of(document) == [(ONE, ["Permits last."]), (TWO, [f"[1] {ONE}"])]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('<p>See part <a href="#s">2</a>.</p><h2 id=s>Second</h2><p>Text.</p>', "See part 2."),
        ('<p>See <a href="#p12">12</a> below.</p><p id=p12>12. The board sits.</p>', "12. The board sits."),
        (
            "<p>An area of 10 m<sup>2</sup>, or 10<sup>6</sup> of them.</p><h2>Notes</h2><ol><li>One here.</li></ol>",
            "10 m², or 10⁶",
        ),
        ('<p>Gone.<sup><a href="#fn9">9</a></sup> On.</p>', "Gone.⁹ On."),
        ('<p>Empty.<sup><a href="#fn1">1</a></sup> On.</p><ol><li id=fn1><img src=x></li></ol>', "Empty.¹ On."),
        ('<p>Agencies: <a title="Agencies that begin with A" href="/a">A</a>, more.</p>', "Agencies: A, more."),
        ('<p>The <abbr title="Safe Drinking Water Act">SDWA</abbr> binds.</p>', "The SDWA binds."),
        ('<p>Up.<sup><a href="#fn1" title="Jump to footnote 1">1</a></sup></p>', "Up.¹"),
        ('<p><span class="note">Note: fees may rise.</span></p>', "Note: fees may rise."),
        ('<p><span class="footnote">Source: the board.</span></p>', "Source: the board."),
        ("<p>Text.</p><h2>References</h2><ol><li>A book.</li><li>A law.</li></ol>", "1. A book.\n2. A law."),
        ("<h2>Notes</h2><p>Bring a copy of your lease to the hearing.</p>", "Notes\n\nBring a copy"),
    ],
)
def test_what_only_looks_like_a_note_stays_in_the_text(body: str, kept: str) -> None:
    document = load(body)
    assert kept in document.text.partition("\n\nNotes\n[")[0]


def test_notes_in_parts_that_are_dropped_are_kept() -> None:
    html = f"""<!doctype html><body><main><p>Permits last five years.<sup><a href="#fn1">1</a></sup> Fees are $40.<sup>
        <a href="#fn2">2</a></sup> More.</p></main><footer class="site-footer" hidden><p>About us.</p>{LISTED}</footer></body>"""
    document = HtmlLoader().load(html.encode(), Path("page.html")).document
    assert notes_of(document) == BOTH
    assert "About us" not in document.text


def test_lists_without_links_that_number_anew_take_the_marks_above_them() -> None:
    parts = [
        f"<h2>{name}</h2><p>{name} text.<sup>1</sup></p><h3>Notes</h3><ol><li>Note on {name}.</li></ol>"
        for name in ("East", "West")
    ]
    assert notes_of(load("".join(parts))) == [("Note on East.", ["East text."]), ("Note on West.", ["West text."])]


def test_a_note_that_two_places_are_described_by_has_both_marks() -> None:
    document = load(
        f"""<p>Permits last.<sup aria-describedby=n>*</sup> Fees.<sup aria-describedby=n>*</sup></p><p id=n>* {ONE}</p>"""
    )
    assert notes_of(document) == [(ONE, ["Permits last.", "Permits last. Fees."])]


def test_a_title_has_no_mark_in_it() -> None:
    document = load(
        f'<h1>Permits<sup><a href="#fn1">1</a></sup></h1><h2>Terms</h2><p>They last.</p><ol><li id=fn1>{ONE}</ol>'
    )
    assert document.title == "Permits"
    assert notes_of(document) == [(ONE, [])]


def test_a_pop_up_that_repeats_a_note_is_no_second_note() -> None:
    document = load(
        f"""<p>Permits last.<sup id=r1><a href="#fn1" rel="footnote">1</a></sup><button data-footnote-content="{ONE}">1</button></p>
        <ol><li id=fn1>{ONE} <a href="#r1">↩</a></ol>"""
    )
    assert notes_of(document) == [(ONE, ["Permits last."])]


def test_a_line_between_the_heading_and_the_notes_stays() -> None:
    document = load(f"<p>Permits last.<sup>i</sup></p><h2>Notes</h2><p>All links work.</p><p>i. {ONE}</p>")
    assert notes_of(document) == [(ONE, ["Permits last."])]
    assert "All links work." in document.text


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + "<span hidden>two words</span>" * 4_000,
        "<p><a>" + "<span class='tooltip sr-only'>two words</span>" * 4_000,
        "<p>" + "<i></i>" * 4_000 + "<span class=footnote>two words</span>" * 4_000,
        "<p>" + "<a aria-describedby=x>1</a> " * 8_000 + "<div id=x role=tooltip>" + "<b></b>" * 8_000 + "two words",
    ],
    ids=["hidden", "in a mark", "in a line", "described"],
)
def test_many_in_one_place_cost_seconds_at_most(body: str) -> None:
    started = time.process_time()
    HtmlLoader().load(f"<!doctype html><html lang=en><p>Some words.</p>{body}".encode(), Path("page.html"))
    assert time.process_time() - started < 10  # less than one; what grows with the square takes a minute
