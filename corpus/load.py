"""Loads explainers from files and folders.

What a reader of the explainers would miss but can live without (headings, a
date) is a warning; what would make a wrong or an empty document is an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from corpus.documents import SAFE_ID, Document
from corpus.errors import DocumentFormatError, DocumentNotFound, DuplicateDocument
from corpus.formats import BY_SUFFIX, DESCRIBED, MARKDOWN, loader_for
from corpus.ports import Loaded

LARGEST_FILE = 200_000_000
"""Of how many bytes a file may be."""

# What a folder's own housekeeping is called; not an explainer, and not worth a warning.
_HOUSEKEEPING = re.compile(
    r"(?:readme|changelog|changes|licen[cs]e|notice|authors|security|contributing|code[_-]of[_-]conduct)(?:[._-].*)?",
    re.IGNORECASE,
)
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class LoadedCorpus:
    """The documents of a corpus, sorted by id, and what its editors should know about their files."""

    documents: tuple[Document, ...]
    warnings: tuple[str, ...]


def load_document(path: Path) -> Document:
    """The explainer in the file *path*; raises a `CorpusError` where there is none."""
    return _load(path)[0]


def read_explainer(path: Path) -> tuple[bytes, Loaded]:
    """The bytes of the file *path* and what its loader makes of them; raises a `CorpusError` where there is nothing."""
    data = read_file(path)
    loaded = loader_for(data, path).load(data, path)
    if not SAFE_ID.fullmatch(loaded.document.id):
        raise DocumentFormatError(
            f"{path} comes to the document id {loaded.document.id!r}, which can't stand in an address; rename the "
            "file with the letters a to z, digits and hyphens."
        )
    return data, loaded


def load_corpus(paths: Sequence[Path]) -> LoadedCorpus:
    """The explainers in *paths*, each a file or a folder; raises a `CorpusError` where one can't be read."""
    if not paths:
        raise DocumentNotFound("No explainers were named; name at least one file or folder.")
    gathered = _Gathered()
    for path in paths:
        for file in explainer_files(path, gathered.warnings):
            gathered.add(file)
    documents = sorted(gathered.documents, key=lambda document: document.id)
    return LoadedCorpus(tuple(documents), tuple(gathered.warnings))


def explainer_files(path: Path, warnings: list[str]) -> list[Path]:
    """The files to load for *path*, a file or a folder, in order; a folder's other files are named in *warnings*.

    Raises a `CorpusError` where there are none.
    """
    if not _exists(path):
        raise DocumentNotFound(f"There is no file or folder {path}; check the name.")
    if not path.is_dir():
        return [path]
    found = [file for file in _walk(path) if not _HOUSEKEEPING.fullmatch(file.name)]
    readable = [file for file in found if file.suffix.lower() in BY_SUFFIX]
    others = [str(file.relative_to(path)) for file in found if file.suffix.lower() not in BY_SUFFIX]
    if not readable:
        raise DocumentNotFound(f"{path} has no explainers in it; put files there in {DESCRIBED}.")
    if others:
        named = ", ".join(others[:_MOST_NAMED])
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        warnings.append(f"{path}: left out {named}{more}; the formats read are {DESCRIBED}.")
    return readable


def bundled_explainers() -> Path:
    """The folder of the explainers that come with the package."""
    return Path(str(files("corpus") / "explainers"))


@dataclass(slots=True)
class _Gathered:
    """What has been loaded so far."""

    documents: list[Document] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _owners: dict[str, Path] = field(default_factory=dict)
    _seen: set[Path] = field(default_factory=set)

    def add(self, file: Path) -> None:
        """Load *file*, once however often it is named."""
        if file.resolve() in self._seen:
            return
        self._seen.add(file.resolve())
        document, warnings = _load(file)
        # Folded, since some file systems hold ids that differ in nothing but case to be one.
        owner = self._owners.setdefault(document.id.casefold(), file)
        if owner is not file:
            raise DuplicateDocument(
                f"{owner} and {file} both have the document id {document.id!r}; rename one of them or, in "
                "Markdown, give it an id of its own in its front matter."
            )
        self.documents.append(document)
        self.warnings.extend(warnings)


def read_file(path: Path) -> bytes:
    """The bytes of the file *path*; raises a `CorpusError` where it is no file, is too large, or can't be read."""
    if not _exists(path):
        raise DocumentNotFound(f"There is no file {path}; check the name.")
    if path.is_dir():
        raise DocumentFormatError(f"{path} is a folder, not an explainer; name a file in it.")
    if not path.is_file():  # a pipe could be waited for in vain
        raise DocumentFormatError(f"{path} can't be read as an explainer; the formats read are {DESCRIBED}.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise DocumentFormatError(
                f"{path} is larger than {LARGEST_FILE // 1_000_000} MB, which no explainer is; split it, or save it "
                "with smaller pictures."
            )
        return path.read_bytes()
    except OSError as error:
        raise _cannot_open(path, error) from error


def _load(path: Path) -> tuple[Document, list[str]]:
    _, loaded = read_explainer(path)
    return loaded.document, [*loaded.warnings, *shortcomings(loaded.document, path)]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise _cannot_open(path, error) from error


def _cannot_open(path: Path | str, error: OSError) -> DocumentFormatError:
    reason = error.strerror or "unknown error"
    return DocumentFormatError(f"{path} can't be opened ({reason}); check its permissions.")


def shortcomings(document: Document, path: Path) -> Iterator[str]:
    """What readers will miss in *document*, which was read from *path*, a sentence each."""
    if not any(section.path for section in document.sections):
        yield f"{path} has no headings, so citations can only name the whole of it; add headings to its parts."
    if document.as_of is None:
        advice = (
            "put as_of: and the date it was last checked in its front matter"
            if path.suffix.lower() in MARKDOWN.suffixes
            else "put a line such as “Last updated April 14, 2025” below its title"
        )
        yield f"{path} doesn't say as of when it holds; {advice}."


def _walk(folder: Path) -> Iterator[Path]:
    """The files in *folder* and below that aren't hidden, in an order that is the same everywhere."""

    def refuse(error: OSError) -> None:
        raise _cannot_open(error.filename, error) from error

    for root, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in sorted(names) if not name.startswith("."))
