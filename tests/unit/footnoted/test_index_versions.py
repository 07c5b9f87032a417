"""``footnoted index list|verify|rollback|prune`` as an operator types them: what is printed, and the exit code."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

import index.build_lock
from index.build import build_index
from index.manifest import read_manifest
from index.store import IndexStore
from tests import command_line
from tests.dying_builder import ExportingEmbedder, documents_of
from tests.unit.index.test_store_lock import HOLD, ROOT


@dataclass
class Shell:
    """Types commands, and shows what came of them."""

    data_dir: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        """The exit code, standard output and standard error of ``footnoted`` with *words*."""
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return command_line.typed(self.monkeypatch, self.capsys, *words)

    def index(self, command: str, *words: str, typed: str = "") -> tuple[int, str, str]:
        return self("index", command, "--data-dir", str(self.data_dir), *words, typed=typed)


@pytest.fixture
def store(tmp_path: Path) -> IndexStore:
    for number in range(3):
        build_index(documents_of(number), ExportingEmbedder(number), tmp_path)
    return IndexStore(tmp_path)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, monkeypatch, capsys)


def damage(store: IndexStore, version: str) -> str:
    """The name of the file that was damaged."""
    folder = store.root / version
    path = folder / next(iter(read_manifest(folder).files))
    path.write_bytes(path.read_bytes()[:-1])
    return path.relative_to(store.data_dir).as_posix()


class TestList:
    def test_each_version_has_its_lines(self, shell: Shell, store: IndexStore) -> None:
        code, out, err = shell.index("list")
        assert (code, err) == (0, "")
        lines = out.splitlines()
        assert lines[0] == f"{store.current_version()}  published"
        assert [line for line in lines[1:] if not line.startswith(" ")] == store.versions()[1::-1]
        assert lines[1].startswith("  built ")
        assert ", 2 documents, " in lines[1].replace("; ", ", ")
        assert "hash-embedder/2" in lines[1]

    def test_json_holds_the_same(self, shell: Shell, store: IndexStore) -> None:
        kept = json.loads(shell.index("list", "--json")[1])
        assert [version["version"] for version in kept] == store.versions()[::-1]
        assert [version["published"] for version in kept] == [True, False, False]
        assert kept[0]["created_at"] == store.manifest().created_at.isoformat()
        assert {version["state"] for version in kept} == {"readable"}

    def test_what_is_wrong_is_told(self, shell: Shell, store: IndexStore) -> None:
        (store.root / store.versions()[0] / "manifest.json").write_text("{")
        code, out, _ = shell.index("list")
        assert code == 0
        assert "  damaged: The manifest of index" in out

    def test_a_lost_pointer_is_told_with_what_is_there(self, shell: Shell, store: IndexStore) -> None:
        store.pointer.write_text("gone")
        code, out, err = shell.index("list")
        assert code == 4
        assert all(version in out for version in store.versions())
        assert "leads to no index" in err

    @pytest.mark.parametrize("command", ["list", "verify", "rollback", "prune"])
    def test_no_index_at_all_says_how_to_build_one(self, shell: Shell, command: str) -> None:
        code, out, err = shell.index(command)
        assert (code, out) == (4, "")
        assert "run `footnoted index` to build it" in err
        assert "Traceback" not in err


class TestVerify:
    def test_a_whole_index_is_said_to_be(self, shell: Shell, store: IndexStore) -> None:
        for words in ((), ("--all",), (store.versions()[0],)):
            code, out, err = shell.index("verify", *words)
            assert (code, err) == (0, "")
            assert "is whole" in out

    def test_every_damage_is_named_with_the_mend(self, shell: Shell, store: IndexStore) -> None:
        damaged = damage(store, str(store.current_version()))
        weights = store.model_folder(store.manifest().model_id) / "weights.bin"
        weights.write_bytes(b"")
        code, out, err = shell.index("verify")
        assert (code, out) == (4, "")
        assert f"{damaged} is damaged or cut short; `footnoted index` builds it again" in err
        assert "weights.bin is damaged or cut short; `footnoted index` exports it again" in err
        assert "2 files damaged" in err

    def test_an_unpublished_version_is_looked_at_when_named_or_with_all(self, shell: Shell, store: IndexStore) -> None:
        old = store.versions()[0]
        damaged = damage(store, old)
        assert shell.index("verify")[0] == 0
        for words in ((old,), ("--all",)):
            code, _, err = shell.index("verify", *words)
            assert code == 4
            assert damaged in err

    def test_strays_are_told_and_no_failure(self, shell: Shell, store: IndexStore) -> None:
        (store.root / str(store.current_version()) / "notes.txt").write_text("x")
        code, out, _ = shell.index("verify")
        assert code == 0
        assert "notes.txt isn't a part of what was published" in out

    def test_a_version_that_isnt_kept_is_bad_input(self, shell: Shell, store: IndexStore) -> None:
        assert shell.index("verify", "gone")[0] == 2
        assert shell.index("verify", "--all", store.versions()[0])[0] == 2


class TestRollback:
    def test_it_says_what_it_publishes_and_what_changes(self, shell: Shell, store: IndexStore) -> None:
        new = store.current_version()
        code, out, _ = shell.index("rollback")
        old = store.current_version()
        assert (code, old) == (0, store.versions()[1])
        versions = [documents_of(number)[1].version for number in (2, 1)]
        assert f"rules: version {versions[0]} becomes {versions[1]}" in out
        assert f"Index {old} in {shell.data_dir} is published instead of {new}." in out
        assert "already" in shell.index("rollback", str(old))[1]

    def test_a_damaged_version_is_refused(self, shell: Shell, store: IndexStore) -> None:
        new, old = store.current_version(), store.versions()[0]
        damaged = damage(store, old)
        code, _, err = shell.index("rollback", old)
        assert (code, store.current_version()) == (4, new)
        assert damaged in err

    def test_a_lost_pointer_is_mended(self, shell: Shell, store: IndexStore) -> None:
        store.pointer.unlink()
        code, out, _ = shell.index("rollback")
        assert code == 0
        assert "No document changes" not in out
        assert shell.index("verify")[0] == 0


class TestPrune:
    def test_so_many_versions_are_left(self, shell: Shell, store: IndexStore) -> None:
        code, out, _ = shell.index("prune", "--keep", "1")
        assert (code, len(store.versions())) == (0, 1)
        assert "Removed 2 versions of the index, 2 models;" in out
        assert shell.index("prune", "--keep", "1") == (0, "There was nothing to remove.\n", "")

    def test_at_least_one_is(self, shell: Shell, store: IndexStore) -> None:
        assert shell.index("prune", "--keep", "0")[0] == 2
        assert len(store.versions()) == 3

    @pytest.mark.parametrize(("typed", "code", "left"), [("n\n", 1, 4), ("", 1, 4), ("y\n", 0, 2)])
    def test_documents_are_removed_after_a_yes(
        self, shell: Shell, store: IndexStore, typed: str, code: int, left: int
    ) -> None:
        """And an end of input, as a script without --yes has it, is a no."""
        found, _, err = shell.index("prune", "--keep", "1", "--documents", typed=typed)
        assert (found, len(list(store.archive.files()))) == (code, left)
        assert "2 document versions will be gone for good" in err

    def test_yes_is_not_asked_again(self, shell: Shell, store: IndexStore) -> None:
        code, out, _ = shell.index("prune", "--keep", "1", "--documents", "--yes")
        assert (code, len(list(store.archive.files()))) == (0, 2)
        assert "2 document versions" in out


class TestBesideBuilding:
    def test_a_data_directory_before_the_command_counts(self, shell: Shell, store: IndexStore) -> None:
        """Were it left out, `index --data-dir X prune` would prune another folder."""
        code, out, _ = shell("index", "--data-dir", str(store.data_dir), "list")
        assert (code, str(store.current_version()) in out) == (0, True)
        code, _, err = shell(
            "index", "--data-dir", str(store.data_dir), "verify", "--data-dir", str(shell.data_dir / "x")
        )
        assert code == 4
        assert str(shell.data_dir / "x") in err

    def test_a_corpus_goes_with_building_only(self, shell: Shell, store: IndexStore) -> None:
        code, _, err = shell("index", "--corpus", "x", "--data-dir", str(store.data_dir), "list")
        assert code == 2
        assert "--corpus is for building" in err

    @pytest.mark.parametrize("words", [("rollback",), ("prune",), ()])
    def test_while_another_writes_nothing_is_and_it_is_said_who_does(
        self, shell: Shell, store: IndexStore, words: tuple[str, ...]
    ) -> None:
        shell.monkeypatch.setattr(index.build_lock, "_PATIENCE_S", 0.0)
        before = store.current_version()
        command = [sys.executable, "-c", HOLD, str(store.root / ".lock")]
        with Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            code, _, err = shell("index", "--data-dir", str(store.data_dir), *words)
            other.kill()
        assert (code, store.current_version()) == (5, before)
        assert f"Process {other.pid} on " in err
