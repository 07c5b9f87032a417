"""A build that was killed goes on where it was, and its leavings go away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bench.synthetic import documents
from index.build import build_index, open_index
from index.checkpoint import Checkpoint, checkpoint
from index.ports import Progress, Vectors
from tests.fakes import HashEmbedder

MADE = list(documents(120))


class KilledEmbedder(HashEmbedder):
    """Dies at the second call; a model that keeps one's own notes has the same name."""

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        if self.embedded:
            raise KeyboardInterrupt
        return super().embed_passages(texts, progress)


def checkpoints(data_dir: Path) -> list[Path]:
    return sorted((data_dir / "index").glob(".checkpoint-*"))


@pytest.fixture
def killed(tmp_path: Path) -> tuple[Path, list[str]]:
    """A data directory where a build was killed, and what it had embedded."""
    embedder = KilledEmbedder()
    with pytest.raises(KeyboardInterrupt):
        build_index(MADE, embedder, tmp_path)
    return tmp_path, embedder.embedded


def test_what_was_embedded_before_the_kill_is_not_embedded_again(killed: tuple[Path, list[str]]) -> None:
    data_dir, before = killed
    told: list[tuple[int, int]] = []
    again = HashEmbedder()
    report = build_index(MADE, again, data_dir, lambda done, of: told.append((done, of)))
    assert len(before) > 100
    assert not set(before) & set(again.embedded)
    assert (report.reused, report.embedded) == (len(before), len(again.embedded))
    assert told[-1] == (len(again.embedded), len(again.embedded))
    assert checkpoints(data_dir) == []


DIE = """
import os, sys
from pathlib import Path
from index.build import build_index
from tests.unit.index.test_checkpoint import MADE, HashEmbedder

class Dying(HashEmbedder):
    def embed_passages(self, texts, progress=None):
        if self.embedded:
            os._exit(9)
        return super().embed_passages(texts, progress)

build_index(MADE, Dying(), Path(sys.argv[1]))
"""


def test_a_process_that_dies_without_a_word_is_gone_on_from_too(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", DIE, str(tmp_path)], check=False).returncode == 9
    again = HashEmbedder()
    assert build_index(MADE, again, tmp_path).reused > 100
    assert checkpoints(tmp_path) == []


def test_a_resumed_index_is_the_one_that_a_build_in_one_go_makes(
    killed: tuple[Path, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data_dir, whole = killed[0], tmp_path_factory.mktemp("whole")
    build_index(MADE, HashEmbedder(), data_dir)
    build_index(MADE, HashEmbedder(), whole)
    one, other = (open_index(folder, HashEmbedder()) for folder in (data_dir, whole))
    assert list(one.passages) == list(other.passages)
    vector = HashEmbedder().embed_query(one.passages[7].text)
    assert one.search(vector, "", 20) == other.search(vector, "", 20)


def test_texts_that_changed_since_the_kill_are_embedded_and_the_others_are_not(killed: tuple[Path, list[str]]) -> None:
    data_dir, before = killed
    again = HashEmbedder()
    report = build_index(MADE[1:], again, data_dir)
    assert report.reused > 0
    assert not set(before) & set(again.embedded)


@pytest.mark.parametrize("damage", ["cut", "flip", "zeros"])
def test_a_damaged_record_and_what_follows_it_is_embedded_again(
    killed: tuple[Path, list[str]], damage: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data_dir, before = killed
    (folder,) = checkpoints(data_dir)
    content, record = (folder / "vectors").read_bytes(), 16 + 4 + 4 * HashEmbedder.dimension
    half = len(before) // 2 * record
    changed = {
        "cut": content[: half + 9],
        "flip": content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :],
        "zeros": content[:half] + bytes(len(content) - half),
    }
    (folder / "vectors").write_bytes(changed[damage])
    again = HashEmbedder()
    assert build_index(MADE, again, data_dir).reused == len(before) // 2
    whole = tmp_path_factory.mktemp("whole")
    build_index(MADE, HashEmbedder(), whole)
    one, other = (open_index(each, HashEmbedder()) for each in (data_dir, whole))
    rows = range(len(one.sentences))
    vector = HashEmbedder().embed_query("ka")
    assert np.array_equal(one.similarities(vector, rows), other.similarities(vector, rows))


def test_another_models_vectors_are_never_taken_up(killed: tuple[Path, list[str]]) -> None:
    class OtherEmbedder(HashEmbedder):
        model_id = "another/1"

    assert build_index(MADE, OtherEmbedder(), killed[0]).reused == 0
    assert checkpoints(killed[0]) == []


def test_a_failed_build_that_embedded_nothing_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with checkpoint(tmp_path, "m", 2):
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_digests_with_zeros_at_their_ends_are_told_apart(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path, 2)
    digests = [b"\0" * 16, b"a" + b"\0" * 15, b"\0" * 15 + b"a"]
    kept.add(digests, np.arange(6, dtype=np.float32).reshape(3, 2))
    assert len(Checkpoint(tmp_path, 2)) == 3
    assert [text.ljust(16, b"\0") for text in kept.read()[0].tolist()] == digests
