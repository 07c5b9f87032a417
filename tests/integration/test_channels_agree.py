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
from tests.unit.web.fake_chatbot import fact_answer, list_answer, permits, refusal, table_answer
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
    for citation in answer.citations:
        assert squeezed(citation.quote) in squeezed(shown)
        for note in citation.notes:
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


@pytest.mark.parametrize("channel", [*CHANNELS, *EXPORTS])
def test_a_false_premise_shows_what_the_text_says_and_opens_it_everywhere(channel: str) -> None:
    says = fact_answer(DOCUMENT).citations
    declined: Refusal = replace(refusal(DOCUMENT), reason=RefusalReason.FALSE_PREMISE, says=says)
    shown = (CHANNELS | EXPORTS)[channel](declined)
    nearest = {permalink(near.document, near.span) for near in declined.nearest}
    assert links(shown) == {permalink(citation.document, citation.span) for citation in says} | nearest
    for citation in says:
        assert squeezed(citation.quote) in squeezed(shown)
