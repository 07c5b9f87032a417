"""What Prometheus reads at ``/metrics``; the one place that uses its client. No label can take endless values."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.chatbot import Chatbot
from web.question_queue import QuestionQueue

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The counters of one server, in a registry of their own."""

    def __init__(self, queue: QuestionQueue) -> None:
        self._registry = registry = CollectorRegistry()
        self._questions = Counter(
            "footnoted_questions", "Questions, by what became of them.", ("status", "channel"), registry=registry
        )
        self._refusals = Counter("footnoted_refusals", "Refusals, by reason.", ("reason",), registry=registry)
        self._stages = Histogram(
            "footnoted_stage_seconds", "Seconds in each stage.", ("stage",), registry=registry, buckets=_SECONDS
        )
        self._limited = Counter("footnoted_rate_limited", "Questions over a limit.", registry=registry)
        self._index = Gauge(
            "footnoted_index_info", "The index that answers.", ("version", "documents"), registry=registry
        )
        waiting = Gauge("footnoted_waiting", "Questions that wait for the model.", registry=registry)
        waiting.set_function(lambda: queue.waiting)

    def asked(self, status: str, channel: str) -> None:
        """A question became an answer or a refusal, or none."""
        self._questions.labels(status, channel).inc()

    def replied(self, reason: str | None, stages_ms: Mapping[str, float]) -> None:
        """A reply, with the reason where it is a refusal."""
        if reason is not None:
            self._refusals.labels(reason).inc()
        for stage, spent in stages_ms.items():
            self._stages.labels(stage).observe(spent / 1000)

    def rate_limited(self) -> None:
        """A question came over a limit."""
        self._limited.inc()

    def exposition(self, chatbot: Chatbot) -> bytes:
        """All of it, in Prometheus's text format."""
        self._index.clear()
        self._index.labels(chatbot.index_version, str(len(chatbot.documents()))).set(1)
        return generate_latest(self._registry)
