"""The reason for a refusal, and its message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.answers import Refusal, RefusalReason
from bot.gloss import Gloss
from bot.refusal_words import refusal_in, refused
from bot.refusals import details_of, reason_for, wants_advice
from bot.rewrite import Query, resolve
from bot.wording import languages
from corpus.documents import DocumentCard
from tests.fakes import orchard_document

DOCUMENT = orchard_document().card


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("How many permits did Ashford issue?", RefusalReason.NOT_IN_TEXT),
        ("What happened to the scheme in 2031?", RefusalReason.AFTER_AS_OF),
        ("What happened to the scheme in 1998?", RefusalReason.NOT_IN_TEXT),
        ("What happened to the scheme in June 2025?", RefusalReason.AFTER_AS_OF),
        ("What happened to the scheme in March 2025?", RefusalReason.NOT_IN_TEXT),
        ("What happened to the scheme in 2025?", RefusalReason.NOT_IN_TEXT),
        ("What happened on April 3, 2025?", RefusalReason.AFTER_AS_OF),
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
        ("¿Debo pedir un permiso?", True),
        ("¿Deberíamos firmar?", True),
        ("¿Qué debe hacer cada agricultor?", False),
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


@pytest.mark.parametrize(
    ("unread", "reason"),
    [((), RefusalReason.NOT_IN_TEXT), (("zumbido", "ronco"), RefusalReason.UNSUPPORTED_LANGUAGE)],
)
def test_a_glossed_question_gets_the_reason_of_an_english_one_unless_too_much_of_it_stayed_unread(
    unread: tuple[str, ...], reason: RefusalReason
) -> None:
    query = resolve("¿y en Ohio?", [], "en", lambda _text: Gloss("and in Ohio?", unread))
    assert reason_for(query, [DOCUMENT], off_topic=False) is reason


@pytest.mark.parametrize("reason", [RefusalReason.NOT_IN_TEXT, RefusalReason.FALSE_PREMISE])
def test_a_glossed_question_is_told_that_it_was_read_word_by_word(reason: RefusalReason) -> None:
    glossed = resolve("¿y en Ohio?", [], "en", lambda _text: Gloss("and in Ohio?"))
    told = said(reason, glossed, (), DOCUMENT)
    assert told.message.startswith("Your question was read word by word in the language of the text;")
    assert refusal_in("es", told).startswith("Su pregunta se leyó palabra por palabra en el idioma del texto;")
    assert "word by word" not in said(reason, resolve("and in Ohio?", []), (), DOCUMENT).message
    assert "word by word" not in said(RefusalReason.AFTER_AS_OF, glossed, (), DOCUMENT).message, "English asks no later"


def test_a_text_without_a_date_has_no_end() -> None:
    query = resolve("What happened to the scheme in 2031?", [])
    assert reason_for(query, [replace(DOCUMENT, as_of=None)], off_topic=False) is RefusalReason.NOT_IN_TEXT


def said(reason: RefusalReason, query: Query, missing: Sequence[str], *documents: DocumentCard) -> Refusal:
    return refused(reason, details_of(query, missing, documents))


def test_the_message_names_what_the_text_lacks_and_where_it_ends() -> None:
    query = resolve("How many permits did Zanzibar issue?", [])
    refusal = said(RefusalReason.NOT_IN_TEXT, query, tuple(query.asked.terms), DOCUMENT)
    assert refusal.message == "“Orchard permits” doesn’t say. Nothing in the text mentions Zanzibar."
    assert refusal_in("es", refusal) == "“Orchard permits” no lo dice. Nada en el texto menciona Zanzibar."
    later = replace(DOCUMENT, as_of=date(2026, 5, 9))
    ended = said(RefusalReason.AFTER_AS_OF, query, (), DOCUMENT, later)
    assert "May 9, 2026" in ended.message
    assert "9 de mayo de 2026" in refusal_in("es-MX", ended)


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_reason_has_a_whole_sentence_in_every_language(reason: RefusalReason) -> None:
    for documents in ([DOCUMENT], [DOCUMENT, DOCUMENT]):
        refusal = said(reason, resolve("Who pays?", []), (), *documents)
        told = {language: refusal_in(language, refusal) for language in languages()}
        ending = ":" if reason is RefusalReason.FALSE_PREMISE else "."
        assert all(sentence.endswith(ending) and "{" not in sentence for sentence in told.values())
        assert len(set(told.values())) == len(told), "each language has words of its own"


def test_a_refusal_that_was_kept_without_what_it_names_stays_as_it_was() -> None:
    assert refusal_in("es", Refusal(RefusalReason.NOT_IN_TEXT, "The text doesn’t say.")) == "The text doesn’t say."
