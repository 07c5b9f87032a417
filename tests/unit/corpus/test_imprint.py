"""Dates as people write them, and the lines that date and attribute a text."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.imprint import as_of, parse_date, publisher, read_imprint


@pytest.mark.parametrize(
    "text",
    [
        "2025-04-14",
        "2025-04-14T10:00:00Z",
        "April 14, 2025",
        "Apr. 14, 2025",
        "april 14th 2025",
        "Monday, April 14, 2025",
        "14 April 2025",
        "14 de abril de 2025",
        "14 de abril del 2025",
        "4/14/2025",
        "14.04.2025",
        " April  14,\u00a02025. ",
    ],
)
def test_dates(text: str) -> None:
    assert parse_date(text) == date(2025, 4, 14)


@pytest.mark.parametrize("text", ["04/05/2025", "2025-04-31", "April 2025", "2025", "Smarch 14, 2025", "", "April 14"])
def test_what_names_no_single_day_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%B} {day.day}, {day.year}") == day


def test_a_revision_dates_better_than_a_publication() -> None:
    assert as_of(read_imprint("Published March 1, 2024 | Updated April 14, 2025")) == date(2025, 4, 14)


def test_revisions_that_disagree_date_nothing() -> None:
    assert as_of([*read_imprint("Updated April 14, 2025"), *read_imprint("Updated April 15, 2025")]) is None


def test_a_publisher_is_read() -> None:
    assert publisher(read_imprint("Published by Some Centre on April 14, 2025")) == "Some Centre"


@pytest.mark.parametrize(
    "line",
    [
        "Updated rules apply",
        "Published rents fell in 2025",
        "By law they inspect",
        "Date of birth",
        "April showers",
        "x" * 9_999,
    ],
)
def test_a_line_that_says_anything_else_is_no_imprint(line: str) -> None:
    assert read_imprint(line) == ()
