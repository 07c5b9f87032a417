"""Whatever byte is changed, and whatever is missing or strayed in, is found and named."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build_index
from index.errors import IndexNotBuilt
from index.seal import BrokenSealError, seal, unseal
from index.store import IndexStore
from index.verify import Finding, verify_all, verify_published, verify_version
from tests.dying_builder import ExportingEmbedder, documents_of

FLIPS = 12


@pytest.fixture
def store(tmp_path: Path) -> IndexStore:
    """Two kept versions with a model each, and an archived document that a third, pruned one had."""
    for number in range(2):
        build_index(documents_of(number), ExportingEmbedder(number), tmp_path)
    store = IndexStore(tmp_path)
    store.archive.add(documents_of(9))
    return store


def files(store: IndexStore) -> list[Path]:
    return [path for path in sorted(store.data_dir.rglob("*")) if path.is_file() and path.name != ".lock"]


def harmful(store: IndexStore) -> set[str]:
    return {finding.path for finding in verify_all(store) if finding.harmful}


def test_what_was_published_is_whole(store: IndexStore) -> None:
    assert verify_all(store) == ()
    assert verify_published(store) == (store.current_version(), ())


def test_a_flipped_byte_in_any_file_of_index_model_or_archive_is_found_and_named(store: IndexStore) -> None:
    """The sealed files, a manifest and the documents, check themselves; so more of their bytes are tried."""
    chance = random.Random(7)  # noqa: S311 - not for secrets
    for path in files(store):
        content = path.read_bytes()
        wanted = FLIPS * (4 if path.suffix == ".json" else 1)
        places = {0, len(content) - 1, *chance.choices(range(len(content)), k=wanted)}
        for place in places:
            flipped = bytearray(content)
            flipped[place] ^= 1 << chance.randrange(8)
            path.write_bytes(flipped)
            assert path.relative_to(store.data_dir).as_posix() in harmful(store), f"byte {place} of {path}"
        path.write_bytes(content)
    assert verify_all(store) == ()


@pytest.mark.parametrize("damage", ["remove", "empty", "cut", "longer", "folder", "pipe"])
def test_every_damaged_file_is_found_with_all_the_others(store: IndexStore, damage: str) -> None:
    """But for the archived document that only a removed index named: that it was ever there, nothing says."""
    spared = {store.archive.path(d.id, d.version) for d in documents_of(9)[1:]} if damage == "remove" else set()
    damaged = [path for path in files(store) if path not in {*spared, store.pointer} and path.name != "manifest.json"]
    for path in damaged:
        content = path.read_bytes()
        path.unlink()
        if damage == "folder":
            path.mkdir()
        elif damage == "pipe":
            os.mkfifo(path)
        elif damage != "remove":
            path.write_bytes({"empty": b"", "cut": content[:-1], "longer": content + b"\n"}[damage])
    assert harmful(store) == {path.relative_to(store.data_dir).as_posix() for path in damaged}


def test_a_finding_says_what_is_wrong_and_what_to_do(store: IndexStore) -> None:
    version = store.current_version()
    document = store.archive.path("rules", documents_of(1)[1].version)
    document.unlink()
    store.pointer.write_text("nowhere")
    said = {str(finding) for finding in verify_all(store)}
    assert any(line.startswith("index/CURRENT leads to no index; `footnoted index rollback VERSION`") for line in said)
    assert any(line.startswith("documents/rules/") and "is missing; `footnoted index`" in line for line in said)
    assert any(str(version) in line for line in said)


def test_strays_and_leftovers_are_told_and_do_no_harm(store: IndexStore) -> None:
    folder = store.read_current(lambda folder, _: folder)
    strays = [folder / "notes.txt", store.models()[1] / "x", store.archive.folder / "x.txt"]
    leftovers = [store.root / ".building-1", store.root / ".CURRENT.1", store.data_dir / "models" / ".building-2"]
    for path in [*strays, *leftovers]:
        path.write_text("x")
    found = verify_all(store)
    assert not [finding for finding in found if finding.harmful]
    assert {finding.path for finding in found} == {
        path.relative_to(store.data_dir).as_posix() for path in [*strays, *leftovers]
    }


def test_only_what_the_published_version_needs_counts_for_it(store: IndexStore) -> None:
    old = store.versions()[0]
    (store.root / old / "manifest.json").write_text("{}")
    store.archive.path("rules", documents_of(0)[1].version).unlink()
    assert verify_published(store)[1] == ()
    assert [finding.path for finding in verify_version(store, old)] == [f"index/{old}/manifest.json"]


def test_an_older_schema_is_no_damage_unless_it_is_published(store: IndexStore) -> None:
    for version in store.versions():
        (store.root / version / "manifest.json").write_text(f'{{"index_schema": 2, "version": "{version}"}}')
    found = {finding.path: finding for finding in verify_all(store)}
    old, new = (f"index/{version}/manifest.json" for version in store.versions())
    assert [found[old].harmful, found[new].harmful] == [False, True]
    assert all("has schema 2" in found[path].problem for path in (old, new))


def test_a_lost_pointer_is_found(store: IndexStore) -> None:
    store.pointer.unlink()
    version, findings = verify_published(store)
    assert (version, [finding.problem for finding in findings]) == (None, ["is missing"])


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(IndexNotBuilt, match="footnoted index"):
        verify_published(IndexStore(tmp_path))
    with pytest.raises(IndexNotBuilt, match="footnoted index"):
        verify_all(IndexStore(tmp_path))


def test_a_version_that_is_replaced_while_it_is_verified_is_no_damage(
    store: IndexStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = store.current_version()

    def replaced(of: IndexStore, version: str) -> tuple[Finding, ...]:
        if version != old:
            return verify_version(of, version)
        build_index(documents_of(2), ExportingEmbedder(2), of.data_dir)
        return (Finding("x", "is missing", "y"),)

    monkeypatch.setattr("index.verify.verify_version", replaced)
    assert verify_published(store) == (store.current_version(), ())


class TestSeal:
    @given(st.dictionaries(st.text(), st.text(), min_size=1))
    def test_what_was_sealed_comes_back(self, members: dict[str, str]) -> None:
        content = json.dumps(members).encode()
        assert unseal(seal(content)) == content
        assert json.loads(seal(content)).keys() == {*members, "sha256"}

    @given(st.data())
    def test_no_changed_byte_passes(self, data: st.DataObject) -> None:
        sealed = bytearray(seal(b'{"id": "orchards", "text": "Apple growers pay $40."}'))
        place = data.draw(st.integers(0, len(sealed) - 1))
        sealed[place] ^= data.draw(st.integers(1, 255))
        with pytest.raises(BrokenSealError):
            unseal(bytes(sealed))

    @given(st.binary())
    def test_what_was_never_sealed_is_refused(self, content: bytes) -> None:
        with pytest.raises(BrokenSealError):
            unseal(content)
