"""``footnoted index``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footnoted.commands.options import DataDir, bot_settings, open_library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.documents import Document
    from corpus.library import Failure, Library


def run(
    corpus: Annotated[
        list[Path] | None,
        typer.Option("--corpus", help="An explainer or a folder of them; may be given again. None: the library."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Read the explainers and publish an index of them; only what changed is embedded."""
    from corpus.load import load_corpus

    target = bot_settings(data_dir).data_dir
    if corpus:
        loaded = load_corpus(corpus)
        tell(loaded.warnings)
        publish(loaded.documents, target)
        return
    library = open_library(data_dir)
    with library.writing():  # what another command adds meanwhile would be missing
        whole = publish_library(library, target, warn=True)
    if not whole:
        raise typer.Exit(2)


def tell(warnings: Sequence[str]) -> None:
    """Prints *warnings* on standard error."""
    for warning in warnings:
        typer.echo(f"Note: {warning}", err=True)


def publish_library(library: Library, target: Path, *, warn: bool = False, changed: bool = True) -> bool:
    """Publishes an index of *library*; whether every explainer in it could be read.

    One that can't be read stays in the index as it was last published. Where nothing has *changed*, an index that holds
    just these versions is left as it is.
    """
    from corpus.errors import DocumentNotFound

    contents = library.contents()
    documents = [entry.document for entry in contents.entries]
    if warn:
        tell([warning for entry in contents.entries for warning in entry.warnings])
    documents += _last_published(contents.failures, target)
    if not documents:
        raise DocumentNotFound("No explainer in the library can be read, so that no index is published.")
    if changed or _published(target) != {document.id: document.version for document in documents}:
        publish(documents, target)
    else:
        typer.echo("The published index is up to date.")
    return not contents.failures


def _published(target: Path) -> dict[str, str]:
    """The version of each document in the published index; nothing where there is none that can be used."""
    from index.errors import IndexingError
    from index.store import IndexStore

    try:
        return IndexStore(target).manifest().documents
    except IndexingError:
        return {}


def _last_published(failures: Sequence[Failure], target: Path) -> Iterator[Document]:
    """The published documents of the records that can't be read, each of which is told."""
    from dataclasses import replace

    from corpus.errors import DocumentNotFound
    from index.store import IndexStore

    published = _published(target)
    for failure in failures:
        try:
            document = IndexStore(target).document(failure.record.id, published.get(failure.record.id, ""))
        except DocumentNotFound:
            typer.echo(f"{failure.message} Until then it is missing from the index.", err=True)
        else:
            typer.echo(f"{failure.message} Until then the version published last stays in the index.", err=True)
            yield replace(document, collection=failure.record.collection)


def publish(documents: Sequence[Document], target: Path) -> None:
    """Publishes an index of *documents* in *target*, and says what it took."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from index.build import build_index
    from index.embedders import MiniLMEmbedder

    columns = (TextColumn("Embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("embed", total=None)
        report = build_index(
            documents,
            MiniLMEmbedder(),
            target,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    counted = "1 document" if report.documents == 1 else f"{report.documents} documents"
    typer.echo(
        f"Indexed {counted}: {report.passages} passages, {report.sentences} sentences. "
        f"{report.embedded} texts embedded, {report.reused} reused. "
        f"Index {report.index_version} in {target} is published."
    )
