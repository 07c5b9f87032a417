"""A server that plays Slack's Web API: records what is posted, and fails as it is told to."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import uvicorn
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


class Failure(StrEnum):
    """How a call may go wrong."""

    NONE = "none"
    RATE_LIMITED = "429"
    BEFORE = "500, and nothing was done"
    AFTER = "500, though it was done"
    SLOW = "no answer in time, though it was done"


Plan = Callable[[str, int], "Failure | str"]
"""From a method and how often it was called before: a failure, or one of Slack's error codes."""


@dataclass
class Message:
    """A message in a channel or a thread; an ephemeral one is only for ``user``."""

    channel: str
    ts: str
    thread_ts: str | None
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any]
    user: str | None = None
    streaming: bool = False


@dataclass
class SlackServer:
    """Slack's side: ``messages`` as people see them, ``calls`` as they came, ``responses`` to response addresses."""

    plan: Plan = lambda _method, _before: Failure.NONE
    slow_s: float = 3.0
    url: str = ""
    messages: list[Message] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    responses: list[dict[str, Any]] = field(default_factory=list)
    _times: int = 0

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/{method}", self._api, methods=["GET", "POST"]),
                Route("/respond/{key}", self._respond, methods=["POST"]),
            ]
        )

    def called(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    def posted(self) -> list[Message]:
        """What everybody sees."""
        return [message for message in self.messages if message.user is None]

    async def _api(self, request: Request) -> Response:
        method = request.path_params["method"]
        arguments = dict(request.query_params) if request.method == "GET" else await request.json()
        failure = self.plan(method, len(self.called(method)))
        self.calls.append((method, arguments))
        if failure is Failure.RATE_LIMITED:
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "0"})
        if failure is Failure.BEFORE:
            return PlainTextResponse("no", 500)
        if not isinstance(failure, Failure):
            return JSONResponse({"ok": False, "error": failure})
        result = self._do(method, arguments)
        if failure is Failure.AFTER:
            return PlainTextResponse("no", 500)
        if failure is Failure.SLOW:
            await asyncio.sleep(self.slow_s)
        return JSONResponse(result)

    def _do(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "chat.postMessage" | "chat.postEphemeral" | "chat.startStream":
                message = self._message(arguments, streaming=method == "chat.startStream")
                self.messages.append(message)
                return {"ok": True, "ts": message.ts, "channel": message.channel}
            case "chat.appendStream":
                return self._append(arguments)
            case "chat.stopStream" | "chat.update":
                return self._finish(method, arguments)
            case "conversations.replies" | "conversations.history":
                return {"ok": True, "messages": [self._read(message) for message in self._in(arguments)]}
            case _:
                return {"ok": True}

    def _message(self, arguments: dict[str, Any], *, streaming: bool) -> Message:
        self._times += 1
        return Message(
            channel=arguments["channel"],
            ts=f"{time.time():.0f}.{self._times:06d}",
            thread_ts=arguments.get("thread_ts"),
            text=arguments.get("text", ""),
            blocks=arguments.get("blocks", []),
            metadata=arguments.get("metadata", {}),
            user=arguments.get("user"),
            streaming=streaming,
        )

    def _append(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self._of(arguments)
        if not message.streaming:
            return {"ok": False, "error": "message_not_in_streaming_state"}
        message.text += arguments["markdown_text"]
        return {"ok": True, "ts": message.ts}

    def _finish(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self._of(arguments)
        if message.streaming != (method == "chat.stopStream"):
            wrong = "streaming_state_conflict" if message.streaming else "message_not_in_streaming_state"
            return {"ok": False, "error": wrong}
        message.streaming = False
        message.text = arguments.get("text", message.text)
        message.blocks = arguments.get("blocks", message.blocks)
        message.metadata = arguments.get("metadata", message.metadata)
        return {"ok": True, "ts": message.ts}

    def _of(self, arguments: dict[str, Any]) -> Message:
        return next(m for m in self.messages if (m.channel, m.ts) == (arguments["channel"], arguments["ts"]))

    def _in(self, arguments: dict[str, Any]) -> list[Message]:
        thread_ts = arguments.get("ts")
        return [
            m for m in self.posted() if m.channel == arguments["channel"] and thread_ts in (None, m.thread_ts, m.ts)
        ]

    def _read(self, message: Message) -> dict[str, Any]:
        return {"ts": message.ts, "text": message.text, "metadata": message.metadata}

    async def _respond(self, request: Request) -> Response:
        failure = self.plan("respond", len(self.responses))
        body = await request.json()
        if failure is Failure.RATE_LIMITED:
            return PlainTextResponse("wait", 429, {"Retry-After": "0"})
        if failure is Failure.BEFORE:
            return PlainTextResponse("no", 500)
        self.responses.append({"key": request.path_params["key"], **body})
        return PlainTextResponse("ok")


@contextmanager
def served(app: Any) -> Iterator[str]:
    """*app* on a free port of this machine, and its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@contextmanager
def slack_server(plan: Plan | None = None) -> Iterator[SlackServer]:
    """Slack, listening."""
    slack = SlackServer()
    if plan is not None:
        slack.plan = plan
    with served(slack.app()) as url:
        slack.url = url
        yield slack


SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def signed(body: str, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers with which Slack signs *body*."""
    timestamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature}


def event_body(event: dict[str, Any], event_id: str, bot_user: str = "UBOT") -> str:
    """An event as Slack delivers it."""
    return json.dumps(
        {
            "token": "deprecated",
            "team_id": "T1",
            "api_app_id": "A1",
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(time.time()),
            "authorizations": [{"team_id": "T1", "user_id": bot_user, "is_bot": True, "enterprise_id": None}],
            "event": event,
        }
    )
