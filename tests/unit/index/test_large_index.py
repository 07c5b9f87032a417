"""An index that stays on disk: what is read back is what was written, only what is asked for is decoded, and many rows
are searched approximately."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.synthetic import FastEmbedder, documents, questions
from corpus.documents import Document
from index.build import build_index, open_index
from index.chunk import chunk
from index.errors import IndexCorrupt
from index.faiss_index import FaissIndex
from index.lexical import LexicalIndex
from index.passage_store import PassageStore, PassageWriter
from index.passages import Passage
from index.ports import SearchResult, Vectors
from index.records import Records, RecordWriter
from index.rows import Rows, top_rows
from index.store import IndexStore
from index.vectors import ApproximateRows, ExactRows, open_vectors, write_codes
from tests.fakes import HashEmbedder, document_of, orchard_document

MADE = list(documents(240))
EMBEDDER = FastEmbedder()

paragraphs = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=80)
made_documents = st.lists(st.lists(paragraphs, min_size=1, max_size=4), min_size=1, max_size=5).map(
    lambda texts: [document_of(("A", blocks), document_id=f"d{n}") for n, blocks in enumerate(texts)]
)


def written(folder: Path, made: list[Document]) -> list[Passage]:
    """What was written into *folder*."""
    passages: list[Passage] = []
    with PassageWriter(folder) as writer:
        for document in made:
            of_it = chunk(document, EMBEDDER.count_tokens, EMBEDDER.window)
            passages += of_it
            assert len(list(writer.add(document, of_it))) == sum(1 + len(p.sentences) for p in of_it)
    return passages


@settings(max_examples=40, deadline=None)
@given(made_documents, st.data())
def test_what_is_read_back_is_what_was_written_also_of_some_documents(
    made: list[Document], data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.sampled_from([document.id for document in made])))
    with TemporaryDirectory() as place:
        passages = written(Path(place), made)
        whole = PassageStore.open(Path(place))
        for store, ids in ((whole, {d.id for d in made}), (whole.limited_to(chosen), chosen)):
            kept = [passage for passage in passages if passage.document_id in ids]
            assert list(store.passages) == kept
            assert [store.document(card.id) for card in store.cards] == [d for d in made if d.id in ids]
            assert [(s.passage_row, s.sentence) for s in store.sentences] == [
                (row, sentence) for row, passage in enumerate(kept) for sentence in passage.sentences
            ]
            rows = [row for passage_row in range(len(kept)) for row in store.sentence_rows(passage_row)]
            assert rows == list(range(len(store.sentences)))


@given(st.lists(st.binary(max_size=20), max_size=20))
@settings(max_examples=40, deadline=None)
def test_records_hold_any_bytes(records: list[bytes]) -> None:
    with TemporaryDirectory() as place:
        with RecordWriter(Path(place) / "records") as writer:
            for record in records:
                writer.add(record)
        assert list(Records.open(Path(place) / "records")) == list(Records.of(records)) == records


@given(st.lists(st.integers(0, 9), max_size=8))
def test_rows_are_numbered_anew_and_back(lengths: list[int]) -> None:
    bounds = list(pairwise(np.cumsum([0, *lengths]).tolist()))[::2]
    rows = Rows([range(start, stop) for start, stop in bounds])
    whole = [row for start, stop in bounds for row in range(start, stop)]
    assert [rows.whole(row) for row in range(len(rows))] == whole == rows.all_whole(range(len(rows))).tolist()
    assert [rows.here(row) for row in whole] == list(range(len(rows)))
    with pytest.raises(IndexError):
        rows.whole(len(rows))


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 14))
def test_the_best_rows_are_those_of_a_full_sort_ties_by_row(scores: list[int], limit: int) -> None:
    wanted = sorted(range(len(scores)), key=lambda row: (-scores[row], row))[:limit]
    assert top_rows(np.array(scores, dtype=np.float32), limit).tolist() == wanted


def test_only_what_is_asked_for_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """240 passages are searched and one is read: that one is decoded, once, and no document."""
    build_index(MADE, EMBEDDER, tmp_path)
    opened = open_index(tmp_path, EMBEDDER)
    decode, decoded = json.loads, list[bytes]()

    def counted(line: bytes) -> object:
        decoded.append(line)
        return decode(line)

    monkeypatch.setattr("index.passage_store.load_document_json", lambda _: pytest.fail("a document was decoded"))
    monkeypatch.setattr("index.passage_store.json.loads", counted)
    best = search(opened, questions(1)[0]).dense_sentences.rows[0]
    assert opened.sentence_rows(opened.sentences[best].passage_row)
    assert decoded == []
    for _ in range(3):
        assert opened.passages[opened.sentences[best].passage_row].text
    assert len(decoded) == 1


def search(opened: FaissIndex, question: str) -> SearchResult:
    return opened.search(EMBEDDER.embed_query(question), question, 10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the synthetic documents."""
    built = tmp_path_factory.mktemp("built")
    build_index(MADE, EMBEDDER, built)
    return built


def clustered(rows: int) -> Vectors:
    """Unit vectors that lie about a hundred centres."""
    random = np.random.default_rng(3)
    vectors = random.standard_normal((100, 32))[random.integers(0, 100, rows)] + 0.4 * random.standard_normal(
        (rows, 32)
    )
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_codes_find_what_exact_search_does_as_often_as_is_said(tmp_path: Path) -> None:
    """The queries here are others than those by which the recall was measured."""
    stored = clustered(6000)
    said = write_codes(tmp_path / "codes", stored, stored[:100])
    assert said is not None
    assert 0.98 <= said <= 1
    np.save(tmp_path / "vectors.npy", stored)
    approximate = open_vectors(tmp_path / "vectors.npy", tmp_path / "codes", len(stored))
    assert isinstance(approximate, ApproximateRows)
    exact, found = ExactRows(stored), 0
    for query in clustered(6100)[6000:]:
        wanted, got = exact.nearest(query, 10), approximate.nearest(query, 10)
        found += len(set(wanted.rows) & set(got.rows))
        assert list(got.scores) == sorted(got.scores, reverse=True)
        assert exact.nearest(query, 1000) == approximate.nearest(query, 1000)
        chosen = Rows([range(10, 40), range(5000, 5007)])
        assert exact.limited_to(chosen).nearest(query, 9) == approximate.limited_to(chosen).nearest(query, 9)
    assert found / 1000 >= 0.97
    assert np.array_equal(approximate.take([5, 3]), stored[[5, 3]])
    with pytest.raises(ValueError, match="one vector for each"):
        open_vectors(tmp_path / "vectors.npy", tmp_path / "codes", 7)
    np.save(tmp_path / "vectors.npy", stored[:-1])
    with pytest.raises(ValueError, match="codes"):
        open_vectors(tmp_path / "vectors.npy", tmp_path / "codes", len(stored) - 1)


def test_where_codes_find_too_little_exact_search_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With as many rows compared again as are asked for, codes of two bits don't do."""
    monkeypatch.setattr("index.vectors._COMPARED_AGAIN", 1)
    monkeypatch.setattr("index.vectors._DEPTH", 10)
    assert write_codes(tmp_path / "codes", clustered(6000), clustered(100)) is None
    assert not (tmp_path / "codes").exists()


def test_a_missing_file_of_codes_is_a_damaged_index(tmp_path: Path) -> None:
    build_index([orchard_document()], EMBEDDER, tmp_path, exact_up_to=0)
    (IndexStore(tmp_path).read_current(lambda folder, _: folder) / "sentence_codes.faiss").unlink()
    with pytest.raises(IndexCorrupt, match="footnoted index"):
        open_index(tmp_path, EMBEDDER)


@pytest.mark.parametrize("own_words_up_to", [0, 10_000])
def test_a_selection_answers_as_an_index_of_it_would(folder: Path, tmp_path: Path, own_words_up_to: int) -> None:
    """Rows and vectors alike; words are as rare as in the selection where it is small, as in the whole where large."""
    chosen = [MADE[0], MADE[2]]
    build_index(chosen, EMBEDDER, tmp_path)
    alone, whole = open_index(tmp_path, EMBEDDER), open_index(folder, EMBEDDER)
    limited = whole.limited_to({document.id for document in chosen}, own_words_up_to=own_words_up_to)
    assert list(limited.passages) == list(alone.passages)
    assert list(limited.sentences) == list(alone.sentences)
    for question in questions(6):
        one, other = search(limited, question), search(alone, question)
        assert np.allclose(one.dense_sentences.scores, other.dense_sentences.scores, atol=1e-6)
        assert set(one.dense_passages.rows) == set(other.dense_passages.rows)
        if own_words_up_to:
            assert one.lexical_passages == other.lexical_passages
        else:
            assert set(one.lexical_passages.rows) <= set(range(len(alone.passages)))
    rare = (limited.term_weight("ka"), alone.term_weight("ka"), whole.term_weight("ka"))
    assert rare[0] == rare[1 if own_words_up_to else 2]


def test_a_selection_of_nothing_finds_nothing(folder: Path) -> None:
    for own_words_up_to in (-1, 10_000):
        empty = open_index(folder, EMBEDDER).limited_to((), own_words_up_to=own_words_up_to)
        result = search(empty, questions(1)[0])
        assert (len(empty.passages), len(empty.sentences), empty.cards) == (0, 0, ())
        assert result.dense_passages.rows == result.lexical_sentences.rows == ()
    assert ExactRows(np.zeros((0, 4), dtype=np.float32)).nearest(np.ones(4, dtype=np.float32), 5).rows == ()


def test_an_index_of_no_text_opens(tmp_path: Path) -> None:
    build_index([], HashEmbedder(), tmp_path)
    opened = open_index(tmp_path, HashEmbedder())
    assert (len(opened.passages), opened.cards) == (0, ())
    assert opened.search(HashEmbedder().embed_query("who"), "who", 3).dense_passages.rows == ()


@pytest.mark.parametrize("exact_up_to", [0, 1000])
def test_the_same_documents_make_the_same_files(tmp_path: Path, exact_up_to: int) -> None:
    for name in "ab":
        build_index([orchard_document(), *MADE[:1]], HashEmbedder(), tmp_path / name, exact_up_to=exact_up_to)
    one, other = (IndexStore(tmp_path / name).manifest().files for name in "ab")
    assert one == other


def test_a_vocabulary_on_disk_knows_the_words_it_was_given(tmp_path: Path) -> None:
    words = ["éa", "zb", "a", "aa", "\U0001f34e", "a b"]
    LexicalIndex.build([[word] for word in words]).save(tmp_path)
    opened = LexicalIndex.load(tmp_path, len(words))
    assert [opened.search([word], 3).rows for word in words] == [(row,) for row in range(len(words))]
    assert [opened.document_frequency(word) for word in ("", "ab", "z", "\U0010ffff")] == [0] * 4
    with pytest.raises(ValueError, match="rows"):
        LexicalIndex.load(tmp_path, len(words) + 1)
