"""`footnoted eval` from options to exit code, over a fake bot."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from rich.console import Console

from bot.answers import Answer, AnswerSentence, Citation, CitedDocument, Refusal, RefusalReason, Reply
from corpus.documents import Document
from eval.cases import EvalCase
from eval.entry import EvalOptions, parse_document_map, run_eval, select_cases
from eval.errors import EvalSetupError
from eval.report import ReportPaths
from tests.unit.eval.builders import HOURS, case, document, refused_case, span_of

CASES = (case(), refused_case(split="scored"), case(id="laws-hours", document="laws"))


def hours() -> Answer:
    doc = document()
    cited = CitedDocument(doc.id, doc.title, doc.version)
    citation = Citation(1, HOURS, span_of(HOURS), ("Basic training",), cited, "rules@x:0-1")
    return Answer((AnswerSentence(HOURS, (1,)),), (citation,))


@dataclass
class FakeChatbot:
    """Answers what is about hours, refuses the rest, and remembers what it was asked."""

    broken: bool = False
    asked: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        if self.broken:
            raise OSError("disk on fire")
        self.asked.append((conversation_id, question, tuple(history)))
        return hours() if "how long" in question else Refusal(RefusalReason.NOT_IN_TEXT, "Not in the text.")

    def texts(self) -> tuple[Document, ...]:
        return (document(),)


@pytest.fixture
def cases_file(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(item.model_dump_json(exclude_none=True) for item in CASES), encoding="utf-8")
    return path


@pytest.fixture
def floors(tmp_path: Path) -> Path:
    path = tmp_path / "floors.toml"
    path.write_text("[floors]\nright = 0.5\n")
    return path


def run(options: EvalOptions, chatbot: FakeChatbot | None = None) -> tuple[int, str, str]:
    out, err = (Console(file=io.StringIO(), width=100) for _ in range(2))
    code = run_eval(options, chatbot or FakeChatbot(), out, err)
    return code, *(console.file.getvalue() for console in (out, err))  # type: ignore[attr-defined]


def test_a_bot_that_is_right_exits_with_0(cases_file: Path, floors: Path) -> None:
    code, report, errors = run(EvalOptions(cases=(cases_file,), thresholds=floors))
    assert (code, errors) == (0, "")
    assert "Every floor held." in report
    assert "Skipped 1 case: no document 'laws' is in the index." in report


def test_json_is_one_object_and_the_same_in_every_run(cases_file: Path) -> None:
    first, second = (run(EvalOptions(cases=(cases_file,), json=True))[1] for _ in range(2))
    assert first == second
    assert json.loads(first)["scores"]["right"] == {"interval": [1.0, 1.0], "n": 2, "value": 1.0}


def test_each_case_is_asked_in_a_conversation_of_its_own_with_its_history(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    followed = case(id="rules-follow", kind="follow_up", history=["who inspects?", "and clerks?"])
    path.write_text(f"{case().model_dump_json(exclude_none=True)}\n{followed.model_dump_json(exclude_none=True)}")
    chatbot = FakeChatbot()
    run(EvalOptions(cases=(path,)), chatbot)
    assert [history for _, _, history in chatbot.asked] == [(), ("who inspects?", "and clerks?")]
    assert len({conversation_id for conversation_id, _, _ in chatbot.asked}) == 2


def test_a_bot_that_is_wrong_exits_with_1(cases_file: Path, tmp_path: Path) -> None:
    floors = tmp_path / "floors.toml"
    floors.write_text("[floors]\nsection_recall_at_1 = 0.5\n")
    code, report, _ = run(EvalOptions(cases=(cases_file,), thresholds=floors))
    assert code == 1
    assert "Fell short: right section in the top 1: 0.000, floor 0.500." in report


def test_a_stale_case_exits_with_3(tmp_path: Path, floors: Path) -> None:
    path = tmp_path / "cases.jsonl"
    cases = [case(), case(id="rules-old", sections=["Uniforms"])]
    path.write_text("\n".join(item.model_dump_json(exclude_none=True) for item in cases))
    code, report, _ = run(EvalOptions(cases=(path,), thresholds=floors))
    assert code == 3
    assert "cases.jsonl:2  rules-old" in report


def test_what_is_misconfigured_exits_with_4_and_one_sentence(cases_file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}")
    wrong = [
        EvalOptions(cases=(bad,)),
        EvalOptions(cases=(tmp_path / "none.jsonl",)),
        EvalOptions(cases=(cases_file,), thresholds=tmp_path / "none.toml"),
        EvalOptions(cases=(cases_file,), documents=("laws",)),
        EvalOptions(cases=(cases_file,), documents=("songs",)),
        EvalOptions(cases=(cases_file,), document_map=(("rules", "songs"),)),
        EvalOptions(cases=(cases_file,), document_map=(("songs", "rules"),)),
    ]
    for options in wrong:
        code, report, error = run(options)
        assert (code, report, error.count("\n")) == (4, "", 1), error


def test_a_bot_that_raises_exits_with_5_and_names_the_case(cases_file: Path) -> None:
    code, report, error = run(EvalOptions(cases=(cases_file,)), FakeChatbot(broken=True))
    assert (code, report) == (5, "")
    assert "'rules-hours' failed (OSError: disk on fire)" in error


def test_a_crash_of_the_eval_itself_exits_with_5_and_not_with_pythons_1(cases_file: Path) -> None:
    class Headless(FakeChatbot):
        def texts(self) -> tuple[Document, ...]:
            raise ZeroDivisionError

    code, report, error = run(EvalOptions(cases=(cases_file,)), Headless())
    assert (code, report) == (5, "")
    assert "ZeroDivisionError" in error


def selected(options: EvalOptions, cases: Sequence[EvalCase] = CASES) -> list[str]:
    return [chosen.id for chosen in select_cases(options, cases, ["rules", "statutes"])]


def test_cases_are_chosen_by_split_and_document() -> None:
    assert selected(EvalOptions()) == ["rules-hours", "rules-pay", "laws-hours"]
    assert selected(EvalOptions(split="scored")) == ["rules-pay"]
    assert selected(EvalOptions(split="open", documents=("rules",))) == ["rules-hours"]


def test_a_document_is_named_as_the_cases_name_it_even_where_another_is_asked() -> None:
    options = EvalOptions(documents=("laws",), document_map=(("laws", "statutes"),))
    assert selected(options) == ["laws-hours"]


def test_an_eval_of_nothing_is_refused() -> None:
    with pytest.raises(EvalSetupError, match="None of the 1 chosen cases"):
        selected(EvalOptions(), [case(document="songs")])
    with pytest.raises(EvalSetupError, match="None of the 0 chosen cases"):
        selected(EvalOptions(split="scored"), [case()])


def test_as_arguments_are_pairs() -> None:
    assert parse_document_map(["a=b", "c=d", "a=b"]) == (("a", "b"), ("c", "d"))
    for wrong in (["a"], ["=b"], ["a="], ["a=b", "a=c"]):
        with pytest.raises(EvalSetupError, match="--as"):
            parse_document_map(wrong)


class Forgetful(FakeChatbot):
    """Refuses everything."""

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        super().ask(conversation_id, question, history)
        return Refusal(RefusalReason.NOT_IN_TEXT, "Not in the text.", probability=0.2)


def test_a_case_that_turns_wrong_fails_by_name_though_the_floors_hold(
    cases_file: Path, floors: Path, tmp_path: Path
) -> None:
    baseline = tmp_path / "baseline.json"
    options = EvalOptions(cases=(cases_file,), thresholds=floors, baseline=baseline)
    assert run(replace(options, update_baseline=True))[0] == 0
    assert run(options)[0] == 0
    code, report, _ = run(options, Forgetful())
    assert code == 1
    assert "Every floor held." in report
    assert "rules-hours" in report


def test_a_baseline_from_another_kind_of_processor_is_news_and_no_failure(
    cases_file: Path, floors: Path, tmp_path: Path
) -> None:
    options = EvalOptions(
        cases=(cases_file,), thresholds=floors, baseline=tmp_path / "b.json", identity={"processor": "another"}
    )
    run(replace(options, update_baseline=True))
    code, _, errors = run(replace(options, identity={"processor": "this"}), Forgetful())
    assert code == 0
    assert "another kind of processor" in errors


def test_recorded_replies_are_judged_as_the_bot_was(cases_file: Path, floors: Path, tmp_path: Path) -> None:
    options = EvalOptions(cases=(cases_file,), thresholds=floors, json=True)
    first = run(replace(options, record=tmp_path / "replies.jsonl"))
    assert run(replace(options, replies=tmp_path / "replies.jsonl"), Forgetful()) == first


def test_every_report_is_written(cases_file: Path, floors: Path, tmp_path: Path) -> None:
    paths = ReportPaths(*(tmp_path / name for name in ("a.xml", "a.md", "a.txt", "a.gl.json", "a.json", "a.html")))
    trec = tmp_path / "trec"
    trec.mkdir()
    assert run(EvalOptions(cases=(cases_file,), thresholds=floors, reports=paths, trec=trec))[0] == 0
    assert all(path.stat().st_size for path in (paths.junit, paths.markdown, paths.json, paths.html) if path)
    assert (trec / "run.trec").is_file()


def test_a_gate_that_misses_a_mutation_fails(cases_file: Path, floors: Path) -> None:
    code, table, _ = run(EvalOptions(cases=(cases_file,), thresholds=floors, mutate=True))
    assert code == 1
    assert "not caught" in table
