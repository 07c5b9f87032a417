"""Documents into a published index, and a published index opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.documents import Document
from index.checkpoint import Checkpoint, checkpoint
from index.chunk import chunk
from index.errors import EmbedderMismatch, IndexCorrupt, IndexingError, ModelUnavailable
from index.faiss_index import (
    PASSAGE_CODES,
    PASSAGE_VECTORS,
    SENTENCE_CODES,
    SENTENCE_VECTORS,
    FaissIndex,
    embedded_texts,
    read_index,
)
from index.onnx_embedder import OnnxEmbedder
from index.passage_store import PASSAGE_TEXTS, SENTENCE_TEXTS, PassageStore, PassageWriter
from index.ports import BuildReport, Embedder, Exportable, Progress, Vectors
from index.records import Records, RecordWriter, mapped
from index.store import SCHEMA, IndexStore, Manifest, new_version_name
from index.vectors import EXACT_UP_TO, HELD_QUERIES, write_codes, write_vectors

_TEXTS_AT_ONCE = 256
"""Embedded before they are written down: what a build that is killed has to do again."""

_BLOCK = 8192
_WORDS_ASKED = 8
_SEED = 287

Known = list[tuple[NDArray[np.bytes_], Vectors]]
"""Digests of texts, and their vectors on disk."""


def build_index(
    documents: Sequence[Document],
    embedder: Embedder,
    data_dir: Path,
    progress: Progress | None = None,
    *,
    exact_up_to: int = EXACT_UP_TO,
) -> BuildReport:
    """Chunks, embeds and publishes *documents*, which replace what was published before.

    Texts that the published index already holds, embedded by the same model, are not embedded again, nor those that
    a build embedded before it was killed. More than *exact_up_to* rows are searched approximately where that finds
    what exact search does. Raises `IndexNotWritable`, `ModelUnavailable`; the published index then stays as it was.
    """
    store = IndexStore(data_dir)
    ordered = tuple(sorted(documents, key=lambda document: document.id))
    with store.writing(), checkpoint(store.root, embedder.model_id, embedder.dimension) as kept:
        exported = store.export_model(embedder.model_id, embedder.export) if isinstance(embedder, Exportable) else {}
        published = _published(store, embedder)
        staged = kept.working / "index"
        staged.mkdir()
        distinct, missing = _write_passages(staged, kept, ordered, embedder, _Lookup([*published, kept.read()]))
        _embed(kept, missing, embedder, progress)
        counts = _write_vectors(staged, [*published, kept.read()], embedder.dimension)
        manifest = _manifest(ordered, counts, embedder, exported)
        manifest = manifest.model_copy(update={"recall_at_10": _write_codes(staged, embedder, exact_up_to)})
        store.publish(manifest, lambda folder: _move(staged, folder), ordered)
    return BuildReport(
        index_version=manifest.version,
        documents=len(ordered),
        passages=counts[0],
        sentences=counts[1],
        embedded=len(missing),
        reused=distinct - len(missing),
    )


def open_index(data_dir: Path, embedder: Embedder) -> FaissIndex:
    """The published index of *data_dir*, verified.

    Raises `IndexNotBuilt`, `IndexCorrupt`, and `EmbedderMismatch` where it was built with another model.
    """
    return _open(IndexStore(data_dir), embedder)[1]


def _open(store: IndexStore, embedder: Embedder) -> tuple[Path, FaissIndex]:
    return store.read_current(lambda folder, manifest: (folder, _read(folder, manifest, embedder)))


def _read(folder: Path, manifest: Manifest, embedder: Embedder) -> FaissIndex:
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


def open_embedder(data_dir: Path, manifest: Manifest | None = None) -> OnnxEmbedder:
    """The model that the index of *manifest*, else the published one, was built with, as exported beside it.

    Raises `IndexNotBuilt`, `IndexCorrupt`, `ModelUnavailable`.
    """
    store = IndexStore(data_dir)
    manifest = manifest or store.manifest()
    if not manifest.model_files:
        raise ModelUnavailable(
            f"Index {manifest.version} has no exported model ({manifest.model_id}); run `footnoted index` to build it."
        )
    return OnnxEmbedder(store.model_folder(manifest.model_id), manifest.model_files)


class _Lookup:
    """Where the vector of a text lies among several files."""

    def __init__(self, known: Known) -> None:
        self._vectors = [vectors for _, vectors in known]
        self._starts = np.cumsum([0, *(len(digests) for digests, _ in known)])
        digests = np.concatenate([np.zeros(0, dtype="S16"), *(digests for digests, _ in known)])
        self._order = np.argsort(digests, kind="stable")
        self._sorted = digests[self._order]

    def __contains__(self, digest: bytes) -> bool:
        place = int(np.searchsorted(self._sorted, np.bytes_(digest)))
        return place < len(self._sorted) and bool(self._sorted[place] == digest.rstrip(b"\0"))

    def vectors(self, digests: NDArray[np.bytes_], dimension: int) -> Vectors:
        """Shape (len(digests), dimension): the vectors of texts that are all known."""
        rows = self._order[np.searchsorted(self._sorted, digests)]
        found = np.empty((len(digests), dimension), dtype=np.float32)
        for start, end, vectors in zip(self._starts[:-1], self._starts[1:], self._vectors, strict=True):
            here = (rows >= start) & (rows < end)
            found[here] = vectors[rows[here] - start]
        return found


def _published(store: IndexStore, embedder: Embedder) -> Known:
    """What the published index already embedded; nothing where it is absent, damaged or another model's."""
    try:
        return embedded_texts(_open(store, embedder)[0])
    except IndexingError:
        return []


class _Missing:
    """Texts that nothing has embedded, by digest, written down as they are found."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = RecordWriter(path)
        self._digests: list[bytes] = []
        self._lengths: list[int] = []

    def __enter__(self) -> _Missing:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def add(self, digest: bytes, text: str) -> None:
        self._writer.add(text.encode())
        self._digests.append(digest)
        self._lengths.append(len(text))

    def __len__(self) -> int:
        return len(self._digests)

    def longest_first(self) -> Iterator[tuple[bytes, str]]:
        """Each with its digest; texts of one length stand together, so that a batch of them pads little."""
        texts = Records.open(self._path)
        for row in sorted(range(len(self)), key=lambda row: -self._lengths[row]):
            yield self._digests[row], texts[row].decode()


def _write_passages(
    folder: Path, kept: Checkpoint, documents: Sequence[Document], embedder: Embedder, known: _Lookup
) -> tuple[int, _Missing]:
    """Writes everything but the vectors; the number of distinct texts, and those to embed."""
    seen = set[bytes]()
    with PassageWriter(folder) as writer, _Missing(kept.working / "texts") as missing:
        for document in documents:
            for digest, text in writer.add(document, chunk(document, embedder.count_tokens, embedder.window)):
                if digest not in seen and digest not in known:
                    missing.add(digest, text)
                seen.add(digest)
    return len(seen), missing


def _embed(kept: Checkpoint, missing: _Missing, embedder: Embedder, progress: Progress | None) -> None:
    texts, done, total = missing.longest_first(), 0, len(missing)

    def told(of_these: int, _: int) -> None:
        if progress:
            progress(done + of_these, total)

    while batch := list(islice(texts, _TEXTS_AT_ONCE)):
        digests = [digest for digest, _ in batch]
        kept.add(digests, embedder.embed_passages([text for _, text in batch], told))
        done += len(batch)


def _write_vectors(folder: Path, known: Known, dimension: int) -> tuple[int, int]:
    """Writes the vectors of the passages and of the sentences, in their order; how many there are of each."""
    lookup, counts = _Lookup(known), []
    for texts, name in ((PASSAGE_TEXTS, PASSAGE_VECTORS), (SENTENCE_TEXTS, SENTENCE_VECTORS)):
        digests = mapped(folder / texts)
        blocks = (lookup.vectors(digests[at : at + _BLOCK], dimension) for at in range(0, len(digests), _BLOCK))
        write_vectors(folder / name, (len(digests), dimension), blocks)
        counts.append(len(digests))
    return counts[0], counts[1]


def _write_codes(folder: Path, embedder: Embedder, exact_up_to: int) -> dict[str, float]:
    """Writes the codes of what is too much for exact search; by their file, the recall with them."""
    parts = [(PASSAGE_CODES, mapped(folder / PASSAGE_VECTORS)), (SENTENCE_CODES, mapped(folder / SENTENCE_VECTORS))]
    large = [(name, stored) for name, stored in parts if len(stored) > exact_up_to]
    if not large:
        return {}
    asking = _held_queries(PassageStore.open(folder), embedder)
    recall = {name: write_codes(folder / name, stored, asking) for name, stored in large}
    return {name: value for name, value in recall.items() if value is not None}


def _held_queries(store: PassageStore, embedder: Embedder) -> Vectors:
    """Shape (n, dimension): some words of each of some sentences, since that is about what a reader asks with.

    Whole sentences would lie nearer to their neighbours than questions do, and recall would come out too high.
    """
    random = np.random.default_rng(_SEED)
    queries = []
    for row in random.choice(len(store.sentences), min(HELD_QUERIES, len(store.sentences)), replace=False):
        held = store.sentences[int(row)]
        words = store.passages[held.passage_row].slice(held.sentence.span).split()
        kept = np.sort(random.choice(len(words), min(_WORDS_ASKED, len(words)), replace=False))
        queries.append(embedder.embed_query(" ".join(words[place] for place in kept)))
    return np.stack(queries)


def _move(staged: Path, folder: Path) -> None:
    for path in staged.iterdir():
        path.rename(folder / path.name)


def _manifest(
    documents: tuple[Document, ...], counts: tuple[int, int], embedder: Embedder, model_files: dict[str, str]
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
        passages=counts[0],
        sentences=counts[1],
        files={},
        model_files=model_files,
    )
