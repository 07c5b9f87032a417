"""What the lines of a plain text look like, before anything is known about what they are for."""

from __future__ import annotations

import pytest

from corpus.lines import Shape, Unit, is_bare, read_units

PROSE = "Agencies inspect each unit before a lease begins, and they may not waive it."


def shapes(text: str) -> list[tuple[Shape, str]]:
    return [(unit.shape, unit.text) for unit in read_units(text)]


def items(text: str) -> list[Unit]:
    return [unit for unit in read_units(text) if unit.shape is Shape.ITEM]


@pytest.mark.parametrize(
    "line",
    [
        "Background",
        "287(g) Agreements",
        "“Sanctuary” Policies",
        "Who qualifies?",
        "¿Quién califica?",
        "Texas v. the U.S.",
        "Appendix A",
        "COSTS FOR AGENCIES",
        "Costs[1]",
        "Costs¹",
        "مقدمة",
        "概述",
    ],
)
def test_what_could_be_a_heading(line: str) -> None:
    assert is_bare(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "It may not.",
        "It may not.[1]",
        "“It may not.”",
        "Bring these:",
        "lower case",
        "12345",
        "—",
        "The rules of the",
        "A GUIDE FOR",
        "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen",
        "该计划始于1996年至今已在许多州实施并且覆盖了许多家庭以及许多地方政府机构和许多社区组织",
        "X" * 200,
        "该计划始于。",
    ],
)
def test_what_could_be_none(line: str) -> None:
    assert not is_bare(line)


class TestParagraphs:
    def test_lines_that_were_wrapped_are_joined(self) -> None:
        text = "The program began in 1996 and it has grown since then,\nso that it is used in many states now."
        assert shapes(text) == [(Shape.PROSE, " ".join(text.split()))]

    def test_a_word_broken_at_its_hyphen_keeps_the_hyphen(self) -> None:
        text = "The program began in 1996 for the families that are low-\nincome."
        assert shapes(text)[0][1].endswith("low-income.")

    def test_lines_of_a_page_that_wraps_none_are_paragraphs(self) -> None:
        assert len(shapes(f"{PROSE * 4}\n{PROSE}\n{PROSE}")) == 3

    def test_a_rule_parts_paragraphs_and_is_nothing_itself(self) -> None:
        assert shapes(f"{PROSE}\n\n* * *\n\n{PROSE}\n\n_____") == [(Shape.PROSE, PROSE)] * 2

    def test_a_rule_below_a_paragraph_makes_no_heading_of_its_last_line(self) -> None:
        text = "The program began in 1996 and it has grown since then, so that\nit is used today\n-----"
        assert shapes(text)[0][0] is Shape.PROSE

    def test_invisible_characters_leave_a_line_blank(self) -> None:
        assert len(shapes(f"Heading\n\u200b\ufeff\n{PROSE}")) == 2


class TestItems:
    @pytest.mark.parametrize(
        "markers",
        [
            ("1.", "2."),
            ("1)", "2)"),
            ("(1)", "(2)"),
            ("a.", "b."),
            ("(a)", "(b)"),
            ("i.", "ii."),
            ("iv)", "v)"),
            ("A.", "B."),
        ],
    )
    @pytest.mark.parametrize("gap", ["\n", "\n\n"])
    def test_markers_that_count_on(self, markers: tuple[str, str], gap: str) -> None:
        found = items(f"{markers[0]} One.{gap}{markers[1]} Two.")
        assert [(unit.marker, unit.text) for unit in found] == [(markers[0], "One."), (markers[1], "Two.")]

    @pytest.mark.parametrize("text", ["A. Smith spoke.", "1. Background", "1. One.\n\n3. Three.", "x. One.\n\nz. Two."])
    def test_markers_that_dont_are_text(self, text: str) -> None:
        assert items(text) == []
        assert " ".join(unit.text for unit in read_units(text)) == " ".join(text.split())

    def test_a_heading_below_a_list_that_begins_to_count_again_is_no_item(self) -> None:
        assert shapes(f"1. One.\n2. Two.\n\n1. Background\n\n{PROSE}")[2] == (Shape.BARE, "1. Background")

    def test_a_number_at_the_start_of_a_wrapped_line_is_no_item(self) -> None:
        text = "The program began long ago and it stands in section\n2. The law hasn't been changed since then."
        assert shapes(text) == [(Shape.PROSE, " ".join(text.split()))]

    def test_wrapped_and_indented_lines_go_on_with_an_item(self) -> None:
        found = items("• One that goes on and on until there is no room left,\n  so\nthat it is wrapped\n• Two")
        assert [unit.text for unit in found][1] == "Two"
        assert found[0].text.endswith("left, so that it is wrapped")

    def test_an_indented_paragraph_between_items_goes_on_with_the_one_above(self) -> None:
        assert [unit.text for unit in items("• One.\n\n  It goes on.\n\n• Two.")] == ["One. It goes on.", "Two."]

    def test_but_not_behind_the_last(self) -> None:
        assert shapes(f"• One.\n\n• Two.\n\n    {PROSE}")[-1] == (Shape.PROSE, PROSE)

    def test_text_glued_to_a_list_is_a_paragraph_where_lines_arent_wrapped(self) -> None:
        found = shapes(f"{PROSE * 4}\n• One\n• Two\n{PROSE * 4}")
        assert [shape for shape, _ in found] == [Shape.PROSE, Shape.ITEM, Shape.ITEM, Shape.PROSE]


class TestTables:
    @pytest.mark.parametrize("gap", ["\n", "\n\n"])
    def test_lines_with_tabs_are_rows(self, gap: str) -> None:
        (table,) = read_units(gap.join(["Class\tSystems", "CWS\t49,400"]))
        assert (table.shape, table.rows) == (Shape.ROWS, (("Class", "Systems"), ("CWS", "49,400")))

    def test_a_leading_tab_is_an_empty_cell(self) -> None:
        (table,) = read_units("\t2024\nCWS\t49,400\n\t17,100")
        assert table.rows == (("", "2024"), ("CWS", "49,400"), ("", "17,100"))

    def test_a_row_alone_is_text(self) -> None:
        assert shapes("Class\tSystems") == [(Shape.BARE, "Class Systems")]

    def test_tabs_that_indent_make_no_table(self) -> None:
        assert [shape for shape, _ in shapes(f"\t{PROSE * 4}\n\t{PROSE}")] == [Shape.PROSE] * 2
