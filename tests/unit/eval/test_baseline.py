"""The baseline: what it holds, what turned, and what may become one."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eval.baseline import (
    Baseline,
    BaselineCase,
    Comparison,
    baseline_of,
    compare,
    dump_baseline,
    holds_here,
    load_baseline,
    made_with,
    processor,
    write_baseline,
)
from eval.cases import EvalCase
from eval.errors import BaselineError, NotRecorded
from eval.run import EvalRun, evaluate
from tests.unit.eval.builders import HOURS, case, document, refusal, refused_case, reply

RIGHT = BaselineCase(right=True)
WRONG = BaselineCase(right=False, faults=("refused",))
HIDDEN = "what does the ferryman charge?"


def answer(asked: EvalCase) -> dict[str, Any]:
    return reply(HOURS) if "how long" in asked.question else refusal()


def run(*cases: EvalCase) -> EvalRun:
    return evaluate(answer, [document()], cases)


def baseline(**cases: bool) -> Baseline:
    return Baseline({name.replace("_", "-"): RIGHT if right else WRONG for name, right in cases.items()})


RUN = run(
    case(),
    case(id="rules-lay", question="and clerks?"),
    case(id="rules-more"),
    case(id="rules-still", question="and clerks?"),
    case(id="rules-fresh"),
)


def test_each_case_is_told_by_how_it_turned() -> None:
    before = baseline(rules_hours=True, rules_lay=True, rules_more=False, rules_still=False)
    assert compare(RUN, before) == Comparison(
        turned_wrong=("rules-lay",), turned_right=("rules-more",), new=("rules-fresh",)
    )


def test_a_case_that_was_not_asked_is_left_out_and_is_gone_only_where_no_file_holds_it() -> None:
    before = baseline(laws_hours=True, rules_deleted=True)
    done = run(case(), case(id="laws-hours", document="laws"))
    assert compare(done, before) == Comparison(new=("rules-hours",))
    assert compare(done, before, ["rules-hours", "laws-hours"]).gone == ("rules-deleted",)


def test_a_stale_case_has_not_turned_wrong() -> None:
    done = run(case(), case(id="rules-old", sections=["Uniforms"]))
    assert compare(done, baseline(rules_hours=True, rules_old=True), ["rules-hours", "rules-old"]) == Comparison()


def test_a_baseline_holds_ids_rights_and_codes_and_nothing_else_of_a_case() -> None:
    done = run(case(question=HIDDEN, split="scored", facts=["nine hours"]))
    text = dump_baseline(baseline_of(done))
    assert json.loads(text)["cases"] == {"rules-hours": {"faults": ["refused"], "right": False}}
    assert "ferryman" not in text
    assert "nine" not in text


def test_a_case_takes_a_line_and_the_keys_are_sorted() -> None:
    text = dump_baseline(baseline_of(run(refused_case(), case()), {"index": "1aa9", "reader": "none"}))
    version = document().version
    assert text.splitlines() == [
        "{",
        '"cases": {',
        '  "rules-hours": {"faults": [], "right": true},',
        '  "rules-pay": {"faults": [], "right": true}',
        "},",
        '"documents": {',
        f'  "rules": {{"index": "1aa9", "reader": "none", "version": "{version}"}}',
        "},",
        '"format": 1',
        "}",
    ]


def test_what_is_written_is_read_again_and_its_bytes_do_not_depend_on_the_order_of_cases(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    written = write_baseline(first, run(case(), refused_case()), {"reader": "none"})
    write_baseline(second, run(refused_case(), case()), {"reader": "none"})
    assert load_baseline(first) == written
    assert first.read_bytes() == second.read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.json", "b.json"]


def test_an_empty_baseline_is_json_too(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text(dump_baseline(Baseline()))
    assert load_baseline(path) == Baseline()


def test_an_update_keeps_what_the_run_did_not_ask_and_drops_what_no_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    others = Baseline(baseline(rules_hours=False, laws_hours=True, gone=True).cases, {"laws": {"version": "x"}})
    path.write_text(dump_baseline(others))
    merged = write_baseline(path, run(case()), case_ids=["rules-hours", "laws-hours"])
    assert merged.cases == {"rules-hours": RIGHT, "laws-hours": RIGHT}
    assert merged.documents == {"laws": {"version": "x"}, "rules": {"version": document().version}}
    assert write_baseline(path, run(case())).cases == merged.cases


def test_documents_that_no_case_asked_about_are_not_named() -> None:
    done = evaluate(answer, [document(), document("laws")], [case()])
    assert list(baseline_of(done).documents) == ["rules"]


def test_a_run_with_stale_cases_or_ungrounded_answers_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    with pytest.raises(NotRecorded, match=r"stale.*rules-old") as stale:
        write_baseline(path, run(case(), case(id="rules-old", sections=["Uniforms"])))
    broken = reply(HOURS)
    broken["footnotes"][0]["start"] += 1
    with pytest.raises(NotRecorded, match=r"grounded.*rules-hours") as ungrounded:
        write_baseline(path, evaluate(lambda _case: broken, [document()], [case()]))
    assert (stale.value.stale, ungrounded.value.stale, path.exists()) == (True, False, False)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(BaselineError, match="can't be"):
        write_baseline(tmp_path / "taken", run(case()))
    with pytest.raises(BaselineError, match="can't be written"):
        write_baseline(tmp_path / "none" / "baseline.json", run(case()))
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("not json", "Invalid JSON"),
        ('{"format": 2, "cases": {}}', "format"),
        ('{"format": 1, "cases": {"a": {"right": true, "faults": ["refused"]}}}', "cases.a"),
        ('{"format": 1, "cases": {"a": {"right": false}}}', "cases.a"),
        ('{"format": 1, "cases": {"a": {"right": true, "question": "x"}}}', "cases.a.question"),
    ],
)
def test_a_baseline_that_can_not_be_used_is_refused_by_name(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(content)
    with pytest.raises(BaselineError) as caught:
        load_baseline(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_baseline_that_is_not_there_says_how_to_record_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="--update-baseline"):
        load_baseline(tmp_path / "none.json")


@dataclass
class Bot:
    index_version: str
    answer_threshold: float = 0.4


def test_the_identity_does_not_depend_on_when_the_index_was_built(tmp_path: Path) -> None:
    card = tmp_path / "reader.json"
    card.write_text("{}")
    first, later = (made_with(Bot(f"2026{day}Z-1aa9"), card) for day in ("0101", "0102"))
    made = {"answer_threshold": "0.4", "index": "1aa9", "processor": processor(), "reader": "44136fa355b3"}
    assert first == later == made
    assert made_with(Bot("x-1aa9"), None)["reader"] == "none"


def test_a_processor_is_known_by_the_instructions_that_round(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("flags : fpu sse2 avx512f avx2 avx512_vnni\n")
    assert processor(info) == "avx2+avx512f+avx512_vnni"
    assert processor(tmp_path / "none") == platform.machine()


@pytest.mark.parametrize(
    ("made_on", "here", "holds"), [("avx2", "avx2", True), ("avx2", "arm64", False), (None, "avx2", True)]
)
def test_a_baseline_binds_where_numbers_round_alike(made_on: str | None, here: str, holds: bool) -> None:
    recorded = Baseline(documents={"rules": {"version": "1"} | ({"processor": made_on} if made_on else {})})
    assert holds_here(recorded, {"processor": here}) is holds
    assert holds_here(recorded, {})
