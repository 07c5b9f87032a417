"""What a running server opens anew when another index is published, and what it keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap import PublishedSource
from bot.settings import BotSettings
from index.build import build_index
from index.errors import IndexCorrupt
from index.ports import Embedder
from index.store import IndexStore, Manifest
from tests.dying_builder import ExportingEmbedder, documents_of

ALIKE = 3
"""Every third embedder of `ExportingEmbedder` is the same model."""


def source_over(data_dir: Path) -> PublishedSource:
    build_index(documents_of(0), ExportingEmbedder(0), data_dir)
    settings = BotSettings(data_dir=data_dir, use_reader=False)
    return PublishedSource(settings, keep_conversations=False)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the models that were opened, in turn."""
    ids: list[str] = []

    def open_embedder(_: Path, manifest: Manifest) -> Embedder:
        ids.append(manifest.model_id)
        return ExportingEmbedder(int(manifest.model_id[-1]))

    monkeypatch.setattr("bot.bootstrap.open_embedder", open_embedder)
    return ids


def test_the_model_is_opened_again_only_where_it_is_another(tmp_path: Path, opened: list[str]) -> None:
    source = source_over(tmp_path)
    for number, models in ((ALIKE, 1), (ALIKE + 1, 2), (ALIKE + 2, 3)):
        version = build_index(documents_of(number), ExportingEmbedder(number), tmp_path).index_version
        assert source.refresh()
        assert source.current.index_version == version
        assert len(opened) == models


@pytest.mark.usefixtures("opened")
def test_a_version_that_can_not_be_opened_is_looked_at_again_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_over(tmp_path)
    version = build_index(documents_of(ALIKE), ExportingEmbedder(ALIKE), tmp_path).index_version
    file = tmp_path / "index" / version / sorted(IndexStore(tmp_path).manifest().files)[0]
    whole = file.read_bytes()
    file.write_bytes(b"damage")
    said = []
    for _ in range(3):
        with pytest.raises(IndexCorrupt, match=version) as raised:
            source.refresh()
        said.append(str(raised.value))
        file.write_bytes(whole)
    assert len(set(said)) == 1
    monkeypatch.setattr("bot.bootstrap._RETRY_S", 0)
    assert source.refresh()
    assert source.current.index_version == version


@pytest.mark.usefixtures("opened")
def test_another_version_is_opened_at_once_after_one_that_could_not_be(tmp_path: Path) -> None:
    source = source_over(tmp_path)
    damaged = build_index(documents_of(ALIKE), ExportingEmbedder(ALIKE), tmp_path).index_version
    (tmp_path / "index" / damaged / "manifest.json").write_bytes(b"damage")
    with pytest.raises(IndexCorrupt):
        source.refresh()
    build_index(documents_of(2 * ALIKE), ExportingEmbedder(0), tmp_path)
    assert source.refresh()
