"""When is a fact in a text?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from eval.facts import AnyOf, Fact, Pattern, describe, holds

FACT: TypeAdapter[str | AnyOf | Pattern] = TypeAdapter(Fact)


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("eight hours", "It takes Eight\n  Hours."),
        ("1300000", "about $1,300,000 a year"),
        ("$1,300,000", "about $1300000 a year"),
        ("6,000", "only 6\u202f000 agents"),
        ("sheriff's office", "the Sheriff’s Office"),
        ('a "force multiplier"', "it is a “force multiplier” now"),
        ("four-week", "a four\u2011week course"),
        ("10-20", "from 10–20 people"),
        ("ICE", "ICE's limited means"),
        ("Naïve", "nai\u0308ve"),
        ("9%", "only 9% of them"),
        ("8", "No. 8."),
        ("week", "a four-week course"),
        ("co-operate", "co-oper\u00adate"),
    ],
)
def test_spelling_that_says_nothing_does_not_hide_a_fact(fact: str, text: str) -> None:
    assert holds(text, FACT.validate_python(fact))


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("ICE", "the police"),
        ("100", "100,000 people"),
        ("5", "2.5 percent"),
        ("2", "2.5 percent"),
        ("8 hours", "18 hours"),
        ("hour", "8 hours"),
        ("$5", "$50"),
        ("four weeks", "four long weeks"),
    ],
)
def test_a_fact_inside_a_longer_word_or_number_is_another_fact(fact: str, text: str) -> None:
    assert not holds(text, FACT.validate_python(fact))


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1), st.integers(0, 10**9))
def test_a_planted_fact_is_found_and_silence_holds_none(words: list[str], number: int) -> None:
    phrase = f"{number:,} {words[0]}"
    assert holds(" ".join([*words, phrase, *words]), phrase.upper())
    assert not holds("", phrase)
    assert not holds(" ".join(words), phrase)


def test_any_spelling_of_a_fact_will_do() -> None:
    fact = FACT.validate_python({"any_of": ["8 hours", "eight hours"]})
    assert holds("eight hours", fact)
    assert holds("8 hours", fact)
    assert not holds("nine hours", fact)


def test_a_regex_is_tried_without_case_and_with_and_without_separators() -> None:
    assert holds("$1,300,000 in all", FACT.validate_python({"regex": r"\$1,300,000"}))
    assert holds("$1,300,000 in all", FACT.validate_python({"regex": r"1300000 IN"}))
    assert not holds("$1,300 in all", FACT.validate_python({"regex": r"1,?300,?000"}))


@pytest.mark.parametrize(
    "fact",
    [
        "",
        "  ",
        "\u200b",
        {"any_of": []},
        {"any_of": ["8 hours", " "]},
        {"regex": ""},
        {"regex": ".*"},
        {"regex": "x?"},
    ],
)
def test_a_fact_that_silence_holds_is_refused(fact: object) -> None:
    with pytest.raises(ValidationError):
        FACT.validate_python(fact)


@pytest.mark.parametrize("fact", [{"regex": "("}, {"anyof": ["a"]}, 8, {"any_of": ["a"], "regex": "a"}, {"regex": 3}])
def test_what_is_no_fact_is_refused(fact: object) -> None:
    with pytest.raises(ValidationError):
        FACT.validate_python(fact)


def test_a_fact_is_described_in_the_words_of_the_case() -> None:
    described = [describe(fact) for fact in ("8 hours", AnyOf(any_of=("8", "eight")), Pattern(regex="8+"))]
    assert described == ['"8 hours"', '"8" or "eight"', "/8+/"]
