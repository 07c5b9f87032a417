"""One answer through every channel: each shows the same sentences and opens the same citations."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from bot.answers import Answer, Refusal, RefusalReason, Reply, Turn
from bot.footnotes import permalink, reply_dict
from footnoted.terminal import print_reply
from tests.unit.web.fake_chatbot import citation, fact_answer, list_answer, permits, refusal, table_answer
from web.channels.export import Framed as Exported
from web.channels.export import turn_html, turn_markdown, turn_text
from web.channels.mcp_tools import reply_text
from web.channels.openai_chat import message
from web.channels.slack_messages import Placed, reply_messages
from web.channels.webhook_messages import Framed, webhook_text
from web.pages import Pages
from web.schemas import ReplyBody
from web.views import ENGLISH, turn_view

BASE = "https://bot.example"
DOCUMENT = permits()


def page(reply: Reply) -> str:
    turns = [turn_view(1, Turn("fact?", reply))]
    shown: dict[str, Any] = {
        "conversation_id": "talk",
        "explainers": [],
        "kept": "",
        "sentence": None,
        "about": None,
        "max_length": 100,
        "address": BASE,
        "suggestions": (),
    }
    return bytes(Pages().render("chat.html", turns=turns, **shown).body).decode()


def terminal(reply: Reply) -> str:
    out = io.StringIO()
    print_reply(reply, Console(file=out, width=400))
    return out.getvalue()


def slack(reply: Reply) -> str:
    messages = reply_messages(reply, Placed(BASE, "talk", 1))
    return json.dumps([message.blocks for message in messages], ensure_ascii=False)


CHANNELS: dict[str, Callable[[Reply], str]] = {
    "json": lambda reply: json.dumps(reply_dict(reply, "talk"), ensure_ascii=False),
    "page": page,
    "terminal": terminal,
    "slack": slack,
    "webhook": lambda reply: webhook_text(reply, Framed(BASE)),
    "openai": lambda reply: message(reply, BASE).content,
    "mcp": lambda reply: reply_text(ReplyBody.model_validate(reply_dict(reply, "talk"))),
}


def links(text: str) -> set[str]:
    """The permalinks that stand in *text*."""
    plain = text.replace("&amp;", "&")
    return set(re.findall(r"/read/[\w-]+/[0-9a-f]+\?quote=\d+-\d+#quote", plain))


def squeezed(text: str) -> str:
    """*text* as its reader sees it, without what a channel puts between or around words."""
    for entity, character in {"&lt;": "<", "&gt;": ">", "&#34;": '"', '\\"': '"', "&amp;": "&"}.items():
        text = text.replace(entity, character)
    return re.sub(r"\s+|</?(?:td|th|tr|span)[^>]*>|\|", "", text)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("answer", [fact_answer(DOCUMENT), list_answer(DOCUMENT), table_answer(DOCUMENT)])
def test_an_answer_cites_the_same_everywhere(channel: str, answer: Answer) -> None:
    shown = CHANNELS[channel](answer)
    assert links(shown) == {permalink(citation.document, citation.span) for citation in answer.citations}
    for sentence in answer.sentences:
        assert squeezed(sentence.text) in squeezed(shown)
    for each in answer.citations:
        assert squeezed(each.quote) in squeezed(shown)
        for note in each.notes:
            assert squeezed(note.text) in squeezed(shown)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_refusal_says_the_same_everywhere(channel: str) -> None:
    declined: Refusal = refusal(DOCUMENT)
    shown = CHANNELS[channel](declined)
    assert squeezed(declined.message) in squeezed(shown)
    assert links(shown) == {permalink(near.document, near.span) for near in declined.nearest}


def test_annotations_open_what_the_footnotes_open() -> None:
    answer = list_answer(DOCUMENT)
    annotations: tuple[dict[str, Any], ...] = message(answer, BASE).annotations
    cited = {citation.number: BASE + permalink(citation.document, citation.span) for citation in answer.citations}
    used = [cited[number] for sentence in answer.sentences for number in sentence.footnotes]
    assert [annotation["url_citation"]["url"] for annotation in annotations] == used


FRAMED = Exported(BASE, ENGLISH)
EXPORTS: dict[str, Callable[[Reply], str]] = {
    "text": lambda reply: turn_text(turn_view(1, Turn("fact?", reply)), FRAMED),
    "markdown": lambda reply: turn_markdown(turn_view(1, Turn("fact?", reply)), FRAMED),
    "html": lambda reply: turn_html(turn_view(1, Turn("fact?", reply)), FRAMED),
}


SAYS = (*fact_answer(DOCUMENT).citations, citation(DOCUMENT, 2, "It can be renewed twice."))
PREMISE: Refusal = replace(refusal(DOCUMENT), reason=RefusalReason.FALSE_PREMISE, says=SAYS)


@pytest.mark.parametrize("channel", [*CHANNELS, *EXPORTS])
def test_a_false_premise_shows_what_the_text_says_and_opens_it_everywhere(channel: str) -> None:
    shown = (CHANNELS | EXPORTS)[channel](PREMISE)
    nearest = {permalink(near.document, near.span) for near in PREMISE.nearest}
    assert links(shown) == {permalink(said.document, said.span) for said in SAYS} | nearest
    for said in SAYS:
        assert squeezed(said.quote) in squeezed(shown)
        for note in said.notes:
            assert squeezed(note.text) in squeezed(shown)


@pytest.mark.parametrize("channel", [channel for channel in CHANNELS | EXPORTS if channel != "json"])
def test_what_the_text_says_stands_between_the_message_that_announces_it_and_the_nearest_sections(channel: str) -> None:
    shown = squeezed((CHANNELS | EXPORTS)[channel](PREMISE)).replace("\\", "")
    quotes = [shown.index(squeezed(said.quote)) for said in SAYS]
    nearest = shown.rindex(f"?quote={PREMISE.nearest[0].span.start}-")
    assert shown.index("Theexplainerdoesn’tsaywho") < min(quotes) < max(quotes) < nearest


def test_annotations_stand_on_the_numbers_of_what_the_text_says() -> None:
    written = message(PREMISE, BASE)
    places = [annotation["url_citation"] for annotation in written.annotations]
    assert [written.content[place["start_index"] : place["end_index"]] for place in places] == ["[1]", "[2]"]
    assert [place["url"] for place in places] == [BASE + permalink(each.document, each.span) for each in SAYS]
    lines = written.content[places[0]["start_index"] :].split("\n")
    assert lines[0].startswith("[1] “A permit is valid for five years.”")
    assert written.content[places[1]["start_index"] :].startswith("[2] “It can be renewed twice.”")


def test_in_slack_buttons_open_what_the_text_says() -> None:
    blocks = [block for written in reply_messages(PREMISE, Placed(BASE, "talk", 1)) for block in written.blocks]
    buttons = [button for block in blocks if block["type"] == "actions" for button in block["elements"]]
    opened = [button["url"] for button in buttons if "url" in button]
    assert opened == [BASE + permalink(each.document, each.span) for each in SAYS]


@pytest.mark.parametrize("longest", [400, 600])
def test_a_short_message_still_links_to_what_the_text_says(longest: int) -> None:
    text = webhook_text(PREMISE, Framed(BASE, longest=longest))
    assert len(text) <= longest
    assert {permalink(each.document, each.span) for each in SAYS} <= links(text)


def test_each_quote_of_what_the_text_says_is_a_paragraph_in_markdown() -> None:
    lines = EXPORTS["markdown"](PREMISE).split("\n")
    quotes = [place for place, line in enumerate(lines) if line.startswith("> “")]
    assert len(quotes) == len(SAYS)
    assert all(lines[place - 1] == lines[place + 1] == "" for place in quotes), "or they would run into one another"
    assert "\n\n\n" not in EXPORTS["markdown"](PREMISE) + EXPORTS["markdown"](refusal(DOCUMENT))
