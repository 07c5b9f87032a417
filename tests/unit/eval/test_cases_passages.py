"""The passages that answer a case: found again when the text changes, and what cites them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.answers import CitedDocument
from bot.footnotes import permalink
from corpus.documents import Document, Span
from corpus.errors import DocumentNotFound
from eval.library import Library, opening
from eval.passages import overlap, quote_spans
from eval.replies import PassageRecord
from eval.retrieval_metrics import passage_is_right, section_recall
from eval.run import evaluate, is_stale, stale_parts
from eval.scores import Score
from eval.verdict import FaultCode, faults
from tests.unit.eval.builders import (
    HOURS,
    LIBRARY,
    NOTE,
    PAID,
    STATE,
    TEXT,
    WEEKS,
    case,
    document,
    passage,
    record,
    reply,
    span_of,
)

OLD = document()
NEW = replace(OLD, text=TEXT.replace("eight hours", "seven weeks"), title="The New Rules")
MOVED = Document("rules", "The Rules", f"New first line.\n{TEXT}", ())


def link(doc: Document, span: Span) -> str:
    return permalink(CitedDocument(doc.id, doc.title, doc.version), span)


def codes(content: dict[str, Any], library: Library = LIBRARY, **changes: Any) -> list[FaultCode]:
    asked = case(**{"sections": [], "facts": [], **changes})
    return [fault.code for fault in faults(asked, record(content), library)]


@pytest.mark.parametrize(
    "named",
    [
        {"quote": HOURS},
        {"quote": "train for\n  eight   hours"},
        {"quote": "clerks"},
        {"permalink": link(OLD, span_of(HOURS))},
        {"permalink": f"https://bot.example{link(OLD, span_of('eight hours'))}"},
        {"section": "basic TRAINING"},
        {"document": "rules"},
    ],
)
def test_an_answer_that_cites_a_passage_is_right_and_one_that_does_not_is_wrong(named: dict[str, str]) -> None:
    assert codes(reply(HOURS), passages=[named]) == []
    away = [] if "document" in named else [FaultCode.WRONG_PASSAGE]
    assert codes(reply(PAID), passages=[named]) == away


def test_any_of_several_passages_will_do_and_so_will_any_of_several_footnotes() -> None:
    named = [{"quote": WEEKS}, {"quote": "state paid nothing"}]
    assert codes(reply(STATE), passages=named) == []
    assert codes(reply(HOURS, PAID, WEEKS), passages=named) == []
    assert codes(reply(HOURS, PAID), passages=named) == [FaultCode.WRONG_PASSAGE]


def test_a_quote_that_stands_in_several_places_is_cited_from_any() -> None:
    assert codes(reply(WEEKS), passages=[{"quote": "train for"}]) == []
    assert codes(reply(HOURS), passages=[{"quote": "train for"}]) == []


def test_sections_narrow_down_where_a_quote_counts() -> None:
    paid = [{"quote": "paid"}]
    assert codes(reply(PAID), passages=paid, sections=["what it costs"]) == []
    assert codes(reply(PAID), passages=paid, sections=["basic training"]) == [FaultCode.WRONG_PASSAGE]


def test_words_within_longer_words_are_not_the_quote() -> None:
    assert quote_spans("art", "party art") == (Span(6, 9),)
    assert quote_spans("“a – b”", 'see "a - b" there') == (Span(4, 11),)
    assert quote_spans("  ", "a  b") == ()


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [((0, 5), (4, 9), True), ((0, 5), (5, 9), False), ((0, 6), (5, 9), False), ((4, 7), (5, 6), False)],
)
def test_spans_overlap_where_they_share_a_letter_or_a_digit(
    one: tuple[int, int], other: tuple[int, int], shared: bool
) -> None:
    text = Document("d", "D", "abcde fghi", ())
    assert overlap(text, Span(*one), Span(*other)) is shared
    assert overlap(text, Span(*other), Span(*one)) is shared


def test_silence_cites_no_passage() -> None:
    silence = {**reply(HOURS), "answer": "", "sentences": [], "footnotes": []}
    assert codes(silence, passages=[{"quote": HOURS}]) == [FaultCode.WRONG_PASSAGE]


def test_a_footnote_into_another_document_is_right_only_for_a_passage_that_names_it() -> None:
    content = reply(HOURS)
    content["footnotes"][0]["document"]["id"] = "laws"
    assert codes(content, passages=[{"quote": HOURS}]) == [FaultCode.WRONG_PASSAGE]
    assert codes(content, passages=[{"document": "laws"}]) == []


def test_a_footnote_into_a_version_that_is_not_at_hand_is_judged_by_its_words() -> None:
    content = reply(HOURS)
    content["footnotes"][0]["document"]["version"] = "0" * 12
    assert codes(content, passages=[{"quote": "eight hours"}]) == []
    assert codes(content, passages=[{"quote": WEEKS}]) == [FaultCode.WRONG_PASSAGE]
    assert codes(content, passages=[{"section": "training"}]) == []


def test_a_permalink_of_an_earlier_version_is_found_by_its_words() -> None:
    library = Library.of([MOVED], lambda _id, _version: OLD)
    asked = case(sections=[], passages=[{"permalink": link(OLD, span_of(HOURS))}])
    assert not is_stale(asked, MOVED, library)
    start = MOVED.text.index(HOURS)
    found = PassageRecord(id=f"rules@{MOVED.version}:{start}-{start + 5}", document="rules", text="")
    assert passage_is_right(asked, found, library)


@pytest.mark.parametrize(
    ("named", "lost"),
    [
        ({"quote": "eight hours"}, "“eight hours”"),
        ({"permalink": link(OLD, span_of("eight hours"))}, link(OLD, span_of("eight hours"))),
        ({"section": "Uniforms"}, "the section “Uniforms”"),
        ({"document": "laws"}, "the document 'laws'"),
    ],
)
def test_a_case_is_stale_by_the_passage_that_is_gone_even_where_others_are_left(
    named: dict[str, str], lost: str
) -> None:
    library = Library.of([NEW], lambda _id, _version: OLD)
    asked = case(sections=[], passages=[{"quote": WEEKS}, named])
    assert stale_parts(asked, NEW, library) == (lost,)
    run = evaluate(lambda _case: reply(HOURS), [NEW], [asked])
    assert run.stale == (asked,)


def test_a_permalink_of_a_version_that_can_not_be_opened_is_stale() -> None:
    asked = case(sections=[], passages=[{"permalink": link(OLD, span_of(HOURS))}])
    assert not is_stale(asked, OLD)
    assert is_stale(asked, MOVED)


def test_a_permalink_past_the_end_of_its_version_is_stale() -> None:
    asked = case(sections=[], passages=[{"permalink": link(OLD, Span(0, len(TEXT) + 1))}])
    assert is_stale(asked, OLD)


def test_a_version_that_the_bot_does_not_keep_is_none() -> None:
    def keep_nothing(_document_id: str, _version: str) -> Document:
        raise DocumentNotFound("gone")

    assert opening(keep_nothing)("rules", "1") is None
    assert opening(lambda _id, _version: OLD)("rules", OLD.version) is OLD


def test_a_retrieved_passage_is_right_where_it_has_part_of_what_the_case_names() -> None:
    asked = case(sections=[], passages=[{"quote": "eight hours"}])
    found = record(reply(HOURS, passages=[passage(PAID, STATE), passage(NOTE), passage(WEEKS, HOURS)]))
    assert section_recall(3)(asked, found, LIBRARY) == Score(1, 1)
    assert section_recall(2)(asked, found, LIBRARY) == Score(0, 1)


@pytest.mark.parametrize(
    "named",
    [
        "words",
        {},
        {"quote": " "},
        {"quote": "…"},
        {"quote": "a", "section": "b"},
        {"quote": "a", "relevance": 0},
        {"permalink": "/read/rules"},
        {"permalink": "/read/rules/abc?quote=5-5"},
        {"permalink": "/read/rules/abc?quote=1-2&quote=3-4"},
        {"permalink": "//["},
        {"words": "a"},
    ],
)
def test_what_is_no_passage_is_refused(named: object) -> None:
    with pytest.raises(ValidationError):
        case(passages=[named])


def test_a_case_with_passages_alone_says_what_is_right() -> None:
    assert case(facts=[], sections=[], passages=[{"quote": HOURS}]).cites
    with pytest.raises(ValidationError, match="no passages"):
        case(facts=[], sections=[], status="refused", reason="not_in_text", passages=[{"quote": HOURS}])


@given(
    st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), min_size=1, max_size=6),
    st.lists(st.sampled_from([" ", "\n", "\t ", "  "]), min_size=6, max_size=6),
)
def test_a_quote_is_found_whatever_the_blanks_on_either_side(words: list[str], blanks: list[str]) -> None:
    laid_out = "".join(f"{word}{blank}" for word, blank in zip(words, blanks, strict=False)).strip()
    text = f"Before. {laid_out} (after)"
    spans = quote_spans(" ".join(words), text)
    assert Span(8, 8 + len(laid_out)) in spans
    assert all(span.of(text).split() == words for span in spans)
