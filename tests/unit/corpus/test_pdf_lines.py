"""Which letters make a line, and where its blanks and superscripts are."""

from __future__ import annotations

from corpus.pdf_columns import flows_of
from corpus.pdf_glyphs import Letter, Page, Rule
from corpus.pdf_lines import lines_of
from tests.unit.corpus.printed import column, letters, mark, page


def _texts(*parts: list[Letter]) -> list[str]:
    return [line.text for line in lines_of(page(1, *parts))]


def test_a_gap_is_a_blank_even_where_none_is_drawn() -> None:
    held = [letter._replace(spaced=False) for letter in letters("rent is due", 60, 700)]
    assert _texts(held) == ["rent is due"]


def test_letters_that_kerning_moves_apart_or_together_stay_one_word() -> None:
    held = letters("AVATAR", 60, 700)
    moved = [letter._replace(left=letter.left + (-1) ** place * 0.4) for place, letter in enumerate(held)]
    assert _texts(moved) == ["AVATAR"]


def test_a_drawn_blank_without_width_parts_no_word() -> None:
    held = letters("housing", 60, 700)
    assert _texts([letter._replace(spaced=True) for letter in held]) == ["housing"]


def test_letters_spread_evenly_are_words() -> None:
    spread = [
        letter._replace(
            left=60 + place * 8.0 + (6 if place > 2 else 0), right=65 + place * 8.0 + (6 if place > 2 else 0)
        )
        for place, letter in enumerate(letters("THEACT", 60, 700))
    ]
    assert _texts(spread) == ["THE ACT"]


def test_small_letters_above_the_line_are_raised() -> None:
    held = letters("law", 60, 700)
    line = lines_of(page(1, held, mark("1", held)))[0]
    assert line.text == "law1"
    assert [letter.raised for letter in line.letters] == [False, False, False, True]
    assert (line.size, line.baseline) == (10, 700)


def test_a_wide_gap_or_a_wall_parts_two_lines() -> None:
    assert _texts(letters("left", 60, 700), letters("right", 160, 700)) == ["left", "right"]
    wall = Rule(82, 690, 82.5, 720)
    near = page(1, letters("left", 60, 700), letters("right", 85, 700), rules=[wall])
    assert [line.text for line in lines_of(near)] == ["left", "right"]


def test_a_bullet_joins_what_it_marks_and_so_does_one_that_is_a_shape() -> None:
    assert _texts(letters("•", 60, 700), letters("rent", 80, 700)) == ["• rent"]
    drawn = page(1, letters("rent", 80, 700))
    dotted = lines_of(Page(1, 600, 800, drawn.letters, dots=(Rule(66, 701, 70, 705),)))
    assert [line.text for line in dotted] == ["• rent"]


def test_columns_are_read_one_after_the_other_whatever_the_order_they_are_drawn_in() -> None:
    wide = [f"line {place} of a column of text" for place in range(8)]
    left, right = column([f"L {line}" for line in wide]), column([f"R {line}" for line in wide], x=320)
    heading = letters("A heading that runs across both of the columns of this page", 60, 730)
    rows = [part for pair in zip(_rows(left), _rows(right), strict=True) for part in pair]
    flows = flows_of(lines_of(page(1, heading, *rows)))
    assert [[line.text[0] for line in flow] for flow in flows] == [["A"], ["L"] * 8, ["R"] * 8]


def test_cells_of_a_table_are_no_columns() -> None:
    rows = [letters(text, x, 700 - 12 * place) for place in range(8) for text, x in ((f"row{place}", 60), ("9", 320))]
    assert len(flows_of(lines_of(page(1, *rows)))) == 1


def _rows(held: list[Letter]) -> list[list[Letter]]:
    heights = sorted({letter.baseline for letter in held}, reverse=True)
    return [[letter for letter in held if letter.baseline == height] for height in heights]
