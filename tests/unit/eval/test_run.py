"""A run over many cases, and the mutations that it must catch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from eval.cases import EvalCase
from eval.errors import AskFailed, ReplyFormatError
from eval.gate import ExitCode, Thresholds, exit_code, load_thresholds, shortfalls
from eval.run import METRICS, EvalRun, evaluate
from eval.scores import Score
from tests.unit.eval.builders import HOURS, PAID, WEEKS, case, document, refusal, refused_case, reply

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
        "sentences_quoted": 4,
        "sections_named": 4,
        "section_recall_at_1": 3,
        "section_recall_at_3": 3,
        "section_recall_at_5": 3,
        "mrr": 3,
    }


def test_a_score_can_be_taken_of_one_kind() -> None:
    assert run_with().score("right", lambda asked: asked.kind == "lay") == Score(1, 1)


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
