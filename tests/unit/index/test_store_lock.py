"""One process writes at a time; another is told who does, and a dead one stands in nobody's way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

import index.build_lock
from index.build import build_index, open_index
from index.build_lock import build_lock
from index.errors import IndexBusy, IndexNotWritable
from index.store import IndexStore
from tests.fakes import HashEmbedder, orchard_document

ROOT = Path(__file__).parents[3]
HOLD = """
import sys
from pathlib import Path
from index.build_lock import build_lock
with build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.build_lock, "_PATIENCE_S", 0.0)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    build_index([orchard_document()], HashEmbedder(), tmp_path)
    return tmp_path


@contextmanager
def held_by_another(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(data_dir / "index" / ".lock")]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_builder_is_told_who_builds_and_what_to_do(built: Path) -> None:
    with held_by_another(built) as other, pytest.raises(IndexBusy) as refused:
        build_index([orchard_document()], HashEmbedder(), built)
    message = str(refused.value)
    assert message.startswith(f"Process {other.pid} on ")
    assert " UTC, is writing in " in message
    assert "wait until it has finished, or stop it" in message


def test_being_busy_is_a_kind_of_not_writable() -> None:
    """So that it has its exit code without an entry of its own."""
    assert issubclass(IndexBusy, IndexNotWritable)


def test_readers_never_wait(built: Path) -> None:
    with held_by_another(built):
        assert open_index(built, HashEmbedder()).cards
        assert IndexStore(built).document("orchards", orchard_document().version)


def test_a_killed_builder_lets_go(built: Path) -> None:
    with held_by_another(built) as other:
        other.kill()
        other.wait()
        assert build_index([orchard_document()], HashEmbedder(), built).documents == 1


def test_a_whole_build_is_under_one_lock_and_what_it_calls_doesnt_wait_for_it(built: Path) -> None:
    store = IndexStore(built)
    with store.building(), IndexStore(built).building():
        build_index([orchard_document()], HashEmbedder(), built)
        refused: list[IndexBusy] = []

        def elsewhere() -> None:
            try:
                build_index([orchard_document()], HashEmbedder(), built)
            except IndexBusy as error:
                refused.append(error)

        thread = Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert len(refused) == 1
    build_index([orchard_document()], HashEmbedder(), built)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"Process 1\x1b[31m", b"x" * 5000])
def test_a_lock_file_that_tells_nothing_is_said_of_another_process(built: Path, content: bytes) -> None:
    with held_by_another(built):
        (built / "index" / ".lock").write_bytes(content)
        with pytest.raises(IndexBusy, match=r"^Another process is writing in "):
            build_index([orchard_document()], HashEmbedder(), built)


def test_the_lock_is_let_go_of_when_what_is_done_under_it_fails(tmp_path: Path) -> None:
    with pytest.raises(LookupError), build_lock(tmp_path / "lock"):
        raise LookupError
    with held_by_another_free(tmp_path):
        pass


@contextmanager
def held_by_another_free(folder: Path) -> Iterator[None]:
    (folder / "index").mkdir()
    with held_by_another(folder):
        yield
