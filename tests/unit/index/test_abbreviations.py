"""Leaving out the short forms that a text doesn't hold changes nothing of what is expanded."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from index.abbreviations import expand

letters = st.sampled_from("ABIabiıİsſK")
shorts = st.text(letters, min_size=2, max_size=4)


def each_tried(text: str, abbreviations: dict[str, str], *, any_case: bool) -> str:
    """What `expand` says it does, with every pattern tried on the text."""
    said = text.casefold()
    for short, long_form in abbreviations.items():
        if long_form.casefold() not in said:
            flags = re.IGNORECASE if any_case and len(short) > 2 else 0
            text = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", f"{short} {long_form}", text, count=1, flags=flags)
    return text


@given(
    st.lists(shorts, max_size=6).map(" ".join),
    st.dictionaries(shorts, st.lists(shorts, min_size=1, max_size=3).map(" ".join), max_size=5),
    st.booleans(),
)
@example("who pays the abi?", {"ABI": "Ask BIA", "BIA": "Big Apple"}, True)  # a long form may hold a short one
@example("abı", {"ABI": "long form"}, True)
def test_only_what_cannot_match_is_left_out(text: str, abbreviations: dict[str, str], any_case: bool) -> None:
    assert expand(text, abbreviations, any_case=any_case) == each_tried(text, abbreviations, any_case=any_case)
