"""The Slack app: what comes in is written down and acknowledged; the workers answer it.

Everything that Slack sends reaches `slack_bolt` only after its signature was checked (`web.routes.slack`), or over a
socket that we opened. A listener is done within milliseconds, before the acknowledgement: a question that Slack was
told is accepted is one that was written down.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.models.blocks import InputBlock, PlainTextInputElement
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.chatbot import Chatbot, new_conversation_id
from bot.errors import BotError, ConversationStoreError
from bot.feedback import Feedback, FeedbackStore
from bot.source import ChatbotSource
from index.errors import IndexingError
from web.channels.slack_messages import plain_message
from web.channels.words import Words, words_in
from web.deliveries import Asked, DeliveryStore
from web.delivery_worker import Later, Undeliverable
from web.slack.api import SlackApi
from web.slack.incoming import Written, plain_text, thread_name, written
from web.slack.outgoing import NAME
from web.slack.rules import ChannelRules, SlackRules
from web.suggestions import Suggestions

log = logging.getLogger("footnoted.slack")

HERE = "-here"
"""A command whose name ends so is answered in the channel; the others only to whoever asks."""

_FOLLOW_UP = "follow_up"
_QUESTION = "question"
_PROMPTS = 4
_NO_EXAMPLE = "…"


@dataclass
class SlackListeners:
    """What is done with each kind of payload."""

    source: ChatbotSource
    chatbot_in: Callable[[str], Chatbot]
    suggestions: Suggestions
    store: DeliveryStore
    feedback: FeedbackStore
    rules: SlackRules
    api: SlackApi
    wake: Callable[[], None]
    clock: Callable[[], float]
    _background: set[asyncio.Task[None]] = field(default_factory=set)

    async def on_message(self, body: dict[str, Any]) -> None:
        """Accepts what is said to the bot, or in a thread that it is part of."""
        message = written(body)
        if message is None or not await self._is_for_us(message):
            return
        rules = self.rules.of(message.channel)
        if not rules.allows(message.user):
            if message.mentioned or message.direct:
                self._whisper(message.channel, message.user, message.thread_ts, self._words(rules).may_not_ask)
            return
        address = {
            "kind": "thread",
            "channel": message.channel,
            "thread_ts": message.thread_ts,
            "user": message.user,
            "team": message.team,
            "direct": message.direct,
            "addressed": message.direct or message.mentioned,
        }
        await self._accept(
            Asked(NAME, message.names, message.text, address, new_conversation_id(), thread=message.thread)
        )

    async def _is_for_us(self, message: Written) -> bool:
        if not self.rules.of(message.channel).enabled:
            return False
        if message.direct or message.mentioned:
            return True
        in_a_thread_of_ours = await asyncio.to_thread(self.store.conversation_of, message.thread)
        return in_a_thread_of_ours is not None and not message.to_another

    async def _accept(self, asked: Asked) -> None:
        if await asyncio.to_thread(self.store.accept, asked, self.clock()):
            self.wake()

    async def on_home_opened(self, body: dict[str, Any]) -> None:
        """Suggests first questions in the agent view.

        Source: https://docs.slack.dev/ai/migrating-to-agent-messaging (the method takes no ``thread_ts`` there).
        """
        event = body["event"]
        rules = self.rules.of(event["channel"])
        if event.get("tab") != "messages" or not rules.enabled or not rules.allows(event["user"]):
            return
        self._do(self._suggest(event["channel"]))

    async def _suggest(self, channel: str) -> None:
        words = self._words(self.rules.of(channel))
        chatbot = await asyncio.to_thread(self.chatbot_in, channel)
        questions = await self.suggestions.first(chatbot, _PROMPTS)
        prompts = [{"title": question, "message": question} for question in questions]
        if prompts:
            await self.api.call(
                "assistant.threads.setSuggestedPrompts", channel_id=channel, title=words.greeting, prompts=prompts
            )

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Accepts ``/ask QUESTION``."""
        channel, user, command = body["channel_id"], body["user_id"], body["command"]
        rules = self.rules.of(channel)
        words = self._words(rules)
        question = plain_text(body.get("text") or "")
        refusal = self._why_not(rules, user) or await self._usage(channel, question, command)
        if refusal is not None:
            await ack(refusal)
            return
        here = command.endswith(HERE)
        address = {
            "kind": "channel" if here else "me",
            "channel": channel,
            "user": user,
            "team": body.get("team_id", ""),
            "response_url": body["response_url"],
            "heading": "asked_by" if here else None,
            "addressed": True,
        }
        # A command that is sent again bears the same trigger.
        names = (f"slack command {body['trigger_id']}",)
        await self._accept(Asked(NAME, names, question, address, new_conversation_id()))
        await ack(words.looking_up)

    def _why_not(self, rules: ChannelRules, user: str) -> str | None:
        words = self._words(rules)
        if not rules.enabled:
            return words.not_here
        return None if rules.allows(user) else words.may_not_ask

    async def _usage(self, channel: str, question: str, command: str) -> str | None:
        """How to ask, where nothing was asked."""
        if question:
            return None
        example = await asyncio.to_thread(self._known_example, channel)
        words = self._words(self.rules.of(channel))
        return words.how_to_ask.format(command=command, example=example)

    def _known_example(self, channel: str) -> str:
        """A question that is known to be answered in *channel*: Slack waits three seconds for an acknowledgement."""
        try:
            known = self.suggestions.first_now(self.chatbot_in(channel)).questions
        except (BotError, IndexingError):
            return _NO_EXAMPLE
        return known[0].text if known else _NO_EXAMPLE

    async def on_feedback(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keeps what somebody thinks of a reply; the last word of each counts."""
        verdict, conversation_id, turn = body["actions"][0]["value"].split()
        who = body["user"]["id"]
        await asyncio.to_thread(self._keep, conversation_id, int(turn), who, verdict)
        await ack()
        channel, thread_ts = _place(body)
        self._whisper(channel, body["user"]["id"], thread_ts, self._words(self.rules.of(channel)).thanks)

    def _keep(self, conversation_id: str, turn: int, who: str, verdict: str) -> None:
        chatbot = self.source.current
        turns = chatbot.conversations.turns(conversation_id)
        asked = turns[turn - 1] if 0 < turn <= len(turns) else None
        given = Feedback(conversation_id, turn, who, verdict, chatbot.index_version, self.clock())
        self.feedback.record(given.on(asked) if asked else given)

    async def on_share(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Accepts that a reply that only its asker saw goes into the channel: as it was, not asked again."""
        conversation_id, turn = body["actions"][0]["value"].split()
        await ack()
        channel, _ = _place(body)
        words = self._words(self.rules.of(channel))
        turns = await asyncio.to_thread(self.source.current.conversations.turns, conversation_id)
        if len(turns) < int(turn):
            self._whisper(channel, body["user"]["id"], None, words.gone)
            return
        address = {
            "kind": "channel",
            "channel": channel,
            "user": body["user"]["id"],
            "response_url": body["response_url"],
            "heading": "shared_by",
            "addressed": True,
        }
        names = (f"slack share {channel} {conversation_id} {turn}",)
        question = turns[int(turn) - 1].question
        await self._accept(Asked(NAME, names, question, address, conversation_id, progress={"turn": int(turn)}))

    async def on_follow_up(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Opens a box for the next question."""
        await ack()
        channel, thread_ts = _place(body)
        conversation_id, _ = body["actions"][0]["value"].split()
        words = self._words(self.rules.of(channel))
        kept = json.dumps([channel, thread_ts, conversation_id])
        await self.api.call("views.open", trigger_id=body["trigger_id"], view=_question_box(words, kept).to_dict())

    async def on_follow_up_asked(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Accepts the question from the box."""
        view, user = body["view"], body["user"]["id"]
        channel, thread_ts, conversation_id = json.loads(view["private_metadata"])
        rules = self.rules.of(channel)
        question = " ".join((view["state"]["values"][_QUESTION][_QUESTION]["value"] or "").split())
        refusal = self._why_not(rules, user) or await self._usage(channel, question, "")
        if refusal is not None:
            await ack(response_action="errors", errors={_QUESTION: refusal})
            return
        address = {
            "kind": "thread",
            "channel": channel,
            "thread_ts": thread_ts,
            "user": user,
            "team": (body.get("team") or {}).get("id", ""),
            "heading": "asked_by",
            "addressed": True,
        }
        names = (f"slack view {view['id']}",)
        thread = thread_name(channel, thread_ts)
        await self._accept(Asked(NAME, names, question, address, conversation_id, thread=thread))
        await ack()

    def _words(self, rules: ChannelRules) -> Words:
        return words_in(rules.language)

    def _whisper(self, channel: str, user: str, thread_ts: str | None, sentence: str) -> None:
        """Says *sentence* to *user* only."""
        message = plain_message(sentence)
        arguments = {"channel": channel, "user": user, "thread_ts": thread_ts, "text": message.text}
        self._do(self.api.call("chat.postEphemeral", **arguments))

    def _do(self, work: Coroutine[Any, Any, Any]) -> None:
        """Does *work* after the acknowledgement: something that may fail, and only costs a courtesy where it does."""

        async def courtesy() -> None:
            try:
                await work
            except (Later, Undeliverable, BotError, IndexingError) as error:
                log.warning("Something kind was left undone in Slack: %s", error)

        task = asyncio.create_task(courtesy())
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _place(body: Mapping[str, Any]) -> tuple[str, str | None]:
    """The channel of a pressed button, and the thread that its message stands in."""
    container = body.get("container", {})
    message = body.get("message", {})
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id", "")
    ts = message.get("ts") or container.get("message_ts")
    return str(channel), message.get("thread_ts") or container.get("thread_ts") or ts


def _question_box(words: Words, kept: str) -> View:
    field_ = PlainTextInputElement(action_id=_QUESTION, multiline=True, max_length=2000, focus_on_load=True)
    return View(
        type="modal",
        callback_id=_FOLLOW_UP,
        title=words.ask_follow_up,
        submit=words.ask,
        close=words.cancel,
        private_metadata=kept,
        blocks=[InputBlock(block_id=_QUESTION, label=words.your_question, element=field_)],
    )


async def _nothing(ack: AsyncAck) -> None:
    """Acknowledges: a button that opens a link, or an event of the older assistant view."""
    await ack()


async def _authorize() -> AuthorizeResult:
    """One installation, and no call to Slack: questions are accepted while Slack's own API is down."""
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="-")  # noqa: S106 - replies have their own client


_UNLIKE_DOCUMENTED = (ValueError, TypeError, KeyError, AttributeError, IndexError)


async def _failed(error: Exception) -> BoltResponse:
    """Lets Slack deliver again what couldn't be written down; the log gets no text of a payload."""
    if isinstance(error, ConversationStoreError):
        log.error("A question from Slack can't be accepted: %s", error)
        return BoltResponse(status=503, body="")
    log.error("Unexpected %s in a Slack listener", type(error).__qualname__)
    # A payload that isn't as documented won't be the next time: Slack need not send it again.
    return BoltResponse(status=200 if isinstance(error, _UNLIKE_DOCUMENTED) else 500, body="")


def bolt_app(listeners: SlackListeners) -> AsyncApp:
    """The app with its listeners. It checks no signatures: see the module's docstring."""
    app = AsyncApp(
        name="footnoted",
        logger=logging.getLogger("footnoted.slack.bolt"),
        process_before_response=True,
        signing_secret="-",  # noqa: S106
        client=AsyncWebClient(),
        authorize=_authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.event("message")(listeners.on_message)
    app.event("app_mention")(listeners.on_message)
    app.event("app_home_opened")(listeners.on_home_opened)
    app.command(re.compile(".+"))(listeners.on_command)
    app.action("feedback")(listeners.on_feedback)
    app.action("share")(listeners.on_share)
    app.action("ask_follow_up")(listeners.on_follow_up)
    app.action(re.compile("open_passage_.*"))(_nothing)
    app.view(_FOLLOW_UP)(listeners.on_follow_up_asked)
    app.error(_failed)
    return app
