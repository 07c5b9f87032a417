"""Work in progress: what is wanted twice at once is done once, and goes on where whoever wanted it goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class InFlight:
    """Tasks by what they are for."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """The outcome of *work*, or of the same work that is in progress under *key*.

        Cancelling the caller doesn't cancel the work: a turn that is asked is kept, whether its reader waits or not.
        """
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(_done(work))
            task.add_done_callback(lambda done: self._forget(key, done))
        outcome: T = await asyncio.shield(task)
        return outcome

    def _forget(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(key, None)
        if not task.cancelled():
            task.exception()  # seen, so that asyncio doesn't log it with its text, which may quote a question


async def _done(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
