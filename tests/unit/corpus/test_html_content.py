"""What a site puts around an explainer goes; what only has an unlucky name stays."""
# ruff: noqa: E501 - markup as it is written

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corpus.html_page import HtmlLoader
from tests.unit.corpus.invariants import assert_sound

FIRST = "A water system needs a permit before it pumps. The state grants it, and the county keeps a copy of it."
LAST = "A permit lapses after five years. Whoever holds it may ask for another, and pays the fee again."


def read(body: str) -> str:
    document = HtmlLoader().load(f"<!doctype html><html lang=en><body>{body}</body>".encode(), Path("a.html")).document
    assert_sound(document)
    return document.text


MENU = "<ul><li><a href=/a>Home page</a></li><li><a href=/b>Our topics</a></li><li><a href=/c>All news</a></li></ul>"

FURNITURE = {
    "navigation": f"<nav>{MENU}</nav>",
    "a menu in a div": f'<div role="navigation">{MENU}</div>',
    "a breadcrumb": '<ol class="breadcrumb"><li><a href="/">Home page</a></li><li>Water</li></ol>',
    "a skip link": '<a class="skip-link" href="#main">Skip to main content</a>',
    "cookies": '<div id="cookie-notice"><p>We use cookies here. Read our policy. You may say no.</p><button>No</button></div>',
    "a consent dialog": '<div role="dialog"><p>We value your privacy. Accept all?</p></div>',
    "share links": '<div class="post-share-buttons"><span>Share:</span> <a href="https://x.example">Post it</a></div>',
    "a form": "<form><label>Your town</label><input><button>Find it</button><p>We never sell addresses.</p></form>",
    "a newsletter": '<div class="newsletter-signup"><h3>Keep up</h3><p>Sign up for our newsletter. It is free.</p></div>',
    "related links": '<section class="related-posts"><h2>Related articles</h2><p><a href="/1">On rain</a> How cities bill for it.</p></section>',
    "related links without a name": "<h2>Read next</h2><ul><li><a href=/1>On rain</a></li><li><a href=/2>On wells</a></li></ul>",
    "comments": '<div id="comments"><h3>Responses</h3><div class="comment"><p>I got a notice. It was late. Why is that?</p></div></div>',
    "an author's box": '<div class="author-box"><p>Robin Sample writes on water. She lives by a lake.</p></div>',
    "hidden text": '<div style="display: none">Before you go, tell us why.</div><p hidden>One more thing is hidden here.</p>',
    "text for nobody": '<span aria-hidden="true">Icon</span><noscript>Turn on scripts, please.</noscript><svg><text>Up</text></svg>',
    "text for screen readers": '<p>More <a href=/x>here<span class="sr-only"> (opens in a new tab)</span></a>.</p>',
    "a contents list": '<div><p>On this page</p><ul><li><a href="#f">Fees</a></li></ul></div>',
    "a byline": "<p>By Robin Sample</p><p>Updated May 2, 2025 | 5 min read</p>",
    "a site's footer": "<footer><p>© 2025 The Board. All rights reserved. Made by us.</p></footer>",
    "a picture": '<img src="a.png" alt="People by a lake"><iframe src="/v"></iframe><button>Play it</button>',
    "an advertisement": '<div class="ad-slot"><span>Advertisement</span></div>',
    "a pulled quotation": f"<aside><p>“{LAST.split('.', maxsplit=1)[0]}.”</p></aside>",
}


@pytest.mark.parametrize("name", FURNITURE)
@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("holder", ["main", "article", "div"])
def test_furniture_goes_and_the_text_stays(name: str, place: str, holder: str) -> None:
    above, below = (FURNITURE[name], "") if place == "above" else ("", FURNITURE[name])
    text = read(f"<{holder}><h1>Water</h1>{above}<p>{FIRST}</p><h2 id=f>Fees</h2><p>{LAST}</p>{below}</{holder}>")
    more = "\n\nMore here." if name == "text for screen readers" else ""
    assert text in (f"{FIRST}\n\nFees\n\n{LAST}{more}", f"{more.strip()}\n\n{FIRST}\n\nFees\n\n{LAST}".strip())


KEPT = {
    "a share of costs": '<section class="cost-share"><p>Towns pay half of it. The state pays the rest.</p></section>',
    "social security": '<div class="social"><ul><li>monthly checks</li><li>burial aid</li></ul></div>',
    "a comment period": '<div class="comment-period"><p>Anyone may comment. The period lasts 60 days.</p></div>',
    "related laws": '<section class="related"><h2>Related laws</h2><p>Two laws apply. Both date from 1974.</p></section>',
    "sidebar": '<div class="sidebar"><p>Key dates follow. The first is May 1.</p></div>',
    "a box": "<aside><p>Key dates follow. The first is May 1.</p></aside>",
    "a menu of options": '<div id="menu"><p>Towns choose a plan. They may choose two.</p></div>',
    "newsletter rules": '<div class="newsletter"><p>Systems must mail a yearly report. It lists every test.</p></div>',
    "cookies": '<section class="cookies"><p>Bakeries need a permit. Home kitchens need none.</p></section>',
    "resources": "<h2>Where to apply</h2><ul><li><a href=/a>State board</a></li><li><a href=/b>County clerk</a></li></ul>",
    "a header's summary": "<header><h2>In brief</h2><p>Permits are cheap. They take a month.</p></header>",
    "an article's footer": "<article><footer><p>Data come from the board. They end in 2024.</p></footer></article>",
    "details": "<details><summary>Who pays?</summary><p>Towns pay. Farms do not.</p></details>",
    "an accordion": '<h3><button aria-controls="p1">Who pays?</button></h3><div id="p1" hidden><p>Towns pay in May. Farms do not pay at all.</p></div>',
    "a tab": '<div role="tabpanel" aria-hidden="true"><p>Towns pay in May. Farms do not pay at all.</p></div>',
    "hidden until found": '<div hidden="until-found"><p>Towns pay in May. Farms do not.</p></div>',
    "two boxes alike": "<aside><p>Fees are due in May.</p></aside>" * 2,
    "a table": "<div class=widget><table><tr><th>a<th>b<tr><td>1<td>2</table></div>",
}


@pytest.mark.parametrize("name", KEPT)
def test_what_has_an_unlucky_name_stays(name: str) -> None:
    text = read(f"<main><h1>Water</h1><p>{FIRST}</p>{KEPT[name]}<h2>Fees</h2><p>{LAST}</p></main>")
    assert text.startswith(f"{FIRST}\n\n")
    assert text.endswith(f"\n\nFees\n\n{LAST}")
    between = text.removeprefix(FIRST).removesuffix(f"Fees\n\n{LAST}")
    assert re.findall(r"\w+", between) == re.findall(r"\w+", re.sub("<[^>]+>", " ", KEPT[name]))


class TestMainContent:
    def test_main_is_taken_and_not_what_is_beside_it(self) -> None:
        text = read(
            f"<div><p>We are a board of nine. We meet in May.</p></div><main><p>{FIRST}</p></main><p>Call us. Or write.</p>"
        )
        assert text == FIRST

    def test_an_article_is_taken_and_not_the_teasers(self) -> None:
        teaser = "<article><h3><a href=/1>On rain</a></h3><p>How cities bill for it.</p></article>"
        text = read(f"<article><h1>Water</h1><p>{FIRST}</p><p>{LAST}</p></article>{teaser}{teaser}")
        assert text == f"{FIRST}\n\n{LAST}"

    def test_chapters_that_are_articles_are_all_taken(self) -> None:
        text = read(f"<article><h2>One</h2><p>{FIRST}</p></article><article><h2>Two</h2><p>{LAST}</p></article>")
        assert text == f"One\n\n{FIRST}\n\nTwo\n\n{LAST}"

    def test_a_main_that_holds_next_to_nothing_isnt_the_content(self) -> None:
        text = read(f"<main><h1>Water</h1><p>Scroll on.</p></main><div><p>{FIRST}</p><p>{LAST}</p></div>")
        assert text == f"Scroll on.\n\n{FIRST}\n\n{LAST}"

    def test_without_either_the_densest_part_is_taken(self) -> None:
        text = read(f"<div>{MENU}</div><div><div><p>{FIRST}</p><p>{LAST}</p></div><div>{MENU}</div></div>")
        assert text == f"{FIRST}\n\n{LAST}"

    def test_a_page_in_a_form_and_layout_tables_is_read(self) -> None:
        page = f"<form><table><tr><td>{MENU}</td><td><h1>Water</h1><p>{FIRST}</p><p>{LAST}</p><p>{FIRST}</p></td></tr></table></form>"
        assert FIRST in read(page)
        assert "Home page" not in read(page)

    def test_a_page_that_is_a_list_of_links_is_read(self) -> None:
        assert read(f"<main><h1>Where to apply</h1>{MENU}</main>") == "• Home page\n• Our topics\n• All news"

    def test_a_byline_below_the_summary_goes(self) -> None:
        text = read(f"<main><h1>Water</h1><p>Who may pump, and when.</p><p>By Robin Sample</p><p>{FIRST}</p></main>")
        assert text == f"Who may pump, and when.\n\n{FIRST}"

    def test_a_page_saved_while_a_dialog_was_open_is_read(self) -> None:
        text = read(
            f'<div role="dialog"><p>Accept it?</p></div><div aria-hidden="true"><p>{FIRST}</p><p>{LAST}</p></div>'
        )
        assert text == f"{FIRST}\n\n{LAST}"
