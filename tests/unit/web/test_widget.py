"""The widget's script as it is served, what its text may hold, and what else it needs of the server."""

from __future__ import annotations

import gzip
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from bot.answers import Refusal, RefusalDetails, RefusalReason, Reply, Turn
from bot.conversation_stores import SqliteConversationStore
from bot.footnotes import reply_dict, web_address
from bot.refusal_words import refused
from bot.wording import languages
from corpus.documents import Span
from index.errors import IndexNotBuilt
from tests.unit.web.fake_chatbot import FakeChatbot, cited, fact_answer, permits, still
from web.app import create_app
from web.pages import STATIC
from web.schemas import Language
from web.settings import WebSettings

SCRIPT = (STATIC / "widget.js").read_text(encoding="utf-8")
ORIGIN = "https://news.example"


@pytest.fixture
def shared(chatbot: FakeChatbot) -> Iterator[TestClient]:
    """A server whose operator lets one site hold the widget."""
    app = create_app(still(chatbot), WebSettings(widget_origins=f"{ORIGIN}, http://localhost:8080"))
    with TestClient(app, "http://127.0.0.1") as client:
        yield client


class TestScript:
    def test_it_is_small(self) -> None:
        assert len(gzip.compress(SCRIPT.encode(), 9)) < 25_000

    @pytest.mark.parametrize(
        "forbidden",
        [
            *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"),
            *("window.", "globalThis", " self", "var ", "localStorage", "document.cookie", 'setAttribute("style'),
            *("import(", "export ", "javascript:", ".style.", "createContextualFragment", "DOMParser"),
        ],
    )
    def test_it_uses_nothing_that_would_run_text_or_leave_something_behind(self, forbidden: str) -> None:
        assert forbidden not in SCRIPT

    def test_it_asks_nothing_of_another_site(self) -> None:
        addresses = set(re.findall(r"https?://[^\s\"`)]+", SCRIPT))
        assert addresses == {"https://bot.example.org/widget.js", "https://wicg.github.io/scroll-to-text-fragment/"}

    def test_it_has_every_sentence_in_each_of_the_bots_languages(self) -> None:
        table = SCRIPT[SCRIPT.index("const WORDS = {") : SCRIPT.index("const CSS_TEXT")]
        parts = re.split(r"^    (\w+): \{$", table, flags=re.MULTILINE)[1:]
        words = dict(
            zip(parts[::2], (re.findall(r"^ +(\w+):", part, re.MULTILINE) for part in parts[1::2]), strict=True)
        )
        assert set(words) == set(languages())
        assert all(names == words["en"] for names in words.values())
        assert {reason.value for reason in RefusalReason} <= set(words["en"])

    def test_any_site_may_load_it_and_browsers_soon_ask_again(self, client: TestClient) -> None:
        response = client.get("/widget.js")
        assert response.text == SCRIPT
        assert response.headers["content-type"] == "text/javascript; charset=utf-8"
        assert response.headers["cache-control"] == "public, max-age=300"
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"
        assert client.head("/widget.js").headers["etag"] == response.headers["etag"]

    def test_what_a_browser_has_is_not_sent_again(self, client: TestClient) -> None:
        tag = client.get("/widget.js").headers["etag"]
        for known in (tag, f'"old", W/{tag}', "*"):
            again = client.get("/widget.js", headers={"if-none-match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert client.get("/widget.js", headers={"if-none-match": '"old"'}).status_code == 200


class TestDemonstration:
    def test_it_is_shown_to_the_operator_alone(self, client: TestClient, chatbot: FakeChatbot) -> None:
        page = client.get("/widget-demo")
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert client.get("/widget-demo", headers={"x-forwarded-for": "192.0.2.1"}).status_code == 404
        public = create_app(still(chatbot), WebSettings(public_url="https://bot.example"))
        assert TestClient(public, "http://127.0.0.1").get("/widget-demo").status_code == 404


class TestOrigins:
    def test_a_named_site_may_ask_without_cookies(self, shared: TestClient) -> None:
        wish = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
        before = shared.options("/api/ask", headers={"origin": ORIGIN, **wish})
        assert before.status_code == 200
        asked = shared.post("/api/ask", json={"question": "fact?"}, headers={"origin": ORIGIN})
        for response in (before, asked):
            assert response.headers["access-control-allow-origin"] == ORIGIN
            assert "access-control-allow-credentials" not in response.headers
            assert "Origin" in response.headers["vary"]
        assert "Retry-After" in asked.headers["access-control-expose-headers"]

    @pytest.mark.parametrize("failure", [RuntimeError(), IndexNotBuilt("no index")])
    def test_it_can_read_what_went_wrong_too(
        self, shared: TestClient, chatbot: FakeChatbot, failure: Exception
    ) -> None:
        chatbot.failure = failure
        asked = shared.post("/api/ask", json={"question": "fact?"}, headers={"origin": ORIGIN})
        assert asked.status_code >= 500
        assert asked.headers["access-control-allow-origin"] == ORIGIN

    @pytest.mark.parametrize(
        "origin", ["https://news.example.evil", "https://news.example:444", "http://news.example", "null"]
    )
    def test_any_other_may_not(self, shared: TestClient, origin: str) -> None:
        wish = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
        before = shared.options("/api/ask", headers={"origin": origin, **wish})
        assert before.status_code == 405
        assert "access-control-allow-origin" not in before.headers
        assert "access-control-allow-origin" not in shared.get("/api/suggestions", headers={"origin": origin}).headers

    def test_nobody_may_where_none_is_named_and_no_page_is_ever_shared(
        self, client: TestClient, shared: TestClient
    ) -> None:
        assert "access-control-allow-origin" not in client.get("/api/documents", headers={"origin": ORIGIN}).headers
        for path in ("/", "/healthz", "/c/talk"):
            assert "access-control-allow-origin" not in shared.get(path, headers={"origin": ORIGIN}).headers

    @pytest.mark.parametrize("origins", ["", ORIGIN, "http://127.0.0.1:8080,http://[::1]:80", f" {ORIGIN} ,, "])
    def test_origins_stand_between_commas(self, origins: str) -> None:
        assert len(WebSettings(widget_origins=origins).allowed_origins) == len(
            [o for o in origins.split(",") if o.strip()]
        )

    @pytest.mark.parametrize(
        "origins",
        [
            *("*", "news.example", f"{ORIGIN}/", f"{ORIGIN}/a", "ftp://news.example", "https://*.example", "null"),
            *("https://", "https://News.example", "https://a b", f"{ORIGIN}:x", "https://u@a.example", "https://[x]"),
        ],
    )
    def test_what_no_browser_would_send_is_refused(self, origins: str) -> None:
        with pytest.raises(ValidationError, match="it lists origins"):
            WebSettings(widget_origins=origins)


class TestSuggestions:
    def test_those_that_are_known_are_told_as_many_as_are_wanted(self, client: TestClient) -> None:
        for _ in range(200):
            told = client.get("/api/suggestions").json()["questions"]
            if len(told) > 1:
                break
            time.sleep(0.02)
        assert {each["language"] for each in told} == {"en"}
        assert "Permits" in told[0]["text"]
        assert client.get("/api/suggestions?limit=1").json()["questions"] == told[:1]

    @pytest.mark.parametrize("query", ["document=none", "collection=none", "limit=0", "limit=5", "collection="])
    def test_what_lets_nothing_through_is_a_422(self, client: TestClient, query: str) -> None:
        assert client.get(f"/api/suggestions?{query}").status_code == 422


class TestReply:
    def test_the_languages_of_the_api_are_the_bots(self) -> None:
        assert set(get_args(Language)) == set(languages())

    def test_a_refusal_is_said_in_the_language_that_is_asked_for(
        self, client: TestClient, chatbot: FakeChatbot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_question: str) -> Reply:
            told: Refusal = refused(RefusalReason.OFF_TOPIC, RefusalDetails(title="Wells"))
            return told

        monkeypatch.setattr(chatbot, "_reply", refuse)
        for language, said in (("en", "“Wells” doesn’t deal with that."), ("es", "“Wells” no trata ese tema.")):
            body = client.post("/api/ask", json={"question": "who?", "language": language}).json()
            assert body["refusal"]["message"] == said
        assert client.post("/api/ask", json={"question": "who?", "language": "xx"}).status_code == 422

    def test_a_footnote_tells_the_exact_words_and_where_it_was_published(self) -> None:
        document = replace(permits(), url="https://news.example/wells", language="es")
        answer = fact_answer(document)
        citation = replace(answer.citations[0], words=Span(40, 44), document=cited(document))
        told = reply_dict(replace(answer, citations=(citation,)), "talk")["footnotes"][0]
        assert told["words"] == {"start": 40, "end": 44}
        assert (told["document"]["url"], told["document"]["language"]) == ("https://news.example/wells", "es")

    @pytest.mark.parametrize(
        "url", [None, "", "javascript:alert(1)", "data:text/html,x", "//news.example", " https://x"]
    )
    def test_an_address_that_is_not_on_the_web_is_left_out(self, url: str | None) -> None:
        assert web_address(url) is None

    def test_conversations_that_were_kept_before_documents_had_addresses_can_still_be_read(
        self, tmp_path: Path, chatbot: FakeChatbot
    ) -> None:
        turn = Turn("fact?", fact_answer(replace(chatbot.current[0], url=None)))
        path = tmp_path / "talk.sqlite3"
        SqliteConversationStore(path).append("talk", turn)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE turn SET reply = json_remove(reply, '$.citations[0].document.url')")
        assert SqliteConversationStore(path).turns("talk") == [turn]
