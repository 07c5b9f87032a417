"""The conversation: what each line leads to, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.answers import Turn
from bot.errors import ConversationStoreError, GeneratorUnavailable
from footnoted.commands.chat import how_to_go_on
from tests.unit.footnoted.conftest import Screen
from tests.unit.web.fake_chatbot import FakeChatbot

FACT = "A permit is valid for five years."


def asked(chatbot: FakeChatbot) -> list[str]:
    return [turn.question for turn in chatbot.conversations.turns("talk")]


class TestQuestions:
    def test_a_question_is_answered_and_kept(self, screen: Screen, chatbot: FakeChatbot) -> None:
        assert screen.after("a fact?").startswith(f"{FACT} [1]\n")
        assert asked(chatbot) == ["a fact?"]

    @pytest.mark.parametrize(
        "question",
        [
            "open carry laws?",
            "Open 2 fact offices?",
            "open 1, is it a fact?",
            "open ab",
            "open 1 2",
            "open 1234567890",
            "opening 1",
            "new agreements in Texas?",
            "help with costs?",
            "help?",
            "history of the program",
            "back pay?",
            "quit claims?",
            "exit interviews?",
            "list them",
        ],
    )
    def test_what_only_begins_like_a_command_is_a_question(
        self, screen: Screen, chatbot: FakeChatbot, question: str
    ) -> None:
        screen.after(question)
        assert asked(chatbot) == [question]

    @pytest.mark.parametrize(
        "command",
        ["open", "open 1", "OPEN [1]", " open  01\n", "open a", "history", "Back", "new", "help\r\n", "open 9"],
    )
    def test_a_command_is_not_asked(self, screen: Screen, chatbot: FakeChatbot, command: str) -> None:
        assert screen.after(command)
        assert asked(chatbot) == []

    def test_a_question_that_is_too_long_is_told_so_and_the_conversation_goes_on(
        self, screen: Screen, chatbot: FakeChatbot
    ) -> None:
        said = screen.after("fact " * 100)
        assert said == "The question has 499 characters; ask it in at most 200, one thing at a time.\n"
        assert screen.after("a fact?").startswith(FACT)
        assert asked(chatbot) == ["a fact?"]

    def test_bytes_that_are_not_utf8_are_one_sentence(self, pipe: Screen) -> None:
        line = b"caf\xe9 fact?\n".decode("utf-8", "surrogateescape")
        assert pipe.after(line) == ("> caf? fact?\nThe question isn't valid text (broken UTF-8); send it as UTF-8.\n")

    def test_an_error_that_is_not_ours_is_not_hidden(self, screen: Screen, chatbot: FakeChatbot) -> None:
        chatbot.failure = RuntimeError("a bug")
        with pytest.raises(RuntimeError):
            screen.talk.take("a fact?")


class TestOpen:
    def test_a_footnote_of_the_last_answer_in_place(self, screen: Screen) -> None:
        said = screen.after("a fact?", "list them", "open 3")
        assert "  • «keep the records;»\n" in said

    def test_the_answer_before_a_refusal_can_still_be_opened(self, screen: Screen) -> None:
        assert f"«{FACT}»" in screen.after("a fact?", "who pays?", "open 1")

    def test_a_section_that_a_refusal_named(self, screen: Screen) -> None:
        said = screen.after("who pays?", "open a")
        assert f"«{FACT} (note 1) It can be renewed twice.» (note 2)\n" in said
        assert screen.lines[-1].startswith("/read/water-permits/")
        assert "«Wells & springs <need> permits.»" in screen.after("open b")

    def test_without_a_name_what_there_is_is_listed(self, screen: Screen) -> None:
        assert screen.after("a fact?", "who pays?", "open").splitlines() == [
            f"[1] “{FACT}”",
            "    Permits",
            "[a] Permits",
            '[b] Drinking-Water "Permits" <Explained>',
        ]

    @pytest.mark.parametrize(
        ("command", "said"),
        [
            ("open 9", "There is no footnote 9 here; what can be opened: 1.\n"),
            ("open 0", "There is no footnote 0 here; what can be opened: 1.\n"),
            ("open c", "There is no section c here; what can be opened: 1.\n"),
        ],
    )
    def test_what_there_is_not_is_one_sentence(self, screen: Screen, command: str, said: str) -> None:
        assert screen.after("a fact?", command) == said

    @pytest.mark.parametrize("command", ["open", "open 1", "open a"])
    def test_before_the_first_question_there_is_nothing(self, screen: Screen, command: str) -> None:
        assert screen.after(command) == "There is nothing to open yet; ask a question first.\n"

    def test_a_version_that_is_gone_is_one_sentence(self, screen: Screen, chatbot: FakeChatbot) -> None:
        screen.after("a fact?")
        chatbot.current = ()
        assert screen.after("open 1") == ("There is no explainer 'water-permits' here; see the list of explainers.\n")

    def test_the_version_that_was_cited_is_shown(self, screen: Screen, chatbot: FakeChatbot) -> None:
        screen.after("a fact?")
        chatbot.current, chatbot.old = chatbot.old, chatbot.current
        assert f"«{FACT}»" in screen.after("open 1")


class TestOtherCommands:
    @pytest.mark.parametrize("command", ["history", "back"])
    def test_the_turns_are_listed_with_what_came_of_them(
        self, screen: Screen, chatbot: FakeChatbot, command: str
    ) -> None:
        chatbot.conversations.append("talk", Turn("asked elsewhere"))
        assert screen.after("a fact?", "list them", "who pays?", command).splitlines() == [
            "1. asked elsewhere (its reply wasn’t kept)",
            "2. a fact? (answered, 1 footnote)",
            "3. list them (answered, 5 footnotes)",
            "4. who pays? (not answered)",
        ]

    def test_no_turns_are_one_sentence(self, screen: Screen) -> None:
        assert screen.after("history") == "Nothing has been asked in this conversation yet.\n"

    def test_a_new_conversation_knows_nothing_of_the_one_before(self, screen: Screen, chatbot: FakeChatbot) -> None:
        said = screen.after("a fact?", "new")
        assert said == "A new conversation begins.\nThe one before goes on with --conversation talk\n"
        assert screen.talk.conversation_id != "talk"
        assert screen.after("open 1").startswith("There is nothing to open yet")
        screen.after("list them")
        assert asked(chatbot) == ["a fact?"]

    def test_a_conversation_in_which_nothing_was_asked_is_not_named(self, screen: Screen) -> None:
        assert screen.after("new") == "A new conversation begins.\n"

    def test_help_names_every_command(self, screen: Screen) -> None:
        said = screen.after("help")
        for command in ("open 2", "open a", "history", "back", "new", "help", "quit", "exit", "Ctrl+D", "Ctrl+C"):
            assert command in said

    def test_a_store_that_fails_is_said_and_the_conversation_goes_on(
        self, screen: Screen, chatbot: FakeChatbot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(conversation_id: str) -> None:
            raise ConversationStoreError(f"can't read {conversation_id}")

        monkeypatch.setattr(chatbot.conversations, "turns", broken)
        assert screen.after("history") == "can't read talk\n"


class TestTheEnd:
    @pytest.mark.parametrize("line", ["", "  \n", "quit", "EXIT", "\x00"])
    def test_in_a_terminal_an_empty_line_and_quit_end(self, screen: Screen, chatbot: FakeChatbot, line: str) -> None:
        assert screen.run("a fact?", line, "list them") == 0
        assert asked(chatbot) == ["a fact?"]

    def test_a_pipe_passes_empty_lines_over_and_quit_ends(self, pipe: Screen, chatbot: FakeChatbot) -> None:
        pipe.run("a fact?\n", "\n", "list them\n", "quit\n", "who pays?\n")
        assert asked(chatbot) == ["a fact?", "list them"]

    def test_ctrl_c_calls_off_the_line_in_a_terminal(self, screen: Screen, chatbot: FakeChatbot) -> None:
        screen.run("a fact?", KeyboardInterrupt, "list them")
        assert asked(chatbot) == ["a fact?", "list them"]

    def test_ctrl_c_ends_a_pipe(self, pipe: Screen) -> None:
        with pytest.raises(KeyboardInterrupt):
            pipe.run("a fact?", KeyboardInterrupt, "list them")

    @pytest.mark.parametrize(
        ("lines", "code"),
        [
            ([], 0),
            (["a fact?"], 0),
            (["who pays?"], 3),
            (["who pays?", "a fact?"], 0),
            (["a fact?", "who pays?", "open 9", "help"], 3),
            (["who pays?", "fact " * 100], 2),
            (["fact " * 100, "a fact?"], 0),
            (["who pays?", "quit"], 3),
        ],
    )
    def test_the_exit_code_is_that_of_the_last_question(self, pipe: Screen, lines: list[str], code: int) -> None:
        assert pipe.run(*lines) == code

    def test_another_error_has_the_code_of_the_table(self, pipe: Screen, chatbot: FakeChatbot) -> None:
        chatbot.failure = GeneratorUnavailable("The generator is away; ask again.", retryable=True)
        assert pipe.run("a fact?") == 5
        assert pipe.lines == ["> a fact?", "The generator is away; ask again."]

    def test_the_way_to_go_on_can_be_pasted_into_a_shell(self) -> None:
        assert how_to_go_on("-abc", None) == "footnoted chat --conversation -abc"
        assert how_to_go_on("abc", Path("my data")) == "footnoted chat --data-dir 'my data' --conversation abc"


class TestTranscript:
    def test_each_line_is_printed_before_what_it_leads_to(self, pipe: Screen) -> None:
        pipe.run(" a  fact?\n", "open 9\n")
        assert pipe.lines[:2] == ["> a fact?", f"{FACT} [1]"]
        assert pipe.lines[-3:] == ["", "> open 9", "There is no footnote 9 here; what can be opened: 1."]

    def test_a_terminal_does_not_repeat_what_was_typed(self, screen: Screen) -> None:
        screen.run("a fact?")
        assert screen.lines[0] == f"{FACT} [1]"

    def test_the_same_lines_give_the_same_transcript(self, chatbot: FakeChatbot) -> None:
        lines = ("a fact?", "open 1", "who pays?", "open", "help")
        first, second = (Screen(chatbot, transcript=True) for _ in range(2))
        first.run(*lines)
        second.run(*lines)
        assert first.text == second.text

    def test_a_question_stays_on_one_line_however_narrow_it_is(self, chatbot: FakeChatbot) -> None:
        narrow = Screen(chatbot, width=40, transcript=True)
        question = "is it a fact " + "or not " * 20
        narrow.run(question)
        assert narrow.lines[0] == f"> {question.strip()}"

    def test_of_a_question_that_is_too_long_only_the_beginning_is_printed(self, pipe: Screen) -> None:
        pipe.run("x" * 5000)
        assert pipe.lines[0] == f"> {'x' * 200}…"

    def test_what_would_steer_a_terminal_is_not_printed(self, pipe: Screen) -> None:
        pipe.run("a \x1b[2Jfact?\u202e")
        assert pipe.lines[0] == "> a [2Jfact?"


class TestGreeting:
    def test_it_names_the_explainers_with_their_days(self, screen: Screen) -> None:
        screen.talk.greet()
        assert screen.lines == [
            'Drinking-Water "Permits" <Explained>, as of April 14, 2025',
            "Ask a question. “help” lists the commands; an empty line ends.",
        ]

    def test_of_many_explainers_it_names_five(self, chatbot: FakeChatbot) -> None:
        chatbot.current *= 7
        screen = Screen(chatbot)
        screen.talk.greet()
        assert screen.lines[4:6] == [screen.lines[0], "and 2 more"]

    def test_a_conversation_that_goes_on_shows_its_last_turns(self, screen: Screen, chatbot: FakeChatbot) -> None:
        for question in ("a fact?", "list them", "who pays?"):
            chatbot.ask("talk", question)
        screen.talk.greet()
        assert "The last 2 of 3 turns; “history” lists them all." in screen.lines
        assert [line for line in screen.lines if line.startswith("> ")] == ["> list them", "> who pays?"]
        assert "  • keep the records; [3]" in screen.lines
        assert "«keep the records;»" in screen.after("open 3")
