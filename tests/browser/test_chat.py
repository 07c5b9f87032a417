"""The chat page as readers meet it: with JavaScript and without, on a desk and on a phone, by keys alone, by axe."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from bot.errors import GeneratorUnavailable
from tests.browser.conftest import Sites


def ask(page: Page, question: str) -> Locator:
    """Asks *question*; the last turn, once it is answered."""
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    turn = page.locator("article.turn").last
    expect(turn.locator("h2")).to_have_text(question)
    expect(turn).not_to_have_attribute("aria-busy", "true")
    return turn


def until_suggested(page: Page) -> None:
    """Shows the first page once there are questions on it."""
    for _ in range(40):
        if page.locator(".suggestions button").count():
            return
        page.wait_for_timeout(100)
        page.reload()


@pytest.fixture
def chat(page: Page, sites: Sites) -> Page:
    page.goto(sites.bot)
    return page


@pytest.fixture
def plain(browser: Browser, sites: Sites) -> Iterator[Page]:
    """A tab without JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1200, "height": 800})
    page = context.new_page()
    page.set_default_timeout(8000)
    page.goto(sites.bot)
    yield page
    context.close()


class TestWithoutJavaScript:
    def test_a_question_is_answered_and_each_mark_leads_to_its_footnote_and_on_to_the_passage(
        self, plain: Page
    ) -> None:
        turn = ask(plain, "the exact fact?")
        turn.locator(".marks a").first.click()
        assert plain.url.endswith("#fn-1-1")
        turn.get_by_role("link", name="Open in the explainer").first.click()
        expect(plain.locator("mark").first).to_be_visible()
        assert "five years" in "".join(plain.locator("mark").all_inner_texts())

    def test_a_follow_up_goes_on_and_a_refusal_names_what_to_read(self, plain: Page) -> None:
        ask(plain, "list them")
        refused = ask(plain, "who pays?")
        expect(refused.locator(".refusal a").first).to_be_visible()
        expect(plain.locator("article.turn")).to_have_count(2)

    def test_a_false_premise_is_refused_with_what_the_text_says_and_where(self, plain: Page) -> None:
        refused = ask(plain, "why so long?").locator(".refusal")
        expect(refused.locator("blockquote")).to_have_text(
            ["A permit is valid for five years.", "It can be renewed twice."]
        )
        expect(refused.locator("cite")).to_have_text(['Drinking-Water "Permits" <Explained>', "Permisos"])
        refused.get_by_role("link", name="Open in the explainer").first.click()
        expect(plain.locator("mark").first).to_have_text("A permit is valid for five years.")

    def test_the_language_switch_keeps_the_conversation(self, plain: Page) -> None:
        ask(plain, "fact?")
        plain.get_by_role("link", name="Español").click()
        expect(plain.locator("html")).to_have_attribute("lang", "es")
        expect(plain.locator("article.turn")).to_have_count(1)
        expect(plain.get_by_role("link", name="Abrir en la guía").first).to_be_visible()


class TestWithJavaScript:
    def test_an_answer_comes_without_a_reload_and_has_an_address(self, chat: Page) -> None:
        chat.evaluate("document.body.dataset.here = 'still'")
        turn = ask(chat, "list them")
        expect(turn.locator(".answer li")).to_have_count(3)
        expect(turn.locator(".footnotes li")).to_have_count(5)
        assert chat.evaluate("document.body.dataset.here") == "still"
        address = chat.url
        assert "/c/" in address
        ask(chat, "table?")
        expect(chat.get_by_role("status")).to_have_text("Answered, with 2 footnotes.")
        chat.goto(address)
        expect(chat.locator("article.turn")).to_have_count(2)

    def test_hover_focus_tap_and_keys_all_open_the_footnote_where_its_mark_is(self, chat: Page) -> None:
        mark = ask(chat, "the exact fact?").locator(".marks a").first
        peek = chat.locator(".peek")
        mark.hover()
        expect(peek).to_be_visible()
        expect(peek.locator("b")).to_have_text("five years")
        chat.mouse.move(600, 700)
        expect(peek).to_be_hidden()
        mark.click()
        expect(peek).to_be_visible()
        chat.keyboard.press("Escape")
        expect(peek).to_be_hidden()
        expect(mark).to_be_focused()
        chat.keyboard.press("Shift+Tab")
        chat.keyboard.press("Tab")
        expect(peek).to_be_visible()
        chat.keyboard.press("Enter")
        expect(peek.get_by_role("link", name="Open in the explainer")).to_be_focused()

    @pytest.mark.parametrize("width", [375, 1280])
    def test_the_explainer_opens_beside_or_below_the_chat_at_the_passage(self, chat: Page, width: int) -> None:
        chat.set_viewport_size({"width": width, "height": 740})
        link = ask(chat, "the exact fact?").locator(".footnotes").get_by_role("link", name="Open in the explainer")
        link.click()
        panel = chat.locator("#panel")
        expect(panel).to_be_visible()
        inside = chat.frame_locator("#panel iframe")
        expect(inside.locator("mark").first).to_be_in_viewport()
        expect(inside.locator(".masthead")).to_have_count(0)
        assert "five years" in " ".join(inside.locator("mark strong, mark b").all_inner_texts())
        box = panel.bounding_box()
        assert box
        assert (box["x"] > 0) == (width == 1280)
        chat.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(link).to_be_focused()

    def test_a_panel_opened_from_a_footnotes_box_gives_the_focus_back_to_its_mark(self, chat: Page) -> None:
        mark = ask(chat, "the exact fact?").locator(".marks a").first
        mark.hover()
        chat.locator(".peek").get_by_role("link", name="Open in the explainer").click()
        expect(chat.locator("#panel")).to_be_visible()
        chat.get_by_role("button", name="Close").click()
        expect(mark).to_be_focused()

    def test_a_broken_connection_is_tried_again_and_neither_loses_nor_doubles_the_turn(
        self, chat: Page, complaints: list[str]
    ) -> None:
        asked: list[str] = []

        def break_first(route: Route, request: Request) -> None:
            asked.append(request.post_data or "")
            if len(asked) == 1:
                route.fetch()  # the server answers, and the reader never gets it
                route.abort("connectionreset")
                # What is chosen meanwhile is for the next question.
                chat.evaluate("document.querySelector('form.composer').elements.conversation_id.value = 'another'")
            else:
                route.continue_()

        chat.route("**/ask/stream", break_first)
        ask(chat, "fact?")
        assert len(asked) == 2
        assert asked[0] == asked[1]
        assert parse_qs(asked[0])["turn"] == ["1"]
        chat.reload()
        expect(chat.locator("article.turn")).to_have_count(1)
        complaints.clear()

    def test_a_stopped_answer_says_where_it_may_be(self, chat: Page) -> None:
        chat.route("**/ask/stream", lambda _: None)
        chat.locator("#question").fill("fact?")
        chat.locator("#question").press("Enter")
        turn = chat.locator("article.turn")
        expect(turn).to_have_attribute("aria-busy", "true")
        expect(chat.get_by_role("status")).to_have_text("Looking it up…")
        chat.get_by_role("button", name="Stop").click()
        expect(turn).not_to_have_attribute("aria-busy", "true")
        expect(turn.get_by_role("link", name="Look whether it was kept")).to_be_visible()
        chat.unroute("**/ask/stream")

    def test_a_stopped_answer_leaves_no_ids_to_the_next_and_the_focus_is_not_lost(self, chat: Page) -> None:
        chat.route("**/ask/stream", lambda _: None)
        chat.locator("#question").press_sequentially("stopped fact?")
        chat.keyboard.press("Enter")
        expect(chat.locator("#question")).to_be_focused()
        chat.get_by_role("button", name="Stop").press("Enter")
        expect(chat.get_by_role("link", name="Look whether it was kept")).to_be_focused()
        chat.unroute("**/ask/stream")
        ask(chat, "fact?")
        ids = chat.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
        assert len(ids) == len(set(ids))
        assert "turn-1" in ids

    def test_a_suggested_question_takes_the_focus_with_it(self, chat: Page) -> None:
        until_suggested(chat)
        chat.locator(".suggestions button").first.press("Enter")
        expect(chat.locator("article.turn .footnotes")).to_be_visible()
        expect(chat.locator("article.turn .question")).to_be_focused()

    def test_asking_beside_the_open_explainer_leaves_the_focus_in_the_box(self, chat: Page) -> None:
        ask(chat, "fact?").locator(".footnotes").get_by_role("link", name="Open in the explainer").click()
        expect(chat.locator("#panel")).to_be_visible()
        ask(chat, "list them")
        expect(chat.locator("#question")).to_be_focused()

    def test_escape_closes_the_footnote_first_and_the_explainer_after(self, chat: Page) -> None:
        turn = ask(chat, "fact?")
        turn.locator(".footnotes").get_by_role("link", name="Open in the explainer").click()
        panel, peek = chat.locator("#panel"), chat.locator(".peek")
        expect(panel).to_be_visible()
        turn.locator(".marks a").first.click()
        expect(peek).to_be_visible()
        chat.keyboard.press("Escape")
        expect(peek).to_be_hidden()
        expect(panel).to_be_visible()
        chat.keyboard.press("Escape")
        expect(panel).to_be_hidden()

    def test_a_complaint_that_came_with_the_page_goes_with_the_next_question(
        self, chat: Page, sites: Sites, complaints: list[str]
    ) -> None:
        chat.goto(f"{sites.bot}/?document=none")
        expect(chat.get_by_role("alert")).to_be_visible()
        ask(chat, "fact?")
        expect(chat.get_by_role("alert")).to_have_count(0)
        expect(chat.locator("#question")).not_to_have_attribute("aria-invalid", "true")
        complaints.clear()

    def test_a_fault_of_our_own_is_told_once_and_not_tried_again(self, chat: Page) -> None:
        asked: list[str] = []

        def nonsense(route: Route) -> None:
            asked.append(route.request.url)
            route.fulfill(content_type="text/event-stream", body="event: block\ndata: null\n\n")

        chat.route("**/ask/stream", nonsense)
        chat.locator("#question").fill("fact?")
        chat.locator("#question").press("Enter")
        expect(chat.get_by_role("alert")).to_contain_text("your question is still in the box")
        assert len(asked) == 1

    def test_an_error_is_one_sentence_and_the_question_stays(self, chat: Page, sites: Sites) -> None:
        sites.chatbot.failure = GeneratorUnavailable("down", retryable=True)
        chat.locator("#question").fill("fact?")
        chat.locator("#question").press("Enter")
        expect(chat.get_by_role("alert")).to_contain_text("Please try again later.")
        expect(chat.locator("#question")).to_have_value("fact?")
        expect(chat.locator("#question")).to_be_focused()
        expect(chat.locator("article.turn")).to_have_count(0)
        expect(chat.get_by_role("heading", name="Ask the explainer")).to_be_visible()
        sites.chatbot.failure = None
        ask(chat, "fact?")
        expect(chat.get_by_role("alert")).to_have_count(0)

    def test_a_verdict_is_given_and_said(self, chat: Page) -> None:
        turn = ask(chat, "fact?")
        turn.get_by_role("button", name="Yes").click()
        expect(turn.locator(".thanks")).to_be_visible()

    def test_all_of_it_goes_by_keys_alone(self, chat: Page) -> None:
        expect(chat.locator("#question")).to_be_focused()
        chat.keyboard.type("fact?")
        chat.keyboard.press("Enter")
        turn = chat.locator("article.turn")
        expect(turn.locator(".footnotes li")).to_have_count(1)
        for _ in range(12):
            chat.keyboard.press("Tab")
            if chat.evaluate("document.activeElement.matches('.marks a')"):
                break
        expect(chat.locator(".peek")).to_be_visible()


class TestLook:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [320, 1280])
    def test_axe_finds_nothing_in_any_state(
        self, page: Page, sites: Sites, scheme: str, width: int, complaints: list[str]
    ) -> None:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(sites.bot)
        states = {"empty": Axe().run(page)}
        for question in ("list them", "table?", "both?", "who pays?"):
            ask(page, question)
            states[question] = Axe().run(page)
        page.goto(f"{sites.bot}/conversations")
        states["conversations"] = Axe().run(page)
        page.goto(f"{sites.bot}/read/water-permits")
        states["reader"] = Axe().run(page)
        page.goto(f"{sites.bot}/nothing-here")
        states["error"] = Axe().run(page)
        complaints.clear()
        found = {state: result.generate_report() for state, result in states.items() if result.violations_count}
        assert not found, found

    @pytest.mark.parametrize("width", [320, 375, 1280, 3840])
    def test_nothing_sticks_out_at_any_width(self, page: Page, sites: Sites, width: int) -> None:
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(sites.bot)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for question in ("list " + "x" * 150, "table?", "both?", "who pays?"):
            ask(page, question)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), question

    def test_the_first_view_is_under_60_kilobytes_and_all_from_here(self, page: Page, sites: Sites) -> None:
        sizes: dict[str, int] = {}
        page.on("response", lambda response: sizes.update({response.url: len(response.body())}))
        page.goto(sites.bot, wait_until="networkidle")
        assert sum(sizes.values()) < 60_000, sizes
        assert all(address.startswith(sites.bot) for address in sizes)

    def test_an_answer_shifts_nothing_that_is_there(self, page: Page, sites: Sites) -> None:
        page.goto(sites.bot)
        ask(page, "fact?")
        page.evaluate(
            """window.shift = 0; new PerformanceObserver((list) => {
                 for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
               }).observe({ type: "layout-shift", buffered: false })"""
        )
        page.locator(".marks a").first.hover()
        page.wait_for_timeout(600)
        assert page.evaluate("window.shift") < 0.01
