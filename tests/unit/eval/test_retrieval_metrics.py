"""Retrieval, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import Any

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from eval.library import Library
from eval.retrieval_metrics import CUTOFFS, RETRIEVAL_METRICS, ndcg, qrels_of, recall, reciprocal_rank
from eval.run import evaluate
from eval.scores import Score
from tests.unit.eval.builders import (
    HOURS,
    LIBRARY,
    NOTE,
    PAID,
    STATE,
    WEEKS,
    case,
    document,
    passage,
    record,
    refusal,
    refused_case,
    reply,
)

near: Any = pytest.approx

RIGHT, WRONG = passage(WEEKS, HOURS), passage(PAID, STATE)


def scores(passages: Sequence[dict[str, Any]], **changes: Any) -> dict[str, float | None]:
    found = record(reply(HOURS, passages=passages))
    results = {name: metric(case(**changes), found, LIBRARY) for name, metric in RETRIEVAL_METRICS.items()}
    return {name: result.value for name, result in results.items() if result}


def of_sections(found: dict[str, float | None]) -> dict[str, float | None]:
    return {name: value for name, value in found.items() if name.startswith("section") or name == "mrr"}


@pytest.mark.parametrize(
    ("passages", "at_1", "at_3", "at_5", "mrr"),
    [
        ([RIGHT, WRONG], 1, 1, 1, 1),
        ([WRONG, RIGHT, RIGHT], 0, 1, 1, 1 / 2),
        ([WRONG, WRONG, WRONG, RIGHT], 0, 0, 1, 1 / 4),
        ([WRONG] * 5 + [RIGHT], 0, 0, 0, 1 / 6),
        ([WRONG], 0, 0, 0, 0),
        ([], 0, 0, 0, 0),
    ],
)
def test_the_rank_of_the_first_passage_of_a_right_section_counts(
    passages: list[dict[str, Any]], at_1: float, at_3: float, at_5: float, mrr: float
) -> None:
    assert of_sections(scores(passages)) == {
        "section_recall_at_1": at_1,
        "section_recall_at_3": at_3,
        "section_recall_at_5": at_5,
        "mrr": mrr,
    }


def test_a_note_belongs_to_the_section_that_carries_its_mark() -> None:
    assert scores([passage(NOTE)], sections=["what it costs"])["mrr"] == 1
    assert scores([passage(NOTE)], sections=["basic training"])["mrr"] == 0


@pytest.mark.parametrize("name", ["rules", "rules@0:0-10", f"laws@{'0' * 12}:0-10", RIGHT["id"] + "x"])
def test_a_passage_that_leads_nowhere_is_of_no_section(name: str) -> None:
    assert scores([{**RIGHT, "id": name}])["mrr"] == 0


def test_a_right_section_of_another_document_is_not_right() -> None:
    assert scores([RIGHT], document="laws")["mrr"] == 0


def test_a_case_without_sections_and_a_reply_that_does_not_say_yield_nothing() -> None:
    silent = reply(HOURS)
    del silent["passages"]
    for metric in RETRIEVAL_METRICS.values():
        assert metric(case(sections=[]), record(reply(HOURS)), LIBRARY) is None
        assert metric(refused_case(), record(refusal()), LIBRARY) is None
        assert metric(case(), record(silent), LIBRARY) is None


def test_what_was_found_counts_where_the_bot_refused_all_the_same() -> None:
    assert RETRIEVAL_METRICS["section_recall_at_1"](case(), record(refusal()), LIBRARY) == Score(1, 1)


IDS = [f"p{number}" for number in range(14)]


@given(
    st.lists(st.sampled_from(IDS), unique=True, min_size=1),
    st.dictionaries(st.sampled_from(IDS), st.integers(-1, 4), min_size=1),
)
def test_the_measures_are_those_of_trec_eval(ranked: list[str], qrels: dict[str, int]) -> None:
    cuts = ",".join(map(str, CUTOFFS))
    evaluator = pytrec_eval.RelevanceEvaluator({"q": qrels}, {f"recall.{cuts}", f"ndcg_cut.{cuts}", "recip_rank"})
    theirs = evaluator.evaluate({"q": {name: float(-rank) for rank, name in enumerate(ranked)}})["q"]
    ours = {"recip_rank": reciprocal_rank(ranked, qrels)}
    ours |= {f"recall_{k}": recall(ranked, qrels, k) for k in CUTOFFS}
    ours |= {f"ndcg_cut_{k}": ndcg(ranked, qrels, k) for k in CUTOFFS}
    if max(qrels.values()) > 0:
        assert ours == near(theirs, abs=1e-9)
    else:
        assert set(ours.values()) == {None}  # theirs are 0, which would say that something was missed


def test_graded_gains_are_discounted_by_rank() -> None:
    # Found: 1 at rank 1, 3 at rank 3. Best: 3, 2, 1.
    found, best = 1 / log2(2) + 3 / log2(4), 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    qrels = {"a": 3, "b": 2, "c": 1}
    assert ndcg(["c", "x", "a"], qrels, 3) == near(found / best)
    assert ndcg(["c", "x", "a"], qrels, 1) == near(1 / 3)
    assert recall(["c", "x", "a"], qrels, 3) == near(2 / 3)


def test_a_passage_that_comes_again_gains_nothing() -> None:
    assert ndcg(["a", "a"], {"a": 1, "b": 1}, 3) == ndcg(["a", "x"], {"a": 1, "b": 1}, 3)
    assert recall(["a", "a"], {"a": 1, "b": 1}, 3) == 1 / 2


def test_of_an_index_all_passages_of_a_right_section_count_found_or_not() -> None:
    weeks, hours = passage(WEEKS), passage(HOURS)
    library = Library.of([document()], passages=[weeks["id"], hours["id"], WRONG["id"], "laws@0:0-1"])
    found = record(reply(HOURS, passages=[WRONG, hours]))
    assert qrels_of(case(), library) == {weeks["id"]: 1, hours["id"]: 1}
    assert RETRIEVAL_METRICS["recall_at_1"](case(), found, library) == Score(0, 1)
    assert RETRIEVAL_METRICS["recall_at_3"](case(), found, library) == Score(1 / 2, 1)
    best = 1 / log2(2) + 1 / log2(3)
    assert RETRIEVAL_METRICS["ndcg_at_3"](case(), found, library) == Score(near(1 / log2(3) / best), 1)


def test_without_an_index_what_any_reply_of_the_run_retrieved_stands_in() -> None:
    weeks, hours = passage(WEEKS), passage(HOURS)
    cases = [case(), case(id="rules-weeks", facts=["four weeks"])]
    replies = {"rules-hours": reply(HOURS, passages=[hours]), "rules-weeks": reply(WEEKS, passages=[weeks, WRONG])}
    run = evaluate(lambda asked: replies[asked.id], [document()], cases)
    assert run.by_case("recall_at_10") == {"rules-hours": Score(1 / 2, 1), "rules-weeks": Score(1 / 2, 1)}


def test_where_nobody_found_anything_right_the_bot_found_none_of_it() -> None:
    found = scores([WRONG])
    assert {found[f"recall_at_{k}"] for k in CUTOFFS} == {found[f"ndcg_at_{k}"] for k in CUTOFFS} == {0}


def test_the_grade_of_a_passage_is_the_highest_that_the_case_gives_to_what_is_in_it() -> None:
    named = [{"quote": WEEKS}, {"quote": HOURS, "relevance": 3}, {"section": "what it costs", "relevance": 2}]
    library = LIBRARY.pooling([RIGHT["id"], WRONG["id"], passage(WEEKS)["id"]])
    grades = {RIGHT["id"]: 3, WRONG["id"]: 2, passage(WEEKS)["id"]: 1}
    assert qrels_of(case(sections=[], passages=named), library) == grades


def test_judgments_follow_the_case_and_what_is_in_the_pool() -> None:
    library = LIBRARY.pooling([RIGHT["id"]])
    assert qrels_of(case(), library) == {RIGHT["id"]: 1}
    assert qrels_of(case(sections=["what it costs"]), library) == {}
    assert qrels_of(case(sections=["what it costs"]), library.pooling([WRONG["id"]])) == {WRONG["id"]: 1}
    assert library.pooling([RIGHT["id"]]) is library
