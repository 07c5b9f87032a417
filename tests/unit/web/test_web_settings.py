"""The settings of the channels: whole or refused, and no secret ever shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from web.settings import WebSettings

TOKEN, SECRET, APP_TOKEN = "xoxb-very-secret", "signing-very-secret", "xapp-very-secret"
WHOLE = {"slack_bot_token": TOKEN, "slack_signing_secret": SECRET, "public_url": "https://bot.example"}


def settings(**values: Any) -> WebSettings:
    return WebSettings(**values)


def complaint(values: dict[str, Any]) -> tuple[str, str]:
    """The variable that is named, and what is said of it, as the command line prints them."""
    with pytest.raises(ValidationError) as caught:
        settings(**values)
    assert "very-secret" not in f"{caught.value} {caught.value!r}"
    problem = caught.value.errors(include_url=False)[0]
    return "FOOTNOTED_" + "_".join(str(part) for part in problem["loc"]).upper(), problem["msg"]


def without(*names: str, **more: str) -> dict[str, Any]:
    return {name: value for name, value in {**WHOLE, **more}.items() if name not in names}


class TestSlack:
    def test_nothing_is_set_up_at_first(self) -> None:
        assert not settings().uses_slack
        assert not settings().uses_webhooks

    @pytest.mark.parametrize(
        "values", [WHOLE, without("slack_signing_secret", slack_app_token=APP_TOKEN), {**WHOLE, "slack_app_token": "x"}]
    )
    def test_a_whole_app_is_used(self, values: dict[str, Any]) -> None:
        assert settings(**values).uses_slack

    @pytest.mark.parametrize(
        ("values", "missing"),
        [
            (without("slack_bot_token"), "FOOTNOTED_SLACK_BOT_TOKEN"),
            (
                without("slack_bot_token", "slack_signing_secret", slack_app_token=APP_TOKEN),
                "FOOTNOTED_SLACK_BOT_TOKEN",
            ),
            (without("slack_signing_secret"), "FOOTNOTED_SLACK_SIGNING_SECRET"),
            (without("slack_signing_secret", slack_app_token=""), "FOOTNOTED_SLACK_SIGNING_SECRET"),
            (without("public_url"), "FOOTNOTED_PUBLIC_URL"),
            (without("slack_signing_secret", "public_url", slack_app_token=APP_TOKEN), "FOOTNOTED_PUBLIC_URL"),
        ],
    )
    def test_half_an_app_is_refused_by_the_name_of_what_is_missing(self, values: dict[str, Any], missing: str) -> None:
        name, message = complaint(values)
        assert name == missing
        assert message.startswith("Slack is set up without it; set it too")

    def test_whoever_has_no_signing_secret_is_told_of_the_other_way(self) -> None:
        assert "FOOTNOTED_SLACK_APP_TOKEN" in complaint(without("slack_signing_secret"))[1]

    def test_empty_variables_set_nothing_up(self) -> None:
        assert not settings(slack_bot_token="", slack_signing_secret="", slack_app_token="").uses_slack

    def test_a_blank_around_a_secret_is_no_part_of_it(self) -> None:
        token = settings(**{**WHOLE, "slack_bot_token": f" {TOKEN}\n"}).slack_bot_token
        assert token is not None
        assert token.get_secret_value() == TOKEN

    def test_a_blank_secret_is_none(self) -> None:
        assert complaint({**WHOLE, "slack_signing_secret": " \n"})[0] == "FOOTNOTED_SLACK_SIGNING_SECRET"

    def test_the_environment_sets_it_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in WHOLE.items():
            monkeypatch.setenv(f"FOOTNOTED_{name.upper()}", value)
        assert WebSettings().uses_slack


class TestSecrets:
    def test_secrets_are_never_shown(self) -> None:
        shown = settings(**WHOLE, slack_app_token=APP_TOKEN, webhook_tokens="a-very-secret", webhook_secret=SECRET)
        for text in (str(shown), repr(shown), str(shown.model_dump()), shown.model_dump_json()):
            assert "very-secret" not in text

    @pytest.mark.parametrize("field", ["slack_bot_token", "webhook_tokens", "webhook_secret"])
    def test_nor_where_they_cannot_be_used(self, field: str) -> None:
        assert complaint({field: ["very-secret"]})[0] == f"FOOTNOTED_{field.upper()}"


class TestAddresses:
    @pytest.mark.parametrize("address", ["https://bot.example", "https://bot.example/", "https://bot.example//"])
    def test_an_address_has_no_slash_at_its_end(self, address: str) -> None:
        assert settings(public_url=address).public_url == "https://bot.example"

    def test_an_address_may_have_a_path_and_a_port(self) -> None:
        assert settings(public_url="http://bot.example:8000/ask/").public_url == "http://bot.example:8000/ask"

    @pytest.mark.parametrize("address", ["bot.example", "ftp://bot.example", "", "https://", "https:///x", "http://["])
    def test_what_is_no_address_is_refused(self, address: str) -> None:
        name, message = complaint({"public_url": address})
        assert name == "FOOTNOTED_PUBLIC_URL"
        assert message.startswith("it must ")


class TestWebhooks:
    def test_tokens_stand_between_commas(self) -> None:
        given = settings(webhook_tokens=" one, two ,,three,")
        assert given.tokens_of_webhooks == ("one", "two", "three")
        assert given.uses_webhooks

    @pytest.mark.parametrize("tokens", ["", ",", " , "])
    def test_commas_alone_hold_no_token(self, tokens: str) -> None:
        assert not settings(webhook_tokens=tokens).uses_webhooks

    def test_a_secret_alone_is_enough(self) -> None:
        assert settings(webhook_secret=SECRET).uses_webhooks

    def test_hosts_are_written_in_lower_case_whoever_writes_them(self) -> None:
        hosts = settings(webhook_reply_hosts="Chat.Example, chat.example:8065").hosts_of_replies
        assert hosts == {"chat.example", "chat.example:8065"}

    def test_no_host_is_listed_at_first(self) -> None:
        assert settings().hosts_of_replies == frozenset()

    @pytest.mark.parametrize("hosts", ["https://chat.example", "chat.example/hooks", "*.example"])
    def test_an_address_in_place_of_a_host_is_refused(self, hosts: str) -> None:
        name, message = complaint({"webhook_reply_hosts": hosts})
        assert name == "FOOTNOTED_WEBHOOK_REPLY_HOSTS"
        assert "chat.example.org" in message
