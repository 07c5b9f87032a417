"""The widget on a publisher's page, as readers meet it: a page of another origin, with a style sheet that shouts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.conftest import Sites


def ask(page: Page, question: str) -> Locator:
    """Asks *question* in the open panel; the last turn, once it is answered."""
    page.get_by_role("textbox").fill(question)
    page.get_by_role("textbox").press("Enter")
    turn = page.locator("article").last
    expect(turn).not_to_have_attribute("aria-busy", "true")
    return turn


def questions_of(page: Page) -> list[dict[str, Any]]:
    """What *page* asks of the bot from here on, as it is sent."""
    asked: list[dict[str, Any]] = []

    def keep(request: Request) -> None:
        if request.url.endswith("/api/ask") and request.post_data:
            asked.append(json.loads(request.post_data))

    page.on("request", keep)
    return asked


def opened(page: Page, sites: Sites, **data: str) -> Locator:
    """The panel of a widget on a page of the publisher."""
    page.goto(sites.publisher.publish("/news", sites.publisher.script(**data)))
    page.get_by_role("button", name=data.get("title", "Ask the explainer")).click()
    return page.get_by_role("dialog")


class TestPanel:
    def test_the_button_opens_a_labelled_panel_with_the_question_box_in_focus(self, page: Page, sites: Sites) -> None:
        page.goto(sites.publisher.publish("/news", sites.publisher.script(title="Ask about wells")))
        launcher = page.get_by_role("button", name="Ask about wells")
        expect(launcher).to_have_attribute("aria-expanded", "false")
        launcher.click()
        expect(launcher).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("dialog", name="Ask about wells")).to_be_visible()
        expect(page.get_by_role("textbox", name="Your question")).to_be_focused()

    def test_escape_closes_it_and_gives_the_focus_back(self, page: Page, sites: Sites) -> None:
        panel = opened(page, sites)
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(page.get_by_role("button", name="Ask the explainer")).to_be_focused()

    def test_it_is_open_from_the_first_where_the_page_says_so_without_taking_the_focus(
        self, page: Page, sites: Sites
    ) -> None:
        page.goto(sites.publisher.publish("/news", sites.publisher.script(open="")))
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.get_by_role("textbox")).not_to_be_focused()

    def test_keys_typed_in_it_are_no_shortcuts_of_the_page(self, page: Page, sites: Sites) -> None:
        opened(page, sites)
        page.evaluate(
            "() => { document.pressed = ''; document.addEventListener('keydown', e => document.pressed += e.key); }"
        )
        page.keyboard.type("fact")
        expect(page.get_by_role("textbox")).to_have_value("fact")
        assert page.evaluate("document.pressed") == ""

    def test_nothing_is_asked_of_the_bot_before_it_is_opened(self, page: Page, sites: Sites) -> None:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(sites.publisher.publish("/news", sites.publisher.script()))
        page.get_by_role("button").wait_for()
        assert [address for address in asked if address.startswith(sites.bot)] == [f"{sites.bot}/widget.js"]

    @pytest.mark.parametrize(("position", "near"), [("left", "left"), ("right", "right"), ("nonsense", "right")])
    def test_it_stands_in_the_corner_that_the_page_names(
        self, page: Page, sites: Sites, position: str, near: str
    ) -> None:
        panel = opened(page, sites, position=position).bounding_box()
        assert panel is not None
        assert (panel["x"] < 100) is (near == "left")
        assert panel["y"] >= 0

    def test_in_the_pages_column_it_is_a_region_without_a_button(self, page: Page, sites: Sites) -> None:
        script = sites.publisher.script(position="inline", target="#here")
        page.goto(sites.publisher.publish("/news", f'<div id="here"></div>{script}'))
        expect(page.locator("#here").get_by_role("region", name="Ask the explainer")).to_be_visible()
        expect(ask(page, "fact?").get_by_text("A permit is valid")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("region", name="Ask the explainer")).to_be_visible()

    @pytest.mark.parametrize("target", ["#nowhere", "]["])
    def test_where_the_target_is_not_there_it_stands_at_the_end_of_the_page(
        self, page: Page, sites: Sites, target: str
    ) -> None:
        warnings: list[str] = []
        page.on("console", lambda message: warnings.append(message.text))
        expect(opened(page, sites, target=target)).to_be_visible()
        assert len(warnings) == 1
        assert target in warnings[0]


class TestSuggestions:
    def test_a_suggested_question_is_asked_by_a_click(self, page: Page, sites: Sites) -> None:
        page.request.get(f"{sites.bot}/api/suggestions")
        panel = opened(page, sites)
        first = panel.get_by_role("list", name="Begin with").get_by_role("button").first
        heading = first.inner_text()
        first.click()
        expect(panel.get_by_role("heading", name=heading)).to_be_visible()
        expect(panel.get_by_role("group", name="Conversation")).to_be_focused()

    def test_where_they_are_still_being_worked_out_they_are_asked_for_once_more(self, page: Page, sites: Sites) -> None:
        replies = [{"questions": []}, {"questions": [{"text": "Fees", "language": "en"}]}]
        shared = {"Access-Control-Allow-Origin": "*"}
        page.route("**/api/suggestions", lambda route: route.fulfill(headers=shared, json=replies.pop(0)))
        page.clock.install()
        panel = opened(page, sites)
        expect(panel.get_by_role("list")).to_have_count(0)
        page.clock.fast_forward(7000)
        expect(panel.get_by_role("button", name="Fees")).to_be_visible()


class TestAnswers:
    def test_a_mark_opens_its_footnote_under_the_sentence(self, page: Page, sites: Sites) -> None:
        opened(page, sites)
        turn = ask(page, "fact?")
        mark = turn.get_by_role("button", name="Footnote 1: Permits")
        mark.click()
        expect(mark).to_have_attribute("aria-expanded", "true")
        footnote = turn.locator(".footnote")
        expect(footnote.locator("blockquote")).to_have_text("A permit is valid for five years.")
        expect(footnote).to_contain_text("Note 1 in the explainer: Older permits ran for three years.")
        expect(footnote).to_contain_text("as of April 14, 2025")
        mark.click()
        expect(footnote).to_have_count(0)

    def test_the_exact_words_are_marked_in_the_quote(self, page: Page, sites: Sites) -> None:
        opened(page, sites)
        turn = ask(page, "exact?")
        turn.get_by_role("button", name="Footnote 1").click()
        expect(turn.locator("blockquote b")).to_have_text("five years")

    def test_keys_alone_do_all(self, page: Page, sites: Sites) -> None:
        page.goto(sites.publisher.publish("/news", sites.publisher.script()))
        page.get_by_role("button").wait_for()
        for key in ("Tab", "Enter"):
            page.keyboard.press(key)
        page.keyboard.type("fact?")
        page.keyboard.press("Enter")
        mark = page.get_by_role("button", name="Footnote 1")
        mark.wait_for()
        while not mark.evaluate("mark => mark.getRootNode().activeElement === mark"):
            page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Open in the explainer")).to_be_focused()
        page.keyboard.press("Escape")
        expect(mark).to_be_focused()
        expect(page.locator(".footnote")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()

    def test_hostile_text_is_text(self, page: Page, sites: Sites) -> None:
        opened(page, sites)
        turn = ask(page, "list <img src=x onerror=alert(1)>")
        expect(turn.get_by_role("heading")).to_have_text("list <img src=x onerror=alert(1)>")
        expect(turn.get_by_role("listitem")).to_have_count(3)
        expect(turn.get_by_role("listitem").last).to_contain_text("<script>alert(1)</script>")

    def test_rows_are_a_table_whose_footnotes_open_under_the_row(self, page: Page, sites: Sites) -> None:
        opened(page, sites)
        turn = ask(page, "table?")
        expect(turn.get_by_role("columnheader")).to_have_count(2)
        turn.get_by_role("button", name="Footnote 2").click()
        expect(turn.locator("tr.opened .footnote")).to_contain_text("Spring | $25")

    def test_an_answer_from_several_explainers_says_which_says_what(self, page: Page, sites: Sites) -> None:
        opened(page, sites, links="page")
        turn = ask(page, "both?")
        expect(turn.locator(".about")).to_have_count(2)
        turn.get_by_role("button", name="Footnote 2").click()
        expect(turn.locator(".footnote cite")).to_have_text("Permisos")
        expect(turn.locator(".footnote blockquote")).to_have_attribute("lang", "es")
        expect(turn.get_by_role("link", name="Open in the explainer")).to_be_visible()

    def test_a_refusal_says_why_and_names_the_nearest_sections(self, page: Page, sites: Sites) -> None:
        opened(page, sites)
        turn = ask(page, "who pays?")
        expect(turn).to_contain_text("Not in the text")
        expect(turn).to_contain_text("“Wells” doesn’t say. These are the sections that come closest.")
        link = turn.get_by_role("link", name="Permits").first
        assert (link.get_attribute("href") or "").startswith(f"{sites.bot}/read/water-permits/")

    def test_a_false_premise_shows_what_the_text_says_and_keeps_it_when_a_footnote_is_closed(
        self, page: Page, sites: Sites
    ) -> None:
        opened(page, sites)
        ask(page, "why so long?")
        refused = page.locator("article").first
        expect(refused).to_contain_text("Not said as it is asked")
        expect(refused.locator("blockquote")).to_have_text(
            ["A permit is valid for five years.", "It can be renewed twice."]
        )
        expect(refused.get_by_role("link", name="Open in the explainer")).to_have_count(2)
        answered = ask(page, "fact?")
        mark = answered.get_by_role("button", name="Footnote 1: Permits")
        mark.click()
        expect(answered.locator("blockquote")).to_be_visible()
        mark.click()
        expect(answered.locator("blockquote")).to_have_count(0)
        expect(refused.locator("blockquote")).to_have_count(2)

    def test_what_is_told_once_is_told_politely(self, page: Page, sites: Sites) -> None:
        opened(page, sites)
        ask(page, "list them")
        expect(page.get_by_role("status")).to_have_text("Answered, with 5 footnotes.")

    def test_the_answer_is_copied_with_its_footnotes(self, page: Page, sites: Sites) -> None:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        opened(page, sites)
        turn = ask(page, "fact?")
        turn.get_by_role("button", name="Copy with footnotes").click()
        expect(turn).to_contain_text("Copied.")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("fact?\n\nA permit is valid for five years. [1]\n\n[1] “A permit")
        assert f"{sites.bot}/read/water-permits/" in copied

    def test_without_the_new_clipboard_the_old_one_does(self, page: Page, sites: Sites) -> None:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        opened(page, sites)
        turn = ask(page, "fact?")
        turn.get_by_role("button", name="Copy with footnotes").click()
        expect(turn).to_contain_text("Copied.")
        expect(turn.get_by_role("button", name="Copy with footnotes")).to_be_focused()
        expect(page.locator("textarea")).to_have_count(0)

    def test_it_speaks_the_pages_language_and_leaves_the_explainers_alone(self, page: Page, sites: Sites) -> None:
        page.goto(sites.publisher.publish("/noticias", sites.publisher.script(), language="es-MX"))
        page.get_by_role("button", name="Pregunte a la guía").click()
        turn = ask(page, "who pays?")
        expect(turn).to_contain_text("No está en el texto")
        expect(turn).to_contain_text("“Wells” no lo dice.")
        turn = ask(page, "fact?")
        turn.get_by_role("button", name="Nota al pie 1").click()
        expect(turn.locator("blockquote")).to_have_attribute("lang", "en")
        expect(turn.locator(".footnote")).to_contain_text("14 de abril de 2025")


class TestConversation:
    def test_a_new_conversation_begins_empty_whatever_was_being_asked(self, page: Page, sites: Sites) -> None:
        panel = opened(page, sites)
        ask(page, "fact?")
        page.route("**/api/ask", lambda _: None)
        panel.get_by_label("Ask a follow-up question").fill("list them")
        page.keyboard.press("Enter")
        expect(panel.get_by_role("button", name="Stop")).to_be_visible()
        panel.get_by_role("button", name="New conversation").click()
        page.wait_for_timeout(200)
        expect(panel.locator("#question")).to_have_value("")
        expect(panel.locator("#complaint")).to_be_hidden()

    def test_a_follow_up_goes_on_with_the_conversation_and_a_reload_shows_it_again(
        self, page: Page, sites: Sites
    ) -> None:
        asked = questions_of(page)
        panel = opened(page, sites)
        ask(page, "fact?")
        ask(page, "list them")
        page.reload()
        page.get_by_role("button", name="Ask the explainer").click()
        expect(panel.get_by_role("heading", name="fact?")).to_be_visible()
        ask(page, "table?")
        first, second, third = (body.get("conversation_id") for body in asked)
        assert first is None
        assert second == third
        assert [turn.question for turn in sites.chatbot.conversations.turns(str(third))] == [
            "fact?",
            "list them",
            "table?",
        ]

    def test_a_new_one_forgets_the_old(self, page: Page, sites: Sites) -> None:
        panel = opened(page, sites)
        ask(page, "fact?")
        panel.get_by_role("button", name="New conversation").click()
        expect(panel.locator("article")).to_have_count(0)
        expect(page.get_by_role("textbox", name="Your question")).to_be_focused()
        assert page.evaluate("sessionStorage.length") == 0

    def test_what_is_kept_and_can_no_longer_be_read_is_forgotten(self, page: Page, sites: Sites) -> None:
        panel = opened(page, sites)
        ask(page, "fact?")
        page.evaluate('sessionStorage.setItem(sessionStorage.key(0), \'{"turns": [{"question": 1}]}\')')
        page.reload()
        page.get_by_role("button", name="Ask the explainer").click()
        expect(panel.locator("article")).to_have_count(0)
        expect(ask(page, "fact?").locator(".answer")).to_be_visible()

    def test_two_widgets_keep_two_conversations_and_ask_each_its_own_explainer(self, page: Page, sites: Sites) -> None:
        asked = questions_of(page)
        one = sites.publisher.script(title="One", position="left", document="water-permits")
        other = sites.publisher.script(title="Other", document="water-permits, permisos")
        page.goto(sites.publisher.publish("/news", one + other))
        page.get_by_role("button", name="One").click()
        box = page.get_by_role("dialog", name="One").get_by_role("textbox")
        box.fill("who?")
        box.press("Enter")
        expect(page.locator("article .refusal")).to_be_visible()
        page.get_by_role("button", name="Other").click()
        other_box = page.get_by_role("dialog", name="Other").get_by_role("textbox")
        other_box.fill("fact?")
        other_box.press("Enter")
        expect(page.get_by_role("dialog", name="Other").locator(".answer")).to_be_visible()
        assert [body["filter"]["documents"] for body in asked] == [["water-permits"], ["water-permits", "permisos"]]
        assert page.evaluate("sessionStorage.length") == 2
