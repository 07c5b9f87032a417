"""The documents that a question names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scope import scope_of
from corpus.documents import DocumentCard

WATER_24 = DocumentCard("water-2024", "Water permits", "1", "State Board", date(2024, 3, 1))
WATER_25 = DocumentCard("water-2025", "Water permits", "1", "State Board", date(2025, 3, 1))
AGUA = DocumentCard("permisos", "Permisos de agua", "1", "State Board", date(2025, 3, 1), "es")
TENANCIES = DocumentCard("tenancies", "Tenancies: a guide", "1", None, date(2025, 1, 1))
RENTS = DocumentCard("rents", "Rental help: an overview", "1", "Housing Office", date(2025, 6, 1), topics=("housing",))
CARDS = (WATER_24, WATER_25, AGUA, RENTS, TENANCIES)


@pytest.mark.parametrize(
    ("question", "ids", "rest"),
    [
        ("In the 2024 explainer, who pays?", {"water-2024"}, "who pays?"),
        ("Who pays in the housing explainer?", {"rents"}, "Who pays?"),
        ("Who pays, according to the Housing Office guide?", {"rents"}, "Who pays?"),
        ("What does the rental help overview say about pets?", {"rents"}, None),
        ("Who pays, according to “Water permits”?", {"water-2024", "water-2025"}, "Who pays?"),
        ("Who pays in the 2025 water explainer?", {"water-2025"}, "Who pays?"),
        ("¿Quién paga según la guía de permisos de agua?", {"permisos"}, "¿Quién paga?"),
        ("¿Según la guía de permisos de agua, quién paga?", {"permisos"}, "¿quién paga?"),
        ("Who pays in the rental help overview?", {"rents"}, None),
        ("What is in the 2024 explainer?", {"water-2024"}, None),
        ("Who pays for a permit, in Spanish?", {"permisos"}, "Who pays for a permit?"),
        ("Who pays – in Spanish", {"permisos"}, "Who pays"),
        ("In Spanish: who pays for a permit?", {"permisos"}, "who pays for a permit?"),
        ("¿En español, quién paga?", {"permisos"}, "¿quién paga?"),
        ("Who pays, according to the tenancies guide?", {"tenancies"}, "Who pays?"),
    ],
)
def test_a_document_is_named_by_what_it_says_of_itself(question: str, ids: set[str], rest: str | None) -> None:
    scope = scope_of(question, CARDS)
    assert scope.ids == frozenset(ids)
    assert scope.question == (rest or question)
    assert scope.missing is None


@pytest.mark.parametrize(
    "question",
    [
        "What did the 2018 report find?",
        "Which forms are in the officers' training guide?",
        "Who pays in Ohio?",
        "What does the explainer say about pets?",
        "Is the 2024 permit still valid?",
        "How many people speak in meetings?",
        "Must notices be posted in Spanish?",
        "Must notices in Spanish, or a summary, be posted?",
        "Where is the water permits page?",
        "Who signs the water permits documents?",
        "What does the housing guide say about pets?",
        "Which forms are in the permits documents?",
        "Who wrote the 2019 fact sheet?",
    ],
)
def test_what_a_text_may_speak_of_names_no_document(question: str) -> None:
    scope = scope_of(question, CARDS)
    assert (scope.ids, scope.question, scope.missing) == (None, question, None)


def test_an_explainer_of_a_year_that_is_not_there_is_missing() -> None:
    assert scope_of("In the 2019 explainer, who pays?", CARDS).missing == "2019"


def test_where_a_document_has_no_date_no_year_is_missing() -> None:
    assert scope_of("In the 2019 explainer, who pays?", [*CARDS, replace(WATER_25, as_of=None)]).missing is None


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("In the 2019 explainer, who pays?", "2019"),
        ("In the 2025 explainer, who pays?", None),
        ("Who pays, in Spanish?", None),
    ],
)
def test_where_there_is_one_document_none_need_be_named(question: str, missing: str | None) -> None:
    scope = scope_of(question, [WATER_25])
    assert (scope.ids, scope.question, scope.missing) == (None, question, missing)


@given(st.text(max_size=200), st.sampled_from(["in the 2024 explainer", "“Water permits”", "in Spanish", ""]))
def test_any_question_leaves_something_to_ask(text: str, named: str) -> None:
    scope = scope_of(f"{text} {named}", CARDS)
    assert scope.question.strip() or not (text + named).strip()
    assert scope.ids is None or scope.ids < {card.id for card in CARDS}
