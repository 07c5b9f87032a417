"""The published index stays whole, whatever happens to a build."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.errors import DocumentNotFound
from index.build import build_index, open_index
from index.errors import EmbedderMismatch, IndexCorrupt, IndexNotBuilt, IndexNotWritable
from index.store import IndexStore
from tests.fakes import HashEmbedder, document_of, orchard_document


@pytest.fixture
def built(tmp_path: Path) -> Path:
    build_index([orchard_document()], HashEmbedder(), tmp_path)
    return tmp_path


def folder(data_dir: Path) -> Path:
    return IndexStore(data_dir).read_current(lambda folder, _: folder)


def test_an_index_comes_back_as_it_was_built(built: Path) -> None:
    index = open_index(built, HashEmbedder())
    assert [card.version for card in index.cards] == [orchard_document().version]
    for indexed in index.sentences:
        passage = index.passages[indexed.passage_row]
        assert passage.slice(indexed.sentence.span) == indexed.sentence.span.of(index.document(index.cards[0].id).text)


def test_reindexing_embeds_only_what_changed(tmp_path: Path) -> None:
    first = build_index([orchard_document()], HashEmbedder(), tmp_path)
    assert first.embedded > 0
    assert first.reused == 0
    again = HashEmbedder()
    second = build_index([orchard_document()], again, tmp_path)
    assert (again.embedded, second.embedded, second.reused) == ([], 0, first.embedded)
    added = document_of(("Tolls", ["Bridge tolls rise each year."]), document_id="tolls")
    third = build_index([orchard_document(), added], again, tmp_path)
    assert third.embedded == len(again.embedded) == 2


def test_no_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexNotBuilt, match="footnoted index"):
        open_index(tmp_path, HashEmbedder())


@pytest.mark.parametrize(
    "name", ["passage_vectors.npy", "sentence_vectors.npy", "passages.jsonl", "documents.jsonl", "manifest.json"]
)
@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
def test_a_damaged_file_is_found_and_named_with_the_mend(built: Path, name: str, damage: str) -> None:
    path = folder(built) / name
    content = path.read_bytes()
    if damage == "remove":
        path.unlink()
    elif damage == "truncate":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(IndexCorrupt, match="footnoted index"):
        open_index(built, HashEmbedder())


@pytest.mark.parametrize("pointer", ["", "../../etc", "gone", "\x00"])
def test_a_bad_pointer_is_an_error_with_the_mend(built: Path, pointer: str) -> None:
    (built / "index" / "CURRENT").write_text(pointer)
    with pytest.raises(IndexCorrupt, match="footnoted index"):
        open_index(built, HashEmbedder())


def test_an_index_of_another_model_is_refused_and_built_again_in_full(built: Path) -> None:
    class OtherEmbedder(HashEmbedder):
        model_id = "another/1"

    with pytest.raises(EmbedderMismatch, match=r"hash-embedder/1.*another/1"):
        open_index(built, OtherEmbedder())
    assert build_index([orchard_document()], OtherEmbedder(), built).reused == 0


def test_a_build_that_fails_leaves_the_published_index_and_no_debris(built: Path) -> None:
    before = IndexStore(built).current_version()

    class FailingEmbedder(HashEmbedder):
        def count_tokens(self, text: str) -> int:
            raise RuntimeError(text)

    with pytest.raises(RuntimeError):
        build_index([document_of(("A", ["Other text."]))], FailingEmbedder(), built)
    manifest = IndexStore(built).manifest().model_copy(update={"version": "x"})

    def write(folder: Path) -> None:
        raise LookupError(folder)

    with pytest.raises(LookupError):
        IndexStore(built).publish(manifest, write, ())
    assert IndexStore(built).current_version() == before
    assert not list((built / "index").glob(".building-*"))
    open_index(built, HashEmbedder())


def test_an_unwritable_folder_is_said_with_the_old_index_untouched(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(IndexNotWritable, match="untouched"):
        build_index([orchard_document()], HashEmbedder(), tmp_path / "file")


def test_old_document_versions_stay_readable(built: Path) -> None:
    old = orchard_document()
    new = document_of(("Background", ["All is changed."]), as_of=date(2026, 1, 1))
    build_index([new], HashEmbedder(), built)
    store = IndexStore(built)
    assert store.document("orchards", old.version) == old
    assert store.document("orchards", new.version) == new


def test_versions_are_listed_the_newest_first_by_the_day_they_came_and_their_own_date(tmp_path: Path) -> None:
    store = IndexStore(tmp_path)
    made = [document_of(("A", [f"Text {n}."]), as_of=date(2026, 1, n)) for n in (1, 3, 2, 4)]
    for number, document in enumerate(made):
        build_index([document], HashEmbedder(), tmp_path)
        (path,) = (tmp_path / "documents" / "orchards").glob(f"{document.version}.json")
        day = 86_400 * (5 if number < 3 else 4)
        os.utime(path, (day + number, day + number))
    found = store.archive.versions("orchards")
    assert [version.card for version in found] == [made[at].card for at in (1, 2, 0, 3)]
    assert [version.archived_at.day for version in found] == [6, 6, 6, 5]
    assert all(store.document("orchards", version.card.version).card == version.card for version in found)


def test_a_damaged_version_is_left_out_of_the_list_as_it_can_not_be_opened(built: Path) -> None:
    (built / "documents" / "orchards" / "0123456789ab.json").write_text("{")
    assert [version.card for version in IndexStore(built).archive.versions("orchards")] == [orchard_document().card]


@pytest.mark.parametrize("name", ["none", "..", "../documents/orchards", "", "\0"])
def test_an_unknown_document_has_no_versions(built: Path, name: str) -> None:
    assert IndexStore(built).archive.versions(name) == ()


@pytest.mark.parametrize(
    ("name", "version"), [("orchards", "nope"), ("../x", "y"), ("", ""), (".", ".."), ("a/b", "\0")]
)
def test_an_unknown_document_is_not_found_whatever_its_name(built: Path, name: str, version: str) -> None:
    with pytest.raises(DocumentNotFound):
        IndexStore(built).document(name, version)


def test_only_the_last_versions_are_kept(tmp_path: Path) -> None:
    for number in range(6):
        document: Document = document_of(("A", [f"Text number {number}."]))
        build_index([document], HashEmbedder(), tmp_path)
    assert len([p for p in (tmp_path / "index").iterdir() if p.is_dir()]) == 3
    assert open_index(tmp_path, HashEmbedder()).document(document.id) == document
