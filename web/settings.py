"""The settings of the web server and of the channels behind it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCAL_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
"""This machine, as its own browser calls it."""


class SettingError(Exception):
    """A setting, or a file that a setting names, that can't be used; the message says which and why."""


def _site_address(address: str) -> str:
    """*address* without a slash at its end: paths are put behind it."""
    if not address.startswith(("https://", "http://")):
        raise PydanticCustomError("address", "it must begin with https:// (or http://)")
    if not _names_a_host(address):
        raise PydanticCustomError("address", "it must name a host, as https://bot.example.org does")
    return address.rstrip("/")


def _names_a_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False


def _host_names(hosts: str) -> str:
    """*hosts* as they are; an address in their place would match nothing, without a word."""
    if "/" in hosts or "*" in hosts:
        raise PydanticCustomError("hosts", "it lists hosts, such as chat.example.org or chat.example.org:8065")
    return hosts


def _origins(origins: str) -> str:
    """*origins* as they are, each as browsers write it; anything else would match none, without a word."""
    for origin in _listed(origins):
        if not _is_origin(origin):
            raise PydanticCustomError(
                "origins", "it lists origins, such as https://www.example.org or http://localhost:8080, without a path"
            )
    return origins


def _is_origin(origin: str) -> bool:
    """Whether *origin* is a scheme, a host and perhaps a port, in lower case (RFC 6454, 6.2)."""
    return bool(re.fullmatch(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", origin)) and _names_a_host(origin)


SiteAddress = Annotated[str, AfterValidator(_site_address)]
HostNames = Annotated[str, AfterValidator(_host_names)]
Origins = Annotated[str, AfterValidator(_origins)]


class WebSettings(BaseSettings):
    """Environment variables ``FOOTNOTED_…``; secrets are never shown.

    The default address is reached from this machine only. There the pages list every conversation kept; anywhere else,
    knowing the address of one is what lets a reader see it.
    """

    model_config = SettingsConfigDict(
        env_prefix="FOOTNOTED_", extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )

    host: str = Field(default="127.0.0.1", min_length=1, description="Address that the server binds to.")
    port: int = Field(default=8000, ge=1, le=65535, description="TCP port that the server listens on.")
    public_url: SiteAddress | None = Field(default=None, description="Address at which people reach the pages.")
    reload_seconds: float = Field(
        default=2.0, ge=0, le=3600, description="How often to look for a newly published index; 0 never looks."
    )
    slack_bot_token: SecretStr | None = Field(default=None, description="Bot token (xoxb-…) of the Slack app.")
    slack_signing_secret: SecretStr | None = Field(default=None, description="Signing secret of the Slack app.")
    slack_app_token: SecretStr | None = Field(default=None, description="App-level token (xapp-…), for Socket Mode.")
    slack_rules: Path | None = Field(default=None, description="TOML file: where the bot answers, and whom.")
    slack_api_url: SiteAddress = Field(default="https://slack.com/api", description="Address of Slack's Web API.")
    webhook_tokens: SecretStr | None = Field(default=None, description="Tokens of webhooks, with commas between them.")
    webhook_secret: SecretStr | None = Field(default=None, description="Secret that signs webhooks, as Slack does.")
    webhook_reply_hosts: HostNames = Field(
        default="", description="Hosts that delayed replies may go to, commas between."
    )
    widget_origins: Origins = Field(default="", description="Sites whose pages may hold the widget, commas between.")

    @property
    def is_private(self) -> bool:
        """Whether only people at this machine can open the pages, as far as the settings say."""
        local = self.host in LOCAL_NAMES
        return local and self.public_url is None and not self.uses_webhooks

    @property
    def uses_slack(self) -> bool:
        """Whether any part of the Slack app is set up."""
        return any((self.slack_bot_token, self.slack_signing_secret, self.slack_app_token))

    @property
    def uses_webhooks(self) -> bool:
        """Whether other chat programs may call."""
        return bool(self.tokens_of_webhooks or self.webhook_secret)

    @property
    def tokens_of_webhooks(self) -> tuple[str, ...]:
        """The tokens, each the secret of one integration."""
        return _listed(self.webhook_tokens.get_secret_value() if self.webhook_tokens else "")

    @property
    def hosts_of_replies(self) -> frozenset[str]:
        """The hosts that delayed replies may go to: a name, or a name and a port."""
        return frozenset(host.lower() for host in _listed(self.webhook_reply_hosts))

    @property
    def origins_of_widgets(self) -> tuple[str, ...]:
        """The origins whose pages may call the API."""
        return _listed(self.widget_origins)

    @model_validator(mode="after")
    def _slack_is_whole(self) -> Self:
        """Refuses a Slack app that couldn't verify what comes in, or couldn't answer."""
        if not self.uses_slack:
            return self
        if not self.slack_bot_token:
            raise _missing("slack_bot_token")
        if not (self.slack_signing_secret or self.slack_app_token):
            raise _missing("slack_signing_secret", " (or FOOTNOTED_SLACK_APP_TOKEN, for Socket Mode)")
        if not self.public_url:
            raise _missing("public_url")
        return self


def _listed(text: str) -> tuple[str, ...]:
    """What stands between the commas of *text*."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _missing(field: str, instead: str = "") -> ValidationError:
    """A finding about *field* itself: one about the model would name no variable, and hold every secret."""
    finding = PydanticCustomError("missing", "Slack is set up without it; set it too{instead}", {"instead": instead})
    return ValidationError.from_exception_data(
        "WebSettings", [InitErrorDetails(type=finding, loc=(field,), input=None)], hide_input=True
    )
