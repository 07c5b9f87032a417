"""What is told of each question, to the log and to the metrics; its text only where the operator wants that."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answers import Answer
from bot.errors import InvalidQuestion, NothingSelected, TurnedAway
from web.metrics import Metrics

if TYPE_CHECKING:
    from bot.answers import Reply
    from bot.chatbot import Chatbot

log = logging.getLogger("footnoted.questions")


@dataclass(frozen=True, slots=True)
class QuestionLog:
    """Tells of questions."""

    metrics: Metrics
    with_text: bool = False

    @contextmanager
    def about(self, chatbot: Chatbot, channel: str, question: str) -> Iterator[list[Reply]]:
        """Tells of *question* when the block ends: of the reply that the block put into the list, or what it raised."""
        started = time.perf_counter()
        replies: list[Reply] = []
        told: dict[str, Any] = {"status": "abandoned", "channel": channel, "index": chatbot.index_version}
        try:
            yield replies
            told |= self._of(replies[0], (time.perf_counter() - started) * 1000)
        except Exception as error:
            told |= {"status": _status_of(error), "error": type(error).__name__}
            raise
        finally:
            self.metrics.asked(told["status"], channel)
            log.info("question", extra=told | ({"question": question} if self.with_text else {}))

    def _of(self, reply: Reply, total_ms: float) -> dict[str, Any]:
        reason = None if isinstance(reply, Answer) else reply.reason.value
        stages = {**reply.timings_ms, "total": round(total_ms, 1)}
        self.metrics.replied(reason, stages)
        footnotes = len(reply.citations) if isinstance(reply, Answer) else 0
        return {"status": reply.status, "reason": reason, "stages_ms": stages, "footnotes": footnotes}


def _status_of(error: Exception) -> str:
    """What became of a question that *error* ended: the server's doing or the asker's."""
    if isinstance(error, TurnedAway):
        return "turned_away"
    return "invalid" if isinstance(error, InvalidQuestion | NothingSelected) else "failed"
