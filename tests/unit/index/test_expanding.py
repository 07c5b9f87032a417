"""Which abbreviations of a question and of a passage have their long forms put beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import build_index, open_index
from index.ports import PassageIndex
from tests.fakes import HashEmbedder, document_of

EMBEDDER = HashEmbedder()
DOCUMENT = document_of(
    (
        "Fees",
        [
            "The Pear Growers' Board (PGB) sets the fees. The PGB meets in May.",
            "The Cider Apples Plan (CAP) is old. There is a cap on fees, and orchards were capped in size.",
            "The Ashford Office of Orchard Inspection looked at 40 orchards. The Department of Trees paid.",
        ],
    )
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PassageIndex:
    folder = tmp_path_factory.mktemp("index")
    build_index([DOCUMENT], EMBEDDER, folder)
    return open_index(folder, EMBEDDER)


@pytest.mark.parametrize(
    ("question", "expanded"),
    [
        ("When does the pgb meet?", "When does the pgb Pear Growers' Board meet?"),
        ("How old is the CAP?", "How old is the CAP Cider Apples Plan?"),
        ("How high is the cap?", "How high is the cap?"),
        ("What did the OOI find?", "What did the OOI Office of Orchard Inspection find?"),
        ("What did the DOT pay?", "What did the DOT Department of Trees pay?"),
        ("OOI", "OOI Office of Orchard Inspection"),
        ("What did the ooi find?", "What did the ooi find?"),
        ("WHAT DID THE OOI FIND?", "WHAT DID THE OOI FIND?"),
        ("What did the OI find?", "What did the OI find?"),
        ("What did the FBI find?", "What did the FBI find?"),
    ],
)
def test_a_question_is_expanded_by_definitions_and_by_initials_in_capitals(
    index: PassageIndex, question: str, expanded: str
) -> None:
    assert index.expand(question) == expanded


def test_a_documents_own_abbreviations_are_spelled_out_where_a_text_lacks_their_long_forms(
    index: PassageIndex,
) -> None:
    text = "The PGB, or PGB, meets in May with the OOI."
    (form,) = index.long_forms(text, DOCUMENT.id)
    assert (form.short.of(text), form.short.start, form.text) == ("PGB", 4, "Pear Growers' Board")
    assert index.long_forms("The Pear Growers' Board (PGB) sets them.", DOCUMENT.id) == []


def test_an_index_of_before_names_were_kept_by_initials_can_still_be_asked(tmp_path: Path) -> None:
    build_index([DOCUMENT], EMBEDDER, tmp_path)
    index = open_index(tmp_path, EMBEDDER)
    (names,) = tmp_path.rglob("initials.json")
    names.unlink()
    assert index.expand("What did the OOI find?") == "What did the OOI find?"
