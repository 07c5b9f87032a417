"""The widget as a guest: it breaks nothing, is broken by nothing, is open to everyone, and says what goes wrong."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, Route, expect

from bot.errors import ConversationStoreError, InvalidQuestion
from tests.browser.conftest import Sites, fenced
from tests.browser.test_widget import ask, opened

FAILED = "The answer could not be had; your question is still in the box. Please try again."


def complaint(page: Page) -> str:
    """The one sentence above the question box, which is also told to a screen reader."""
    shown = page.locator("#complaint")
    expect(shown).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(shown.inner_text())
    expect(page.get_by_role("textbox")).to_have_value("fact?")
    expect(page.get_by_role("textbox")).to_be_focused()
    expect(page.locator("article")).to_have_count(0)
    return shown.inner_text()


def ask_in_vain(page: Page) -> str:
    """Asks what can't be answered now; what is said of it."""
    page.get_by_role("textbox").fill("fact?")
    page.get_by_role("textbox").press("Enter")
    return complaint(page)


def hold(page: Page) -> list[Route]:
    """Holds every question back; they are in the list."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route("**/api/ask", keep)
    return held


class TestErrors:
    def test_offline(self, page: Page, sites: Sites, complaints: list[str]) -> None:
        opened(page, sites)
        page.context.set_offline(True)
        assert ask_in_vain(page) == "You are offline; your question is still in the box."
        page.context.set_offline(False)
        complaints.clear()
        page.get_by_role("textbox").press("Enter")
        expect(page.locator("article .answer")).to_be_visible()
        expect(page.locator("#complaint")).to_be_hidden()

    @pytest.mark.parametrize(
        ("headers", "said"),
        [
            ({"Retry-After": "7"}, "Too many questions just now; please try again in 7 seconds."),
            ({"Retry-After": "soon"}, "Too many questions just now; please try again in a moment."),
            ({}, "Too many questions just now; please try again in a moment."),
        ],
    )
    def test_too_many_questions(
        self, page: Page, sites: Sites, complaints: list[str], headers: dict[str, str], said: str
    ) -> None:
        shared = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
        page.route("**/api/ask", lambda route: route.fulfill(status=429, headers={**shared, **headers}))
        opened(page, sites)
        assert ask_in_vain(page).startswith(said)
        complaints.clear()

    def test_what_the_operator_must_mend(self, page: Page, sites: Sites, complaints: list[str]) -> None:
        sites.chatbot.failure = ConversationStoreError("locked")
        opened(page, sites)
        assert ask_in_vain(page).startswith("No answers can be had just now; please try again later.")
        complaints.clear()

    def test_what_the_reader_can_mend(self, page: Page, sites: Sites, complaints: list[str]) -> None:
        sites.chatbot.failure = InvalidQuestion("The question is too long; please shorten it.")
        opened(page, sites)
        assert ask_in_vain(page) == "The question is too long; please shorten it."
        complaints.clear()

    @pytest.mark.parametrize("body", ["<html>", "{}", '{"sentences": [{}], "footnotes": []}', "null"])
    def test_a_reply_that_is_none(self, page: Page, sites: Sites, body: str) -> None:
        shared = {"Access-Control-Allow-Origin": "*"}
        page.route("**/api/ask", lambda route: route.fulfill(status=200, headers=shared, body=body))
        opened(page, sites)
        assert ask_in_vain(page) == FAILED

    def test_a_site_that_the_operator_does_not_name_gets_no_answer(
        self, page: Page, sites: Sites, complaints: list[str]
    ) -> None:
        before = len(sites.chatbot.histories)
        page.goto(sites.stranger.publish("/news", sites.stranger.script()))
        page.get_by_role("button", name="Ask the explainer").click()
        assert ask_in_vain(page) == FAILED
        assert len(sites.chatbot.histories) == before
        assert any("CORS" in text for text in complaints)
        complaints.clear()

    def test_a_slow_answer_can_be_stopped_and_the_question_stays(self, page: Page, sites: Sites) -> None:
        hold(page)
        opened(page, sites)
        page.get_by_role("textbox").fill("fact?")
        page.get_by_role("textbox").press("Enter")
        expect(page.locator("article")).to_have_attribute("aria-busy", "true")
        expect(page.get_by_role("status")).to_have_text("Looking it up…")
        page.get_by_role("button", name="Stop").click()
        assert complaint(page) == "You stopped this answer."

    def test_a_slow_answer_is_told_to_be_slow(self, page: Page, sites: Sites) -> None:
        hold(page)
        page.clock.install()
        opened(page, sites)
        page.get_by_role("textbox").fill("fact?")
        page.get_by_role("textbox").press("Enter")
        expect(page.get_by_role("status")).to_have_text("Looking it up…")
        page.clock.fast_forward(11_000)
        expect(page.get_by_role("status")).to_have_text("Still looking…")

    def test_a_second_question_waits_for_the_first(self, page: Page, sites: Sites) -> None:
        held = hold(page)
        opened(page, sites)
        for _ in range(2):
            page.get_by_role("textbox").fill("fact?")
            page.get_by_role("textbox").press("Enter")
        expect(page.locator("article")).to_have_count(1)
        expect(page.get_by_role("textbox")).to_have_value("fact?")
        held[0].continue_()
        expect(page.locator("article .answer")).to_be_visible()
        assert len(held) == 1


class TestGuest:
    def test_the_page_gets_no_new_global_and_no_style(self, page: Page, sites: Sites) -> None:
        page.goto(sites.publisher.publish("/plain", "<p>Nothing.</p>"))
        before = set(page.evaluate("Object.getOwnPropertyNames(window)"))
        font = page.evaluate("getComputedStyle(document.querySelector('h1')).font")
        panel = opened(page, sites)
        ask(page, "fact?")
        expect(panel).to_be_visible()
        assert set(page.evaluate("Object.getOwnPropertyNames(window)")) == before
        assert page.evaluate("document.adoptedStyleSheets.length") == 0
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).font") == font
        assert page.evaluate("document.cookie") == ""

    def test_a_style_sheet_that_shouts_does_not_reach_it(self, page: Page, sites: Sites) -> None:
        panel = opened(page, sites)
        ask(page, "fact?")
        for selector in (".launcher", "h2", ".asked", ".answer", "input", ".send", "footer a", ".mark"):
            style = page.locator(selector).first.evaluate(
                "e => (s => [s.color, s.fontStyle, s.textTransform, s.letterSpacing])(getComputedStyle(e))"
            )
            assert style[0] != "rgb(255, 0, 0)", selector
            assert style[1:3] == ["normal", "none"], selector
            assert style[3] != "6px", selector
        size = panel.evaluate("e => getComputedStyle(e).fontSize")
        assert size == "16px"

    def test_a_strict_policy_with_the_lines_that_are_asked_for_lets_it_work(self, page: Page, sites: Sites) -> None:
        tag = sites.publisher.script(links="page")
        page.goto(
            sites.publisher.publish(
                "/guide", f"<p>A permit is valid for five years.</p>{tag}", policy=fenced(sites.bot)
            )
        )
        page.get_by_role("button", name="Ask the explainer").click()
        ask(page, "fact?").get_by_role("button", name="Footnote 1").click()
        page.get_by_role("link", name="Show on this page").click()
        assert page.evaluate("CSS.highlights.size") == 1

    def test_a_script_in_the_head_waits_for_the_page(self, page: Page, sites: Sites) -> None:
        page.goto(sites.publisher.publish("/news", "<p>Text.</p>", head=sites.publisher.script(title="From the head")))
        expect(page.get_by_role("button", name="From the head")).to_be_visible()

    def test_a_base_address_of_the_page_does_not_lead_it_astray(self, page: Page, sites: Sites) -> None:
        body = f"<p>A permit is valid for five years.</p>{sites.publisher.script(links='page')}"
        page.goto(sites.publisher.publish("/guide", body, head='<base href="/elsewhere/">'))
        page.get_by_role("button", name="Ask the explainer").click()
        ask(page, "fact?").get_by_role("button", name="Footnote 1").click()
        href = page.get_by_role("link", name="Show on this page").get_attribute("href") or ""
        assert href.startswith(f"{sites.publisher.origin}/guide#")

    def test_variables_of_the_page_set_its_colours(self, page: Page, sites: Sites) -> None:
        theme = "<style>footnoted-widget { --footnoted-accent: rgb(0, 80, 40); --footnoted-paper: rgb(250, 250, 250); "
        theme += "--footnoted-radius: 9px; --footnoted-font: monospace; --footnoted-z-index: 7; }</style>"
        page.goto(sites.publisher.publish("/news", sites.publisher.script(), head=theme))
        launcher = page.get_by_role("button", name="Ask the explainer")
        shown = launcher.evaluate(
            "e => (s => [s.backgroundColor, s.color, s.borderRadius, s.fontFamily])(getComputedStyle(e))"
        )
        assert shown == ["rgb(0, 80, 40)", "rgb(250, 250, 250)", "9px", "monospace"]
        assert page.locator(".corner").evaluate("e => getComputedStyle(e).zIndex") == "7"

    @pytest.mark.parametrize(
        ("wanted", "system", "dark"),
        [("", "dark", False), ("auto", "dark", True), ("auto", "light", False), ("dark", "light", True)],
    )
    def test_it_is_dark_where_the_page_says_so(
        self, page: Page, sites: Sites, wanted: str, system: str, dark: bool
    ) -> None:
        page.emulate_media(color_scheme="dark" if system == "dark" else "light")
        panel = opened(page, sites, **({"color_scheme": wanted} if wanted else {}))
        assert (panel.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(20, 21, 23)") is dark


class TestEveryone:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [320, 1200])
    @pytest.mark.parametrize("question", ["list them", "table?", "who pays?"])
    def test_axe_finds_nothing(self, page: Page, sites: Sites, scheme: str, width: int, question: str) -> None:
        page.set_viewport_size({"width": width, "height": 640})
        panel = opened(page, sites, color_scheme=scheme)
        turn = ask(page, question)
        mark = turn.get_by_role("button", name="Footnote 1:").first
        if mark.count():
            mark.click()
        expect(panel).to_be_visible()
        found = Axe().run(page, context="footnoted-widget")
        assert found.violations_count == 0, found.generate_report()

    def test_on_a_phone_it_fills_the_screen_and_nothing_sticks_out(self, page: Page, sites: Sites) -> None:
        page.set_viewport_size({"width": 320, "height": 568})
        panel = opened(page, sites)
        for question in ("list " + "x" * 190, "table?", "who pays?"):
            ask(page, question)
        assert panel.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 568}
        assert page.locator(".talk").evaluate("e => e.scrollWidth <= e.clientWidth")
        panel.get_by_role("button", name="Close").click()
        expect(page.get_by_role("button", name="Ask the explainer")).to_be_focused()

    def test_the_demonstration_works_under_its_own_policy(self, page: Page, sites: Sites) -> None:
        page.goto(f"{sites.bot}/widget-demo")
        expect(page.get_by_role("region", name="Ask the explainer")).to_be_visible()
        page.get_by_role("button", name="Ask the explainer").click()
        expect(page.get_by_role("dialog")).to_be_visible()
