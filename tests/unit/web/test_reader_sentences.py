"""Every sentence of an explainer has an address of its own, and nothing of the text is lost for it."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from corpus.documents import Document, Span
from index.sentences import block_sentences
from tests.unit.web.fake_chatbot import FakeChatbot
from tests.unit.web.html_page import Element, Page, sound
from tests.unit.web.test_reader import documents, marked, shown_spans

OURS = (
    r'<sup class="note-ref">.*?</sup>|<a class="back".*?</a>|<span class="(?:marker|note-label)">.*?</span>'
    r'|<h2 id="notes-heading".*?</h2>|<form.*?</form>'
)
"""What stands in the explainer's article and isn't its text: marks, numbers and forms."""

TO_BE_SAFE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sentences_of(document: Document) -> list[Span]:
    """All sentences of the body, as the answers know them."""
    blocks = (block for section in document.sections for block in section.blocks)
    return [sentence.span for block in blocks for sentence in block_sentences(document, block)]


def with_id(page: Page) -> list[Element]:
    """The elements that are sentences."""
    return [each for each in page.elements if re.fullmatch(r"s-\d+-\d+", each.attributes.get("id", ""))]


def without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


@TO_BE_SAFE
@given(document=documents())
def test_every_sentence_is_on_the_page_once_under_the_id_of_its_span(
    client: TestClient, chatbot: FakeChatbot, document: Document
) -> None:
    chatbot.current = (document,)
    page = sound(client.get(f"/read/{document.id}/{document.version}").text)
    assert [each["id"] for each in with_id(page)] == [f"s-{s.start}-{s.end}" for s in sentences_of(document)]


@TO_BE_SAFE
@given(document=documents(), data=st.data())
def test_the_permalink_of_a_sentence_highlights_that_sentence_and_nothing_else(
    client: TestClient, chatbot: FakeChatbot, document: Document, data: st.DataObject
) -> None:
    chatbot.current = (document,)
    span = data.draw(st.sampled_from(sentences_of(document)))
    html = client.get(f"/read/{document.id}/{document.version}?quote={span.start}-{span.end}").text
    page = sound(re.sub(OURS, "", html))
    sentence = page.by_id(f"s-{span.start}-{span.end}")
    assert without_blanks("".join(marked(page))) == without_blanks(sentence.text)
    shown = {offset for part in shown_spans(document) for offset in range(part.start, part.end)}
    expected = "".join(document.text[at] for at in range(span.start, span.end) if at in shown)
    assert "".join(marked(page)) == expected


@TO_BE_SAFE
@given(document=documents(), data=st.data())
def test_the_text_of_the_page_without_what_is_ours_is_the_text_of_the_explainer(
    client: TestClient, chatbot: FakeChatbot, document: Document, data: st.DataObject
) -> None:
    chatbot.current = (document,)
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    html = client.get(f"/read/{document.id}/{document.version}?quote={start}-{end}&words={start}-{end}").text
    article = sound(re.sub(OURS, "", html, flags=re.DOTALL)).one("article")
    expected = "".join(span.of(document.text) for span in shown_spans(document))
    assert without_blanks(article.text) == without_blanks(expected)


def test_the_link_of_each_paragraph_item_and_table_highlights_it(client: TestClient, chatbot: FakeChatbot) -> None:
    document = chatbot.current[0]
    page = sound(client.get(f"/read/{document.id}/{document.version}").text)
    links = page.all("a", class_="permalink")
    assert {link["aria-label"] for link in links} == {"Link to this paragraph", "Link to this table"}
    assert not any(link.text for link in links), "a copied paragraph holds nothing of ours"
    opened = ["".join(marked(sound(client.get(link["href"]).text))) for link in links]
    assert opened == [
        "Wells & springs <need> permits.",
        "A permit is valid for five years. It can be renewed twice.",
        "The owner of a well must:",
        "test the water each year;",
        "keep the records;",
        "report “<script>alert(1)</script>”.",
        "A renewal takes these steps:",
        "File the form.",
        "Pay the fee.",
        "KindFeePrivate well$40Spring$25",
    ]
    assert all(f"/{document.version}?quote=" in link["href"] for link in links)
