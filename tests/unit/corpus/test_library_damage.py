"""The library stays whole through damage, two writers and sudden death."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from itertools import count
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import pytest

from corpus.errors import (
    LibraryBusy,
    LibraryDamaged,
    LibraryNotWritable,
)
from corpus.library import Change, Library
from corpus.sources import Source
from tests.unit.corpus.libraries import BUNDLED, TEXT, put, write


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


class TestDamage:
    @pytest.fixture
    def filled(self, library: Library, tmp_path: Path) -> Library:
        for name in ("one", "two"):
            put(library, write(tmp_path / f"{name}.md", TEXT.replace("town", name)))
        return library

    @pytest.mark.parametrize("damage", ["remove", "alter", "folder"])
    def test_one_broken_file_is_named_and_hides_no_other(self, filled: Library, tmp_path: Path, damage: str) -> None:
        file = next((tmp_path / "library" / "files").glob("one-*"))
        file.write_text("Other text.") if damage == "alter" else file.unlink()
        if damage == "folder":
            file.mkdir()
        contents = filled.contents()
        assert [entry.document.id for entry in contents.entries] == sorted([*BUNDLED, "two"])
        assert [failure.record.id for failure in contents.failures] == ["one"]
        assert f"footnoted corpus add {tmp_path / 'one.md'}" in contents.failures[0].message
        if damage != "folder":
            assert put(filled, tmp_path / "one.md") is Change.UNCHANGED
            assert filled.contents().failures == (), "adding it again mends it"

    @pytest.mark.parametrize(
        "text",
        ["", "{", "[]", "null", '{"library_schema": 1}', '{"library_schema": 2, "documents": []}', "\0", "\udcff"],
    )
    def test_a_damaged_record_is_one_clear_error(self, filled: Library, tmp_path: Path, text: str) -> None:
        (tmp_path / "library" / "library.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        self._refuses(filled)

    @pytest.mark.parametrize(
        "field", [{"id": "../up"}, {"sha256": "x"}, {"added_at": "soon"}, {"size": 3}, {"id": "two"}, {"origin": None}]
    )
    def test_so_is_a_record_that_was_edited_into_nonsense(
        self, filled: Library, tmp_path: Path, field: dict[str, object]
    ) -> None:
        file = tmp_path / "library" / "library.json"
        record = json.loads(file.read_text())
        next(d for d in record["documents"] if d["id"] == "one").update(field)
        file.write_text(json.dumps(record))
        self._refuses(filled)

    def test_a_record_that_is_gone_isnt_begun_anew_over_the_files(self, filled: Library, tmp_path: Path) -> None:
        (tmp_path / "library" / "library.json").unlink()
        self._refuses(filled)

    def _refuses(self, library: Library) -> None:
        with pytest.raises(LibraryDamaged, match="put it back from a copy"):
            library.contents()
        with pytest.raises(LibraryDamaged), library.writing():
            pytest.fail("nothing may be written")

    def test_no_folder_can_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with (
            pytest.raises(LibraryNotWritable, match="can't be written"),
            Library(tmp_path / "file" / "library").writing(),
        ):
            pytest.fail("nothing may be written")


class TestOneWriter:
    def test_a_second_says_so(self, library: Library) -> None:
        with library.writing(), pytest.raises(LibraryBusy, match="Another command"), library.writing():
            pytest.fail("two at once")
        with library.writing():
            pass

    @pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
    def test_whatever_moment_a_writer_dies_the_library_is_whole(self, library: Library, tmp_path: Path) -> None:
        """A process that adds, changes and takes out without pause is killed 60 times."""
        put(library, write(tmp_path / "stays.md"))
        with library.writing() as writer:
            writer.remove(BUNDLED)
        chance = random.Random(7)  # noqa: S311
        seen = set[tuple[str, ...]]()
        for round_ in range(60):
            _kill_at_work(library, tmp_path, round_, chance)
            contents = library.contents()
            assert contents.failures == ()
            assert "stays" in {entry.document.id for entry in contents.entries}
            seen.add(tuple(entry.document.version for entry in contents.entries))
        assert len(seen) == 60, "each was killed at work, and what it had done is there"
        put(library, write(tmp_path / "a.md"))
        files = {path.name for path in (tmp_path / "library" / "files").iterdir()}
        assert files == {record.file for record in library.records()}, "no debris"


def _kill_at_work(library: Library, folder: Path, round_: int, chance: random.Random) -> None:
    forking = multiprocessing.get_context("fork")
    done = forking.Value("i", 0)
    process = forking.Process(target=_churn, args=(library, folder, round_, done))
    process.start()
    wanted = chance.randint(1, 4)
    while done.value < wanted:
        assert process.is_alive()
        time.sleep(0.001)
    time.sleep(chance.uniform(0.0, 0.02))
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def _churn(library: Library, folder: Path, round_: int, done: Synchronized[int]) -> None:
    """Puts, changes and takes out, and counts what it has *done*."""
    for turn in count():
        name = "abc"[turn % 3]
        text = TEXT.replace("town", f"{round_} {turn}").encode()
        with library.writing() as writer:
            writer.put(Source(str(folder / f"{name}.md"), f"{name}.md", text))
            if turn % 4 == 3:
                writer.remove([name])
        done.value = turn + 1
