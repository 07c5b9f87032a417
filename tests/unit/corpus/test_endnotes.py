"""A plain text's notes: which lines are notes, what is one note, and what only looks like a mark."""

from __future__ import annotations

import pytest

from corpus.endnotes import Endnotes, MarkReader, take_notes
from corpus.lines import read_units

PROSE = "Agencies inspect each unit before a lease begins, and they may not waive it."


def taken(*blocks: str) -> Endnotes:
    return take_notes(read_units("\n\n".join(blocks)))


class TestNotes:
    @pytest.mark.parametrize(
        "written",
        [
            "[1] One.\n[2] Two.",
            "[1] One.\n\n[2] Two.",
            "[1]: One.\n[2]: Two.",
            "1. One.\n2. Two.",
            "1) One.\n2) Two.",
            "1. One.\n\n2. Two.",
            "1 One.\n\n2 Two.",
            "¹ One.\n² Two.",
            "¹One.\n²Two.",
        ],
    )
    @pytest.mark.parametrize("heading", ["Notes", "ENDNOTES", "Footnotes:", "References", "Notas\n-----"])
    def test_numbered_lines_below_a_heading_for_notes(self, heading: str, written: str) -> None:
        found = taken(PROSE, heading, written)
        assert found.notes == (("1", "One."), ("2", "Two."))
        assert [unit.text for unit in found.units] == [PROSE]

    def test_labelled_lines_at_the_end_need_no_heading(self) -> None:
        assert taken(PROSE, "[1] One.", "[2] Two.").notes == (("1", "One."), ("2", "Two."))

    def test_labels_as_they_are_written(self) -> None:
        assert taken(f"{PROSE}[a]", "[a] One.", "[12] Two.").notes == (("a", "One."), ("12", "Two."))

    def test_notes_below_each_part_leave_the_parts_alone(self) -> None:
        found = taken(f"{PROSE}[1]", "[1] One.", "Costs", f"{PROSE}[2]", "[2] Two.", "End", PROSE)
        assert found.notes == (("1", "One."), ("2", "Two."))
        assert [unit.text for unit in found.units] == [f"{PROSE}[1]", "Costs", f"{PROSE}[2]", "End", PROSE]

    def test_paragraphs_between_endnotes_go_on_with_the_one_above(self) -> None:
        found = taken(f"{PROSE}[1] {PROSE}[2]", "[1] One.", "It goes on.", "[2] Two.")
        assert found.notes == (("1", "One. It goes on."), ("2", "Two."))

    def test_below_a_heading_too(self) -> None:
        found = taken(PROSE, "Notes", "1. One.", "It goes on.", "And on.", "2. Two.", "After it all.")
        assert found.notes == (("1", "One. It goes on. And on."), ("2", "Two."))

    def test_a_heading_below_them_ends_the_notes(self) -> None:
        found = taken(PROSE, "Notes", "1. One.", "2. Two.", "Appendix", PROSE, PROSE)
        assert [note for note, _ in found.notes] == ["1", "2"]
        assert [unit.text for unit in found.units] == [PROSE, "Appendix", PROSE, PROSE]

    def test_wrapped_notes_are_joined(self) -> None:
        found = taken(PROSE, "Notes", "1. One that is so long that it had to be wrapped at\nthe margin.\n2. Two.")
        assert found.notes[0] == ("1", "One that is so long that it had to be wrapped at the margin.")

    def test_what_stands_behind_the_last_note_is_furniture(self) -> None:
        assert len(taken(*[PROSE] * 8, "[1] One.", "Another Page", PROSE).units) == 8

    def test_but_not_if_it_is_much(self) -> None:
        assert [unit.text for unit in taken(f"{PROSE}[1]", "[1] One.", "Appendix", PROSE).units][1:] == [
            "Appendix",
            PROSE,
        ]

    def test_a_heading_for_notes_above_text_is_a_heading(self) -> None:
        found = taken(PROSE, "Notes", PROSE)
        assert (found.notes, len(found.units)) == ((), 3)

    def test_a_number_that_opens_a_sentence_is_no_label(self) -> None:
        assert taken(PROSE, "References", "12 states have such a law, and they enforce it.").notes == ()

    def test_a_labelled_line_that_is_no_note_is_text_as_it_was(self) -> None:
        found = taken("[7] is where the list of the agencies begins.", PROSE, PROSE)
        assert found.units[0].written == "[7] is where the list of the agencies begins."


class TestMarks:
    def cut(self, text: str, *labels: str) -> tuple[str, list[tuple[str, str]]]:
        """*text* without its marks, and for each mark its label and the last word before it."""
        inline = MarkReader(labels, [text]).read(text)
        return inline.text, [(mark.label, inline.text[: mark.offset].split()[-1]) for mark in inline.marks]

    def test_brackets_and_raised_digits(self) -> None:
        assert self.cut("One.[1] Two.² Three[^3].", "1", "2", "3") == (
            "One. Two. Three.",
            [("1", "One."), ("2", "Two."), ("3", "Three")],
        )

    @pytest.mark.parametrize("mark", ["[1, 3]", "[1,3]", "[1;3]", "[1][3]", "¹,³"])
    def test_several_in_one(self, mark: str) -> None:
        assert self.cut(f"One.{mark} Two.", "1", "2", "3") == ("One. Two.", [("1", "One."), ("3", "One.")])

    @pytest.mark.parametrize("mark", ["[1-3]", "[1–3]", "¹–³"])
    def test_ranges(self, mark: str) -> None:
        assert [label for label, _ in self.cut(f"One.{mark} Two.", "1", "2", "3")[1]] == ["1", "2", "3"]

    @pytest.mark.parametrize(
        "text", ["He [sic] said.", "See [4].", "See [1, 4].", "The [1996] law.", "x[", "[]", "[ 1 ]"]
    )
    def test_what_leads_to_no_note_is_no_mark(self, text: str) -> None:
        assert self.cut(text, "1", "2") == (text, [])

    @pytest.mark.parametrize("text", ["5 km² wide", "10² and", "a room of 9 m²"])
    def test_an_exponent_is_no_mark(self, text: str) -> None:
        assert self.cut(text, "2") == (text, [])

    def test_behind_a_year_it_is_one(self) -> None:
        assert self.cut("It began in 1996² there.", "2") == ("It began in 1996 there.", [("2", "1996")])

    def test_digits_that_lost_their_height_are_marks_where_all_are_there_in_order(self) -> None:
        text = "It began with the agreement.1 It covers all,2 as version 1.2 does."
        assert self.cut(text, "1", "2") == (
            "It began with the agreement. It covers all, as version 1.2 does.",
            [("1", "agreement."), ("2", "all,")],
        )

    @pytest.mark.parametrize(
        "text", ["It began with the agreement.1 It ends.", "See the law.2 And the rule.1", "One law.1 Two laws.[2]"]
    )
    def test_and_not_where_any_is_missing_or_out_of_order(self, text: str) -> None:
        assert ".1" in self.cut(text, "1", "2")[0]

    def test_without_notes_nothing_is_a_mark(self) -> None:
        assert self.cut("One.[1] Two.¹ Three.1 ") == ("One.[1] Two.¹ Three.1 ", [])
