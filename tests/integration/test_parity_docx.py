"""An explainer saved as .docx by LibreOffice says what its Markdown says."""

from __future__ import annotations

from pathlib import Path

from corpus.load import load_corpus, load_document
from tests.parity import assert_same_explainer
from tests.unit.corpus.invariants import assert_sound

FIXTURES = Path(__file__).parents[1] / "fixtures"


def test_sections_sentences_and_notes_are_those_of_the_markdown() -> None:
    reference = load_document(FIXTURES / "explainers" / "drinking-water-permits.md")
    loaded = load_corpus([FIXTURES / "formats" / "drinking-water-permits.docx"])
    (document,) = loaded.documents
    assert_sound(document)
    assert_same_explainer(document, reference)
    assert (document.publisher, document.as_of) == (reference.publisher, reference.as_of)
    assert (document.topics, document.language) == (reference.topics, reference.language)
    assert loaded.warnings == ()
