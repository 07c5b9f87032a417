"""Slack-style webhooks, as Mattermost, Rocket.Chat, Zulip and bridges to other chat programs send them.

Formats: https://developers.mattermost.com/integrate/slash-commands/custom,
https://developers.mattermost.com/integrate/webhooks/outgoing, https://zulip.com/api/outgoing-webhook-payload.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from slack_sdk.signature import SignatureVerifier
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.chatbot import new_conversation_id
from bot.error_table import entry_for
from web.channels.webhook_messages import Framed, webhook_text
from web.channels.words import words_in
from web.deliveries import Asked, DeliveryStore
from web.errors import shown
from web.routes.slack import is_signed
from web.site import CurrentSite, Site

NAME = "webhook"

UNAUTHENTICATED = "The request holds no token that is set here, and no valid signature; see FOOTNOTED_WEBHOOK_TOKENS."
_ZULIP_MENTION = re.compile(r"@_?\*\*[^*]+\*\*")


class WebhookOptions(BaseModel):
    """What the address says of the program that calls it: the answer's language, its longest text, and who sees it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Literal["en", "es"] = "en"
    longest: Annotated[int, Field(ge=200)] = 4_000
    to: Literal["me", "channel"] = "me"


Options = Annotated[WebhookOptions, Query()]


@dataclass(frozen=True)
class Webhooks:
    """Who may call, and where delayed replies may go: only to hosts that the operator named."""

    tokens: tuple[str, ...]
    verifier: SignatureVerifier | None
    reply_hosts: frozenset[str]
    public_url: str | None
    store: DeliveryStore
    wake: Callable[[], None]
    clock: Callable[[], float]

    async def command(self, request: Request, site: CurrentSite, options: Options) -> Response:
        """A slash command: its reply, or an acknowledgement where the reply may follow to its ``response_url``."""
        caller, fields = await self.call(request)
        words, question = words_in(options.language), _text(fields.get("text"))
        response_type = "in_channel" if options.to == "channel" else "ephemeral"
        if not question:
            usage = words.how_to_ask.format(command=fields.get("command", ""), example="…")
            return JSONResponse({"response_type": "ephemeral", "text": usage})
        framed = self.framed(request, options)
        if self.may_reply_to(str(fields.get("response_url") or "")):
            await self.accept(caller, fields, question, framed, response_type)
            return JSONResponse({"response_type": "ephemeral", "text": words.looking_up})
        text = await self.answered(site, question, framed, _thread_of_command(caller, fields))
        return JSONResponse({"response_type": response_type, "text": text})

    async def outgoing(self, request: Request, site: CurrentSite, options: Options) -> Response:
        """A message that begins with a trigger word; bots and edits get no reply."""
        _, fields = await self.call(request)
        question = _text(fields.get("text")).removeprefix(_text(fields.get("trigger_word"))).lstrip(" :,")
        if not question or _by_a_bot(fields):
            return JSONResponse({})
        text = await self.answered(site, question, self.framed(request, options), None)
        return JSONResponse({"text": text, "response_type": "comment"})

    async def zulip(self, request: Request, site: CurrentSite, options: Options) -> Response:
        """A message that mentions Zulip's bot, or a direct one; a topic is a conversation."""
        caller, fields = await self.call(request)
        message = fields.get("message")
        if not isinstance(message, dict):
            raise HTTPException(400, "The request holds no message; Zulip sends one in its own format.")
        question = _text(_ZULIP_MENTION.sub(" ", str(message.get("content") or "")))
        if not question:
            return JSONResponse({"response_not_required": True})
        thread = _zulip_thread(caller, fields.get("bot_email"), message)
        text = await self.answered(site, question, self.framed(request, options), thread)
        return JSONResponse({"content": text})

    async def call(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Who sent a request, and its fields, form-encoded or JSON; what one caller says never meets another's."""
        body = await request.body()
        signed = self.verifier is not None and is_signed(self.verifier, body, request)
        fields = _fields(body, request.headers.get("content-type", ""))
        token = self._token_in(request, fields)
        if not signed and token is None:
            raise HTTPException(401, UNAUTHENTICATED)
        return ("signed" if token is None else sha256(token.encode()).hexdigest()[:16]), fields

    def _token_in(self, request: Request, fields: Mapping[str, Any]) -> str | None:
        """Which of the tokens the request holds."""
        header = request.headers.get("authorization", "").partition(" ")[2]
        given = [header.strip(), str(fields.get("token") or "")]
        held = (
            token
            for token in self.tokens
            for mine in given
            if hmac.compare_digest(token.encode(), mine.encode(errors="replace"))
        )
        return next(held, None)

    def may_reply_to(self, url: str) -> bool:
        """Whether a delayed reply may go to *url*: a host named without a port is allowed the usual ones.

        Blanks and control characters are refused: `urlsplit` leaves some out, and the HTTP client doesn't.
        """
        if " " in url or not url.isprintable():
            return False
        try:
            parts = urlsplit(url)
            usual = parts.port in {None, 80, 443}
            hosts = {parts.netloc.lower()} | ({parts.hostname or ""} if usual else set())
            usable = parts.scheme in {"https", "http"} and parts.port != 0 and "@" not in parts.netloc
        except ValueError:
            return False
        return usable and bool(self.reply_hosts & hosts)

    async def accept(
        self, caller: str, fields: Mapping[str, Any], question: str, framed: Framed, response_type: str
    ) -> None:
        """Writes a question down whose reply follows; what bears the same trigger is the same question."""
        trigger = fields.get("trigger_id")
        names = (f"webhook {caller} {trigger}",) if trigger else ()
        address = {
            "url": fields["response_url"],
            "type": response_type,
            "base_url": framed.base_url,
            "language": framed.words.language,
            "longest": framed.longest,
        }
        asked = Asked(NAME, names, question, address, new_conversation_id(), thread=_thread_of_command(caller, fields))
        if await to_thread.run_sync(self.store.accept, asked, self.clock()):
            self.wake()

    async def answered(self, site: Site, question: str, framed: Framed, thread: str | None) -> str:
        """The text of the reply, or why there is none."""
        conversation_id = await to_thread.run_sync(self._conversation, thread)
        try:
            return webhook_text(await site.ask(conversation_id, question), framed)
        except Exception as error:
            if entry_for(error) is None:
                raise
            return shown(error).sentence

    def _conversation(self, thread: str | None) -> str:
        """The conversation of *thread*, which begins one where it has none."""
        known = self.store.conversation_of(thread) if thread else None
        if known is not None:
            return known
        conversation_id = new_conversation_id()
        if thread:
            self.store.bind(thread, conversation_id)
        return conversation_id

    def framed(self, request: Request, options: WebhookOptions) -> Framed:
        """How a reply to *request* is written."""
        base_url = self.public_url or str(request.base_url).rstrip("/")
        return Framed(base_url, words_in(options.language), options.longest)


def _fields(body: bytes, content_type: str) -> dict[str, Any]:
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            fields = json.loads(body)
            # Half a surrogate pair is JSON, but no text that could be written down or sent.
            json.dumps(fields, ensure_ascii=False).encode()
            return fields if isinstance(fields, dict) else {}
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=60))
    except (ValueError, RecursionError):
        raise HTTPException(400, "The request's body can't be read; it is a form or JSON, in UTF-8.") from None
    raise HTTPException(415, "A webhook is sent as application/x-www-form-urlencoded or application/json.")


def webhook_router(webhooks: Webhooks) -> APIRouter:
    """``/hooks/command``, ``/hooks/outgoing`` and ``/hooks/zulip``."""
    router = APIRouter(prefix="/hooks", include_in_schema=False)
    for endpoint in (webhooks.command, webhooks.outgoing, webhooks.zulip):
        router.add_api_route(f"/{endpoint.__name__}", endpoint, methods=["POST"], response_model=None)
    return router


def _text(value: object) -> str:
    return " ".join(str(value or "").split())


def _by_a_bot(fields: Mapping[str, Any]) -> bool:
    """Whether a bot wrote the message, or somebody only edited it: an answer would begin an endless talk."""
    told = {str(fields.get(key) or "false").lower() for key in ("bot", "bot_id", "isEdited")}
    return told != {"false"} or fields.get("user_id") == "USLACKBOT"


def _thread_of_command(caller: str, fields: Mapping[str, Any]) -> str | None:
    """The thread that Mattermost's command was written in."""
    return _thread("webhook", caller, fields.get("channel_id"), fields.get("root_id"))


def _zulip_thread(caller: str, bot: object, message: Mapping[str, Any]) -> str | None:
    """A topic of a channel, or whoever writes directly, alone or among others; the numbers are each server's own."""
    if message.get("type") == "stream":
        return _thread("zulip", caller, bot, message.get("stream_id"), message.get("subject"))
    return _thread("zulip", caller, bot, "direct", message.get("recipient_id"), message.get("sender_id"))


def _thread(*parts: object) -> str | None:
    """The name that *parts* make; None where one is missing, or it would be somebody else's too."""
    return None if any(part in {None, ""} for part in parts) else " ".join(str(part) for part in parts)
