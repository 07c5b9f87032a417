"""``footnoted index``; its sub-commands are in `footnoted.commands.index_versions`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footnoted.commands import index_versions
from footnoted.commands.corpus_listing import say
from footnoted.commands.options import DataDir, bot_settings, open_library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.documents import Document
    from corpus.library import Failure, Library
    from index.store import Manifest

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
        typer.Option("--corpus", help="An explainer or a folder of them; may be given again. None: the library."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Publish an index of the explainers; only what changed is embedded, and a stopped build goes on where it was."""
    if context.invoked_subcommand is None:
        build(corpus, data_dir)
    elif corpus:
        raise typer.BadParameter(f"--corpus is for building, and `{context.invoked_subcommand}` builds nothing.")
    else:
        context.obj = data_dir


def build(corpus: list[Path] | None, data_dir: Path | None) -> None:
    """Publishes an index of *corpus*, or of the library."""
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
        say(f"Note: {warning}", err=True)


def publish_library(library: Library, target: Path, *, warn: bool = False, only_changes: bool = False) -> bool:
    """Publishes an index of *library*; whether every explainer in it could be read.

    One that can't be read stays in the index as it was last published. With *only_changes*, a published index that is
    just that of the library is left as it is.
    """
    from corpus.errors import DocumentNotFound

    contents = library.contents()
    documents = [entry.document for entry in contents.entries]
    if warn:
        tell([warning for entry in contents.entries for warning in entry.warnings])
    published = _published(target)
    documents += _last_published(contents.failures, published, target)
    if not documents:
        raise DocumentNotFound("No explainer in the library can be read, so that no index is published.")
    if only_changes and published and _is_index_of(published, library, documents):
        typer.echo("The published index is up to date.")
    else:
        publish(documents, target)
    return not contents.failures


def _published(target: Path) -> Manifest | None:
    """What is published; None where there is no index, or none that can be used."""
    from index.errors import IndexingError
    from index.store import IndexStore

    try:
        return IndexStore(target).manifest()
    except IndexingError:
        return None


def _is_index_of(published: Manifest, library: Library, documents: Sequence[Document]) -> bool:
    # A document's version doesn't tell its collection; that the library was changed does.
    versions = {document.id: document.version for document in documents}
    return published.documents == versions and not library.changed_since(published.created_at)


def _last_published(failures: Sequence[Failure], published: Manifest | None, target: Path) -> Iterator[Document]:
    """The published documents of the records that can't be read, each of which is told."""
    from dataclasses import replace

    from corpus.errors import DocumentNotFound
    from index.store import IndexStore

    versions = published.documents if published else {}
    for failure in failures:
        try:
            document = IndexStore(target).document(failure.record.id, versions.get(failure.record.id, ""))
        except DocumentNotFound:
            say(f"{failure.message} Until then it is missing from the index.", err=True)
        else:
            say(f"{failure.message} Until then the version published last stays in the index.", err=True)
            yield replace(document, collection=failure.record.collection)


def publish(documents: Sequence[Document], target: Path) -> None:
    """Publishes an index of *documents* in *target*, and says what it took."""
    from rich.console import Console

    from footnoted.build_progress import build_progress
    from index.build import build_index
    from index.embedders import MiniLMEmbedder

    with build_progress(Console(stderr=True)) as progress:
        report = build_index(documents, MiniLMEmbedder(), target, progress)
    counted = "1 document" if report.documents == 1 else f"{report.documents} documents"
    typer.echo(
        f"Indexed {counted}: {report.passages} passages, {report.sentences} sentences. "
        f"{report.embedded} texts embedded, {report.reused} reused. "
        f"Index {report.index_version} in {target} is published."
    )
