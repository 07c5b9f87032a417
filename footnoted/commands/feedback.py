"""``footnoted feedback``: what readers think of replies, and case candidates made of it; for the operator only."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footnoted.commands.options import DataDir, bot_settings

if TYPE_CHECKING:
    from bot.answers import Turn
    from bot.feedback import Feedback
    from eval.feedback_cases import Judged

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Read what readers think of replies, and make eval case candidates of it.",
)

_BAD_INPUT = 2


@app.command("list")
def list_feedback(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with the replies.")] = False,
    data_dir: DataDir = None,
) -> None:
    """List every verdict, oldest first, with what readers wrote: it is personal, so keep it to yourself."""
    from footnoted.terminal import visible

    given = _kept(data_dir)
    if as_json:
        typer.echo(json.dumps([_body(each) for each in given], ensure_ascii=False, indent=2))
        return
    for each in given:
        reason = f" ({each.reason})" if each.reason else ""
        place = f"{each.conversation_id} {each.turn}"
        typer.echo(visible(f"{_day(each)}  {each.verdict}{reason}  {each.question or place}"))
        if each.text:
            typer.echo(visible(f"            “{' '.join(each.text.split())}”"))
    if not given:
        typer.echo("Nobody has said anything of a reply yet.", err=True)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="A YAML file that doesn't exist yet.")],
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="Only what was said from this day on (UTC)."),
    ] = None,
    verdict: Annotated[str | None, typer.Option("--verdict", help="Only replies found right, or wrong.")] = None,
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Put readers' own words in, as comments; they may be personal.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write eval case candidates for a person to edit."""
    from bot.feedback import Verdict
    from eval.feedback_cases import candidates_yaml

    if verdict is not None and verdict not in set(Verdict):
        typer.echo(f"--verdict is {verdict!r}; it is right or wrong.", err=True)
        raise typer.Exit(_BAD_INPUT)
    judged = list(_judged(_chosen(_kept(data_dir), since, verdict), data_dir))
    if not judged:
        typer.echo("No feedback of that kind is kept, so nothing was written.", err=True)
        return
    _write(file, candidates_yaml(judged, with_text=with_text))
    typer.echo(f"{len(judged)} case candidates are in {file}; fill in what each TODO asks for.")


def _kept(data_dir: Path | None) -> Sequence[Feedback]:
    """Every verdict; a file that isn't there isn't made."""
    from bot.feedback import FEEDBACK_FILE, FeedbackStore

    path = bot_settings(data_dir).data_dir / FEEDBACK_FILE
    return FeedbackStore(path).all() if path.exists() else ()


def _body(given: Feedback) -> dict[str, Any]:
    return {**asdict(given), "given_at": _moment(given).isoformat(timespec="seconds"), "reply": given.reply_body}


def _moment(given: Feedback) -> datetime:
    return datetime.fromtimestamp(given.given_at, UTC)


def _day(given: Feedback) -> str:
    return _moment(given).date().isoformat()


def _chosen(given: Sequence[Feedback], since: datetime | None, verdict: str | None) -> list[tuple[Feedback, ...]]:
    """What was said of each reply since then, of the replies that somebody gave *verdict*."""
    first = since.date().isoformat() if since else ""
    by_reply: dict[tuple[str, int], list[Feedback]] = {}
    for each in given:
        if _day(each) >= first:
            by_reply.setdefault((each.conversation_id, each.turn), []).append(each)
    return [tuple(said) for said in by_reply.values() if verdict in {None, *(each.verdict for each in said)}]


def _judged(chosen: Sequence[tuple[Feedback, ...]], data_dir: Path | None) -> Iterator[Judged]:
    """Each reply with its question and those before it; what was kept before replies were is looked up."""
    from bot.conversation_stores import SqliteConversationStore
    from eval.feedback_cases import Judged

    path = bot_settings(data_dir).data_dir / "conversations.sqlite3"
    store = SqliteConversationStore(path) if path.exists() else None
    lost = 0
    for said in chosen:
        turns = store.turns(said[0].conversation_id) if store else ()
        latest = _whole(said[-1], turns)
        if latest.question is None or latest.reply_body is None:
            lost += 1
            continue
        history = tuple(turn.question for turn in turns[: latest.turn - 1])
        yield Judged(latest.question, latest.reply_body, said, history)
    if lost:
        typer.echo(f"Left out: {lost} verdicts on replies that aren't kept any more.", err=True)


def _whole(given: Feedback, turns: Sequence[Turn]) -> Feedback:
    """*given* with the question and the reply of its turn, where it was kept without."""
    if given.question is not None or given.turn > len(turns):
        return given
    return given.on(turns[given.turn - 1])


def _write(file: Path, text: str) -> None:
    """*text* into a new file that nobody else reads: it holds what people asked."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        typer.echo(f"{file} is there already, and what a person wrote isn't overwritten; name another file.", err=True)
        raise typer.Exit(_BAD_INPUT) from None
    except OSError as error:
        typer.echo(f"{file} can't be written: {error.strerror}; check the folder.", err=True)
        raise typer.Exit(_BAD_INPUT) from None
