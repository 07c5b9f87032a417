"""Where in Slack the bot answers, from which documents, in which language, and whom.

A TOML file: ``[default]`` holds for every channel, and a table named by a channel's id overrides parts of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from web.settings import SettingError


def _none_for_everyone(value: object) -> object:
    return None if value == "everyone" else value


class ChannelRules(BaseModel):
    """One channel's rules.

    No ``documents``: all those of the ``collection``, or of the server's own. ``may_ask`` lists user ids; None,
    ``everyone`` in the file: all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    documents: frozenset[str] = frozenset()
    collection: str | None = None
    language: Literal["en", "es"] = "en"
    may_ask: Annotated[frozenset[str] | None, BeforeValidator(_none_for_everyone)] = None

    def allows(self, user: str) -> bool:
        """Whether *user* may ask."""
        return self.may_ask is None or user in self.may_ask


class SlackRules:
    """The rules of every channel."""

    def __init__(self, default: ChannelRules | None = None, channels: Mapping[str, ChannelRules] | None = None) -> None:
        self._default = default or ChannelRules()
        self._channels = dict(channels or {})

    def of(self, channel: str) -> ChannelRules:
        """The rules of *channel*."""
        return self._channels.get(channel, self._default)

    def all(self) -> tuple[ChannelRules, ...]:
        """Each channel's rules, the default ones first."""
        return (self._default, *self._channels.values())


def read_rules(path: Path | None) -> SlackRules:
    """The rules in the file at *path*; without one, everybody may ask everywhere. Raises `SettingError`."""
    if path is None:
        return SlackRules()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        default = _rules("default", {}, tables.pop("default", {}))
        channels = {name: _rules(name, default.model_dump(), table) for name, table in tables.items()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"The channel rules {path} can't be read: {error}.") from error
    except _UnusableRules as error:
        raise SettingError(f"The channel rules {path} can't be used: {error}.") from error
    return SlackRules(default, channels)


class _UnusableRules(Exception):  # noqa: N818
    """What is wrong with a table."""


def _rules(name: str, default: dict[str, Any], table: object) -> ChannelRules:
    if not isinstance(table, dict):
        raise _UnusableRules("every rule stands in a table, such as [default] or [C0123456789]")
    try:
        return ChannelRules.model_validate({**default, **table})
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        rule = ".".join(str(part) for part in problem["loc"])
        raise _UnusableRules(f"[{name}] {rule}: {problem['msg']}") from error
