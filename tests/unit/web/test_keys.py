"""Keys of programs, and the operator's token."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from web.app import create_app
from web.settings import WebSettings

KEY, OTHER, TOKEN = "key-of-the-first-program", "key-of-the-second-program", "token-of-the-operator"
SITE = "https://www.example.org"
CHAT = {"model": "footnoted", "messages": [{"role": "user", "content": "fact?"}]}


@contextmanager
def server(**settings: Any) -> Iterator[TestClient]:
    app = create_app(still(FakeChatbot(current=(permits(),))), WebSettings(**settings))
    with TestClient(app, "http://127.0.0.1", follow_redirects=False) as client:
        yield client


def ask(client: TestClient, **headers: str) -> int:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/ask", json={"question": "fact?"}, headers=given).status_code


class TestPrograms:
    @pytest.fixture
    def client(self) -> Iterator[TestClient]:
        with server(api_keys=SecretStr(f"{KEY}, {OTHER}"), widget_origins=SITE, rate_limit="2/minute") as client:
            yield client

    @pytest.mark.parametrize("key", [KEY, OTHER])
    def test_a_program_with_a_key_is_answered(self, client: TestClient, key: str) -> None:
        assert ask(client, authorization=f"Bearer {key}") == 200
        assert ask(client, x_api_key=key) == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"authorization": KEY},
            {"authorization": f"Basic {KEY}"},
            {"authorization": f"Bearer {KEY}x"},
            {"authorization": f"Bearer {KEY}, {OTHER}"},
            {"authorization": "Bearer"},
            {"authorization": "Bearer \xe9\xff"},
            {"x_api_key": ""},
            {"x_api_key": f"{KEY},{OTHER}"},
            {"origin": "https://evil.example"},
            {"sec_fetch_site": "cross-site"},
        ],
    )
    def test_one_without_is_told_how_to_send_one(self, client: TestClient, headers: dict[str, str]) -> None:
        encoded = {name.replace("_", "-"): value.encode("latin-1") for name, value in headers.items()}
        response = client.post("/api/ask", json={"question": "fact?"}, headers=encoded)  # type: ignore[arg-type]
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert "Authorization: Bearer" in response.json()["detail"]

    def test_openais_clients_raise_their_own_error(self, client: TestClient) -> None:
        for response in (client.get("/v1/models"), client.post("/v1/chat/completions", json=CHAT)):
            assert (response.status_code, response.json()["error"]["type"]) == (401, "authentication_error")
        assert client.post("/v1/chat/completions", json=CHAT, headers={"x-api-key": KEY}).status_code == 200

    def test_first_questions_which_cost_the_models_time_need_one_too(self, client: TestClient) -> None:
        assert client.get("/api/suggestions").status_code == 401
        for headers in ({"x-api-key": KEY}, {"origin": SITE}, {"sec-fetch-site": "same-origin"}):
            assert client.get("/api/suggestions", headers=headers).status_code == 200

    def test_readers_need_none_on_our_pages_nor_on_the_widgets_sites(self, client: TestClient) -> None:
        assert client.post("/ask", data={"question": "fact?"}).status_code == 303
        assert ask(client, origin=SITE) == 200
        assert client.get("/api/documents").status_code == 200

    def test_each_key_has_a_limit_of_its_own(self, client: TestClient) -> None:
        assert [ask(client, x_api_key=KEY) for _ in range(3)] == [200, 200, 429]
        assert ask(client, x_api_key=OTHER) == 200

    def test_without_keys_nobody_needs_one(self) -> None:
        with server() as client:
            assert ask(client) == 200
            assert ask(client, authorization="Bearer whatever") == 200


class TestOperator:
    PATHS = ("/metrics", "/conversations/all")

    @pytest.mark.parametrize("path", PATHS)
    def test_with_a_token_only_who_has_it_comes_in_even_at_this_machine(self, path: str) -> None:
        with server(operator_token=SecretStr(TOKEN)) as client:
            refused = client.get(path)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"].startswith("Basic")
            assert client.get(path, headers={"authorization": f"Bearer {TOKEN}x"}).status_code == 401
            assert client.get(path, headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200

    def test_a_browser_sends_it_as_a_password(self) -> None:
        with server(operator_token=SecretStr(TOKEN), host="0.0.0.0") as client:
            assert client.get("/metrics", auth=("anyone", TOKEN)).status_code == 200
            assert client.get("/metrics", auth=(TOKEN, "")).status_code == 401
            for broken in ("!", "", "AAA", base64.b64encode(b"\xff\xfe:x").decode()):
                assert client.get("/metrics", headers={"authorization": f"Basic {broken}"}).status_code == 401

    @pytest.mark.parametrize("path", PATHS)
    def test_without_a_token_only_a_private_servers_machine_does(self, path: str) -> None:
        with server() as client:
            assert client.get(path).status_code == 200
            for header in ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via"):
                assert client.get(path, headers={header: "192.0.2.1"}).status_code == 404
            assert client.get(path, headers={"host": "evil.example"}).status_code == 404
        with server(public_url="https://bot.example") as client:
            assert client.get(path).status_code == 404

    def test_a_programs_key_is_no_operators_token(self) -> None:
        with server(operator_token=SecretStr(TOKEN), api_keys=SecretStr(KEY)) as client:
            assert client.get("/metrics", headers={"x-api-key": KEY}).status_code == 401
            assert ask(client, x_api_key=TOKEN) == 401


class TestSettings:
    @pytest.mark.parametrize("field", ["api_keys", "operator_token", "secret_key"])
    @pytest.mark.parametrize("weak", ["short", "schlüsselschlüsselschlüssel", "a blank between two words"])
    def test_a_secret_that_could_be_guessed_or_not_be_sent_is_refused_and_not_shown(
        self, field: str, weak: str
    ) -> None:
        with pytest.raises(ValueError, match="16 characters or more") as caught:
            WebSettings.model_validate({field: weak})
        assert weak not in f"{caught.value} {caught.value!r}"

    def test_blank_ones_are_none(self) -> None:
        settings = WebSettings.model_validate({"api_keys": " , ", "operator_token": "", "secret_key": " "})
        assert (settings.keys_of_programs, settings.operator_token, settings.secret_key) == ((), None, None)
