"""Lists in Word files, whose numbers stand in no text: they are counted as Word counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.builder import BULLET
from corpus.word_numbering import as_letters, as_roman, written
from tests.unit.corpus.word_files import PROSE, item, load, p, paths, shown, word


def level(number: int, form: str = "decimal", pattern: str = "", more: str = '<w:start w:val="1"/>') -> str:
    """A level of a list; *more* are its other elements."""
    shown_as = pattern or f"%{number + 1}."
    return f'<w:lvl w:ilvl="{number}">{more}<w:numFmt w:val="{form}"/><w:lvlText w:val="{shown_as}"/></w:lvl>'


def numbering(*lists: str, numbers: str = "") -> str:
    """A numbering part with one number for each of *lists*, counted from 1, and more *numbers*."""
    abstract = [
        f'<w:abstractNum w:abstractNumId="{place}">{levels}</w:abstractNum>' for place, levels in enumerate(lists)
    ]
    own = [f'<w:num w:numId="{place + 1}"><w:abstractNumId w:val="{place}"/></w:num>' for place in range(len(lists))]
    return "".join([*abstract, *own]) + numbers


def lines(body: str, part: str) -> list[str]:
    """The lines of the one list in a file with *body*."""
    (block,) = shown(load(word(body, numbering=part)))
    return block.split("\n")


NESTED = numbering(level(0) + level(1, "lowerLetter", "(%2)") + level(2, "lowerRoman", "%1.%2.%3)"))


def test_levels_count_each_for_itself_and_begin_anew_below_a_new_item() -> None:
    levels = [0, 1, 1, 2, 0, 1, 2]
    body = "".join(item("x", level=deep) for deep in levels)
    assert lines(body, NESTED) == ["1. x", "(a) x", "(b) x", "1.b.i) x", "2. x", "(a) x", "2.a.i) x"]


def test_a_list_begins_where_it_says() -> None:
    assert lines(item("x") + item("y"), numbering(level(0, "upperRoman", more='<w:start w:val="4"/>'))) == [
        "IV. x",
        "V. y",
    ]


def test_lists_of_one_definition_count_on_unless_one_says_where_it_begins() -> None:
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    body = "".join(item("x", number) + p(PROSE) for number in (1, 2, 3, 3))
    blocks = shown(load(word(body, numbering=numbering(level(0), numbers=again))))
    assert blocks[::2] == ["1. x", "2. x", "1. x", "2. x"]


def test_a_level_that_never_begins_anew_counts_on() -> None:
    part = numbering(level(0) + level(1, more='<w:start w:val="1"/><w:lvlRestart w:val="0"/>'))
    assert lines("".join(item("x", level=deep) for deep in (0, 1, 0, 1)), part) == ["1. x", "1. x", "2. x", "2. x"]


def test_a_number_deleted_with_its_paragraph_isnt_counted() -> None:
    body = item("a") + item("b ", more="<w:rPr><w:del/></w:rPr>") + item("c")
    assert lines(body, NESTED) == ["1. a", "2. b c"]


def test_bullets_are_bullets_whatever_their_font_calls_them() -> None:
    assert lines(item("x") + item("y"), numbering(level(0, "bullet", "\uf0b7"))) == [f"{BULLET} x", f"{BULLET} y"]


def test_a_style_brings_its_numbering_and_a_paragraph_may_take_it_away() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = p("x", "L") + p("y", "L") + p(PROSE, "L", more='<w:numPr><w:numId w:val="0"/></w:numPr>')
    assert shown(load(word(body, styles=styles, numbering=NESTED))) == ["1. x\n2. y", PROSE]


def test_numbers_of_headings_belong_to_them() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = p("Costs", "H") + p(PROSE) + p("Terms", "H") + p(PROSE)
    assert paths(load(word(body, styles=styles, numbering=NESTED))) == [("1. Costs",), ("2. Terms",)]


def test_paragraphs_that_go_on_below_an_item_belong_to_it() -> None:
    far, near = '<w:ind w:left="1440"/>', '<w:ind w:left="720"/>'
    body = (
        item("first", more=near)
        + p("goes on", more=near)
        + item("inner", level=1, more=far)
        + p("the first goes on", more=near)
        + item("second", more=near)
        + p("Not in the list.")
    )
    blocks = shown(load(word(body, numbering=NESTED)))
    assert blocks == ["1. first goes on\n(a) inner\nthe first goes on\n2. second", "Not in the list."]


def test_two_lists_in_a_row_are_two() -> None:
    body = item("x") + item("y", 2) + item("z", 3)
    part = numbering(level(0), level(0, "bullet"), level(0))
    assert shown(load(word(body, numbering=part))) == ["1. x", f"{BULLET} y", "1. z"]


def test_numbers_in_words_and_other_scripts_are_digits() -> None:
    assert [written(3, form) for form in ("decimal", "cardinalText", "hebrew1", "decimalZero", "ordinal", "none")] == [
        "3", "3", "3", "03", "3rd", "",
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "letters"), [(1, "a"), (26, "z"), (27, "aa"), (53, "aaa")])
def test_letters(count: int, letters: str) -> None:
    assert as_letters(count) == letters


@given(st.integers(1, 780))
def test_roman_numerals_add_up(count: int) -> None:
    worth = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
    values = [worth[letter] for letter in as_roman(count)]
    signs = [-1 if value < max(values[place:]) else 1 for place, value in enumerate(values)]
    assert sum(value * sign for value, sign in zip(values, signs, strict=True)) == count
