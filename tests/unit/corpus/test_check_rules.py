"""What each rule takes for a fault, and what only looks like one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from corpus.checks.findings import MENDS, Rule, severity
from tests.unit.corpus.checking import TERMS, TODAY, findings_in, found

SPANISH = "as_of: 2026-01-15\nlanguage: es"


def test_every_rule_has_a_severity_and_says_how_to_mend() -> None:
    for rule in Rule:
        assert severity(rule)
        assert MENDS[rule].endswith(".") or rule in (Rule.UNREADABLE, Rule.READ_WITH_DOUBT)


@pytest.mark.parametrize(
    "text",
    [
        'She said, “Yes.” He said, "No."',
        "“The first paragraph.\n\n“The second.”",
        "“He said, “Yes,” and left.”",
        '"He said, "Yes," and left."',
        'He is 5\'10" tall, and the pipe is 6" wide.',
        "She said: “These are needed:\n\n- a pen;\n- a form.”",
        "It is the clerk's, and ‘so’ it stays.",
        '```\nprint("\n```',
    ],
)
def test_a_quotation_that_closes(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, f"{text}\n", Rule.OPEN_QUOTATION) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("“The first.\n\nThe second.”\n\n“The third.\n\nThe fourth.", [5]),
        ("“One.” “Two. “Three.”", [1]),
        ("- “one\n- two", [1]),
        ("| a | b |\n| --- | --- |\n| “one | two” |", [3]),
        ('Text.[^1]\n\n[^1]: He said, "No.', [3]),
        ("“One.\n\n## Next\n\nTwo.”", [1]),
    ],
)
def test_a_quotation_that_stays_open(tmp_path: Path, text: str, lines: list[int]) -> None:
    assert found(tmp_path, f"{text}\n", Rule.OPEN_QUOTATION) == lines


@pytest.mark.parametrize(
    "text",
    [
        "Title XXX of the code.",
        "Call 555-XXX-0100.",
        "Transitional Kindergarten (TK) is new. TK is free.",
        "A list of todo items.",
        "<!-- TODO: ask -->\nText.",
    ],
)
def test_what_only_looks_like_a_draft_mark(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, f"{text}\n", Rule.DRAFT_MARK) == []


def test_everything_in_spanish_is_no_draft_mark(tmp_path: Path) -> None:
    assert found(tmp_path, "HAGA TODO HOY\n", Rule.DRAFT_MARK, head=SPANISH) == []
    assert found(tmp_path, "[TODO] Preguntar.\n", Rule.DRAFT_MARK, head=SPANISH) == [1]


@pytest.mark.parametrize(
    "text",
    [
        "The court wrote that “[t]he rule [is] void” [sic].",
        "See [2019] 3 All E.R. 12.",
        "A room of 20 m² or 5 km².",
        "Press [1] for English.",
    ],
)
def test_brackets_that_are_no_marks(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, f"{text}\n", Rule.MARK_WITHOUT_NOTE) == []


def test_a_note_in_place_and_a_note_in_a_note_have_their_marks(tmp_path: Path) -> None:
    body = "Text.^[A note in place.] More.[^a]\n\n[^a]: See below.[^b]\n\n[^b]: Here.\n"
    for rule in (Rule.NOTE_WITHOUT_MARK, Rule.MARK_WITHOUT_NOTE, Rule.NOTE_LABEL_TWICE):
        assert found(tmp_path, body, rule) == []


@pytest.mark.parametrize(
    "link",
    [
        "#what-it-costs-you",
        "#what-it-costs-you-1",
        "#a-page",
        "#notes",
        "#fn1",
        "#own",
        "#named",
        "#",
        "page.md",
        "page.md#anything",
        "page.html",
        "page?x=1",
        "folder",
        "folder/",
        "with%20blank.txt",
        "mailto:a@example.org",
        "https://example.org/x",
        "//example.org",
        "/about",
    ],
)
def test_a_link_that_leads_somewhere(tmp_path: Path, link: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "index.md").touch()
    (tmp_path / "with blank.txt").touch()
    body = (
        f"## What it *costs* you\n\nSee [this]({link}).[^1]\n\n## What it costs you\n\n<a id='named'></a>Text.\n\n"
        "## Last {#own}\n\n[^1]: A note.\n"
    )
    assert found(tmp_path, body, Rule.DEAD_LINK) == []


@pytest.mark.parametrize("link", ["#nothing", "other.md", "folder/other.md", "../gone.html", "a%00b.md", "x" * 5000])
def test_a_link_that_leads_nowhere(tmp_path: Path, link: str) -> None:
    assert found(tmp_path, f"Some text.\n\nSee [this]({link}), but not `[that]({link})`.\n", Rule.DEAD_LINK) == [3]


def test_headings_may_begin_at_the_first_or_second_level(tmp_path: Path) -> None:
    for body in ("# One\n\nText.\n\n## Two\n\nText.\n", "## Two\n\nText.\n\n### Three\n\nText.\n\n## Two\n\nText.\n"):
        assert found(tmp_path, body, Rule.HEADING_LEVEL) == []


def test_a_section_with_parts_or_a_list_isnt_empty(tmp_path: Path) -> None:
    assert (
        found(tmp_path, "## One\n\n### Part\n\n- item\n\n## Two\n\n| a |\n| --- |\n| b |\n", Rule.EMPTY_SECTION) == []
    )


def test_a_title_that_is_the_files_name_by_chance_is_a_title(tmp_path: Path) -> None:
    page = tmp_path / "boat-permits.md"
    page.write_text("---\nas_of: 2026-01-15\n---\n\n# Boat Permits\n\nText.\n")
    assert findings_in(page) == []


@pytest.mark.parametrize(("days", "old"), [(365, False), (366, True)])
def test_a_page_is_old_when_it_is_past_its_review(tmp_path: Path, days: int, old: bool) -> None:
    head = f"as_of: {TODAY - timedelta(days=days)}"
    assert bool(found(tmp_path, "Text.\n", Rule.AS_OF_OLD, head=head)) is old
    patient = replace(TERMS, review_age_days=days)
    assert findings_in(tmp_path / "page.md", terms=patient) == []


def test_passages_are_alike_by_nine_tenths_of_their_shingles_and_short_ones_never(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(120)]
    near, far = [*words[:119], "other"], [*words[:60], "other", *words[61:]]
    body = "\n\n".join(" ".join(passage) + "." for passage in (words, near, far, words[:11], words[:11]))
    assert found(tmp_path, f"{body}\n", Rule.DUPLICATE_PASSAGE) == [3, 5]


def test_a_passage_in_two_files_is_told_in_the_second(tmp_path: Path) -> None:
    head = "---\nas_of: 2026-01-15\n---\n\n# A page\n\n"
    text = f"{head}The clerk opens the office early and closes it late every day of the week.\n"
    (tmp_path / "a.md").write_text(text)
    (tmp_path / "b.md").write_text(text)
    said = findings_in(tmp_path / "a.md", tmp_path / "b.md")
    assert [(one.path.name, one.rule, one.line) for one in said] == [("b.md", Rule.DUPLICATE_PASSAGE, 7)]
    assert "line 7 of " in said[0].message
