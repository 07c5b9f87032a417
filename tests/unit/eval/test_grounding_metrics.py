"""Grounding, worked by hand: what each metric counts, and that it counts nothing where there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eval.grounding_metrics import GROUNDING_METRICS, DateParts, dates, number_tokens
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
    reply,
    span_of,
)


def score(metric: str, content: dict[str, Any]) -> Score | None:
    return GROUNDING_METRICS[metric](case(), record(content), LIBRARY)


def test_a_faithful_answer_is_perfect_in_every_metric() -> None:
    scores = {name: score(name, reply(HOURS, PAID)) for name in GROUNDING_METRICS}
    assert scores == {
        "quotes_exact": Score(2, 2),
        "sentences_footnoted": Score(2, 2),
        "marks_resolve": Score(1, 1),
        "numbers_quoted": Score(4, 4),  # 8; 1300000, march, 2024
        "dates_quoted": Score(1, 1),
        "sentences_quoted": Score(2, 2),
        "sections_named": Score(2, 2),
    }


@pytest.mark.parametrize("metric", GROUNDING_METRICS)
def test_a_refusal_yields_nothing(metric: str) -> None:
    assert score(metric, refusal()) is None


def test_the_quotes_under_a_refusal_are_looked_at_too() -> None:
    said = {**refusal(), "footnotes": reply(HOURS, PAID)["footnotes"]}
    scores = {name: found for name in GROUNDING_METRICS if (found := score(name, said))}
    assert scores == {"quotes_exact": Score(2, 2), "sections_named": Score(2, 2)}
    said["footnotes"][0]["quote"] = "Apple growers train for 9 hours."
    assert score("quotes_exact", said) == Score(1, 2)


def shift(content: dict[str, Any]) -> None:
    content["footnotes"][0]["start"] += 1
    content["footnotes"][0]["end"] += 1


def overrun(content: dict[str, Any]) -> None:
    content["footnotes"][0]["end"] = 10_000


def negate(content: dict[str, Any]) -> None:
    content["footnotes"][0].update(start=-5, end=-1, quote="year")


def other_version(content: dict[str, Any]) -> None:
    content["footnotes"][0]["document"]["version"] = "0" * 12


def other_document(content: dict[str, Any]) -> None:
    content["footnotes"][0]["document"]["id"] = "laws"


def empty_quote(content: dict[str, Any]) -> None:
    content["footnotes"][0].update(quote="", end=content["footnotes"][0]["start"])


@pytest.mark.parametrize("break_it", [shift, overrun, negate, other_version, other_document, empty_quote])
def test_a_quote_is_exact_only_at_its_offsets_in_its_document_version(
    break_it: Callable[[dict[str, Any]], None],
) -> None:
    content = reply(HOURS, PAID)
    break_it(content)
    assert score("quotes_exact", content) == Score(1, 2)


def test_a_sentence_without_a_footnote_or_with_one_that_is_not_there_counts_against_the_bot() -> None:
    content = reply(HOURS, PAID, WEEKS)
    content["sentences"][0]["footnotes"] = []
    content["sentences"][1]["footnotes"] = [2, 9]
    assert score("sentences_footnoted", content) == Score(1, 3)


def test_an_answer_that_is_not_in_sentences_is_not_footnoted() -> None:
    content = {**reply(HOURS), "sentences": [], "footnotes": []}
    assert score("sentences_footnoted", content) == Score(0, 1)
    assert score("marks_resolve", content) == Score(0, 1)
    assert score("quotes_exact", content) is None


@pytest.mark.parametrize(
    ("answer", "holds"),
    [
        (f"{HOURS} [1] {PAID} [2]", 1),
        (f"• {HOURS} [1]\n• {PAID} [2]", 1),
        (f"{HOURS} [1] {PAID} [3]", 0),
        (f"{HOURS} {PAID} [2]", 0),
        (f"{HOURS} [1]", 0),
        (f"{HOURS} [1] And so on. {PAID} [2]", 0),
        (f"{HOURS.replace('eight', 'nine')} [1] {PAID} [2]", 0),
        (f"{PAID} [2] {HOURS} [1]", 0),
        ("", 0),
    ],
)
def test_the_text_of_the_answer_is_its_sentences_with_their_marks(answer: str, holds: int) -> None:
    assert score("marks_resolve", {**reply(HOURS, PAID), "answer": answer}) == Score(holds, 1)


def test_a_section_named_before_a_sentence_belongs_to_the_answer() -> None:
    content = reply(HOURS)
    content["sentences"][0]["about"] = "Basic training"
    assert score("marks_resolve", content) == Score(0, 1)
    content["answer"] = f"[Basic training] {HOURS} [1]"
    assert score("marks_resolve", content) == Score(1, 1)


def test_a_footnote_that_no_sentence_uses_or_that_is_numbered_out_of_turn_does_not_resolve() -> None:
    unused = reply(HOURS, PAID)
    unused["sentences"].pop()
    unused["answer"] = f"{HOURS} [1]"
    assert score("marks_resolve", unused) == Score(0, 1)
    swapped = reply(HOURS, PAID)
    swapped["answer"] = f"{HOURS} [2] {PAID} [1]"
    swapped["sentences"][0]["footnotes"], swapped["sentences"][1]["footnotes"] = [2], [1]
    assert score("marks_resolve", swapped) == Score(0, 1)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Eight hours, or 40", {"8", "40"}),
        ("$1,300,000 in March 2024", {"1300000", "march", "2024"}),
        ("It may march on", set()),
        ("by 1 May", {"1", "may"}),
        ("9.5 percent of two hundred", {"9.5", "2", "100"}),
        ("about half, twice, in a million", {"half", "twice", "million"}),
        ("one of them", set()),
        ("SB1808 and 287(g)", {"1808", "287"}),
    ],
)
def test_numbers_are_found_in_figures_and_in_words(text: str, tokens: set[str]) -> None:
    assert number_tokens(text) == tokens


def test_a_number_counts_only_in_a_quote_of_its_own_sentence() -> None:
    content = reply(HOURS, PAID)
    content["sentences"][0]["text"] = "Clerks train for 8 hours since March 2024."
    assert score("numbers_quoted", content) == Score(4, 6)
    content["sentences"][0]["footnotes"] = [1, 2]
    assert score("numbers_quoted", content) == Score(6, 6)


def test_the_numbers_of_a_sentence_without_a_footnote_are_in_no_quote() -> None:
    content = reply(HOURS)
    content["sentences"][0]["footnotes"] = []
    assert score("numbers_quoted", content) == Score(0, 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It may march on", set()),
        ("In March 2024", {(2024, 3, None)}),
        ("by 1 May", {(None, 5, 1)}),
        ("on May 5, 2024, and Sept. 8", {(2024, 5, 5), (None, 9, 8)}),
        ("el 5 de mayo de 2023", {(2023, 5, 5)}),
        ("en marzo de 2024", {(2024, 3, None)}),
        ("since 2024-03-05", {(2024, 3, 5)}),
        ("on 3/5/2024, in room 2024", set()),
    ],
)
def test_dates_are_found_where_they_name_their_month_or_are_iso(text: str, found: set[DateParts]) -> None:
    assert dates(text) == found


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("The county paid in March 2024.", 1),
        ("The county paid in March.", None),
        ("The county paid on 5 March 2024.", 0),
        ("The county paid in March 2023.", 0),
        ("The county paid in April 2024.", 0),
    ],
)
def test_a_date_is_quoted_as_a_whole(text: str, held: int | None) -> None:
    content = reply(PAID)
    content["sentences"][0]["text"] = text
    assert score("dates_quoted", content) == (None if held is None else Score(held, 1))


def test_a_sentence_is_verbatim_in_a_quote_or_in_its_quotes_in_a_row() -> None:
    content = reply(HOURS, PAID, STATE)
    content["sentences"][0]["text"] = "Field clerks\n train for eight hours."
    content["sentences"][1] = {"text": f"{PAID} {STATE}", "footnotes": [2, 3]}
    content["sentences"][2]["text"] = "The state paid a lot."
    assert score("sentences_quoted", content) == Score(2, 3)


def test_a_footnote_names_the_section_it_stands_in_and_notes_are_not_looked_at() -> None:
    content = reply(HOURS, PAID, NOTE)
    assert score("sections_named", content) == Score(2, 2)
    content["footnotes"][0]["section"] = ["What it costs"]
    assert score("sections_named", content) == Score(1, 2)
    content["footnotes"][1]["start"] = span_of(HOURS).start
    assert score("sections_named", content) == Score(0, 2)
