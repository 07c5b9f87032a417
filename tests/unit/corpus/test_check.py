"""The check as a whole: planted faults, clean pages, lines, comments that set rules aside, and any text at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corpus.check import check, fails
from corpus.checks.findings import Rule, Severity
from corpus.checks.page import Explainer
from corpus.checks.reading import gather, read
from corpus.checks.source import Markup, Source
from corpus.documents import Document, LineBox, Span
from corpus.errors import DocumentFormatError
from corpus.formats import BY_SUFFIX, MARKDOWN, PLAIN_TEXT
from corpus.load import bundled_explainers
from tests.unit.corpus.checking import TERMS, TODAY, findings_in, found

FIXTURES = Path(__file__).parents[2] / "fixtures" / "check"


def planted() -> list[tuple[str, str, str]]:
    lines = (FIXTURES / "expected.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [(file, line, rule) for file, line, rule in (entry.split("\t") for entry in lines)]


def test_check_finds_every_planted_fault_and_no_other() -> None:
    said = [(one.path.name, str(one.line or "-"), one.rule.value) for one in findings_in(FIXTURES / "faults")]
    assert sorted(said) == sorted(planted())


def test_every_rule_is_planted_three_ways_and_in_both_formats() -> None:
    ways = {rule: [file for file, _, name in planted() if name == rule] for rule in Rule}
    for rule, files in ways.items():
        assert len(files) >= 3, rule
        assert {BY_SUFFIX[Path(file).suffix] for file in files} == {MARKDOWN, PLAIN_TEXT}, rule


def test_clean_pages_have_no_finding() -> None:
    assert findings_in(FIXTURES / "clean") == []


def test_the_bundled_explainers_are_clean_but_for_their_age() -> None:
    assert {one.rule for one in findings_in(bundled_explainers())} <= {Rule.AS_OF_OLD}


def test_findings_come_file_by_file_as_given_and_from_top_to_bottom() -> None:
    files = [FIXTURES / "faults" / name for name in ("words.md", "figures.md")]
    said = findings_in(*files)
    assert [one.path for one in said] == sorted((one.path for one in said), key=files.index)
    for file in files:
        lines = [one.line or 0 for one in said if one.path == file]
        assert lines == sorted(lines)


def test_a_file_is_checked_once_however_often_it_is_named() -> None:
    page = FIXTURES / "faults" / "twice-in-text.txt"
    assert len(gather([page, page, FIXTURES / "faults" / "." / page.name]).explainers) == 1


def test_only_the_rules_that_are_asked_for_are_told() -> None:
    explainers = gather([FIXTURES / "faults"]).explainers
    assert {one.rule for one in check(explainers, TERMS, {Rule.FIGURE})} == {Rule.FIGURE}


def test_errors_fail_and_warnings_only_where_they_are_to() -> None:
    said = findings_in(FIXTURES / "faults")
    warnings = [one for one in said if one.severity is Severity.WARNING]
    assert fails(said)
    assert warnings
    assert not fails(warnings)
    assert fails(warnings, strict=True)
    assert not fails([], strict=True)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<!-- footnoted: ignore figure -->\nIt costs $5.\n\nIt costs $6.\n", [4]),
        ("<!-- footnoted: ignore abbreviation, figure -->\n\nIt costs $5.\n\nIt costs $6.\n", [5]),
        ("<!--footnoted:ignore figure draft-mark-->\n- one costs $5\n- two cost $6\n\nIt costs $7.\n", [5]),
        ("<!-- footnoted: ignore -->\nIt costs $5.\n\nIt costs $6.\n", [4]),
        ("<!-- footnoted: ignore draft-mark -->\nIt costs $5.\n", [2]),
        ("It costs $4.\n\n<!-- footnoted: ignore figure -->\n", [1]),
        ("It costs $4.\n\n<!-- footnoted: ignore figure -->\n\n## A heading\n\nIt costs $5.\n", [1, 7]),
    ],
)
def test_a_comment_sets_rules_aside_for_the_block_below_it(tmp_path: Path, body: str, lines: list[int]) -> None:
    assert found(tmp_path, body, Rule.FIGURE) == lines


def test_a_comment_above_everything_sets_aside_what_is_about_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- footnoted: ignore as-of-missing -->\n\n# A page\n\nText.\n\nIt costs $4.\n")
    assert [(one.rule, one.line) for one in findings_in(page)] == [(Rule.FIGURE, 7)]


def test_plain_text_has_no_comments(tmp_path: Path) -> None:
    body = "<!-- footnoted: ignore figure -->\n\nA ticket for the boat costs $5 a day.\n"
    assert found(tmp_path, body, Rule.FIGURE, name="boats.txt") == [3]


def test_lines_are_right_behind_a_table_of_contents_markup_and_notes_in_the_middle(tmp_path: Path) -> None:
    body = (
        "- [Fees](#fees)\n- [Hours](#hours)\n\n## Hours\n\nSee [the *whole* list](https://example.org/a/b?c=d).\n\n"
        "[^1]: The fee is $5.\n\n## Fees\n\n**Each** stall &amp; each\ncart "
        "pays caf&eacute; money[^1] of\n$30 &mdash; a day.\n"
    )
    assert found(tmp_path, body.replace("money[^1]", "money"), Rule.NOTE_WITHOUT_MARK) == [8]
    assert found(tmp_path, body.replace("[^1] of", " of"), Rule.FIGURE) == [14]
    assert found(tmp_path, body.replace("## Fees\n", "#### Fees\n"), Rule.HEADING_LEVEL) == [10]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ends_count(tmp_path: Path, end: str) -> None:
    page = tmp_path / "page.md"
    page.write_bytes(f"---{end}as_of: 2026-01-15{end}---{end}# A page{end}{end}It{end}costs{end}$7.{end}".encode())
    assert [(one.rule, one.line) for one in findings_in(page)] == [(Rule.FIGURE, 8)]


def test_lines_are_right_in_html_whatever_stands_around_the_text() -> None:
    page = (
        "<!doctype html>\n<html><head><title>A stall costs $40</title>\n<script>let stall = '$40';</script></head>\n"
        "<!-- A stall costs $40 a day. -->\n<body><nav><a href='#fees'>Fees</a> <a href='#gone'>Gone</a></nav>\n"
        "<h2 id='fees'>Fees</h2>\n<p>A <b>stall</b>\ncosts&nbsp;$40 a day.</p>\n"
        "<!-- footnoted: ignore figure -->\n<p>A table costs $20.</p></body></html>\n"
    )
    text = b"# A page\n\n## Fees\n\nA stall costs $40 a day.\n\nA table costs $20.\n"
    document = replace(MARKDOWN.open().load(text, Path("a.md")).document, as_of=TODAY)
    said = check([Explainer(Path("a.html"), document, Source(page, Markup.HTML))], TERMS)
    assert [(one.rule, one.line) for one in said] == [(Rule.DEAD_LINK, 5), (Rule.FIGURE, 8)]


def test_lines_are_right_in_a_page_in_the_encoding_that_it_says(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    html = "<!doctype html>\n<meta charset=koi8-r>\n<h2>Цена жилья</h2>\n<p>Цена.</p>\n<p>It costs $40.</p>"
    page.write_bytes(html.encode("koi8-r"))
    source = read(page).source
    assert source
    assert source.text == html
    assert (Rule.FIGURE, 5) in [(one.rule, one.line) for one in findings_in(page)]


def test_what_has_no_lines_is_told_by_page_or_by_headings() -> None:
    explainer = read(FIXTURES / "faults" / "figures-in-text.txt")
    document = explainer.document
    fee = document.text.index("A day at the lake")
    boxes = tuple(
        LineBox(span, page, 0.0, 10.0, tuple(map(float, range(span.end - span.start + 1))))
        for page, span in enumerate([Span(0, fee), Span(fee, len(document.text))], start=1)
    )
    printed = check([replace(explainer, source=None, document=replace(document, layout=boxes))], TERMS)
    assert [(one.line, one.page) for one in printed] == [(None, 1), (None, 2)]
    written = check([replace(explainer, source=None)], TERMS)
    assert [(one.line, one.page, one.section) for one in written] == [
        (None, None, ("Overview",)),
        (None, None, ("The fee",)),
    ]


@pytest.mark.parametrize("language", ["de", "fr", "pl", "zh"])
def test_rules_about_words_say_nothing_of_a_language_that_they_dont_know(tmp_path: Path, language: str) -> None:
    text = (FIXTURES / "faults" / "words.md").read_text(encoding="utf-8")
    text += (FIXTURES / "faults" / "figures.md").read_text(encoding="utf-8").partition("# Figures")[2]
    page = tmp_path / "words.md"
    page.write_text(text.replace("as_of:", f"language: {language}\nas_of:"), encoding="utf-8")
    assert {one.rule for one in findings_in(page)} == {Rule.DRAFT_MARK}


_PIECES = """
    # ## #### [^1] [^1]: [1] “ ” « " $5 45% 1,200 ZQA (ZQA) TODO TK [x](#y) [x](y.md) <!-- --> ``` ~~~ --- | • - 1. <a
    href='#b'> &amp; \\ {#a} word. Word 2025 Notes ³ \u202e \u0301 é <!--footnoted:ignore--> {{ ![]( ]( :// ./..
"""
PIECES = st.sampled_from(_PIECES.split())
TEXTS = st.one_of(
    st.text(max_size=300), st.lists(PIECES | st.sampled_from(["\n", "\n\n", " "]), max_size=60).map("".join)
)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, markdown=st.booleans())
def test_any_text_gives_findings_or_none_within_its_lines(
    text: str, markdown: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = tmp_path_factory.getbasetemp() / ("any.md" if markdown else "any.txt")
    page.write_bytes(text.encode("utf-8", "surrogatepass"))
    last = max(len(Source(text).text.replace("\r\n", "\n").replace("\r", "\n").split("\n")), 1)
    for one in findings_in(page):
        assert one.rule is Rule.UNREADABLE or 1 <= (one.line or 0) <= last
        assert one.message
        assert "\n" not in one.message


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, other=TEXTS, markup=st.sampled_from(Markup))
def test_a_document_may_be_checked_against_any_file(text: str, other: str, markup: Markup) -> None:
    """A loader may leave out or turn round as much as it likes: every place is still in the file."""
    loader = (MARKDOWN if markup is Markup.MARKDOWN else PLAIN_TEXT).open()
    try:
        document = loader.load(f"{text}\n\nSome words are here.\n".encode("utf-8", "replace"), Path("any")).document
    except DocumentFormatError:
        assume(False)
    source = Source(other, markup)
    for one in check([Explainer(Path("any.md"), document, source)], TERMS):
        assert 1 <= (one.line or 0) <= source.line(len(other))


def test_an_empty_source_has_one_line() -> None:
    document = Document("a", "A", "A $5 fee.", (), as_of=TODAY)
    assert [one.line for one in check([Explainer(Path("a.md"), document, Source(""), titled=False)], TERMS)] == [1]
