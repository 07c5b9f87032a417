"""What people write in Slack, as questions: pure functions from Slack's payloads.

Payloads: https://docs.slack.dev/reference/events/message, https://docs.slack.dev/reference/events/app_mention.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_WRITTEN_BY_PEOPLE = {None, "file_share", "thread_broadcast", "me_message"}
"""Subtypes of messages that somebody wrote just now; the others are edits, deletions, bots and notices."""

_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Written:
    """A message that somebody wrote: to the bot (in a direct message or by name), or in a thread."""

    event_id: str
    team: str
    channel: str
    user: str
    ts: str
    thread_ts: str
    text: str
    direct: bool
    mentioned: bool
    to_another: bool

    @property
    def thread(self) -> str:
        """The name of its thread."""
        return thread_name(self.channel, self.thread_ts)

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which it may come in again: a mention comes as two events about one message."""
        message = f"slack message {self.channel} {self.ts}"
        return (f"slack event {self.event_id}", message) if self.event_id else (message,)


def thread_name(channel: str, thread_ts: str) -> str:
    """The name of a thread, by its channel and the time stamp of its first message."""
    return f"slack {channel} {thread_ts}"


def written(body: Mapping[str, Any]) -> Written | None:
    """The message of an event, or None where nobody wrote one: bots (ourselves among them), edits, deletions.

    A message without text, or to which only a file is attached, is none either.
    """
    event = body.get("event")
    if not isinstance(event, Mapping) or not _by_a_person(event):
        return None
    bot_user = bot_user_of(body)
    raw = str(event.get("text") or "")
    text = plain_text(raw, bot_user)
    user, channel, ts = (str(event.get(key) or "") for key in ("user", "channel", "ts"))
    if not (text and user and channel and ts) or user == bot_user:
        return None
    return Written(
        event_id=str(body.get("event_id") or ""),
        team=str(body.get("team_id") or event.get("team") or ""),
        channel=channel,
        user=user,
        ts=ts,
        thread_ts=str(event.get("thread_ts") or ts),
        text=text,
        direct=event.get("channel_type") == "im",
        mentioned=event.get("type") == "app_mention" or _names(raw, bot_user),
        to_another=_begins_with_another(raw, bot_user),
    )


def _by_a_person(event: Mapping[str, Any]) -> bool:
    if event.get("type") not in {"message", "app_mention"} or event.get("subtype") not in _WRITTEN_BY_PEOPLE:
        return False
    return not (event.get("bot_id") or event.get("bot_profile") or event.get("hidden") or event.get("edited"))


def bot_user_of(body: Mapping[str, Any]) -> str | None:
    """The bot's own user id: an event says for which installation it was sent."""
    for authorization in body.get("authorizations") or ():
        if isinstance(authorization, Mapping) and authorization.get("is_bot"):
            return str(authorization.get("user_id") or "") or None
    return None


def _names(raw: str, bot_user: str | None) -> bool:
    return bot_user is not None and any(match.group(1) == f"@{bot_user}" for match in _MARKUP.finditer(raw))


def _begins_with_another(raw: str, bot_user: str | None) -> bool:
    """Whether the message begins by naming somebody else, and so isn't meant for the bot."""
    first = re.match(r"\s*<@([A-Z0-9]+)", raw)
    return first is not None and first.group(1) != bot_user


def plain_text(raw: str, bot_user: str | None = None) -> str:
    """Slack's text as its reader sees it: mentions of the bot left out, links by their label, entities resolved.

    Source: https://docs.slack.dev/messaging/formatting-message-text
    """

    def shown(match: re.Match[str]) -> str:
        target, label = match.group(1), match.group(2)
        if target.startswith("@"):
            # A blank: what stands on both sides of the mention must not grow together.
            return " " if target[1:] == bot_user else f"@{label or target[1:]}"
        if target.startswith("#"):
            return f"#{label or target[1:]}"
        if target.startswith("!date^"):
            return label or ""
        if target.startswith("!"):
            return f"@{label or target[1:].partition('^')[0]}".replace("@@", "@")
        return label or target.removeprefix("mailto:")

    text = _MARKUP.sub(shown, raw)
    return " ".join(html.unescape(text).split()).removeprefix(", ").removeprefix(": ")
