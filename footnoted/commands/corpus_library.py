"""``footnoted corpus add``, ``update`` and ``remove``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from footnoted.commands.corpus_listing import say
from footnoted.commands.index import publish_library, tell
from footnoted.commands.options import DataDir, bot_settings, open_library

if TYPE_CHECKING:
    from corpus.front_matter import FrontMatter
    from corpus.library import Change, Entry, Library

NoIndex = Annotated[bool, typer.Option("--no-index", help="Publish no index now; `footnoted index` does it later.")]

_FAILED = 2
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
            say(f"Removed {name}.")
        _finish(library, _Tally(), data_dir, no_index=no_index)


class _Tally:
    """What came of each explainer."""

    def __init__(self) -> None:
        self.failed = 0
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
            say(f"{before}{error}{after}", err=True)

    def count(self, entry: Entry | None, change: Change) -> None:
        """Says what became of an explainer; there is no entry where its origin says that nothing has changed."""
        from corpus.library import Change

        self._changes[change] += 1
        if entry and change is Change.UNCHANGED:
            say(f"{entry.document.id}: unchanged")
        elif entry:
            _print_entry(entry, change)

    @property
    def nothing_read(self) -> bool:
        """Whether every explainer failed."""
        return self.failed > 0 and not self._changes

    def __str__(self) -> str:
        counted = [f"{count} {change}" for change, count in self._changes.items()]
        if self.failed:
            counted.append(f"{self.failed} not read")
        return ", ".join(counted)


def _said(values: Mapping[str, str | None]) -> FrontMatter:
    """What the options say. Raises ``BadParameter`` where one can't be used."""
    from corpus.front_matter import WrongValueError, read_front_matter

    try:
        return read_front_matter({key: value for key, value in values.items() if value})
    except WrongValueError as error:
        example = f", such as {_option(error.key)} '{error.example}'" if error.example else ""
        raise typer.BadParameter(f"{_option(error.key)} is {error.shown}; write {error.advice}{example}.") from error


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
    given = next((key for key in _FOR_ONE if getattr(said, key)), None)
    if given and len(origins) > 1:
        raise typer.BadParameter(
            f"{_option(given)} is for one explainer, and {len(origins)} were named; add that one by itself."
        )


def _finish(library: Library, tally: _Tally, data_dir: DataDir, *, no_index: bool) -> None:
    """Publishes an index and ends with the exit code that *tally* comes to."""
    if str(tally):
        typer.echo(f"{tally}.")
    target = bot_settings(data_dir).data_dir
    whole = no_index or tally.nothing_read or publish_library(library, target, only_changes=True)
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
    say(f"{document.id}: {change}\n  {document.title}\n  {', '.join(about)}")
    for warning in entry.warnings:
        say(f"  Note: {warning}")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
