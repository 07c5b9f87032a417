"""Which documents a filter lets through, and which collection answers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NothingSelected
from bot.selection import Selection, home_collection, selected_ids
from corpus.documents import DocumentCard

WATER = DocumentCard("water", "Water permits", "1", "State Board", date(2025, 3, 1), "en", ("water", "Permits"))
AGUA = DocumentCard("agua", "Permisos de agua", "1", "State Board", date(2024, 3, 1), "es-MX", ("water",))
UNDATED = DocumentCard("rents", "Rents", "1", "Housing Office", None, "en", ("housing",))
CARDS = (WATER, AGUA, UNDATED)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), {"water", "agua", "rents"}),
        (Selection(documents=frozenset({"rents", "agua"})), {"rents", "agua"}),
        (Selection(topics=frozenset({"WATER"})), {"water", "agua"}),
        (Selection(topics=frozenset({"permits", "housing"})), {"water", "rents"}),
        (Selection(publishers=frozenset({"state board"}), languages=frozenset({"es"})), {"agua"}),
        (Selection(languages=frozenset({"es-ES"})), {"agua"}),
        (Selection(as_of_from=date(2025, 3, 1)), {"water"}),
        (Selection(as_of_to=date(2024, 12, 31)), {"agua"}),
        (Selection(as_of_from=date(2024, 3, 1), as_of_to=date(2025, 3, 1)), {"water", "agua"}),
    ],
)
def test_each_part_that_is_given_must_hold(selection: Selection, expected: set[str]) -> None:
    assert selected_ids(CARDS, selection, None) == expected


@pytest.mark.parametrize(
    ("selection", "complaint"),
    [
        (Selection(documents=frozenset({"nope", "water"})), "no document 'nope' here"),
        (Selection(topics=frozenset({"fish"})), "No document here is on 'fish'"),
        (Selection(as_of_from=date(2026, 1, 1)), "as of 2026-01-01 or later"),
        (Selection(collection="north"), "no collection 'north'"),
    ],
)
def test_what_lets_nothing_through_says_so(selection: Selection, complaint: str) -> None:
    with pytest.raises(NothingSelected, match=complaint):
        selected_ids(CARDS, selection, None)


def in_collections(*names: str | None) -> list[DocumentCard]:
    return [DocumentCard(f"d{n}", "T", "1", collection=name) for n, name in enumerate(names)]


@pytest.mark.parametrize(
    ("names", "wanted", "home"),
    [
        ([None, "a", "b"], None, None),
        (["a", "a"], None, "a"),
        (["a", "b"], "b", "b"),
        ([], None, None),
    ],
)
def test_the_collection_that_answers(names: list[str | None], wanted: str | None, home: str | None) -> None:
    assert home_collection(in_collections(*names), wanted) == home


@pytest.mark.parametrize(
    ("names", "wanted", "complaint"),
    [
        (["a", "b"], None, r"several collections \('a', 'b'\); set FOOTNOTED_COLLECTION"),
        (["a"], "b", "no collection 'b' in this index; it has 'a'"),
        ([None], "b", "it has none"),
    ],
)
def test_an_open_choice_of_collection_is_an_error(names: list[str | None], wanted: str | None, complaint: str) -> None:
    with pytest.raises(NothingSelected, match=complaint):
        home_collection(in_collections(*names), wanted)


@given(
    names=st.lists(st.sampled_from([None, "a", "b"]), min_size=1),
    asked=st.sampled_from([None, "a", "b"]),
    wanted=st.sampled_from([None, "a", "b"]),
)
def test_collections_are_never_mixed(names: list[str | None], asked: str | None, wanted: str | None) -> None:
    cards = in_collections(*names)
    try:
        home = home_collection(cards, wanted)
        ids = selected_ids(cards, Selection(collection=asked), home)
    except NothingSelected:
        return
    assert len({card.collection for card in cards if card.id in ids}) == 1
