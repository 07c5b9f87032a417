"""From cases to a bot that refuses more: calibrating on the sample explainers, as a publisher does on their own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.bootstrap import PublishedSource
from bot.calibration import calibration_file, load_calibration
from bot.settings import BotSettings
from corpus.load import load_document
from eval.cases import load_cases
from footnoted.commands.options import open_source
from index.build import build_index
from index.embedders import MiniLMEmbedder
from tests.command_line import typed

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests/fixtures/explainers"
CASES = [ROOT / "eval/cases/drinking-water-permits.jsonl", ROOT / "eval/cases/housing-vouchers.jsonl"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the samples."""
    folder = tmp_path_factory.mktemp("built")
    build_index([load_document(path) for path in sorted(SAMPLES.glob("*.md"))], MiniLMEmbedder(), folder)
    return folder


@pytest.fixture
def data_dir(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "data")


@pytest.fixture
def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program's exit code, output and errors, over the samples; without the reader, which takes its time."""
    monkeypatch.setenv("FOOTNOTED_USE_READER", "false")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> tuple[int, str, str]:
        return typed(monkeypatch, capsys, *arguments, "--data-dir", data_dir)

    return run


def calibrate(run: Run, *options: object) -> tuple[int, str, str]:
    return run("eval", *(part for path in CASES for part in ("--cases", path)), "--calibrate", *options)


def refused(data_dir: Path) -> int:
    """How many of the answerable open cases a server that starts now refuses."""
    settings = BotSettings(data_dir=data_dir)
    chatbot = PublishedSource(settings, keep_conversations=False).current
    cases = [case for case in load_cases(CASES) if case.split == "open" and case.status == "answered"]
    return sum(chatbot.ask(case.id, case.question, case.history).status == "refused" for case in cases)


def test_a_strict_target_refuses_more_from_the_next_start_on(
    run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, errors = calibrate(run, "--target-false-answers", "1")
    assert (code, errors) == (0, "")
    lenient = refused(data_dir)
    code, report, _ = calibrate(run, "--target-false-answers", "0")
    assert code == 0
    strict = refused(data_dir)
    assert strict > lenient
    told = re.search(r"^calibrated +[\d.]+ +0 of \d+ +(\d+) of", report, re.MULTILINE)
    assert told
    assert abs(int(told[1]) - strict) <= 1, "only a question in parts may turn out another way than was told"
    monkeypatch.setenv("FOOTNOTED_ANSWER_THRESHOLD", "0.0001")
    assert refused(data_dir) == lenient


def test_calibrating_twice_fits_the_same_and_a_damaged_file_is_in_nobodys_way(run: Run, data_dir: Path) -> None:
    calibrate(run)
    first = load_calibration(data_dir)
    assert first is not None
    assert calibrate(run)[0] == 0
    assert load_calibration(data_dir) == first
    calibration_file(data_dir).write_text("{")
    code, _, error = run("ask", "What does a permit cost?")
    assert (code, error.count("\n")) == (4, 1)
    assert str(calibration_file(data_dir)) in error
    assert calibrate(run)[0] == 0
    assert load_calibration(data_dir) == first


def test_a_calibration_for_other_weights_is_told_in_one_line(
    run: Run, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calibrate(run)
    assert run("ask", "What does a permit cost?")[2] == ""
    path = calibration_file(data_dir)
    path.write_text(path.read_text().replace('"weights": "', '"weights": "other-'))
    for command in (("ask", "What does a permit cost?"), ("eval", "--cases", CASES[0], "--workers", "2")):
        error = run(*command)[2]
        assert error.count("isn't applied") == 1
        assert "footnoted eval --calibrate" in error
    open_source(data_dir)
    assert capsys.readouterr().err.count("isn't applied") == 1
    assert "isn't applied" not in calibrate(run)[2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--calibrate", "--url", "http://127.0.0.1:1"), "leave out --url"),
        (("--calibrate", "--replies", "replies.jsonl"), "leave out --replies"),
        (("--calibrate", "--mutate"), "leave out --mutate"),
        (("--calibrate", "--update-baseline"), "leave out --update-baseline"),
        (("--target-false-answers", "0.1"), "goes with --calibrate"),
        (("--dry-run",), "goes with --calibrate"),
        (("--calibrate", "--target-false-answers", "5"), "a share from 0 to 1"),
        (("--calibrate", "--target-false-answers", "nan"), "a share from 0 to 1"),
        (("--calibrate", "--split", "scored"), "open cases"),
    ],
)
def test_options_that_do_not_go_together_are_told_with_the_usage(
    run: Run, options: tuple[str, ...], words: str
) -> None:
    code, _, error = run("eval", *options)
    assert code == 2
    assert "Usage:" in error
    assert words in error
