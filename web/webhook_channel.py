"""Replies that follow a slash command, to the address that came with it."""

from __future__ import annotations

from bot.answers import Reply
from bot.chatbot import Chatbot
from bot.source import ChatbotSource
from web.channels.webhook_messages import Framed, webhook_text
from web.channels.words import words_in
from web.deliveries import Delivery
from web.delivery_worker import Notice, Progress
from web.response_urls import post_json
from web.routes.webhooks import NAME


class WebhookChannel:
    """Posts replies to the ``response_url`` of slash commands."""

    name = NAME

    def __init__(self, source: ChatbotSource) -> None:
        self._source = source

    def chatbot_for(self, _delivery: Delivery) -> Chatbot:
        """The chatbot over all documents."""
        return self._source.current

    async def begin(self, _delivery: Delivery) -> None:
        """Nothing to show: the command was acknowledged with a word already."""

    async def post(self, delivery: Delivery, outcome: Reply | Notice, _progress: Progress) -> None:
        """Posts *outcome*. There it can't be looked up, so what fails without a word is posted again."""
        address = delivery.address
        framed = Framed(address["base_url"], words_in(address["language"]), address["longest"])
        text = outcome.sentence if isinstance(outcome, Notice) else webhook_text(outcome, framed)
        await post_json(address["url"], {"response_type": address["type"], "text": text})
