"""The reader in a real browser: sentences, what can be done with them, versions, and axe in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import Sites
from tests.unit.web.fake_chatbot import permits

TWICE = "It can be renewed twice."


@pytest.fixture
def reader(page: Page, sites: Sites) -> Page:
    page.goto(f"{sites.bot}/read/water-permits")
    return page


def old_place(sites: Sites, words: str) -> str:
    """The permalink of *words* in the version before."""
    document = permits(years="three")
    start = document.text.index(words)
    return f"{sites.bot}/read/water-permits/{document.version}?quote={start}-{start + len(words)}#quote"


class TestSentences:
    def test_a_click_on_one_offers_its_permalink_which_opens_just_that_one(self, reader: Page, sites: Sites) -> None:
        reader.get_by_text(TWICE).click()
        link = reader.get_by_role("link", name="Link to this sentence")
        expect(link).to_be_visible()
        reader.goto(sites.bot + (link.get_attribute("href") or ""))
        assert "".join(reader.locator("mark").all_inner_texts()) == TWICE

    def test_by_keys_a_paragraph_is_one_stop_and_arrows_go_through_its_sentences(self, reader: Page) -> None:
        stop = reader.locator(".permalink").nth(1)
        stop.focus()
        reader.keyboard.press("Enter")
        menu = reader.locator("#sentence-menu")
        expect(menu).to_contain_text("Sentence 1 of 2")
        reader.keyboard.press("ArrowRight")
        expect(menu).to_contain_text("Sentence 2 of 2")
        expect(reader.locator(".chosen")).to_contain_text(TWICE)
        reader.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        expect(stop).to_be_focused()

    def test_asking_about_one_leads_to_a_question_that_its_explainer_alone_answers(self, reader: Page) -> None:
        reader.get_by_text(TWICE).click()
        reader.locator("#sentence-menu").get_by_role("button", name="Ask about this passage").click()
        expect(reader.locator(".about-passage blockquote")).to_have_text(TWICE)
        expect(reader.locator("#question")).to_be_focused()
        expect(reader.locator("[name=document]")).to_have_value("water-permits")
        reader.locator("#question").fill("fact?")
        reader.locator("#question").press("Enter")
        expect(reader.locator("article.turn .footnotes li")).to_have_count(1)

    def test_without_javascript_the_permalinks_are_there(self, browser: Browser, sites: Sites) -> None:
        context = browser.new_context(java_script_enabled=False)
        plain = context.new_page()
        plain.goto(f"{sites.bot}/read/water-permits")
        plain.locator(".permalink").nth(1).click()
        assert TWICE in " ".join(plain.locator("mark").all_inner_texts())
        context.close()


class TestVersions:
    def test_an_old_permalink_shows_what_became_of_its_passage_and_leads_there(self, page: Page, sites: Sites) -> None:
        page.goto(old_place(sites, "A permit is valid for three years."))
        note = page.locator(".passage-note")
        expect(note.locator("del")).to_contain_text("three")
        expect(note.locator("ins")).to_contain_text("five")
        note.get_by_role("link", name="Read it in the current version").click()
        assert "five years" in " ".join(page.locator("mark").all_inner_texts())

    def test_all_that_changed_is_listed(self, page: Page, sites: Sites) -> None:
        page.goto(f"{sites.bot}/read/water-permits/{permits(years='three').version}")
        page.get_by_role("link", name="See what changed").click()
        expect(page.locator(".change")).to_have_count(1)


@pytest.fixture(
    params=[("en-US", "light", 320), ("en-US", "light", 1280), ("es-ES", "dark", 320), ("es-ES", "dark", 1280)]
)
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab in a language, in a colour scheme, of a width."""
    locale, scheme, width = request.param
    size = ViewportSize(width=width, height=740)
    context = browser.new_context(locale=locale, color_scheme=scheme, viewport=size, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def check(tab: Page) -> None:
    found = Axe().run(tab)
    assert not found.violations_count, found.generate_report()


class TestAxe:
    @pytest.mark.parametrize("path", ["", "?frame=1", "/changes"])
    def test_finds_nothing_in_the_reader(self, tab: Page, sites: Sites, path: str) -> None:
        version = permits(years="three").version
        tab.goto(f"{sites.bot}/read/water-permits/{version}{path}")
        check(tab)

    def test_finds_nothing_where_a_sentence_is_chosen_or_a_passage_has_changed(self, tab: Page, sites: Sites) -> None:
        tab.goto(old_place(sites, "A permit is valid for three years."))
        check(tab)
        tab.get_by_text(TWICE).click()
        check(tab)

    def test_finds_nothing_in_the_chat_with_a_passage_a_footnote_or_the_panel_open(
        self, tab: Page, sites: Sites
    ) -> None:
        tab.goto(f"{sites.bot}/?document=water-permits")
        check(tab)
        tab.locator("#question").fill("the exact fact?")
        tab.locator("#question").press("Enter")
        tab.locator(".marks a").first.hover()
        expect(tab.locator(".peek")).to_be_visible()
        check(tab)
        tab.locator(".footnotes .place a").first.click()
        expect(tab.locator("#panel")).to_be_visible()
        check(tab)
