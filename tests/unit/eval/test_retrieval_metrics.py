"""Retrieval, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from eval.retrieval_metrics import RETRIEVAL_METRICS
from eval.scores import Score
from tests.unit.eval.builders import (
    HOURS,
    LIBRARY,
    NOTE,
    PAID,
    STATE,
    WEEKS,
    case,
    passage,
    record,
    refusal,
    refused_case,
    reply,
)

RIGHT, WRONG = passage(WEEKS, HOURS), passage(PAID, STATE)


def scores(passages: Sequence[dict[str, Any]], **changes: Any) -> dict[str, float | None]:
    found = record(reply(HOURS, passages=passages))
    results = {name: metric(case(**changes), found, LIBRARY) for name, metric in RETRIEVAL_METRICS.items()}
    return {name: result.value for name, result in results.items() if result}


@pytest.mark.parametrize(
    ("passages", "at_1", "at_3", "at_5", "mrr"),
    [
        ([RIGHT, WRONG], 1, 1, 1, 1),
        ([WRONG, RIGHT, RIGHT], 0, 1, 1, 1 / 2),
        ([WRONG, WRONG, WRONG, RIGHT], 0, 0, 1, 1 / 4),
        ([WRONG] * 5 + [RIGHT], 0, 0, 0, 1 / 6),
        ([WRONG], 0, 0, 0, 0),
        ([], 0, 0, 0, 0),
    ],
)
def test_the_rank_of_the_first_passage_of_a_right_section_counts(
    passages: list[dict[str, Any]], at_1: float, at_3: float, at_5: float, mrr: float
) -> None:
    assert scores(passages) == {
        "section_recall_at_1": at_1,
        "section_recall_at_3": at_3,
        "section_recall_at_5": at_5,
        "mrr": mrr,
    }


def test_a_note_belongs_to_the_section_that_carries_its_mark() -> None:
    assert scores([passage(NOTE)], sections=["what it costs"])["mrr"] == 1
    assert scores([passage(NOTE)], sections=["basic training"])["mrr"] == 0


@pytest.mark.parametrize("name", ["rules", "rules@0:0-10", f"laws@{'0' * 12}:0-10", RIGHT["id"] + "x"])
def test_a_passage_that_leads_nowhere_is_of_no_section(name: str) -> None:
    assert scores([{**RIGHT, "id": name}])["mrr"] == 0


def test_a_right_section_of_another_document_is_not_right() -> None:
    assert scores([RIGHT], document="laws")["mrr"] == 0


def test_a_case_without_sections_and_a_reply_that_does_not_say_yield_nothing() -> None:
    silent = reply(HOURS)
    del silent["passages"]
    for metric in RETRIEVAL_METRICS.values():
        assert metric(case(sections=[]), record(reply(HOURS)), LIBRARY) is None
        assert metric(refused_case(), record(refusal()), LIBRARY) is None
        assert metric(case(), record(silent), LIBRARY) is None


def test_what_was_found_counts_where_the_bot_refused_all_the_same() -> None:
    assert RETRIEVAL_METRICS["section_recall_at_1"](case(), record(refusal()), LIBRARY) == Score(1, 1)
