"""``footnoted corpus``: what publishers do with their explainers."""

from __future__ import annotations

import typer

from footnoted.commands import corpus_check, corpus_library, corpus_listing

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Add explainers to the library, keep them as new as their origins, list, check and remove them.",
)
app.command("add")(corpus_library.add)
app.command("update")(corpus_library.update)
app.command("list")(corpus_listing.list_documents)
app.command("show")(corpus_listing.show)
app.command("check")(corpus_check.run)
app.command("remove")(corpus_library.remove)
