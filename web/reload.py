"""Takes up a newly published index while the server runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from anyio import to_thread

from bot.errors import BotError
from bot.source import ChatbotSource
from index.errors import IndexingError

log = logging.getLogger("footnoted.index")


@dataclass(slots=True)
class IndexWatch:
    """Looks whether another index is published, and says once what keeps one from being taken up."""

    source: ChatbotSource
    _told: str = ""

    def look(self) -> None:
        """Takes up what is published now; where that can't be, what answered goes on answering."""
        try:
            if self.source.refresh():
                log.warning("Index %s was published and answers from now on.", self.source.current.index_version)
            self._told = ""
        except (BotError, IndexingError) as error:
            self._tell(str(error))
        except Exception as error:  # whatever it is, the next look may go well, and nothing else looks
            self._tell(f"unexpected {type(error).__qualname__}")

    def _tell(self, reason: str) -> None:
        if reason != self._told:
            log.error("The newly published index isn't used, and the one before goes on: %s", reason)
        self._told = reason


@asynccontextmanager
async def watching(source: ChatbotSource, every_s: float) -> AsyncIterator[None]:
    """Looks every *every_s* seconds, in a thread, until the block ends; never where that is 0."""
    watch = IndexWatch(source)

    async def look_again() -> None:
        while True:
            await anyio.sleep(every_s)
            await to_thread.run_sync(watch.look)

    async with anyio.create_task_group() as tasks:
        if every_s:
            tasks.start_soon(look_again)
        yield
        tasks.cancel_scope.cancel()
