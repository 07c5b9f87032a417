"""A library to try things on."""

from __future__ import annotations

from pathlib import Path

from corpus.front_matter import FrontMatter
from corpus.library import Change, Entry, Library
from corpus.load import bundled_explainers, load_corpus
from corpus.sources import Validators, read_source

TEXT = "# Vouchers\n\n## Rent\n\nRent is paid by the town.\n"
BUNDLED = [document.id for document in load_corpus([bundled_explainers()]).documents]


def write(path: Path, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def put(library: Library, file: Path, said: FrontMatter | None = None, collection: str | None = None) -> Change:
    with library.writing() as writer:
        source = read_source(str(file), Validators())
        assert source is not None
        return writer.put(source, said, collection)[1]


def entry(library: Library, document_id: str) -> Entry:
    return library.load(library.record(document_id))


def ids(library: Library) -> list[str]:
    return [entry.document.id for entry in library.contents().entries]
