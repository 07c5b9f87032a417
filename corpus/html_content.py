"""Finds the explainer in a page, and drops what the site put around it and into it.

Elements go by what they are (navigation, forms, what isn't shown). Names such as "share" or "related" are taken as
hints only, and need the look of furniture beside: a section on the share of costs stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from corpus.furniture import heading_key, is_read_next
from corpus.html_marks import GONE, MARK, is_unseen, prune, shown
from corpus.html_popup_notes import is_hidden
from corpus.html_table import is_layout
from corpus.html_tree import BLOCKS, HEADINGS, Element, names

_NEVER = names(
    "script style template noscript svg iframe frame object embed canvas audio video map select textarea input "
    "progress meter dialog nav head annotation annotation-xml del s strike datalist rp"
)
_NEVER_ROLES = names(
    "navigation search banner contentinfo dialog alertdialog menu menubar toolbar tooltip doc-toc doc-backlink"
)
_STRUCK = frozenset({"del", "s", "strike"})
_CONTENT = frozenset({"article", "main", "section", "blockquote", "figure"})

_BEFORE = r"(?:[a-z0-9]+[-_]{1,2}){0,2}"
_BEHIND = (
    r"(?:[-_]{1,2}(?:bar|bars|box|banner|block|button|buttons|container|wrapper|wrap|inner|content|area|section|"
    r"widget|list|links|link|items|icons|tools|form|signup|notice|popup|modal|overlay|consent|nav|menu|posts|articles|this|module))*"
)


def _named(words: str) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}(?:{'|'.join(words.split())}){_BEHIND}", re.IGNORECASE)


_COOKIES = _named("cookie cookies consent gdpr ccpa onetrust cookiebot")
_LETTERS = _named(
    "newsletter subscribe subscription signup sign-up optin opt-in mailing-list mailchimp donate donation"
)
_COMMENTS = re.compile(
    r"(?:comments?(?:[-_](?:area|list|section|wrapper|container))?|commentlist|respond|disqus_thread)"
)
_LINKS = _named(
    "share sharing sharedaddy social breadcrumb breadcrumbs pagination pager tags tag-list taxonomy menu nav "
    "navbar navigation skip-link skip toolbar print related recommended read-next more-from up-next next-prev promo "
    "widget sidebar side-bar footer header masthead toc table-of-contents advert advertisement ad-slot ads sponsored"
)
_EDITS = names("mw-editsection mw-jump-link printfooter catlinks noprint no-print print-hide")
_AUTHORS = re.compile(
    r"(?:[a-z]+[-_])?(?:author|authors|about-author)[-_](?:bio|box|info|card|profile)|about-the-author"
)
_PERMALINK = re.compile(
    r"\W{0,3}(?:#|¶|§|🔗|link|permalink|anchor|copy link|edit|edit source|editar)?\W{0,3}", re.IGNORECASE
)
_LONGEST_NOTICE = 120
_FEWEST_CONTROLLED = 8
_HOLDERS = names("article center div form main section table tbody td tr")
_MOST_OF_IT = 0.7
_ENOUGH = 0.4


@dataclass(slots=True)
class _Measure:
    """What an element has in it: words, those in links and buttons, those in neither nor in headings, sentences."""

    words: int = 0
    linked: int = 0
    plain: int = 0
    sentences: int = 0

    def add(self, other: _Measure) -> None:
        self.words += other.words
        self.linked += other.linked
        self.plain += other.plain
        self.sentences += other.sentences

    @property
    def is_links(self) -> bool:
        """Whether this is links and labels rather than text."""
        return self.sentences == 0 and (self.linked >= self.words / 2 or self.words <= 3)


class ContentFinder:
    """Takes a page down to its explainer."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._measures = _measured(root)
        self._controlled = _controlled(root)
        self._most = 0.0
        self._said = ""
        self.struck = 0

    def find(self) -> Element:
        """The element that holds the explainer, without what isn't the explainer's in it."""
        body = next(self._root.find("body"), self._root)
        self.struck = sum(1 for element in body.find(*_STRUCK) if element.text.strip())
        self._prune(body, self._is_unread)
        self._prune(body, self._is_furniture)
        _drop_permalinks(body)
        self._measures = _measured(body)
        return self._main(body)

    def _prune(self, body: Element, is_dropped: Callable[[Element], bool]) -> None:
        self._measures = _measured(body)
        self._most = _MOST_OF_IT * self._measures[body].plain
        asides = {inner for aside in body.find("aside") for inner in aside.find()}
        self._said = " ".join(_texts_outside(body, asides)) if asides else ""
        prune(self._root, {element for element in body.find() if element is not body and is_dropped(element)})

    def _is_unread(self, element: Element) -> bool:
        if element.tag in _NEVER or element.tag == GONE or element.roles & _NEVER_ROLES or is_unseen(element):
            return not _holds_mark_only(element)
        if element.tag == "button":
            return not self._heads(element)
        if is_hidden(element) or element.get("aria-hidden").lower() == "true":
            # A page that was saved while a dialog was open hides its whole text.
            return self._measures[element].plain < self._most and not self._is_unfolded(element)
        return bool(element.classes & _EDITS)

    def _heads(self, button: Element) -> bool:
        """Whether *button* is what unfolds a part of the text."""
        if any(above.tag in (*HEADINGS, "summary") or "heading" in above.roles for above in button.ancestors()):
            return True
        return any(self._is_prose(self._controlled[name]) for name in _targets(button) if name in self._controlled)

    def _is_unfolded(self, element: Element) -> bool:
        """Whether *element* is a part of the text that a button unfolds, so that it is only hidden at first."""
        held = any(above.tag in ("nav", "header", "form", "dialog") for above in element.ancestors())
        known = element.get("id") in self._controlled or "tabpanel" in element.roles
        return known and not held and self._is_prose(element)

    def _is_prose(self, element: Element) -> bool:
        measure = self._measures.get(element)
        return measure is not None and measure.plain >= _FEWEST_CONTROLLED and measure.sentences > 0

    def _is_furniture(self, element: Element) -> bool:
        measure = self._measures[element]
        if element.tag in ("header", "footer", "aside", "form") and self._is_dropped_part(element, measure):
            return True
        if element.tag in ("body", "main", "article") or measure.plain > self._most:
            return False
        if element.tag not in BLOCKS and "-" not in element.tag:
            return False
        names = [*element.classes, element.get("id").lower()]
        return any(check(element, measure, names) for check in _CHECKS)

    def _is_dropped_part(self, element: Element, measure: _Measure) -> bool:
        inside = any(above.tag in _CONTENT or "main" in above.roles for above in element.ancestors())
        if element.tag == "form":  # some sites wrap a whole page in one
            return measure.sentences <= 3 and measure.plain < min(_LONGEST_NOTICE, self._most)
        if element.tag == "header":
            return measure.is_links and not _has_headings(element)
        if element.tag == "footer":
            return not inside or measure.is_links or _is_small_print(element)
        return not inside or measure.is_links or _reads_next(element) or self._is_pulled(element)

    def _is_pulled(self, element: Element) -> bool:
        """Whether an aside repeats what the text says, as a quotation to look at."""
        quote = shown(element).strip('“”" ')
        return bool(quote) and quote in self._said

    def _main(self, body: Element) -> Element:
        mains = [element for element in body.find() if element.tag == "main" or "main" in element.roles]
        scope = max(mains, key=self._plain, default=body)
        if self._plain(scope) < _ENOUGH * self._plain(body):
            scope = body
        articles = [element for element in scope.find("article") if element is not scope]
        best = max(articles, key=self._plain, default=None)
        if best is not None and self._plain(best) >= _MOST_OF_IT * max(self._plain(scope), 1):
            inside = {*best.find(), *best.ancestors()}
            if scope is not body:
                prune(scope, {article for article in articles if article not in inside})
                return scope
            return best
        return self._densest(scope) if scope is body else scope

    def _densest(self, scope: Element) -> Element:
        """*scope*, or the element in it that has all its text beside links and labels."""
        while True:
            inner = max(scope.elements, key=self._plain, default=None)
            loose = any(isinstance(child, str) and child.strip() for child in scope.children)
            if inner is None or loose or inner.tag not in _HOLDERS or not self._plain(inner):
                return scope
            if inner.tag == "table" and not is_layout(inner):
                return scope
            others = [self._measures[child] for child in scope.elements if child is not inner]
            if any(other.words and (other.sentences or other.linked < other.words / 2) for other in others):
                return scope
            scope = inner

    def _plain(self, element: Element) -> int:
        return self._measures[element].plain


def _texts_outside(body: Element, asides: Collection[Element]) -> Iterator[str]:
    """The paragraphs in *body* that aren't in *asides*."""
    return (shown(element) for element in body.find("p", "li", "dd", "td") if element not in asides)


def _has_headings(element: Element) -> bool:
    """Whether there is a heading in *element*."""
    return any(heading.text.strip() for heading in element.find(*HEADINGS))


def _measured(root: Element) -> dict[Element, _Measure]:
    order = list(root.find())
    linked: set[Element] = set()
    headed: set[Element] = set()
    measures: dict[Element, _Measure] = {}
    for element in order:
        if element.tag in ("a", "button", "label", "option") or element.parent in linked:
            linked.add(element)
        if element.tag in HEADINGS or element.parent in headed:
            headed.add(element)
        text = " ".join(child for child in element.children if isinstance(child, str))
        words = 0 if element.tag in ("script", "style", "template", "noscript") else len(text.split())
        in_link, in_head = element in linked, element in headed
        measures[element] = _Measure(
            words,
            words if in_link else 0,
            0 if in_link or in_head else words,
            0 if in_link or in_head or not words else _sentences(text),
        )
    for element in reversed(order):
        if element.parent is not None and element.parent in measures:
            measures[element.parent].add(measures[element])
    return measures


def _sentences(text: str) -> int:
    return len(re.findall(r"[\w)”\"’%][.!?。][\"”’)\]]*(?=\s|$)", text))


def _controlled(root: Element) -> dict[str, Element]:
    """The elements that buttons and the like unfold, by their ids."""
    names = {
        name
        for element in root.find()
        if element.tag in ("button", "a", *HEADINGS, "div", "span")
        for name in _targets(element)
    }
    return {element.get("id"): element for element in root.find() if element.get("id") in names}


def _targets(element: Element) -> list[str]:
    targets = element.get("aria-controls").split()
    for name in ("data-target", "data-bs-target"):
        targets += [element.get(name)[1:]] if element.get(name).startswith("#") else []
    return targets


def _holds_mark_only(element: Element) -> bool:
    """Whether an element that isn't read, such as an empty one, holds nothing but a note's mark."""
    return not element.text.strip() and any(True for _ in element.find(MARK))


def _is_cookies(element: Element, measure: _Measure, names: list[str]) -> bool:
    named = any(_COOKIES.fullmatch(name) for name in names)
    return named and measure.words <= _LONGEST_NOTICE and not _is_long(element) and "cookie" in element.text.lower()


def _is_long(element: Element) -> bool:
    return sum(1 for heading in element.find(*HEADINGS) if heading.text.strip()) > 1


def _is_letter(element: Element, measure: _Measure, names: list[str]) -> bool:
    if not any(_LETTERS.fullmatch(name) for name in names) or measure.words > _LONGEST_NOTICE:
        return False
    return measure.is_links or bool(
        re.search(r"\b(?:sign up|subscribe|inbox|newsletter|donate|suscr[ií]b)", element.text, re.IGNORECASE)
    )


def _is_comments(element: Element, measure: _Measure, names: list[str]) -> bool:  # noqa: ARG001
    if not any(_COMMENTS.fullmatch(name) for name in names):
        return False
    inside = [inner for inner in element.find() if inner is not element]
    threads = any(inner.classes & {"comment", "comment-body", "comment-author", "comment-form"} for inner in inside)
    return threads or any(inner.tag in ("form", "time") for inner in inside)


def _is_links(element: Element, measure: _Measure, names: list[str]) -> bool:
    if not any(_LINKS.fullmatch(name) for name in names):
        return False
    return measure.is_links or _reads_next(element)


def _is_author(element: Element, measure: _Measure, names: list[str]) -> bool:  # noqa: ARG001
    return measure.words <= _LONGEST_NOTICE and any(_AUTHORS.fullmatch(name) for name in names)


_CHECKS: tuple[Callable[[Element, _Measure, list[str]], bool], ...] = (
    _is_cookies,
    _is_letter,
    _is_comments,
    _is_links,
    _is_author,
)


def _reads_next(element: Element) -> bool:
    """Whether *element* begins with a heading such as "Related articles" and has links in it."""
    first = next((heading for heading in element.find(*HEADINGS, "p", "strong") if heading.text.strip()), None)
    return first is not None and is_read_next(heading_key(shown(first))) and any(True for _ in element.find("a"))


def _is_small_print(element: Element) -> bool:
    text = shown(element)
    return "©" in text or "all rights reserved" in text.lower()


def _drop_permalinks(body: Element) -> None:
    """Take the links to a heading itself, or to its editor, out of headings."""
    gone: set[Element] = set()
    for heading in body.find(*HEADINGS):
        own = shown(heading)
        for link in heading.find("a", "button"):
            text = shown(link)
            if text != own and _PERMALINK.fullmatch(text) and not any(True for _ in link.find(MARK)):
                gone.add(link)
    prune(body, gone)
