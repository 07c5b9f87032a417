"""Spanish questions over an English explainer and over a Spanish one, with the model and the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.answers import Answer, Refusal, RefusalReason
from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.refusal_words import refusal_in
from bot.settings import BotSettings
from corpus.load import load_document
from index.build import build_index
from index.embedders import MiniLMEmbedder

FIXTURES = Path(__file__).parents[1] / "fixtures"


def chatbot_over(folder: Path, *files: str) -> Chatbot:
    embedder = MiniLMEmbedder()
    settings = BotSettings(data_dir=folder)
    build_index([load_document(FIXTURES / file) for file in files], embedder, folder)
    return bootstrap(settings, keep_conversations=False, embedder=embedder)


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    return chatbot_over(tmp_path_factory.mktemp("english"), "explainers/drinking-water-permits.md")


@pytest.fixture(scope="module")
def spanish(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    return chatbot_over(tmp_path_factory.mktemp("spanish"), "explainers_es/huertos-comunitarios.md")


def test_an_english_explainer_answers_a_spanish_question_in_its_own_words(english: Chatbot) -> None:
    reply = english.ask("c", "¿Quién vigila el agua embotellada que venden en el supermercado?")
    assert isinstance(reply, Answer)
    assert any("Food and Drug Administration" in citation.quote for citation in reply.citations)
    assert {citation.document.language for citation in reply.citations} == {"en"}


def test_a_spanish_question_that_is_understood_is_refused_for_the_reason_of_an_english_one(english: Chatbot) -> None:
    refusal = english.ask("c", "¿Cuántos sistemas pequeños se han fusionado en Texas?")
    assert isinstance(refusal, Refusal)
    assert refusal.reason is RefusalReason.NOT_IN_TEXT
    assert refusal.nearest
    assert refusal_in("es", refusal).startswith("Su pregunta se leyó palabra por palabra en el idioma del texto;")


@pytest.mark.parametrize(
    "question",
    [
        "¿Cuánto cuesta el chirimbolo del zarrapastroso berenjenal?",
        "Wie viele Tage hat die Behörde in Texas, um die Pläne zu prüfen?",
    ],
)
def test_what_can_not_be_matched_safely_is_refused_as_such(english: Chatbot, question: str) -> None:
    refusal = english.ask("c", question)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is RefusalReason.UNSUPPORTED_LANGUAGE
    assert refusal.nearest
    assert "está en otro idioma" in refusal_in("es", refusal)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("¿Cuánto cuesta una parcela al año?", "60 euros"),
        ("¿Cuántos huertos hay hoy?", "34"),
        ("¿Quién preside la Comisión de Huertos?", "Marta Ibarrola"),
        ("cuanto pagan los jubilados", "20 euros"),
        ("¿Cuánto tiempo tiene la oficina para contestar?", "45 días"),
    ],
)
def test_a_spanish_explainer_answers_in_spanish(spanish: Chatbot, question: str, fact: str) -> None:
    reply = spanish.ask("c", question)
    assert isinstance(reply, Answer)
    assert any(fact in citation.quote for citation in reply.citations)


def test_beside_a_spanish_explainer_an_english_one_is_read_as_it_stands(tmp_path: Path) -> None:
    files = ("explainers/drinking-water-permits.md", "explainers_es/huertos-comunitarios.md")
    both = chatbot_over(tmp_path, *files)
    reply = both.ask("c", "Who regulates bottled water?")
    assert isinstance(reply, Answer)
    assert any("Food and Drug Administration" in citation.quote for citation in reply.citations)
    assert isinstance(both.ask("d", "¿Cuánto cuesta una parcela al año?"), Answer)


@pytest.mark.parametrize(
    "question",
    [
        "¿Quién es el alcalde de Valdemora?",
        "¿Quién ganó el mundial de fútbol?",
        "¿Cuántos árboles frutales se plantaron en 2024?",
        "¿Cuántos huertos hay en Sevilla?",
        "¿Debo pedir una parcela este año?",
    ],
)
def test_a_spanish_explainer_refuses_what_it_does_not_say(spanish: Chatbot, question: str) -> None:
    refusal = spanish.ask("c", question)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is not RefusalReason.UNSUPPORTED_LANGUAGE
