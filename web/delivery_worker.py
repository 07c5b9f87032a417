"""Workers that answer the waiting questions: each exactly once, whatever fails on the way.

The order of writing is what makes it so: before a question is asked, the number of its turn is written down; before a
message is posted, that it is about to be; and after, what it became. An attempt that ended without a word is looked
into before anything is done again.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio
from anyio import to_thread

from bot.answers import Reply, Turn
from bot.chatbot import Chatbot, clean_question
from bot.error_table import entry_for
from bot.errors import BotError, InvalidQuestion
from web.deliveries import Delivery, DeliveryStore
from web.errors import SENTENCES, shown
from web.site import Site

log = logging.getLogger("footnoted.deliveries")

LEASE_S = 60.0
"""How long a worker has a question to itself before it must say that it is still at it."""

_POLL_S = 1.0
_REMEMBER_S = 7 * 86_400.0
_GIVE_UP_S = 86_400.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 300.0


class Later(Exception):  # noqa: N818 - it says what to do, not what failed
    """The reply can't be posted now: try again in *seconds*, or after a growing pause where None."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class Undeliverable(Exception):  # noqa: N818
    """The reply can never be posted; the message says why, without the question."""


class Overtaken(Exception):  # noqa: N818
    """The lease ran out, and another worker has the question now."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence in place of a reply, where the question couldn't be asked."""

    sentence: str


@dataclass
class Progress:
    """What is known of a delivery; every change is written down at once, for the next attempt if there is one."""

    keep: Callable[[Mapping[str, Any]], Awaitable[None]]
    values: dict[str, Any] = field(default_factory=dict)

    async def update(self, **values: Any) -> None:
        """Writes *values* (JSON values) down beside the others. Raises `Overtaken`."""
        self.values.update(values)
        await self.keep(self.values)


class Channel(Protocol):
    """A way out: posts replies where questions came from."""

    name: str

    def chatbot_for(self, delivery: Delivery) -> Chatbot:
        """The chatbot that answers there."""
        ...

    async def begin(self, delivery: Delivery) -> None:
        """Shows that the question is being worked on, where that can be shown; never fails."""
        ...

    async def post(self, delivery: Delivery, outcome: Reply | Notice, progress: Progress) -> None:
        """Posts *outcome* unless an earlier attempt did. Raises `Later`, `Undeliverable`, `Overtaken`."""
        ...


class DeliveryWorkers:
    """Some workers in this process; others may work on the same store."""

    def __init__(
        self,
        site: Site,
        store: DeliveryStore,
        channels: Mapping[str, Channel],
        *,
        workers: int = 4,
        lease_s: float = LEASE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._site = site
        self._store = store
        self._channels = channels
        self._workers = workers
        self.lease_s = lease_s
        self._clock = clock
        self._news = anyio.Event()

    def wake(self) -> None:
        """Says that a question was just accepted; otherwise it is noticed within a second."""
        self._news.set()

    async def run(self) -> None:
        """Works until cancelled. A question in work stays written down, and is taken up again after its lease."""
        async with anyio.create_task_group() as tasks:
            for _ in range(self._workers):
                tasks.start_soon(self._work)
            tasks.start_soon(self._forget)

    async def _work(self) -> None:
        while True:
            try:
                if await self.work_once():
                    continue
            except Exception as error:
                _log_unexpected(error)
            await self._rest()

    async def _rest(self) -> None:
        with anyio.move_on_after(_POLL_S):
            await self._news.wait()
            self._news = anyio.Event()

    async def _forget(self) -> None:
        while True:
            try:
                await to_thread.run_sync(self._store.forget_names, self._clock() - _REMEMBER_S)
            except Exception as error:
                _log_unexpected(error)
            await anyio.sleep(3600)

    async def work_once(self) -> bool:
        """Takes up one waiting question, if there is one; a server that stops leaves them for the next."""
        if self._site.queue.is_closed:
            return False
        delivery = await to_thread.run_sync(self._store.claim, self._clock(), self.lease_s)
        if delivery is None:
            return False
        try:
            self._refuse_stale(delivery)
            await self._deliver(delivery)
        except Overtaken:
            pass
        except Later as later:
            await self._put_off(delivery, str(later), later.seconds)
        except Undeliverable as error:
            log.warning("A question from %s can't be answered there: %s", delivery.channel, error)
            await to_thread.run_sync(self._store.finish, delivery)
        except Exception as error:
            _log_unexpected(error)
            await self._put_off(delivery, type(error).__name__, None)
        else:
            await to_thread.run_sync(self._store.finish, delivery)
        return True

    def _refuse_stale(self, delivery: Delivery) -> None:
        """Gives a question up a day after it came in, also one that ends every process that takes it up."""
        if self._clock() - delivery.accepted_at > _GIVE_UP_S:
            raise Undeliverable("it is given up after a day")

    async def _put_off(self, delivery: Delivery, why: str, seconds: float | None) -> None:
        """Leaves the question for later."""
        pause = min(_FIRST_PAUSE_S * 2 ** min(delivery.attempts - 1, 20), _LONGEST_PAUSE_S)
        log.warning("A reply to %s is put off: %s", delivery.channel, why)
        wait = pause if seconds is None else seconds
        await to_thread.run_sync(self._store.release, delivery, self._clock() + wait)

    async def _deliver(self, delivery: Delivery) -> None:
        channel = self._channels.get(delivery.channel)
        if channel is None:
            raise Later(f"the channel {delivery.channel} isn't set up on this server")
        progress = Progress(lambda values: self._keep(delivery, values), dict(delivery.progress))
        await channel.begin(delivery)
        outcome = await self._outcome(channel, delivery, progress)
        await channel.post(delivery, outcome, progress)

    async def _hold(self, progress: Progress) -> None:
        """Keeps the question for its worker while it waits for the model."""
        while True:
            await anyio.sleep(self.lease_s / 3)
            await progress.update()

    async def _keep(self, delivery: Delivery, values: Mapping[str, Any]) -> None:
        lease_end = self._clock() + self.lease_s
        if not await to_thread.run_sync(self._store.note, delivery, values, lease_end):
            raise Overtaken

    async def _outcome(self, channel: Channel, delivery: Delivery, progress: Progress) -> Reply | Notice:
        """The reply: the one that an earlier attempt was given, or a new one; a sentence where there can be none."""
        try:
            chatbot = await to_thread.run_sync(channel.chatbot_for, delivery)
        except BotError as error:
            return Notice(shown(error).sentence)
        turns = await to_thread.run_sync(chatbot.conversations.turns, delivery.conversation_id)
        known = _answered_before(turns, progress.values.get("turn"), delivery.question, chatbot.max_question_chars)
        if known is not None:
            number, reply = known
            await progress.update(turn=number)
            return reply
        await progress.update(turn=len(turns) + 1)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._hold, progress)
                outcome = await self._asked(chatbot, delivery)
                tasks.cancel_scope.cancel()
        except BaseExceptionGroup as errors:
            if errors.subgroup(Overtaken):
                raise Overtaken from errors
            raise
        return outcome

    async def _asked(self, chatbot: Chatbot, delivery: Delivery) -> Reply | Notice:
        try:
            site = self._site.for_accepted(delivery.channel)
            return await site.ask_of(chatbot, delivery.conversation_id, delivery.question)
        except Exception as error:
            if entry_for(error) is not None:
                return Notice(shown(error).sentence)
            _log_unexpected(error)
            return Notice(SENTENCES[500])


def _answered_before(
    turns: Sequence[Turn], number: int | None, question: str, longest: int
) -> tuple[int, Reply] | None:
    """The turn in which an earlier attempt got its reply: the *number*-th or a later one, by its question."""
    if number is None:
        return None
    try:
        asked = clean_question(question, longest)
    except InvalidQuestion:
        return None
    found = (
        (place, turn.reply) for place, turn in enumerate(turns, start=1) if place >= number and turn.question == asked
    )
    return next(((place, reply) for place, reply in found if reply is not None), None)


def _log_unexpected(error: Exception) -> None:
    """Logs where *error* came from, not its text: that may quote a question."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("Unexpected %s while answering a waiting question\n%s", type(error).__qualname__, frames)
