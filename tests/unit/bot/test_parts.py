"""A question in several parts, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parts import parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When did it start, and who pays for it?", ("When did it start", "who pays for it?")),
        ("Who runs the scheme? And how much does it cost?", ("Who runs the scheme?", "how much does it cost?")),
        ("What is a pear permit and how long does it last?", ("What is a pear permit", "how long does it last?")),
        ("Which towns and counties may license growers?", ("Which towns and counties may license growers?",)),
        ("How do apple and pear growers differ?", ("How do apple and pear growers differ?",)),
        ("I grow pears in Millbrook. How long must I train?", ("I grow pears in Millbrook. How long must I train?",)),
        ("Who pays, and why?", ("Who pays, and why?",)),
    ],
)
def test_parts_that_ask_stand_alone_and_what_does_not_stays(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == parts


@given(st.text(max_size=200))
def test_any_text_has_one_to_three_parts(text: str) -> None:
    parts = parts_of(text)
    assert 1 <= len(parts) <= 3
    assert len(parts) > 1 or parts == (text,)
