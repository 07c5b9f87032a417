"""What a report shows, and what it must not show."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from rich.console import Console

from eval.cases import EvalCase
from eval.gate import ExitCode, Shortfall, Thresholds, shortfalls
from eval.report import LABELS, SHOWN, expected, print_report, report_json, shortened
from eval.reports import Extras
from eval.run import METRICS, EvalRun, evaluate
from eval.scores import Score
from tests.unit.eval.builders import HOURS, PAID, WEEKS, case, document, refusal, refused_case, reply

UNSEEN = "who pays the ferryman?"
CASES = (
    case(),
    case(id="rules-open", facts=["nine hours"], not_facts=["four weeks"], history=["who inspects?"]),
    case(id="rules-scored", facts=["nine hours"], question=UNSEEN, split="scored"),
    refused_case(),
    case(id="rules-old", sections=["Uniforms"], question="and the uniforms?", split="scored"),
    case(id="laws-hours", document="laws"),
)


def answer(asked: EvalCase) -> dict[str, Any]:
    content = reply(HOURS, WEEKS) if asked.status == "answered" else refusal()
    return {**content, "timings_ms": {"total": id(content)}}


def run() -> EvalRun:
    return evaluate(answer, [document()], CASES)


def short_of(done: EvalRun) -> tuple[Shortfall, ...]:
    return shortfalls(done, Thresholds.model_validate({"floors": {"right": 0.9, "quotes_exact": 1.0}}))


def printed(done: EvalRun, width: int = 100) -> str:
    console = Console(width=width, record=True, force_terminal=False, file=None, quiet=False)
    with console.capture() as capture:
        print_report(done, short_of(done), console)
    return capture.get()


def as_json(done: EvalRun) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(report_json(done, short_of(done), ExitCode.FELL_SHORT))
    return content


def test_every_metric_has_a_label() -> None:
    assert set(LABELS) >= set(METRICS)


def test_a_failing_open_case_is_shown_with_what_was_asked_wanted_and_said() -> None:
    report = printed(run())
    assert "rules-open (fact)" in report
    assert "who inspects? → how long do clerks train?" in report
    assert 'wanted "nine hours"; not "four weeks"; cited from training' in report
    assert f"got    {HOURS} [1] {WEEKS} [2]" in report
    assert 'does not say "nine hours"; says "four weeks"' in report


def test_a_failing_scored_case_shows_only_its_id_and_the_kind_of_fault() -> None:
    for report in (printed(run()), report_json(run(), (), ExitCode.HELD)):
        assert "rules-scored" in report
        assert UNSEEN not in report
        assert "uniforms" not in report.lower()
    assert "rules-scored: fact_missing (scored)" in printed(run())
    assert {"id": "rules-scored", "split": "scored", "faults": ["fact_missing"]} in as_json(run())["wrong"]


def test_the_tables_count_right_cases_by_kind_document_and_split() -> None:
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed(run()).splitlines()]
    assert ["kind", "fact", "1/3", "1/3", "–"] in rows
    assert ["kind", "unanswerable", "1/1", "–", "1/1"] in rows
    assert ["document", "rules", "2/4", "1/3", "1/1"] in rows
    assert ["split", "open", "2/3", "1/2", "1/1"] in rows
    assert ["split", "scored", "0/1", "0/1", "–"] in rows


def test_every_score_is_shown_with_its_n_and_without_a_value_where_there_is_nothing() -> None:
    refusals = evaluate(answer, [document()], [refused_case()])
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed(refusals).splitlines()]
    assert ["refused right", "1.000", "1"] in rows
    assert ["quotes exact", "–", "0"] in rows


def test_skipped_stale_and_shortfalls_are_said_in_a_line_each() -> None:
    lines = printed(run()).splitlines()
    assert "Skipped 1 case: no document 'laws' is in the index." in lines
    assert any(line.startswith("Stale:") and "rules-old" in line for line in lines)
    assert "Fell short: right: 0.500, floor 0.900. n = 4." in lines
    assert "Every floor held." not in lines


def test_an_ungrounded_answer_is_named_even_where_the_case_is_right() -> None:
    broken = reply(HOURS)
    broken["footnotes"][0]["start"] += 1
    done = evaluate(lambda _case: broken, [document()], [case()])
    assert "Not all grounded: rules-hours (quotes exact)." in printed(done).splitlines()
    assert as_json(done)["ungrounded"] == {"rules-hours": ["quotes_exact"]}


def test_a_long_answer_is_listed_and_shortened() -> None:
    done = evaluate(lambda _case: reply(*[PAID] * 4), [document()], [case()])
    assert as_json(done)["too_long"] == ["rules-hours"]
    assert "Longer than wanted: rules-hours." in printed(done).splitlines()
    assert len(as_json(done)["wrong"][0]["got"]) <= SHOWN
    assert shortened("a " * SHOWN).endswith("a…")
    assert shortened("a  \n b") == "a b"


def test_brackets_in_an_answer_are_text_not_markup() -> None:
    content = reply(HOURS)
    content["answer"] = "[bold]no[/bold] :smile: [/]"
    report = printed(evaluate(lambda _case: content, [document()], [case()]))
    assert "[bold]no[/bold] :smile: [/]" in report


def test_languages_and_the_length_of_answers_are_shown_not_only_computed() -> None:
    content = as_json(run())
    assert content["by_language"] == {"en": {"n": 4, "value": 0.5}}
    sentences = content["answer_length"]["sentences"]
    assert (sentences["n"], sentences["median"]) == (3, 2)
    report = printed(run())
    assert "Answers take 2 sentences" in report
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in report.splitlines()]
    assert ["language", "en", "2/4", "1/3", "1/1"] in rows


def test_two_runs_give_the_same_bytes() -> None:
    assert report_json(run(), (), ExitCode.HELD) == report_json(run(), (), ExitCode.HELD)
    assert printed(run()) == printed(run())


def test_the_json_holds_scores_with_n_and_the_documents_versions() -> None:
    content = as_json(run())
    assert content["scores"]["right"] == {"n": 4, "value": 0.5}
    assert content["scores"]["right_reason"] == {"n": 1, "value": 1.0}
    assert content["documents"] == {"rules": document().version}
    assert (content["stale"], content["skipped"]) == (["rules-old"], {"laws": 1})
    assert content["shortfalls"] == [{"name": "right", "floor": 0.9, "n": 4, "value": 0.5}]
    assert content["exit_code"] == 1


def test_what_is_expected_of_a_refused_case_is_its_reason() -> None:
    assert expected(refused_case()) == "a refusal (not_in_text)"


class Compared(NamedTuple):
    turned_wrong: tuple[str, ...] = ("rules-open", "rules-scored")
    turned_right: tuple[str, ...] = ("rules-pay",)
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ("rules-gone",)


def printed_with(extras: Extras, width: int = 80) -> list[str]:
    console = Console(width=width)
    with console.capture() as capture:
        print_report(run(), short_of(run()), console, extras)
    return capture.get().splitlines()


def test_intervals_and_the_baselines_scores_stand_beside_the_scores() -> None:
    lines = printed_with(Extras(intervals={"right": (0.25, 0.75)}, baseline_scores={"right": Score(3, 4)}))
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]
    assert ["right", "0.500", "0.250–0.750", "4", "0.750"] in rows
    assert ["quotes exact", "1.000", "–", "6", "–"] in rows


def test_what_turned_wrong_is_named_at_its_file_and_line_unless_it_is_only_for_scoring() -> None:
    open_case, scored = CASES[1].model_copy(), CASES[2].model_copy()
    open_case._where, scored._where = "cases/rules.jsonl:2", "cases/rules.jsonl:3"
    console = Console(width=80)
    with console.capture() as capture:
        done = evaluate(answer, [document()], [open_case, scored])
        print_report(done, (), console, Extras(comparison=Compared()))
    lines = capture.get().splitlines()
    assert "Turned wrong: cases/rules.jsonl:2  rules-open" in lines
    assert "Turned wrong: rules-scored" in lines
    assert "Beside the baseline: 2 turned wrong, 1 turned right, 0 new, 1 gone." in lines
    assert "Turned right: rules-pay; record it with --update-baseline." in lines


def test_the_report_fits_80_columns() -> None:
    long = case(id="rules-long", question="how long do clerks train? " * 12, facts=["nine hours"], history=["a " * 90])
    console = Console(width=80)
    with console.capture() as capture:
        done = evaluate(answer, [document()], [long])
        print_report(done, short_of(done), console, Extras(intervals={"right": (0.0, 1.0)}))
    lines = capture.get().splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].startswith(" " * 9 + "a a")
