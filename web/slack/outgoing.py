"""Replies into Slack: each message once, in the thread, with a status while the bot looks for the answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.answers import Refusal, RefusalReason, Reply
from bot.chatbot import Chatbot
from bot.selection import Selection
from bot.source import ChatbotSource
from web.channels.slack_messages import (
    MAX_QUESTION,
    Placed,
    SlackMessage,
    escape,
    plain_message,
    reply_messages,
    shortened,
    streamed_texts,
)
from web.channels.words import Words, words_in
from web.deliveries import Delivery, DeliveryStore
from web.delivery_worker import Later, Notice, Progress, Undeliverable
from web.response_urls import post_json
from web.slack.api import SlackApi, SlackRefusal, Unsure
from web.slack.incoming import thread_name
from web.slack.rules import SlackRules

log = logging.getLogger("footnoted.slack")

NAME = "slack"
EVENT_TYPE = "footnoted_reply"
"""The type of the metadata that our messages carry, so that one can be found again."""

_RESPONSE_URL_LIVES_S = 30 * 60
_CLOCKS_DIFFER_S = 300


class SlackChannel:
    """Posts replies in Slack. An address's ``kind`` is ``thread``, ``channel`` (a new thread) or ``me``."""

    name = NAME

    def __init__(
        self,
        source: ChatbotSource,
        api: SlackApi,
        store: DeliveryStore,
        rules: SlackRules,
        public_url: str,
        clock: Callable[[], float],
    ) -> None:
        self._source = source
        self._api = api
        self._store = store
        self._rules = rules
        self._public_url = public_url
        self._clock = clock

    def chatbot_for(self, delivery: Delivery) -> Chatbot:
        """The chatbot that answers there."""
        return self.chatbot_in(delivery.address["channel"])

    def chatbot_in(self, channel: str) -> Chatbot:
        """The chatbot that answers from the documents of the channel's rules.

        Raises `bot.errors.NothingSelected` where none of them is there any more.
        """
        rules = self._rules.of(channel)
        return self._source.current.selected(Selection(rules.documents, rules.collection))

    async def begin(self, delivery: Delivery) -> None:
        """Sets the thread's status; Slack takes it away when a message is posted there."""
        address = delivery.address
        if address["kind"] == "thread" and address.get("addressed"):
            await self._status(address, self._words(address).thinking)

    async def _status(self, address: Mapping[str, Any], status: str) -> None:
        try:
            await self._api.call(
                "assistant.threads.setStatus",
                channel_id=address["channel"],
                thread_ts=address["thread_ts"],
                status=status,
            )
        except (Later, Undeliverable) as error:
            log.info("No status could be shown: %s", error)

    def _words(self, address: Mapping[str, Any]) -> Words:
        return words_in(self._rules.of(address["channel"]).language)

    async def post(self, delivery: Delivery, outcome: Reply | Notice, progress: Progress) -> None:
        """Posts *outcome* where the question was asked."""
        address = delivery.address
        if self._is_small_talk(address, outcome):
            return
        messages = self._messages(delivery, outcome, progress.values["turn"])
        if address["kind"] == "me":
            await self._post_to_response_url(delivery, messages, progress)
            return
        for number, message in enumerate(messages):
            try:
                await self._post_once(delivery, number, message, progress)
            except SlackRefusal:
                await self._say_why_not(address)
                raise

    async def _say_why_not(self, address: Mapping[str, Any]) -> None:
        """Tells whoever used a command or a button that the bot may not post there."""
        if "response_url" in address:
            with contextlib.suppress(Later, Undeliverable):
                await _whisper(address["response_url"], plain_message(self._words(address).invite))

    def _is_small_talk(self, address: Mapping[str, Any], outcome: Reply | Notice) -> bool:
        """Whether people in a thread say something to each other ("thanks!") that asks the bot nothing."""
        return (
            not address.get("addressed")
            and isinstance(outcome, Refusal)
            and outcome.reason is RefusalReason.NOT_A_QUESTION
        )

    def _messages(self, delivery: Delivery, outcome: Reply | Notice, turn: int) -> list[SlackMessage]:
        if isinstance(outcome, Notice):
            return [plain_message(outcome.sentence)]
        address = delivery.address
        placed = Placed(
            base_url=self._public_url,
            conversation_id=delivery.conversation_id,
            turn=turn,
            words=self._words(address),
            heading=self._heading(delivery),
            shareable=address["kind"] == "me",
            followable=address["kind"] != "me",
        )
        return reply_messages(outcome, placed)

    def _heading(self, delivery: Delivery) -> str | None:
        """Who asked what, where the question itself doesn't stand above the reply."""
        heading = delivery.address.get("heading")
        if heading is None:
            return None
        question = escape(shortened(delivery.question, MAX_QUESTION))
        template: str = getattr(self._words(delivery.address), heading)
        return template.format(who=f"<@{delivery.address['user']}>", question=question)

    async def _post_once(self, delivery: Delivery, number: int, message: SlackMessage, progress: Progress) -> None:
        """Posts the *number*-th message unless it is posted; where that isn't known, it is looked up first."""
        posted: list[str] = progress.values.get("posted", [])
        if number < len(posted):
            return
        key = _key(delivery, number)
        ts = await self._found(delivery, key, posted) if progress.values.get("posting") == number else None
        if ts is None:
            await progress.update(posting=number)
            try:
                ts = await self._send(delivery, message, key, posted, progress)
            except Unsure:
                raise
            except (Later, Undeliverable):
                await progress.update(posting=None)
                raise
        if not posted and delivery.address["kind"] == "channel":
            thread = thread_name(delivery.address["channel"], ts)
            await asyncio.to_thread(self._store.bind, thread, delivery.conversation_id)
        await progress.update(posted=[*posted, ts], posting=None)

    async def _send(
        self, delivery: Delivery, message: SlackMessage, key: str, posted: Sequence[str], progress: Progress
    ) -> str:
        """Posts *message*, streamed where Slack offers that, and gives back its time stamp."""
        address = delivery.address
        if address.get("direct") and not posted:
            streamed = await self._stream(address, message, key, progress)
            if streamed is not None:
                return streamed
        sent = await self._api.call(
            "chat.postMessage",
            channel=address["channel"],
            thread_ts=_thread_of(address, posted),
            text=message.text,
            blocks=list(message.blocks),
            metadata=_metadata(key),
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(sent.get("ts", ""))

    async def _stream(
        self, address: Mapping[str, Any], message: SlackMessage, key: str, progress: Progress
    ) -> str | None:
        """Streams the answer, which is checked by now, line by line; None where Slack doesn't offer that here.

        A stream begins empty, so one that nobody knows of shows nothing. One that broke off is made whole, not begun
        again: its time stamp is written down as soon as Slack gives it.
        """
        ts = progress.values.get("stream")
        texts = streamed_texts(message)
        if ts is None and texts:
            ts = await self._begin_stream(address)
            if ts is not None:
                await progress.update(stream=ts)
                if await self._streamed(address["channel"], ts, texts, message, key):
                    return str(ts)
        if ts is None:
            return None
        await self._make_whole(address["channel"], ts, message, key)
        return str(ts)

    async def _begin_stream(self, address: Mapping[str, Any]) -> str | None:
        try:
            started = await self._api.call(
                "chat.startStream",
                channel=address["channel"],
                thread_ts=address["thread_ts"],
                recipient_user_id=address["user"],
                recipient_team_id=address["team"],
            )
        except (Later, SlackRefusal) as error:
            log.info("The reply isn't streamed: %s", error)
            return None
        return str(started.get("ts", "")) or None

    async def _streamed(self, channel: str, ts: str, texts: Sequence[str], message: SlackMessage, key: str) -> bool:
        """Whether the stream got to its end."""
        shown = next(number for number, block in enumerate(message.blocks) if block["type"] == "markdown")
        rest = [block for number, block in enumerate(message.blocks) if number != shown]
        try:
            for text in texts:
                await self._api.call("chat.appendStream", channel=channel, ts=ts, markdown_text=text)
            await self._api.call("chat.stopStream", channel=channel, ts=ts, blocks=rest, metadata=_metadata(key))
        except (Later, SlackRefusal) as error:
            log.info("A stream broke off: %s", error)
            return False
        return True

    async def _make_whole(self, channel: str, ts: str, message: SlackMessage, key: str) -> None:
        """Puts all of *message* in the place of what a broken stream showed; doing it twice changes nothing."""
        try:
            await self._api.call("chat.stopStream", channel=channel, ts=ts)
        except SlackRefusal as error:
            log.info("The stream had ended: %s", error)
        await self._api.call(
            "chat.update",
            channel=channel,
            ts=ts,
            text=message.text,
            blocks=list(message.blocks),
            metadata=_metadata(key),
        )

    async def _found(self, delivery: Delivery, key: str, posted: Sequence[str]) -> str | None:
        """The time stamp of the message with *key*, where it was posted after all."""
        address = delivery.address
        thread_ts = _thread_of(address, posted)
        where = {"channel": address["channel"], "include_all_metadata": "true", "limit": "200"}
        if thread_ts is None:
            where["oldest"] = f"{delivery.accepted_at - _CLOCKS_DIFFER_S:.6f}"
            found = await self._api.read("conversations.history", **where)
        else:
            where["oldest"] = thread_ts
            found = await self._api.read("conversations.replies", ts=thread_ts, **where)
        for message in found.get("messages", ()):
            payload = message.get("metadata", {}).get("event_payload", {})
            if payload.get("key") == key:
                return str(message["ts"])
        return None

    async def _post_to_response_url(
        self, delivery: Delivery, messages: Sequence[SlackMessage], progress: Progress
    ) -> None:
        """Posts *messages* where only the asker sees them. They can't be looked up there: what is unsure is repeated.

        Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses (five messages within
        half an hour).
        """
        for number, message in enumerate(messages):
            if number < progress.values.get("responded", 0):
                continue
            if self._clock() - delivery.accepted_at > _RESPONSE_URL_LIVES_S:
                raise Undeliverable("its half hour is over")
            await _whisper(delivery.address["response_url"], message)
            await progress.update(responded=number + 1)


async def _whisper(url: str, message: SlackMessage) -> None:
    """Posts *message* to a ``response_url``, for its asker only. Raises `Later`, `Undeliverable`."""
    body = {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": message.text,
        "blocks": list(message.blocks),
        "unfurl_links": False,
    }
    await post_json(url, body)


def _thread_of(address: Mapping[str, Any], posted: Sequence[str]) -> str | None:
    """The thread that the next message goes into; the first message in a channel begins one."""
    if address["kind"] == "channel":
        return posted[0] if posted else None
    return str(address["thread_ts"])


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def _key(delivery: Delivery, number: int) -> str:
    """What names the *number*-th message of a reply; it says nothing of the question."""
    return f"{delivery.id}-{int(delivery.accepted_at * 1000)}-{number}"
