"""The lint of cases: each rule fires where it should, and not where it shouldn't."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from corpus.builder import DocumentBuilder, Metadata
from corpus.documents import Document
from eval.cases import EvalCase, case_dict
from eval.library import Library
from eval.lint import FAULTS, OK, RULES, UNUSABLE, Finding, Level, Rule, has_faults, lint, run_lint
from tests.unit.eval.builders import HOURS, NOTE, WEEKS, case, document, refused_case


def long_document() -> Document:
    """Six sentences, three of them of clerks, and a list."""
    builder = DocumentBuilder()
    builder.add_heading(2, "Clerks")
    builder.add_paragraph("A clerk files forms. A clerk reads letters. A clerk stamps 12 copies a day.")
    builder.add_heading(2, "Pay")
    builder.add_paragraph("The county pays wages monthly. The union asks for more. Overtime is rare.")
    return builder.build(Metadata(id="rules", title="The Rules", language="en"))


LONG = long_document()


def found(*cases: EvalCase, about: Document | None = None) -> list[tuple[Rule, Level]]:
    return [(entry.rule, entry.level) for entry in lint(cases, [about or document()])]


def test_a_sound_case_and_a_sound_refusal_have_no_findings() -> None:
    assert found(case(), refused_case(), case(id="a", question="why?", passages=[{"quote": HOURS}])) == []


FIRING: list[tuple[EvalCase, Rule, Level, Document]] = [
    (case(question="Is it 8 hours?", sections=[]), Rule.FACT_IN_QUESTION, Level.FAULT, document()),
    (case(question="Is it 8 hours?"), Rule.FACT_IN_QUESTION, Level.WARNING, document()),
    (case(facts=["clerk"], sections=[]), Rule.COMMON_FACT, Level.FAULT, LONG),
    (case(facts=[{"regex": r"\w"}], sections=[]), Rule.REGEX_MATCHES_ALL, Level.FAULT, document()),
    (case(sections=["a"]), Rule.SECTIONS_MATCH_ALL, Level.FAULT, document()),
    (case(sections=[], passages=[{"section": "a"}]), Rule.SECTIONS_MATCH_ALL, Level.FAULT, document()),
    (case(sections=["Uniforms"]), Rule.STALE, Level.FAULT, document()),
    (case(sections=[], passages=[{"quote": HOURS}, {"quote": "nine hours"}]), Rule.STALE, Level.FAULT, document()),
    (case(facts=["$500"]), Rule.FACT_NOT_IN_PASSAGE, Level.FAULT, document()),
    (case(sections=[], passages=[{"quote": WEEKS}]), Rule.FACT_NOT_IN_PASSAGE, Level.FAULT, document()),
    (refused_case(question="Do inspectors train in Denver?"), Rule.QUESTION_IN_TEXT, Level.WARNING, document()),
    (case(document="laws"), Rule.UNKNOWN_DOCUMENT, Level.WARNING, document()),
    (case(kind="unanswerable"), Rule.KIND_MISMATCH, Level.FAULT, document()),
    (refused_case(kind="off_topic"), Rule.KIND_MISMATCH, Level.FAULT, document()),
    (refused_case(kind="fact", reason="false_premise"), Rule.KIND_MISMATCH, Level.FAULT, document()),
]


@pytest.mark.parametrize(("asked", "rule", "level", "about"), FIRING)
def test_each_rule_finds_what_it_is_for(asked: EvalCase, rule: Rule, level: Level, about: Document) -> None:
    assert found(asked, about=about) == [(rule, level)]


@pytest.mark.parametrize(
    ("asked", "about"),
    [
        (case(question="Is it 18 hours?", sections=[]), document()),
        (case(facts=["12"], sections=[]), LONG),
        (case(facts=[{"regex": r"\d"}], sections=[]), document()),
        (case(sections=["Uniforms", "training"]), document()),
        (case(facts=["$500"], sections=["costs"]), document()),
        (case(facts=["$500"], sections=[], passages=[{"quote": NOTE}]), document()),
        (case(sections=[], passages=[{"quote": "Field clerks"}]), document()),
        (case(sections=[], passages=[{"document": "rules"}]), document()),
        (refused_case(question="Do inspectors train in Boston?"), document()),
        (refused_case(question="And in Denver?"), document()),
        (refused_case(question="Do inspectors train in Denver?", history=["Do clerks?"]), document()),
        (refused_case(kind="off_topic", reason="off_topic"), document()),
        (refused_case(kind="follow_up", reason="false_premise"), document()),
        (refused_case(kind="attack", reason=None), document()),
        (case(question="no question mark"), document()),
    ],
)
def test_no_rule_finds_what_is_sound(asked: EvalCase, about: Document) -> None:
    assert found(asked, about=about) == []


def test_a_case_made_in_code_that_only_forbids_something_is_found() -> None:
    asked = case(not_facts=["four weeks"]).model_copy(update={"facts": (), "sections": ()})
    assert found(asked) == [(Rule.ONLY_ABSENCE, Level.FAULT)]


def test_one_question_with_two_expectations_is_a_fault_and_with_one_a_warning() -> None:
    again = {"id": "rules-again", "question": "How long do clerks train"}
    assert found(case(), case(**again, facts=["four weeks"])) == [(Rule.CONFLICTING_CASES, Level.FAULT)]
    assert found(case(), case(**again)) == [(Rule.REPEATED_CASE, Level.WARNING)]
    assert found(case(), case(**again, history=["What of inspectors?"], facts=["four weeks"])) == []


def test_a_few_sentences_are_too_few_to_call_a_fact_common() -> None:
    assert (Rule.COMMON_FACT, Level.FAULT) not in found(case(facts=["train"], sections=[]))


def test_every_rule_is_tried_above() -> None:
    tried = {rule for _, rule, _, _ in FIRING}
    assert tried | {Rule.ONLY_ABSENCE, Rule.CONFLICTING_CASES, Rule.REPEATED_CASE} == set(Rule) == set(RULES)


def test_without_documents_only_the_rules_that_need_none_are_used() -> None:
    assert lint([case(document="laws", sections=["Uniforms"])]) == ()
    assert [entry.rule for entry in lint([case(kind="off_topic")])] == [Rule.KIND_MISMATCH]


def test_earlier_versions_are_opened_by_the_library_that_is_given() -> None:
    old = document()
    changed = Document("rules", "The Rules", f"Changed.\n{old.text}", ())
    start = old.text.index(HOURS)
    named = [{"permalink": f"/read/rules/{old.version}?quote={start}-{start + len(HOURS)}#quote"}]
    asked = case(sections=[], passages=named)
    assert [entry.rule for entry in lint([asked], [changed])] == [Rule.STALE]
    assert Rule.STALE not in [entry.rule for entry in lint([asked], Library.of([changed], lambda _id, _version: old))]


def test_of_a_scored_case_only_the_id_and_the_kind_of_fault_are_shown() -> None:
    hidden = case(split="scored", sections=["Uniforms"], question="how long do clerks train?")
    assert lint([hidden], [document()]) == (Finding("", "rules-hours", Rule.STALE, RULES[Rule.STALE], Level.FAULT),)
    twin = case(id="rules-twin", facts=["four weeks"])
    conflict = next(entry for entry in lint([hidden, twin], [document()]) if entry.case_id == "rules-twin")
    assert hidden.id not in conflict.message


def write(folder: Path, *cases: EvalCase) -> Path:
    path = folder / "cases.jsonl"
    path.write_text("".join(f"{json.dumps(case_dict(entry))}\n" for entry in cases), encoding="utf-8")
    return path


def run(path: Path, **options: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run_lint([path], [document()], out=Console(file=out), err=Console(file=err), **options)
    return code, out.getvalue(), err.getvalue()


def test_a_run_says_where_and_what_and_ends_with_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(write(tmp_path, case(), case(id="rules-old", question="why?", sections=["Uniforms"])))
    assert code == FAULTS
    assert "cases.jsonl:2  rules-old: fault stale: " in out
    assert out.rstrip().endswith("Faults: 1, warnings: 0.")
    assert run(write(tmp_path, case()))[0] == OK


def test_warnings_fail_only_where_they_are_asked_to(tmp_path: Path) -> None:
    path = write(tmp_path, case(document="laws"))
    assert run(path)[0] == OK
    assert run(path, strict=True)[0] == FAULTS


def test_cases_that_can_not_be_read_are_named(tmp_path: Path) -> None:
    code, out, err = run(tmp_path / "none.jsonl")
    assert (code, out) == (UNUSABLE, "")
    assert "none.jsonl" in err


def test_two_runs_in_json_give_the_same_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, case(sections=["Uniforms"]))
    first, second = run(path, as_json=True), run(path, as_json=True)
    assert first == second
    assert [entry["rule"] for entry in json.loads(first[1])] == ["stale"]


def test_a_fault_counts_and_a_warning_does_not() -> None:
    assert has_faults(lint([case(sections=["Uniforms"])], [document()]))
    assert not has_faults(lint([case(document="laws")], [document()]))
