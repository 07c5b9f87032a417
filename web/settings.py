"""The settings of the web server and of the channels behind it."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
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


def _rate(rate: str) -> str:
    if rate and not re.fullmatch(r"[1-9]\d{0,5}/(second|minute|hour|day)", rate, re.ASCII):
        raise PydanticCustomError("rate", "it is a number and a time, such as 30/minute, or nothing for no limit")
    return rate


def _networks(text: str) -> str:
    for part in listed(text):
        try:
            ip_network(part, strict=False)
        except ValueError:
            raise PydanticCustomError(
                "networks", "it lists addresses or networks, such as 10.0.0.5 or 10.0.0.0/8"
            ) from None
    return text


def _origins(text: str) -> str:
    """*text*, whose parts stand in headers as they are: a scheme, a host, perhaps a port, and nothing else."""
    for origin in listed(text):
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?", origin):
            raise PydanticCustomError(
                "origins", "it lists origins in lower case and without a path, such as https://www.example.org"
            )
    return text


def _keys(keys: SecretStr | None) -> SecretStr | None:
    """*keys*, each in ASCII as HTTP headers carry it, and long enough not to be guessed; None where there are none."""
    given = listed(keys.get_secret_value()) if keys else ()
    for key in given:
        if len(key) < _SHORTEST_SECRET or not (key.isascii() and key.isprintable()) or " " in key:
            raise PydanticCustomError(
                "keys",
                "each is {least} characters or more, letters, digits and signs without blanks",
                {"least": _SHORTEST_SECRET},
            )
    return keys if given else None


def listed(text: str) -> tuple[str, ...]:
    """What stands between the commas of *text*."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


_SHORTEST_SECRET = 16

SiteAddress = Annotated[str, AfterValidator(_site_address)]
HostNames = Annotated[str, AfterValidator(_host_names)]
Rate = Annotated[str, AfterValidator(_rate)]
Networks = Annotated[str, AfterValidator(_networks)]
Origins = Annotated[str, AfterValidator(_origins)]
Keys = Annotated[SecretStr | None, AfterValidator(_keys)]


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
    rate_limit: Rate = Field(default="30/minute", description="How often one reader or program may ask.")
    daily_limit: int | None = Field(default=None, ge=1, description="How many questions a day are answered in all.")
    rate_limit_storage: SecretStr = Field(
        default=SecretStr("memory://"), description="Where asking is counted: memory:// or redis://…"
    )
    trusted_proxies: Networks = Field(
        default="", description="Proxies that may say whom a request comes from, commas between."
    )
    max_waiting: int = Field(default=64, ge=0, le=10_000, description="How many questions may wait for the model.")
    ask_timeout_s: float = Field(default=60, gt=0, le=3600, description="How long a question may wait for the model.")
    shutdown_s: int = Field(default=20, ge=0, le=600, description="How long a server that stops goes on answering.")
    widget_origins: Origins = Field(default="", description="Sites that hold the widget, commas between.")
    api_keys: Keys = Field(default=None, description="Keys of programs, with commas between them.")
    operator_token: Keys = Field(default=None, description="The operator's token: metrics, all conversations.")
    secret_key: Keys = Field(default=None, description="Secret that signs readers' cookies; left out, random.")
    keep_conversations_days: int | None = Field(
        default=None, ge=1, le=36_500, description="Days after which a conversation is deleted; left out, never."
    )
    log_format: Literal["json", "text"] | None = Field(
        default=None, description="How the log is written; left out, as text on a terminal and as JSON elsewhere."
    )
    log_questions: bool = Field(default=False, description="Whether the log holds what readers ask.")

    @property
    def is_private(self) -> bool:
        """Whether only people at this machine can open the pages, as far as the settings say."""
        local = self.host in LOCAL_NAMES
        return local and self.public_url is None and not self.uses_webhooks

    @property
    def is_https(self) -> bool:
        """Whether people reach the pages by https, as far as the settings say."""
        return (self.public_url or "").startswith("https://")

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
        return listed(self.webhook_tokens.get_secret_value() if self.webhook_tokens else "")

    @property
    def hosts_of_replies(self) -> frozenset[str]:
        """The hosts that delayed replies may go to: a name, or a name and a port."""
        return frozenset(host.lower() for host in listed(self.webhook_reply_hosts))

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of the trusted proxies."""
        return tuple(ip_network(part, strict=False) for part in listed(self.trusted_proxies))

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The sites whose pages may hold the widget, as browsers name them in ``Origin``."""
        return listed(self.widget_origins)

    @property
    def keys_of_programs(self) -> tuple[str, ...]:
        """The keys, each the secret of one program."""
        return listed(self.api_keys.get_secret_value() if self.api_keys else "")

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


def _missing(field: str, instead: str = "") -> ValidationError:
    """A finding about *field* itself: one about the model would name no variable, and hold every secret."""
    finding = PydanticCustomError("missing", "Slack is set up without it; set it too{instead}", {"instead": instead})
    return ValidationError.from_exception_data(
        "WebSettings", [InitErrorDetails(type=finding, loc=(field,), input=None)], hide_input=True
    )
