"""An explainer says the same as Markdown and as PDF, whichever program printed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.load import load_document
from tests.parity import assert_same_explainer

_FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.mark.parametrize(
    ("printed", "written"),
    [
        ("drinking-water-permits", "drinking-water-permits"),
        ("printed-from-a-browser", "drinking-water-permits"),
        ("two-columns", "housing-vouchers"),
        ("tagged", "housing-vouchers"),
    ],
)
def test_print_and_markdown_are_one_explainer(printed: str, written: str) -> None:
    document = load_document(_FIXTURES / f"formats/{printed}.pdf")
    reference = load_document(_FIXTURES / f"explainers/{written}.md")
    assert_same_explainer(document, reference)
    assert document.language == reference.language
    assert document.layout
