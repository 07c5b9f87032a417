"""What a page is made of, before any template."""

from __future__ import annotations

from bot.answers import Answer, AnswerSentence, Turn
from tests.unit.web.fake_chatbot import citation, permits
from web.views import AnswerView, turn_view


def answer_view(*sentences: AnswerSentence) -> AnswerView:
    """The view of an answer with these sentences, which all cite one quote."""
    answer = Answer(sentences, (citation(permits(), 1, "It can be renewed twice."),))
    view = turn_view(1, Turn("?", answer)).answer
    assert view
    return view


def shape(view: AnswerView) -> list[tuple[bool, list[str]]]:
    """Each block: whether it is a list, and its sentences."""
    return [(block.is_list, [sentence.text for sentence in block.sentences]) for block in view.blocks]


def test_sentences_in_a_row_share_a_paragraph_and_items_in_a_row_a_list() -> None:
    view = answer_view(
        AnswerSentence("One.", (1,)),
        AnswerSentence("Two:", (1,)),
        AnswerSentence("a", (1,), item=True),
        AnswerSentence("b", (1,), item=True),
        AnswerSentence("Three.", (1,)),
    )
    assert shape(view) == [(False, ["One.", "Two:"]), (True, ["a", "b"]), (False, ["Three."])]


def test_a_sentence_that_names_its_section_begins_a_paragraph_but_not_a_list() -> None:
    view = answer_view(
        AnswerSentence("One.", (1,)),
        AnswerSentence("Two.", (1,), about="Fees"),
        AnswerSentence("Three.", (1,)),
        AnswerSentence("a", (1,), item=True),
        AnswerSentence("b", (1,), about="Fees", item=True),
    )
    assert shape(view) == [(False, ["One."]), (False, ["Two.", "Three."]), (True, ["a", "b"])]


def test_only_the_first_mark_of_a_footnote_is_what_the_footnote_leads_back_to() -> None:
    view = answer_view(AnswerSentence("One.", (1,)), AnswerSentence("Two.", (1,)))
    marks = [mark for block in view.blocks for sentence in block.sentences for mark in sentence.marks]
    assert [mark.id for mark in marks] == ["ref-1-1", None]
    assert view.sources[0].footnotes[0].back == "#ref-1-1"
