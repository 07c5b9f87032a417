"""Deletes conversations with what was said of them: one that is to go, and old ones while the server runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from anyio import to_thread

from bot.errors import BotError, ConversationStoreError
from bot.feedback import FeedbackStore
from bot.ports import ConversationStore
from bot.source import ChatbotSource

log = logging.getLogger("footnoted.web")

_A_DAY_S = 86_400.0

KeptFeedback = Callable[[], FeedbackStore | None]
"""Opens the feedback; None where none was ever given."""


def forget(conversations: ConversationStore, feedback: FeedbackStore | None, conversation_id: str) -> bool:
    """Deletes a conversation with what was said of its replies; false where there was none.

    Raises `bot.errors.ConversationStoreError`.
    """
    there = conversations.delete(conversation_id)
    if feedback:
        feedback.forget(conversation_id)
    return there


def sweep(source: ChatbotSource, feedback: KeptFeedback, days: int) -> None:
    """Deletes what last went on more than *days* ago, and feedback on what is gone, however it went.

    What can't be done now, whatever the reason, is tried again on the next day.
    """
    try:
        conversations = source.current.conversations
        count = conversations.delete_older_than(days)
        _forget_what_is_gone(conversations, feedback())
    except BotError as error:
        log.error("Old conversations weren't deleted: %s", error)  # noqa: TRY400
    except Exception as error:  # nothing else deletes, and the text of this one may quote a reader
        log.error("Old conversations weren't deleted: unexpected %s", type(error).__qualname__)  # noqa: TRY400
    else:
        if count:
            log.info("Deleted %d conversations that were not used for %d days.", count, days)


def _forget_what_is_gone(conversations: ConversationStore, feedback: FeedbackStore | None) -> None:
    for conversation_id in feedback.conversations() if feedback else ():
        if feedback and _is_gone(conversations, conversation_id):
            feedback.forget(conversation_id)


def _is_gone(conversations: ConversationStore, conversation_id: str) -> bool:
    try:
        return not conversations.turns(conversation_id)
    except ConversationStoreError:  # there, but damaged
        return False


@asynccontextmanager
async def sweeping(
    source: ChatbotSource, feedback: KeptFeedback, days: int | None, every_s: float = _A_DAY_S
) -> AsyncIterator[None]:
    """Sweeps at once and every *every_s* seconds, in a thread, until the block ends; never where *days* is None."""

    async def sweep_again() -> None:
        while days is not None:
            await to_thread.run_sync(sweep, source, feedback, days)
            await anyio.sleep(every_s)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sweep_again)
        yield
        tasks.cancel_scope.cancel()
