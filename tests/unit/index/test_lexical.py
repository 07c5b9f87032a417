"""Which words count as the same word."""

import pytest

from index.lexical import LexicalIndex, terms, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("287(g)", "287 (g)"),
        ("287(g)", "287g"),
        ("SB1808", "S.B. 1808"),
        ("U.S.C.", "USC"),
        ("77,949", "77949"),
        ("eight hours", "8 hour"),
        ("four-week", "4 weeks"),
        ("Virginia’s", "virginia"),
        ("the counties", "county"),
    ],
)
def test_spellings_of_one_thing_share_their_terms(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize(("one", "other"), [("86 agencies", "180 agencies"), ("1996", "1966"), ("$6.4", "$64")])
def test_different_numbers_stay_different(one: str, other: str) -> None:
    assert terms(one) != terms(other)


def test_spanish_is_stemmed_as_spanish_with_and_without_accents() -> None:
    assert terms("inmigración", "es") == terms("inmigracion", "es")
    assert terms("los acuerdos", "es") == terms("acuerdo", "es")


def test_an_unknown_language_goes_unstemmed() -> None:
    assert terms("Kazi ya polisi", "sw") == ["kazi", "ya", "polisi"]


def test_words_keep_negations_and_stop_words() -> None:
    assert words("They can't and don’t.") == ["they", "can't", "and", "don't"]


def test_search_ranks_by_shared_words_and_leaves_out_strangers() -> None:
    index = LexicalIndex.build([terms("apples and pears"), terms("pears"), terms("figs"), []])
    assert index.search(terms("apple pear"), 10).rows[0] == 0
    assert set(index.search(terms("apple pear"), 10).rows) == {0, 1}
    assert index.search(terms("zebra"), 10).rows == ()
    assert index.search([], 10).rows == ()
    assert (index.document_frequency("pear"), index.document_frequency("zebra")) == (2, 0)
