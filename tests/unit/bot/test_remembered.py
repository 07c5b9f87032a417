"""What is kept for the next question like it, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.reader import Reading, Window
from bot.remembered import Memory, RememberingReader
from corpus.documents import Span
from tests.fakes import WordReader


def window(text: str) -> Window:
    return Window("", text, (Span(0, len(text)),))


@given(asked=st.lists(st.integers(0, 9), max_size=60), most=st.integers(1, 5))
def test_a_memory_gives_what_the_work_gives_and_holds_no_more_than_it_may(asked: list[int], most: int) -> None:
    memory: Memory[int, str] = Memory(most)
    worked: list[int] = []

    def work(number: int) -> str:
        worked.append(number)
        return f"number {number}"

    recent: list[int] = []
    for number in asked:
        before = len(worked)
        assert memory.get(number, lambda number=number: work(number)) == f"number {number}"  # type: ignore[misc]
        assert (len(worked) == before) == (number in recent[-most:])
        recent = [*(other for other in recent if other != number), number]


def test_a_passage_is_read_once_for_a_question_and_anew_for_another() -> None:
    counting = WordReader()
    reader = RememberingReader(counting)
    windows = [window("Apples cost a dollar."), window("Pears cost two.")]
    first = reader.read("What do pears cost?", windows)
    assert reader.read("What do pears cost?", windows[::-1]) == first[::-1]
    assert counting.read_windows == 2
    reader.read("What do apples cost?", windows)
    assert counting.read_windows == 4


def test_what_is_not_kept_is_read_in_one_call_so_that_it_can_be_read_at_once() -> None:
    calls: list[list[str]] = []

    class Counting(WordReader):
        def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
            calls.append([window.text for window in windows])
            return super().read(question, windows)

    reader = RememberingReader(Counting())
    apples, pears, plums = (window(f"{kind} cost a dollar.") for kind in ("Apples", "Pears", "Plums"))
    reader.read("What do pears cost?", [pears])
    readings = reader.read("What do pears cost?", [apples, pears, plums, apples])
    assert calls == [[pears.text], [apples.text, plums.text]]
    assert readings[0] == readings[3]
    assert readings[1] == WordReader().read("What do pears cost?", [pears])[0]


def test_what_fails_is_not_kept() -> None:
    memory: Memory[str, int] = Memory(2)

    def fail() -> int:
        raise ValueError

    for _ in range(2):
        try:
            memory.get("a", fail)
        except ValueError:
            continue
    assert memory.get("a", lambda: 1) == 1
