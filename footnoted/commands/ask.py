"""``footnoted ask``: one question, or a batch of them."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footnoted.commands.options import DataDir, open_chatbot

if TYPE_CHECKING:
    from bot.chatbot import Chatbot
    from bot.selection import Selection

_REFUSED = 3
_BAD_INPUT = 2
_DAY = ["%Y-%m-%d"]


def run(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reply as JSON.")] = False,
    batch: Annotated[
        Path | None,
        typer.Option("--batch", help="JSON lines {id, question, history} in, a reply a line out; - is stdin."),
    ] = None,
    document: Annotated[list[str] | None, typer.Option("--document", help="Only this document.")] = None,
    collection: Annotated[str | None, typer.Option("--collection", help="Only this collection.")] = None,
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only documents on this topic.")] = None,
    publisher: Annotated[list[str] | None, typer.Option("--publisher", help="Only this publisher's.")] = None,
    language: Annotated[list[str] | None, typer.Option("--language", help="Only documents in it, such as es.")] = None,
    since: Annotated[datetime | None, typer.Option("--since", formats=_DAY, help="As of this day or later.")] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=_DAY, help="As of this day or earlier.")] = None,
) -> None:
    """Ask one question (exit code 0 answered, 3 refused, 2 can't be asked), or a batch."""
    from bot.selection import Selection

    if (question is None) == (batch is None):
        raise typer.BadParameter("give a QUESTION, or --batch FILE, and not both.")
    selection = Selection(
        documents=frozenset(document or ()),
        collection=collection,
        topics=frozenset(topic or ()),
        publishers=frozenset(publisher or ()),
        languages=frozenset(language or ()),
        as_of_from=since.date() if since else None,
        as_of_to=until.date() if until else None,
    )
    if batch is not None:
        _ask_batch(batch, data_dir, selection)
    elif question is not None:
        _ask_one(question, data_dir, selection, as_json)


def _ask_one(question: str, data_dir: Path | None, selection: Selection, as_json: bool) -> None:
    with _nothing_to_collect():
        _answer_one(question, data_dir, selection, as_json)


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Looks for no garbage, now or when the process ends: one answer leaves little, and looking takes long."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _answer_one(question: str, data_dir: Path | None, selection: Selection, as_json: bool) -> None:
    from bot.chatbot import new_conversation_id
    from bot.footnotes import reply_dict
    from footnoted.terminal import print_reply

    chatbot = open_chatbot(data_dir, keep_conversations=False).selected(selection)
    conversation_id = new_conversation_id()
    reply = chatbot.ask(conversation_id, question)
    if as_json:
        typer.echo(json.dumps(reply_dict(reply, conversation_id), ensure_ascii=False, indent=2))
    else:
        print_reply(reply)
    if reply.status == "refused":
        raise typer.Exit(_REFUSED)


def _ask_batch(path: Path, data_dir: Path | None, selection: Selection) -> None:
    """Answers every line that can be; a line that can't gets an ``error`` in its place, and exit code 2."""
    lines = _lines(path)
    chatbot = open_chatbot(data_dir, keep_conversations=False).selected(selection)
    failed = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        reply = _answer_line(chatbot, line, number)
        failed = failed or "error" in reply
        sys.stdout.write(json.dumps(reply, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    if failed:
        typer.echo('Some lines could not be asked; their replies hold an "error".', err=True)
        raise typer.Exit(_BAD_INPUT)


def _lines(path: Path) -> Iterator[bytes]:
    if str(path) == "-":
        return iter(sys.stdin.buffer)
    try:
        return iter(path.read_bytes().splitlines())
    except OSError as error:
        typer.echo(f"The batch file {path} can't be read ({error.strerror}); name a JSON-lines file.", err=True)
        raise typer.Exit(_BAD_INPUT) from error


def _answer_line(chatbot: Chatbot, line: bytes, number: int) -> dict[str, Any]:
    from pydantic import BaseModel, ConfigDict, ValidationError

    from bot.chatbot import new_conversation_id
    from bot.errors import InvalidQuestion
    from bot.footnotes import reply_dict

    class BatchLine(BaseModel):
        model_config = ConfigDict(extra="ignore")
        id: str | int | None = None
        question: str
        history: list[str] = []

    extra: dict[str, Any] = {}
    try:
        asked = BatchLine.model_validate_json(line)
        extra = {} if asked.id is None else {"id": asked.id}
        conversation_id = new_conversation_id()
        reply = chatbot.ask(conversation_id, asked.question, asked.history)
        return reply_dict(reply, conversation_id, extra)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        return {
            **extra,
            "error": f"Line {number} can't be asked: {where + ': ' if where else ''}{problem['msg']}.",
        }
    except InvalidQuestion as error:
        return {**extra, "error": str(error)}
