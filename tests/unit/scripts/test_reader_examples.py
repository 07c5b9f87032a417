"""What the reader learns from: windows, near misses, and the samples themselves."""

from __future__ import annotations

import random

import pytest

from corpus.load import load_document
from scripts.reader.examples import Example, located, swapped, window, without_answer
from scripts.reader.policy_sets import SAMPLES, held_slugs, questions, training_slugs

SENTENCES = ("Apple growers pay $40.", "Pear growers train for three weeks.", "Millbrook ended the scheme in 2020.")
EXAMPLE = Example(
    "How long do growers in Millbrook train?", "Training", SENTENCES, True, (False, True, False), (1, 23, 34), "test"
)
RNG = random.Random(1)  # noqa: S311 - not for secrets


def test_an_answer_is_located_in_its_sentence_as_whole_words() -> None:
    assert located(SENTENCES, ["three  WEEKS"]) == ((False, True, False), (1, 23, 34))
    assert located(SENTENCES, ["hree weeks"]) is None


@pytest.mark.parametrize("words", [1, 8, 12, 100])
def test_a_window_keeps_what_answers_and_its_span(words: int) -> None:
    made = window(EXAMPLE, words, RNG)
    assert made.labels is not None
    assert made.span is not None
    answering = [s for s, label in zip(made.sentences, made.labels, strict=True) if label]
    assert answering == [SENTENCES[1]]
    sentence, start, end = made.span
    assert made.sentences[sentence][start:end] == "three weeks"


def test_without_its_answer_a_window_answers_nothing() -> None:
    removed = without_answer(EXAMPLE)
    assert removed is not None
    assert (removed.answerable, removed.span, removed.labels) == (False, None, (False, False))
    assert removed.sentences == (SENTENCES[0], SENTENCES[2])


def test_a_swapped_name_is_one_that_the_window_lacks() -> None:
    near = swapped(EXAMPLE, ["Ashford", "Millbrook", "1999"], RNG)
    assert near is not None
    assert near.question == "How long do growers in Ashford train?"
    assert not near.answerable
    assert swapped(EXAMPLE, ["Millbrook"], RNG) is None


@pytest.mark.parametrize("slug", [*held_slugs(), *training_slugs()])
def test_every_answer_of_a_sample_stands_in_it_word_for_word_and_once(slug: str) -> None:
    text = load_document(SAMPLES / f"{slug}.md").text
    asked = list(questions(slug))
    assert len(asked) >= 45
    for question in asked:
        assert all(text.count(quote) == 1 for quote in question.evidence), question.question
        assert question.unanswerable or question.evidence
        assert question.span is None or any(question.span in quote for quote in question.evidence)
        assert (question.kind == "follow_up") == bool(question.history and question.standalone)


def test_held_samples_are_not_trained_on() -> None:
    assert not set(held_slugs()) & set(training_slugs())
    assert len(held_slugs()) == 34
