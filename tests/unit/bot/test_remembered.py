"""What is kept for the next question like it, and how much of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.reader import Window
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
