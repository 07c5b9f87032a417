"""Which documents may answer: those that a filter lets through, and those that a question names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.errors import NothingSelected
from corpus.documents import DocumentCard
from corpus.language import base_language

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter on documents: each part that is given must hold.

    ``topics``, ``publishers`` and ``languages`` hold for a document that has any one of them; case doesn't matter, and
    languages go by their primary subtag. ``as_of_from`` and ``as_of_to`` are days, both included; a document without a
    date is in no range.
    """

    documents: frozenset[str] = frozenset()
    collection: str | None = None
    topics: frozenset[str] = frozenset()
    publishers: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    as_of_from: date | None = None
    as_of_to: date | None = None

    def lets_through(self, card: DocumentCard) -> bool:
        """Whether the document of *card* may answer, its collection apart."""
        return (
            (not self.documents or card.id in self.documents)
            and _any_of(self.topics, card.topics)
            and _any_of(self.publishers, [card.publisher] if card.publisher else [])
            and _any_of(map(base_language, self.languages), [base_language(card.language)])
            and self._dated(card)
        )

    def _dated(self, card: DocumentCard) -> bool:
        if self.as_of_from is None and self.as_of_to is None:
            return True
        return card.as_of is not None and (self.as_of_from or date.min) <= card.as_of <= (self.as_of_to or date.max)


def _any_of(wanted: Iterable[str], had: Iterable[str]) -> bool:
    folded = {value.casefold() for value in wanted}
    return not folded or not folded.isdisjoint(value.casefold() for value in had)


def home_collection(cards: Sequence[DocumentCard], wanted: str | None) -> str | None:
    """The collection that answers where a question names none: *wanted*, or what is in no collection, or the only one.

    Raises `NothingSelected` where that leaves it open: publishers' collections are never mixed.
    """
    there = {card.collection for card in cards}
    if wanted in there or (wanted is None and not there):
        return wanted
    named = _listed(sorted(name for name in there if name))
    if wanted is not None:
        raise NothingSelected(f"There is no collection {wanted!r} in this index; it has {named or 'none'}.")
    if len(there) == 1:
        return there.pop()
    raise NothingSelected(f"This index has several collections ({named}); set FOOTNOTED_COLLECTION to one of them.")


def selected_ids(cards: Sequence[DocumentCard], selection: Selection, home: str | None) -> frozenset[str]:
    """The ids of the documents that *selection* lets through, of its collection or else of *home*.

    Raises `NothingSelected` where there are none, or where it names a document that isn't there.
    """
    collection = selection.collection or home
    within = [card for card in cards if card.collection == collection]
    if selection.collection and not within:
        home_collection(cards, selection.collection)
    unknown = selection.documents - {card.id for card in within}
    if unknown:
        raise NothingSelected(f"There is no document {_listed(sorted(unknown))} here; the list of documents has them.")
    ids = frozenset(card.id for card in within if selection.lets_through(card))
    if not ids:
        asked_for = _described(replace(selection, collection=None))
        raise NothingSelected(f"No document here is {asked_for}; leave a part of the filter out.")
    return ids


def _described(selection: Selection) -> str:
    parts = [
        f"on {_listed(sorted(selection.topics))}" if selection.topics else "",
        f"by {_listed(sorted(selection.publishers))}" if selection.publishers else "",
        f"in {_listed(sorted(selection.languages))}" if selection.languages else "",
        f"as of {selection.as_of_from} or later" if selection.as_of_from else "",
        f"as of {selection.as_of_to} or earlier" if selection.as_of_to else "",
    ]
    return ", ".join(part for part in parts if part) or "in this collection"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else shown
