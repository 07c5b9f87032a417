"""A run over many cases, and the mutations that it must catch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from eval.cases import EvalCase
from eval.errors import AskFailed, ReplyFormatError
from eval.gate import ExitCode, Thresholds, exit_code, load_thresholds, shortfalls
from eval.run import LOWER_IS_BETTER, METRICS, EvalRun, evaluate, grouped, judge
from eval.scores import Score
from tests.unit.eval.builders import HOURS, LIBRARY, PAID, WEEKS, case, document, record, refusal, refused_case, reply

CASES = (
    case(),
    case(id="rules-weeks", facts=["four weeks"], kind="lay"),
    case(id="rules-cost", facts=["$1,300,000"], sections=["costs"], kind="list"),
    refused_case(),
    refused_case(id="rules-weather", kind="off_topic", reason="off_topic"),
)
REPLIES = {
    "rules-hours": reply(HOURS),
    "rules-weeks": reply(WEEKS),
    "rules-cost": reply(PAID, WEEKS),
    "rules-pay": refusal(),
    "rules-weather": refusal("off_topic"),
}


def run_with(change: Callable[[dict[str, Any]], None] = lambda _reply: None) -> EvalRun:
    def ask(asked: EvalCase) -> Mapping[str, Any]:
        content = copy.deepcopy(REPLIES[asked.id])
        change(content)
        return content

    return evaluate(ask, [document()], CASES)


def test_a_faithful_bot_is_right_everywhere_and_holds_the_bundled_floors() -> None:
    run = run_with()
    short = shortfalls(run, load_thresholds())
    assert run.score("right") == Score(5, 5)
    assert (run.wrong, short, exit_code(run, short)) == ((), (), ExitCode.HELD)


def test_every_score_counts_only_the_cases_it_applies_to() -> None:
    counts = {name: run_with().score(name).n for name in METRICS}
    assert counts == {
        "right": 5,
        "answered_right": 3,
        "refused_right": 2,
        "too_long": 1,
        "false_answers": 2,
        "false_refusals": 3,
        "right_reason": 2,
        "quotes_exact": 4,
        "sentences_footnoted": 4,
        "marks_resolve": 3,
        "numbers_quoted": 6,
        "dates_quoted": 1,
        "sentences_quoted": 4,
        "sections_named": 4,
        "citation_recall": 4,
        "citation_precision": 4,
        "fact_recall": 3,
        "fact_precision": 8,  # 8; 4, denver; 1300000, march, 2024, 4, denver
        "completeness": 3,
        "passage_attribution": 3,
        "brier": 0,  # no reply gives a probability
        "section_recall_at_1": 3,
        "section_recall_at_3": 3,
        "section_recall_at_5": 3,
        "mrr": 3,
        **{f"{name}_at_{k}": 3 for name in ("recall", "ndcg") for k in (1, 3, 5, 10)},
    }


def test_a_score_can_be_taken_of_one_kind() -> None:
    assert run_with().score("right", lambda asked: asked.kind == "lay") == Score(1, 1)


def test_a_run_falls_into_groups_that_are_runs_themselves() -> None:
    run = run_with()
    assert {name: group.score("right") for name, group in grouped(run, "kind").items()} == {
        "fact": Score(1, 1),
        "lay": Score(1, 1),
        "list": Score(1, 1),
        "off_topic": Score(1, 1),
        "unanswerable": Score(1, 1),
    }
    assert list(grouped(run, "document")) == ["rules"]
    assert {name: len(group.results) for name, group in grouped(run, lambda _run, case: case.status).items()} == {
        "answered": 3,
        "refused": 2,
    }


def test_the_language_of_a_case_is_its_documents_without_the_region() -> None:
    spanish = replace(document("normas"), language="es-MX")
    cases = [
        case(),
        case(id="normas-hours", document="normas"),
        case(id="normas-old", document="normas", sections=["X"]),
    ]
    run = evaluate(lambda _case: reply(HOURS), [document(), spanish], cases)
    groups = grouped(run, "language")
    assert {name: [r.case.id for r in group.results] for name, group in groups.items()} == {
        "en": ["rules-hours"],
        "es": ["normas-hours"],
    }
    assert [stale.id for stale in groups["es"].stale] == ["normas-old"]
    assert list(grouped(replace(run, languages={}), "language")) == ["und"]


def test_the_scores_of_single_cases_are_those_that_are_pooled() -> None:
    run = run_with()
    assert run.by_case("right_reason") == {"rules-pay": Score(1, 1), "rules-weather": Score(1, 1)}
    assert [asked.id for asked, _ in run.pairs] == list(REPLIES)


NO_PASSAGES: dict[str, Any] = {"passages": [], "probability": 0.1}
SILENCES: dict[str, dict[str, Any]] = {
    "a refusal": {**refusal(), **NO_PASSAGES},
    "an answer without a word": {**reply(HOURS), "answer": "", "sentences": [], "footnotes": [], **NO_PASSAGES},
    "an answer of marks": {**reply(HOURS), "answer": "[1]", "sentences": [], "footnotes": [], **NO_PASSAGES},
    "an answer of blanks": {
        **reply(HOURS),
        "answer": "  [1]",
        "sentences": [{"text": "  ", "footnotes": [1]}],
        **NO_PASSAGES,
    },
}
ABSENT: dict[str, Any] = {"facts": ["eight hours"], "not_facts": ["four weeks"]}


@pytest.mark.parametrize("silence", SILENCES)
@pytest.mark.parametrize("asked", [case(**ABSENT), case(**ABSENT, kind="list"), case(facts=[]), case(sections=[])])
def test_silence_is_best_in_nothing_that_asks_for_an_answer(silence: str, asked: EvalCase) -> None:
    scores = judge(asked, record(SILENCES[silence]), LIBRARY).scores
    # Of the reply's form rather than of its words: what it is measured on is there.
    of_form = {"brier", "sentences_footnoted", "quotes_exact", "sections_named", "marks_resolve"}
    best = {name for name, score in scores.items() if score.value == (0 if name in LOWER_IS_BETTER else 1)}
    assert best - of_form == set()
    assert scores["answered_right"] == Score(0, 1)


def test_two_runs_of_the_same_replies_have_the_same_scores_whatever_they_took() -> None:
    def slower(content: dict[str, Any]) -> None:
        content["timings_ms"] = {"retrieve": 900.0}

    runs = [run_with(), run_with(slower)]
    assert len({repr([result.scores for result in run.results]) for run in runs}) == 1
    assert len({repr([result.reply for result in run.results]) for run in runs}) == 1


def drop_footnote(content: dict[str, Any]) -> None:
    for sentence in content["sentences"][:1]:
        sentence["footnotes"] = []


def lose_citation(content: dict[str, Any]) -> None:
    content["footnotes"] = content["footnotes"][:-1]


def shift_offset(content: dict[str, Any]) -> None:
    for note in content["footnotes"][:1]:
        note["start"] += 1


def swap_number(content: dict[str, Any]) -> None:
    for old, new in (("eight", "nine"), ("four", "five"), ("1,300,000", "1,900,000")):
        content["answer"] = content["answer"].replace(old, new)
        for sentence in content["sentences"]:
            sentence["text"] = sentence["text"].replace(old, new)


def swap_number_in_the_text_only(content: dict[str, Any]) -> None:
    content["answer"] = content["answer"].replace("four weeks", "five weeks")


def swap_number_in_sentence_and_quote(content: dict[str, Any]) -> None:
    swap_number(content)
    for note in content["footnotes"]:
        note["quote"] = note["quote"].replace("four", "five").replace("eight", "nine")


def add_ungrounded_text(content: dict[str, Any]) -> None:
    if content["status"] == "answered":
        content["answer"] += " Ask a lawyer."


def answer_everything(content: dict[str, Any]) -> None:
    if content["status"] == "refused":
        content.update(copy.deepcopy(reply(HOURS)))


def refuse_everything(content: dict[str, Any]) -> None:
    content.update(refusal())


def answer_nothing(content: dict[str, Any]) -> None:
    if content["status"] == "answered":
        content.update(answer="", sentences=[], footnotes=[])


def shuffle_quotes(content: dict[str, Any]) -> None:
    for note in content["footnotes"]:
        note["section"] = ["Elsewhere"]


MUTATIONS = [
    (drop_footnote, {"sentences_footnoted"}),
    (lose_citation, {"sentences_footnoted", "marks_resolve"}),
    (shift_offset, {"quotes_exact"}),
    (swap_number, {"numbers_quoted", "sentences_quoted", "right"}),
    (swap_number_in_the_text_only, {"marks_resolve"}),
    (swap_number_in_sentence_and_quote, {"quotes_exact"}),
    (add_ungrounded_text, {"marks_resolve"}),
    (answer_everything, {"refused_right"}),
    (refuse_everything, {"answered_right"}),
    (answer_nothing, {"answered_right", "sentences_footnoted"}),
    (shuffle_quotes, {"sections_named"}),
]
STRICT = Thresholds.model_validate({"floors": {**load_thresholds().floors.model_dump(), "sections_named": 1.0}})


@pytest.mark.parametrize(("mutation", "metrics"), MUTATIONS)
def test_each_way_to_break_the_bot_is_caught_by_its_metric(
    mutation: Callable[[dict[str, Any]], None], metrics: set[str]
) -> None:
    run = run_with(mutation)
    assert {name for name in metrics if run.score(name).full} == set()
    assert exit_code(run, shortfalls(run, STRICT)) == ExitCode.FELL_SHORT


def test_a_bot_that_refuses_everything_does_not_pass_for_a_grounded_one() -> None:
    floors = Thresholds.model_validate({"floors": {"quotes_exact": 1.0}})
    assert [short.name for short in shortfalls(run_with(refuse_everything), floors)] == ["quotes_exact"]


def test_cases_of_a_document_that_is_not_there_are_skipped_and_counted() -> None:
    laws = [case(id=f"laws-{number}", document="laws") for number in range(3)]
    run = evaluate(lambda asked: REPLIES[asked.id], [document()], [*laws, *CASES])
    assert run.skipped == {"laws": 3}
    assert len(run.results) == len(CASES)


def test_a_case_whose_sections_are_gone_is_stale_by_name_and_in_no_score() -> None:
    old = case(id="rules-old", sections=["Uniforms"])
    run = evaluate(lambda asked: REPLIES[asked.id], [document()], [*CASES, old])
    assert [stale.id for stale in run.stale] == ["rules-old"]
    assert run.score("right") == Score(5, 5)
    assert exit_code(run, ()) == ExitCode.STALE


def test_a_case_with_one_of_its_sections_left_is_not_stale() -> None:
    asked = case(sections=["Uniforms", "basic TRAINING"])
    assert evaluate(lambda _case: reply(HOURS), [document()], [asked]).stale == ()


def test_cases_of_one_document_can_be_asked_of_another() -> None:
    asked = case(document="laws")
    run = evaluate(lambda _case: reply(HOURS), [document()], [asked], {"laws": "rules"})
    assert run.score("right") == Score(1, 1)


def test_a_question_that_raises_an_error_is_named() -> None:
    def ask(_case: EvalCase) -> Mapping[str, Any]:
        raise RuntimeError("out of luck")

    with pytest.raises(AskFailed, match=r"'rules-hours' failed \(RuntimeError: out of luck\)"):
        evaluate(ask, [document()], CASES)


@pytest.mark.parametrize(
    "change", [{"status": "perhaps"}, {"answer": None}, {"sentences": [{"text": "No footnotes."}]}]
)
def test_a_reply_that_is_not_in_the_contract_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(ReplyFormatError, match="rules-hours"):
        evaluate(lambda _case: {**reply(HOURS), **change}, [document()], CASES)
