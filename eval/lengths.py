"""How long answers are. No length is right in itself, so these are spreads and not scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eval.replies import ReplyRecord
from eval.scores import Distribution, distribution


@dataclass(frozen=True, slots=True)
class AnswerLength:
    """How many sentences, and how many words between blanks (marks aside), an answer takes."""

    sentences: Distribution
    words: Distribution


def answer_length(replies: Iterable[ReplyRecord]) -> AnswerLength | None:
    """The length of those of *replies* that say something; None where none does, since silence isn't short."""
    answers = [reply for reply in replies if reply.status == "answered" and reply.said.strip()]
    sentences = distribution(len(reply.sentences) for reply in answers)
    words = distribution(len(reply.said.split()) for reply in answers)
    return AnswerLength(sentences, words) if sentences and words else None
