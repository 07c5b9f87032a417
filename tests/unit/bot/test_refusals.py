"""The reason for a refusal, and its message."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.answers import RefusalReason
from bot.refusals import message_for, reason_for, wants_advice
from bot.rewrite import resolve
from tests.fakes import orchard_document

DOCUMENT = orchard_document().card


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("How many permits did Ashford issue?", RefusalReason.NOT_IN_TEXT),
        ("What happened to the scheme in 2031?", RefusalReason.AFTER_AS_OF),
        ("What happened to the scheme in 1998?", RefusalReason.NOT_IN_TEXT),
        ("Should we sign up for a permit?", RefusalReason.PERSONAL_OR_LEGAL_ADVICE),
        ("Can I sue the town over my permit?", RefusalReason.PERSONAL_OR_LEGAL_ADVICE),
        ("¿Cuánto cuesta el permiso para los agricultores?", RefusalReason.UNSUPPORTED_LANGUAGE),
    ],
)
def test_each_question_gets_its_own_reason(question: str, reason: RefusalReason) -> None:
    assert reason_for(resolve(question, []), [DOCUMENT], off_topic=False) is reason


@pytest.mark.parametrize(
    ("question", "advice"),
    [
        ("Should we sign up for a permit?", True),
        ("Is it a good idea to grow pears?", True),
        ("Would you recommend a permit?", True),
        ("Which growers should be inspected?", False),
        ("Do I have to train?", False),
    ],
)
def test_only_what_asks_what_to_do_wants_advice(question: str, advice: bool) -> None:
    assert wants_advice(question) is advice


def test_what_is_about_something_else_is_off_topic_whatever_year_it_names() -> None:
    assert reason_for(resolve("Who won the cup in 2031?", []), [DOCUMENT], off_topic=True) is RefusalReason.OFF_TOPIC


def test_a_question_in_the_texts_own_language_is_not_foreign() -> None:
    spanish = replace(DOCUMENT, language="es")
    query = resolve("¿Cuánto cuesta el permiso para los agricultores?", [])
    assert reason_for(query, [spanish], off_topic=False) is RefusalReason.NOT_IN_TEXT


def test_a_text_without_a_date_has_no_end() -> None:
    query = resolve("What happened to the scheme in 2031?", [])
    assert reason_for(query, [replace(DOCUMENT, as_of=None)], off_topic=False) is RefusalReason.NOT_IN_TEXT


def test_the_message_names_what_the_text_lacks_and_where_it_ends() -> None:
    query = resolve("How many permits did Zanzibar issue?", [])
    missing = tuple(query.asked.terms)
    said = message_for(RefusalReason.NOT_IN_TEXT, query, missing, [DOCUMENT])
    assert said == "“Orchard permits” doesn’t say. Nothing in the text mentions Zanzibar."
    later = replace(DOCUMENT, as_of=date(2026, 5, 9))
    assert "May 9, 2026" in message_for(RefusalReason.AFTER_AS_OF, query, (), [DOCUMENT, later])


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_reason_has_a_whole_sentence(reason: RefusalReason) -> None:
    for documents in ([DOCUMENT], [DOCUMENT, DOCUMENT]):
        assert message_for(reason, resolve("Who pays?", []), (), documents).endswith((".", "…"))
