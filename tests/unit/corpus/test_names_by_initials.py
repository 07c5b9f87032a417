"""Names that are written out are known by their initials."""

from __future__ import annotations

import time

import pytest

from corpus.abbreviations import names_by_initials


@pytest.mark.parametrize(
    ("text", "short", "name"),
    [
        ("A report of the Office of Inspector General was late.", "OIG", "Office of Inspector General"),
        ("Ask the Department of Justice.", "DOJ", "Department of Justice"),
        ("Ask the National Institutes of Health.", "NIH", "National Institutes of Health"),
        ("La Oficina de Huertos y Jardines decide.", "OHJ", "Oficina de Huertos y Jardines"),
        ("Old Oak Inn. Office of Inspection, Office of Inspection.", "OOI", "Office of Inspection"),
    ],
)
def test_the_most_frequent_name_of_the_initials_is_known(text: str, short: str, name: str) -> None:
    assert names_by_initials(text)[short] == name


@pytest.mark.parametrize(
    "text", ["", "New York", "the office of inspector general", "One\nTwo\nThree", "Aa Bb Cc " * 5, "A1 B2. C3"]
)
def test_what_is_no_name_of_three_letters_is_not(text: str) -> None:
    assert names_by_initials(text) == {}


@pytest.mark.parametrize("part", ["A-", "Aa", "A’", "A of ", "of ", "A "])
def test_a_text_of_nothing_else_costs_seconds_at_most(part: str) -> None:
    started = time.process_time()
    names_by_initials(part * 50_000)
    assert time.process_time() - started < 10  # the square of the length takes minutes
