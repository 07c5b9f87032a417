"""The process that serves: how long it waits for slow clients, and how it stops."""

from __future__ import annotations

import asyncio
import math
import signal
import socket
import time
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.question_queue import QuestionQueue

HEAD_TIMEOUT_S = 10.0
"""How long the head of a request may take."""
_KEEP_ALIVE_S = 5
_MOST_HEAD_BYTES = 16 * 1024


def serve(app: Any, queue: QuestionQueue, listener: socket.socket, shutdown_s: int) -> None:
    """Serves *app* until it is told to stop; see `Server`. The log is set up by whoever calls."""
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        log_config=None,
        access_log=False,  # it would hold the addresses of conversations
        server_header=False,
        proxy_headers=False,  # `web.clients` reads them, from the proxies that the operator trusts
        timeout_keep_alive=_KEEP_ALIVE_S,
        h11_max_incomplete_event_size=_MOST_HEAD_BYTES,
    )
    Server(config, queue, shutdown_s).run(sockets=[listener])


class Server(uvicorn.Server):
    """Stops in order: no new question is let in, those that are in get their answers, then the connections close.

    Those that still wait after *shutdown_s* seconds are sent away. A second signal stops at once. SIGTERM ends with
    exit code 0: it is how a server is asked to stop.
    """

    def __init__(self, config: uvicorn.Config, queue: QuestionQueue, shutdown_s: int) -> None:
        super().__init__(config)
        self._queue = queue
        self._shutdown_s = shutdown_s
        self._stop_by: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Begins to stop, or stops."""
        if self._stop_by is not None:
            self.should_exit = self.force_exit = True
            return
        self._queue.close()
        self._stop_by = time.monotonic() + self._shutdown_s
        if sig == signal.SIGINT:
            self._captured_signals.append(sig)

    async def on_tick(self, counter: int) -> bool:
        """Whether the server ends; called ten times a second."""
        if self._stop_by is not None:
            left = self._stop_by - time.monotonic()
            if left <= 0:
                self._queue.send_away()
            if left <= 0 or self._queue.is_empty:
                self.config.timeout_graceful_shutdown = max(math.ceil(left), 1)
                return True
        return await super().on_tick(counter)


class _Protocol(H11Protocol):
    """HTTP/1.1 that gives up on clients who don't finish the head of their request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Waits for the first request."""
        super().connection_made(transport)
        self._expect_request()

    def on_response_complete(self) -> None:
        """Waits for the next request."""
        super().on_response_complete()
        self._expect_request()

    def _expect_request(self) -> None:
        self.loop.call_later(HEAD_TIMEOUT_S, self._give_up, self.cycle)

    def _give_up(self, cycle: object) -> None:
        """Closes a connection on which nothing came since *cycle*."""
        if self.cycle is cycle and not self.transport.is_closing():
            self.transport.close()
