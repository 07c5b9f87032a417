"""Web pages: what of a page is the explainer, and how its parts are read."""
# ruff: noqa: E501 - markup as it is written

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents import Block, BlockKind, Document
from corpus.errors import DocumentFormatError
from corpus.html_page import HtmlLoader
from corpus.ports import Loaded
from tests.unit.corpus.invariants import assert_sound

PROSE = "A system needs a permit before it pumps. The state grants it, and the county keeps a copy of it."


def load_all(html: str) -> Loaded:
    loaded = HtmlLoader().load(html.encode(), Path("water.html"))
    assert_sound(loaded.document)
    return loaded


def load(body: str) -> Document:
    return load_all(f"<!doctype html><html lang=en><body>{body}</body></html>").document


def blocks_of(document: Document) -> list[Block]:
    return [block for section in document.sections for block in section.blocks]


def lines(body: str) -> list[str]:
    """The lines of a page that has *body* below its title and first paragraph."""
    text = load(f"<main><h1>Water</h1><p>{PROSE}</p>{body}</main>").text
    assert text.startswith(PROSE)
    return [line for line in text.removeprefix(PROSE).split("\n") if line]


class TestBlocks:
    def test_headings_nest_and_the_title_isnt_one_of_them(self) -> None:
        document = load("<h1>Water</h1><h2>Who</h2><h3>Cities</h3><p>One.</p><h2>When</h2><p>Two.</p>")
        assert document.title == "Water"
        assert [section.path for section in document.sections] == [("Who",), ("Who", "Cities"), ("When",)]

    def test_parts_headed_like_the_title_are_parts(self) -> None:
        document = load_all(
            "<title>Water</title><body><h1>Who</h1><p>One text.</p><h1>When</h1><p>Two texts.</p>"
        ).document
        assert [section.path for section in document.sections][-1] == ("When",)

    @pytest.mark.parametrize(
        ("heading", "text"),
        [
            ('Who <a class="anchor" href="#who">#</a>', "Who"),
            ('<a href="#who" aria-label="Link to this section">¶</a> Who', "Who"),
            ('Who<span class="mw-editsection">[<a href="/edit">edit</a>]</span>', "Who"),
            ('Who <a href="/edit?s=1">Edit</a>', "Who"),
            ('<a href="#who">Who pays</a>', "Who pays"),
            ("<button aria-expanded=false>Who pays?</button>", "Who pays?"),
            ("Who&nbsp;<br>pays &amp; when", "Who pays & when"),
        ],
    )
    def test_a_heading_without_its_permalink(self, heading: str, text: str) -> None:
        assert load(f"<h2>{heading}</h2><p>{PROSE}</p>").sections[0].heading == text

    def test_a_div_that_says_it_is_a_heading_is_one(self) -> None:
        document = load(f'<h2>Who</h2><p>{PROSE}</p><div role="heading" aria-level="3">Cities</div><p>One.</p>')
        assert document.sections[1].path == ("Who", "Cities")

    @pytest.mark.parametrize(
        ("html", "read"),
        [
            ("<ul><li>a<li>b<ul><li>c</ul>d</ul>", ["• a", "• b", "• c", "d"]),
            ("<ol start=3><li>a</li><li value=7>b</li><li>c</li></ol>", ["3. a", "7. b", "8. c"]),
            ("<ol type=a><li>a<ol type=i><li>b<li>c</ol></ol>", ["a. a", "i. b", "ii. c"]),
            ("<ol style='list-style-type: upper-alpha'><li>a<li>b</ol>", ["A. a", "B. b"]),
            ("<ol reversed><li>a<li>b</ol>", ["2. a", "1. b"]),
            ("<ol start=x><li><p>a</p><p>b</p></li></ol>", ["1. a b"]),
            ("<ul><li><div>a<ul><li>b</ul></div></ul>", ["• a", "• b"]),
            ("<ul><li>a</li><ul><li>b</li></ul></ul>", ["• a", "• b"]),
            ("<p>• a</p><p>•&nbsp;b</p>", ["• a", "• b"]),
            (
                "<p class=MsoListParagraphCxSpFirst>1.<span>&nbsp; </span>a</p><p class=MsoListParagraphCxSpLast>2. b</p>",
                ["1. a", "2. b"],
            ),
            (
                "<dl><dt>CWS</dt><dd>a system</dd><dt>FDA<dt>EPA:<dd>an agency<dd>more</dl>",
                ["• CWS: a system", "• FDA EPA: an agency", "• more"],
            ),
        ],
    )
    def test_lists(self, html: str, read: list[str]) -> None:
        assert lines(html) == read

    def test_a_list_after_a_paragraph_is_led_in_by_it(self) -> None:
        block = blocks_of(load(f"<p>{PROSE}</p><ul><li>a<li>b</ul>"))[1]
        assert block.kind is BlockKind.LIST
        assert block.lead_in is not None

    def test_cards_in_a_list_are_parts_of_the_text(self) -> None:
        document = load(
            f"<h2>Who</h2><p>{PROSE}</p><ul><li><h3>Cities</h3><p>One.</p><li><h3>Towns</h3><p>Two.</p></ul>"
        )
        assert [section.path[-1] for section in document.sections] == ["Who", "Cities", "Towns"]

    @pytest.mark.parametrize(
        ("html", "read"),
        [
            ("<table><caption>Fees</caption><tr><th>a<th>b<tr><td>1<td>2</table>", ["Fees", "a | b", "1 | 2"]),
            (
                "<table><tfoot><tr><td>3<td>4<tbody><tr><td>1<td>2<thead><tr><th>a<th>b</table>",
                ["a | b", "1 | 2", "3 | 4"],
            ),
            ("<table><tr><th colspan=2>a<th>b<tr><td>1<td>2<td>3</table>", ["a | a | b", "1 | 2 | 3"]),
            ("<table><tr><th>a<th>b<tr><td rowspan=2>1<td>2<tr><td>3</table>", ["a | b", "1 | 2", "1 | 3"]),
            ("<table><tr><th>a<th>b<tr><td colspan=9>all<tr><td>1<td>2</table>", ["a | b", "all |", "1 | 2"]),
            ("<table><tr><td>a</td></tr><tr><td><p>b</p><p>c</p></td></tr></table>", ["a", "b", "c"]),
            ("<table role=presentation><tr><td>a<td>b</table>", ["a", "b"]),
            ("<table><tr><th>a<th>b<tr><td><ul><li>x<li>y</ul><td>1<br>2</table>", ["a | b", "x y | 1 2"]),
            ("<table><tr><th rowspan=999>a<th>b<tr><td>1</table>", ["a | b", "a | 1"]),
        ],
    )
    def test_tables(self, html: str, read: list[str]) -> None:
        assert lines(html) == read

    @pytest.mark.parametrize(
        ("html", "read"),
        [
            ("<p>one<br>two</p>", ["one two"]),
            ("one<br><br>two", ["one", "two"]),
            ("<p>to<wbr>day co&shy;op &copy; &#8217;</p>", ["today coop © ’"]),
            ("<p>10<sup>6</sup> m<sup>2</sup>, H<sub>2</sub>O, 1<sup>st</sup></p>", ["10⁶ m², H₂O, 1st"]),
            ("<p>a <a href='https://example.org'>link</a> stays</p>", ["a link stays"]),
            ("<p>She said <q>no</q>.</p>", ["She said “no”."]),
            ("<blockquote><h3>Said</h3><p>one</p></blockquote>", ["Said", "one"]),
            ("<figure><img src=x alt=chart><figcaption>Fees by year</figcaption></figure>", ["Fees by year"]),
            ("<pre>a  =  b\n  c</pre>", ["a = b c"]),
            ("<details><summary>Who pays?</summary><p>Cities do.</p></details>", ["Who pays?", "Cities do."]),
            ("<p>one<p>two<div>three<span><p>four</p></span></div>", ["one", "two", "three", "four"]),
            ("<my-card><p>one</p></my-card><x-y>two</x-y>", ["one", "two"]),
            ("<p>a <!-- b --> c<script>d()</script><style>e</style></p>", ["a c"]),
        ],
    )
    def test_running_text(self, html: str, read: list[str]) -> None:
        assert lines(html) == read

    def test_struck_out_text_is_left_out_with_a_warning(self) -> None:
        loaded = load_all(f"<!doctype html><p>{PROSE} It costs <del>$40</del> <ins>$50</ins>.</p>")
        assert loaded.document.text.endswith("It costs $50.")
        assert "struck out" in loaded.warnings[0]


class TestRefusals:
    @pytest.mark.parametrize(
        "html",
        [
            "<!doctype html><p></p>",
            "<!doctype html><div id=root></div><script>go()</script>",
            "<h1>Only</h1><h2>Headings</h2>",
        ],
    )
    def test_a_page_without_text(self, html: str) -> None:
        with pytest.raises(DocumentFormatError, match=r"water\.html has no body text; if the page shows its text with"):
            load_all(html)

    @pytest.mark.parametrize(
        ("html", "reason"),
        [
            ("<div>" * 200_000, "nests too many"),
            ("".join(f"<p><font id={n}>" for n in range(8_000)), "nests too many"),
            ("<i>x</i>" * 500_001, "more than 1,000,000 tags"),
            (f"<p {' '.join(f'a{n}=1' for n in range(20_000))}>", "thousands of attributes"),
            (f"<table><tr>{'<td rowspan=0>x' * 100}{'<tr><td>y' * 6_000}</table>", "more than 500,000 cells"),
        ],
    )
    def test_a_page_that_would_take_minutes(self, html: str, reason: str) -> None:
        with pytest.raises(DocumentFormatError, match=f"water.html can't be read as a web page: .*{reason}"):
            load_all(html)

    @pytest.mark.parametrize("opening", ["<div>", "<ul><li>", "<blockquote>", "<span>", "<table><tr><td>"])
    def test_what_is_nested_ten_thousand_deep_is_still_read(self, opening: str) -> None:
        depth = 10_000 if "<t" not in opening else 2_000
        assert load(f"{opening * depth}{PROSE}").text.endswith(PROSE)


TAGS = """
    <p> </p> <div> <h1> <h2> </h2> <ul> <ol> <li> </ul> <table> <tr> <td> <th> </table> <sup> </sup> <br> <dl> <dt> <dd>
    <main> <article> <aside> <nav> </nav> <header> <footer> <section> <details> <summary> <b> </b> <a> </a> <span> <pre>
    <a_href="#n1"> <a_href="#n2"> <li_id=n1> <p_id=n2> <sup_title="a_b"> <q> <form> <figure> <figcaption> <caption>
    <del> <!-- --> <script> </script> <title> <svg> <math> <template> <select> <button> <td_colspan=3> <td_rowspan=2>
"""
SOUP = st.lists(
    st.one_of(
        st.sampled_from([tag.replace("_", " ") for tag in TAGS.split()]),
        st.sampled_from(
            ["Notes", "1", "[1]", "[2]", " ", "A permit is due.", "See page 4.", "↩", "(", "]", "é", "e\u0301", "\xad"]
        ),
        st.text(max_size=8),
    ),
    max_size=40,
)


@given(SOUP)
def test_any_soup_of_tags_is_a_sound_document_or_an_error(parts: list[str]) -> None:
    html = "".join(parts)
    try:
        loaded = HtmlLoader().load(html.encode("utf-8", "ignore"), Path("soup.html"))
    except DocumentFormatError as error:
        assert str(error).startswith("soup.html")  # noqa: PT017 - either is right
    else:
        assert_sound(loaded.document)


@given(st.lists(st.sampled_from(["One is due.", "Two are paid.", "Three lapse."]), min_size=1, max_size=6))
def test_no_paragraph_is_lost(sentences: list[str]) -> None:
    document = load("<article>" + "".join(f"<section><p>{sentence}</p></section>" for sentence in sentences))
    assert document.text.split("\n\n") == sentences
