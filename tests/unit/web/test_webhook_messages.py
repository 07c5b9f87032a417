"""Replies as one Markdown text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Answer, RefusalDetails, RefusalReason, Reply
from bot.footnotes import permalink
from bot.refusal_words import refused
from corpus.documents import Document
from tests.unit.web.fake_chatbot import fact_answer, list_answer, permits, refusal, table_answer
from web.channels.webhook_messages import Framed, harmless, webhook_text
from web.channels.words import ENGLISH, SPANISH

SITE = "https://bot.example"
FRAMED = Framed(SITE)
DOCUMENT = permits()


def partly(message: str = "The explainer doesn’t answer this part: “who pays”.") -> Answer:
    left = replace(refusal(DOCUMENT, RefusalReason.PARTLY_ANSWERED), message=message)
    return replace(list_answer(DOCUMENT), partly=left)


def link_of(answer: Answer, number: int) -> str:
    citation = answer.citations[number - 1]
    return f"[[{number}]]({SITE}{permalink(citation.document, citation.span)})"


def long_answer(document: Document, sentences: int) -> Answer:
    """As many sentences, all of one quote."""
    fact = fact_answer(document)
    return replace(fact, sentences=fact.sentences * sentences)


class TestAnswers:
    def test_a_sentence_has_its_link_and_its_footnote(self) -> None:
        answer = fact_answer(DOCUMENT)
        assert webhook_text(answer, FRAMED) == "\n".join(
            [
                f"A permit is valid for five years. {link_of(answer, 1)}",
                "",
                f"{link_of(answer, 1)} “A permit is valid for five years.” — Permits, "
                'Drinking-Water "Permits" <Explained>, as of April 14, 2025',
                "- Note 1: Older permits ran for three years.",
            ]
        )

    @pytest.mark.parametrize("answer", [fact_answer(DOCUMENT), list_answer(DOCUMENT), table_answer(DOCUMENT)])
    def test_every_sentence_is_verbatim_with_all_its_links_behind_it(self, answer: Answer) -> None:
        text = webhook_text(answer, FRAMED)
        for sentence in answer.sentences:
            links = " ".join(link_of(answer, number) for number in sentence.footnotes)
            assert f"{sentence.text} {links}" in text

    @pytest.mark.parametrize("answer", [fact_answer(DOCUMENT), list_answer(DOCUMENT), table_answer(DOCUMENT)])
    def test_every_footnote_is_listed_once_with_its_quote(self, answer: Answer) -> None:
        lines = webhook_text(answer, FRAMED).splitlines()
        for citation in answer.citations:
            begin = f"{link_of(answer, citation.number)} “{citation.quote}” — "
            assert [line.startswith(begin) for line in lines].count(True) == 1

    def test_items_stand_in_a_list_under_their_lead_in(self) -> None:
        answer = list_answer(DOCUMENT)
        lines = webhook_text(answer, FRAMED).splitlines()
        assert lines[0].startswith("The owner of a well must: ")
        assert [line[:8] for line in lines[1:4]] == ["- test t", "- keep t", "- report"]
        assert lines[4] == ""
        assert lines[5].startswith("[Permits] It can be renewed twice. [[5]]")

    def test_rows_of_a_table_stand_apart(self) -> None:
        lines = webhook_text(table_answer(DOCUMENT), FRAMED).splitlines()
        assert lines[0].startswith("Kind | Fee [[1]]")
        assert lines[1] == ""
        assert lines[2].startswith("Spring | $25 [[2]]")

    def test_text_under_no_heading_is_placed_by_its_title_alone(self) -> None:
        fact = fact_answer(DOCUMENT)
        text = webhook_text(replace(fact, citations=(replace(fact.citations[0], section=()),)), FRAMED)
        assert text.count(DOCUMENT.title) == 1

    def test_a_document_without_a_date_has_none(self) -> None:
        fact = fact_answer(DOCUMENT)
        undated = replace(fact.citations[0], document=replace(fact.citations[0].document, as_of=None))
        assert "as of" not in webhook_text(replace(fact, citations=(undated,)), FRAMED)

    def test_our_own_words_are_spanish_where_that_is_set_and_the_documents_are_not(self) -> None:
        text = webhook_text(fact_answer(DOCUMENT), Framed(SITE, SPANISH))
        assert f", {SPANISH.as_of.format(date='14 de abril de 2025')}\n" in text
        assert f"- {SPANISH.note.format(label='1')}: Older permits" in text
        assert "as of" not in text

    def test_a_refusal_is_said_in_the_language_that_is_set(self) -> None:
        declined = refused(RefusalReason.OFF_TOPIC, RefusalDetails(title="Permits"))
        assert webhook_text(declined, Framed(SITE, SPANISH)).startswith("“Permits” no trata ese tema.")
        assert webhook_text(declined, FRAMED).startswith("“Permits” doesn’t deal with that.")

    def test_an_answer_in_part_says_what_it_leaves_open(self) -> None:
        text = webhook_text(partly(), FRAMED)
        answer, _, left = text.partition("\n\nThe explainer doesn’t answer this part: “who pays”.")
        assert answer == webhook_text(list_answer(DOCUMENT), FRAMED)
        assert "Read instead:\n- [Permits](" in left


class TestRefusals:
    def test_a_refusal_names_its_reason_and_what_to_read_instead(self) -> None:
        declined = refusal(DOCUMENT)
        near, top = declined.nearest
        assert webhook_text(declined, FRAMED) == "\n".join(
            [
                "The explainer doesn’t say who <pays> for this.",
                "",
                "Read instead:",
                f"- [Permits]({SITE}{permalink(near.document, near.span)})",
                f"- [{DOCUMENT.title}]({SITE}{permalink(top.document, top.span)})",
            ]
        )

    def test_without_such_sections_it_is_the_sentence_alone(self) -> None:
        assert webhook_text(replace(refusal(DOCUMENT), nearest=()), FRAMED) == refusal(DOCUMENT).message

    def test_it_is_framed_in_spanish(self) -> None:
        assert f"\n{SPANISH.instead}\n- [" in webhook_text(refusal(DOCUMENT), Framed(SITE, SPANISH))

    @pytest.mark.parametrize("call", ["@channel", "@all", "@everyone", "@**all**", "@ann", "<!channel>", "<!here>"])
    @pytest.mark.parametrize("longest", [4_000, 260, 60])
    def test_a_readers_words_call_nobody(self, call: str, longest: int) -> None:
        message = f"The explainer doesn’t say who {call} is."
        framed = Framed(SITE, longest=longest)
        for reply in (replace(refusal(DOCUMENT), message=message), partly(message)):
            assert call not in webhook_text(reply, framed)

    def test_what_calls_nobody_stays_as_it_is(self) -> None:
        assert harmless("who <pays> $5 & why?") == "who <pays> $5 & why?"


class TestLength:
    @given(
        st.integers(1, 3_000),
        st.sampled_from([fact_answer(DOCUMENT), list_answer(DOCUMENT), table_answer(DOCUMENT), partly()])
        | st.just(refusal(DOCUMENT))
        | st.integers(1, 40).map(lambda count: long_answer(DOCUMENT, count)),
    )
    def test_no_text_is_longer_than_the_other_program_takes(self, longest: int, reply: Reply) -> None:
        assert len(webhook_text(reply, Framed(SITE, longest=longest))) <= longest

    @given(st.integers(1, 3_000))
    def test_no_sentence_is_shown_in_part_or_without_its_links(self, longest: int) -> None:
        answer = list_answer(DOCUMENT)
        text = webhook_text(answer, Framed(SITE, longest=longest))
        for sentence in answer.sentences:
            links = " ".join(link_of(answer, number) for number in sentence.footnotes)
            assert sentence.text[:12] not in text or f"{sentence.text} {links}" in text

    @given(st.integers(1, 3_000))
    def test_every_mark_that_is_shown_has_its_footnote(self, longest: int) -> None:
        text = webhook_text(list_answer(DOCUMENT), Framed(SITE, longest=longest))
        body, _, footnotes = text.rpartition("\n\n")
        assert set(re.findall(r"\[\[(\d+)\]\]", body)) <= set(re.findall(r"^\[\[(\d+)\]\]", footnotes, re.MULTILINE))

    def test_the_quotes_go_before_a_sentence_does(self) -> None:
        answer = list_answer(DOCUMENT)
        whole = webhook_text(answer, FRAMED)
        text = webhook_text(answer, Framed(SITE, longest=len(whole) - 1))
        assert all(sentence.text in text for sentence in answer.sentences)
        assert "“keep the records;”" not in text
        assert "Permits › What an <owner> must do" in text

    def test_the_last_sentences_go_next_and_their_number_is_told(self) -> None:
        answer = long_answer(DOCUMENT, 40)
        text = webhook_text(answer, Framed(SITE, longest=1_500))
        shown = text.count("A permit is valid for five years. [[1]]")
        assert 0 < shown < 40
        assert ENGLISH.more_sentences.format(count=40 - shown) in text

    def test_where_no_sentence_fits_that_is_told(self) -> None:
        answer = list_answer(DOCUMENT)
        text = webhook_text(answer, Framed(SITE, longest=100))
        assert text == ENGLISH.more_sentences.format(count=len(answer.sentences))

    def test_an_answer_in_part_never_passes_for_a_whole_one(self) -> None:
        for longest in range(1, 3_000, 7):
            text = webhook_text(partly(), Framed(SITE, longest=longest))
            assert "The owner of a well must:" not in text or "doesn’t answer this part: “who pays”." in text

    def test_a_refusal_keeps_its_sentence_longest(self) -> None:
        declined = refusal(DOCUMENT)
        assert webhook_text(declined, Framed(SITE, longest=60)) == declined.message
        assert webhook_text(declined, Framed(SITE, longest=14)) == "The explainer…"
