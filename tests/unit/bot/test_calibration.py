"""The calibration in a data directory: what it does to a probability, and which file is taken for one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from math import log
from pathlib import Path

import pytest

from bot.bootstrap import bootstrap, calibration_left_aside, weights_of
from bot.calibration import Calibration, calibration_file, load_calibration, save_calibration, weights_in_use
from bot.errors import CalibrationUnusable
from bot.logistic import Logistic, logistic
from bot.settings import BotSettings
from index.build import build_index
from tests.fakes import HashEmbedder, orchard_document

FITTED = Calibration(
    slope=0.5,
    bias=-1.0,
    threshold=0.37,
    target=0.05,
    answerable=8,
    unanswerable=20,
    weights=weights_in_use(with_reader=False),
    made_on=date(2026, 11, 24),
)

DEFAULT = BotSettings.model_fields["answer_threshold"].default


@pytest.fixture
def settings(tmp_path: Path) -> BotSettings:
    build_index([orchard_document()], HashEmbedder(), tmp_path)
    return BotSettings(data_dir=tmp_path, use_reader=False)


def threshold_of(settings: BotSettings, *, calibrated: bool = True) -> float:
    return bootstrap(
        settings, keep_conversations=False, embedder=HashEmbedder(), calibrated=calibrated
    ).answer_threshold


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    assert load_calibration(tmp_path) is None
    assert save_calibration(FITTED, tmp_path) == calibration_file(tmp_path)
    assert load_calibration(tmp_path) == FITTED


@pytest.mark.parametrize(
    "damage",
    [
        {"slope": -1},
        {"threshold": 1.2},
        {"bias": None},
        {"format": 2},
        {"unanswerable": 0},
        {"made_on": "yesterday"},
        {"temperature": 2},
    ],
)
def test_a_damaged_file_is_one_sentence_that_names_it_and_what_to_do(tmp_path: Path, damage: dict[str, object]) -> None:
    path = save_calibration(FITTED, tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **damage}))
    with pytest.raises(CalibrationUnusable) as caught:
        load_calibration(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"The calibration {path} can't be used ({next(iter(damage))}")
    assert "`footnoted eval --calibrate`" in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"slope": NaN}', b"\xff\xfe"])
def test_what_is_no_calibration_at_all_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    calibration_file(tmp_path).write_bytes(content)
    with pytest.raises(CalibrationUnusable, match="can't be used"):
        load_calibration(tmp_path)


def test_a_file_that_cannot_be_read_is_told_as_such(tmp_path: Path) -> None:
    calibration_file(tmp_path).mkdir()
    with pytest.raises(CalibrationUnusable, match="Is a directory"):
        load_calibration(tmp_path)


def test_only_what_says_whether_the_text_answers_is_corrected() -> None:
    models = {name: Logistic({"window": 2.0}, 1.0) for name in ("answerable", "answerable_without_reader", "sentence")}
    corrected = FITTED.applied_to(models)
    before = models["answerable"].probability({"window": 0.6})
    expected = logistic(0.5 * log(before / (1 - before)) - 1.0)
    assert corrected["answerable"].probability({"window": 0.6}) == pytest.approx(expected)
    assert corrected["answerable_without_reader"] == corrected["answerable"]
    assert corrected["sentence"] == models["sentence"]


def test_the_chatbot_answers_from_the_fitted_threshold_unless_the_operator_set_one(
    settings: BotSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_calibration(FITTED, settings.data_dir)
    assert threshold_of(settings) == FITTED.threshold
    assert threshold_of(settings, calibrated=False) == DEFAULT
    monkeypatch.setenv("FOOTNOTED_ANSWER_THRESHOLD", "0.4")
    assert threshold_of(BotSettings(data_dir=settings.data_dir, use_reader=False)) == 0.4


def test_the_estimate_is_corrected_even_where_the_operator_set_the_threshold(settings: BotSettings) -> None:
    question = "How many hours do apple growers train?"
    strict = settings.model_copy(update={"answer_threshold": 0.1})
    save_calibration(FITTED, settings.data_dir)
    raw, corrected = (
        bootstrap(strict, keep_conversations=False, embedder=HashEmbedder(), calibrated=calibrated)
        .ask("c", question)
        .probability
        for calibrated in (False, True)
    )
    assert raw is not None
    assert corrected == pytest.approx(logistic(0.5 * log(raw / (1 - raw)) - 1.0))


def test_a_calibration_for_other_weights_is_left_aside_and_named(settings: BotSettings) -> None:
    save_calibration(FITTED, settings.data_dir)
    assert calibration_left_aside(settings) is None
    path = save_calibration(replace(FITTED, weights="0" * 64), settings.data_dir)
    assert threshold_of(settings) == DEFAULT
    note = calibration_left_aside(settings) or ""
    assert note.startswith(f"The calibration {path} was fitted to other weights and isn't applied")
    assert "`footnoted eval --calibrate`" in note


def test_with_and_without_the_reader_are_other_weights(settings: BotSettings) -> None:
    with_reader = settings.model_copy(update={"use_reader": True})
    assert weights_of(with_reader) == weights_in_use(with_reader=True)
    assert weights_of(settings) == FITTED.weights != weights_of(with_reader)


def test_a_damaged_file_ends_the_command_and_not_one_that_calibrates_anew(settings: BotSettings) -> None:
    calibration_file(settings.data_dir).write_text("{")
    with pytest.raises(CalibrationUnusable):
        threshold_of(settings)
    assert threshold_of(settings, calibrated=False) == DEFAULT
