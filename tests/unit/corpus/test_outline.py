"""What stands above a plain text, and how its headings nest, where the lines alone leave it open."""

from __future__ import annotations

import pytest

from corpus.lines import Shape, read_units
from corpus.outline import Outline, outline

PROSE = "Agencies inspect each unit before a lease begins, and they may not waive it."


def outlined(*blocks: str) -> Outline:
    return outline(read_units("\n\n".join(blocks)))


def levels(*blocks: str) -> list[tuple[int, str]]:
    """The headings of a text, each with its level."""
    return [(unit.level, unit.text) for unit in outlined(*blocks).units if unit.shape is Shape.HEADING]


class TestTheTop:
    @pytest.mark.parametrize("opening", ["Introduction", "Executive Summary", "Introducción", "1. Background"])
    def test_a_line_that_opens_a_text_is_no_title(self, opening: str) -> None:
        found = outlined(opening, PROSE)
        assert (found.title, [unit.text for unit in found.units]) == (None, [opening, PROSE])

    def test_a_short_title_gives_way_to_no_longer_opening(self) -> None:
        found = outlined("A Guide", "Executive Summary", PROSE)
        assert found.title == "A Guide"
        assert found.units[0].text == "Executive Summary"

    def test_a_sites_name_above_a_long_line_is_not_the_title(self) -> None:
        found = outlined("Some Policy Institute", "How Housing Vouchers Work in Rural Counties", PROSE)
        assert found.title == "How Housing Vouchers Work in Rural Counties"
        assert [unit.text for unit in found.units] == [PROSE]

    def test_a_first_heading_may_be_longer_than_the_title(self) -> None:
        found = outlined(
            "Housing Vouchers in the Rural Counties", "What the Law Says About Them and What It Omits", PROSE
        )
        assert found.title == "Housing Vouchers in the Rural Counties"

    def test_a_title_may_be_wrapped(self) -> None:
        found = outlined("HOUSING VOUCHERS: A GUIDE FOR\nCOUNTY OFFICIALS", "INTRODUCTION", PROSE)
        assert found.title == "HOUSING VOUCHERS: A GUIDE FOR COUNTY OFFICIALS"

    def test_the_line_below_a_label_for_topics_belongs_to_it(self) -> None:
        found = outlined(
            "Related Topics", "Housing Rent Landlords Vouchers Families Costs", "A Guide to Rent", "Costs", PROSE
        )
        assert found.title == "A Guide to Rent"


class TestLevels:
    def test_headings_in_capitals_stand_above_the_others(self) -> None:
        assert levels("A Guide", "WHO QUALIFIES", PROSE, "Income", PROSE, "Assets", PROSE, "HOW TO APPLY", PROSE) == [
            (2, "WHO QUALIFIES"),
            (3, "Income"),
            (3, "Assets"),
            (2, "HOW TO APPLY"),
        ]

    def test_one_heading_in_capitals_is_an_abbreviation(self) -> None:
        assert levels("A Guide", "Overview", PROSE, "HUDVASH", PROSE, "Costs", PROSE) == [
            (2, "Overview"),
            (2, "HUDVASH"),
            (2, "Costs"),
        ]

    def test_a_number_that_counts_something_is_no_heading_number(self) -> None:
        assert levels("A Guide", "1. Costs", PROSE, "1.5 million families lack a home", PROSE)[1][0] == 2

    def test_parents_of_parents(self) -> None:
        found = levels(
            "A Guide", "Overview", PROSE, "Kinds", "Tenant Kinds", "First Voucher", PROSE, "Next Voucher", PROSE
        )
        assert found[1:] == [(2, "Kinds"), (3, "Tenant Kinds"), (4, "First Voucher"), (4, "Next Voucher")]

    @pytest.mark.parametrize(
        ("first", "second"),
        [("Step 1: Apply", "Step 2: Wait"), ("Who pays?", "When?"), ("Tenant Voucher", "Project Voucher")],
    )
    def test_what_looks_like_the_first_part_is_a_part(self, first: str, second: str) -> None:
        found = levels("A Guide", "Overview", PROSE, "Parent", first, PROSE, second, PROSE, "Another Matter", PROSE)
        assert [level for level, _ in found] == [2, 2, 3, 3, 2]


class TestListsThatLostTheirBullets:
    def items(self, *blocks: str) -> list[str]:
        found = outlined("A Guide", "Papers", "Bring these:", *blocks)
        return [unit.text for unit in found.units if unit.shape is Shape.ITEM]

    def test_short_lines_below_a_colon_are_items(self) -> None:
        assert self.items("Wells", "Springs", "Rivers and lakes", PROSE) == ["Wells", "Springs", "Rivers and lakes"]

    def test_lines_that_end_in_semicolons_are_items_to_the_last(self) -> None:
        assert self.items("wells;", "springs; and", "rivers.", PROSE) == ["wells;", "springs; and", "rivers."]

    def test_all_lines_of_one_block_are_items(self) -> None:
        lines = ["A certificate", "Proof of income.", "How To Apply"]
        assert self.items("\n".join(lines), "Costs", f"{PROSE} " * 4) == lines

    def test_three_short_sentences_are_items(self) -> None:
        assert self.items("Tenants: 86.", "Owners: 180.", "Others: 190.", f"{PROSE} " * 4) == [
            "Tenants: 86.",
            "Owners: 180.",
            "Others: 190.",
        ]

    def test_a_title_below_sentences_is_the_next_heading(self) -> None:
        assert self.items("A certificate", "Proof of income", "How to Apply", PROSE) == [
            "A certificate",
            "Proof of income",
        ]

    def test_a_title_that_looks_like_the_items_is_an_item(self) -> None:
        kinds = ["Tenant Voucher", "Project Voucher", "Family Voucher"]
        assert self.items(*kinds, PROSE) == kinds

    def test_a_paragraph_below_a_colon_is_no_item(self) -> None:
        assert self.items(PROSE, PROSE) == []
