"""Deletes conversations after the time that the operator set, while the server runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio import to_thread

from bot.errors import ConversationStoreError
from bot.source import ChatbotSource

log = logging.getLogger("footnoted.web")

_A_DAY_S = 86_400.0


def sweep(source: ChatbotSource, days: int) -> None:
    """Deletes what last went on more than *days* ago; a store that can't be used is tried again on the next day."""
    try:
        count = source.current.conversations.delete_older_than(days)
    except ConversationStoreError as error:
        log.error("Old conversations weren't deleted: %s", error)  # noqa: TRY400
        return
    if count:
        log.info("Deleted %d conversations that were not used for %d days.", count, days)


@asynccontextmanager
async def sweeping(source: ChatbotSource, days: int | None, every_s: float = _A_DAY_S) -> AsyncIterator[None]:
    """Sweeps at once and every *every_s* seconds, in a thread, until the block ends; never where *days* is None."""

    async def sweep_again() -> None:
        while days is not None:
            await to_thread.run_sync(sweep, source, days)
            await anyio.sleep(every_s)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sweep_again)
        yield
        tasks.cancel_scope.cancel()
