"""`footnoted eval --calibrate` over a fake bot: what is fitted to, what is told, what is written, what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.answers import Refusal, RefusalReason, Reply
from bot.calibration import calibration_file, load_calibration
from eval.calibrate import CalibrateOptions
from eval.cases import EvalCase
from eval.entry import EvalOptions
from eval.report import ReportPaths
from tests.unit.eval.builders import case, refused_case
from tests.unit.eval.test_entry import FakeChatbot, hours, run

LIKELY = {True: (0.95, 0.9, 0.8, 0.7, 0.45, 0.3), False: (0.75, 0.5, 0.35, 0.2, 0.1, 0.05)}
"""The estimates for the questions that the text answers, and for the others."""


@dataclass
class Estimating(FakeChatbot):
    """Gives the estimate that stands in the question, and answers from 0.4 on; pleas it never answers."""

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        super().ask(conversation_id, question, history)
        probability = float(question.rsplit(maxsplit=1)[-1])
        if probability >= (0.5 if "cuánto" in question else 0.4) and "please" not in question:
            return replace(hours(), probability=probability)
        return Refusal(RefusalReason.NOT_IN_TEXT, "Not in the text.", probability=probability)


def asked(answerable: bool, probability: float, **changes: str) -> EvalCase:
    kind, words = ("yes", "clerks train") if answerable else ("no", "clerks earn")
    made = {"id": f"{kind}-{100 * probability:.0f}", "question": f"how long do {words} {probability}", **changes}
    return case(**made) if answerable else refused_case(**made)


OPEN = tuple(asked(kind, p) for kind in (True, False) for p in LIKELY[kind])


def options(folder: Path, cases: Sequence[EvalCase] = OPEN, target: float = 0.2, **changes: Any) -> EvalOptions:
    path = folder / "cases.jsonl"
    path.write_text("\n".join(item.model_dump_json(exclude_none=True) for item in cases), encoding="utf-8")
    return EvalOptions(
        cases=(path,), threshold=0.4, calibrate=replace(CalibrateOptions(target, folder, "w" * 64), **changes)
    )


def rows(report: str) -> dict[str, list[str]]:
    """The table of figures by the name of the row: threshold, false answers, false refusals, Brier score, ECE."""
    lines = [line.split("  ") for line in report[report.index("answers from") :].splitlines()]
    return {cells[0]: [cell.strip() for cell in cells[1:] if cell.strip()] for cells in lines if len(cells) > 5}


def test_the_cost_is_told_before_and_after_and_cross_validated(tmp_path: Path) -> None:
    code, report, errors = run(options(tmp_path), Estimating())
    assert (code, errors) == (0, "")
    assert "Calibrated on 6 questions that the text answers and 6 that it doesn't" in report
    table = rows(report)
    assert table["as it comes"][:3] == ["0.400", "2 of 6", "1 of 6"]
    assert table["calibrated"][1:3] == ["1 of 6", "2 of 6"]
    assert table["cross-validated"][0] == "–"
    assert "flatter" in report


def test_what_is_written_is_what_was_told(tmp_path: Path) -> None:
    report = run(options(tmp_path), Estimating())[1]
    written = load_calibration(tmp_path)
    assert written is not None
    assert (written.answerable, written.unanswerable, written.target) == (6, 6, 0.2)
    assert written.weights == "w" * 64
    assert rows(report)["calibrated"][0] == f"{written.threshold:.3f}"
    assert f"Written to {calibration_file(tmp_path)}" in report.replace("\n", "")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    code, report, _ = run(options(tmp_path, dry_run=True), Estimating())
    assert code == 0
    assert "Nothing was written." in report
    assert not calibration_file(tmp_path).exists()


def test_cases_that_are_only_scored_are_not_fitted_to_but_told_of(tmp_path: Path) -> None:
    run(options(tmp_path), Estimating())
    alone = load_calibration(tmp_path)
    scored = [
        asked(kind, p, id=f"s-{kind}-{100 * p:.0f}".lower(), split="scored")
        for kind in (True, False)
        for p in LIKELY[not kind]
    ]
    table = rows(run(options(tmp_path, [*OPEN, *scored]), Estimating())[1])
    assert load_calibration(tmp_path) == alone
    assert table["scored: as it comes"][:3] == ["0.400", "5 of 6", "4 of 6"]
    assert "scored: calibrated" in table


def test_what_is_refused_by_a_rule_however_likely_raises_no_threshold(tmp_path: Path) -> None:
    plea = asked(False, 0.99, question="please, what do clerks earn 0.99")
    table = rows(run(options(tmp_path, [*OPEN, plea]), Estimating())[1])
    assert table["calibrated"][1:3] == ["1 of 7", "2 of 6"]


def test_what_is_asked_in_another_language_needs_more_of_the_bots_own_estimate_after_too(tmp_path: Path) -> None:
    modest = [asked(True, p) for p in (0.6, 0.5, 0.45, 0.42)] + [asked(False, p) for p in (0.1, 0.05, 0.02, 0.01)]
    foreign = [
        asked(True, p, id=f"es-{n}", language="es", question=f"cuánto {p}") for n, p in enumerate((0.47, 0.12, 0.11))
    ]
    table = rows(run(options(tmp_path, [*modest, *foreign], target=1.0), Estimating())[1])
    assert table["as it comes"][2] == "3 of 7"
    assert table["calibrated"][:3] == ["0.000", "4 of 4", "3 of 7"]


def test_too_few_cases_for_the_target_are_told_with_how_many_it_takes(tmp_path: Path) -> None:
    assert "write at least 20 of them" in " ".join(run(options(tmp_path, target=0.05), Estimating())[1].split())
    assert "Too few" not in run(options(tmp_path, target=0.2), Estimating())[1]


def test_a_threshold_that_the_operator_set_is_told_to_win(tmp_path: Path) -> None:
    assert "FOOTNOTED_ANSWER_THRESHOLD is set" in run(options(tmp_path, threshold_is_set=True), Estimating())[1]
    assert "FOOTNOTED_ANSWER_THRESHOLD" not in run(options(tmp_path), Estimating())[1]


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (OPEN[:6], "none of the chosen open cases is a question that the text doesn't answer"),
        (OPEN[6:], "none of the chosen open cases is a question that the text answers"),
        ((*OPEN[:6], asked(False, 0.1, split="scored")), "that the text doesn't answer"),
    ],
)
def test_cases_of_one_kind_are_refused_before_they_are_asked(
    tmp_path: Path, cases: Sequence[EvalCase], words: str
) -> None:
    chatbot = Estimating()
    code, report, error = run(options(tmp_path, cases), chatbot)
    assert (code, report, chatbot.asked) == (4, "", [])
    assert words in error
    assert error.count("\n") == 1


def test_estimates_that_tell_nothing_apart_are_refused(tmp_path: Path) -> None:
    wrong_way = [asked(kind, p) for kind in (True, False) for p in LIKELY[not kind]]
    code, report, error = run(options(tmp_path, wrong_way), Estimating())
    assert (code, report) == (4, "")
    assert "AUROC" in error
    assert not calibration_file(tmp_path).exists()


def test_a_data_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    code, _, error = run(options(tmp_path, data_dir=tmp_path / "gone"), Estimating())
    assert code == 4
    assert f"can't be written into {tmp_path / 'gone'}" in error
    assert error.count("\n") == 1


def test_json_stays_one_object_and_the_rest_is_told_on_standard_error(tmp_path: Path) -> None:
    _, report, errors = run(replace(options(tmp_path), json=True), Estimating())
    assert json.loads(report)["scores"]["false_answers"]["n"] == 6
    assert "Calibrated on 6 questions" in errors


def test_the_page_shows_both_curves(tmp_path: Path) -> None:
    page = tmp_path / "eval.html"
    run(replace(options(tmp_path), reports=ReportPaths(html=page)), Estimating())
    assert 'class="curve after"' in page.read_text()
    assert "Reliability once the bot is calibrated" in page.read_text()
    run(replace(options(tmp_path), reports=ReportPaths(html=page), calibrate=None), Estimating())
    assert 'class="curve after"' not in page.read_text()
