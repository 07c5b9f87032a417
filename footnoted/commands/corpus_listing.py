"""``footnoted corpus list`` and ``show``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footnoted.commands.options import DataDir, bot_settings, open_library

if TYPE_CHECKING:
    from datetime import datetime

    from corpus.library import Entry

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_WIDE = 10_000


def list_documents(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the explainers in the library."""
    from rich.table import Table
    from rich.text import Text

    from footnoted.terminal import open_console, visible

    contents = open_library(data_dir).contents()
    if as_json:
        _print_json([_card(entry) for entry in contents.entries])
    else:
        table = Table("id", "title", "format", "as of", "language", "collection", "version", "origin", box=None)
        for entry in contents.entries:
            table.add_row(*(Text(visible(str(value or "–"))) for value in _card(entry).values()))
        console = open_console()
        console.width = _WIDE  # a line an explainer, which a narrow terminal wraps by itself
        console.width = console.measure(table).maximum
        console.print(table)
    for failure in contents.failures:
        say(failure.message, err=True)
    if contents.failures:
        raise typer.Exit(2)


def show(
    document_id: Annotated[str, typer.Argument(help="The id of an explainer in the library.", metavar="ID")],
    as_json: AsJson = False,
    text: Annotated[bool, typer.Option("--text", help="Print the text as the bot reads it.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Show what is known of an explainer: its sections and notes, what its file lacks, its versions."""
    from index.store import IndexStore

    library = open_library(data_dir)
    entry = library.load(library.record(document_id))
    archived = IndexStore(bot_settings(data_dir).data_dir).archive.versions(document_id)
    versions = {version.card.version: version.archived_at for version in archived}
    if text:
        say(entry.document.text)
    elif as_json:
        _print_json(_details(entry, versions))
    else:
        _print_details(entry, versions)


def _card(entry: Entry) -> dict[str, Any]:
    document = entry.document
    return {
        "id": document.id,
        "title": document.title,
        "format": entry.format,
        "as_of": document.as_of.isoformat() if document.as_of else None,
        "language": document.language,
        "collection": document.collection,
        "version": document.version,
        "origin": entry.record.origin,
    }


def _details(entry: Entry, versions: Mapping[str, datetime]) -> dict[str, Any]:
    document, record = entry.document, entry.record
    return _card(entry) | {
        "publisher": document.publisher,
        "topics": list(document.topics),
        "url": document.url,
        "sha256": record.sha256,
        "added_at": record.added_at.isoformat(),
        "fetched_at": record.fetched_at.isoformat(),
        "characters": len(document.text),
        "sections": [{"level": s.level, "heading": s.heading, "slug": s.slug} for s in document.sections],
        "notes": [{"label": note.label, "text": note.span.of(document.text)} for note in document.notes],
        "warnings": list(entry.warnings),
        "versions": [{"version": name, "published_at": when.isoformat()} for name, when in versions.items()],
    }


def _print_details(entry: Entry, versions: Mapping[str, datetime]) -> None:
    lists = ("sections", "notes", "warnings", "versions")
    for key, value in _details(entry, versions).items():
        if key not in lists and value:
            say(f"{key.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}")
    document = entry.document
    _print_list("sections", [f"{'  ' * max(s.level - 2, 0)}{s.heading or '(no heading)'}" for s in document.sections])
    _print_list("notes", [f"[{note.label}] {note.span.of(document.text)}" for note in document.notes])
    _print_list("what readers will miss", entry.warnings)
    current = document.version
    published = [f"{name}  {when:%Y-%m-%d %H:%M}{'  this one' * (name == current)}" for name, when in versions.items()]
    _print_list("versions published", published)


def _print_list(heading: str, lines: Sequence[str]) -> None:
    if lines:
        say(f"\n{heading}:")
    for line in lines:
        say(f"  {line}")


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def say(text: str, *, err: bool = False) -> None:
    """Prints *text*, which may hold an explainer's words: they must not steer the terminal."""
    from footnoted.terminal import visible

    typer.echo(visible(text), err=err)
