"""Which questions lean on the turns before them, and on which turn."""

from __future__ import annotations

import pytest

from bot.questions import analyse
from bot.rewrite import leans_on_history, resolve, resolve_parts
from scripts.reader.policy_sets import questions, training_slugs


@pytest.mark.parametrize(
    "question",
    ["And in Millbrook?", "Why?", "What about pears?", "How much does it charge?", "Is that one cheaper?", "How many?"],
)
def test_what_goes_on_points_back_or_says_little_leans(question: str) -> None:
    query = resolve(question, ["How long do apple growers train?"])
    assert query.before is not None
    assert query.standalone == f"How long do apple growers train? {question}"
    assert query.texts == (query.standalone, question)


@pytest.mark.parametrize(
    "question",
    [
        "Why do critics of orchard permits want inspections to end?",
        "How much did it cost Millbrook to inspect its orchards?",
        "Does Ashford pay its inspectors more than they earn in Millbrook?",
    ],
)
def test_what_names_what_it_is_about_stands_alone(question: str) -> None:
    assert resolve(question, ["How long do apple growers train?"]).before is None


def test_a_follow_up_to_a_follow_up_leans_on_the_question_that_stood_alone() -> None:
    before = resolve("And who checks?", ["How long do apple growers train?", "And pear growers?"]).before
    assert before is not None
    assert before.text == "How long do apple growers train? And pear growers?"


def test_a_later_part_leans_on_the_earlier_one() -> None:
    first, second = resolve_parts("What is a pear permit, and how long does it last?", [])
    assert first.before is None
    assert second.before is not None
    assert second.before.text == "What is a pear permit"


def test_most_follow_ups_of_the_samples_are_found_and_few_other_questions_taken_for_one() -> None:
    found: dict[bool, list[bool]] = {True: [], False: []}
    for slug in training_slugs():
        for asked in questions(slug):
            found[bool(asked.history)].append(leans_on_history(asked.question, analyse(asked.question)))
    assert sum(found[True]) / len(found[True]) > 0.88
    assert sum(found[False]) / len(found[False]) < 0.09


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("Who pays for the training?", True),
        ("And who pays for training?", False),
        ("Who pays for it?", False),
        ("Why so long?", False),
        ("What about pears?", False),
    ],
)
def test_a_question_that_is_only_short_may_stand_alone(question: str, alone: bool) -> None:
    query = resolve(question, ["How long do growers in Millbrook train?"])
    assert query.before is not None
    assert query.may_stand_alone is alone
