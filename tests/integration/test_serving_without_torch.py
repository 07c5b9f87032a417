"""What only asks runs from a copied data directory, on the exported model, and never imports torch."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.bootstrap import bootstrap
from bot.settings import BotSettings
from index.build import build_index, open_embedder
from index.embedders import MiniLMEmbedder
from index.errors import ModelUnavailable
from index.store import IndexStore
from tests.fakes import HashEmbedder, orchard_document

ASK = """
import sys
from pathlib import Path
import footnoted.cli, web.app
from bot.bootstrap import bootstrap
from bot.settings import BotSettings
bot = bootstrap(BotSettings(data_dir=Path(sys.argv[1])), keep_conversations=False)
unused = {"torch", "transformers", "slack_bolt", "slack_sdk", "aiohttp", "mcp"}
print(bot.ask("c", "How long do growers train?").status, sorted(unused & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build_index([orchard_document()], MiniLMEmbedder(), folder)
    return folder


@pytest.fixture
def data_dir(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "copied")


def test_a_copied_data_directory_is_asked_without_torch_or_the_packages_of_unused_channels(data_dir: Path) -> None:
    asked = subprocess.run([sys.executable, "-c", ASK, str(data_dir)], capture_output=True, text=True, check=True)
    assert asked.stdout.split(maxsplit=1)[1].strip() == "[]"


def test_what_asks_writes_nothing_outside_the_data_directory(data_dir: Path, tmp_path: Path) -> None:
    """onnxruntime keeps an identifier and a database of what it reports under HOME, where it isn't told not to."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "TMPDIR": str(home), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    before = sorted(data_dir.rglob("*"))
    subprocess.run([sys.executable, "-c", ASK, str(data_dir)], env=environment, check=True, cwd=home)
    assert sorted(home.rglob("*")) == []
    assert sorted(data_dir.rglob("*")) == before


@pytest.mark.parametrize("name", ["model.onnx", "model.weights", "tokenizer.json", "model.json"])
def test_a_damaged_or_missing_model_is_one_clear_error_and_indexing_mends_it(data_dir: Path, name: str) -> None:
    file = next(data_dir.glob(f"models/*/{name}"))
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(ModelUnavailable, match="isn't the one that the index was built with; run `footnoted index`"):
        open_embedder(data_dir)
    file.unlink()
    with pytest.raises(ModelUnavailable, match="can't be read"):
        bootstrap(BotSettings(data_dir=data_dir), keep_conversations=False)
    build_index([orchard_document()], MiniLMEmbedder(), data_dir)
    assert open_embedder(data_dir).embed_query("growers").shape == (384,)


def test_who_may_read_the_exported_graph_may_read_its_weights(built: Path) -> None:
    modes = {path.stat().st_mode for path in built.glob("models/*/*")}
    assert len(modes) == 1


def test_a_model_that_is_there_is_not_exported_again(data_dir: Path) -> None:
    def never(folder: Path) -> None:
        raise AssertionError(folder)

    store = IndexStore(data_dir)
    assert store.export_model(MiniLMEmbedder.model_id, never) == store.manifest().model_files


def test_an_index_without_an_exported_model_says_so(tmp_path: Path) -> None:
    build_index([orchard_document()], HashEmbedder(), tmp_path)
    with pytest.raises(ModelUnavailable, match="has no exported model"):
        open_embedder(tmp_path)
