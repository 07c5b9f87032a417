"""Reads the files to check. One that can't be read is a finding like any other, and the rest are read all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.builder import title_from_stem
from corpus.checks.findings import Finding, Rule
from corpus.checks.page import Explainer
from corpus.checks.source import Markup, Source
from corpus.documents import Document
from corpus.encoding import decode
from corpus.errors import CorpusError
from corpus.formats import format_of, loader_for
from corpus.html_bytes import declared_encoding
from corpus.load import explainer_files, read_explainer

_MARKUPS = {".txt": Markup.NONE, ".md": Markup.MARKDOWN, ".html": Markup.HTML}
"""By one of a format's suffixes; the formats that have none of these aren't text."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The explainers in some files, what is wrong with the files that hold none, and what was left out of folders."""

    explainers: tuple[Explainer, ...]
    unreadable: tuple[Finding, ...]
    warnings: tuple[str, ...]


def gather(paths: Sequence[Path]) -> Gathered:
    """The explainers in *paths*, each a file or a folder; a file is read once however often it is named."""
    warnings: list[str] = []
    explainers: list[Explainer] = []
    unreadable: list[Finding] = []
    seen: set[Path] = set()
    for path in paths:
        try:
            files = explainer_files(path, warnings)
        except CorpusError as error:
            unreadable.append(_unreadable(path, error))
            continue
        for file in files:
            if file.resolve() in seen:
                continue
            seen.add(file.resolve())
            try:
                explainers.append(read(file))
            except CorpusError as error:
                unreadable.append(_unreadable(file, error))
    return Gathered(tuple(explainers), tuple(unreadable), tuple(warnings))


def is_there(path: Path) -> bool:
    """Whether there is a file or folder *path*; a name that no file could have is none."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def read(path: Path) -> Explainer:
    """The explainer in the file *path*; raises a `CorpusError` where there is none."""
    data, loaded = read_explainer(path)
    return Explainer(
        path, loaded.document, _source(data, path), _is_titled(data, path, loaded.document), loaded.warnings
    )


def _source(data: bytes, path: Path) -> Source | None:
    markup = next((_MARKUPS[suffix] for suffix in format_of(data, path).suffixes if suffix in _MARKUPS), None)
    if markup is None:
        return None
    declared = declared_encoding(data) if markup is Markup.HTML else None
    return Source(decode(data, path, declared)[0], markup)


def _is_titled(data: bytes, path: Path, document: Document) -> bool:
    """Whether the title stands in the file: what doesn't is made from the file's name, and would change with it."""
    if document.title != title_from_stem(path.stem):
        return True
    renamed = path.with_name(f"another-name{path.suffix}")
    return loader_for(data, renamed).load(data, renamed).document.title == document.title


def _unreadable(path: Path, error: CorpusError) -> Finding:
    return Finding(path, Rule.UNREADABLE, str(error))
