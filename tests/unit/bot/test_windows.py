"""What the reader is shown of a passage, and where what it finds there stands in the passage."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.gloss import glossed_window
from bot.reader import Reading, Window, as_written, spelled_out
from corpus.documents import Span
from index.abbreviations import LongForm

TEXT = "The PGB meets. Fees go to the OOI"
SENTENCES = (Span(0, 14), Span(15, 33))
PGB, OOI = LongForm(Span(4, 7), "Pear Growers' Board"), LongForm(Span(30, 33), "Office of Orchard Inspection")
WINDOW = spelled_out(Window("Fees", TEXT, SENTENCES), [PGB, OOI])


def found(words: str) -> str | None:
    """What stands in the passage for *words* of the window."""
    start = WINDOW.text.index(words)
    (span,) = as_written(Reading(1.0, (1.0,), (Span(start, start + len(words)),)), WINDOW).words
    return span.of(TEXT) if span else None


def test_each_sentence_holds_its_long_forms() -> None:
    assert [span.of(WINDOW.text) for span in WINDOW.sentences] == [
        "The PGB Pear Growers' Board meets.",
        "Fees go to the OOI Office of Orchard Inspection",
    ]


def test_words_are_found_in_the_passage_and_those_of_a_long_form_where_its_short_form_is() -> None:
    assert found("The") == "The"
    assert found("PGB") == "PGB"
    assert found("Growers'") == "PGB"
    assert found("Board meets") == "PGB meets"
    assert found("go to the OOI Office") == "go to the OOI"
    assert found("meets. Fees") == "meets. Fees"
    assert found("Inspection") == "OOI"


def test_where_no_words_are_told_none_are_found() -> None:
    assert as_written(Reading(1.0, (1.0, 0.0), (None, None)), WINDOW).words == (None, None)
    assert as_written(Reading(1.0, (1.0, 0.0)), WINDOW).words == ()


def test_the_words_of_a_gloss_are_not_the_passages() -> None:
    window = glossed_window(Window("Los huertos", "Cuesta 40 dólares al año.", (Span(0, 25),)))
    assert as_written(Reading(1.0, (1.0,), (Span(0, 4),)), window).words == ()


@given(st.data())
def test_all_that_is_the_passages_stands_where_it_stood(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(["a", "bb", "CC", "DDD"]), min_size=1, max_size=8))
    text = " ".join(words)
    ends = [len(" ".join(words[: count + 1])) for count in range(len(words))]
    chosen = data.draw(st.lists(st.sampled_from(range(len(words))), unique=True).map(sorted))
    forms = [LongForm(Span(ends[i] - len(words[i]), ends[i]), f"Form {i}") for i in chosen]
    window = spelled_out(Window("", text, (Span(0, len(text)),)), forms)
    place = 0
    for i, word in enumerate(words):
        span = Span(place, place + len(word))
        assert span.of(window.text) == word
        assert as_written(Reading(0.0, (0.0,), (span,)), window).words == (Span(ends[i] - len(word), ends[i]),)
        place = span.end + 1 + (len(f"Form {i} ") if i in chosen else 0)
