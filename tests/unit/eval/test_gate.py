"""Thresholds, and the exit codes that follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.baseline import Comparison
from eval.errors import (
    AskFailed,
    BaselineError,
    CaseFileError,
    EvalError,
    EvalSetupError,
    NotRecorded,
    RecordingError,
    ReplyFormatError,
    ServerError,
    ThresholdsError,
)
from eval.gate import ExitCode, Floors, Thresholds, error_exit_code, exit_code, load_thresholds, shortfalls
from eval.run import METRICS, EvalRun, evaluate, grouped
from tests.unit.eval.builders import HOURS, case, document, refusal, refused_case, reply

HALF = evaluate(
    lambda asked: reply(HOURS) if asked.id == "rules-hours" else refusal(),
    [document()],
    [case(), case(id="rules-lay", kind="lay")],
)


def floors(**values: float) -> Thresholds:
    return Thresholds.model_validate({"floors": values})


def test_the_bundled_thresholds_promise_that_nothing_ungrounded_leaves() -> None:
    bundled = load_thresholds().floors
    assert (bundled.quotes_exact, bundled.sentences_footnoted, bundled.numbers_quoted) == (1.0, 1.0, 1.0)
    assert all((bundled.right, bundled.answered_right, bundled.refused_right))


def test_every_floor_is_for_a_metric_that_there_is() -> None:
    assert set(Floors.model_fields) <= set(METRICS)


@pytest.mark.parametrize(("floor", "short"), [(0.5, []), (0.51, ["right"])])
def test_a_score_at_its_floor_holds_and_below_it_falls_short(floor: float, short: list[str]) -> None:
    assert [entry.name for entry in shortfalls(HALF, floors(right=floor))] == short


def test_a_floor_for_one_kind_looks_at_that_kind_only() -> None:
    kinds = Thresholds.model_validate({"kinds": {"fact": 1.0, "lay": 0.1, "dated": 1.0}})
    assert [entry.name for entry in shortfalls(HALF, kinds)] == ["right (lay)"]


@pytest.mark.parametrize(
    ("thresholds", "short"),
    [
        ({"floors": {"right": 1.0}, "languages": {"es": {}}}, []),
        ({"floors": {"right": 1.0}, "languages": {"fr": {"right": 1.0}}}, ["right"]),
        ({"floors": {"right": 1.0}}, ["right"]),
        ({"kinds": {"lay": 1.0}, "languages": {"es": {}}}, []),
        ({"kinds": {"lay": 1.0}}, ["right (lay)"]),
        ({"languages": {"es": {"right": 0.1}}}, ["right (es)"]),
        ({"languages": {"es": {"quotes_exact": 1.0}}}, ["quotes_exact (es)"]),
        ({"languages": {"fr": {"right": 1.0, "quotes_exact": 1.0}}}, []),
    ],
)
def test_another_language_has_floors_of_its_own_or_is_under_those_of_all(
    thresholds: dict[str, object], short: list[str]
) -> None:
    run = evaluate(
        lambda asked: refusal() if asked.language else reply(HOURS),
        [document()],
        [case(), case(id="rules-es", kind="lay", language="es")],
    )
    assert [entry.name for entry in shortfalls(run, Thresholds.model_validate(thresholds))] == short
    assert set(grouped(run, "language")) == {"en", "es over en"}


def test_a_floor_that_no_case_bears_on_holds() -> None:
    assert shortfalls(HALF, floors(refused_right=1.0)) == ()
    refused = evaluate(lambda _case: refusal(), [document()], [refused_case()])
    assert shortfalls(refused, floors(quotes_exact=1.0, answered_right=1.0)) == ()


def test_falling_short_is_worse_news_than_a_stale_case() -> None:
    run = EvalRun(HALF.results, stale=(case(id="rules-old"),))
    assert exit_code(run, ()) == ExitCode.STALE
    assert exit_code(run, shortfalls(run, floors(right=1.0))) == ExitCode.FELL_SHORT


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[floors]\nrigth = 0.8", "floors.rigth"),
        ("[floor]\nright = 0.8", "floor"),
        ("[floors]\nfalse_answers = 0.1", "floors.false_answers"),
        ("[floors]\nright = 80", "floors.right"),
        ("[floors]\nright = true", "floors.right"),
        ('[floors]\nright = "0.8"', "floors.right"),
        ("[kinds]\nriddle = 0.8", "kinds.riddle"),
        ("[floors]\nright = nan", "floors.right"),
        ("", "it sets no floor"),
        ("right = ", "not TOML"),
    ],
)
def test_thresholds_that_can_not_be_used_are_refused_by_name(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "floors.toml"
    path.write_text(content)
    with pytest.raises(ThresholdsError) as caught:
        load_thresholds(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_thresholds_that_are_not_there_or_not_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ThresholdsError, match="can't be read"):
        load_thresholds(tmp_path / "none.toml")
    (tmp_path / "floors.toml").write_bytes(b"\xff")
    with pytest.raises(ThresholdsError, match="not TOML"):
        load_thresholds(tmp_path / "floors.toml")


@pytest.mark.parametrize(
    ("floor", "stale", "turned", "code"),
    [
        (0.5, False, (), 0),
        (0.5, False, ("rules-hours",), 1),
        (0.51, False, (), 1),
        (0.5, True, (), 3),
        (0.5, True, ("rules-hours",), 1),
        (0.51, True, (), 1),
    ],
)
def test_a_case_that_turned_wrong_fails_though_the_floors_hold(
    floor: float, stale: bool, turned: tuple[str, ...], code: int
) -> None:
    run = EvalRun(HALF.results, stale=(case(id="rules-old"),) if stale else ())
    assert exit_code(run, shortfalls(run, floors(right=floor)), Comparison(turned_wrong=turned)) == code


def test_what_turned_right_is_new_or_gone_does_not_fail() -> None:
    news = Comparison(turned_right=("a",), new=("b",), gone=("c",))
    assert exit_code(HALF, (), news) == ExitCode.HELD


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CaseFileError("x"), 4),
        (ThresholdsError("x"), 4),
        (EvalSetupError("x"), 4),
        (BaselineError("x"), 4),
        (RecordingError("x"), 4),
        (ServerError("x"), 4),
        (NotRecorded("x"), 1),
        (NotRecorded("x", stale=True), 3),
        (AskFailed("x"), 5),
        (ReplyFormatError("x"), 5),
    ],
)
def test_errors_have_their_exit_codes(error: EvalError, code: int) -> None:
    assert error_exit_code(error) == code
