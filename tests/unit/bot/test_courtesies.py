"""Greetings and thanks are left out of what is looked up; alone, they ask nothing."""

from __future__ import annotations

import pytest

from bot.courtesies import is_courtesy, without_courtesy
from bot.rewrite import resolve_parts


@pytest.mark.parametrize(
    "said",
    [
        *("thanks!", "Thank you so much for your help!", "OK, got it 👍", "👍", ":thumbsup:", "great, thanks"),
        *("That’s very helpful, thank you!", "yes", "No.", "hello?", "Hi there", "@bob thanks", "who are you?"),
        *("¡Hola!", "Muchas gracias", "vale, perfecto", "Hi! I have a question.", "..."),
    ],
)
def test_alone_they_ask_nothing_whatever_was_asked_before(said: str) -> None:
    queries = resolve_parts(said, ["How much do growers pay?"])
    assert [query.asks for query in queries] == [False]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Hi, how long is it?", "how long is it?"),
        ("Hey team - who pays?", "who pays?"),
        ("Thanks! And in spring?", "And in spring?"),
        ("Good morning! Can a town be forced to join?", "Can a town be forced to join?"),
        ("Hola, ¿quién paga?", "¿quién paga?"),
        ("Thank you. How many are there?", "How many are there?"),
    ],
)
def test_before_a_question_they_are_left_out(said: str, asked: str) -> None:
    assert without_courtesy(said) == asked


@pytest.mark.parametrize(
    "question",
    [
        *("right?", "really?", "why?", "more", "Great Lakes?", "Is it good?", "Are yes votes counted?"),
        *("sorry, what about Texas?", "No, the jail one", "thanks for the info on jails", "?"),
        *("Which judge sided with the city, and when?", "I am a deputy. Can I ask?", "okra farms", "Vale County?"),
    ],
)
def test_a_question_is_left_as_it_is(question: str) -> None:
    assert not is_courtesy(question)
    assert without_courtesy(question) == question
