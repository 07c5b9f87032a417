"""What became of a passage in another version: spans that hold, and words that give back both texts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.builder import DocumentBuilder, Metadata
from corpus.changes import Comparison, Fate, PassageChange
from corpus.documents import BlockKind, Document, Span
from corpus.word_diff import DiffPiece, PieceKind
from tests.unit.corpus.differences import new_text, old_text

WORDS = st.sampled_from(
    ["permit", "Permits", "not", "five", "1987", "$6.4", "–", "the", "may", "é", "😀", "287(g)", "a—b"]
)
SENTENCE = st.lists(WORDS, min_size=1, max_size=6).map(lambda words: " ".join(words) + ".")
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=3).map(" ".join)
BLOCKS = st.lists(
    st.tuples(st.sampled_from(["heading", "paragraph", "list", "table"]), PARAGRAPH), min_size=1, max_size=8
)


def document_of(blocks: Sequence[tuple[str, str]], notes: Sequence[str] = ()) -> Document:
    """A document; the sentences of a list's text are its items, those of a table's its rows."""
    builder = DocumentBuilder()
    for kind, text in blocks:
        parts = [f"{part}." for part in text.rstrip(".").split(". ")]
        match kind:
            case "heading":
                builder.add_heading(2, text)
            case "list":
                builder.add_list(parts)
            case "table":
                builder.add_table([[part, "x"] for part in parts])
            case _:
                builder.add_paragraph(text)
    for number, note in enumerate(notes, start=1):
        builder.add_note(str(number), note)
    return builder.build(Metadata(id="permits", title="Permits", language="en"))


def paragraphs(*texts: str) -> Document:
    return document_of([("paragraph", text) for text in texts])


def passage(old: Document, new: Document, quote: str) -> PassageChange:
    start = old.text.index(quote)
    found = Comparison(old, new).passage(Span(start, start + len(quote)))
    assert found
    return found


def words_of(document: Document, span: Span | None) -> list[str]:
    """The words of *span* without what only lays lists, notes and tables out."""
    if span is None:
        return []
    shown = [False] * len(document.text)
    lines = [note.span for note in document.notes]
    for section in document.sections:
        lines.append(Span(section.span.start, section.span.start + len(section.heading)))
        for block in section.blocks:
            lines += block.items or (block.span,)
    for line in lines:
        shown[line.start : line.end] = [True] * (line.end - line.start)
    return "".join(document.text[at] if shown[at] else " " for at in range(span.start, span.end)).split()


def changed_words(change: PassageChange, kind: PieceKind) -> list[str]:
    return [piece.text.strip() for piece in change.pieces if piece.kind is kind]


class TestAnyTwoVersions:
    @settings(max_examples=80, deadline=None)
    @given(old=BLOCKS, new=BLOCKS, data=st.data())
    def test_the_pieces_give_back_both_texts_and_the_spans_lie_in_them(
        self, old: list[tuple[str, str]], new: list[tuple[str, str]], data: st.DataObject
    ) -> None:
        before, after = document_of(old, ["A note."]), document_of(new)
        start = data.draw(st.integers(0, len(before.text) - 1))
        span = Span(start, data.draw(st.integers(start + 1, len(before.text))))
        change = Comparison(before, after).passage(span)
        if change is None:
            assert not words_of(before, span)
            return
        assert change.old.end <= len(before.text)
        assert change.new is None or change.new.end <= len(after.text)
        assert (change.new is None) == (change.fate is Fate.REMOVED)
        assert old_text(change.pieces).split() == words_of(before, change.old)
        assert new_text(change.pieces).split() == words_of(after, change.new)
        same = words_of(before, change.old) == words_of(after, change.new)
        assert same == (change.fate in {Fate.UNCHANGED, Fate.MOVED})
        assert change.fate is not Fate.CHANGED or change.old.start <= span.end

    @settings(max_examples=80, deadline=None)
    @given(old=BLOCKS, new=BLOCKS)
    def test_the_whole_comparison_gives_back_the_words_of_each_line_and_shows_no_line_twice(
        self, old: list[tuple[str, str]], new: list[tuple[str, str]]
    ) -> None:
        before, after = document_of(old), document_of(new, ["A note."])
        lines = [line for section in Comparison(before, after).sections() for line in section.lines]
        for line in lines:
            assert old_text(line.pieces).split() == words_of(before, line.old)
            assert new_text(line.pieces).split() == words_of(after, line.new)
            assert (line.old is None) == (line.fate is Fate.ADDED)
            assert (line.new is None) == (line.fate is Fate.REMOVED)
        for spans in ([line.old for line in lines], [line.new for line in lines]):
            shown = sorted(span for span in spans if span)
            assert all(one.end <= other.start for one, other in pairwise(shown))
        assert [line.new for line in lines if line.new] == sorted(line.new for line in lines if line.new)

    @settings(max_examples=60, deadline=None)
    @given(blocks=BLOCKS, data=st.data())
    def test_a_document_is_unchanged_against_itself(self, blocks: list[tuple[str, str]], data: st.DataObject) -> None:
        document = document_of(blocks, ["A note."])
        comparison = Comparison(document, document)
        assert comparison.sections() == ()
        start = data.draw(st.integers(0, len(document.text) - 1))
        change = comparison.passage(Span(start, data.draw(st.integers(start + 1, len(document.text)))))
        if change:
            assert change.fate is Fate.UNCHANGED
            assert change.new == change.old
            assert change.introduction == ()

    @settings(max_examples=80, deadline=None)
    @given(texts=st.lists(PARAGRAPH, min_size=2, max_size=8), data=st.data())
    def test_whatever_is_edited_each_untouched_paragraph_is_found_with_its_words(
        self, texts: list[str], data: st.DataObject
    ) -> None:
        order = data.draw(st.permutations(range(len(texts))))
        touched = data.draw(st.sets(st.sampled_from(order)))
        edited = [data.draw(st.none() | PARAGRAPH) if at in touched else texts[at] for at in order]
        added = data.draw(st.lists(PARAGRAPH, max_size=2))
        old, new = paragraphs(*texts), paragraphs(*added, *[text for text in edited if text], "An end.")
        comparison = Comparison(old, new)
        for at, block in enumerate(old.sections[0].blocks):
            if at not in touched:
                change = comparison.passage(block.span)
                assert change
                assert change.fate in {Fate.UNCHANGED, Fate.MOVED}
                assert change.new
                assert change.new.of(new.text) == block.span.of(old.text)


class TestOnePassage:
    @pytest.mark.parametrize(
        ("old", "new", "removed", "added"),
        [
            ("A permit is valid for five years.", "A permit is valid for three years.", ["five"], ["three"]),
            ("Towns paid $6.4 million.", "Towns paid $7.1 million.", ["$6.4"], ["$7.1"]),
            ("It began on May 3, 2019.", "It began on June 3, 2021.", ["May", "2019"], ["June", "2021"]),
            ("Guards may carry arms.", "Guards may not carry arms.", [], ["not"]),
            ("No guard carries arms.", "A guard carries arms.", ["No"], ["A"]),
            ("Section 287(g) says so.", "Section 287(f) says so.", ["287(g)"], ["287(f)"]),
            ("It rose by 5%.", "It rose by -5%.", ["5%"], ["-5%"]),
        ],
    )
    def test_figures_dates_and_negations_that_changed_are_pieces_of_their_own(
        self, old: str, new: str, removed: list[str], added: list[str]
    ) -> None:
        change = passage(paragraphs("Before.", old, "After."), paragraphs("Before.", new, "After."), old)
        assert change.fate is Fate.CHANGED
        assert changed_words(change, PieceKind.REMOVED) == removed
        assert changed_words(change, PieceKind.ADDED) == added

    def test_a_not_beside_the_quoted_words_counts(self) -> None:
        old, new = paragraphs("Guards in uniform may carry arms."), paragraphs("No guards in uniform may carry arms.")
        change = passage(old, new, "may carry arms")
        assert change.fate is Fate.CHANGED
        assert change.new
        assert change.new.of(new.text) == "No guards in uniform may carry arms."

    def test_a_sentence_beside_a_new_one_is_unchanged_and_exactly_where_it_stands_now(self) -> None:
        old = paragraphs("A permit is valid for five years. It costs $40.")
        new = paragraphs("A start. A permit is valid for five years. Not so in Ashford. It costs $40.")
        change = passage(old, new, "permit is valid")
        assert change.fate is Fate.UNCHANGED
        assert change.new
        assert change.new.of(new.text) == "permit is valid"
        assert change.pieces == (DiffPiece(PieceKind.KEPT, "permit is valid"),)

    def test_two_sentences_between_which_one_was_put_are_changed(self) -> None:
        old = paragraphs("A permit is valid for five years. It costs $40.")
        new = paragraphs("A permit is valid for five years. Not so in Ashford. It costs $40.")
        change = passage(old, new, old.text.strip())
        assert changed_words(change, PieceKind.ADDED) == ["Not so in Ashford."]

    def test_an_item_that_another_place_says_too_is_unchanged_where_it_was_joined_to_the_next(self) -> None:
        before = document_of([("paragraph", "Rent is due."), ("list", "Costs. not –.")])
        after = paragraphs("Costs.", "Costs.", "Rent is due.", "Costs. not –.")
        change = Comparison(before, after).passage(Span(0, len(before.text)))
        assert change
        assert (change.fate, new_text(change.pieces)) == (Fate.UNCHANGED, "Rent is due.\nCosts. not –.")

    def test_a_paragraph_under_another_heading_is_moved_and_says_where_to(self) -> None:
        rest = [("paragraph", f"Paragraph {n} stays where it is.") for n in range(4)]
        fee = ("paragraph", "A permit costs $40 a year.")
        old = document_of([("heading", "Fees"), fee, ("heading", "Rest"), *rest])
        new = document_of([("heading", "Fees"), ("heading", "Rest"), *rest, fee])
        change = passage(old, new, fee[1])
        assert (change.fate, change.old_section, change.new_section) == (Fate.MOVED, ("Fees",), ("Rest",))
        assert change.new
        assert change.new.of(new.text) == fee[1]

    def test_a_paragraph_that_was_moved_and_changed_is_found_where_it_stands_now(self) -> None:
        rest = [f"Quite different paragraph {n} stays." for n in range(4)]
        old = paragraphs("Growers train with a county inspector for eight hours.", *rest)
        new = paragraphs(*rest, "Growers train with a county inspector for nine hours.")
        change = passage(old, new, "eight hours")
        assert (changed_words(change, PieceKind.REMOVED), changed_words(change, PieceKind.ADDED)) == (
            ["eight"],
            ["nine"],
        )

    def test_what_is_gone_is_removed_with_its_words(self) -> None:
        change = passage(
            paragraphs("One stays.", "Pears are never weighed."), paragraphs("One stays."), "never weighed"
        )
        assert (change.fate, change.new) == (Fate.REMOVED, None)
        assert change.pieces == (DiffPiece(PieceKind.REMOVED, "never weighed"),)

    def test_a_sentence_that_was_split_is_compared_with_both_of_its_parts(self) -> None:
        joined = "Growers pay $40 a year, and towns keep the money in a fund."
        parts = "Growers pay $40 a year. Towns keep the money in a fund."
        old, new = paragraphs("Begin.", joined, "End."), paragraphs("Begin.", parts, "End.")
        for one, other, quote in ((old, new, joined), (new, old, "Towns keep the money")):
            change = passage(one, other, quote)
            assert change.new
            assert change.new.of(other.text) in {joined, parts}
            assert "keep the money in a fund." in changed_words(change, PieceKind.KEPT)

    def test_a_sentence_that_became_a_part_of_another_is_not_called_gone(self) -> None:
        rest = "Several states have acted, and their laws come from three places"
        old = paragraphs("Under the act, towns pay half.", "A bridge.", f"{rest}.")
        new = paragraphs("A bridge.", f"{rest}: Under the act, towns pay half.")
        change = passage(old, new, "Under the act, towns pay half.")
        assert change.fate is Fate.CHANGED
        assert changed_words(change, PieceKind.REMOVED) == []

    def test_an_item_whose_words_stay_tells_that_its_lead_in_changed(self) -> None:
        item = ("list", "Sell fruit at the gate. Hire pickers.")
        old = document_of([("paragraph", "Some words. A grower may:"), item])
        new = document_of([("paragraph", "Some words. A grower may not:"), item])
        change = passage(old, new, "Hire pickers")
        assert change.fate is Fate.UNCHANGED
        assert "not" in new_text(change.introduction)
        assert "not" not in old_text(change.introduction)

    def test_a_row_whose_words_stay_tells_that_its_header_changed(self) -> None:
        old, new = (document_of([("table", f"Fee in {year}. Wells pay 40.")]) for year in (2024, 2025))
        assert old.sections[0].blocks[0].kind is BlockKind.TABLE
        change = passage(old, new, "Wells pay 40.")
        assert change.fate is Fate.UNCHANGED
        assert [piece.text for piece in change.introduction if piece.kind is PieceKind.ADDED] == ["2025"]

    def test_a_note_of_the_documents_own_is_followed_too(self) -> None:
        old, new = (document_of([("paragraph", "Text.")], [f"Only {n} towns answered."]) for n in ("two", "nine"))
        change = passage(old, new, "Only two towns")
        assert (change.fate, change.old_section) == (Fate.CHANGED, ("Note 1",))

    def test_a_short_sentence_that_is_gone_is_not_found_in_its_twin_of_another_place(self) -> None:
        old = paragraphs("Do pears count? No.", "Do apples and quinces count? No.")
        new = paragraphs("Do apples and quinces count? No.")
        assert passage(old, new, "Do pears count? No.").fate is Fate.REMOVED

    def test_long_texts_that_share_a_few_words_give_back_both_texts_too(self) -> None:
        old, new = paragraphs("to be or not " * 4000, "...?!" * 4000), paragraphs("not to be " * 4000, ".!" * 9000)
        for line in (line for section in Comparison(old, new).sections() for line in section.lines):
            assert old_text(line.pieces).split() == words_of(old, line.old)
            assert new_text(line.pieces).split() == words_of(new, line.new)

    @pytest.mark.parametrize("texts", [(), ("Only one.",)])
    def test_a_version_without_text_has_nothing(self, texts: tuple[str, ...]) -> None:
        old, new = paragraphs("A permit is valid."), paragraphs(*texts)
        assert passage(old, new, "valid").fate is Fate.REMOVED
        assert Comparison(new, old).passage(Span(0, 0)) is None


class TestTheWholeDocument:
    def test_changes_stand_under_their_sections_in_order(self) -> None:
        old = document_of(
            [
                ("heading", "Fees"),
                ("paragraph", "Permits cost $40 a year."),
                ("paragraph", "Wells are free."),
                ("heading", "Training"),
                ("paragraph", "Growers train for eight hours with an inspector."),
            ]
        )
        new = document_of(
            [
                ("heading", "Fees"),
                ("paragraph", "Permits cost $45 a year."),
                ("heading", "Exams"),
                ("paragraph", "An exam is held in June."),
                ("heading", "Training"),
                ("paragraph", "Growers train for eight hours with an inspector."),
            ]
        )
        found = [
            (section.path, [(line.fate, old_text(line.pieces), new_text(line.pieces)) for line in section.lines])
            for section in Comparison(old, new).sections()
        ]
        assert found == [
            (
                ("Fees",),
                [
                    (Fate.CHANGED, "Permits cost $40 a year.", "Permits cost $45 a year."),
                    (Fate.REMOVED, "Wells are free.", ""),
                ],
            ),
            (("Exams",), [(Fate.ADDED, "", "Exams"), (Fate.ADDED, "", "An exam is held in June.")]),
        ]

    def test_a_paragraph_that_is_only_split_has_not_changed(self) -> None:
        parts = ["Growers pay $40 a year.", "Towns keep the money in a fund."]
        assert Comparison(paragraphs(" ".join(parts)), paragraphs(*parts)).sections() == ()

    def test_a_paragraph_that_moved_is_told_of_once_with_where_it_was(self) -> None:
        rest = [("paragraph", f"Paragraph {n} stays where it is.") for n in range(4)]
        fee = ("paragraph", "A permit costs $40 a year.")
        old = document_of([("heading", "Fees"), fee, ("heading", "Rest"), *rest])
        new = document_of([("heading", "Fees"), ("heading", "Rest"), *rest, fee])
        (section,) = Comparison(old, new).sections()
        (line,) = section.lines
        assert (section.path, line.fate, line.moved_from) == (("Rest",), Fate.MOVED, ("Fees",))
