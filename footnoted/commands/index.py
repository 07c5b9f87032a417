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
    """Read the explainers and publish an index of them; only what changed is embedded, and a build that was stopped
    goes on where it was."""
    from rich.console import Console

    from corpus.load import bundled_explainers, load_corpus
    from footnoted.build_progress import build_progress
    from index.build import build_index
    from index.embedders import MiniLMEmbedder

    loaded = load_corpus(corpus or [bundled_explainers()])
    for warning in loaded.warnings:
        typer.echo(f"Note: {warning}", err=True)
    target = bot_settings(data_dir).data_dir
    with build_progress(Console(stderr=True)) as progress:
        report = build_index(loaded.documents, MiniLMEmbedder(), target, progress)
    documents = "1 document" if report.documents == 1 else f"{report.documents} documents"
    typer.echo(
        f"Indexed {documents}: {report.passages} passages, {report.sentences} sentences. "
        f"{report.embedded} texts embedded, {report.reused} reused. "
        f"Index {report.index_version} in {target} is published."
    )
