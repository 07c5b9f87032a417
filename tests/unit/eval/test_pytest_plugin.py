"""A publisher's test file with eval cases in it, run by pytest inside pytest over a bot of two answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bot.answers import Answer, AnswerSentence, Citation, CitedDocument, Refusal, RefusalReason, Reply
from corpus.documents import Document
from eval.cases import EvalCase
from tests.unit.eval.builders import HOURS, case, document, refused_case, span_of

pytest_plugins = ["pytester"]

# Pytester forgets what an inner run imported, and numpy can't be imported twice in one process: it is here first.
for module in ("eval.asking", "eval.server", "eval.run", "eval.reports.words", "eval.pytest_plugin"):
    import_module(module)

ROOT = Path(__file__).parents[3]
FILE = "tests/test_answers.py"
PLUGINS = ("-p", "no:hypothesispytest", "-p", "no:anyio", "-p", "no:pytest_cov")

BOT = """
from tests.unit.eval.test_pytest_plugin import AnswersHours
opened = []
def bot():
    opened.append(1)
    assert len(opened) == 1, "the bot was opened twice"
    return AnswersHours()
"""
CALL = f"from eval.pytest_plugin import footnoted_eval\n{BOT}\nfootnoted_eval('../cases/*.jsonl', bot=bot)\n"
NO_SUCH_INDEX = (
    "from eval.pytest_plugin import footnoted_eval\nfootnoted_eval('../cases/*.jsonl', data_dir='nowhere')\n"
)

RIGHT = case()
WRONG = case(id="rules-weeks", question="how long do inspectors train?", facts=["four weeks"], kind="lay")
REFUSED = refused_case()


class AnswersHours:
    """A bot that knows how long clerks train, and says that to whatever asks how long."""

    def ask(self, _conversation_id: str, question: str, _history: Sequence[str] = ()) -> Reply:
        if "how long" not in question:
            return Refusal(RefusalReason.NOT_IN_TEXT, "Not in the text.")
        rules = document()
        cited = CitedDocument(rules.id, rules.title, rules.version)
        citation = Citation(1, HOURS, span_of(HOURS), ("Basic training",), cited, "rules@x:0-1")
        return Answer((AnswerSentence(HOURS, (1,)),), (citation,))

    def texts(self) -> tuple[Document, ...]:
        return (document(),)


@pytest.fixture
def repository(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A publisher's repository: cases/ and tests/, with the fake bot in reach."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.syspath_prepend(str(ROOT))
    pytester.mkdir("tests")
    pytester.mkdir("cases")
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider\n")
    return pytester


def write_cases(pytester: pytest.Pytester, cases: Sequence[EvalCase], name: str = "rules.jsonl") -> None:
    lines = [json.dumps(item.model_dump(mode="json", exclude_defaults=True)) for item in cases]
    (pytester.path / "cases" / name).write_text("\n".join(lines), encoding="utf-8")


def write_test(pytester: pytest.Pytester, text: str, name: str = FILE) -> None:
    (pytester.path / name).write_text(text, encoding="utf-8")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Pytest inside this process. Where the plugin is installed it is loaded already, and -p does nothing more."""
    return pytester.runpytest_inprocess(*PLUGINS, *arguments)


def run_apart(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Pytest in a process of its own, for what needs one."""
    return pytester.runpytest_subprocess(*PLUGINS, *arguments)


def test_each_case_is_an_item_named_by_its_id(repository: pytest.Pytester) -> None:
    write_cases(repository, [RIGHT, WRONG, REFUSED])
    write_test(repository, CALL)
    result = run(repository, "-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines([f"{FILE}::rules-hours*PASSED*", f"{FILE}::rules-weeks*FAILED*"])


def test_a_failure_says_what_was_asked_wanted_got_and_cited_and_where_the_case_stands(
    repository: pytest.Pytester,
) -> None:
    write_cases(repository, [RIGHT, WRONG])
    write_test(repository, CALL)
    run(repository).stdout.fnmatch_lines(
        [
            "cases/rules.jsonl:2: rules-weeks",
            "asked   how long do inspectors train?",
            'wanted  "four weeks"; cited from training',
            "got     Field clerks train for eight hours. ?1?",
            "cited   ?1? Basic training: “Field clerks train for eight hours.”",
            'fault   does not say "four weeks"',
        ]
    )


def test_a_case_for_scoring_only_shows_its_id_and_the_kind_of_fault_and_nothing_else(
    repository: pytest.Pytester,
) -> None:
    scored = case(**{**WRONG.model_dump(mode="json", exclude_defaults=True), "split": "scored"})
    write_cases(repository, [scored])
    write_test(repository, CALL)
    said = run(repository, "-vv", "-rA").stdout.str()
    assert "rules-weeks\nleaves out a fact" in said
    assert "inspectors" not in said
    assert "four weeks" not in said


def test_a_junit_report_points_at_the_line_of_the_case(repository: pytest.Pytester) -> None:
    write_cases(repository, [RIGHT, WRONG])
    write_test(repository, CALL)
    run(repository, "--junit-xml=report.xml", "-o", "junit_family=xunit1")
    report = (repository.path / "report.xml").read_text(encoding="utf-8")
    assert 'name="rules-weeks" file="cases/rules.jsonl" line="1"' in report  # pytest counts lines from 0


def test_a_stale_case_fails_as_stale_and_says_what_is_gone(repository: pytest.Pytester) -> None:
    write_cases(repository, [case(sections=["Uniforms"])])
    write_test(repository, CALL)
    result = run(repository)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["stale: gone from 'rules': *Uniforms*"])


def test_a_case_about_a_document_that_is_not_indexed_fails(repository: pytest.Pytester) -> None:
    write_cases(repository, [case(document="laws")])
    write_test(repository, CALL)
    result = run(repository)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no document 'laws' is in the index. There is rules;*"])


def test_a_conftest_may_make_the_call(repository: pytest.Pytester) -> None:
    write_cases(repository, [RIGHT, REFUSED])
    write_test(repository, CALL, "tests/conftest.py")
    result = run(repository, "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["tests/conftest.py::rules-hours*PASSED*"])
    run(repository, "tests/conftest.py::rules-hours").assert_outcomes(passed=1)


def test_yaml_cases_are_items_too(repository: pytest.Pytester) -> None:
    entry = RIGHT.model_dump(mode="json", exclude_defaults=True)
    text = f"- {json.dumps(entry)}\n"
    (repository.path / "cases" / "rules.yaml").write_text(text, encoding="utf-8")
    write_test(repository, CALL.replace("*.jsonl", "*.yaml"))
    run(repository).assert_outcomes(passed=1)


def test_cases_are_chosen_by_id_kind_document_and_node_id(repository: pytest.Pytester) -> None:
    write_cases(repository, [RIGHT, WRONG, REFUSED])
    write_test(repository, CALL)
    run(repository, "-k", "rules-pay").assert_outcomes(passed=1, deselected=2)
    run(repository, "-k", "unanswerable").assert_outcomes(passed=1, deselected=2)
    run(repository, f"{FILE}::rules-hours").assert_outcomes(passed=1)


def test_x_stops_at_the_first_wrong_case_and_lf_runs_only_what_failed(repository: pytest.Pytester) -> None:
    write_cases(repository, [WRONG, RIGHT])
    write_test(repository, CALL)
    repository.makeini("[pytest]\n")
    run(repository, "-x").assert_outcomes(failed=1)
    run(repository).assert_outcomes(passed=1, failed=1)
    run(repository, "--lf").assert_outcomes(failed=1)


def test_the_order_and_the_ids_are_the_same_in_every_process(repository: pytest.Pytester) -> None:
    write_cases(repository, [REFUSED], "b.jsonl")
    write_cases(repository, [WRONG, RIGHT], "a.jsonl")
    write_test(repository, CALL)
    first, second = (run(repository, "--collect-only", "-q").stdout.lines[:3] for _ in range(2))
    assert first == second == [f"{FILE}::{name}" for name in ("rules-weeks", "rules-hours", "rules-pay")]


def test_workers_of_xdist_agree_on_the_items(repository: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write_cases(repository, [RIGHT, WRONG, REFUSED])
    write_test(repository, CALL)
    run_apart(repository, "-n", "2").assert_outcomes(passed=2, failed=1)


def test_a_bot_that_is_not_configured_is_one_usage_error(repository: pytest.Pytester) -> None:
    write_cases(repository, [RIGHT, WRONG, REFUSED])
    write_test(repository, NO_SUCH_INDEX)
    result = run_apart(repository)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    errors = [line for line in result.stderr.lines if line]
    assert len(errors) == 1
    assert errors[0].startswith("ERROR: The eval cases can't be asked: ")
    assert "footnoted index" in errors[0]


def test_collecting_needs_no_bot(repository: pytest.Pytester) -> None:
    write_cases(repository, [RIGHT])
    write_test(repository, NO_SUCH_INDEX)
    assert run(repository, "--collect-only").ret == pytest.ExitCode.OK


@pytest.mark.parametrize("option", ["footnoted_data_dir = nowhere", "footnoted_url = http://127.0.0.1:9"])
def test_the_ini_file_says_which_bot_where_the_call_does_not(repository: pytest.Pytester, option: str) -> None:
    write_cases(repository, [RIGHT])
    write_test(repository, "from eval.pytest_plugin import footnoted_eval\nfootnoted_eval('../cases/*.jsonl')\n")
    repository.makeini(f"[pytest]\n{option}\n")
    result = run_apart(repository)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    wanted = str(repository.path / "nowhere") if "data_dir" in option else "http://127.0.0.1:9"
    assert wanted in result.stderr.str()
    write_test(repository, CALL)  # the call's own word is above the ini file's
    run(repository).assert_outcomes(passed=1)


def test_two_bots_for_one_call_are_refused(repository: pytest.Pytester) -> None:
    write_cases(repository, [RIGHT])
    write_test(repository, CALL.replace("bot=bot", "bot=bot, url='http://127.0.0.1:9'"))
    result = run(repository)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*names two bots (url and bot); name one.*"])


def mistakes() -> list[Any]:
    clash = [RIGHT.model_dump_json(exclude_defaults=True)] * 2
    return [
        pytest.param(
            CALL.replace("*.jsonl", "*.json"), [], "*no case file matches '../cases/?.json'; mend the path.*", id="glob"
        ),
        pytest.param(CALL, ["{}"], "*cases/rules.jsonl:1: *", id="case"),
        pytest.param(CALL, clash, "*cases/rules.jsonl:2: the id 'rules-hours' is taken by*", id="repeated"),
        pytest.param(
            f"{CALL}footnoted_eval('../cases/rules.jsonl', bot=bot)\n", clash[:1], "*is taken by*", id="calls"
        ),
    ]


@pytest.mark.parametrize(("call", "lines", "message"), mistakes())
def test_a_call_that_finds_no_cases_or_bad_ones_is_one_collection_error(
    repository: pytest.Pytester, call: str, lines: list[str], message: str
) -> None:
    (repository.path / "cases" / "rules.jsonl").write_text("\n".join(lines), encoding="utf-8")
    write_test(repository, call)
    result = run(repository)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    assert "Traceback" not in result.stdout.str()
