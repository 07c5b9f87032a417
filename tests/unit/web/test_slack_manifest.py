"""The manifest that people paste: what it asks Slack for is what the app does.

Fields and limits: https://docs.slack.dev/reference/app-manifest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from starlette.testclient import TestClient

from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from web.app import create_app
from web.settings import WebSettings

DOCS = Path(__file__).parents[3] / "docs"
SITE = "https://bot.example.org"

SCOPE_OF = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "app_home_opened": None,
}


@pytest.fixture
def manifest() -> Any:
    return yaml.safe_load((DOCS / "slack-manifest.yaml").read_text())


def test_every_address_is_one_that_the_app_serves(manifest: Any, tmp_path: Path) -> None:
    settings = WebSettings(
        slack_bot_token=SecretStr("xoxb-1"), slack_signing_secret=SecretStr("s"), public_url="https://bot.example"
    )
    app = create_app(still(FakeChatbot(current=(permits(),))), settings, tmp_path)
    addresses = [
        manifest["settings"]["event_subscriptions"]["request_url"],
        manifest["settings"]["interactivity"]["request_url"],
        *(command["url"] for command in manifest["features"]["slash_commands"]),
    ]
    with TestClient(app) as client:
        answers = {client.post(address.removeprefix(SITE)).status_code for address in addresses}
    assert answers == {401}
    assert len(addresses) == (DOCS / "slack-manifest.yaml").read_text().count(f"{SITE}/")


def test_every_event_has_its_scope_and_no_scope_is_idle(manifest: Any) -> None:
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {SCOPE_OF[event] for event in events} - {None} <= scopes
    others = {"assistant:write", "chat:write", "chat:write.public", "commands"}
    assert scopes == {SCOPE_OF[event] for event in events} - {None} | others


def test_it_is_an_agent_and_its_texts_fit(manifest: Any) -> None:
    features = manifest["features"]
    assert "assistant_view" not in features
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140
    for command in features["slash_commands"]:
        assert command["command"].startswith("/")
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000


def test_the_steps_name_every_variable_and_every_command(manifest: Any) -> None:
    steps = (DOCS / "slack.md").read_text()
    for name in WebSettings.model_fields:
        if name.startswith("slack_") and name != "slack_api_url":
            assert f"FOOTNOTED_{name.upper()}" in steps
    for command in manifest["features"]["slash_commands"]:
        assert f"`{command['command']} QUESTION`" in steps
