"""``footnoted``: the commands, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import typer

from footnoted.commands import ask, chat, corpus, evaluate, feedback, index, mcp, serve
from footnoted.commands.corpus_listing import say

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Ask an explainer a question; get the answer in its own words, with a footnote on every sentence.",
)
app.add_typer(corpus.app, name="corpus")
app.add_typer(index.app, name="index")
app.command("serve")(serve.run)
app.command("ask")(ask.run)
app.command("chat")(chat.run)
app.add_typer(evaluate.app, name="eval")
app.add_typer(feedback.app, name="feedback")
app.command("mcp")(mcp.run)


def main() -> None:
    """Runs the command line."""
    # Spinning OpenMP threads cost half a second a question on a busy machine; OpenMP reads this once.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        refuse_unknown_settings(os.environ)
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sys.exit(_report(error))


def _report(error: Exception) -> int:
    """Says *error* in one sentence on standard error; an error that isn't ours is raised again."""
    from pydantic import ValidationError

    from bot.error_table import entry_for
    from web.settings import SettingError

    if isinstance(error, ValidationError):
        problem = error.errors(include_url=False)[0]
        name = "_".join(str(part) for part in problem["loc"]).upper()
        typer.echo(f"The setting FOOTNOTED_{name} can't be used: {problem['msg']}.", err=True)
        return 2
    if isinstance(error, (UnknownSettingError, SettingError)):
        typer.echo(str(error), err=True)
        return 2
    entry = entry_for(error)
    if entry is None:
        raise error
    say(str(error), err=True)
    return entry.exit_code


class UnknownSettingError(Exception):
    """An environment variable that looks like a setting and isn't one: most likely a slip of the pen."""


def refuse_unknown_settings(environment: Mapping[str, str]) -> None:
    """Raises `UnknownSettingError` for a ``FOOTNOTED_…`` variable that no package reads."""
    present = [name for name in environment if name.upper().startswith("FOOTNOTED_")]
    if not present:
        return
    known = known_settings()
    for name in present:
        if name.upper() not in known:
            raise UnknownSettingError(f"{name} is not a setting; the settings are {', '.join(sorted(known))}.")


def known_settings() -> frozenset[str]:
    """The environment variables that some package reads."""
    from bot.settings import BotSettings
    from web.settings import WebSettings

    fields = [*BotSettings.model_fields, *WebSettings.model_fields]
    return frozenset(f"FOOTNOTED_{field}".upper() for field in fields)
