"""Leaving out the short forms that a text doesn't hold changes nothing of what is expanded."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from index.abbreviations import long_forms, spelled_out

letters = st.sampled_from("ABIabiıİsſK")
shorts = st.text(letters, min_size=2, max_size=4)


def each_tried(text: str, abbreviations: dict[str, str], *, any_case: bool) -> str:
    """What `long_forms` says it does, with every pattern tried on the text."""
    added: dict[int, list[str]] = {}
    for short, long_form in abbreviations.items():
        if long_form.casefold() not in text.casefold():
            flags = re.IGNORECASE if any_case and len(short) > 2 else 0
            first = re.search(rf"(?<!\w){re.escape(short)}(?!\w)", text, flags=flags)
            if first:
                added.setdefault(first.end(), []).append(f" {long_form}")
    return "".join(letter + "".join(added.get(end, [])) for end, letter in enumerate(f"\0{text}"))[1:]


@given(
    st.lists(shorts, max_size=6).map(" ".join),
    st.dictionaries(shorts, st.lists(shorts, min_size=1, max_size=3).map(" ".join), max_size=5),
    st.booleans(),
)
@example("who pays the abi?", {"ABI": "Ask BIA", "BIA": "Big Apple"}, True)  # which isn't spelled out in its turn
@example("abı", {"ABI": "long form"}, True)
def test_only_what_cannot_match_is_left_out(text: str, abbreviations: dict[str, str], any_case: bool) -> None:
    found = spelled_out(text, long_forms(text, abbreviations, any_case=any_case))
    assert found == each_tried(text, abbreviations, any_case=any_case)
