"""When is a fact in a text?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from eval.facts import AnyFact, AnyOf, Fact, Pattern, describe, holds
from eval.quantities import numbers_in

FACT: TypeAdapter[AnyFact] = TypeAdapter(Fact)


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


HOURS = {"number": 40, "unit": "hours"}
BILLIONS = {"number": 2_300_000_000, "unit": "$"}
PERCENT = {"number": 8.8, "unit": "%"}


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (HOURS, "They train for 40 hours."),
        (HOURS, "a 40-hour course"),
        (HOURS, "Forty\n hours, all told"),
        (HOURS, "a forty-hour course"),
        (HOURS, "40\u00a0hours"),
        (HOURS, "30 to 40 hours"),
        ({"number": 30, "unit": "hours"}, "30–40 hours"),
        ({"number": 1000}, "about 1,000 of them"),
        ({"number": 1000}, "one thousand"),
        (BILLIONS, "It cost $2.3 billion."),
        (BILLIONS, "It cost 2.3 billion dollars."),
        (BILLIONS, "It cost US$2,300,000,000."),
        (BILLIONS, "It cost $2.3bn."),
        (PERCENT, "8.8 percent"),
        (PERCENT, "8.8 per cent"),
        (PERCENT, "8.8%"),
        (PERCENT, "el 8.8 por ciento"),
        ({"number": 8.8, "unit": "percent"}, "8.8 %"),
        ({"number": 1, "unit": "agencies"}, "one agency"),
        ({"number": 2, "unit": "houses"}, "a 2-house deal"),
        ({"number": 2.5, "unit": "weeks"}, "two and a half weeks"),
        ({"number": 2.5, "unit": "weeks"}, "2½ weeks"),
        ({"number": -5, "unit": "%"}, "a change of −5%"),
        ({"number": 45, "unit": "horas"}, "cuarenta y cinco horas"),
        ({"number": 2_000_000, "unit": "$"}, "dos millones de dólares"),
        ({"number": 152, "unit": "people"}, "one hundred and fifty-two people"),
        ({"number": 39, "unit": "hours", "tolerance": 1}, "40 hours"),
        ({"number": 3, "unit": "hours of class"}, "three hours of classes"),
    ],
)
def test_a_number_with_its_unit_is_found_however_it_is_written(fact: dict[str, object], text: str) -> None:
    assert holds(text, FACT.validate_python(fact))


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (HOURS, "140 hours"),
        (HOURS, "40.5 hours"),
        (HOURS, "40,000 hours"),
        (HOURS, "1,40 hours"),
        (HOURS, "40 days"),
        (HOURS, "5 days"),
        (HOURS, "40 training hours"),
        (HOURS, "40"),
        (HOURS, "the 40. Hours are long"),
        (HOURS, "forty-one hours"),
        (HOURS, "one hundred and forty hours"),
        (HOURS, "−40 hours"),
        ({"number": 1, "unit": "$"}, "$1.3m"),
        ({"number": 1.3, "unit": "$"}, "$1.3m"),
        ({"number": 2.3, "unit": "$"}, "$2.3 billion"),
        ({"number": 40, "unit": "$"}, "C$40"),
        ({"number": 40, "unit": "$"}, "€40"),
        ({"number": 5, "unit": "%"}, "5 percentage points"),
        ({"number": 15}, "2024-01-15"),
        ({"number": 30}, "at 10:30"),
        ({"number": 40}, "the 40th percentile"),
        ({"number": 1990}, "the 1990s"),
        ({"number": 1}, "No one may."),
        ({"number": 11}, "Once the term ends"),
        ({"number": 3}, "section 2.3.1"),
        ({"number": 38, "unit": "hours", "tolerance": 1}, "40 hours"),
    ],
)
def test_another_number_or_another_unit_is_another_fact(fact: dict[str, object], text: str) -> None:
    assert not holds(text, FACT.validate_python(fact))


@given(
    st.integers(0, 10**12),
    st.sampled_from(["hours", "%", "$", "dollars", "people", None]),
    st.integers(0, 10),
)
def test_a_number_is_never_found_in_silence_nor_where_there_is_none(
    number: int, unit: str | None, tolerance: int
) -> None:
    fact = FACT.validate_python(
        {"number": number, "unit": unit, "tolerance": tolerance} if unit else {"number": number}
    )
    for text in ("", " \n", "hours of dollars % $", "."):
        assert not holds(text, fact)


@given(st.integers(0, 10**9), st.sampled_from(["{:,} hours", "{} hours", "a {:,}-hour course", "({} hour)"]))
def test_a_planted_number_is_found_and_its_neighbours_are_not(number: int, form: str) -> None:
    text = form.format(number)
    assert holds(text, FACT.validate_python({"number": number, "unit": "hours"}))
    assert not holds(text, FACT.validate_python({"number": number + 1, "unit": "hours"}))


@given(st.integers(0, 10**6), st.integers(1, 9))
def test_a_number_is_never_found_inside_a_longer_one(number: int, digit: int) -> None:
    fact = FACT.validate_python({"number": number, "unit": "hours"})
    for longer in (f"{digit}{number:06d}", f"{number}.{digit}", f"{number}{digit}", f"{digit}:{number}"):
        assert not holds(f"It takes {longer} hours.", fact)


_TO_TWENTY = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ONES = ["", *_TO_TWENTY.split()]
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spelled(number: int) -> str:
    """*number* (1 to 999,999) in English words."""
    if number >= 1000:
        rest = number % 1000
        return f"{spelled(number // 1000)} thousand{f' {spelled(rest)}' if rest else ''}"
    if number >= 100:
        rest = number % 100
        return f"{_ONES[number // 100]} hundred{f' and {spelled(rest)}' if rest else ''}"
    if number >= 20:
        return f"{_TENS[number // 10]}{f'-{_ONES[number % 10]}' if number % 10 else ''}"
    return _ONES[number]


@given(st.integers(1, 999_999))
def test_a_number_in_words_is_read_as_the_one_number_it_is(number: int) -> None:
    assert [int(found.value) for found in numbers_in(f"{spelled(number)} hours")] == [number]


@pytest.mark.parametrize(
    ("fact", "complaint"),
    [
        ({"number": True}, "number"),
        ({"number": "forty"}, "number"),
        ({"number": float("nan")}, "number"),
        ({"number": 40, "unit": " "}, "unit"),
        ({"number": 40, "unit": "!"}, "unit"),
        ({"number": 40, "tolerance": -1}, "tolerance"),
        ({"number": 40, "units": "hours"}, "a fact is"),
        ({"unit": "hours"}, "a fact is"),
    ],
)
def test_what_is_no_number_fact_is_refused_in_one_clause(fact: object, complaint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        FACT.validate_python(fact)
    assert len(caught.value.errors()) == 1
    assert complaint in caught.value.errors()[0]["msg"]


def test_a_number_fact_is_described_with_its_unit() -> None:
    facts = [HOURS, BILLIONS, {"number": 8.8, "unit": "%", "tolerance": 0.1}, {"number": 7}]
    described = [describe(FACT.validate_python(fact)) for fact in facts]
    assert described == ["40 hours", "$2,300,000,000", "8.8 % (± 0.1)", "7"]
