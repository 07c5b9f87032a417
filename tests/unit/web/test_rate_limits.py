"""How often a caller and all together may ask, and who counts as one caller."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
from limits.storage import MemoryStorage
from starlette.testclient import TestClient

from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from tests.unit.web.html_page import sound
from tests.unit.web.slow_chatbot import busy_server
from web import rate_limits
from web.app import create_app
from web.rate_limits import NO_MORE_TODAY, TOO_OFTEN
from web.settings import SettingError, WebSettings

CHAT = {"model": "footnoted", "messages": [{"role": "user", "content": "fact?"}]}
PROXY = "10.0.0.1"


@contextmanager
def server(peer: str = "192.0.2.1", **settings: Any) -> Iterator[TestClient]:
    app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings(**settings))
    with TestClient(app, "http://127.0.0.1", follow_redirects=False, client=(peer, 50_000)) as client:
        yield client


def ask(client: TestClient, **headers: str) -> int:
    asked = client.post(
        "/api/ask", json={"question": "fact?"}, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    return asked.status_code


def test_whoever_asks_too_often_is_told_when_to_come_back_and_which_limit_it_was() -> None:
    with server(rate_limit="2/minute") as client:
        assert [ask(client), ask(client)] == [200, 200]
        refused = client.post("/api/ask", json={"question": "fact?"})
        assert refused.status_code == 429
        assert refused.json() == {
            "type": "about:blank",
            "title": "Too many questions",
            "status": 429,
            "detail": TOO_OFTEN,
        }
        pause = int(refused.headers["retry-after"])
        assert 1 <= pause <= 60
        assert refused.headers["ratelimit-policy"] == '"client";q=2;w=60'
        assert refused.headers["ratelimit"] == f'"client";r=0;t={pause}'


def test_every_way_in_counts_together_and_each_says_it_in_its_own_form() -> None:
    with server(rate_limit="1/hour") as client:
        assert ask(client) == 200
        page = client.post("/ask", data={"question": "fact two?"})
        assert page.status_code == 429
        assert sound(page.text).by_id("complaint").text == TOO_OFTEN
        assert sound(page.text).by_id("question")["value"] == "fact two?"
        assert "retry-after" in page.headers
        stream = client.post("/ask/stream", data={"question": "fact?"}, headers={"accept-language": "es"})
        assert (stream.status_code, stream.json()["detail"][:10]) == (429, "Ha hecho m")
        openai = client.post("/v1/chat/completions", json=CHAT)
        assert (openai.status_code, openai.json()["error"]["type"]) == (429, "rate_limit_error")
        assert openai.json()["error"]["message"] == TOO_OFTEN


def test_reading_is_not_limited() -> None:
    with server(rate_limit="1/day") as client:
        paths = ["/", "/api/documents", "/v1/models", "/read/water-permits", "/conversations"]
        assert {client.get(path).status_code for path in paths * 3} == {200, 302}
        assert ask(client) == 200


def test_an_empty_limit_is_none() -> None:
    with server(rate_limit="") as client:
        assert {ask(client) for _ in range(40)} == {200}


def test_the_default_lets_a_reader_ask_thirty_times_a_minute() -> None:
    with server() as client:
        assert [ask(client) for _ in range(31)] == [200] * 30 + [429]


def test_all_together_ask_no_more_than_the_day_allows_by_whichever_way() -> None:
    with server(daily_limit=2, trusted_proxies=PROXY, peer=PROXY) as client:
        assert ask(client, x_forwarded_for="192.0.2.1") == 200
        assert client.post("/v1/chat/completions", json=CHAT).status_code == 200
        refused = client.post("/api/ask", json={"question": "fact?"}, headers={"x-forwarded-for": "192.0.2.2"})
        assert (refused.status_code, refused.json()["detail"]) == (429, NO_MORE_TODAY)
        assert refused.headers["ratelimit-policy"] == '"day";q=2;w=86400'
        page = client.post("/ask", data={"question": "fact?"})
        assert sound(page.text).by_id("complaint").text == NO_MORE_TODAY


def test_what_is_not_answered_does_not_count_against_the_day() -> None:
    with server(daily_limit=1) as client:
        unknown = {"question": "fact?", "filter": {"documents": ["none"]}}
        for body in ({"question": " "}, {"question": "x" * 201}, unknown):
            assert client.post("/api/ask", json=body).status_code == 422
        assert [ask(client), ask(client)] == [200, 429]


def test_who_is_turned_away_by_the_queue_does_not_count_against_the_day_either() -> None:
    async def run() -> None:
        async with busy_server(max_waiting=0, daily_limit=2) as (scene, _):
            for _ in range(3):
                await scene.ask()
            scene.chatbot.go.set()
            with anyio.fail_after(10):
                while not scene.app.state.site.queue.is_empty:
                    await anyio.sleep(0.005)
            await scene.ask()
        assert scene.statuses == [200, 200, 503, 503, 503]

    anyio.run(run)


def test_a_turn_that_is_sent_again_counts_once_against_the_day() -> None:
    with server(daily_limit=1) as client:
        form = {"question": "fact?", "conversation_id": "talk", "turn": "1"}
        assert [client.post("/ask", data=form).status_code for _ in range(3)] == [303, 303, 303]


class TestClients:
    def test_nobody_names_their_own_address(self) -> None:
        with server(rate_limit="1/minute") as client:
            asked = [ask(client, x_forwarded_for=f"192.0.2.{n}", forwarded=f"for=192.0.2.{n}") for n in range(3)]
            assert asked == [200, 429, 429]

    def test_an_operator_who_forgot_to_name_their_proxy_is_told_once(self, caplog: pytest.LogCaptureFixture) -> None:
        with server() as client:
            for _ in range(3):
                ask(client, x_forwarded_for="192.0.2.1")
        assert len([line for line in caplog.messages if "FOOTNOTED_TRUSTED_PROXIES" in line]) == 1

    def test_behind_a_trusted_proxy_the_address_it_gives_counts(self) -> None:
        with server(rate_limit="1/minute", trusted_proxies="10.0.0.0/8", peer=PROXY) as client:
            assert ask(client, x_forwarded_for="192.0.2.1") == 200
            assert ask(client, x_forwarded_for="192.0.2.2") == 200
            assert ask(client, forwarded='for="[2001:db8::1]:1234";proto=https') == 200
            assert ask(client, x_forwarded_for="192.0.2.1") == 429

    @pytest.mark.parametrize(
        "forged",
        ["192.0.2.77, 192.0.2.1", "10.0.0.9, 192.0.2.1", "192.0.2.77, 192.0.2.1, 10.0.0.2", "x, 192.0.2.1:4711"],
    )
    def test_what_a_client_writes_left_of_its_address_is_not_believed(self, forged: str) -> None:
        with server(rate_limit="1/minute", trusted_proxies="10.0.0.0/8", peer=PROXY) as client:
            assert ask(client, x_forwarded_for="192.0.2.1") == 200
            assert ask(client, x_forwarded_for=forged) == 429

    def test_two_headers_that_disagree_make_it_the_proxys_own_question(self) -> None:
        """A proxy writes one of them and may pass the other on, as the client made it up."""
        with server(rate_limit="1/minute", trusted_proxies=PROXY, peer=PROXY) as client:
            asked = [ask(client, x_forwarded_for="192.0.2.1", forwarded=f"for=192.0.2.{n}") for n in (7, 8, 9)]
            assert asked == [200, 429, 429]
            assert ask(client, x_forwarded_for="192.0.2.1", forwarded="for=192.0.2.1") == 200

    @pytest.mark.parametrize("header", ["", "unknown", "\xff", "1.2.3.4.5", "for=", ",,,", "[::1", "9" * 500])
    def test_what_is_no_address_leaves_the_proxy(self, header: str) -> None:
        with server(rate_limit="1/minute", trusted_proxies=PROXY, peer=PROXY) as client:
            sent = {"x-forwarded-for": header.encode("latin-1")}
            asked = [client.post("/api/ask", json={"question": "fact?"}, headers=sent).status_code for _ in range(2)]  # type: ignore[arg-type]
            assert asked == [200, 429]

    def test_of_ipv6_a_subscribers_whole_network_is_one_caller(self) -> None:
        with server(rate_limit="1/minute", trusted_proxies=PROXY, peer=PROXY) as client:
            assert ask(client, x_forwarded_for="2001:db8:1:2::1") == 200
            assert ask(client, x_forwarded_for="2001:db8:1:2:ffff::9") == 429
            assert ask(client, x_forwarded_for="2001:db8:1:3::1") == 200
            assert ask(client, x_forwarded_for="::ffff:192.0.2.1") == 200
            assert ask(client, x_forwarded_for="192.0.2.1") == 429


class _Broken(MemoryStorage):
    down = True

    def acquire_entry(self, *args: Any, **kwargs: Any) -> bool:
        if self.down:
            raise ConnectionError("redis://:very-secret@cache")
        return super().acquire_entry(*args, **kwargs)


def test_a_storage_that_is_down_lets_everybody_in_and_says_so_once_without_its_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    storage = _Broken()
    monkeypatch.setattr(rate_limits, "storage_from_string", lambda _: storage)
    with server(rate_limit="1/minute") as client, caplog.at_level(logging.ERROR, "footnoted.web"):
        assert {ask(client) for _ in range(5)} == {200}
        (told,) = caplog.messages
        assert "nobody is limited" in told
        assert "very-secret" not in told
        storage.down = False
        assert [ask(client), ask(client)] == [200, 429]


def test_a_storage_on_another_machine_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, dict[str, Any]] = {}

    def storage(address: str, **options: Any) -> MemoryStorage:
        given[address] = options
        return MemoryStorage()

    monkeypatch.setattr(rate_limits, "storage_from_string", storage)
    for address in ("memory://", "redis://cache:6379", "rediss://cache:6379"):
        rate_limits.RateLimits(WebSettings.model_validate({"rate_limit_storage": address}))
    assert given["memory://"] == {}
    for address in ("redis://cache:6379", "rediss://cache:6379"):
        assert 0 < given[address]["socket_timeout"] <= 2
        assert 0 < given[address]["socket_connect_timeout"] <= 2


@pytest.mark.parametrize("storage", ["nowhere://x", "", "memory"])
def test_a_storage_that_cannot_be_is_refused_at_the_start(storage: str) -> None:
    with pytest.raises(SettingError, match="FOOTNOTED_RATE_LIMIT_STORAGE"):
        create_app(
            still(FakeChatbot(current=(permits(),))), WebSettings.model_validate({"rate_limit_storage": storage})
        )
