"""``footnoted corpus add``, ``update``, ``list``, ``show`` and ``remove``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footnoted.commands.index import publish_library, tell
from footnoted.commands.options import DataDir, bot_settings, open_library

if TYPE_CHECKING:
    from datetime import datetime

    from corpus.front_matter import FrontMatter
    from corpus.library import Change, Entry, Library

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NoIndex = Annotated[bool, typer.Option("--no-index", help="Publish no index now; `footnoted index` does it later.")]

_FAILED = 2
_WIDE = 10_000
_FOR_ONE = ("id", "title", "as_of", "url")


def add(
    sources: Annotated[list[str], typer.Argument(help="Files, folders, addresses of pages.", metavar="PATH|URL...")],
    document_id: Annotated[str | None, typer.Option("--id", help="Its name in addresses.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="In place of the title in the text.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The day that the text speaks of.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Where readers find the original.")] = None,
    publisher: Annotated[str | None, typer.Option("--publisher", help="Who published it.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="The code of its language, such as es.")] = None,
    topics: Annotated[str | None, typer.Option("--topics", help="Its topics, separated by commas.")] = None,
    collection: Annotated[str | None, typer.Option("--collection", help="The set of explainers it belongs to.")] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also read addresses that aren't public, such as an intranet's.")
    ] = False,
    no_index: NoIndex = False,
    data_dir: DataDir = None,
) -> None:
    """Put explainers into the library, or their new versions, and publish an index.

    Exit code 2 where any couldn't be read; the others are in.
    """
    from corpus.sources import Validators, read_source

    said = _said(
        {"id": document_id, "title": title, "as_of": as_of, "url": url}
        | {"publisher": publisher, "language": language, "topics": topics}
    )
    tally = _Tally()
    origins = _origins(sources, tally)
    _refuse_for_many(said, origins)
    library = open_library(data_dir)
    with library.writing() as writer:
        for origin in origins:
            with tally.trying():
                source = read_source(origin, Validators(allow_private=allow_private))
                if source:
                    tally.count(*writer.put(source, said, collection))
        _finish(library, tally, data_dir, no_index=no_index)


def update(
    document_ids: Annotated[
        list[str] | None, typer.Argument(help="Ids of explainers in the library; none: all.", metavar="[ID]...")
    ] = None,
    no_index: NoIndex = False,
    data_dir: DataDir = None,
) -> None:
    """Read the explainers again from where they came, and publish an index of what has changed.

    Exit code 2 where any couldn't be read; the copy from before is kept, and the others are updated.
    """
    tally = _Tally()
    library = open_library(data_dir)
    with library.writing() as writer:
        records = [library.record(name) for name in document_ids] if document_ids else library.records()
        for record in records:
            with tally.trying(f"{record.id}: ", " The copy from before is kept."):
                tally.count(*writer.update(record))
        _finish(library, tally, data_dir, no_index=no_index)


def remove(
    document_ids: Annotated[list[str], typer.Argument(help="Ids of explainers in the library.", metavar="ID...")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    no_index: NoIndex = False,
    data_dir: DataDir = None,
) -> None:
    """Take explainers out of the library, and publish an index without them.

    Links to what was published keep leading to its text.
    """
    library = open_library(data_dir)
    with library.writing() as writer:
        named = [f"{record.id} ({record.origin})" for record in map(library.record, dict.fromkeys(document_ids))]
        if not yes and sys.stdin.isatty():
            typer.confirm(f"Take {', '.join(named)} out of the library?", abort=True)
        writer.remove(document_ids)
        for name in named:
            _say(f"Removed {name}.")
        tally = _Tally(changed=True)
        _finish(library, tally, data_dir, no_index=no_index)


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
        _say(failure.message, err=True)
    if contents.failures:
        raise typer.Exit(_FAILED)


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
    versions = IndexStore(bot_settings(data_dir).data_dir).document_versions(document_id)
    if text:
        _say(entry.document.text)
    elif as_json:
        _print_json(_details(entry, versions))
    else:
        _print_details(entry, versions)


class _Tally:
    """What came of each explainer."""

    def __init__(self, *, changed: bool = False) -> None:
        self.failed = 0
        self.changed = changed
        self._changes = Counter[str]()

    @contextmanager
    def trying(self, before: str = "", after: str = "") -> Iterator[None]:
        """Says what is wrong with one explainer, between *before* and *after*, and goes on to the next."""
        from corpus.errors import CorpusError, LibraryError

        try:
            yield
        except LibraryError:  # it would be the same for every other
            raise
        except CorpusError as error:
            self.failed += 1
            _say(f"{before}{error}{after}", err=True)

    def count(self, entry: Entry | None, change: Change) -> None:
        """Says what became of an explainer; there is no entry where its origin says that nothing has changed."""
        from corpus.library import Change

        self._changes[change] += 1
        self.changed = self.changed or change is not Change.UNCHANGED
        if entry and change is Change.UNCHANGED:
            _say(f"{entry.document.id}: unchanged")
        elif entry:
            _print_entry(entry, change)

    @property
    def any_read(self) -> bool:
        """Whether an explainer was read, or is known not to have changed."""
        return self._changes.total() > 0

    def __str__(self) -> str:
        counted = [f"{count} {change}" for change, count in self._changes.items()]
        if self.failed:
            counted.append(f"{self.failed} not read")
        return ", ".join(counted)


def _said(values: Mapping[str, str | None]) -> FrontMatter:
    """What the options say. Raises `DocumentFormatError` where one can't be used."""
    from corpus.errors import DocumentFormatError
    from corpus.front_matter import WrongValueError, read_front_matter

    try:
        return read_front_matter({key: value for key, value in values.items() if value})
    except WrongValueError as error:
        example = f", such as {_option(error.key)} '{error.example}'" if error.example else ""
        raise DocumentFormatError(f"{_option(error.key)} is {error.shown}; write {error.advice}{example}.") from error


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _origins(sources: Sequence[str], tally: _Tally) -> list[str]:
    """Each origin that *sources* name, once."""
    from corpus.sources import origins

    found, warnings = dict[str, None](), list[str]()
    for source in sources:
        with tally.trying():
            found.update(dict.fromkeys(origins(source, warnings)))
    tell(warnings)
    return list(found)


def _refuse_for_many(said: FrontMatter, origins: Sequence[str]) -> None:
    from corpus.errors import DocumentFormatError

    given = next((key for key in _FOR_ONE if getattr(said, key)), None)
    if given and len(origins) > 1:
        raise DocumentFormatError(
            f"{_option(given)} is for one explainer, and {len(origins)} were named; add that one by itself."
        )


def _finish(library: Library, tally: _Tally, data_dir: DataDir, *, no_index: bool) -> None:
    """Publishes an index and ends with the exit code that *tally* comes to."""
    if tally.any_read or tally.failed:
        typer.echo(f"{tally}.")
    target = bot_settings(data_dir).data_dir
    index = not no_index and (tally.changed or tally.any_read)
    whole = not index or publish_library(library, target, changed=tally.changed)
    if tally.failed or not whole:
        raise typer.Exit(_FAILED)


def _print_entry(entry: Entry, change: Change) -> None:
    document = entry.document
    about = [
        entry.format,
        _counted(len(document.sections), "section"),
        _counted(len(document.notes), "note"),
        f"as of {document.as_of}" if document.as_of else "as of no day",
        document.language,
    ]
    _say(f"{document.id}: {change}\n  {document.title}\n  {', '.join(about)}")
    for warning in entry.warnings:
        _say(f"  Note: {warning}")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


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
            _say(f"{key.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}")
    document = entry.document
    _print_list("sections", [f"{'  ' * max(s.level - 2, 0)}{s.heading or '(no heading)'}" for s in document.sections])
    _print_list("notes", [f"[{note.label}] {note.span.of(document.text)}" for note in document.notes])
    _print_list("what readers will miss", entry.warnings)
    current = document.version
    published = [f"{name}  {when:%Y-%m-%d %H:%M}{'  this one' * (name == current)}" for name, when in versions.items()]
    _print_list("versions published", published)


def _print_list(heading: str, lines: Sequence[str]) -> None:
    if lines:
        _say(f"\n{heading}:")
    for line in lines:
        _say(f"  {line}")


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _say(text: str, *, err: bool = False) -> None:
    """Prints *text*, which may hold an explainer's words: they must not steer the terminal."""
    from footnoted.terminal import visible

    typer.echo(visible(text), err=err)
