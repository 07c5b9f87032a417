"""Replies as Slack messages: read back as a reader sees them, and held to Slack's documented limits."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from bot.answers import (
    Answer,
    AnswerSentence,
    Citation,
    CitedDocument,
    CitedNote,
    NearestSection,
    Refusal,
    RefusalReason,
    Reply,
)
from corpus.documents import Span
from tests.unit.web.block_kit import check_message, check_view, require
from tests.unit.web.fake_chatbot import fact_answer, list_answer, permits, refusal, table_answer
from web.channels.slack_messages import (
    MAX_BUTTON_URL,
    MAX_QUESTION,
    MAX_QUOTE,
    MAX_TEXT,
    Placed,
    SlackMessage,
    escape,
    plain_message,
    reply_messages,
    shortened,
    streamed_texts,
)
from web.channels.words import ENGLISH, SPANISH, Words

SITE = "https://bot.example.org/explainers"
TALK = "c" * 64
PLACED = Placed(SITE, TALK, 1)
LONG = "A rule on [wells] *and* springs, " * 9
NOTE = CitedNote("1", "Older permits ran for three years.")

FRAGMENTS = (
    *("*", "**", "_", "__", "_a_", "~", "~~", "`", "```", "\\", "\\*", "$", "^", "!", "|", " | ", "|---|---|", "=="),
    *(
        "[",
        "]",
        "(",
        ")",
        "[x](y)",
        "](",
        "][",
        "![a](b)",
        "[a]: /url",
        "[^1]",
        "[^1]: a",
        "^[a]",
        "[x] ",
        "[ ] a",
        "[1]",
    ),
    *("# ", "## a", "#", "> ", ">", "- ", "+ ", "1. ", "1) ", "12.", "---", "- - -", "===", "    ", "     code", "  "),
    *("\n", "\n\n", "\r\n", "\t", "  \n", "\n# ", "\n---", "\n===", "\n- ", "\n    ", "\n> ", "\u2028", "\x85"),
    *("<", ">", "&", "&amp;", "&lt;", "&copy;", "&#42;", "&#x2a;", "&copy", "<b>", "</b>", "<!--", "<?x", "<br/>"),
    *("<http://a.example>", "<a@b.example>", "https://a.example/x", "www.a.example", "WWW.a.example", "a@b.example"),
    *("<!channel>", "<@U123>", "<#C1>", "@here", ":smile:", ":+1:", ":", "::", "1:30:45"),
    *("“", "”", "é", "שלום", "مرحبا", "👩‍👧", "\u202e", "\u00a0", "\u200b", "e\u0301", "287(g)", "$40", "5", "."),
)
WORDS = st.sampled_from(["", "a", "The fee is ", " and so on.", "two words", "1", "x "])
ONE_FRAGMENT = st.tuples(WORDS, st.sampled_from(FRAGMENTS), WORDS).map("".join)
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\ue000•")
TEXTS = (
    st.one_of(
        ONE_FRAGMENT,
        ONE_FRAGMENT,
        st.lists(st.sampled_from(FRAGMENTS) | WORDS, max_size=8).map("".join),
        st.text(st.sampled_from("*_~`[]()#<>&|!:;-+=.1 \nab\\/@x^'\""), max_size=8),
        st.text(LETTERS, max_size=12),
    )
    .map(str.strip)
    .filter(bool)
)


# How a reader sees a message

BREAK = "\ue000"
ADDRESS = re.compile(r"https?://|www\.|\S@\S", re.IGNORECASE)
EMOJI = re.compile(r":[\w+'-]+:")
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(tasklists_plugin).use(footnote_plugin)
BLOCKS_OF_OURS = {"paragraph_open", "paragraph_close", "bullet_list_open", "bullet_list_close"}
ITEMS = {"list_item_open", "list_item_close"}


@dataclass
class Reading:
    """Text as it is seen, the address that each character links to, and how far it has been checked."""

    text: str = ""
    hrefs: list[str | None] = field(default_factory=list)
    at: int = 0

    def add(self, text: str, href: str | None = None) -> None:
        self.text += text
        self.hrefs += [href] * len(text)

    def take(self, text: str, href: str | None = None) -> None:
        """*text* comes next, after gaps and bullets, all of it with *href*."""
        self._skip()
        seen = self.text[self.at : self.at + len(text)]
        assert seen == text
        assert set(self.hrefs[self.at : self.at + len(text)]) == {href}
        self.at += len(text)

    def take_mark(self, number: int, href: str | None) -> None:
        """``[number]`` comes next, and its number links to *href*."""
        self._skip()
        mark = f"[{number}]"
        assert self.text[self.at : self.at + len(mark)] == mark
        assert set(self.hrefs[self.at + 1 : self.at + len(mark) - 1]) == {href}
        self.at += len(mark)

    def take_quote(self, before: str, quote: str, after: str = "") -> None:
        """*quote* comes next between *before* and *after*: all of it or, where it is long, its beginning and a mark."""
        if len(quote) <= MAX_QUOTE:
            self.take(f"{before}{quote}{after}")
            return
        self.take(before)
        end = self.text.index(f" …{after}", self.at)
        assert quote.startswith(self.text[self.at : end])
        assert MAX_QUOTE // 3 < end - self.at < MAX_QUOTE
        self.at = end + len(f" …{after}")

    def end(self) -> None:
        """Nothing else stands there."""
        self._skip()
        assert self.text[self.at :] == ""

    def _skip(self) -> None:
        while self.text[self.at : self.at + 1] in {" ", "\n", "•", BREAK}:
            self.at += 1


def read_block(block: dict[str, Any], reading: Reading) -> None:
    if block["type"] == "rich_text":
        for section in block["elements"]:
            for line in section["elements"] if section["type"] == "rich_text_list" else [section]:
                reading.add(BREAK if line is not block["elements"][0] else "")
                for piece in line["elements"]:
                    reading.add(piece["text"], piece.get("url"))
        return
    seen = read_markdown(block["text"])
    assert seen == read_markdown(html.unescape(block["text"])), "a reader that resolves entities first sees the same"
    for text, href in seen:
        reading.add(text, href)


def read_markdown(markdown: str) -> list[tuple[str, str | None]]:
    """Runs of text with their addresses; fails where anything but our own links and lists is read as markup."""
    runs: list[tuple[str, str | None]] = []
    depth = 0
    for token in MARKDOWN.parse(markdown):
        if token.type == "inline":
            runs += [(BREAK, None)] if runs else []
            runs += inline_runs(token.children or [])
        else:
            require(token.type in BLOCKS_OF_OURS | ITEMS, f"{token.type} was read in {markdown!r}")
            depth += token.nesting if token.type in ITEMS else 0
            require(depth < 2, f"a list in a list was read in {markdown!r}")
    text = "".join(text for text, _ in runs)
    require("  " not in text, f"blanks that would be shown as one in {markdown!r}")
    require(not EMOJI.search(text), f"emoji in {markdown!r}")
    require(not ADDRESS.search(text), f"a bare address in {markdown!r}")
    return [(text, href) for text, href in runs if text]


def inline_runs(tokens: Iterable[Token]) -> Iterator[tuple[str, str | None]]:
    href: str | None = None
    for token in tokens:
        require(token.type in {"text", "link_open", "link_close"}, f"{token.type} was read")
        if token.type == "text":
            yield token.content, href
        else:
            href = str(token.attrs["href"]) if token.type == "link_open" else None


def read_back(messages: Sequence[SlackMessage]) -> tuple[Reading, Reading, Reading]:
    """The answer, the footnotes and the plain text, each over all messages."""
    answer, footnotes, plain = Reading(), Reading(), Reading()
    for message in messages:
        reading = answer
        for block in message.blocks:
            if block["type"] == "divider":
                reading = footnotes
            if block["type"] in {"markdown", "rich_text"}:
                read_block(block, reading)
                if reading is answer:
                    plain.add(unescaped(message.text))
    return answer, footnotes, plain


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# What a reply must say


def address(document: CitedDocument, span: Span, site: str = SITE) -> str:
    return f"{site}/read/{document.id}/{document.version}?quote={span.start}-{span.end}#quote"


def check(reply: Reply, placed: Placed = PLACED) -> list[SlackMessage]:
    """Holds the messages of *reply* to every property, and gives them back."""
    messages = reply_messages(reply, placed)
    for message in messages:
        check_message(message.text, message.blocks)
        check_escapes(message)
    kinds = [{block["type"] for block in message.blocks} for message in messages]
    assert ["context_actions" in kind for kind in kinds] == [False] * (len(messages) - 1) + [True]
    assert not any("actions" in kind for kind in kinds[:-1])
    answer, footnotes, plain = read_back(messages)
    take_reply(answer, reply, placed, linked=True)
    take_reply(plain, reply, placed, linked=False)
    take_footnotes(footnotes, reply.citations if isinstance(reply, Answer) else (), placed)
    return messages


def check_escapes(message: SlackMessage) -> None:
    for text in [message.text, *(block["text"] for block in message.blocks if block["type"] == "markdown")]:
        assert not re.search("[<>]", text)
        assert not re.search("&(?!(?:amp|lt|gt);)", text)


def take_reply(reading: Reading, reply: Reply, placed: Placed, *, linked: bool) -> None:
    """Every sentence in order, each with its marks, then what is refused, and nothing else."""
    if isinstance(reply, Answer):
        places = {c.number: address(c.document, c.span, placed.base_url) for c in reply.citations}
        for sentence in reply.sentences:
            reading.take(f"[{sentence.about}] {sentence.text}" if sentence.about else sentence.text)
            for number in sentence.footnotes:
                reading.take_mark(number, places[number] if linked else None)
    refused = reply.partly if isinstance(reply, Answer) else reply
    if refused:
        reading.take(refused.message)
        if refused.nearest:
            reading.take(placed.words.instead)
        for near in refused.nearest:
            href = address(near.document, near.span, placed.base_url) if linked else None
            reading.take(" › ".join(near.section) or near.document.title, href)
    reading.end()


def take_footnotes(reading: Reading, citations: Sequence[Citation], placed: Placed) -> None:
    """Each citation once, in order, with its quote, section, title, date and notes, and nothing else."""
    for citation in citations:
        document = citation.document
        reading.take_mark(citation.number, address(document, citation.span, placed.base_url))
        place = ", ".join([*([" › ".join(citation.section)] if citation.section else []), document.title])
        day = document.as_of
        dated = f", {placed.words.as_of.format(date=placed.words.date(day))}" if day else ""
        reading.take_quote("“", citation.quote, f"” — {place}{dated}")
        for note in citation.notes:
            reading.take_quote(f"{placed.words.note.format(label=note.label)}: ", note.text)
    reading.end()


# Replies to try

RULES = CitedDocument("water-permits", "Drinking-Water Permits", "0f3a9c", date(2025, 4, 14))


def cite(
    number: int, quote: str, *notes: CitedNote, document: CitedDocument = RULES, section: str = "Fees"
) -> Citation:
    start = 1_000 * number
    return Citation(number, quote, Span(start, start + len(quote)), (section,), document, f"p{number}", notes)


def says(*texts: str, **changes: Any) -> Answer:
    """An answer of *texts*, each with one footnote that quotes it; *changes* are made to every sentence."""
    sentences = tuple(AnswerSentence(text, (number,), **changes) for number, text in enumerate(texts, start=1))
    return Answer(sentences, tuple(cite(number, text) for number, text in enumerate(texts, start=1)))


def refuses(message: str, *sections: tuple[str, ...]) -> Refusal:
    nearest = tuple(NearestSection(section, RULES, Span(n, n + 9)) for n, section in enumerate(sections))
    return Refusal(RefusalReason.PARTLY_ANSWERED, message, nearest)


@st.composite
def replies(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> Reply:
    """Any answer or refusal, of texts that may look like anything."""
    named = st.lists(texts, max_size=3).map(tuple)
    refused = st.builds(refuses, texts, named, named)
    if draw(st.integers(0, 9)) == 0:
        return draw(refused)
    sentences: list[AnswerSentence] = []
    known = 0
    for text in draw(st.lists(texts, min_size=1, max_size=5)):
        new = draw(st.integers(0 if known else 1, 2))
        old = draw(st.lists(st.integers(1, known), max_size=2, unique=True)) if known and not new else []
        numbers = (*(old or ([] if new else [1])), *range(known + 1, known + new + 1))
        known += new
        about = draw(st.none() | texts)
        sentences.append(AnswerSentence(text, numbers, about, item=draw(st.booleans())))
    document = replace(RULES, title=draw(texts), as_of=draw(st.none() | st.dates()))
    notes = st.lists(st.builds(CitedNote, texts, texts), max_size=2)
    citations = tuple(
        replace(cite(number, draw(texts), *draw(notes), document=document), section=draw(named))
        for number in range(1, known + 1)
    )
    return Answer(tuple(sentences), citations, partly=draw(st.none() | refused))


class TestEveryReply:
    @given(replies())
    @settings(max_examples=300, deadline=None)
    def test_reads_as_it_was_written_within_slacks_limits(self, reply: Reply) -> None:
        check(reply)

    @given(text=TEXTS, item=st.booleans())
    @settings(max_examples=400, deadline=None)
    @example(text="[a]: /url", item=False)
    @example(text="12.", item=True)
    def test_a_sentence_reads_as_it_stands(self, text: str, item: bool) -> None:
        check(says("It says:", text, text, item=item))

    @pytest.mark.parametrize("fragment", [*FRAGMENTS, *"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"])
    def test_no_text_is_read_as_markup(self, fragment: str) -> None:
        for text in (fragment, f"{fragment}x", f"x{fragment}y{fragment}", f"x {fragment} y {fragment} z"):
            if text.strip():
                check(says("It says:", text.strip(), "So it is."))
                check(says("It says:", text.strip(), "So it is.", item=True))
                check(refuses(text.strip(), (text.strip(), "Fees")))
                check(refuses(text.strip()))

    @given(replies(st.text(st.sampled_from("ab &<*-é👩 \n"), min_size=1, max_size=20).map(lambda t: f"x{t * 130}x")))
    @settings(max_examples=30, deadline=None)
    def test_long_texts_are_split_and_lose_nothing(self, reply: Reply) -> None:
        check(reply)

    @pytest.mark.parametrize("answer", [fact_answer, list_answer, table_answer])
    def test_of_the_fake_chatbot_is_one_message(self, answer: Any) -> None:
        reply = answer(permits())
        assert len(check(reply)) == 1
        assert len(check(replace(reply, partly=refusal(permits())))) == 1
        assert len(check(reply, replace(PLACED, words=SPANISH))) == 1

    def test_that_refuses_is_one_message_with_the_nearest_sections(self) -> None:
        message = check(refusal(permits()))[0]
        assert [block["type"] for block in message.blocks] == ["rich_text", "actions", "context_actions"]
        check(refuses("The text doesn’t say that.", (LONG, LONG), (LONG,), ("[Fees] *and* more",)))


class TestLongReplies:
    def test_are_split_between_sentences(self) -> None:
        texts = [f"Rule {n} says that a well must be tested each year." for n in range(60)]
        messages = check(says(*texts))
        assert len(messages) > 1
        assert all(re.search(r"\[\d+\]$", message.text) for message in messages)

    @pytest.mark.parametrize("text", ["rule & law " * 1_500, "x" * 15_000, "&" * 15_000, "水" * 15_000, "a\n" * 9_000])
    def test_a_sentence_too_long_for_any_message_is_cut(self, text: str) -> None:
        messages = check(says("Short.", f"x{text.strip()}x", "Short again."))
        assert len(messages) > len(text) // MAX_TEXT

    def test_a_sentence_is_cut_between_words(self) -> None:
        messages = check(says("a well must be tested " * 700 + "here."))
        assert all(re.search(r"(?:a|well|must|be|tested) $", message.text) for message in messages[:-3])

    def test_a_footnote_comes_in_the_message_of_its_sentence(self) -> None:
        for message in check(says(*(f"Rule {n} is strict. " * 20 for n in range(20)))):
            answer, footnotes, _ = read_back([message])
            assert set(re.findall(r"\[\d+\]", answer.text)) == set(re.findall(r"\[\d+\]", footnotes.text))

    @pytest.mark.parametrize("sentences", [120, 1])
    def test_120_footnotes(self, sentences: int) -> None:
        each = 120 // sentences
        numbers = [tuple(range(n * each + 1, (n + 1) * each + 1)) for n in range(sentences)]
        reply = Answer(
            tuple(AnswerSentence("It is so.", some) for some in numbers),
            tuple(cite(n, "It is so.", NOTE) for n in range(1, 121)),
        )
        check(reply)

    def test_a_sentence_that_uses_old_footnotes_lists_none_again(self) -> None:
        reply = says("One.", "Two.")
        check(replace(reply, sentences=(*reply.sentences, AnswerSentence("Three.", (2, 1)))))
        check(replace(says("One."), sentences=(AnswerSentence("One.", (1, 1)),)))

    def test_marks_are_never_cut(self) -> None:
        for length in range(MAX_TEXT - 150, MAX_TEXT + 50):
            for message in check(says("x" * length)):
                assert not re.search(r"\[(?!\d+\])|(?<!\d)\]", message.text)

    @pytest.mark.parametrize("length", [MAX_QUOTE, MAX_QUOTE + 1, 20_000])
    @pytest.mark.parametrize("word", ["word ", "word", "a\n", "<&"])
    def test_long_quotes_and_notes_are_shown_with_their_beginning(self, length: int, word: str) -> None:
        text = (word * length)[: length - 1] + "."
        check(Answer((AnswerSentence("Short.", (1,)),), (cite(1, text, NOTE, CitedNote("2", text[:5_000])),)))

    def test_long_sections_and_titles(self) -> None:
        document = replace(RULES, title=LONG)
        check(Answer((AnswerSentence("A.", (1,), about=LONG),), (cite(1, "A.", document=document, section=LONG * 3),)))
        check(refuses("No.", (LONG,) * 8, (LONG,) * 8, (LONG,) * 8))

    @pytest.mark.parametrize("length", [400, 800, 2_900])
    def test_long_addresses(self, length: int) -> None:
        site = f"https://bot.example.org/{'a' * length}"
        reply = says(*(f"Rule {n}." for n in range(9)))
        message = check(replace(reply, partly=refusal(permits())), replace(PLACED, base_url=site))[-1]
        urls = [button.get("url", "") for button in controls(message)]
        assert all(len(url) <= MAX_BUTTON_URL for url in urls)

    @pytest.mark.parametrize("path", ["a(b", "a b", "a)b", "?a&copy=b", "a\\b", "<a>"])
    def test_an_address_that_would_break_a_markdown_link(self, path: str) -> None:
        check(says("A."), replace(PLACED, base_url=f"{SITE}/{path}"))

    def test_the_longest_heading_fits_beside_the_longest_message(self) -> None:
        heading = SPANISH.asked_by.format(who="<@U0123456789>", question=escape("&" * MAX_QUESTION))
        messages = check(says("&" * 20_000), replace(PLACED, heading=heading, shareable=True))
        shown = [block for message in messages for block in message.blocks if block["type"] == "context"]
        assert [block["elements"][0]["text"] for block in shown] == [heading]
        assert messages[0].blocks[0] is shown[0]
        check(says("A."), replace(PLACED, heading=heading, shareable=True))


def controls(message: SlackMessage) -> list[dict[str, Any]]:
    """The buttons under *message*, those for feedback left out."""
    return [button for block in message.blocks if block["type"] == "actions" for button in block["elements"]]


class TestButtons:
    def test_open_the_first_passages_and_speak_of_the_turn(self) -> None:
        message = check(says(*(f"Rule {n}." for n in range(9))), replace(PLACED, turn=7, shareable=True))[-1]
        opens = controls(message)[:4]
        assert [button["text"]["text"] for button in opens] == [f"Open passage {n}" for n in range(1, 5)]
        assert [button["url"] for button in opens] == [
            address(RULES, Span(n * 1_000, n * 1_000 + 7)) for n in range(1, 5)
        ]
        assert [(b["action_id"], b["value"]) for b in controls(message)[4:]] == [
            ("ask_follow_up", f"{TALK} 7"),
            ("share", f"{TALK} 7"),
        ]
        feedback = message.blocks[-1]["elements"][0]
        assert feedback["positive_button"]["value"] == f"right {TALK} 7"
        assert feedback["negative_button"]["value"] == f"wrong {TALK} 7"

    def test_are_left_out_where_nothing_can_be_done(self) -> None:
        message = check(refusal(permits()), replace(PLACED, followable=False))[-1]
        assert controls(message) == []

    def test_are_for_the_footnotes_of_the_last_message(self) -> None:
        messages = check(says(*(f"Rule {n} is strict. " * 20 for n in range(1, 21))))
        _, footnotes, _ = read_back(messages[-1:])
        listed = re.findall(r"\[(\d+)\]", footnotes.text)[:4]
        labels = [button["text"]["text"] for button in controls(messages[-1]) if "url" in button]
        assert labels == [f"Open passage {number}" for number in listed]


class TestMarkdown:
    @pytest.mark.parametrize(
        "text",
        [
            "A permit is valid for five years.",
            "Fees run from $40 to $1,500 (about 5% of it); see 8 U.S.C. 1357(g).",
            "AT&T’s share is < 5 and > 3 — “no more”, it says!",
            "¿Quién paga? El dueño, según la ley.",
            "It opens at 9:30 on 04/14/2025: be there.",
        ],
    )
    def test_is_what_ordinary_sentences_are_sent_in(self, text: str) -> None:
        message = check(says(text, text))[0]
        shown = message.blocks[0]
        assert shown["type"] == "markdown"
        link = f"[[1]({address(RULES, Span(1_000, 1_000 + len(text)))})]"
        assert shown["text"].startswith(f"{escape(text)} {link} {escape(text)} [[2](")

    def test_of_a_list_has_an_item_a_line(self) -> None:
        reply = says("The owner must:", "test the water;", "keep records.", "That is all.")
        items = [replace(s, item=n in {1, 2}) for n, s in enumerate(reply.sentences)]
        lines = check(replace(reply, sentences=tuple(items)))[0].blocks[0]["text"].split("\n")
        assert [line.split(" [[")[0] for line in lines] == [
            "The owner must:",
            "- test the water;",
            "- keep records.",
            "",
            "That is all.",
        ]

    def test_streams_line_by_line(self) -> None:
        message = check(list_answer(permits(years="five")))[0]
        assert streamed_texts(message) is None
        message = check(says("One.", "Two.", item=True))[0]
        texts = streamed_texts(message)
        assert texts is not None
        assert len(texts) == 2
        assert "".join(texts) == message.blocks[0]["text"] + "\n"


class TestRichText:
    def test_of_sentences_that_go_on_is_one_section(self) -> None:
        reply = says("First, *so*.", "Then _so_.", "a | b", "Last.")
        block = check(reply)[0].blocks[0]
        assert [element["type"] for element in block["elements"]] == ["rich_text_section"]
        text = "".join(piece["text"] for piece in block["elements"][0]["elements"])
        assert text == "First, *so*. [1] Then _so_. [2]\n\na | b [3]\n\nLast. [4]"

    def test_of_a_list_is_a_list(self) -> None:
        block = check(list_answer(permits()))[0].blocks[0]
        assert [element["type"] for element in block["elements"]] == [
            "rich_text_section",
            "rich_text_list",
            "rich_text_section",
        ]
        assert len(block["elements"][1]["elements"]) == 3

    def test_takes_no_entities(self) -> None:
        block = check(says("<need> & *more*"))[0].blocks[0]
        assert block["elements"][0]["elements"][0]["text"] == "<need> & *more*"


class TestPlainText:
    def test_of_one_message_is_the_answer_as_in_other_channels(self) -> None:
        for reply in (fact_answer(permits()), list_answer(permits())):
            assert check(reply)[0].text == escape(reply.text)

    def test_of_a_refusal_names_the_nearest_sections(self) -> None:
        message = check(refuses("The text doesn’t say.", ("Permits", "Renewal")))[0]
        assert message.text == "The text doesn’t say.\nRead instead:\n• Permits › Renewal"


class TestPlainMessage:
    def test_is_one_block(self) -> None:
        message = plain_message("I don’t answer <here> & now.")
        check_message(message.text, message.blocks)
        assert message == SlackMessage(
            "I don’t answer &lt;here&gt; &amp; now.",
            ({"type": "rich_text", "elements": message.blocks[0]["elements"]},),
        )
        assert plain_message("Not here.").blocks == ({"type": "markdown", "text": "Not here."},)
        assert plain_message(" Not here.").blocks[0]["type"] == "rich_text"

    @given(TEXTS)
    @settings(max_examples=100, deadline=None)
    def test_reads_as_it_was_written(self, sentence: str) -> None:
        reading = Reading()
        read_block(plain_message(sentence).blocks[0], reading)
        reading.take(sentence)
        reading.end()


class TestShortened:
    @given(st.text(st.sampled_from("ab \n水"), max_size=60), st.integers(8, 40))
    def test_is_the_beginning_with_a_mark(self, text: str, longest: int) -> None:
        short = shortened(text, longest)
        assert len(short) <= longest
        assert short == text or (short.endswith(" …") and text.startswith(short[:-2]))

    def test_ends_between_words_unless_that_takes_too_much_away(self) -> None:
        assert shortened("one two three four", 12) == "one two …"
        assert shortened(" aaaaaaaaaaaaaaaaaaaaa", 12) == " aaaaaaaaa …"


class TestWords:
    @pytest.mark.parametrize("words", [ENGLISH, SPANISH], ids=lambda words: words.language)
    def test_fit_into_a_modal_and_on_buttons(self, words: Words) -> None:
        plain = {"type": "plain_text"}
        view = {
            "title": {**plain, "text": words.ask_follow_up},
            "submit": {**plain, "text": words.ask},
            "close": {**plain, "text": words.cancel},
            "blocks": [{"type": "input", "label": {**plain, "text": words.your_question}, "element": {}}],
        }
        check_view(view)
        check(says("A."), replace(PLACED, words=words, shareable=True))

    @pytest.mark.parametrize(("words", "dated"), [(ENGLISH, "as of March 1, 2025"), (SPANISH, "al 1 de marzo de 2025")])
    def test_dates_are_written_as_people_write_them(self, words: Words, dated: str) -> None:
        document = replace(RULES, as_of=date(2025, 3, 1))
        reply = Answer((AnswerSentence("A.", (1,)),), (cite(1, "A.", document=document),))
        _, footnotes, _ = read_back(check(reply, replace(PLACED, words=words)))
        assert footnotes.text == f"[1] “A.” — Fees, Drinking-Water Permits, {dated}"

    @pytest.mark.parametrize("words", [ENGLISH, SPANISH], ids=lambda words: words.language)
    def test_every_month_has_its_name(self, words: Words) -> None:
        assert len({words.date(date(2025, month, 1)) for month in range(1, 13)}) == 12


class TestTheChecker:
    """It can fail."""

    MARKDOWN: ClassVar[dict[str, Any]] = {"type": "markdown", "text": "a"}
    BUTTON: ClassVar[dict[str, Any]] = {
        "type": "button",
        "action_id": "a",
        "text": {"type": "plain_text", "text": "a"},
    }

    @pytest.mark.parametrize(
        ("text", "blocks", "rule"),
        [
            (" ", [MARKDOWN], "text: a message has some"),
            ("a" * 4_001, [MARKDOWN], "text: at most"),
            ("a", [MARKDOWN] * 51, "blocks: at most 50"),
            ("a", [{"type": "markdown", "text": "a" * 6_001}] * 2, "markdown: at most"),
            ("a" * 4_000, [{"type": "markdown", "text": "a" * 8_500}], "message: well under"),
            ("a", [{"type": "image"}], "blocks: image"),
            ("a", [{"type": "context", "elements": [{"type": "mrkdwn", "text": "a" * 3_001}]}], "context: text"),
            ("a", [{"type": "actions", "elements": [BUTTON, BUTTON]}], "action_id: unique"),
            ("a", [{"type": "actions", "elements": [{**BUTTON, "url": "a" * 3_001}]}], "button: url"),
            ("a", [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}], "rich_text_s"),
        ],
    )
    def test_names_the_rule(self, text: str, blocks: list[dict[str, Any]], rule: str) -> None:
        with pytest.raises(AssertionError, match=rule):
            check_message(text, blocks)
