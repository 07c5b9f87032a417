"""What every `AnswerGenerator` does; run over the fakes and the extractive generator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.answer_generators import ExtractiveGenerator
from bot.ports import AnswerGenerator
from bot.retrieve import Evidence, Retriever
from bot.rewrite import resolve
from index.ports import PassageIndex
from tests.fakes import BruteForceIndex, FirstSentenceGenerator, HashEmbedder, orchard_document

INDEX: PassageIndex = BruteForceIndex(orchard_document(), HashEmbedder())
MAKERS: dict[str, Callable[[], AnswerGenerator]] = {
    "extractive": lambda: ExtractiveGenerator(INDEX),
    "first sentence": FirstSentenceGenerator,
}


@pytest.fixture(params=list(MAKERS))
def generator(request: pytest.FixtureRequest) -> AnswerGenerator:
    return MAKERS[request.param]()


def test_every_claim_cites_a_slice_of_the_evidence(generator: AnswerGenerator) -> None:
    query = resolve("How long do pear growers train?", [])
    evidence = Retriever(INDEX, HashEmbedder()).search(query)
    draft = generator.draft(query, evidence)
    assert draft.claims
    for claim in draft.claims:
        assert claim.sources
        for source in claim.sources:
            passage = evidence.passage(source.passage_id)
            assert passage is not None
            assert source.span is None or passage.slice(source.span) == claim.text


def test_without_evidence_nothing_is_claimed(generator: AnswerGenerator) -> None:
    assert generator.draft(resolve("Who pays?", []), Evidence((), (), 0.0)).claims == ()
