"""What every `Embedder` does; run over the fake, the packaged model and its export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from bot.remembered import RememberingEmbedder
from index.embedders import MiniLMEmbedder
from index.hashing import sha256
from index.onnx_embedder import OnnxEmbedder
from index.ports import Embedder
from tests.fakes import HashEmbedder


def exported() -> OnnxEmbedder:
    with TemporaryDirectory() as folder:
        MiniLMEmbedder().export(Path(folder))
        return OnnxEmbedder(Path(folder), {path.name: sha256(path) for path in Path(folder).iterdir()})


MAKERS: dict[str, Callable[[], Embedder]] = {
    "hash": HashEmbedder,
    "minilm": MiniLMEmbedder,
    "onnx": exported,
    "remembering": lambda: RememberingEmbedder(HashEmbedder()),
}
TEXTS = [
    "Apple growers pay a fee.",
    "Pear growers train for three weeks, which is longer.",
    "Towns may license growers.",
]


@pytest.fixture(scope="module", params=list(MAKERS))
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return MAKERS[request.param]()


def test_passages_become_unit_rows_in_order(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(TEXTS)
    assert vectors.shape == (3, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.stack([embedder.embed_passages([text])[0] for text in TEXTS])
    assert np.allclose(vectors, alone, atol=1e-5)


def test_a_query_lies_nearest_the_passage_that_says_the_same(embedder: Embedder) -> None:
    query = embedder.embed_query("Which growers pay a fee?")
    assert query.shape == (embedder.dimension,)
    assert int(np.argmax(embedder.embed_passages(TEXTS) @ query)) == 0


def test_progress_ends_with_every_text(embedder: Embedder) -> None:
    seen: list[tuple[int, int]] = []
    embedder.embed_passages(TEXTS, lambda done, of: seen.append((done, of)))
    assert seen[-1] == (3, 3)


def test_tokens_grow_with_the_text_and_are_never_truncated(embedder: Embedder) -> None:
    assert embedder.count_tokens("growers " * 1000) > embedder.window
    assert embedder.count_tokens("") <= embedder.count_tokens("one") <= embedder.count_tokens("one two")


def test_the_model_is_named_with_its_weights(embedder: Embedder) -> None:
    assert embedder.model_id
    assert MAKERS["hash"]().model_id != MAKERS["minilm"]().model_id


def test_the_export_is_the_same_model_and_cuts_where_it_does() -> None:
    packaged, alike = MiniLMEmbedder(), exported()
    assert (alike.model_id, alike.dimension, alike.window) == (packaged.model_id, packaged.dimension, packaged.window)
    texts = [*TEXTS, "growers " * 1000, "¿Quién paga?", ""]
    assert (packaged.embed_passages(texts) * alike.embed_passages(texts)).sum(axis=1).min() > 0.9999
