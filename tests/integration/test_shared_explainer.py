"""The explainer this project was made for, as it was copied from its page; it isn't ours to ship."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.documents import BlockKind, Document
from corpus.load import load_document
from corpus.plain_text import PlainTextLoader
from tests.unit.corpus.invariants import assert_sound

_FOLDER = Path(__file__).parents[3] / "shared" / "explainer"
_FILES = sorted(_FOLDER.glob("*.txt"))
_PARENT = "Comparing 287(g) Agreement Models"

pytestmark = pytest.mark.skipif(not _FILES, reason="the copied explainer isn't here: ../shared/explainer/*.txt")


@pytest.fixture(scope="module")
def document() -> Document:
    return load_document(_FILES[0])


def test_it_is_sound(document: Document) -> None:
    assert_sound(document)
    assert document.language == "en"


def test_its_title_is_the_longest_line_at_the_top(document: Document) -> None:
    assert document.title.startswith("Reviving 287(g) Agreements")
    assert document.title not in document.text


def test_its_sections_nest(document: Document) -> None:
    assert [section.path for section in document.sections] == [
        ("Introduction",),
        ("Background",),
        ("Officer Training Requirements",),
        ("Delegated Authorities",),
        ("Revival of the Task Force Model by the Trump Administration",),
        (_PARENT,),
        (_PARENT, "Jail Enforcement Model (JEM)"),
        (_PARENT, "Task Force Model (TFM)"),
        (_PARENT, "Warrant Service Officer Model (WSOM)"),
        (_PARENT, "Hybrid Model (HM)"),
        ("Examining the Track Record of the 287(g) Program",),
        ("Financial and Resource Burdens",),
        ("Impact on Public Safety",),
        ("Community Trust Issues",),
        ("Civil Rights Concerns",),
        ("Conclusion",),
    ]


def test_its_lists_hang_on_the_paragraph_that_leads_in(document: Document) -> None:
    lists = [block for section in document.sections for block in section.blocks if block.kind is BlockKind.LIST]
    assert [len(block.items) for block in lists] == [8, 3, 5]
    assert all(block.lead_in and block.lead_in.of(document.text).endswith((":", ".")) for block in lists)


def test_its_notes_are_anchored_where_their_marks_stood(document: Document) -> None:
    text = document.text
    assert [note.label for note in document.notes] == ["1", "2"]
    (first,), (second,) = (note.marks for note in document.notes)
    assert text[:first].endswith("with the federal government.")
    assert text[:second].endswith("both JEM + TFM agreements.")
    body = text[: document.notes[0].span.start - len("Notes\n[1] ")]
    assert "[1]" not in body
    assert "[2]" not in body


@pytest.mark.parametrize("words", ["Skip to content", "Related Topics", "Learn More", "Read more about", "Explainer"])
def test_the_sites_furniture_is_dropped(document: Document, words: str) -> None:
    assert words not in document.text


def test_no_paragraph_of_the_page_is_lost(document: Document) -> None:
    page = _FILES[0].read_text(encoding="utf-8")
    written = [" ".join(line.split()) for line in page.splitlines() if line.strip().endswith((".", ":"))]
    lost = [line[:60] for line in written if line.replace("[1]", "").replace("[2]", "").strip(" ") not in document.text]
    assert lost == []


def _wrapped(page: str) -> str:
    """*page* as an editor would wrap it, items hanging below their bullets."""
    lines = []
    for line in page.splitlines():
        indent = "    " if "•" in line else ""
        lines += textwrap.wrap(line, 78, subsequent_indent=indent, break_on_hyphens=False) or [""]
    return "\n".join(lines)


_COPIES: dict[str, Callable[[str], str]] = {
    "Windows line ends": lambda page: page.replace("\n", "\r\n"),
    "no blank lines": lambda page: re.sub(r"\n\s*\n", "\n", page),
    "blank lines between items": lambda page: re.sub(r"\n(?=  •)", "\n\n", page),
    "dashes for bullets": lambda page: page.replace("  • ", "- "),
    "no bullets": lambda page: page.replace("\n  • ", "\n"),
    "wrapped": _wrapped,
    "nothing below the notes": lambda page: page[: page.index("Learn More")],
    "a heading for the notes": lambda page: page.replace("\n[1] ", "\nNotes\n\n1. ").replace("\n[2] ", "\n2. "),
    "raised marks": lambda page: page.replace("[1]", "¹").replace("[2]", "²"),
    "marks that lost their height": lambda page: (
        page.replace("\n[1] ", "\nNotes\n\n1. ").replace("\n[2] ", "\n2. ").replace("[1]", "1").replace("[2]", "2")
    ),
}


@pytest.mark.parametrize("copy", _COPIES)
def test_it_comes_out_the_same_however_it_was_copied(document: Document, copy: str) -> None:
    copied = PlainTextLoader().load(_COPIES[copy](_FILES[0].read_text(encoding="utf-8")).encode(), _FILES[0]).document
    assert copied == document
