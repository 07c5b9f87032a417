"""What the answerability regression sees."""

from __future__ import annotations

import pytest

from bot.answerability import Judge
from bot.answers import Claim, Draft, Source
from bot.retrieve import Retriever
from bot.rewrite import resolve
from tests.fakes import BruteForceIndex, HashEmbedder, document_of

DOCUMENT = document_of(
    ("Fees", ["The Pear Growers' Board (PGB) charges Ashford growers $40 a year. Millbrook growers pay nothing."]),
    title="Orchard permits in Oakland",
)
EMBEDDER = HashEmbedder()


class Index(BruteForceIndex):
    def expand(self, text: str, document_id: str | None = None) -> str:  # noqa: ARG002 - the port's signature
        return text.replace("pgb", "pgb pear growers board").replace("PGB", "PGB Pear Growers Board")


def features(question: str, quote: str) -> dict[str, float]:
    index = Index(DOCUMENT, EMBEDDER)
    query = resolve(question, [])
    evidence = Retriever(index, EMBEDDER).search(query)
    passage = evidence.passages[0].passage
    sentence = next(s for s in passage.sentences if passage.slice(s.span).startswith(quote))
    draft = Draft((Claim(passage.slice(sentence.span), (Source(passage.id, sentence.span),)),))
    return Judge(index, {}).features(query, evidence, draft)


@pytest.mark.parametrize(
    ("question", "in_passage", "in_quote"),
    [
        ("What do growers in Ashford pay?", 0.0, 0.5),
        ("What do growers in Millbrook pay?", 0.0, 0.0),
        ("What do growers in Zanzibar pay?", 0.5, 0.5),
        ("What do growers in Oakland pay?", 0.0, 0.0),
        ("What do growers pay the PGB?", 0.0, 0.5),
    ],
)
def test_names_count_as_missing_unless_the_quote_the_passage_or_the_title_has_them(
    question: str, in_passage: float, in_quote: float
) -> None:
    seen = features(question, "Millbrook growers pay nothing")
    assert (seen["names_not_in_passage"], seen["names_not_in_quote"]) == (in_passage, in_quote)


def test_a_kind_of_thing_is_missing_only_where_one_is_expected_and_no_quote_has_it() -> None:
    assert features("How many dollars do growers pay?", "The Pear")["kind_missing"] == 0
    assert features("How many dollars do growers pay?", "Millbrook")["kind_missing"] == 1
    assert features("Do growers pay?", "Millbrook")["kind_missing"] == 0
