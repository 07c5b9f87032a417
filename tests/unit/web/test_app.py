"""What holds for every request: headers, static files, one question at a time, settings."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import anyio
import httpx2
import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from bot.answers import Reply
from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from tests.unit.web.html_page import read
from web.app import create_app
from web.middleware import SECURITY_HEADERS
from web.pages import STATIC, static_path, static_url
from web.settings import WebSettings


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/ask", 405),
        ("GET", "/api/documents", 200),
        ("POST", "/api/ask", 415),
        ("GET", "/healthz", 200),
        ("GET", static_url("footnoted.css"), 200),
        ("GET", static_url("none.css"), 404),
        ("GET", f"{static_path()}/../app.py", 404),
        ("GET", f"{static_path()}/%2e%2e/app.py", 404),
        ("GET", "/read/water-permits", 302),
    ],
)
def test_security_headers_are_on_every_response(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers.items() >= {name.lower(): value for name, value in SECURITY_HEADERS.items()}.items()


def test_security_headers_are_on_failures_too(client: TestClient, chatbot: FakeChatbot) -> None:
    chatbot.failure = RuntimeError()
    for response in (
        client.post("/api/ask", json={"question": "x"}),
        client.post("/ask", data={"question": "x"}),
        client.post("/ask", data={"question": "x" * 70_000}),
    ):
        assert response.status_code in {500, 413}
        assert response.headers.items() >= {k.lower(): v for k, v in SECURITY_HEADERS.items()}.items()


def test_the_policy_allows_nothing_inline_nothing_foreign_and_no_frame() -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_stylesheet_and_the_icon_of_a_page_are_served(client: TestClient) -> None:
    links = [link["href"] for link in read(client.get("/").text).all("link")]
    assert len(links) == 2
    for link in links:
        assert client.get(link).status_code == 200


def test_the_stylesheet_asks_nothing_of_another_site_and_its_braces_match() -> None:
    css = (STATIC / "footnoted.css").read_text()
    assert "url(" not in css
    assert "@import" not in css
    assert "http" not in css
    assert css.count("{") == css.count("}")


class _SlowChatbot(FakeChatbot):
    """Holds every question until it is let go, and counts how many are held at once."""

    def __init__(self) -> None:
        super().__init__(current=(permits(),))
        self.go = threading.Event()
        self.inside = self.most = 0

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        self.inside += 1
        self.most = max(self.most, self.inside)
        assert self.go.wait(timeout=10)
        reply = super().ask(conversation_id, question, history)
        self.inside -= 1
        return reply


def test_questions_are_worked_on_one_at_a_time_while_pages_are_still_read() -> None:
    chatbot = _SlowChatbot()
    transport = httpx2.ASGITransport(create_app(still(chatbot), WebSettings()))
    statuses: list[int] = []

    async def ask(client: httpx2.AsyncClient) -> None:
        statuses.append((await client.post("/api/ask", json={"question": "fact?"})).status_code)

    async def scene() -> None:
        browser = httpx2.AsyncClient(transport=transport, base_url="http://test")
        async with browser as client, anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask, client)
            while not chatbot.inside:
                await anyio.sleep(0.01)
            assert (await client.get("/")).status_code == 200
            chatbot.go.set()

    anyio.run(scene)
    assert statuses == [200, 200, 200]
    assert chatbot.most == 1


def test_a_failure_after_the_response_began_is_left_to_the_server() -> None:
    """A second response could only garble the first."""
    app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings())

    async def broken(scope: Scope, receive: object, send: object) -> None:  # noqa: ARG001
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        raise RuntimeError("midway")

    app.mount("/broken", broken)
    sent: list[Message] = []

    async def scene() -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/broken/", "headers": [], "query_string": b""}
        await app(scope, receive, send)

    with pytest.raises(RuntimeError, match="midway"):
        anyio.run(scene)
    assert [message["type"] for message in sent] == ["http.response.start"]


class TestSettings:
    def test_the_default_is_reached_from_this_machine_only(self) -> None:
        settings = WebSettings()
        assert (settings.host, settings.port) == ("127.0.0.1", 8000)
        assert settings.is_private

    @pytest.mark.parametrize("public", [{"host": "0.0.0.0"}, {"public_url": "https://bot.example"}])
    def test_where_others_come_no_page_lists_everybodys_conversations(
        self, tmp_path: Path, public: dict[str, str]
    ) -> None:
        app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings.model_validate(public), tmp_path)
        with TestClient(app, follow_redirects=False) as client:
            client.post("/api/ask", json={"question": "fact?", "conversation_id": "talk"})
            assert client.get("/c/talk").status_code == 200
            assert "talk" not in client.get("/conversations").text
            assert client.get("/conversations/all").status_code == 404
            assert client.post("/conversations/talk/delete").headers["location"] == "/conversations"

    @pytest.mark.parametrize(
        "headers", [{"host": "evil.example"}, {"x-forwarded-for": "203.0.113.9"}, {"forwarded": "for=203.0.113.9"}]
    )
    def test_nor_where_the_request_came_by_another_name_or_by_a_proxy(self, headers: dict[str, str]) -> None:
        app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings())
        with TestClient(app, "http://127.0.0.1:8000") as client:
            client.post("/api/ask", json={"question": "fact?", "conversation_id": "talk"})
            assert "/c/talk" in client.get("/conversations").text
            assert "/c/talk" not in client.get("/conversations", headers=headers).text

    @pytest.mark.parametrize(
        ("origin", "status"),
        [
            ("http://127.0.0.1", 303),
            ("https://bot.example", 303),
            ("https://evil.example", 403),
            ("http://127.0.0.1:9", 403),
            ("null", 403),
            ("http://[", 403),
        ],
    )
    def test_where_a_browser_says_only_the_origin_that_counts(self, origin: str, status: int) -> None:
        app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings(public_url="https://bot.example"))
        client = TestClient(app, "http://127.0.0.1", follow_redirects=False)
        assert client.post("/ask", data={"question": "fact?"}, headers={"origin": origin}).status_code == status

    @pytest.mark.parametrize("path", ["/ask", "/conversations/talk/delete"])
    def test_another_site_can_post_no_form_of_ours(self, path: str) -> None:
        app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings())
        with TestClient(app, "http://127.0.0.1:8000") as client:
            sent = client.post(path, data={"question": "fact?"}, headers={"sec-fetch-site": "cross-site"})
        assert sent.status_code == 403

    def test_webhooks_mean_that_others_come(self) -> None:
        assert not WebSettings.model_validate({"webhook_tokens": "t"}).is_private

    def test_the_environment_sets_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FOOTNOTED_HOST", "0.0.0.0")
        monkeypatch.setenv("FOOTNOTED_PORT", "9000")
        monkeypatch.setenv("FOOTNOTED_DATA_DIR", "elsewhere")
        assert (WebSettings().host, WebSettings().port) == ("0.0.0.0", 9000)

    @pytest.mark.parametrize("wrong", [{"port": 70_000}, {"port": "http"}, {"host": ""}, {"prot": 8000}])
    def test_what_makes_no_sense_is_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            WebSettings.model_validate(wrong)
