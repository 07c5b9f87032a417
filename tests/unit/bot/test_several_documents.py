"""One question, several documents: which of them answer, which is named, and what becomes of what they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.answer_generators import differ
from bot.answers import Answer, Refusal, Reply
from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.errors import NothingSelected
from bot.selection import Selection
from bot.settings import BotSettings
from corpus.documents import Document
from index.build import build_index
from tests.fakes import HashEmbedder, document_of

OLD = document_of(
    ("Fees", ["A well permit costs 40 dollars."]),
    ("Appeals", ["An appeal goes to the board within ten days."]),
    document_id="wells-2024",
    title="Wells in 2024",
    as_of=date(2024, 3, 1),
)
NEW = document_of(
    ("Fees", ["A well permit costs 55 dollars."]),
    ("Appeals", ["An appeal goes to the board within ten days."]),
    ("Springs", ["A spring needs no permit."]),
    document_id="wells-2025",
    title="Wells in 2025",
    as_of=date(2025, 6, 1),
)

Opens = Callable[..., Chatbot]


@pytest.fixture
def opened(tmp_path: Path) -> Opens:
    def open_over(*documents: Document, collection: str | None = None) -> Chatbot:
        build_index(documents, HashEmbedder(), tmp_path)
        settings = BotSettings(data_dir=tmp_path, answer_threshold=0.0, use_reader=False, collection=collection)
        return bootstrap(settings, keep_conversations=True, embedder=HashEmbedder())

    return open_over


def asked(chatbot: Chatbot, question: str) -> Answer:
    reply: Reply = chatbot.ask("c", question)
    assert isinstance(reply, Answer)
    return reply


def test_documents_that_disagree_are_both_quoted_with_their_dates_the_newest_first(opened: Opens) -> None:
    reply = asked(opened(OLD, NEW), "How many dollars does a well permit cost?")
    said = [(s.text, s.about) for s in reply.sentences if "dollars" in s.text]
    assert said == [
        ("A well permit costs 55 dollars.", "Wells in 2025, 2025-06-01"),
        ("A well permit costs 40 dollars.", "Wells in 2024, 2024-03-01"),
    ]
    assert "[Wells in 2024, 2024-03-01] A well permit costs 40 dollars." in reply.text


def test_of_many_documents_that_disagree_the_newest_are_quoted_beside_the_best(opened: Opens) -> None:
    editions = [
        document_of(
            ("Fees", [f"A well permit costs {year - 1900} dollars."]),
            document_id=f"wells-{year}",
            title=f"Wells in {year}",
            as_of=date(year, 3, 1),
        )
        for year in range(2019, 2026)
    ]
    reply = asked(opened(*editions), "How many dollars does a well permit cost?")
    assert [c.document.id for c in reply.citations] == ["wells-2025", "wells-2024", "wells-2019"]


def test_what_documents_share_is_quoted_once_from_the_newest(opened: Opens) -> None:
    reply = asked(opened(OLD, NEW), "Where does an appeal go?")
    citing = [c.document.id for c in reply.citations if c.quote == "An appeal goes to the board within ten days."]
    assert citing == ["wells-2025"]


def test_an_answer_from_one_document_names_none(opened: Opens) -> None:
    assert {s.about for s in asked(opened(NEW), "How many dollars does a well permit cost?").sentences} == {None}


def test_a_question_that_names_a_document_is_answered_by_it_alone_and_kept_as_it_was_asked(opened: Opens) -> None:
    chatbot = opened(OLD, NEW)
    question = "In the 2024 explainer, how many dollars does a well permit cost?"
    reply = asked(chatbot, question)
    assert {c.document.id for c in reply.citations} == {"wells-2024"}
    assert [turn.question for turn in chatbot.conversations.turns("c")] == [question]


def test_a_question_that_names_one_that_is_not_there_is_refused(opened: Opens) -> None:
    reply = opened(OLD, NEW).ask("c", "In the 2019 explainer, what does a well permit cost?")
    assert isinstance(reply, Refusal)
    assert reply.message.startswith("No explainer here is from 2019.")


def test_another_collection_never_answers(opened: Opens) -> None:
    newest = replace(NEW, id="wells-2026", title="Wells in 2026", as_of=date(2026, 6, 1))
    southern = [replace(document, collection="south") for document in (NEW, newest)]
    chatbot = opened(replace(OLD, collection="north"), *southern, collection="north")
    assert {card.id for card in chatbot.documents()} == {"wells-2024"}
    assert {c.document.id for c in asked(chatbot, "How many dollars does a well permit cost?").citations} == {
        "wells-2024"
    }
    south = chatbot.selected(Selection(collection="south"))
    assert {c.document.id for c in asked(south, "Which spring needs a permit?").citations} == {"wells-2026"}
    named = asked(south, "In the 2025 explainer, how many dollars does a well permit cost?")
    assert {c.document.id for c in named.citations} == {"wells-2025"}
    assert isinstance(south.ask("c", "In the 2024 explainer, how many dollars does a well permit cost?"), Refusal)


def test_which_collection_is_meant_must_be_said(opened: Opens) -> None:
    with pytest.raises(NothingSelected, match="FOOTNOTED_COLLECTION"):
        opened(replace(OLD, collection="north"), replace(NEW, collection="south"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("The fee is 40 dollars.", "The fee is 55 dollars.", True),
        ("The fee is 40 dollars.", "The fee is 40 dollars.", False),
        ("The fee is 40 dollars.", "The fee is set by the board.", False),
        ("The fee is 40 dollars.", "Training takes 8 hours.", False),
        ("It costs forty dollars since May 2, 2024.", "It costs forty dollars since May 3, 2025.", True),
        ("The fee is 40 dollars.", "Since 2024 the fee is 40 dollars.", False),
        ("Since 2024 the fee is 40 dollars.", "The fee is 40 dollars.", False),
        ("Since 2024 the fee is 40 dollars.", "Since 2024 the fee is 55 dollars.", True),
        ("", "", False),
    ],
)
def test_sentences_differ_where_they_say_the_same_with_other_figures(one: str, other: str, *, expected: bool) -> None:
    assert differ(one, other) is expected
