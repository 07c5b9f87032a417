"""The main path, on a small explainer and without the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.answerability import Assessment
from bot.answers import Answer, Draft, Refusal, RefusalReason
from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot, clean_question
from bot.errors import InvalidQuestion
from bot.footnotes import reply_dict
from bot.retrieve import Evidence
from bot.rewrite import Query, resolve
from bot.settings import BotSettings
from corpus.builder import DocumentBuilder, Metadata
from corpus.errors import DocumentNotFound
from index.build import build_index
from tests.fakes import HashEmbedder, OnlyAbout, WordReader, document_of, orchard_document


@pytest.fixture
def chatbot(tmp_path: Path) -> Chatbot:
    build_index([orchard_document()], HashEmbedder(), tmp_path)
    settings = BotSettings(data_dir=tmp_path, answer_threshold=0.0)
    return bootstrap(settings, keep_conversations=True, embedder=HashEmbedder())


def answered(chatbot: Chatbot, question: str, *history: str) -> Answer:
    reply = chatbot.ask("c", question, history)
    assert isinstance(reply, Answer)
    return reply


def test_a_fact_is_answered_in_the_texts_own_words(chatbot: Chatbot) -> None:
    reply = answered(chatbot, "How many hours do apple growers train?")
    assert "Apple growers train for 8 hours." in [s.text for s in reply.sentences]
    assert reply.citations[0].section == ("Training",)


def test_a_sentence_that_leans_brings_the_one_before_it(chatbot: Chatbot) -> None:
    reply = answered(chatbot, "Is an exam needed?")
    texts = [s.text for s in reply.sentences]
    assert texts.index("However, they need no exam.") == texts.index("Apple growers train for 8 hours.") + 1


def test_a_list_question_gets_the_whole_list_with_its_lead_in(chatbot: Chatbot) -> None:
    reply = answered(chatbot, "What can a licensed grower do?")
    assert [s.text for s in reply.sentences] == [
        "A licensed grower may do the following:",
        "Sell fruit at the gate",
        "Hire seasonal pickers",
        "Graft new trees",
    ]
    assert reply.text.count("\n• ") == 3


def test_a_threshold_above_every_probability_refuses_with_the_nearest_sections(tmp_path: Path) -> None:
    build_index([orchard_document()], HashEmbedder(), tmp_path)
    settings = BotSettings(data_dir=tmp_path, answer_threshold=1.0)
    reply = bootstrap(settings, keep_conversations=False, embedder=HashEmbedder()).ask(
        "c", "Do apple growers train for 8 hours in Zanzibar?"
    )
    assert isinstance(reply, Refusal)
    assert "Zanzibar" in reply.message
    assert reply.nearest


def test_words_that_ask_nothing_are_not_a_question(chatbot: Chatbot) -> None:
    reply = chatbot.ask("c", "???")
    assert isinstance(reply, Refusal)
    assert reply.reason is RefusalReason.NOT_A_QUESTION


def test_turns_are_kept_and_come_back_whole(chatbot: Chatbot) -> None:
    first = chatbot.ask("kept", "How many hours do apple growers train?")
    second = chatbot.ask("kept", "And pear growers?")
    assert [turn.reply for turn in chatbot.conversations.turns("kept")] == [first, second]


@pytest.mark.parametrize("question", ["And pear growers?", "Why?", "What about them?", "How long is it there?"])
def test_a_question_that_leans_on_an_earlier_one_is_asked_with_it(question: str) -> None:
    query = resolve(question, ["How long do apple growers train?"])
    assert query.standalone == f"How long do apple growers train? {question}"


def test_a_question_that_stands_alone_forgets_the_earlier_ones() -> None:
    query = resolve("What did Millbrook spend on orchard inspections?", ["How long do apple growers train?"])
    assert query.texts == ("What did Millbrook spend on orchard inspections?",)


@pytest.mark.parametrize(
    ("question", "why"), [("", "empty"), (" \n\u200b\x00", "empty"), ("x" * 10_000, "10,000"), ("a\ud800", "UTF-8")]
)
def test_a_question_that_cannot_be_asked_says_why(question: str, why: str) -> None:
    with pytest.raises(InvalidQuestion, match=why):
        clean_question(question, 2000)


def test_control_characters_are_left_out() -> None:
    assert clean_question("Who\x07 pays\n\tnow?", 2000) == "Who pays now?"


def test_the_json_reply_has_the_contracts_keys(chatbot: Chatbot) -> None:
    reply = reply_dict(chatbot.ask("c", "How many hours do apple growers train?"), "c", {"id": 7})
    assert list(reply) == [
        *("id", "conversation_id", "status", "answer", "sentences", "footnotes", "refusal", "passages", "timings_ms")
    ]
    text = chatbot.document(reply["footnotes"][0]["document"]["id"]).text
    assert all(text[f["start"] : f["end"]] == f["quote"] for f in reply["footnotes"])


def test_a_read_only_index_answers_one_off_questions_without_writing(tmp_path: Path) -> None:
    build_index([orchard_document()], HashEmbedder(), tmp_path)
    before = sorted(tmp_path.iterdir())
    bot = bootstrap(BotSettings(data_dir=tmp_path), keep_conversations=False, embedder=HashEmbedder())
    bot.ask("c", "How many hours do apple growers train?")
    assert sorted(tmp_path.iterdir()) == before


def test_a_reader_reads_the_best_passages_and_only_those_are_quoted(chatbot: Chatbot) -> None:
    reading = replace(chatbot, reader=WordReader(), passages_read=1)
    reply = reading.ask("c", "How long do pear growers train?")
    assert isinstance(reply, Answer)
    assert "Pear growers train for three weeks." in [s.text for s in reply.sentences]
    assert {c.passage_id for c in reply.citations} == {reply.passages[0].passage.id}
    assert set(reply.timings_ms) == {"retrieve", "read", "draft", "ground"}


def test_a_document_in_a_language_that_the_reader_does_not_know_is_left_unread(tmp_path: Path) -> None:
    build_index([replace(orchard_document(), language="fr")], HashEmbedder(), tmp_path)
    settings = BotSettings(data_dir=tmp_path, answer_threshold=0.0)
    bot = bootstrap(settings, keep_conversations=False, embedder=HashEmbedder())
    reader = WordReader()
    replace(bot, reader=reader).ask("c", "How long do pear growers train?")
    assert reader.read_windows == 0


class HalfSure:
    """A judge for which every text answers a little less likely than not."""

    def assess(self, query: Query, evidence: Evidence, draft: Draft) -> Assessment:  # noqa: ARG002 - the port's
        return Assessment(0.47, ())


def test_beside_a_spanish_document_a_spanish_question_is_read_in_english_and_needs_more(tmp_path: Path) -> None:
    spanish = replace(document_of(("Huertos", ["La parcela dura un año."]), document_id="huertos"), language="es")
    build_index([orchard_document(), spanish], HashEmbedder(), tmp_path)
    opened = bootstrap(BotSettings(data_dir=tmp_path), keep_conversations=False, embedder=HashEmbedder())
    reader = WordReader()
    bot = replace(opened, reader=reader, passages_read=1, judge=HalfSure(), answer_threshold=0.45)
    refusal = bot.ask("c", "¿Cuánto pagó Millbrook por las inspections en 2019?")
    assert "Millbrook spent" in refusal.passages[0].passage.text, "the passage that is read is English"
    assert reader.asked[0].startswith("how much")
    assert isinstance(refusal, Refusal)
    assert isinstance(bot.ask("d", "How much did Millbrook pay for inspections in 2019?"), Answer)


def test_what_a_chatbot_learned_of_the_documents_its_forgetful_one_knows(chatbot: Chatbot) -> None:
    assert chatbot.forgetful().retriever.gloss is chatbot.retriever.gloss


def test_each_part_of_a_question_is_answered(chatbot: Chatbot) -> None:
    reply = answered(chatbot, "How many hours do apple growers train, and what did Millbrook spend on inspections?")
    texts = [s.text for s in reply.sentences]
    assert "Apple growers train for 8 hours." in texts
    assert "Millbrook spent $6.4 million on inspections in 2019." in texts
    assert reply.partly is None


def test_a_part_that_the_text_leaves_open_is_named_beside_the_answer(chatbot: Chatbot) -> None:
    asked = "How many hours do apple growers train? And who owns the quarry at Zanzibar?"
    judging = replace(chatbot, judge=OnlyAbout("apple"), answer_threshold=0.5)
    reply = judging.ask("c", asked)
    assert isinstance(reply, Answer)
    assert reply.partly is not None
    assert reply.partly.reason is RefusalReason.PARTLY_ANSWERED
    assert "who owns the quarry at Zanzibar" in reply.partly.message
    data = reply_dict(reply, "c")
    assert (data["status"], data["refusal"]["reason"]) == ("answered", "partly_answered")
    assert list(chatbot.conversations.turns("c"))[-1].reply == reply


def test_a_question_none_of_whose_parts_is_answered_is_refused(chatbot: Chatbot) -> None:
    judging = replace(chatbot, judge=OnlyAbout("zebra"), answer_threshold=0.5)
    assert isinstance(judging.ask("c", "How long do growers train? And who pays the fee?"), Refusal)


def test_advice_is_refused_whatever_the_text_says(chatbot: Chatbot) -> None:
    reply = chatbot.ask("c", "Should our growers train for 8 hours?")
    assert isinstance(reply, Refusal)
    assert reply.reason is RefusalReason.PERSONAL_OR_LEGAL_ADVICE


@pytest.mark.parametrize("text", ["{", "{{", "\t", "$(", "http://a "])
def test_an_endless_earlier_question_is_read_as_far_as_a_question_may_go(chatbot: Chatbot, text: str) -> None:
    """A pattern that takes the square of its length would not come to an end here."""
    chatbot.ask("c", "And then?", [text * (3_000_000 // len(text))])
    assert len(chatbot.conversations.turns("c")) == 1


def test_what_leads_in_a_table_brings_the_whole_table_and_not_its_header_alone(tmp_path: Path) -> None:
    builder = DocumentBuilder()
    builder.add_heading(2, "Permits")
    builder.add_paragraph("The orchard permits differ in their fee:")
    builder.add_table([["Permit", "Fee"], ["Apple", "40 dollars"], ["Pear", "55 dollars"]])
    document = builder.build(Metadata("permits", "Permits", language="en"))
    build_index([document], HashEmbedder(), tmp_path)
    settings = BotSettings(data_dir=tmp_path, answer_threshold=0.0, use_reader=False)
    chatbot = bootstrap(settings, keep_conversations=False, embedder=HashEmbedder())
    texts = [s.text for s in answered(chatbot, "What are the orchard permits that differ?").sentences]
    assert texts == [
        "The orchard permits differ in their fee:",
        "Permit | Fee",
        "Apple | 40 dollars",
        "Pear | 55 dollars",
    ]


def test_the_versions_of_a_document_are_those_of_the_archive_and_an_unknown_one_has_none(chatbot: Chatbot) -> None:
    (version,) = chatbot.versions("orchards")
    assert version.card == chatbot.documents()[0]
    with pytest.raises(DocumentNotFound, match="'pears'"):
        chatbot.versions("pears")
