"""What every `PassageIndex` does; run over the fake, and FAISS with exact and approximate search, on one document."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.build import build_index, open_index
from index.ports import PassageIndex
from index.store import IndexStore
from tests.fakes import BruteForceIndex, HashEmbedder, orchard_document

EMBEDDER = HashEmbedder()


@pytest.fixture(params=["faiss", "approximate", "brute force"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> PassageIndex:
    if request.param == "brute force":
        return BruteForceIndex(orchard_document(), EMBEDDER)
    approximate = request.param == "approximate"
    build_index([orchard_document()], EMBEDDER, tmp_path, exact_up_to=0 if approximate else 1000)
    assert len(IndexStore(tmp_path).manifest().recall_at_10) == 2 * approximate
    return open_index(tmp_path, EMBEDDER)


def test_every_sentence_knows_its_passage_and_every_passage_its_sentences(index: PassageIndex) -> None:
    rows = [row for passage_row in range(len(index.passages)) for row in index.sentence_rows(passage_row)]
    assert rows == list(range(len(index.sentences)))
    for row in rows:
        indexed = index.sentences[row]
        assert row in index.sentence_rows(indexed.passage_row)
        assert index.passages[indexed.passage_row].span.contains(indexed.sentence.span)


def test_passages_are_slices_of_the_documents(index: PassageIndex) -> None:
    for passage in index.passages:
        assert passage.span.of(index.document(passage.document_id).text) == passage.text


def test_every_document_has_its_card_and_no_other_is_known(index: PassageIndex) -> None:
    assert [index.document(card.id).card for card in index.cards] == list(index.cards)
    with pytest.raises(KeyError):
        index.document("no-such-document")


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_each_search_is_sorted_and_no_longer_than_asked(index: PassageIndex, limit: int) -> None:
    question = "How long do pear growers train?"
    result = index.search(EMBEDDER.embed_query(question), question, limit)
    for ranking, rows in (
        (result.dense_passages, len(index.passages)),
        (result.dense_sentences, len(index.sentences)),
        (result.lexical_passages, len(index.passages)),
        (result.lexical_sentences, len(index.sentences)),
    ):
        assert len(ranking.rows) == len(ranking.scores) <= min(limit, rows)
        assert list(ranking.scores) == sorted(ranking.scores, reverse=True)
        assert set(ranking.rows) <= set(range(rows))


def test_both_kinds_of_search_find_the_sentence_that_says_it(index: PassageIndex) -> None:
    question = "pear growers train for three weeks"
    result = index.search(EMBEDDER.embed_query(question), question, 5)
    for ranking in (result.dense_sentences, result.lexical_sentences):
        indexed = index.sentences[ranking.rows[0]]
        assert "Pear" in index.passages[indexed.passage_row].slice(indexed.sentence.span)


def test_words_that_nothing_holds_find_nothing_by_words(index: PassageIndex) -> None:
    result = index.search(EMBEDDER.embed_query("zebra"), "zebra", 5)
    assert result.lexical_passages.rows == ()
    assert result.lexical_sentences.rows == ()


def test_similarities_are_those_that_search_ranks_by(index: PassageIndex) -> None:
    vector = EMBEDDER.embed_query("Who may hire pickers?")
    ranking = index.search(vector, "", 1000).dense_sentences
    assert np.allclose(index.similarities(vector, ranking.rows), ranking.scores, atol=1e-5)


def test_a_rare_term_weighs_more_than_a_common_one_and_an_unseen_one_most(index: PassageIndex) -> None:
    common, rare, unseen = (index.term_weight(term) for term in ("grower", "millbrook", "zebra"))
    assert 0 <= common < rare < unseen
