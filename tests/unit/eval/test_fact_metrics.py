"""Facts, worked by hand: held, attributed, and nothing brought in from elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from eval.cases import EvalCase
from eval.fact_metrics import FACT_METRICS, name_tokens
from eval.scores import Score
from tests.unit.eval.builders import (
    HOURS,
    LIBRARY,
    NOTE,
    PAID,
    STATE,
    WEEKS,
    case,
    record,
    refusal,
    refused_case,
    reply,
)

TWO = case(facts=["eight hours", "four weeks"], kind="comparison")


def score(metric: str, asked: EvalCase, content: dict[str, Any]) -> Score | None:
    return FACT_METRICS[metric](asked, record(content), LIBRARY)


@pytest.mark.parametrize(
    ("content", "held", "complete"),
    [(reply(HOURS, WEEKS), 2, 1), (reply(HOURS), 1, 0), (reply(PAID), 0, 0), (refusal(), 0, 0)],
)
def test_fact_recall_counts_facts_and_completeness_whole_cases(
    content: dict[str, Any], held: int, complete: int
) -> None:
    assert score("fact_recall", TWO, content) == Score(held, 2)
    assert score("completeness", TWO, content) == Score(complete, 1)


@pytest.mark.parametrize("metric", FACT_METRICS)
def test_a_case_that_names_no_fact_and_no_text_yields_nothing(metric: str) -> None:
    assert score(metric, refused_case(), reply(HOURS)) is None


def test_what_a_case_does_not_name_is_not_measured() -> None:
    assert score("fact_recall", case(facts=[]), reply(HOURS)) is None
    assert score("completeness", case(facts=[]), reply(HOURS)) is None
    assert score("passage_attribution", case(sections=[]), reply(HOURS)) is None
    assert score("fact_precision", case(sections=[]), reply(HOURS)) is None


def test_the_right_fact_from_the_wrong_passage_is_a_miss() -> None:
    content = reply(HOURS, PAID)
    assert score("passage_attribution", case(), content) == Score(1, 1)
    content["sentences"][0]["footnotes"] = [2]
    assert score("passage_attribution", case(), content) == Score(0, 1)
    content["sentences"][0]["footnotes"] = []
    assert score("passage_attribution", case(), content) == Score(0, 1)


def test_attribution_is_to_the_passages_where_the_case_names_those() -> None:
    asked = case(sections=[], passages=[{"quote": HOURS}])
    content = reply(HOURS, WEEKS)
    assert score("passage_attribution", asked, content) == Score(1, 1)
    content["sentences"][0]["footnotes"] = [2]
    assert score("passage_attribution", asked, content) == Score(0, 1)


def test_of_facts_that_are_not_said_none_is_attributed_or_missed() -> None:
    assert score("passage_attribution", TWO, reply(HOURS)) == Score(1, 1)
    assert score("passage_attribution", TWO, refusal()) is None


@pytest.mark.parametrize(
    ("changes", "content", "expected"),
    [
        ({}, reply(WEEKS), Score(2, 2)),  # 4, denver
        ({}, reply(WEEKS, PAID), Score(2, 5)),  # 1300000, march and 2024 are elsewhere
        ({}, reply(STATE), None),
        ({}, refusal(), None),
        ({"sections": ["what it costs"]}, reply(NOTE), Score(1, 1)),  # the note's mark stands there
        ({"sections": ["basic training"]}, reply(NOTE), Score(0, 1)),
        ({"sections": [], "passages": [{"quote": "county paid"}]}, reply(PAID), Score(3, 3)),
        ({"sections": [], "passages": [{"quote": "county paid"}]}, reply(WEEKS), Score(0, 2)),
        ({"sections": [], "passages": [{"document": "rules"}]}, reply(WEEKS, PAID, NOTE), Score(6, 6)),
        ({"not_facts": ["hours", "weeks"]}, reply(WEEKS), Score(2, 3)),
    ],
)
def test_fact_precision_counts_what_can_be_checked_and_stands_in_the_text_that_the_case_names(
    changes: dict[str, Any], content: dict[str, Any], expected: Score | None
) -> None:
    assert score("fact_precision", case(**changes), content) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Inspectors train in Denver. Field clerks don’t.", {"denver"}),
        ("The state paid. ICE and the FBI did not: Texas did.", {"ice", "fbi"}),
        ("• First item\n• Second, in Ohio", {"ohio"}),
        ("He said “They may” to Mr. Müller in ÉVRY", {"mr", "évry"}),
        ("the état and Łódź, where I live", {"łódź"}),
        ("O'Neill’s Office", {"office"}),
    ],
)
def test_names_are_capitalised_words_that_do_not_just_begin_a_sentence(text: str, names: set[str]) -> None:
    assert name_tokens(text) == names
