"""In which order a publish reaches the disk, what it leaves when it fails, and what a reader sees meanwhile."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from corpus.errors import DocumentNotFound
from index.build import build_index, open_index
from index.durable import remove_folder
from index.errors import IndexCorrupt, IndexNotWritable
from index.manifest import Manifest
from index.store import IndexStore
from tests.dying_builder import ExportingEmbedder, documents_of
from tests.fakes import HashEmbedder


def build(data_dir: Path, number: int) -> str:
    return build_index(documents_of(number), ExportingEmbedder(number), data_dir).index_version


@pytest.fixture
def built(tmp_path: Path) -> Path:
    build(tmp_path, 0)
    return tmp_path


class Journal:
    """What a build synced and renamed, in order; a file by its number, since its name changes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entries: list[tuple[str, int, str]] = []
        fsync = os.fsync

        def noted_fsync(descriptor: int) -> None:
            self.entries.append(("sync", os.fstat(descriptor).st_ino, ""))
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", noted_fsync)
        for name in ("rename", "replace"):
            monkeypatch.setattr(os, name, self._noted(getattr(os, name)))

    def _noted(self, rename: object) -> object:
        def noted(source: Path, target: Path) -> None:
            self.entries.append(("rename", os.stat(source).st_ino, Path(target).name))  # noqa: PTH116
            assert callable(rename)
            rename(source, target)

        return noted

    def renamed_to(self, name: str) -> int:
        return next(at for at, entry in enumerate(self.entries) if entry[0] == "rename" and entry[2] == name)

    def synced(self, path: Path, start: int, end: int) -> bool:
        return ("sync", path.stat().st_ino, "") in self.entries[start:end]


def test_all_that_the_pointer_leads_to_is_on_disk_before_the_pointer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(monkeypatch)
    version = build(tmp_path, 0)
    store = IndexStore(tmp_path)
    named, pointed = journal.renamed_to(version), journal.renamed_to("CURRENT")
    for path in [store.root / version, *(store.root / version).rglob("*")]:
        assert journal.synced(path, 0, named), f"{path} has its name before its content is on disk"
    assert journal.synced(store.root, named, pointed), "the pointer may reach the disk before the name of the version"
    assert journal.synced(store.root, pointed, len(journal.entries))
    made = [tmp_path, store.archive.folder, *store.archive.folder.iterdir(), *store.archive.files()]
    for path in [*made, *store.models(), tmp_path / "models"]:
        assert journal.synced(path, 0, pointed), f"{path} may be lost though the pointer isn't"


def test_a_publish_that_fails_before_the_flip_leaves_nothing_but_the_archive_and_what_was_embedded(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set((built / "index").iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(IndexStore, "point_to", full)
    with pytest.raises(IndexNotWritable, match="untouched"):
        build(built, 1)
    left = {path for path in (built / "index").iterdir() if not path.name.startswith(".checkpoint-")}
    assert left == before


def test_an_index_of_the_same_name_is_not_replaced(built: Path) -> None:
    store = IndexStore(built)
    manifest, version = store.manifest(), build(built, 1)

    def write(folder: Path) -> None:
        (folder / "file").write_text("x")

    with pytest.raises(IndexNotWritable, match="already"):
        store.publish(manifest, write, ())
    assert store.current_version() == version
    assert len(store.versions()) == 2


class TestModels:
    def test_an_index_keeps_its_model_when_others_are_published(self, tmp_path: Path) -> None:
        """The third build has the first one's model: were it exported again, the kept first index could lose it."""
        for number in (0, 1, 3):
            build(tmp_path, number)

        def never(folder: Path) -> None:
            raise AssertionError(folder)

        store = IndexStore(tmp_path)
        assert store.export_model(ExportingEmbedder(1).model_id, never)
        assert store.export_model(ExportingEmbedder(3).model_id, never) == store.manifest().model_files

    def test_a_damaged_model_is_exported_again(self, built: Path) -> None:
        store = IndexStore(built)
        whole = store.manifest().model_files
        (store.models()[0] / "card.json").write_text("x")
        assert store.export_model(ExportingEmbedder(0).model_id, ExportingEmbedder(0).export) == whole

    def test_an_export_that_fails_leaves_what_was_there(self, built: Path) -> None:
        store = IndexStore(built)
        (store.models()[0] / "card.json").write_text("x")

        def fail(folder: Path) -> None:
            raise OSError(28, f"No space for {folder}")

        with pytest.raises(IndexNotWritable):
            store.export_model(ExportingEmbedder(0).model_id, fail)
        assert (store.models()[0] / "weights.bin").is_file()
        assert store.abandoned() == []


class TestReaders:
    def test_a_version_that_is_replaced_and_removed_while_it_is_opened_is_no_error(self, built: Path) -> None:
        store = IndexStore(built)
        old = store.current_version()
        opened = []

        def read(folder: Path, manifest: Manifest) -> str:
            opened.append(manifest.version)
            if manifest.version == old:
                build(built, 1)
                remove_folder(folder)
                raise IndexCorrupt("a file is gone")
            return manifest.version

        assert store.read_current(read) == store.current_version()
        assert opened == [old, store.current_version()]

    def test_damage_to_the_version_that_stays_published_is_an_error(self, built: Path) -> None:
        store = IndexStore(built)
        folder, manifest = store.read_current(lambda folder, manifest: (folder, manifest))
        name = next(iter(manifest.files))
        (folder / name).unlink()
        with pytest.raises(IndexCorrupt, match=re.escape(name)):
            store.read_current(lambda folder, _: folder)

    def test_an_open_file_outlives_the_version(self, built: Path) -> None:
        """What a server has open or mapped stays readable, on Unix, when its version is pruned."""
        folder, manifest = IndexStore(built).read_current(lambda folder, manifest: (folder, manifest))
        path = folder / next(iter(manifest.files))
        with path.open("rb") as file:
            content = path.read_bytes()
            for number in range(1, 5):
                build(built, number)
            assert not folder.exists()
            assert file.read() == content

    @pytest.mark.parametrize("pointer", [b"\xff\xfe", b"x" * 1_000_000, b".lock", b".", b"..", b"CURRENT"])
    def test_a_pointer_of_any_bytes_leads_nowhere_but_to_a_version(self, built: Path, pointer: bytes) -> None:
        IndexStore(built).pointer.write_bytes(pointer)
        with pytest.raises(IndexCorrupt, match="footnoted index"):
            open_index(built, ExportingEmbedder(0))


class TestArchive:
    def test_an_altered_document_is_never_opened(self, built: Path) -> None:
        store, document = IndexStore(built), documents_of(0)[1]
        path = store.archive.path(document.id, document.version)
        path.write_bytes(path.read_bytes().replace(b"Rule 0", b"Rule 8"))
        with pytest.raises(IndexCorrupt, match="damaged"):
            store.document(document.id, document.version)

    def test_another_document_under_the_name_is_never_opened(self, built: Path) -> None:
        store, (orchards, rules) = IndexStore(built), documents_of(0)
        path = store.archive.path(rules.id, rules.version)
        shutil.copy(store.archive.path(orchards.id, orchards.version), path)
        with pytest.raises(IndexCorrupt, match="damaged"):
            store.document(rules.id, rules.version)

    def test_indexing_mends_a_damaged_document(self, built: Path) -> None:
        store, document = IndexStore(built), documents_of(0)[1]
        store.archive.path(document.id, document.version).write_bytes(b"")
        build(built, 0)
        assert store.document(document.id, document.version) == document

    def test_a_document_from_before_there_were_seals_opens(self, built: Path) -> None:
        store, document = IndexStore(built), documents_of(0)[1]
        path = store.archive.path(document.id, document.version)
        sealed = path.read_bytes()
        path.write_bytes(sealed[: sealed.rindex(b",\n")] + b"}")
        assert store.document(document.id, document.version) == document

    def test_a_name_that_no_file_can_have_is_not_found(self, built: Path) -> None:
        with pytest.raises(DocumentNotFound):
            IndexStore(built).document("x" * 5000, "y")


def test_an_index_of_the_schema_before_is_refused_as_such(built: Path) -> None:
    folder = IndexStore(built).read_current(lambda folder, _: folder)
    manifest = {"index_schema": 2, "version": folder.name, "some": "field"}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(IndexCorrupt, match="schema 2"):
        open_index(built, HashEmbedder())
