"""Replies and passages as text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bot.answers import Answer, AnswerSentence, CitedNote, RefusalReason, Reply
from bot.footnotes import permalink
from footnoted.terminal import open_console, openable, print_place, print_reply, print_wrapped
from tests.unit.footnoted.conftest import Screen
from tests.unit.web.fake_chatbot import (
    FakeChatbot,
    citation,
    fact_answer,
    list_answer,
    refusal,
    table_answer,
)

WIDTHS = (40, 80, 120)


def printed(chatbot: FakeChatbot, reply: Reply, width: int = 80, bold: bool = False) -> str:
    screen = Screen(chatbot, width=width, bold=bold)
    print_reply(reply, screen.console)
    return screen.text


def opened(chatbot: FakeChatbot, quote: str, width: int = 80, bold: bool = False) -> str:
    screen = Screen(chatbot, width=width, bold=bold)
    document = chatbot.current[0]
    print_place(citation(document, 1, quote), document, screen.console)
    return screen.text


class TestWrapping:
    @pytest.mark.parametrize("width", WIDTHS)
    def test_no_line_is_wider_than_the_window_but_for_a_word_that_is(self, chatbot: FakeChatbot, width: int) -> None:
        document = chatbot.current[0]
        for reply in (fact_answer(document), list_answer(document), table_answer(document), refusal(document)):
            for line in printed(chatbot, reply, width).splitlines():
                assert cell_len(line) <= width or len(line.split()) == 1

    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize("bold", [False, True])
    def test_a_link_is_never_broken(self, chatbot: FakeChatbot, width: int, bold: bool) -> None:
        answer = list_answer(chatbot.current[0])
        text = printed(chatbot, answer, width, bold)
        links = {permalink(citation.document, citation.span) for citation in answer.citations}
        assert all(len(link) > 40 for link in links)
        assert all(link in text for link in links)

    def test_later_lines_stand_below_the_text_and_not_below_its_mark(self, screen: Screen) -> None:
        screen.console.width = 24
        print_wrapped(screen.console, "one two three four five six seven", "[1] ")
        assert screen.lines == ["[1] one two three four", "    five six seven"]

    def test_a_footnotes_mark_does_not_begin_a_line(self, screen: Screen) -> None:
        screen.console.width = 24
        print_wrapped(screen.console, "Four words end here. [1] [2] Next.")
        assert screen.lines == ["Four words end", "here. [1] [2] Next."]

    def test_wide_characters_count_twice(self, screen: Screen) -> None:
        screen.console.width = 20
        print_wrapped(screen.console, "許可証の有効 期間は五年")
        assert len(screen.lines) == 2

    def test_no_line_ends_in_blanks(self, chatbot: FakeChatbot) -> None:
        for reply in (list_answer(chatbot.current[0]), table_answer(chatbot.current[0])):
            assert all(line == line.rstrip() for line in printed(chatbot, reply, 40).splitlines())

    def test_markup_in_the_text_stays_text_and_control_characters_go(self, screen: Screen) -> None:
        print_wrapped(screen.console, "a [bold]b[/bold] :smile: \x1b[31mred\x07")
        assert screen.text == "a [bold]b[/bold] :smile: [31mred\n"


class TestReply:
    def test_an_answer_is_followed_by_its_footnotes(self, chatbot: FakeChatbot) -> None:
        answer = fact_answer(chatbot.current[0])
        assert printed(chatbot, answer).splitlines() == [
            "A permit is valid for five years. [1]",
            "",
            'From Drinking-Water "Permits" <Explained>, as of April 14, 2025:',
            "[1] “A permit is valid for five years.”",
            "    Permits",
            "    Note 1: Older permits ran for three years.",
            f"    {permalink(answer.citations[0].document, answer.citations[0].span)}",
        ]

    def test_each_item_has_a_line_and_a_section_is_named_before_its_sentence(self, chatbot: FakeChatbot) -> None:
        lines = printed(chatbot, list_answer(chatbot.current[0])).splitlines()
        assert lines[:6] == [
            "The owner of a well must: [1]",
            "  • test the water each year; [2]",
            "  • keep the records; [3]",
            "  • report “<script>alert(1)</script>”. [4]",
            "",
            "[Permits] It can be renewed twice. [5] [1]",
        ]

    def test_the_cells_of_a_table_stand_below_each_other(self, chatbot: FakeChatbot) -> None:
        lines = printed(chatbot, table_answer(chatbot.current[0])).splitlines()
        assert lines[:2] == ["  Kind   | Fee [1]", "  Spring | $25 [2]"]

    def test_a_table_too_wide_for_the_window_is_not_padded(self, chatbot: FakeChatbot) -> None:
        answer = table_answer(chatbot.current[0])
        rows = [replace(answer.sentences[0], text="A | B"), replace(answer.sentences[1], text=f"{'wide ' * 9}| B")]
        assert printed(chatbot, replace(answer, sentences=tuple(rows)), 40).startswith("  A | B [1]\n  wide")

    def test_what_a_row_is_about_stands_before_its_first_cell(self, chatbot: FakeChatbot) -> None:
        answer = table_answer(chatbot.current[0])
        first = replace(answer.sentences[0], about="Fees")
        lines = printed(chatbot, replace(answer, sentences=(first, answer.sentences[1]))).splitlines()
        assert lines[0].split() == ["[Fees]", "Kind", "|", "Fee", "[1]"]

    def test_a_refusal_says_why_and_letters_the_nearest_sections(self, chatbot: FakeChatbot) -> None:
        declined = refusal(chatbot.current[0])
        first, second = declined.nearest
        assert printed(chatbot, declined).splitlines() == [
            "Not in the text. The explainer doesn’t say who <pays> for this.",
            "[a] Permits",
            f"    {permalink(first.document, first.span)}",
            '[b] Drinking-Water "Permits" <Explained>',
            f"    {permalink(second.document, second.span)}",
        ]

    def test_an_answer_to_a_part_says_last_what_it_leaves_open(self, chatbot: FakeChatbot) -> None:
        document = chatbot.current[0]
        partly = refusal(document, RefusalReason.PARTLY_ANSWERED)
        text = printed(chatbot, replace(fact_answer(document), partly=partly))
        assert text.index("#quote") < text.index("\n\nPart of it isn’t in the text. The explainer")
        assert "[a] Permits" in text

    def test_documents_of_different_days_are_named_apart(self, chatbot: FakeChatbot) -> None:
        document, older = chatbot.current[0], chatbot.old[0]
        quote = "It can be renewed twice."
        sentences = (AnswerSentence(quote, (1,)), AnswerSentence(quote, (2,)))
        undated = replace(citation(older, 2, quote).document, as_of=None)
        cited = (citation(document, 1, quote), replace(citation(older, 2, quote), document=undated))
        lines = printed(chatbot, Answer(sentences, cited)).splitlines()
        assert [line for line in lines if line.startswith("From")] == [
            'From Drinking-Water "Permits" <Explained>, as of April 14, 2025:',
            'From Drinking-Water "Permits" <Explained>:',
        ]

    def test_colour_is_for_a_terminal_and_says_nothing_that_the_text_does_not(self, chatbot: FakeChatbot) -> None:
        answer = list_answer(chatbot.current[0])
        plain, bold = (printed(chatbot, answer, bold=wanted) for wanted in (False, True))
        assert "\x1b" not in plain
        assert "\x1b[1m" in bold
        assert re.sub(r"\x1b\[[0-9;]*m", "", bold) == plain

    def test_a_console_that_wants_no_colour_still_gets_bold(self, chatbot: FakeChatbot) -> None:
        screen = Screen(chatbot, bold=True)
        screen.console.no_color = True
        print_reply(list_answer(chatbot.current[0]), screen.console)
        assert set(re.findall(r"\x1b\[[0-9;]*m", screen.text)) == {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[3m"}


class TestPlace:
    def test_the_quote_is_marked_in_its_paragraph(self, chatbot: FakeChatbot) -> None:
        quote = "A permit is valid for five years."
        place = citation(chatbot.current[0], 1, quote)
        assert opened(chatbot, quote).splitlines() == [
            'Drinking-Water "Permits" <Explained>, as of April 14, 2025',
            "Permits",
            "",
            f"«{quote}» (note 1) It can be renewed twice. (note 2)",
            "",
            "Note 1: Older permits ran for three years.",
            "Note 2: Once for springs.",
            "",
            permalink(place.document, place.span),
        ]

    def test_in_a_terminal_the_quote_is_bold_instead(self, chatbot: FakeChatbot) -> None:
        text = opened(chatbot, "It can be renewed twice.", bold=True)
        assert "\x1b[1mIt can be renewed twice.\x1b[0m" in text
        assert "«" not in text

    def test_a_list_item_is_shown_with_its_lead_in_and_its_neighbours(self, chatbot: FakeChatbot) -> None:
        lines = opened(chatbot, "keep the records;").splitlines()
        assert lines[1] == "Permits › What an <owner> must do"
        assert lines[3:10] == [
            "The owner of a well must:",
            "",
            "  • test the water each year;",
            "  • «keep the records;»",
            "  • report “<script>alert(1)</script>”.",
            "",
            "A renewal takes these steps:",
        ]

    def test_blocks_that_are_left_out_are_hinted_at_on_their_side(self, chatbot: FakeChatbot) -> None:
        assert opened(chatbot, "The owner of a well must:").count("[…]") == 1
        lines = opened(chatbot, "Pay the fee.").splitlines()
        assert lines.index("[…]") < lines.index("  2. «Pay the fee.»")
        assert "[…]" not in opened(chatbot, "A permit is valid for five years.")

    def test_a_row_is_marked_cell_by_cell(self, chatbot: FakeChatbot) -> None:
        assert "  «Spring»     | «$25»\n" in opened(chatbot, "Spring | $25")

    def test_a_note_can_be_opened_itself(self, chatbot: FakeChatbot) -> None:
        document = chatbot.current[0]
        note = document.notes[1]
        place = replace(citation(document, 1, "Spring | $25"), span=note.span, section=("Permits", "Note 2"))
        screen = Screen(chatbot)
        print_place(place, document, screen.console)
        assert screen.lines[1:4] == ["Permits › Note 2", "", "Note 2: «Once for springs.»"]

    @pytest.mark.parametrize("width", WIDTHS)
    def test_it_fits_the_window(self, chatbot: FakeChatbot, width: int) -> None:
        for line in opened(chatbot, "keep the records;", width).splitlines():
            assert cell_len(line) <= width or len(line.split()) == 1


class TestOpenable:
    def test_nothing_was_said(self) -> None:
        assert openable([None]) == {}

    def test_footnotes_of_the_last_answer_and_sections_of_the_last_refusal(self, chatbot: FakeChatbot) -> None:
        document = chatbot.current[0]
        places = openable([list_answer(document), refusal(document), fact_answer(document), None])
        assert list(places) == ["1", "a", "b"]
        assert places["1"] == fact_answer(document).citations[0]
        assert places["b"].section == ()

    def test_a_partial_answer_has_both(self, chatbot: FakeChatbot) -> None:
        document = chatbot.current[0]
        partly = replace(refusal(document), nearest=refusal(document).nearest[:1])
        assert list(openable([refusal(document), replace(fact_answer(document), partly=partly)])) == ["1", "a"]


class TestConsole:
    def test_a_pipe_has_80_columns_wherever_it_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("COLUMNS", raising=False)
        monkeypatch.delenv("FORCE_COLOR", raising=False)
        assert open_console().width == 80

    def test_columns_set_another_width(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "40")
        assert open_console().width == 40


def test_a_quote_over_several_lines_keeps_them(chatbot: FakeChatbot) -> None:
    screen = Screen(chatbot)
    print_wrapped(screen.console, Text("one\ntwo"), "[1] ")
    assert screen.lines == ["[1] one", "    two"]


def test_several_notes_stand_each_on_its_own_line(chatbot: FakeChatbot) -> None:
    answer = fact_answer(chatbot.current[0])
    noted = replace(answer.citations[0], notes=(CitedNote("1", "Once."), CitedNote("b", "Twice.")))
    lines = printed(chatbot, replace(answer, citations=(noted,))).splitlines()
    assert lines[5:7] == ["    Note 1: Once.", "    Note b: Twice."]


def test_a_reply_goes_to_standard_output_unless_told(chatbot: FakeChatbot, capsys: pytest.CaptureFixture[str]) -> None:
    print_reply(fact_answer(chatbot.current[0]))
    assert capsys.readouterr().out.startswith("A permit is valid")
    assert isinstance(open_console(), Console)
