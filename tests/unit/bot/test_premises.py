"""Questions that take for granted what the text doesn't say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.answers import Refusal, RefusalReason, Turn
from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.conversation_stores import SqliteConversationStore
from bot.gloss import Gloss
from bot.logistic import fitted
from bot.premises import premise_features, takes_for_granted
from bot.retrieve import Evidence, Retriever
from bot.rewrite import resolve
from bot.settings import BotSettings
from index.build import build_index
from tests.fakes import BruteForceIndex, HashEmbedder, orchard_document

EMBEDDER = HashEmbedder()
RETRIEVER = Retriever(BruteForceIndex(orchard_document(), EMBEDDER), EMBEDDER)
FALSE = "Why did the town stop handing out permits to the growers of apples in 2019?"


@pytest.mark.parametrize(
    ("question", "granted"),
    [
        (FALSE, True),
        ("When did the town take the exam away from apple growers who sell fruit at the gate?", True),
        ("How many permits did Ashford issue?", False),
        ("Do apple growers train in summer?", False),
        ("What does a permit cost?", False),
    ],
)
def test_the_form_of_a_question_tells_most_of_it(question: str, granted: bool) -> None:
    query = resolve(question, [])
    assert takes_for_granted(query, RETRIEVER.search(query)) is granted


def test_a_text_that_denies_speaks_for_a_false_premise() -> None:
    query = resolve("Is an exam needed?", [])
    evidence = RETRIEVER.search(query)
    denied = next(c for c in evidence.candidates if c.text == "However, they need no exam.")
    assert premise_features(query, replace(evidence, candidates=(denied,)))["text_denies"] == 1
    assert fitted()["false_premise"].weights["text_denies"] > 0


def test_no_evidence_is_no_reason_to_fail() -> None:
    query = resolve(FALSE, [])
    assert premise_features(query, Evidence((), (), 0.0))["similarity"] == 0


@pytest.fixture
def strict(tmp_path: Path) -> Chatbot:
    """A bot that answers nothing."""
    build_index([orchard_document()], EMBEDDER, tmp_path)
    settings = BotSettings(data_dir=tmp_path, answer_threshold=1.0)
    return bootstrap(settings, keep_conversations=True, embedder=EMBEDDER)


def test_a_false_premise_is_refused_with_what_the_text_does_say(strict: Chatbot, tmp_path: Path) -> None:
    reply = strict.ask("c", FALSE)
    assert isinstance(reply, Refusal)
    assert reply.reason is RefusalReason.FALSE_PREMISE
    assert 0 < len(reply.says) <= 2
    for citation in reply.says:
        text = strict.document(citation.document.id).text
        assert citation.quote == citation.span.of(text)
    assert [citation.number for citation in reply.says] == list(range(1, len(reply.says) + 1))
    kept = SqliteConversationStore(tmp_path / "conversations.sqlite3").turns("c")
    assert kept == [Turn(FALSE, reply)]


def test_a_name_that_the_text_lacks_is_told_instead(strict: Chatbot) -> None:
    reply = strict.ask("c", "Why did Zanzibar stop handing out permits to the growers of apples in 2019?")
    assert isinstance(reply, Refusal)
    assert (reply.reason, reply.says) == (RefusalReason.NOT_IN_TEXT, ())
    assert "Zanzibar" in reply.message


def test_other_refusals_quote_nothing(strict: Chatbot) -> None:
    reply = strict.ask("c", "How many hours do apple growers train?")
    assert isinstance(reply, Refusal)
    assert reply.says == ()


def test_a_question_in_another_language_is_told_nothing_of_its_premises() -> None:
    """Its words are none of the cues; a gloss has them."""
    spanish = "¿Por qué dejó el pueblo de dar permisos a los agricultores de manzanas y de peras en el año 2019?"
    query = resolve(spanish, [])
    assert not takes_for_granted(query, RETRIEVER.search(query))
    glossed = resolve(spanish, [], "en", lambda _text: Gloss(FALSE))
    assert takes_for_granted(glossed, RETRIEVER.search(glossed))
