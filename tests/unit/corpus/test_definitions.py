"""Definitions of abbreviations as readers are shown them: the right long form, at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.abbreviations import definitions


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Each sends a Consumer Confidence Report (CCR) in July.", "CCR", "Consumer Confidence Report"),
        ("The Memorandum of Agreement (MOA) says so.", "MOA", "Memorandum of Agreement"),
        ("It has per- and polyfluoroalkyl substances (PFAS) in it.", "PFAS", "per- and polyfluoroalkyl substances"),
        ("Project-Based Vouchers (PBVs) stay.", "PBVs", "Project-Based Vouchers"),
        ("A non-transient, Public Housing Agency (PHA).", "PHA", "Public Housing Agency"),
        ("La Oficina de Vivienda Pública (OVP) decide.", "OVP", "Oficina de Vivienda Pública"),
    ],
)
def test_the_long_form_has_the_words_of_the_short_one(text: str, short: str, long: str) -> None:
    (found,) = definitions(text)
    assert (found.short, found.long, found.span.of(text)) == (short, long, short)


def test_only_the_first_definition_counts_also_where_one_is_a_plural() -> None:
    text = "A Public Housing Agency (PHA) is one of the Public Housing Agencies (PHAs)."
    assert [(each.short, each.span.start) for each in definitions(text)] == [("PHA", text.index("PHA"))]


@pytest.mark.parametrize("text", ["Fair Market\nRent (FMR)", "Nothing (NFL) here.", "(ABC)", "See (a) and (I).", ""])
def test_what_does_not_define_anything_in_one_paragraph_is_none(text: str) -> None:
    assert definitions(text) == ()


@given(st.text(alphabet="ABab -(.)\ns", max_size=80))
def test_any_text_gives_definitions_that_stand_in_it_on_one_line(text: str) -> None:
    for found in definitions(text):
        assert found.span.of(text) == found.short
        assert found.long in text[: found.span.start]
        assert "\n" not in found.long
