"""``footnoted corpus``: what editors do with their explainers."""

from __future__ import annotations

import typer

from footnoted.commands import corpus_check

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Check explainers before readers see them.",
)
app.command("check")(corpus_check.run)
