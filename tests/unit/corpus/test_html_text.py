"""The text in HTML that stands in Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.html_text import TagState, html_paragraphs, unclosed


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("<p>One <b>two</b></p>three", ["One two", "three"]),
        ("one<br>two", ["one two"]),
        ("<!-- a -->b<!-- c -->", ["b"]),
        ("<style>p {}</style><script>f()</script>text", ["text"]),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", ["a | b", "1 | 2"]),
        ("10<sup>-6</sup> H<sub>2</sub>O", ["10⁻⁶ H₂O"]),
        ("&lt;b&gt; &amp; &eacute;", ["<b> & é"]),
        ("<div><p>unclosed <b>tags", ["unclosed tags"]),
        ("</script>text</sup>2", ["text2"]),
        ("<hr/><img src='x'/>", []),
    ],
)
def test_html_is_read_for_its_text(html: str, paragraphs: list[str]) -> None:
    assert [" ".join(paragraph.split()) for paragraph in html_paragraphs(html)] == paragraphs


@pytest.mark.parametrize(
    ("html", "opening"),
    [
        ("<!-- a", "<!--"),
        ("<!-- a --> b <!-- c", "<!--"),
        ("<SCRIPT>a", "<script"),
        ("<style>a</style>", None),
        ("<!-- a --> b", None),
        ("a < b", None),
    ],
)
def test_what_would_hide_the_rest_is_found(html: str, opening: str | None) -> None:
    assert unclosed(html) == opening


def test_tags_inside_a_line() -> None:
    state = TagState()
    assert [state.tag("<br>"), state.tag("<b>"), state.tag("<!-- x -->"), state.tag("</td>")] == [" ", "", "", " "]
    state.tag("<sup>")
    assert state.read("12") == "¹²"
    state.tag("</sup>")
    assert state.read("12") == "12"


@given(st.text(alphabet="<>/!- abpscrtylemup'\"=&;", max_size=60))
def test_no_html_is_too_broken_to_read(html: str) -> None:
    assert all(paragraph.strip() for paragraph in html_paragraphs(html))
