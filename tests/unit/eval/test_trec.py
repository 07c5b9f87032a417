"""TREC files, read back by the reference tool."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytrec_eval

from eval.cases import EvalCase
from eval.errors import FormatError
from eval.run import EvalRun, evaluate
from eval.trec import write_qrels, write_run
from tests.unit.eval.builders import (
    HOURS,
    LIBRARY,
    PAID,
    STATE,
    WEEKS,
    case,
    document,
    passage,
    refused_case,
    reply,
)

WEEK, HOUR, COST = passage(WEEKS), passage(HOURS), passage(PAID, STATE)
REPLIES = {
    "rules-hours": [COST, HOUR, WEEK],
    "rules-cost": [WEEK, COST, COST],
    "rules-pay": [HOUR],
    "rules-secret": [HOUR],
}
CASES = (
    case(),
    case(id="rules-cost", facts=["$1,300,000"], sections=["costs", "what it costs"]),
    refused_case(),
    case(id="rules-secret", split="scored"),
)


@pytest.fixture
def run() -> EvalRun:
    def ask(asked: EvalCase) -> dict[str, object]:
        return reply(HOURS, passages=REPLIES[asked.id])

    return evaluate(ask, [document()], CASES)


def test_a_run_keeps_the_order_and_each_passage_once(run: EvalRun, tmp_path: Path) -> None:
    write_run(tmp_path / "run.txt", run.results, tag="my bot")
    lines = (tmp_path / "run.txt").read_text().splitlines()
    assert lines[0].split() == ["rules-hours", "Q0", COST["id"], "1", "3", "my%20bot"]
    read = pytrec_eval.parse_run(lines)
    assert {name: sorted(found, key=lambda p: -found[p]) for name, found in read.items()} == {
        "rules-hours": [COST["id"], HOUR["id"], WEEK["id"]],
        "rules-cost": [WEEK["id"], COST["id"]],
        "rules-pay": [HOUR["id"]],
    }


def test_the_reference_tool_scores_the_files_as_the_metrics_do(run: EvalRun, tmp_path: Path) -> None:
    write_run(tmp_path / "run.txt", run.results)
    write_qrels(tmp_path / "qrels.txt", run.results, LIBRARY)
    qrels = pytrec_eval.parse_qrel((tmp_path / "qrels.txt").read_text().splitlines())
    assert set(qrels) == {"rules-hours", "rules-cost"}
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, {"recall.1,3", "ndcg_cut.3", "recip_rank"})
    theirs = evaluator.evaluate(pytrec_eval.parse_run((tmp_path / "run.txt").read_text().splitlines()))
    names = {"recall_1": "recall_at_1", "recall_3": "recall_at_3", "ndcg_cut_3": "ndcg_at_3", "recip_rank": "mrr"}
    for query, found in theirs.items():
        ours = {theirs_name: run.by_case(name)[query].value for theirs_name, name in names.items()}
        assert ours == pytest.approx(found, abs=1e-9)


def test_nothing_of_a_case_for_scoring_only_is_written(run: EvalRun, tmp_path: Path) -> None:
    write_run(tmp_path / "run.txt", run.results)
    write_qrels(tmp_path / "qrels.txt", run.results, LIBRARY)
    assert "secret" not in (tmp_path / "run.txt").read_text() + (tmp_path / "qrels.txt").read_text()


def test_a_file_that_can_not_be_written_is_named(run: EvalRun, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"nowhere/run\.txt can't be written"):
        write_run(tmp_path / "nowhere" / "run.txt", run.results)
