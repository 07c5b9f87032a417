"""``footnoted index``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from footnoted.commands.options import DataDir, bot_settings


def run(
    corpus: Annotated[
        list[Path] | None,
        typer.Option("--corpus", help="An explainer or a folder of them; may be given again. None: the bundled ones."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Read the explainers and publish an index of them; only what changed is embedded."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from corpus.load import bundled_explainers, load_corpus
    from index.build import build_index
    from index.embedders import MiniLMEmbedder

    loaded = load_corpus(corpus or [bundled_explainers()])
    for warning in loaded.warnings:
        typer.echo(f"Note: {warning}", err=True)
    target = bot_settings(data_dir).data_dir
    columns = (TextColumn("Embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
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
