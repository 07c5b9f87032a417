"""Documents into a published index, and a published index into memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from corpus.documents import Document
from index.chunk import chunk
from index.errors import EmbedderMismatch, IndexCorrupt, IndexingError, ModelUnavailable
from index.faiss_index import FaissIndex, read_index, sentence_texts, write_index
from index.onnx_embedder import OnnxEmbedder
from index.passages import Passage
from index.ports import BuildReport, Embedder, Exportable, Progress, Vectors
from index.store import SCHEMA, IndexStore, Manifest, new_version_name


def build_index(
    documents: Sequence[Document], embedder: Embedder, data_dir: Path, progress: Progress | None = None
) -> BuildReport:
    """Chunks, embeds and publishes *documents*, which replace what was published before.

    Texts that the published index already holds, embedded by the same model, are not embedded again. Raises
    `IndexNotWritable`, `ModelUnavailable`; the published index then stays as it was.
    """
    store = IndexStore(data_dir)
    ordered = tuple(sorted(documents, key=lambda document: document.id))
    passages = tuple(p for d in ordered for p in chunk(d, embedder.count_tokens, embedder.window))
    texts = ([passage.embedded_text for passage in passages], sentence_texts(ordered, passages))
    known = _known_vectors(store, embedder)
    missing = list(dict.fromkeys(text for part in texts for text in part if text not in known))
    if missing:
        known.update(zip(missing, embedder.embed_passages(missing, progress), strict=True))
    vectors = (_stack(texts[0], known, embedder), _stack(texts[1], known, embedder))
    exported = store.export_model(embedder.model_id, embedder.export) if isinstance(embedder, Exportable) else {}
    manifest = _manifest(ordered, passages, len(texts[1]), embedder, exported)
    store.publish(manifest, lambda folder: write_index(folder, ordered, passages, vectors), ordered)
    distinct = len(set(texts[0]) | set(texts[1]))
    return BuildReport(
        index_version=manifest.version,
        documents=len(ordered),
        passages=len(passages),
        sentences=len(texts[1]),
        embedded=len(missing),
        reused=distinct - len(missing),
    )


def open_index(data_dir: Path, embedder: Embedder) -> FaissIndex:
    """The published index of *data_dir*, verified.

    Raises `IndexNotBuilt`, `IndexCorrupt`, and `EmbedderMismatch` where it was built with another model.
    """
    folder, manifest = IndexStore(data_dir).open_current()
    if (manifest.model_id, manifest.dimension) != (embedder.model_id, embedder.dimension):
        raise EmbedderMismatch(
            f"Index {manifest.version} was built with {manifest.model_id} ({manifest.dimension} dimensions), but "
            f"questions are encoded with {embedder.model_id} ({embedder.dimension}). "
            "Run `footnoted index` to build it with this model."
        )
    index = read_index(folder, manifest.version)
    if (len(index.passages), len(index.sentences)) != (manifest.passages, manifest.sentences):
        raise IndexCorrupt(
            f"Index {manifest.version} doesn't hold what its manifest says. Run `footnoted index` to build it again."
        )
    return index


def open_embedder(data_dir: Path) -> OnnxEmbedder:
    """The model that the published index was built with, as exported beside it.

    Raises `IndexNotBuilt`, `IndexCorrupt`, `ModelUnavailable`.
    """
    store = IndexStore(data_dir)
    manifest = store.manifest()
    if not manifest.model_files:
        raise ModelUnavailable(
            f"Index {manifest.version} has no exported model ({manifest.model_id}); run `footnoted index` to build it."
        )
    return OnnxEmbedder(store.model_folder(manifest.model_id), manifest.model_files)


def _known_vectors(store: IndexStore, embedder: Embedder) -> dict[str, Vectors]:
    """What the published index already embedded; nothing where it is absent, damaged or another model's."""
    try:
        return open_index(store.data_dir, embedder).stored_vectors()
    except IndexingError:
        return {}


def _stack(texts: Sequence[str], known: dict[str, Vectors], embedder: Embedder) -> Vectors:
    if not texts:
        return np.zeros((0, embedder.dimension), dtype=np.float32)
    return np.stack([known[text] for text in texts])


def _manifest(
    documents: tuple[Document, ...],
    passages: tuple[Passage, ...],
    sentences: int,
    embedder: Embedder,
    model_files: dict[str, str],
) -> Manifest:
    versions = {document.id: document.version for document in documents}
    digest = hashlib.sha256(repr((embedder.model_id, sorted(versions.items()))).encode()).hexdigest()
    return Manifest(
        index_schema=SCHEMA,
        version=new_version_name(digest),
        created_at=datetime.now(UTC),
        model_id=embedder.model_id,
        dimension=embedder.dimension,
        documents=versions,
        passages=len(passages),
        sentences=sentences,
        files={},
        model_files=model_files,
    )
