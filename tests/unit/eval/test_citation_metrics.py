"""Citation recall and precision, worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from eval.citation_metrics import (
    CITATION_METRICS,
    citation_metrics_with,
    citation_precision,
    citation_recall,
)
from eval.scores import Score
from tests.unit.eval.builders import HOURS, LIBRARY, PAID, STATE, WEEKS, case, record, refusal, reply

BOTH = f"{WEEKS} {HOURS}"


def scores(content: dict[str, Any]) -> tuple[Score | None, Score | None]:
    recall, precision = (metric(case(), record(content), LIBRARY) for metric in CITATION_METRICS.values())
    return recall, precision


@pytest.mark.parametrize(
    ("sentence", "cited", "recall", "precision"),
    [
        (HOURS, [HOURS], True, (True,)),
        (HOURS, [f"{WEEKS}\n  {HOURS}"], True, (True,)),
        (HOURS, [], False, ()),
        (HOURS, [PAID], False, (False,)),
        # The second of two citations is idle: it doesn't support alone, and the first does without it.
        (HOURS, [HOURS, PAID], True, (True, False)),
        # Two of which each supports alone: neither is irrelevant, though either could go.
        (HOURS, [HOURS, BOTH], True, (True, True)),
        # Neither supports alone, and without either the other doesn't: both are needed.
        (BOTH, [WEEKS, HOURS], True, (True, True)),
        # Both needed, and a third that is idle.
        (BOTH, [WEEKS, HOURS, PAID], True, (True, True, False)),
        # No citation of a sentence that isn't supported is precise, though one is about it.
        (f"{HOURS} {STATE}", [HOURS, PAID], False, (False, False)),
        ("", [HOURS], False, (False,)),
    ],
)
def test_recall_and_precision_of_a_sentence(
    sentence: str, cited: list[str], recall: bool, precision: tuple[bool, ...]
) -> None:
    assert citation_recall(sentence, cited) is recall
    assert citation_precision(sentence, cited) == precision


def test_each_sentence_counts_once_in_recall_and_each_citation_once_in_precision() -> None:
    content = reply(HOURS, PAID, STATE)
    content["sentences"][0]["footnotes"] = [1, 2, 1]
    content["sentences"][2]["text"] = "The state paid all."
    assert scores(content) == (Score(2, 3), Score(2, 4))  # held: [1] of the first sentence, [2] of the second


def test_what_is_cited_is_the_text_at_the_offsets_and_not_the_quote_that_the_reply_gives() -> None:
    content = reply(HOURS)
    content["footnotes"][0].update(start=0, end=5)
    assert scores(content) == (Score(0, 1), Score(0, 1))


@pytest.mark.parametrize("footnote", [{"start": -3}, {"end": 9_999}, {"document": {"id": "rules", "version": "0"}}])
def test_a_citation_that_leads_nowhere_supports_nothing(footnote: dict[str, Any]) -> None:
    content = reply(HOURS)
    content["footnotes"][0].update(footnote)
    assert scores(content) == (Score(0, 1), Score(0, 1))


def test_a_number_without_a_footnote_spoils_its_sentence() -> None:
    content = reply(HOURS)
    content["sentences"][0]["footnotes"] = [1, 7]
    assert scores(content) == (Score(0, 1), Score(0, 2))


def test_a_sentence_without_a_citation_counts_in_recall_only() -> None:
    content = reply(HOURS)
    content["sentences"][0]["footnotes"] = []
    assert scores(content) == (Score(0, 1), None)


def test_a_refusal_yields_nothing_and_an_answer_without_sentences_has_no_recall() -> None:
    assert scores(refusal()) == (None, None)
    assert scores({**reply(HOURS), "sentences": [], "footnotes": []}) == (Score(0, 1), None)


def test_a_judge_is_asked_only_where_the_words_do_not_settle_it_and_its_name_is_in_the_scores() -> None:
    asked: list[str] = []

    def judge(premise: str, hypothesis: str) -> bool:
        asked.append(hypothesis)
        return "eight" in premise and "8" in hypothesis

    content = reply(HOURS, PAID)
    content["sentences"][0]["text"] = "Clerks train 8 hours."
    found = {
        name: metric(case(), record(content), LIBRARY) for name, metric in citation_metrics_with(judge, "judge").items()
    }
    assert found == {"citation_recall_by_judge": Score(2, 2), "citation_precision_by_judge": Score(2, 2)}
    assert set(asked) == {"Clerks train 8 hours."}
