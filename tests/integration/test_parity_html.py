"""A publisher's page, saved from a browser, says what the same explainer says in Markdown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.load import load_corpus, load_document
from tests.parity import assert_same_explainer, notes_of, sections_of
from tests.unit.corpus.invariants import assert_sound

FIXTURES = Path(__file__).parents[1] / "fixtures"
PAGES = FIXTURES / "formats"


def load(name: str) -> Document:
    document = load_document(PAGES / name)
    assert_sound(document)
    return document


def test_a_page_saved_from_chromium_is_the_markdown_explainer() -> None:
    page = load("drinking-water-permits.html")
    markdown = load_document(FIXTURES / "explainers" / "drinking-water-permits.md")
    assert_same_explainer(page, markdown)
    assert page.text == markdown.text
    assert (page.id, page.publisher, page.as_of, page.language, page.topics) == (
        markdown.id,
        markdown.publisher,
        markdown.as_of,
        markdown.language,
        markdown.topics,
    )
    assert page.url == "https://explainers.example.org/drinking-water-permits/"


@pytest.mark.parametrize(
    ("name", "title", "sections", "notes"),
    [
        (
            "clinic-fees.html",
            "Clinic Fees: A Short Guide",
            [(), ("Who pays",), ("How to ask for relief",)],
            [
                ("The fee was $9 until 2019. The council raised it by one vote.", 1),
                ("Eleven towns have such agreements.", 1),
            ],
        ),
        (
            "word-filtered-food-carts.htm",
            "Food Carts: What a Permit Takes",
            [("Who needs a permit",), ("Where carts may stand",)],
            [("Carts at the county fair need none.", 1), ("The office’s list of fees says “about a third.”", 1)],
        ),
        (
            "windows-1252-dog-licenses.html",
            "Dog Licenses",
            [(), ("Renewals",)],
            [("Working dogs are free.", 1), ("Naïve visitors have tried francs.", 1)],
        ),
        (
            "wiki-town-meetings.html",
            "Town meeting rules",
            [(), ("Calling a meeting",), ("Votes",)],
            [
                ("Borrowing for less than a year needs no vote.", 1),
                ("Hale, R. (2018). Rules for Small Towns. p. 44.", 2),
                ('"The quorum". 2021.', 1),
            ],
        ),
        (
            "wordpress-street-trees.html",
            "Street Trees: Who Plants, Who Pays",
            [(), ("Planting",), ("Paying",)],
            [("Trees behind the walk belong to the lot.", 1), ("The wait was 7 months in 2021.", 1)],
        ),
        (
            "aria-library-cards.html",
            "Library Cards",
            [("Who may have one",), ("What it costs to lose one",)],
            [
                ("Nothing for those under 12.", 1),
                ("A bill or a lease will do as proof.", 1),
                ("Teachers pay half.", 1),
            ],
        ),
    ],
)
def test_pages_of_other_programs_keep_their_sections_and_notes(
    name: str, title: str, sections: list[tuple[str, ...]], notes: list[tuple[str, int]]
) -> None:
    document = load(name)
    assert document.title == title
    assert [section.path for section in sections_of(document)] == sections
    assert [(note.text, sum(map(bool, note.marked))) for note in notes_of(document)] == notes


def test_what_sites_put_around_their_texts_is_gone() -> None:
    text = "\n".join(load(file.name).text for file in sorted(PAGES.glob("*.htm*")))
    for furniture in (
        "Sign up",
        "Home",
        "Share this",
        "comment",
        "cookies",
        "Related",
        "Tagged",
        "Skip to",
        "[edit]",
        "↩",
        "^",
    ):
        assert furniture not in text


def test_pages_load_with_their_dates() -> None:
    loaded = load_corpus(sorted(PAGES.glob("*.html")))
    dates = {document.id: document.as_of for document in loaded.documents}
    assert dates["wiki-town-meetings"] == date(2025, 8, 21)
    assert dates["wordpress-street-trees"] == date(2025, 2, 18)
    assert dates["aria-library-cards"] == date(2025, 3, 3)
    undated = {id_ for id_, as_of in dates.items() if as_of is None}
    assert undated == {"clinic-fees", "windows-1252-dog-licenses"}
    told = [warning for warning in loaded.warnings if "doesn't say as of when" in warning]
    assert {Path(warning.split(" doesn't ")[0]).stem for warning in told} == undated
    assert all("put a line such as “Last updated" in warning for warning in told)
