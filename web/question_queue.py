"""The queue in front of the model: one question at a time, a bounded number behind it, none for longer than it may."""

from __future__ import annotations

import math
import statistics
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import CancelScope, CapacityLimiter, to_thread

from bot.errors import Busy
from bot.wording import message

T = TypeVar("T")

FULL = message("Too many questions are waiting just now. Please try again in a little while.")
STOPPING = message("The server is being restarted. Please try again in a moment.")

_LONGEST_PAUSE_S = 300
_RESTART_S = 10


class QuestionQueue:
    """Who waits, who is worked for, and whether anybody else may come.

    One question keeps every core at its passages, and two at once would only slow each other.
    """

    def __init__(self, max_waiting: int = 64, timeout_s: float = 60.0) -> None:
        self.turnstile = CapacityLimiter(1)
        """Whoever needs the model without asking a question holds this meanwhile."""
        self._max_waiting = max_waiting
        self._timeout_s = timeout_s
        self._thread = CapacityLimiter(1)
        self._scopes: set[CancelScope] = set()
        self._durations: deque[float] = deque(maxlen=20)
        self._present = 0
        self.is_closed = False

    @property
    def waiting(self) -> int:
        """How many questions wait."""
        return self.turnstile.statistics().tasks_waiting

    @property
    def is_empty(self) -> bool:
        """Whether no question waits or is worked on."""
        return self._present == 0

    def close(self) -> None:
        """Lets nobody in any more; who is in stays."""
        self.is_closed = True

    def send_away(self) -> None:
        """Sends everybody away who still waits and isn't patient."""
        for scope in list(self._scopes):
            scope.cancel()

    async def run(self, work: Callable[[], T], *, patient: bool = False) -> T:
        """The outcome of *work*, done in a thread in its turn, so that reading pages never waits for the model.

        A *patient* question waits however many do and as long as it takes: it was accepted before. Raises `Busy`
        otherwise, and what *work* raises. Work that began ends, whether its caller waits for it or not.
        """
        if not patient:
            self.refuse_where_full()
        self._present += 1
        try:
            await (self.turnstile.acquire() if patient else self._turn())
            try:
                return await to_thread.run_sync(self._timed, work, limiter=self._thread)
            finally:
                self.turnstile.release()
        finally:
            self._present -= 1

    async def _turn(self) -> None:
        """Returns with the turnstile held. Raises `Busy` where that takes too long, or the server stops."""
        with CancelScope(deadline=anyio.current_time() + self._timeout_s) as scope:
            self._scopes.add(scope)
            try:
                await self.turnstile.acquire()
            finally:
                self._scopes.discard(scope)
            return
        raise self.busy()

    def refuse_where_full(self) -> None:
        """Raises `Busy` where nobody may come in now."""
        taken = self.turnstile.statistics()
        if self.is_closed or (taken.borrowed_tokens and taken.tasks_waiting >= self._max_waiting):
            raise self.busy()

    def busy(self) -> Busy:
        """Why nobody may come in now, and when to try again, by how long questions took of late."""
        if self.is_closed:
            return Busy(STOPPING, _RESTART_S)
        each = statistics.median(self._durations) if self._durations else 1.0
        pause = math.ceil(each * (self.waiting + 1))
        return Busy(FULL, min(max(pause, 1), _LONGEST_PAUSE_S))

    def _timed(self, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        try:
            return work()
        finally:
            self._durations.append(time.perf_counter() - started)
