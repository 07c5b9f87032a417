"""What is kept, going back to it, and removing what nobody needs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import index.store
from index.build import build_index, open_index
from index.durable import remove_folder
from index.errors import IndexCorrupt, IndexNotBuilt, VersionNotFound
from index.manifest import read_manifest
from index.store import IndexStore
from index.verify import verify_all
from index.versions import DocumentChange, Pruning, State, carry_out, kept_versions, plan_pruning, roll_back
from tests.dying_builder import ExportingEmbedder, documents_of, number_of


def build(data_dir: Path, *numbers: int) -> str:
    for number in numbers:
        version = build_index(documents_of(number), ExportingEmbedder(number), data_dir).index_version
    return version


@pytest.fixture
def store(tmp_path: Path) -> IndexStore:
    build(tmp_path, 0, 1, 2)
    return IndexStore(tmp_path)


def published(store: IndexStore) -> int:
    number = int(store.manifest().model_id[-1])
    return number_of(open_index(store.data_dir, ExportingEmbedder(number)).document("rules"))


def prune(store: IndexStore, keep: int, *, documents: bool = False) -> Pruning:
    with store.writing():
        plan = plan_pruning(store, keep, documents=documents)
        assert carry_out(plan) == ()
    return plan


class TestKept:
    def test_each_is_described_the_newest_first(self, store: IndexStore) -> None:
        newest, *older = kept_versions(store)
        assert [newest.version, *(kept.version for kept in older)] == list(reversed(store.versions()))
        assert [newest.published, *(kept.published for kept in older)] == [True, False, False]
        manifest = store.manifest()
        assert (newest.created_at, newest.documents, newest.model_id) == (manifest.created_at, 2, manifest.model_id)
        assert (newest.passages, newest.sentences) == (manifest.passages, manifest.sentences)
        files = [path for path in (store.root / newest.version).rglob("*") if path.is_file()]
        assert newest.size == sum(len(path.read_bytes()) for path in files)

    def test_a_look_tells_what_is_damaged_or_of_another_schema(self, store: IndexStore) -> None:
        old, middle, new = store.versions()
        (store.root / old / "manifest.json").write_bytes(b"")
        (store.root / middle / "manifest.json").write_text(f'{{"index_schema": 1, "version": "{middle}"}}')
        (store.root / new / next(iter(store.manifest().files))).unlink()
        kept = {version.version: version for version in kept_versions(store)}
        assert [kept[version].state for version in (old, middle, new)] == [
            State.DAMAGED,
            State.OTHER_SCHEMA,
            State.DAMAGED,
        ]
        assert "is missing" in str(kept[new].problem)

    def test_a_copy_under_another_name_is_damaged(self, store: IndexStore) -> None:
        (store.root / store.versions()[0]).rename(store.root / "copy")
        assert {version.version: version.state for version in kept_versions(store)}["copy"] is State.DAMAGED


class TestRollback:
    def test_the_version_before_is_published_and_the_documents_told(self, store: IndexStore) -> None:
        new = store.current_version()
        done = roll_back(store)
        assert (done.before, done.version, published(store)) == (new, store.versions()[1], 1)
        rules = [documents_of(number)[1].version for number in (2, 1)]
        assert done.changes == (DocumentChange("rules", *rules),)

    def test_documents_that_come_and_go_are_told(self, tmp_path: Path) -> None:
        orchards, rules = documents_of(0)
        for documents in ([orchards], [rules]):
            build_index(documents, ExportingEmbedder(0), tmp_path)
        assert roll_back(IndexStore(tmp_path)).changes == (
            DocumentChange("orchards", None, orchards.version),
            DocumentChange("rules", rules.version, None),
        )

    def test_before_a_build_that_followed_a_rollback_comes_what_was_gone_back_to(self, store: IndexStore) -> None:
        """The one that was gone back from is newer, and wrong."""
        first = store.versions()[0]
        roll_back(store, first)
        build(store.data_dir, 3)
        assert first in store.versions()
        assert roll_back(store).version == first

    def test_what_is_published_already_may_be_named(self, store: IndexStore) -> None:
        done = roll_back(store, store.current_version())
        assert (done.before, done.changes) == (done.version, ())

    @pytest.mark.parametrize("part", ["index", "model", "document"])
    def test_a_damaged_version_is_refused_and_the_published_one_stays(self, store: IndexStore, part: str) -> None:
        old = store.versions()[1]
        path = {
            "index": store.root / old / next(iter(read_manifest(store.root / old).files)),
            "model": store.model_folder(ExportingEmbedder(1).model_id) / "weights.bin",
            "document": store.archive.path("rules", documents_of(1)[1].version),
        }[part]
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(IndexCorrupt, match=r"can't be published.*What was published stays") as refused:
            roll_back(store)
        assert path.name in str(refused.value)
        assert published(store) == 2

    def test_a_lost_pointer_is_mended_with_the_newest(self, store: IndexStore) -> None:
        for pointer in (b"nowhere", b"\xff"):
            store.pointer.write_bytes(pointer)
            done = roll_back(store)
            assert (done.before, done.version, done.changes) == (None, store.versions()[-1], ())
        assert published(store) == 2

    @pytest.mark.parametrize("name", ["", ".", "..", "gone", "/etc", ".lock", "CURRENT", "\x00"])
    def test_a_name_of_no_version_is_refused(self, store: IndexStore, name: str) -> None:
        with pytest.raises(VersionNotFound, match="footnoted index list"):
            roll_back(store, name)
        assert published(store) == 2

    def test_where_there_is_nothing_to_go_back_to_it_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(IndexNotBuilt):
            roll_back(IndexStore(tmp_path))
        build(tmp_path, 0)
        with pytest.raises(VersionNotFound, match="older than the published one"):
            roll_back(IndexStore(tmp_path))


class TestPruning:
    @pytest.mark.parametrize("keep", [1, 2, 3, 9])
    def test_so_many_are_left_and_the_published_one_among_them(self, store: IndexStore, keep: int) -> None:
        roll_back(store, store.versions()[0])
        prune(store, keep)
        assert len(store.versions()) == min(keep, 3)
        assert published(store) == 0
        assert verify_all(store) == ()

    def test_what_is_damaged_goes_first_and_what_was_replaced_last(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(index.store, "KEPT_VERSIONS", 9)
        build(tmp_path, 0, 1, 2, 3)
        store = IndexStore(tmp_path)
        first, second, third, _ = store.versions()
        roll_back(store, first)
        newest = build(tmp_path, 4)
        (store.root / third / "manifest.json").write_bytes(b"")
        assert prune(store, 4).versions == (store.root / third,)
        prune(store, 2)
        assert store.versions() == [first, newest]
        assert second not in store.versions()

    def test_every_permalink_opens_afterwards(self, store: IndexStore) -> None:
        prune(store, 1)
        for number in range(3):
            for document in documents_of(number):
                assert store.document(document.id, document.version) == document

    def test_only_when_asked_documents_that_no_kept_index_names_are_removed(self, store: IndexStore) -> None:
        store.archive.add(documents_of(9))
        plan = prune(store, 2, documents=True)
        gone = {documents_of(number)[1].version for number in (0, 9)}
        assert {path.stem for path in plan.documents} == gone
        assert {path.stem for path in store.archive.files()} == {
            document.version for number in (1, 2) for document in documents_of(number)
        }
        assert verify_all(store) == ()

    def test_models_of_no_kept_index_are_removed(self, store: IndexStore) -> None:
        prune(store, 2)
        assert store.models() == [store.model_folder(ExportingEmbedder(number).model_id) for number in (1, 2)]

    def test_leftovers_and_old_checkpoints_are_removed_but_not_one_to_go_on_from(self, store: IndexStore) -> None:
        leftovers = [store.root / ".building-1", store.root / ".removed-1", store.data_dir / "models" / ".building-2"]
        for folder in leftovers:
            folder.mkdir()
            (folder / "file").write_text("x")
        old, new = store.root / ".checkpoint-old", store.root / ".checkpoint-new"
        for path, at in ((old, time.time() - 60), (new, time.time() + 60)):
            path.write_text("x")
            os.utime(path, (at, at))
        assert set(prune(store, 3).unfinished) == {*leftovers, old}
        assert new.exists()
        assert not any(path.exists() for path in [*leftovers, old])

    def test_going_back_to_another_version_makes_no_checkpoint_old(self, store: IndexStore) -> None:
        kept = store.root / ".checkpoint-killed"
        kept.write_text("x")
        os.utime(kept, (store.pointer.stat().st_mtime,) * 2)
        roll_back(store)
        assert prune(store, 3).unfinished == ()

    def test_what_else_is_hidden_beside_the_versions_is_left_alone(self, store: IndexStore) -> None:
        stray = store.root / ".DS_Store"
        stray.write_text("x")
        os.utime(stray, (0, 0))
        assert prune(store, 3).unfinished == ()

    @pytest.mark.parametrize("documents", [True, False])
    def test_nothing_that_a_damaged_index_may_name_is_removed(self, store: IndexStore, documents: bool) -> None:
        (store.root / store.versions()[1] / "manifest.json").write_bytes(b"")
        if documents:
            with pytest.raises(IndexCorrupt, match="No document is removed"):
                plan_pruning(store, 3, documents=True)
        else:
            assert plan_pruning(store, 3, documents=False).paths == ()

    @pytest.mark.parametrize("pointer", [None, b"gone", b"\xff"])
    def test_nothing_is_removed_while_it_isnt_known_what_is_published(
        self, store: IndexStore, pointer: bytes | None
    ) -> None:
        store.pointer.unlink()
        if pointer:
            store.pointer.write_bytes(pointer)
        with pytest.raises(IndexCorrupt):
            plan_pruning(store, 1, documents=True)

    def test_what_cant_be_removed_is_told(self, store: IndexStore, monkeypatch: pytest.MonkeyPatch) -> None:
        stuck = store.root / store.versions()[0]

        def refusing(folder: Path) -> None:
            if folder == stuck:
                raise PermissionError(folder)
            remove_folder(folder)

        monkeypatch.setattr("index.versions.remove_folder", refusing)
        with store.writing():
            assert carry_out(plan_pruning(store, 1, documents=False)) == (stuck,)
        assert len(store.versions()) == 2
