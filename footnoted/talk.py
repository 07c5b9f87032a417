"""A conversation: lines in, replies out. It neither reads a keyboard nor a pipe, so that a test can hold one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.answers import Answer, Refusal, Turn
from bot.chatbot import new_conversation_id
from bot.error_table import entry_for
from footnoted.terminal import dated_title, openable, print_openable, print_place, print_reply, print_wrapped, visible

if TYPE_CHECKING:
    from bot.chatbot import Chatbot

REFUSED = 3
"""The exit code of a refused question."""
_LEAVE = {"quit", "exit"}
_OPEN = re.compile(r"open(?: \[?([0-9]{1,9}|[a-z])\]?)?")
_TURNS_SHOWN = 2
_TITLES_SHOWN = 5
_HELP = (
    ("open 2", "footnote 2 of the last answer, where it stands in the text"),
    ("open a", "section a of those named where the text doesn’t answer"),
    ("open", "what can be opened"),
    ("history", "the questions of this conversation (or: back)"),
    ("new", "a new conversation"),
    ("help", "this list"),
    ("quit", "leave (or: exit, an empty line, Ctrl+D)"),
)


class Talk:
    """One person's conversation with *chatbot*, printed on *console*.

    In a *transcript* (a pipe) each line is printed before what it leads to, and a blank line is passed over; elsewhere
    a blank line ends the conversation. ``exit_code`` is that of the last question: 0 answered, 3 refused, else that
    of its error in `bot.error_table`; commands don't count.
    """

    def __init__(
        self, chatbot: Chatbot, console: Console, conversation_id: str | None = None, *, transcript: bool = False
    ) -> None:
        self.conversation_id = conversation_id or new_conversation_id()
        self.exit_code = 0
        self._chatbot = chatbot
        self._console = console
        self._transcript = transcript
        self._began = False

    @property
    def turns(self) -> Sequence[Turn]:
        """What was said so far. Raises `bot.errors.ConversationStoreError`."""
        return self._chatbot.conversations.turns(self.conversation_id)

    def greet(self) -> None:
        """Says what can be asked about, and shows how a conversation that goes on stood."""
        documents = self._chatbot.documents()
        for document in documents[:_TITLES_SHOWN]:
            self._say(dated_title(document))
        if len(documents) > _TITLES_SHOWN:
            self._say(f"and {len(documents) - _TITLES_SHOWN} more")
        self._say("Ask a question. “help” lists the commands; an empty line ends.")
        self._show_last(self.turns)

    def _show_last(self, turns: Sequence[Turn]) -> None:
        if len(turns) > _TURNS_SHOWN:
            self._console.print()
            self._say(f"The last {_TURNS_SHOWN} of {len(turns)} turns; “history” lists them all.")
        for turn in turns[-_TURNS_SHOWN:]:
            self._console.print()
            self._echo(turn.question)
            if turn.reply:
                print_reply(turn.reply, self._console)

    def run(self, read: Callable[[], str]) -> int:
        """Takes the lines of *read* until one ends the conversation, and returns the exit code.

        *read* raises ``EOFError`` after the last line, and ``KeyboardInterrupt`` for a line that is called off.
        """
        while True:
            try:
                if not self.take(read()):
                    return self.exit_code
            except EOFError:
                return self.exit_code
            except KeyboardInterrupt:
                if self._transcript:
                    raise

    def take(self, line: str) -> bool:
        """Answers *line*; false where it ends the conversation."""
        shown = _one_line(line)
        if not shown:
            return self._transcript
        if self._transcript:
            self._echo_next(shown)
        return self._obey(shown.casefold()) if _is_command(shown) else self._ask(line)

    def _ask(self, question: str) -> bool:
        self.exit_code = self._attempt(lambda: self._answer(question))
        return True

    def _answer(self, question: str) -> int:
        reply = self._chatbot.ask(self.conversation_id, question)
        print_reply(reply, self._console)
        return REFUSED if isinstance(reply, Refusal) else 0

    def _obey(self, command: str) -> bool:
        """Does what *command* says; false where it says to leave."""
        if command in _LEAVE:
            return False
        opened = _OPEN.fullmatch(command)
        if opened:
            self._attempt(lambda: self._open(opened[1]))
        else:
            self._attempt(lambda: _COMMANDS[command](self))
        return True

    def _attempt(self, action: Callable[[], int | None]) -> int:
        """The exit code of *action*; an error of ours is said in its sentence, and the conversation goes on."""
        try:
            return action() or 0
        except Exception as error:
            entry = entry_for(error)
            if entry is None:
                raise
            self._say(str(error))
            return entry.exit_code

    def _open(self, name: str | None) -> None:
        places = openable(turn.reply for turn in self.turns)
        if not places:
            self._say("There is nothing to open yet; ask a question first.")
        elif name is None:
            print_openable(places, self._console)
        elif place := places.get(name.lstrip("0")):
            document = self._chatbot.document(place.document.id, place.document.version)
            print_place(place, document, self._console)
        else:
            self._say(_nothing_under(name, list(places)))

    def _history(self) -> None:
        turns = self.turns
        if not turns:
            self._say("Nothing has been asked in this conversation yet.")
        for number, turn in enumerate(turns, start=1):
            print_wrapped(self._console, f"{turn.question} ({_outcome(turn)})", f"{number}. ")

    def _new(self) -> None:
        left = self.conversation_id if self.turns else None
        self.conversation_id = new_conversation_id()
        self._say("A new conversation begins.")
        if left:
            self._say(f"The one before goes on with --conversation {left}")

    def _help(self) -> None:
        for command, meaning in _HELP:
            print_wrapped(self._console, meaning, f"{command:<9}")
        self._say("Anything else is a question. Ctrl+C calls a line off.")

    def _echo_next(self, line: str) -> None:
        if self._began:
            self._console.print()
        self._began = True
        self._echo(line)

    def _echo(self, question: str) -> None:
        """Prints *question* on a line of its own, whatever its length, so that a program finds it."""
        longest = self._chatbot.max_question_chars
        cut = question if len(question) <= longest else f"{question[:longest]}…"
        self._console.print(Text(f"> {visible(cut)}", style="bold"), soft_wrap=True)

    def _say(self, sentence: str) -> None:
        print_wrapped(self._console, sentence)


_COMMANDS: dict[str, Callable[[Talk], None]] = {
    "back": Talk._history,
    "history": Talk._history,
    "new": Talk._new,
    "help": Talk._help,
}


def _is_command(line: str) -> bool:
    """Whether the whole of *line* is a command: "open carry laws?" is a question."""
    folded = line.casefold()
    return folded in _LEAVE or folded in _COMMANDS or _OPEN.fullmatch(folded) is not None


def _one_line(line: str) -> str:
    """*line* as it is shown: without what can't be seen, and with ``?`` for what isn't text."""
    seen = "".join(
        " " if c.isspace() else c for c in line if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf"}
    )
    return " ".join(visible(seen).split())


def _outcome(turn: Turn) -> str:
    match turn.reply:
        case Answer(citations=citations, partly=partly):
            count = f"{len(citations)} footnote{'' if len(citations) == 1 else 's'}"
            return f"{'partly answered' if partly else 'answered'}, {count}"
        case Refusal():
            return "not answered"
        case None:
            return "its reply wasn’t kept"


def _nothing_under(name: str, names: Sequence[str]) -> str:
    kind = "footnote" if name.isdigit() else "section"
    return f"There is no {kind} {name} here; what can be opened: {', '.join(names)}."
