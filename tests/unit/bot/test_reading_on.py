"""How many passages are read for a question."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.reader import Reading, Window, read_on

WINDOWS = [Window("", str(number), ()) for number in range(8)]


@pytest.mark.parametrize(("answering", "expected"), [(0, 5), (4, 5), (5, 8), (7, 8), (None, 8)])
def test_the_others_are_read_only_where_none_of_the_first_five_answers(answering: int | None, expected: int) -> None:
    def read(question: str, windows: Sequence[Window]) -> list[Reading]:
        assert question == "Who pays?"
        return [Reading(3.0 if window.text == str(answering) else -3.0, ()) for window in windows]

    readings = read_on(read, "Who pays?", WINDOWS)
    assert len(readings) == expected
    assert answering is None or readings[answering].answers == 3


def test_fewer_windows_are_all_read() -> None:
    assert len(read_on(lambda _, windows: [Reading(-1.0, ()) for _ in windows], "Who?", WINDOWS[:2])) == 2
