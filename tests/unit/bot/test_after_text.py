"""A question about a time that is later than the text, of which the text says nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.refusals import is_after_text
from bot.retrieve import Retriever
from bot.rewrite import resolve
from tests.fakes import BruteForceIndex, HashEmbedder, document_of

DOCUMENT = document_of(
    ("Fees", ["Growers pay $40 a year. From June 2026 the fee is $50, and it ends in 2031."]), as_of=date(2025, 4, 14)
)
EMBEDDER = HashEmbedder()


@pytest.mark.parametrize(
    ("question", "after"),
    [
        ("What do growers pay in June 2025?", True),
        ("What do growers pay by August 3, 2025?", True),
        ("¿Cuánto pagan los agricultores en agosto de 2025?", True),
        ("What will growers pay in 2027?", True),
        ("What will growers pay in June 2026?", False),
        ("¿Cuánto pagarán los agricultores en junio de 2026?", False),
        ("What will growers pay in Jun. 2026?", False),
        ("What will growers pay in July 2026?", True),
        ("What is the fee for 2027?", True),
        ("What do growers pay by June 15th, 2027?", True),
        ("What do growers pay between 2025 and 2028?", True),
        ("What did growers pay from 2021 to 2024?", False),
        ("¿Cuánto se paga para 2027?", True),
        ("What will growers pay in March 2031?", False),
        ("What does a grower with 2100 trees pay?", False),
        ("Do 2050 people pay $2060 or 2070%?", False),
        ("What do growers of 2050 trees pay in 2025?", False),
        ("What happens to the fee in 2031?", False),
        ("What did growers pay in April 2025?", False),
        ("What did growers pay in 2025?", False),
        ("What did growers pay in 1990?", False),
        ("What do growers pay?", False),
    ],
)
def test_only_a_later_time_that_no_passage_names_is_after_the_text(question: str, after: bool) -> None:
    query = resolve(question, [])
    evidence = Retriever(BruteForceIndex(DOCUMENT, EMBEDDER), EMBEDDER).search(query)
    assert is_after_text(query, [DOCUMENT.card], evidence) is after


def after(question: str, *history: str, text: str = "Growers pay $40 a year.") -> bool:
    document = document_of(("Fees", [text]), as_of=date(2025, 4, 14))
    query = resolve(question, list(history))
    evidence = Retriever(BruteForceIndex(document, EMBEDDER), EMBEDDER).search(query)
    return is_after_text(query, [document.card], evidence)


def test_a_follow_up_is_of_the_time_that_was_asked_for_unless_it_names_another() -> None:
    assert after("And what will small orchards pay?", "What will growers pay in 2027?")
    assert not after("And what did they pay in 2024?", "What will growers pay in 2027?")
    assert not after("And what will small orchards pay?", "What did growers pay in 2024?")


def test_a_verb_is_no_month() -> None:
    assert after("What do growers pay in May 2025?", text="From 2025 on growers may apply.")
    assert not after("What do growers pay in May 2025?", text="From May 1, 2025 growers pay $50.")


def test_a_text_without_a_date_ends_nowhere() -> None:
    query = resolve("What do growers pay in June 2099?", [])
    evidence = Retriever(BruteForceIndex(DOCUMENT, EMBEDDER), EMBEDDER).search(query)
    assert not is_after_text(query, [replace(DOCUMENT.card, as_of=None)], evidence)
