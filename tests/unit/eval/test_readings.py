"""Readings kept between runs: the same decisions, and nothing trusted blindly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest

from bot.reader import Reading, Window
from corpus.documents import Span
from eval.errors import ReadingsError
from eval.readings import AGAIN, KeptReader, reader_identity


class Counting:
    """A reader that counts, and reads the length of what it reads."""

    languages = frozenset({"en"})

    def __init__(self, shift: float = 0.0) -> None:
        self.reads = 0
        self.shift = shift

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        self.reads += len(windows)
        return [Reading(len(question + w.text) / 3 + self.shift, (0.123456,)) for w in windows]


def window(text: str = "Growers pay.", heading: str = "Fees") -> Window:
    return Window(heading, text, (Span(0, len(text)),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "readings.jsonl"


def kept(path: Path, reader: Counting, identity: str = "weights") -> KeptReader:
    return KeptReader(reader, identity, path)


def test_what_was_read_is_not_read_again_and_reads_the_same(path: Path) -> None:
    first = kept(path, Counting())
    readings = first.read("Who pays?", [window(), window("Nobody does.")])
    assert first.save()
    reader = Counting()
    again = kept(path, reader)
    assert again.read("Who pays?", [window(), window("Nobody does.")]) == readings
    assert reader.reads == 0
    assert not again.save()


@pytest.mark.parametrize(
    ("question", "seen"),
    [
        ("Who paid?", window()),
        ("Who pays?", window("Growers paid.")),
        ("Who pays?", window(heading="Costs")),
        ("Who pays?", Window("Fees", "Growers pay.", (Span(0, 7), Span(8, 12)))),
    ],
)
def test_whatever_is_different_is_read_anew(path: Path, question: str, seen: Window) -> None:
    first = kept(path, Counting())
    first.read("Who pays?", [window()])
    first.save()
    reader = Counting()
    kept(path, reader).read(question, [seen])
    assert reader.reads == 1


def test_other_weights_read_everything_anew(path: Path) -> None:
    first = kept(path, Counting())
    first.read("Who pays?", [window()])
    first.save()
    reader = Counting()
    kept(path, reader, "others").read("Who pays?", [window()])
    assert reader.reads == 1


@pytest.mark.parametrize("changed", ["weights", "code"])
def test_a_reader_of_other_weights_or_other_code_is_another(tmp_path: Path, changed: str) -> None:
    for name in ("weights", "code"):
        (tmp_path / name).write_text("as it was")
    before = reader_identity(tmp_path / "weights", [tmp_path / "code"])
    assert reader_identity(tmp_path / "weights", [tmp_path / "code"]) == before
    (tmp_path / changed).write_text("as it is")
    assert reader_identity(tmp_path / "weights", [tmp_path / "code"]) != before


def test_the_readings_of_the_bundled_cases_are_those_of_the_reader_as_it_is() -> None:
    with (files("eval") / "readings.jsonl").open(encoding="utf-8") as file:
        head = json.loads(file.readline())
    assert head["reader"] == reader_identity(), "the reader was changed: run scripts/eval, and look at what turned"


def test_one_in_fifty_is_read_again_and_must_agree(path: Path) -> None:
    first = kept(path, Counting())
    first.read("Who pays?", [window()])
    first.save()
    sound = Counting()
    kept(path, sound).read("Who pays?", [window()] * AGAIN)
    assert sound.reads == 1
    with pytest.raises(ReadingsError, match="doesn't hold what the reader reads"):
        kept(path, Counting(shift=1.0)).read("Who pays?", [window()] * AGAIN)


def test_on_another_kind_of_processor_nothing_is_read_again(path: Path) -> None:
    first = kept(path, Counting())
    first.read("Who pays?", [window()])
    first.save()
    elsewhere = Counting(shift=1.0)
    reader = KeptReader(elsewhere, "weights", path, made_on="another")
    assert reader.read("Who pays?", [window()] * AGAIN) == first.read("Who pays?", [window()]) * AGAIN
    assert elsewhere.reads == 0
    assert not reader.save()


def test_what_a_run_did_not_use_is_kept_unless_it_is_pruned(path: Path) -> None:
    first = kept(path, Counting())
    first.read("Who pays?", [window(), window("Nobody does.")])
    first.save()
    second = kept(path, Counting())
    second.read("Who pays?", [window()])
    assert not second.save()
    assert second.save(prune=True)
    assert len(path.read_text().splitlines()) == 2


@pytest.mark.parametrize("content", ["", "not json\n", '{"format": 1, "made_on": "x", "reader": "weights"}\n["key"]\n'])
def test_a_damaged_file_is_one_sentence(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(ReadingsError, match="delete it"):
        kept(path, Counting())
