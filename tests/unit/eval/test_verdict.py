"""When is a reply right?"""

from __future__ import annotations

from typing import Any

import pytest

from eval.cases import EvalCase
from eval.refusal_metrics import REFUSAL_METRICS
from eval.scores import Score
from eval.verdict import FaultCode, faults, too_long
from tests.unit.eval.builders import (
    HOURS,
    LIBRARY,
    NOTE,
    PAID,
    WEEKS,
    case,
    record,
    refusal,
    refused_case,
    reply,
)


def codes(asked: EvalCase, content: dict[str, Any]) -> list[FaultCode]:
    return [fault.code for fault in faults(asked, record(content), LIBRARY)]


def test_an_answer_with_the_facts_from_a_right_section_is_right() -> None:
    assert codes(case(), reply(HOURS)) == []
    assert codes(case(), reply(PAID, HOURS)) == []


def test_a_refusal_of_what_the_text_does_not_say_is_right_whatever_the_reason() -> None:
    assert codes(refused_case(), refusal("off_topic")) == []


def test_an_answer_to_what_the_text_does_not_say_is_wrong() -> None:
    assert codes(refused_case(), reply(HOURS)) == [FaultCode.ANSWERED]


def test_a_refusal_that_answers_all_the_same_is_wrong() -> None:
    assert codes(refused_case(), {**refusal(), "answer": "They earn $500."}) == [FaultCode.ANSWERED]


def test_silence_is_wrong_where_the_text_answers() -> None:
    silence = {**reply(HOURS), "answer": "", "sentences": [], "footnotes": []}
    assert codes(case(), refusal()) == [FaultCode.REFUSED]
    assert codes(case(), silence) == [FaultCode.FACT_MISSING, FaultCode.WRONG_SECTION]
    assert codes(case(facts=[]), silence) == [FaultCode.WRONG_SECTION]


def test_silence_does_not_pass_for_the_absence_of_a_wrong_fact() -> None:
    asked = case(not_facts=["four weeks"])
    assert FaultCode.FACT_MISSING in codes(asked, {**reply(HOURS), "answer": "", "sentences": [], "footnotes": []})


def test_every_fact_must_be_there_and_no_wrong_one() -> None:
    asked = case(facts=["eight hours", "four weeks"], not_facts=["$1,300,000"], kind="comparison")
    assert codes(asked, reply(HOURS, WEEKS)) == []
    assert codes(asked, reply(HOURS)) == [FaultCode.FACT_MISSING]
    assert codes(asked, reply(HOURS, WEEKS, PAID)) == [FaultCode.WRONG_FACT]


def test_a_mark_is_no_number_of_the_answer() -> None:
    asked = case(facts=["1"], sections=[])
    assert codes(asked, reply(HOURS)) == [FaultCode.FACT_MISSING]


def test_the_right_words_from_the_wrong_place_are_wrong() -> None:
    asked = case(sections=["What it costs"])
    assert codes(asked, reply(HOURS)) == [FaultCode.WRONG_SECTION]


def test_a_footnote_stands_where_its_offsets_say_not_where_the_reply_says() -> None:
    content = reply(HOURS)
    content["footnotes"][0]["section"] = ["What it costs"]
    assert codes(case(sections=["What it costs"]), content) == [FaultCode.WRONG_SECTION]


def test_a_section_of_another_document_is_not_the_right_one() -> None:
    content = reply(HOURS)
    content["footnotes"][0]["document"]["id"] = "laws"
    assert codes(case(), content) == [FaultCode.WRONG_SECTION]


def test_a_note_is_cited_from_the_section_that_carries_its_mark() -> None:
    assert codes(case(facts=["$500"], sections=["WHAT IT COSTS"]), reply(NOTE)) == []


@pytest.mark.parametrize(
    ("kind", "sentences", "long", "found"),
    [
        ("fact", 3, Score(0, 1), []),
        ("fact", 4, Score(1, 1), []),
        ("fact", 6, Score(1, 1), []),
        ("dated", 7, Score(1, 1), [FaultCode.TOO_LONG]),
        ("list", 7, None, []),
    ],
)
def test_a_question_that_wants_a_short_answer_gets_one(
    kind: str, sentences: int, long: Score | None, found: list[FaultCode]
) -> None:
    content, asked = reply(*[HOURS] * sentences), case(kind=kind)
    assert too_long(asked, record(content), LIBRARY) == long
    assert codes(asked, content) == found


@pytest.mark.parametrize(
    ("asked", "content", "scores"),
    [
        (case(), reply(HOURS), {"false_refusals": Score(0, 1)}),
        (case(), refusal(), {"false_refusals": Score(1, 1)}),
        (refused_case(), reply(HOURS), {"false_answers": Score(1, 1)}),
        (refused_case(), refusal(), {"false_answers": Score(0, 1), "right_reason": Score(1, 1)}),
        (refused_case(), refusal("off_topic"), {"false_answers": Score(0, 1), "right_reason": Score(0, 1)}),
    ],
)
def test_refusals_are_counted_both_ways_and_only_where_they_apply(
    asked: EvalCase, content: dict[str, Any], scores: dict[str, Score]
) -> None:
    found = {name: metric(asked, record(content), LIBRARY) for name, metric in REFUSAL_METRICS.items()}
    assert {name: score for name, score in found.items() if score is not None} == scores
