"""What a page is made of, before any template."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answers import Answer, AnswerSentence, RefusalReason, Turn
from bot.footnotes import permalink
from corpus.documents import Span
from tests.unit.web.fake_chatbot import citation, permits, refusal, span_of, table_answer
from web.views import AnswerView, exact_words, turn_view


def answer_view(*sentences: AnswerSentence) -> AnswerView:
    """The view of an answer with these sentences, which all cite one quote."""
    answer = Answer(sentences, (citation(permits(), 1, "It can be renewed twice."),))
    view = turn_view(1, Turn("?", answer)).answer
    assert view
    return view


def shape(view: AnswerView) -> list[tuple[str, list[str]]]:
    """Each block: what it looks like, and its sentences."""
    return [(block.shape.value, [sentence.text for sentence in block.sentences]) for block in view.blocks]


def test_sentences_in_a_row_share_a_paragraph_and_items_in_a_row_a_list() -> None:
    view = answer_view(
        AnswerSentence("One.", (1,)),
        AnswerSentence("Two:", (1,)),
        AnswerSentence("a", (1,), item=True),
        AnswerSentence("b", (1,), item=True),
        AnswerSentence("Three.", (1,)),
    )
    assert shape(view) == [("paragraph", ["One.", "Two:"]), ("list", ["a", "b"]), ("paragraph", ["Three."])]


def test_a_sentence_that_names_its_section_begins_a_paragraph_but_not_a_list() -> None:
    view = answer_view(
        AnswerSentence("One.", (1,)),
        AnswerSentence("Two.", (1,), about="Fees"),
        AnswerSentence("Three.", (1,)),
        AnswerSentence("a", (1,), item=True),
        AnswerSentence("b", (1,), about="Fees", item=True),
    )
    assert shape(view) == [("paragraph", ["One."]), ("paragraph", ["Two.", "Three."]), ("list", ["a", "b"])]


def test_a_header_row_with_its_rows_is_a_table_of_cells() -> None:
    view = answer_view(
        AnswerSentence("Kind | Fee", (1,)),
        AnswerSentence("Spring | $25", (1,)),
        AnswerSentence("One.", (1,)),
    )
    assert shape(view) == [("table", ["Kind | Fee", "Spring | $25"]), ("paragraph", ["One."])]
    assert view.blocks[0].sentences[1].cells == ("Spring", "$25")


def test_only_the_first_mark_of_a_footnote_is_what_the_footnote_leads_back_to() -> None:
    view = answer_view(AnswerSentence("One.", (1,)), AnswerSentence("Two.", (1,)))
    marks = [mark for block in view.blocks for sentence in block.sentences for mark in sentence.marks]
    assert [mark.id for mark in marks] == ["ref-1-1", None]
    assert view.sources[0].footnotes[0].back == "#ref-1-1"


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_refusal_has_a_label(reason: RefusalReason) -> None:
    view = turn_view(1, Turn("Who pays?", refusal(permits(), reason)))
    assert view.refusal is not None
    assert view.refusal.label
    assert view.answer is None


def test_an_answer_that_leaves_a_part_open_shows_both() -> None:
    partly = refusal(permits(), RefusalReason.PARTLY_ANSWERED)
    view = turn_view(1, Turn("What and who?", replace(table_answer(permits()), partly=partly)))
    assert view.answer is not None
    assert view.refusal is not None
    assert view.refusal.reason == "partly_answered"


@pytest.mark.parametrize(
    ("picked", "parts"),
    [
        ("twice", ("It can be renewed ", "twice", ".")),
        ("It can be renewed twice", ("It can be renewed twice.", "", "")),
        (None, ("It can be renewed twice.", "", "")),
    ],
)
def test_the_exact_words_are_picked_out_of_a_quote_unless_they_are_most_of_it(
    picked: str | None, parts: tuple[str, str, str]
) -> None:
    cited = citation(permits(), 1, "It can be renewed twice.")
    if picked:
        start = permits().text.index(picked, cited.span.start)
        cited = replace(cited, words=Span(start, start + len(picked)))
    assert exact_words(cited) == parts


@pytest.mark.parametrize(("picked", "added"), [("twice", True), ("It can be renewed twice", False), (None, False)])
def test_the_link_of_a_footnote_takes_its_exact_words_along_where_they_are_picked_out(
    picked: str | None, added: bool
) -> None:
    cited = citation(permits(), 1, "It can be renewed twice.")
    words = span_of(permits(), picked) if picked else None
    answer = Answer((AnswerSentence("Twice.", (1,)),), (replace(cited, words=words),))
    view = turn_view(1, Turn("?", answer)).answer
    assert view
    plain = permalink(cited.document, cited.span)
    expected = plain.replace("#quote", f"&words={words.start}-{words.end}#quote") if words and added else plain
    assert view.sources[0].footnotes[0].href == expected
