"""``footnoted chat``: a conversation in the terminal, or a transcript of one in a pipe."""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footnoted.commands.options import DataDir, open_chatbot

if TYPE_CHECKING:
    from bot.chatbot import Chatbot
    from footnoted.talk import Talk

_BAD_INPUT = 2


def run(
    data_dir: DataDir = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="The id of a conversation to go on with.")
    ] = None,
) -> None:
    """Talk in the terminal, or answer the lines of a pipe (exit code of the last: 0 answered, 3 refused)."""
    from footnoted.talk import Talk
    from footnoted.terminal import open_console

    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    chatbot = open_chatbot(data_dir, keep_conversations=True)
    if conversation is not None and not chatbot.conversations.turns(conversation):
        typer.echo(f"No conversation {conversation!r} is kept here; leave --conversation out to begin one.", err=True)
        raise typer.Exit(_BAD_INPUT)
    talk = Talk(chatbot, open_console(), conversation, transcript=not interactive)
    if not interactive:
        raise typer.Exit(talk.run(_piped_line))
    _converse(talk, chatbot, data_dir)


def _converse(talk: Talk, chatbot: Chatbot, data_dir: Path | None) -> None:
    with suppress(ImportError):
        import readline  # noqa: F401 - input() then edits lines and remembers them, in memory only
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    talk.greet()
    chatbot.warm_up()
    talk.run(_typed_line)
    if talk.turns:
        typer.echo(f"\nTo go on: {how_to_go_on(talk.conversation_id, data_dir)}")


def how_to_go_on(conversation_id: str, data_dir: Path | None) -> str:
    """The command that goes on with a conversation."""
    folder = ["--data-dir", str(data_dir)] if data_dir else []
    return shlex.join(["footnoted", "chat", *folder, "--conversation", conversation_id])


def _typed_line() -> str:
    typer.echo()
    return input("> ")


def _piped_line() -> str:
    """The next line of standard input; bytes that aren't UTF-8 become surrogates, which the chatbot refuses."""
    line = sys.stdin.buffer.readline()
    if not line:
        raise EOFError
    return line.decode("utf-8", "surrogateescape")
