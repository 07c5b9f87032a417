"""Twenty explainers in five formats go in with one command, and come out as their Markdown says, notes and all."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.load import load_document
from footnoted import cli
from index.build import open_index
from index.sentences import block_sentences
from tests.fakes import HashEmbedder
from tests.fixtures.twenty.make_twenty import HERE, SAMPLES, STEMS
from tests.parity import assert_same_explainer, notes_of

MARKDOWN = ("expungement", "school-vouchers", "asset-forfeiture", "public-records")
FILES = [SAMPLES / f"{stem}.md" for stem in MARKDOWN] + [
    HERE / f"{stem}.{suffix}" for suffix, stems in STEMS.items() for stem in stems
]


def flat(document: Document) -> list[str]:
    """Headings and sentences in reading order: copied text doesn't show which heading stands under which."""
    return [
        text
        for section in document.sections
        for text in chain(
            [section.heading] if section.heading else [],
            (s.span.of(document.text) for block in section.blocks for s in block_sentences(document, block)),
        )
    ]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """What is published after the one command."""
    data_dir = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.embedders.MiniLMEmbedder", HashEmbedder)
        arguments = ["footnoted", "corpus", "add", *map(str, FILES), "--data-dir", str(data_dir)]
        patch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as left:
            cli.main()
    assert not left.value.code
    index = open_index(data_dir, HashEmbedder())
    return {card.id: index.document(card.id) for card in index.cards}


def test_all_twenty_are_published_beside_what_was_there(published: dict[str, Document]) -> None:
    assert len(FILES) == 20
    assert {file.suffix for file in FILES} == {".md", ".txt", ".html", ".docx", ".pdf"}
    assert {file.stem for file in FILES} < set(published)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_says_what_its_markdown_says(file: Path, published: dict[str, Document]) -> None:
    document, reference = published[file.stem], load_document(SAMPLES / f"{file.stem}.md")
    assert document.as_of == reference.as_of
    if file.suffix == ".txt":
        assert flat(document) == flat(reference)
        assert (document.title, notes_of(document)) == (reference.title, notes_of(reference))
    else:
        assert_same_explainer(document, reference)
    assert document.notes
    assert all(note.marks for note in document.notes)
    assert bool(document.layout) == (file.suffix == ".pdf")
