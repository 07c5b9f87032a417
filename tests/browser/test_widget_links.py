"""Where the widget's footnotes lead: the reader, the publisher's page at the passage, or that passage in place."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Sites
from tests.browser.test_widget import ask, opened

GUIDE = """
  <h2>Permits</h2><p>A permit is <b>valid</b> for\n five&nbsp;years.<sup>1</sup> It can be renewed twice.</p>
  <div style="block-size: 3000px"></div>
  <p hidden>The owner of a well must:</p>
  <h3>What an &lt;owner&gt; must do</h3><p>The owner of a well must:</p>
  <details><summary>More</summary><ul><li>test the water each year;</li><li>keep the records;</li></ul></details>
  <table><tr><td>Kind</td><td>Fee</td></tr><tr><td>Spring</td><td>$25</td></tr></table>
"""


def highlighted(page: Page) -> str:
    """The words that are highlighted on the page."""
    text = page.evaluate("[...(CSS.highlights.get('footnoted-quote') ?? [])].map(range => range.toString()).join()")
    return re.sub(r"\s+", " ", str(text))


def on_the_guide(page: Page, sites: Sites, question: str, number: int, body: str = GUIDE, query: str = "") -> None:
    """Asks on the publisher's own page of the explainer, and shows the passage of a footnote there."""
    address = sites.publisher.publish("/guide", body + sites.publisher.script(links="page"))
    page.goto(address + query)
    page.get_by_role("button", name="Ask the explainer").click()
    turn = ask(page, question)
    turn.get_by_role("button", name=f"Footnote {number}:").first.click()
    turn.get_by_role("link", name="Show on this page").click()


def test_a_footnote_opens_the_reader_at_the_passage_in_a_new_tab(page: Page, sites: Sites) -> None:
    opened(page, sites)
    ask(page, "fact?").get_by_role("button", name="Footnote 1").click()
    with page.context.expect_page() as tab:
        page.get_by_role("link", name="Open in the explainer").click()
    expect(tab.value.locator("mark")).to_have_text("A permit is valid for five years.")
    assert tab.value.evaluate("window.opener") is None


def test_or_the_publishers_own_page_at_a_text_fragment(page: Page, sites: Sites) -> None:
    sites.publisher.publish("/guide", GUIDE)
    opened(page, sites, links="page")
    ask(page, "list them").get_by_role("button", name="Footnote 1").first.click()
    link = page.get_by_role("link", name="Open on the publisher’s page")
    expect(link).to_have_attribute(
        "href", f"{sites.publisher.origin}/guide#top:~:text=The%20owner%20of%20a%20well%20must%3A"
    )
    with page.context.expect_page() as tab:
        link.click()
    tab.value.wait_for_function("scrollY > 1000")


@pytest.mark.parametrize(
    ("quote", "directive"),
    [
        ("Sheriffs, clerks & co-signers", "Sheriffs%2C%20clerks%20%26%20co%2Dsigners"),
        ("Spring | $25", "Spring,%2425"),
        (
            "one two three four five six seven eight nine ten eleven",
            "one%20two%20three%20four%20five,seven%20eight%20nine%20ten%20eleven",
        ),
        ("¿Quién paga?", "%C2%BFQui%C3%A9n%20paga%3F"),
        ("First line\nSecond line", "First%20line,Second%20line"),
        ("100% – #1?", "100%25%20%E2%80%93%20%231%3F"),
    ],
)
def test_the_fragment_is_written_as_its_standard_says(page: Page, sites: Sites, quote: str, directive: str) -> None:
    def reply(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        body["footnotes"][0]["quote"] = quote
        route.fulfill(response=response, json=body)

    page.route("**/api/ask", reply)
    opened(page, sites, links="page")
    ask(page, "fact?").get_by_role("button", name="Footnote 1").click()
    href = page.get_by_role("link", name="Open on the publisher’s page").get_attribute("href") or ""
    assert href.partition(":~:text=")[2] == directive
    assert unquote(directive)


@pytest.mark.parametrize(
    ("question", "number", "words"),
    [
        ("fact?", 1, "A permit is valid for five years."),
        ("list them", 1, "The owner of a well must:"),
        ("list them", 2, "test the water each year;"),
        ("table?", 2, "Spring$25"),
    ],
)
def test_on_that_very_page_the_passage_is_highlighted_where_it_stands(
    page: Page, sites: Sites, question: str, number: int, words: str
) -> None:
    on_the_guide(page, sites, question, number, query="?utm_source=mail")
    assert highlighted(page).replace("\xa0", " ") == words
    in_sight = """() => {
      const [range] = CSS.highlights.get("footnoted-quote");
      const { top, bottom } = range.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight && bottom > top;
    }"""
    page.wait_for_function(in_sight)


def test_of_two_places_with_the_same_words_it_is_the_one_in_the_footnotes_section(page: Page, sites: Sites) -> None:
    twice = f"<ol><li>The owner of a well must:</li></ol>{GUIDE}"
    on_the_guide(page, sites, "list them", 1, body=twice)
    assert page.evaluate("[...CSS.highlights.get('footnoted-quote')][0].startContainer.parentElement.tagName") == "P"


def test_where_the_page_no_longer_says_it_the_browser_follows_the_fragment(page: Page, sites: Sites) -> None:
    left = "addEventListener('click', event => { document.left = !event.defaultPrevented; })"
    on_the_guide(page, sites, "fact?", 1, body=f"<p>Rewritten.</p><script>{left}</script>")
    assert highlighted(page) == ""
    assert page.evaluate("document.left") is True
    expect(page.locator(".footnote")).to_contain_text("The page doesn’t have these words; it may have changed.")
    expect(page.get_by_role("link", name="Open in the explainer")).to_be_visible()


def test_the_panel_makes_way_where_it_would_cover_the_passage_and_stays_where_not(page: Page, sites: Sites) -> None:
    on_the_guide(page, sites, "fact?", 1)
    expect(page.get_by_role("dialog")).to_be_hidden()
    on_the_guide(page, sites, "fact?", 1, body=f'<div style="inline-size: 500px">{GUIDE}</div>')
    expect(page.get_by_role("dialog")).to_be_visible()


def test_on_a_phone_the_panel_makes_way_for_the_passage(page: Page, sites: Sites) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    on_the_guide(page, sites, "list them", 1)
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert highlighted(page) == "The owner of a well must:"
    expect(page.get_by_role("status")).to_have_text("The passage is highlighted on the page.")


def test_an_address_that_would_run_something_is_no_link(page: Page, sites: Sites) -> None:
    def reply(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        body["footnotes"][0]["document"]["url"] = "javascript:alert(1)"
        route.fulfill(response=response, json=body)

    page.route("**/api/ask", reply)
    opened(page, sites, links="page")
    ask(page, "fact?").get_by_role("button", name="Footnote 1").click()
    href = page.get_by_role("link", name="Open in the explainer").get_attribute("href") or ""
    assert href.startswith(sites.bot)
