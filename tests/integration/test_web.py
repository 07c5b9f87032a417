"""The whole path: explainers are read and indexed, then asked through the pages and the API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.settings import BotSettings
from bot.source import FixedSource
from corpus.documents import Document
from corpus.load import load_corpus, load_document
from index.build import build_index
from index.embedders import MiniLMEmbedder
from tests.unit.web.fake_chatbot import ChatbotSurface
from tests.unit.web.html_page import sound
from web.app import create_app
from web.schemas import ReplyBody
from web.settings import WebSettings

EXPLAINERS = Path(__file__).parents[1] / "fixtures" / "explainers"

QUESTION = "How long does a family get at least to search for a unit?"


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """A sample explainer as it read before its current version."""
    text = (EXPLAINERS / "housing-vouchers.md").read_text(encoding="utf-8")
    earlier = tmp_path_factory.mktemp("earlier") / "housing-vouchers.md"
    earlier.write_text(text.replace("at least 60 days", "at least 45 days"), encoding="utf-8")
    return load_document(earlier)


@pytest.fixture(scope="module")
def chatbot(tmp_path_factory: pytest.TempPathFactory, replaced: Document) -> Chatbot:
    """The real chatbot over the sample explainers, published after an earlier version of one of them."""
    data_dir, embedder = tmp_path_factory.mktemp("data"), MiniLMEmbedder()
    build_index([replaced], embedder, data_dir)
    build_index(load_corpus([EXPLAINERS]).documents, embedder, data_dir)
    return bootstrap(BotSettings(data_dir=data_dir), keep_conversations=True)


@pytest.fixture
def client(chatbot: Chatbot) -> Iterator[TestClient]:
    """A browser in front of it."""
    surface: ChatbotSurface = chatbot  # the fake that the other tests use must not promise more than the real one has
    assert surface
    with TestClient(create_app(FixedSource(chatbot), WebSettings()), "http://127.0.0.1") as client:
        yield client


def test_a_reader_asks_reads_the_answer_and_opens_each_passage(client: TestClient) -> None:
    page = sound(client.post("/ask", data={"question": QUESTION}).text)
    quotes = page.all("blockquote")
    assert any("60 days" in quote.text for quote in quotes)
    opened = [link["href"] for link in page.all("a") if link["href"].endswith("#quote")]
    assert len(opened) == len(quotes)
    for href, quote in zip(opened, quotes, strict=True):
        passage = sound(client.get(href).text)
        assert "".join(mark.text for mark in passage.all("mark")) == quote.text
        assert passage.by_id("quote").tag == "mark"


def test_the_api_gives_the_same_reply_and_its_offsets_hold(client: TestClient) -> None:
    reply = ReplyBody.model_validate(client.post("/api/ask", json={"question": QUESTION}).json())
    assert reply.status == "answered"
    for footnote in reply.footnotes:
        path = f"/api/documents/{footnote.document.id}/{footnote.document.version}"
        text = client.get(path, headers={"accept": "text/plain"}).text
        assert text[footnote.start : footnote.end] == footnote.quote
        assert footnote.words is None or footnote.quote.startswith(text[footnote.start : footnote.words.end]), (
            "the exact words lie in the quote"
        )


def test_what_is_suggested_is_answered(client: TestClient) -> None:
    deadline = time.monotonic() + 120  # each suggestion costs as much as a question
    while not (suggested := client.get("/api/suggestions").json()["questions"]):
        assert time.monotonic() < deadline, "no suggestion was worked out"
        time.sleep(0.1)
    for suggestion in suggested:
        assert client.post("/api/ask", json={"question": suggestion["text"]}).json()["status"] == "answered"


def test_a_question_about_something_else_is_refused_on_the_page_and_in_the_api(client: TestClient) -> None:
    question = "Who won the chess world championship in 1972?"
    body = ReplyBody.model_validate(client.post("/api/ask", json={"question": question}).json())
    assert body.refusal
    page = sound(client.post("/ask", data={"question": question}).text)
    assert page.one("div", class_="refusal")["data-reason"] == body.refusal.reason
    for link in page.all("a"):
        if link["href"].endswith("#quote"):
            assert sound(client.get(link["href"]).text).all("mark")


def test_a_conversation_goes_on_is_listed_and_can_be_deleted(client: TestClient) -> None:
    first = client.post("/ask", data={"question": QUESTION})
    name = first.url.path.removeprefix("/c/")
    second = client.post("/ask", data={"question": "And what if they need more time?", "conversation_id": name})
    assert [question.text for question in sound(second.text).all("h2", class_="question")] == [
        QUESTION,
        "And what if they need more time?",
    ]
    assert sound(client.get("/conversations").text).one("a", href=f"/c/{name}").text == QUESTION
    client.post(f"/conversations/{name}/delete")
    assert client.get(f"/c/{name}").status_code == 404


def test_a_version_that_was_replaced_stays_readable_and_leads_to_the_current_one(
    client: TestClient, chatbot: Chatbot, replaced: Document
) -> None:
    current = chatbot.document(replaced.id)
    assert current.version != replaced.version
    start = replaced.text.index("at least 45 days")
    old = sound(client.get(f"/read/{replaced.id}/{replaced.version}?quote={start}-{start + 16}").text)
    assert old.by_id("quote").text == "at least 45 days"
    assert old.all("a", href=f"/read/{current.id}/{current.version}")
    assert old.one("del").text == "[removed: 45]"
    there = next(link["href"] for link in old.all("a") if link.text == "Read it in the current version")
    assert "at least 60 days" in sound(client.get(there).text).by_id("quote").text
    changes = sound(client.get(f"/read/{replaced.id}/{replaced.version}/changes").text)
    assert [word.text for word in (*changes.all("del"), *changes.all("ins"))] == ["[removed: 45]", "[added: 60]"]
    listed = client.get(f"/api/documents/{replaced.id}/versions").json()
    assert [(version["version"], version["current"]) for version in listed] == [
        (current.version, True),
        (replaced.version, False),
    ]
    new = sound(client.get(f"/read/{replaced.id}").text)
    assert "at least 60 days" in new.one("article", class_="explainer-body").text
    assert not new.all("p", class_="notice")


@pytest.mark.parametrize(
    "question",
    ["", " \t ", "\x00\x01", "x" * 10_000, "\ufeff", "\u202e"],
    ids=["empty", "blank", "control", "long", "byte-order-mark", "direction-override"],
)
def test_what_cannot_be_asked_is_a_422_with_a_sentence_on_the_page_and_in_the_api(
    client: TestClient, question: str
) -> None:
    page = client.post("/ask", data={"question": question})
    assert page.status_code == 422
    problem = client.post("/api/ask", json={"question": question})
    assert problem.status_code == 422
    assert sound(page.text).by_id("complaint").text == problem.json()["detail"]


def test_ready_counts_the_explainers(client: TestClient, chatbot: Chatbot) -> None:
    assert client.get("/readyz").json() == {
        "status": "ready",
        "index_version": chatbot.index_version,
        "documents": len(list(EXPLAINERS.glob("*.md"))),
    }


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/read/none", "Aquí no hay ningún documento &#39;none&#39;; la lista de documentos dice cuáles hay."),
        ("/read/none/v1", "Aquí no hay ningún documento &#39;none&#39; en la versión &#39;v1&#39;; la lista"),
    ],
)
def test_what_is_not_there_is_told_in_the_readers_language(client: TestClient, path: str, said: str) -> None:
    response = client.get(path, headers={"accept-language": "es"})
    assert response.status_code == 404
    assert said in response.text
