"""The one function that chooses which channels a server speaks, by its settings."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import anyio
from fastapi import APIRouter

from bot.errors import NothingSelected
from bot.feedback import FEEDBACK_FILE, FeedbackStore
from bot.selection import Selection
from web.deliveries import DeliveryStore
from web.delivery_worker import Channel, DeliveryWorkers
from web.settings import SettingError, WebSettings

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.signature import SignatureVerifier

    from web.site import Site
    from web.suggestions import Suggestions

_MISSING_PACKAGES = "Slack and webhooks need packages that aren't installed: pip install 'footnoted[slack]'."


class Runs(Protocol):
    """Something that runs while the server does."""

    async def start(self) -> None:
        """Begins."""
        ...

    async def stop(self) -> None:
        """Ends."""
        ...


@dataclass
class Outlets:
    """The routes of the channels in use, and what runs behind them."""

    routers: list[APIRouter] = field(default_factory=list)
    channels: dict[str, Channel] = field(default_factory=dict)
    runs: list[Runs] = field(default_factory=list)
    workers: DeliveryWorkers | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answers what waits until the block ends; a question that is in work then stays written down."""
        async with AsyncExitStack() as stack:
            for run in self.runs:
                await run.start()
                stack.push_async_callback(run.stop)
            if self.workers is None:
                yield
                return
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.workers.run)
                yield
                tasks.cancel_scope.cancel()


def open_outlets(site: Site, settings: WebSettings, data_dir: Path, suggestions: Suggestions) -> Outlets:
    """The outlets that *settings* set up. Raises `SettingError`, `bot.errors.ConversationStoreError`."""
    outlets = Outlets()
    if not (settings.uses_slack or settings.uses_webhooks):
        return outlets
    store = DeliveryStore(data_dir / "deliveries.sqlite3")
    outlets.workers = DeliveryWorkers(site, store, outlets.channels)
    try:
        if settings.uses_slack:
            _open_slack(outlets, outlets.workers, site, settings, store, data_dir, suggestions)
        if settings.uses_webhooks:
            _open_webhooks(outlets, outlets.workers, site, settings, store)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"slack_bolt", "slack_sdk", "aiohttp"}:
            raise
        raise SettingError(_MISSING_PACKAGES) from error
    return outlets


def _open_slack(
    outlets: Outlets,
    workers: DeliveryWorkers,
    site: Site,
    settings: WebSettings,
    store: DeliveryStore,
    data_dir: Path,
    suggestions: Suggestions,
) -> None:
    from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler

    from web.routes.slack import slack_router
    from web.slack.api import SlackApi
    from web.slack.app import SlackListeners, bolt_app
    from web.slack.outgoing import SlackChannel
    from web.slack.rules import read_rules

    assert settings.slack_bot_token and settings.public_url  # noqa: S101, PT018 - the settings saw to that
    rules = read_rules(settings.slack_rules)
    for rule in rules.all():
        try:
            site.chatbot.selected(Selection(rule.documents, rule.collection))
        except NothingSelected as error:
            raise SettingError(f"The channel rules can't be used: {error}") from error
    api = SlackApi(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    channel = SlackChannel(site.source, api, store, rules, settings.public_url, time.time)
    outlets.channels[channel.name] = channel
    feedback = FeedbackStore(data_dir / FEEDBACK_FILE)
    app = bolt_app(
        SlackListeners(
            site.source, channel.chatbot_in, suggestions, store, feedback, rules, api, workers.wake, time.time
        )
    )
    if settings.slack_signing_secret:
        secret = settings.slack_signing_secret.get_secret_value()
        outlets.routers.append(slack_router(AsyncSlackRequestHandler(app), secret))
    if settings.slack_app_token:
        outlets.runs.append(_Socket(app, settings.slack_app_token.get_secret_value(), settings.slack_api_url))


class _Socket:
    """Slack's Socket Mode: Slack's deliveries over a connection that we open, for servers nobody can call."""

    def __init__(self, app: AsyncApp, token: str, api_url: str) -> None:
        from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
        from slack_sdk.web.async_client import AsyncWebClient

        client = AsyncWebClient(token=token, base_url=api_url + "/")
        self._handler = AsyncSocketModeHandler(app, token, web_client=client)

    async def start(self) -> None:
        """Connects; the connection is made again whenever it breaks."""
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def stop(self) -> None:
        """Disconnects."""
        await self._handler.close_async()  # type: ignore[no-untyped-call]


def _open_webhooks(
    outlets: Outlets, workers: DeliveryWorkers, site: Site, settings: WebSettings, store: DeliveryStore
) -> None:
    from slack_sdk.signature import SignatureVerifier

    from web.routes.webhooks import Webhooks, webhook_router
    from web.webhook_channel import WebhookChannel

    verifier: SignatureVerifier | None = None
    if settings.webhook_secret:
        verifier = SignatureVerifier(settings.webhook_secret.get_secret_value())
    channel = WebhookChannel(site.source)
    outlets.channels[channel.name] = channel
    outlets.routers.append(
        webhook_router(
            Webhooks(
                tokens=settings.tokens_of_webhooks,
                verifier=verifier,
                reply_hosts=settings.hosts_of_replies,
                public_url=settings.public_url,
                store=store,
                wake=workers.wake,
                clock=time.time,
            )
        )
    )
