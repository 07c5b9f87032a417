"""``footnoted index``; its sub-commands are in `footnoted.commands.index_versions`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from footnoted.commands import index_versions
from footnoted.commands.options import DataDir, bot_settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command("list")(index_versions.list_versions)
app.command("verify")(index_versions.verify)
app.command("rollback")(index_versions.rollback)
app.command("prune")(index_versions.prune)


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    corpus: Annotated[
        list[Path] | None,
        typer.Option("--corpus", help="An explainer or a folder of them; may be given again. None: the bundled ones."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Read the explainers and publish an index of them; only what changed is embedded."""
    if context.invoked_subcommand is None:
        build(corpus, bot_settings(data_dir).data_dir)
    elif corpus:
        raise typer.BadParameter(f"--corpus is for building, and `{context.invoked_subcommand}` builds nothing.")
    else:
        context.obj = data_dir


def build(corpus: list[Path] | None, target: Path) -> None:
    """Publishes an index of *corpus* in *target*; no other process builds there meanwhile."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from corpus.load import bundled_explainers, load_corpus
    from index.build import build_index
    from index.embedders import MiniLMEmbedder
    from index.store import IndexStore

    loaded = load_corpus(corpus or [bundled_explainers()])
    for warning in loaded.warnings:
        typer.echo(f"Note: {warning}", err=True)
    columns = (TextColumn("Embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with IndexStore(target).building(), Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("embed", total=None)
        report = build_index(
            loaded.documents,
            MiniLMEmbedder(),
            target,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    documents = "1 document" if report.documents == 1 else f"{report.documents} documents"
    typer.echo(
        f"Indexed {documents}: {report.passages} passages, {report.sentences} sentences. "
        f"{report.embedded} texts embedded, {report.reused} reused. "
        f"Index {report.index_version} in {target} is published."
    )
