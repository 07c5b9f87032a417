"""Times and lengths: spreads, not scores."""

from __future__ import annotations

from typing import Any

import pytest

from eval.errors import ReplyFormatError
from eval.latency import latency
from eval.lengths import AnswerLength, answer_length
from eval.scores import Distribution, distribution
from tests.unit.eval.builders import HOURS, PAID, WEEKS, record, refusal, reply

near: Any = pytest.approx


def timed(**timings: Any) -> dict[str, Any]:
    return {**reply(HOURS), "timings_ms": timings}


def test_percentiles_are_interpolated() -> None:
    assert distribution(range(1, 12)) == Distribution(11, 6, 10, near(10.5))
    assert distribution([7]) == Distribution(1, 7, 7, 7)
    assert distribution([]) is None


def test_each_stage_has_its_own_spread_in_the_order_of_the_work() -> None:
    replies = [record(timed(ground=1, read=30, retrieve=9, rewrite=2)), record(timed(retrieve=11)), record(refusal())]
    stages = latency(replies).stages
    assert list(stages) == ["retrieve", "read", "ground", "rewrite", "total"]
    assert stages["retrieve"] == Distribution(2, 10, near(10.8), near(10.9))
    assert (stages["read"].n, stages["read"].median) == (1, 30)


def test_the_total_is_the_sum_where_the_reply_gives_none() -> None:
    assert latency([record(timed(retrieve=9, read=30))]).stages["total"].median == 39
    assert latency([record(timed(retrieve=9, total=50))]).stages["total"].median == 50


def test_replies_without_times_give_no_stage() -> None:
    assert latency([record(refusal())]).stages == {}


def test_times_stay_out_of_what_must_be_the_same_twice() -> None:
    found = record(timed(retrieve=1234.5))
    assert "1234" not in repr(found) + found.model_dump_json()


@pytest.mark.parametrize("spent", [-1, "long", None, float("inf")])
def test_a_time_that_can_not_be_is_refused(spent: Any) -> None:
    with pytest.raises(ReplyFormatError, match="timings_ms"):
        record(timed(retrieve=spent))


def test_the_length_of_answers_is_in_sentences_and_in_words_without_marks() -> None:
    found = answer_length([record(reply(HOURS)), record(reply(HOURS, WEEKS, PAID))])
    assert found == AnswerLength(
        Distribution(2, 2, near(2.8), near(2.9)),
        Distribution(2, 13, near(18.6), near(19.3)),  # 6 words, and 6 + 7 + 7
    )


def test_silence_is_not_a_short_answer() -> None:
    silence = {**reply(HOURS), "answer": "[1]", "sentences": [], "footnotes": []}
    assert answer_length([record(refusal()), record(silence)]) is None
