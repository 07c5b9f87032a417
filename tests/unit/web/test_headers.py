"""The headers by which browsers keep pages safe: https for ever, who may frame, who else's pages may call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import anyio
import httpx2
import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from web.app import create_app
from web.middleware import SECURITY_HEADERS, BodyLimit
from web.settings import WebSettings

SITE = "https://www.example.org"
HSTS = "strict-transport-security"
QUESTION = {"question": "fact?"}


@contextmanager
def server(address: str = "http://127.0.0.1", peer: str = "192.0.2.1", **settings: Any) -> Iterator[TestClient]:
    app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings(**settings))
    with TestClient(app, address, follow_redirects=False, client=(peer, 50_000)) as client:
        yield client


class TestHttps:
    def test_a_browser_that_came_by_https_comes_by_it_for_ever(self) -> None:
        with server("https://bot.example") as client:
            for path in ("/", "/nowhere", "/api/documents"):
                assert client.get(path).headers[HSTS] == "max-age=31536000"

    def test_so_does_one_that_came_by_a_proxy_where_the_public_address_says_https(self) -> None:
        with server(public_url="https://bot.example") as client:
            assert client.get("/").headers[HSTS] == "max-age=31536000"
            for response in (client.get("/language/es"), client.post("/ask", data=QUESTION)):
                assert "secure" in response.headers["set-cookie"].lower()

    def test_one_that_came_by_http_is_promised_nothing(self) -> None:
        with server() as client:
            assert HSTS not in client.get("/").headers

    @pytest.mark.parametrize("sent", [{"x-forwarded-proto": "https"}, {"forwarded": "for=192.0.2.9;proto=https"}])
    def test_a_trusted_proxy_may_say_so_and_nobody_else(self, sent: dict[str, str]) -> None:
        with server(peer="10.0.0.1", trusted_proxies="10.0.0.1") as client:
            assert HSTS in client.get("/", headers=sent).headers
            assert HSTS not in client.get("/", headers={"x-forwarded-proto": "https, http"}).headers
            assert "secure" in client.get("/language/es", headers=sent).headers["set-cookie"].lower()
        with server(trusted_proxies="10.0.0.1") as client:
            assert HSTS not in client.get("/", headers=sent).headers


def test_nothing_is_asked_of_a_browser_that_pages_do_not_need() -> None:
    for device in ("camera", "microphone", "geolocation"):
        assert f"{device}=()" in SECURITY_HEADERS["Permissions-Policy"]
    assert SECURITY_HEADERS["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
def test_documentation_that_loads_foreign_scripts_stays_off(path: str) -> None:
    with server() as client:
        assert client.get(path).status_code == 404


def test_only_the_framed_reader_may_be_framed_and_only_by_us() -> None:
    with server(widget_origins=SITE) as client:
        reader = client.get("/read/water-permits?frame=1", follow_redirects=True).headers["content-security-policy"]
        assert reader.endswith("frame-ancestors 'self'")
        for path in ("/", "/read/water-permits"):
            policy = client.get(path, follow_redirects=True).headers["content-security-policy"]
            assert policy.endswith("frame-ancestors 'none'")


class TestWidget:
    def test_its_site_may_ask_and_read_without_cookies(self) -> None:
        with server(widget_origins=SITE) as client:
            for response in (
                client.post("/api/ask", json=QUESTION, headers={"origin": SITE}),
                client.get("/api/documents", headers={"origin": SITE}),
                client.post("/api/ask", json={}, headers={"origin": SITE}),
            ):
                assert response.headers["access-control-allow-origin"] == SITE
                assert "access-control-allow-credentials" not in response.headers
                assert "Origin" in response.headers["vary"]
                assert "set-cookie" not in response.headers

    def test_its_preflight_is_answered_and_kept(self) -> None:
        asks = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
        with server(widget_origins=SITE) as client:
            response = client.options("/api/ask", headers={"origin": SITE, **asks})
            assert response.status_code == 200
            assert response.headers["access-control-allow-origin"] == SITE
            assert int(response.headers["access-control-max-age"]) >= 600
            deleting = {"origin": SITE, "access-control-request-method": "DELETE"}
            assert client.options("/api/conversations/x", headers=deleting).status_code == 400

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "http://www.example.org", f"{SITE}.evil.example", f"{SITE}:8443", "null", ""]
    )
    def test_other_sites_get_no_header_of_it(self, origin: str) -> None:
        asks = {"access-control-request-method": "POST"}
        with server(widget_origins=SITE) as client:
            for response in (
                client.get("/api/documents", headers={"origin": origin}),
                client.options("/api/ask", headers={"origin": origin, **asks}),
            ):
                assert not [name for name in response.headers if name.startswith("access-control")]
                assert "Origin" in response.headers["vary"]

    def test_nor_does_any_page_of_ours_or_anything_where_none_is_set(self) -> None:
        with server(widget_origins=SITE) as client:
            for path in ("/", "/conversations", "/v1/models", "/healthz", "/read/water-permits"):
                assert "access-control-allow-origin" not in client.get(path, headers={"origin": SITE}).headers
        with server() as client:
            assert "access-control-allow-origin" not in client.get("/api/documents", headers={"origin": SITE}).headers

    @pytest.mark.parametrize("origins", ["*", "www.example.org", f"{SITE}/", f"{SITE}/page", "https://*.example.org"])
    def test_what_is_no_origin_is_refused_at_the_start(self, origins: str) -> None:
        with pytest.raises(ValueError, match="origins in lower case"):
            WebSettings.model_validate({"widget_origins": origins})


class TestSlowBodies:
    def send(self, chunks: Sequence[bytes], pause_s: float) -> httpx2.Response:
        """What a client gets who sends *chunks* with pauses between them."""
        app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings())
        sent: list[Message] = []
        left = list(chunks)

        async def receive() -> Message:
            await anyio.sleep(pause_s)
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/ask",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
            "app": app,
        }
        anyio.run(BodyLimit(app, 0.1), scope, receive, send)
        start, body = sent[0], b"".join(message.get("body", b"") for message in sent[1:])
        return httpx2.Response(start["status"], headers=start["headers"], content=body)

    def test_a_body_that_trickles_in_is_given_up_and_its_connection_closed(self) -> None:
        response = self.send([b"x"] * 1000, 0.02)
        assert (response.status_code, response.headers["connection"]) == (408, "close")
        assert "too long to arrive" in response.json()["detail"]

    def test_one_in_several_parts_that_come_soon_is_read(self) -> None:
        assert self.send([b'{"question":', b' "fact?"', b"}"], 0).status_code == 200
