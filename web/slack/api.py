"""Slack's Web API, with its failures told apart: refused for now, refused for good, or unheard of.

Errors: https://docs.slack.dev/apis/web-api/rate-limits, https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from web.delivery_worker import Later, Undeliverable
from web.response_urls import seconds_of

TIMEOUT_S = 10

_UNSURE = {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
"""Errors after which Slack may have done what was asked."""

_MENDABLE = {
    "account_inactive", "invalid_auth", "missing_scope", "not_authed", "token_expired", "token_revoked",
    "ratelimited", "rate_limited", "message_limit_exceeded",
}  # fmt: skip
"""Errors that its operator, or time, can mend."""


class Unsure(Later):
    """Nobody knows whether Slack did what was asked: it must be looked up before it is asked again."""


class SlackRefusal(Undeliverable):
    """Slack won't do what was asked; ``code`` is its error."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack says {code}")
        self.code = code


class SlackApi:
    """The few methods that the bot calls. All raise `Later` (with `Unsure` where that matters) and `SlackRefusal`."""

    def __init__(self, token: str, base_url: str) -> None:
        self._client = AsyncWebClient(
            token=token, base_url=base_url.rstrip("/") + "/", timeout=TIMEOUT_S, retry_handlers=[]
        )

    async def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Calls *method* with *arguments* as JSON; the ones that are None are left out."""
        body = {name: value for name, value in arguments.items() if value is not None}
        try:
            response = await self._client.api_call(method, json=body)
        except SlackApiError as error:
            raise _told_apart(error) from error
        except (aiohttp.ClientConnectorError, aiohttp.ClientConnectorDNSError) as error:
            raise Later("Slack can't be reached") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unsure(f"Slack didn't answer ({type(error).__name__})") from error
        data = response.data
        return data if isinstance(data, dict) else {}

    async def read(self, method: str, **arguments: str) -> Mapping[str, Any]:
        """Calls *method*, one of those that read, with *arguments* in the query: they take no JSON."""
        try:
            response = await self._client.api_call(method, http_verb="GET", params=arguments)
        except SlackApiError as error:
            raise _told_apart(error) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Later(f"Slack didn't answer ({type(error).__name__})") from error
        data = response.data
        return data if isinstance(data, dict) else {}


def _told_apart(error: SlackApiError) -> Later | SlackRefusal:
    response = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 500)
    headers = getattr(response, "headers", {}) or {}
    if status == 429:
        return Later("Slack asks to wait", seconds_of(headers.get("Retry-After")))
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status >= 500 or not code or code in _UNSURE:
        return Unsure(f"Slack failed ({code or status})")
    if code in _MENDABLE:
        return Later(f"Slack says {code}")
    return SlackRefusal(code)
