"""A bot that is broken on purpose, and what the gate makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from rich.console import Console

from eval.baseline import Baseline, baseline_of
from eval.cases import EvalCase
from eval.errors import EvalSetupError
from eval.gate import ExitCode, Thresholds
from eval.mutate import MutationResult, mutation_exit_code, mutation_json, mutation_report, mutation_table
from eval.mutations import MUTATIONS, Mutation
from eval.run import Ask, evaluate
from tests.unit.eval.builders import HOURS, LIBRARY, PAID, STATE, WEEKS, case, document, passage, refusal, refused_case
from tests.unit.eval.builders import reply as quoting

EVERY = ("quotes_exact", "sentences_footnoted", "marks_resolve", "numbers_quoted", "sentences_quoted", "sections_named")
FLOORS = Thresholds.model_validate(
    {"floors": {**dict.fromkeys(EVERY, 1.0), "mrr": 1.0, "refused_right": 1.0, "answered_right": 1.0}}
)
BY_NAME = {mutation.name: mutation for mutation in MUTATIONS}
CASES = (
    case(),
    case(id="rules-list", question="what is paid?", kind="list", sections=["costs"], facts=["nothing", "county paid"]),
    case(id="rules-follow", question="and there?", kind="follow_up", history=["how long do clerks train?"]),
    refused_case(),
)


def list_reply() -> dict[str, Any]:
    """An answer of two list items, the second a denial, under their section."""
    content = quoting(PAID, STATE, passages=(passage(PAID, STATE), passage(WEEKS, HOURS)))
    return {**content, "answer": f"• {PAID} [1]\n• {STATE} [2]"}


def sound(asked: EvalCase) -> dict[str, Any]:
    """A bot that is right."""
    if asked.id == "rules-list":
        return list_reply()
    if asked.id == "rules-follow" and not asked.history:
        return refusal()
    return refusal() if asked.status == "refused" else quoting(HOURS)


BASELINE = baseline_of(evaluate(sound, [document()], CASES))


def tried(
    name: str, cases: Sequence[EvalCase] = CASES, ask: Ask = sound, baseline: Baseline | None = BASELINE
) -> MutationResult:
    (result,) = mutation_report(cases, ask, LIBRARY, FLOORS, baseline, [BY_NAME[name]])
    return result


def test_the_sound_bot_is_right_in_everything() -> None:
    run = evaluate(sound, [document()], CASES)
    assert not run.wrong
    assert all(run.score(name).full for name in (*EVERY, "mrr"))


@pytest.mark.parametrize(
    ("name", "changed", "floors"),
    [
        ("drops_footnote", 3, {"sentences_footnoted", "marks_resolve"}),
        ("drops_sentence_footnotes", 3, {"sentences_footnoted"}),
        ("shifts_offset", 3, {"quotes_exact"}),
        ("shifts_quote", 3, {"sentences_quoted"}),
        ("swaps_number", 3, {"numbers_quoted", "sentences_quoted"}),
        ("swaps_number_everywhere", 3, {"quotes_exact"}),
        ("cites_another_passage", 3, {"sentences_quoted"}),
        ("names_another_section", 3, {"sections_named"}),
        ("swaps_footnotes", 1, {"sentences_quoted"}),
        ("shuffles_passages", 4, {"mrr"}),
        ("adds_bare_sentence", 3, {"sentences_footnoted"}),
        ("adds_ungrounded_sentence", 3, {"sentences_quoted"}),
        ("renumbers_footnotes", 3, {"marks_resolve"}),
        ("quotes_old_version", 3, {"quotes_exact"}),
        ("answers_everything", 1, {"refused_right"}),
        ("refuses_everything", 3, {"answered_right"}),
    ],
)
def test_each_mutation_falls_below_the_floor_that_it_names(name: str, changed: int, floors: set[str]) -> None:
    result = tried(name)
    assert result.changed == changed
    assert floors <= set(result.floors)
    assert floors & set(result.mutation.expected)
    assert (result.verdict, mutation_exit_code([result])) == ("caught", ExitCode.HELD)


@pytest.mark.parametrize(
    ("name", "intact"),
    [
        ("drops_sentence_footnotes", {"quotes_exact", "marks_resolve", "sections_named"}),
        ("shifts_offset", {"sentences_footnoted", "marks_resolve", "sentences_quoted"}),
        ("shifts_quote", {"quotes_exact", "sentences_footnoted", "marks_resolve", "sections_named"}),
        ("swaps_number_everywhere", {"numbers_quoted", "sentences_quoted", "marks_resolve"}),
        ("cites_another_passage", {"quotes_exact", "sections_named", "marks_resolve"}),
        ("swaps_footnotes", {"quotes_exact", "sections_named", "marks_resolve", "sentences_footnoted"}),
        ("answers_everything", set(EVERY)),
        ("renumbers_footnotes", {"quotes_exact", "sentences_footnoted", "sentences_quoted"}),
        ("adds_ungrounded_sentence", {"sentences_footnoted", "marks_resolve", "quotes_exact"}),
    ],
)
def test_a_mutation_is_one_bug_and_leaves_the_rest_sound(name: str, intact: set[str]) -> None:
    assert not intact & set(tried(name).floors)


@pytest.mark.parametrize(
    ("name", "turned"),
    [
        ("answers_everything", ("rules-pay",)),
        ("refuses_everything", ("rules-follow", "rules-hours", "rules-list")),
        ("ignores_history", ("rules-follow",)),
        ("drops_list_item", ("rules-list",)),
    ],
)
def test_a_mutation_of_what_is_said_turns_cases_of_the_baseline_by_name(name: str, turned: tuple[str, ...]) -> None:
    result = tried(name)
    assert result.cases == turned
    assert result.alone == len(turned) == result.changed
    assert result.caught_by_expected


def test_a_dropped_negation_is_no_longer_in_its_quote() -> None:
    denied = "Fees are capped at $500 a year."
    spoilt = {**quoting(HOURS, denied)}
    spoilt["sentences"][1]["text"] = "Fees are not capped at $500 a year."
    spoilt["answer"] = f"{HOURS} [1] Fees are not capped at $500 a year. [2]"
    changed: list[Mapping[str, Any]] = []

    def watched(reply: dict[str, Any], scene: Any) -> dict[str, Any]:
        changed.append(BY_NAME["drops_negation"].spoil(reply, scene))
        return dict(changed[-1])

    mutation = Mutation("drops_negation", "", ("sentences_quoted",), watched)
    (result,) = mutation_report([case()], lambda _case: spoilt, LIBRARY, FLOORS, None, [mutation])
    assert changed[0]["answer"] == f"{HOURS} [1]\n{denied} [2]"
    assert result.changed == 1
    assert tried("drops_negation").verdict == "not exercised"  # nothing that the sound bot says is denied


def test_a_harmless_mutation_is_not_caught_and_fails_the_check() -> None:
    harmless = Mutation("greets", "is friendly", ("baseline",), lambda reply, _scene: {**reply, "greeting": "Hello!"})
    results = mutation_report(CASES, sound, LIBRARY, FLOORS, BASELINE, [BY_NAME["shifts_offset"], harmless])
    assert [result.verdict for result in results] == ["caught", "not caught"]
    assert mutation_exit_code(results) == ExitCode.FELL_SHORT


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        ("drops_footnote", [refused_case()]),
        ("answers_everything", [case()]),
        ("ignores_history", [case()]),
        ("drops_list_item", [case()]),
        ("swaps_footnotes", [case()]),
    ],
)
def test_a_mutation_that_changes_nothing_is_not_exercised_and_never_caught(name: str, cases: list[EvalCase]) -> None:
    result = tried(name, cases)
    assert (result.verdict, result.changed, result.caught) == ("not exercised", 0, False)
    assert mutation_exit_code([result]) == ExitCode.FELL_SHORT  # where nothing is exercised, nothing was checked
    assert mutation_exit_code([result, tried("shifts_offset")]) == ExitCode.HELD


def test_history_can_not_be_ignored_in_recorded_replies() -> None:
    replies = {asked.id: sound(asked) for asked in CASES}
    assert tried("ignores_history", ask=lambda asked: replies[asked.id]).verdict == "not exercised"


def test_only_what_the_sound_bot_holds_can_be_caught() -> None:
    broken = quoting(HOURS)
    broken["footnotes"][0]["start"] += 1
    result = tried("shifts_offset", [case()], lambda _case: broken)
    assert (result.changed, result.verdict) == (1, "not caught")


def test_a_metric_without_a_floor_moves_and_catches_nothing() -> None:
    lenient = Thresholds.model_validate({"floors": {"right": 0.0}})
    (result,) = mutation_report(CASES, sound, LIBRARY, lenient, None, [BY_NAME["names_another_section"]])
    assert (result.verdict, "sections_named" in result.moved) == ("not caught", True)


def test_without_a_baseline_only_floors_catch() -> None:
    assert tried("drops_list_item", baseline=None).cases == ()
    assert tried("shifts_offset", baseline=None).floors == ("quotes_exact",)


def test_the_same_seed_gives_the_same_bytes_and_the_replies_stay_as_they_were() -> None:
    replies = {asked.id: sound(asked) for asked in CASES}
    before = json.dumps(replies)
    first, second = (
        mutation_json(mutation_report(CASES, lambda asked: replies[asked.id], LIBRARY, FLOORS, BASELINE), code)
        for code in (ExitCode.HELD, ExitCode.HELD)
    )
    assert first == second
    assert json.dumps(replies) == before


def test_each_case_is_asked_once_for_all_mutations_of_replies() -> None:
    asked_ids: list[str] = []

    def ask(asked: EvalCase) -> dict[str, Any]:
        asked_ids.append(asked.id)
        return sound(asked)

    mutation_report([case(), refused_case()], ask, LIBRARY, FLOORS, BASELINE)
    assert asked_ids == ["rules-hours", "rules-pay"]


def test_cases_that_are_stale_or_elsewhere_are_left_out_and_an_empty_check_is_refused() -> None:
    elsewhere = [case(id="rules-old", sections=["Uniforms"]), case(id="laws-hours", document="laws")]
    assert tried("shifts_offset", [case(), *elsewhere]).changed == 1
    with pytest.raises(EvalSetupError, match="no case"):
        tried("shifts_offset", elsewhere)


def test_the_table_says_what_caught_each_and_what_was_wanted_where_nothing_did() -> None:
    lenient = Thresholds.model_validate({"floors": {"quotes_exact": 1.0}})
    chosen = [BY_NAME[name] for name in ("shifts_offset", "refuses_everything", "shuffles_passages")]
    console = Console(width=300)
    with console.capture() as capture:
        console.print(mutation_table(mutation_report(CASES, sound, LIBRARY, lenient, BASELINE, chosen)))
    rows = {
        cells[0]: cells[1:]
        for line in capture.get().splitlines()
        if len(cells := [cell.strip() for cell in line.split("│")[1:-1]]) == 5
    }
    assert rows["moves a footnote's start by one"] == ["caught", "3", "3", "quotes_exact"]
    assert rows["refuses what it answered"][0] == "caught"
    assert "baseline: rules-follow, rules-hours, rules-list" in rows["refuses what it answered"][-1]
    assert rows["ranks the passages by chance"][0] == "not caught"
    assert rows["ranks the passages by chance"][-1].startswith("wanted mrr; moved without a floor: ")
