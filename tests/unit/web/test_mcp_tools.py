"""The MCP server, by the SDK's own client in the same process."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp.types import INVALID_PARAMS, CallToolResult, TextContent, TextResourceContents
from starlette.testclient import TestClient

from bot.answers import RefusalReason
from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.errors import ConversationStoreError
from bot.footnotes import permalink, reply_dict
from bot.settings import BotSettings
from corpus.documents import Document, Span
from index.build import build_index
from tests.fakes import HashEmbedder, orchard_document
from tests.unit.web.fake_chatbot import FakeChatbot, cited, fact_answer, list_answer, permits, refusal, span_of, still
from web.channels.mcp_tools import SearchBody, reply_text, search_text, surroundings
from web.errors import SENTENCES
from web.mcp_server import build_server, http_app
from web.middleware import MAX_BODY_BYTES
from web.schemas import MAX_HISTORY, ReplyBody

SITE = "https://bot.example.org/explainers"
TERM = "A permit is valid for five years."

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def orchards(tmp_path: Path) -> Chatbot:
    """A real chatbot without the model."""
    build_index([orchard_document()], HashEmbedder(), tmp_path)
    return bootstrap(BotSettings(data_dir=tmp_path), keep_conversations=True, embedder=HashEmbedder())


async def call(bot: FakeChatbot | Chatbot, tool: str, public_url: str = "", **arguments: Any) -> CallToolResult:
    async with Client(build_server(still(bot), public_url=public_url)) as client:
        return await client.call_tool(tool, arguments)


async def read(bot: FakeChatbot | Chatbot, uri: str) -> str:
    async with Client(build_server(still(bot))) as client:
        content = (await client.read_resource(uri)).contents[0]
        assert isinstance(content, TextResourceContents)
        assert (content.uri, content.mime_type) == (uri, "text/plain")
        return content.text


async def unread(bot: FakeChatbot | Chatbot, uri: str) -> MCPError:
    async with Client(build_server(still(bot))) as client:
        with pytest.raises(MCPError) as caught:
            await client.read_resource(uri)
        return caught.value


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def body_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text_of(result)
    body = result.structured_content
    assert isinstance(body, dict)
    return body


def complaint_of(result: CallToolResult) -> str:
    """The sentence of an error, of which nothing is structured."""
    assert result.is_error
    assert result.structured_content is None
    sentence = text_of(result)
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    assert "\n" not in sentence
    return sentence


TALK = "kT3vQ9x0bW-2mZr_81LuYe"


class TestAsk:
    @pytest.mark.parametrize("question", ["fact?", "list them", "who pays?"])
    async def test_a_reply_in_a_named_conversation_is_the_contracts_json_and_is_kept(
        self, chatbot: FakeChatbot, question: str
    ) -> None:
        body = body_of(await call(chatbot, "ask", question=question, conversation_id=TALK))
        (turn,) = chatbot.conversations.turns(TALK)
        assert turn.reply is not None
        assert body == reply_dict(turn.reply, TALK)

    @pytest.mark.parametrize("name", [None, ""])
    async def test_without_a_conversation_nothing_is_kept_and_there_is_none_to_go_on_with(
        self, chatbot: FakeChatbot, name: str | None
    ) -> None:
        body = body_of(await call(chatbot, "ask", question="fact?", conversation_id=name))
        assert body == reply_dict(fact_answer(permits()), "")
        assert not chatbot.conversations.conversations()

    async def test_the_real_chatbot_keeps_nothing_either(self, orchards: Chatbot) -> None:
        question = "How many hours do apple growers train?"
        assert body_of(await call(orchards, "ask", question=question))["passages"]
        assert not orchards.conversations.conversations()

    async def test_earlier_questions_reach_the_chatbot_in_order(self, chatbot: FakeChatbot) -> None:
        history = [f"earlier {n}" for n in range(MAX_HISTORY)]
        await call(chatbot, "ask", question="fact?", history=history)
        assert list(chatbot.histories[0]) == history

    async def test_the_text_holds_the_marks_and_everything_that_a_footnote_says(self, chatbot: FakeChatbot) -> None:
        document = permits()
        assert text_of(await call(chatbot, "ask", question="fact?")) == (
            f"{TERM} [1]\n\n"
            f"[1] “{TERM}”\n"
            f"    {document.title}, as of 2025-04-14: Permits\n"
            "    Note 1: Older permits ran for three years.\n"
            f"    {permalink(cited(document), span_of(document, TERM))}"
        )

    async def test_the_text_has_every_footnote_in_order(self, chatbot: FakeChatbot) -> None:
        lines = text_of(await call(chatbot, "ask", question="list them")).splitlines()
        footnotes = [line for line in lines if re.match(r"\[\d+\] “", line)]
        quotes = [citation.quote for citation in list_answer(permits()).citations]
        assert footnotes == [f"[{number}] “{quote}”" for number, quote in enumerate(quotes, start=1)]

    async def test_a_refusal_is_no_error_and_names_its_reason_and_the_nearest_sections(
        self, chatbot: FakeChatbot
    ) -> None:
        result = await call(chatbot, "ask", question="who pays?")
        nearest = body_of(result)["refusal"]["nearest"]
        assert text_of(result).splitlines() == [
            "Refused (not_in_text): The explainer doesn’t say who <pays> for this.",
            "Nearest sections:",
            f"- Permits: {nearest[0]['permalink']}",
            f"- {permits().title}: {nearest[1]['permalink']}",
        ]

    def test_the_text_of_an_answer_to_a_part_says_what_is_left_open(self) -> None:
        document = permits()
        reply = replace(fact_answer(document), partly=refusal(document, RefusalReason.PARTLY_ANSWERED))
        text = reply_text(ReplyBody.model_validate(reply_dict(reply, "")))
        assert text.startswith(f"{TERM} [1]\n\n[1] ")
        assert (
            "\n\nRefused (partly_answered): The explainer doesn’t say who <pays> for this.\nNearest sections:" in text
        )

    @pytest.mark.parametrize("question", ["list them", "who pays?"])
    async def test_the_public_url_stands_before_every_link_and_changes_nothing_else(
        self, chatbot: FakeChatbot, question: str
    ) -> None:
        paths = await call(chatbot, "ask", question=question)
        links = await call(chatbot, "ask", f"{SITE}/", question=question)
        assert str(body_of(paths)).count("/read/") > 0
        assert str(body_of(links)) == str(body_of(paths)).replace("/read/", f"{SITE}/read/")
        assert text_of(links) == text_of(paths).replace("/read/", f"{SITE}/read/")

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            ({}, "question"),
            ({"question": None}, "question"),
            ({"question": 5}, "question"),
            ({"question": "secret?", "histroy": []}, "histroy"),
            ({"question": "secret?", "history": "secret"}, "history"),
            ({"question": "secret?", "history": ["secret"] * (MAX_HISTORY + 1)}, "history"),
            ({"question": "secret?", "history": ["secret", 1]}, "history.1"),
            ({"question": "secret?", "conversation_id": "a secret"}, "conversation_id"),
            ({"question": "secret?", "conversation_id": "short"}, "conversation_id"),
            ({"question": "secret?", "conversation_id": "x" * 65}, "conversation_id"),
            ({"question": "secret \ud800"}, "question"),
        ],
    )
    async def test_an_argument_that_cannot_be_used_is_named_and_not_repeated(
        self, chatbot: FakeChatbot, arguments: dict[str, Any], named: str
    ) -> None:
        sentence = complaint_of(await call(chatbot, "ask", **arguments))
        assert sentence.startswith(f"The argument {named!r} can't be used: ")
        assert "secret" not in sentence
        assert not chatbot.histories

    async def test_an_empty_question_is_told_in_the_chatbots_own_sentence(self, chatbot: FakeChatbot) -> None:
        sentence = complaint_of(await call(chatbot, "ask", question=" "))
        assert sentence == "The question is empty; write what you want to know."

    async def test_what_only_the_operator_can_mend_is_told_to_the_log_alone(
        self, chatbot: FakeChatbot, caplog: pytest.LogCaptureFixture
    ) -> None:
        chatbot.failure = ConversationStoreError("The conversations in /srv/data can't be used.")
        sentence = complaint_of(await call(chatbot, "ask", question="fact?"))
        assert sentence == "The conversations can't be used just now. Please try again later."
        assert "/srv/data" in caplog.text

    async def test_of_an_unexpected_error_neither_the_client_nor_the_log_gets_the_text(
        self, chatbot: FakeChatbot, caplog: pytest.LogCaptureFixture
    ) -> None:
        chatbot.failure = RuntimeError("no entry for 'secret'")
        assert complaint_of(await call(chatbot, "ask", question="secret?")) == SENTENCES[500]
        assert "Unexpected RuntimeError" in caplog.text
        assert "secret" not in caplog.text

    async def test_a_question_waits_at_the_turnstile_and_opening_a_passage_does_not(self, chatbot: FakeChatbot) -> None:
        turnstile = anyio.CapacityLimiter(1)
        server = build_server(still(chatbot), turnstile=turnstile)
        document = permits()
        async with Client(server) as client, anyio.create_task_group() as tasks, turnstile:
            tasks.start_soon(client.call_tool, "ask", {"question": "fact?"})
            while not (turnstile.statistics().tasks_waiting or chatbot.histories):
                await anyio.lowlevel.checkpoint()
            link = permalink(cited(document), span_of(document, TERM))
            assert body_of(await client.call_tool("read_passage", {"permalink": link}))["quote"] == TERM
            assert not chatbot.histories
        assert len(chatbot.histories) == 1

    async def test_a_client_of_the_earlier_protocol_gets_the_same(self, chatbot: FakeChatbot) -> None:
        async with Client(build_server(still(chatbot)), mode="legacy") as client:
            assert body_of(await client.call_tool("ask", {"question": "fact?"}))["footnotes"][0]["quote"] == TERM


class TestSearch:
    async def test_passages_come_best_first_and_each_can_be_opened_by_its_permalink(self, orchards: Chatbot) -> None:
        body = body_of(await call(orchards, "search", query="How long do pear growers train?"))
        assert "Pear growers train for three weeks." in body["passages"][0]["text"]
        scores = [passage["score"] for passage in body["passages"]]
        assert scores == sorted(scores, reverse=True)
        for passage in body["passages"]:
            opened = body_of(await call(orchards, "read_passage", permalink=passage["permalink"]))
            assert (opened["quote"], opened["document"]) == (passage["text"], passage["document"])

    async def test_a_passage_says_where_it_stands(self, orchards: Chatbot) -> None:
        result = await call(orchards, "search", SITE, query="Millbrook inspections", limit=1)
        (passage,) = body_of(result)["passages"]
        assert set(passage) == {"id", "document", "section", "text", "permalink", "score"}
        assert passage["section"] == ["Costs"]
        assert passage["document"] == {
            "id": "orchards",
            "title": "Orchard permits",
            "version": orchard_document().version,
            "as_of": "2025-03-01",
            "language": "en",
            "url": None,
        }
        assert text_of(result).splitlines() == [
            f"1. “{passage['text']}”",
            "    Orchard permits, as of 2025-03-01: Costs",
            f"    {passage['permalink']}",
        ]
        assert passage["permalink"].startswith(f"{SITE}/read/orchards/")

    async def test_there_are_no_more_than_the_limit(self, orchards: Chatbot) -> None:
        found = [body_of(await call(orchards, "search", query="growers", limit=n))["passages"] for n in (1, 2, 1000)]
        assert [len(found[0]), len(found[1])] == [1, 2]
        assert found[2][:2] == found[1]

    async def test_a_query_that_no_passage_is_about_is_no_error(self, orchards: Chatbot) -> None:
        assert not (await call(orchards, "search", query="???")).is_error

    def test_nothing_found_is_said_in_words(self) -> None:
        assert search_text(SearchBody(passages=[])) == "The explainers have no passage that comes close."

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ({"query": " "}, "The question is empty"),
            ({"query": "x" * 10_000}, "10,000 characters"),
            ({"query": "growers", "limit": 0}, "'limit' can't be used"),
            ({"query": "growers", "limit": "many"}, "'limit' can't be used"),
            ({"question": "growers"}, "'query' can't be used"),
        ],
    )
    async def test_what_cannot_be_searched_for_is_told_in_one_sentence(
        self, orchards: Chatbot, arguments: dict[str, Any], told: str
    ) -> None:
        assert told in complaint_of(await call(orchards, "search", **arguments))


class TestReadPassage:
    async def test_a_passage_is_the_exact_slice_with_its_context_set_apart(self, chatbot: FakeChatbot) -> None:
        document = permits()
        span = span_of(document, "File the form.")
        result = await call(chatbot, "read_passage", permalink=permalink(cited(document), span))
        body = body_of(result)
        assert body["quote"] == "File the form."
        around = body["context_before"] + body["quote"] + body["context_after"]
        start = span.start - len(body["context_before"])
        assert around == document.text[start : start + len(around)]
        assert around.startswith("A renewal takes these steps:")
        assert around.endswith("Pay the fee.")
        assert body["section"] == ["Permits", "What an <owner> must do"]
        assert body["document"]["version"] == document.version
        assert body["document"]["as_of"] == "2025-04-14"
        assert body["current"]
        assert text_of(result).splitlines()[:1] == ["Context before: A renewal takes these steps:"]

    @pytest.mark.parametrize(
        "before", ["", "https://bot.example.org", "http://localhost:8000/a/b", "//bot.example.org", "read/x/y"]
    )
    async def test_a_permalink_is_opened_from_whichever_site_it_came(self, chatbot: FakeChatbot, before: str) -> None:
        document = permits()
        link = permalink(cited(document), span_of(document, TERM))
        assert body_of(await call(chatbot, "read_passage", permalink=before + link))["quote"] == TERM

    async def test_the_parts_of_a_permalink_open_the_same_passage(self, chatbot: FakeChatbot) -> None:
        document, span = permits(), span_of(permits(), TERM)
        by_link = await call(chatbot, "read_passage", SITE, permalink=permalink(cited(document), span))
        parts = {"document_id": document.id, "version": document.version, "start": span.start, "end": span.end}
        by_parts = await call(chatbot, "read_passage", SITE, **parts)
        assert body_of(by_parts) == body_of(by_link)
        assert body_of(by_parts)["permalink"] == SITE + permalink(cited(document), span)

    async def test_an_earlier_version_is_opened_and_said_to_be_one(self, chatbot: FakeChatbot) -> None:
        old = chatbot.old[0]
        link = permalink(cited(old), span_of(old, "A permit is valid for three years."))
        result = await call(chatbot, "read_passage", permalink=link)
        assert not body_of(result)["current"]
        assert f"Version {old.version}, which is not the current one" in text_of(result)

    async def test_a_note_is_placed_in_the_section_that_carries_its_mark(self, chatbot: FakeChatbot) -> None:
        document = permits()
        link = permalink(cited(document), span_of(document, "Once for springs."))
        assert body_of(await call(chatbot, "read_passage", permalink=link))["section"] == ["Permits", "Note 2"]

    @pytest.mark.parametrize(
        ("quote", "before", "after"),
        [
            (
                "However, they need no exam.",
                "Apple growers train for 8 hours. ",
                " Pear growers train for three weeks.",
            ),
            ("need no", "However, they ", " exam."),
            ("million on inspections in 2019. It", "Millbrook spent $6.4 ", " ended the scheme a year later."),
            ("Costs", "", "\n\nMillbrook spent $6.4 million on inspections in 2019."),
            ("It ended the scheme a year later.", "Millbrook spent $6.4 million on inspections in 2019. ", ""),
            ("Hire seasonal pickers", "Sell fruit at the gate\n• ", "\n• Graft new trees"),
            ("ever published", "Only Millbrook and Ashford ", " their costs."),
        ],
        ids=["between two", "inside one", "across two", "heading", "last of its section", "list item", "note"],
    )
    def test_surroundings_are_a_sentence_each_way_or_the_rest_of_a_cut_one(
        self, quote: str, before: str, after: str
    ) -> None:
        document = orchard_document()
        around = surroundings(document, span_of(document, quote))
        assert around.of(document.text) == before + quote + after

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ({}, "Give either the permalink"),
            ({"permalink": ""}, "Give either the permalink"),
            ({"permalink": "{read}", "start": 3}, "Give either the permalink"),
            ({"document_id": "water-permits", "start": 3, "end": 5}, "Give either the permalink"),
            ({"document_id": "water-permits", "version": "{version}", "start": 3}, "Give either the permalink"),
            ({"permalink": "/read/water-permits/{version}"}, "Give either the permalink"),
            ({"permalink": "/c/talk"}, "Give either the permalink"),
            ({"permalink": "http://[/read/a/b?quote=1-2"}, "Give either the permalink"),
            ({"permalink": "/read/water-permits/{version}?quote=5-5"}, "The span 5-5 isn't in this version"),
            ({"permalink": "/read/water-permits/{version}?quote=x"}, "The span x isn't in this version"),
            ({"permalink": "/read/water-permits/{version}?quote=5-99999"}, "its text runs from 0 to {length}"),
            ({"document_id": "water-permits", "version": "{version}", "start": -3, "end": 5}, "The span -3-5 isn't"),
            ({"document_id": "water-permits", "version": "none", "start": 3, "end": 5}, "There is no explainer"),
            ({"permalink": "/read/none/{version}?quote=3-5"}, "There is no explainer 'none'"),
            ({"permalink": 5}, "'permalink' can't be used"),
            ({"quote": "3-5"}, "'quote' can't be used"),
        ],
    )
    async def test_what_cannot_be_opened_is_told_in_one_sentence(
        self, chatbot: FakeChatbot, arguments: dict[str, Any], told: str
    ) -> None:
        known = {"{version}": permits().version, "{length}": str(len(permits().text)), "{read}": "/read/a/b?quote=1-2"}
        for name, value in known.items():
            told = told.replace(name, value)
            arguments = {k: v.replace(name, value) if isinstance(v, str) else v for k, v in arguments.items()}
        assert told in complaint_of(await call(chatbot, "read_passage", **arguments))


class TestResources:
    async def test_every_current_explainer_is_listed_with_its_text(self, chatbot: FakeChatbot) -> None:
        other = replace(permits(), id="a b/c", publisher=None, as_of=None)
        chatbot.current = (*chatbot.current, other)
        async with Client(build_server(still(chatbot))) as client:
            listed = (await client.list_resources()).resources
        assert [resource.uri for resource in listed] == [
            "footnoted://documents/water-permits",
            "footnoted://documents/a%20b%2Fc",
        ]
        assert listed[0].title == permits().title
        assert listed[0].description == (
            f"An explainer by Sample & Sons, as of 2025-04-14, version {permits().version}."
        )
        assert listed[1].description == f"An explainer, version {other.version}."
        assert [resource.size for resource in listed] == [None, None], "a card doesn't know how many bytes its text has"
        for resource, document in zip(listed, chatbot.current, strict=True):
            assert await read(chatbot, resource.uri) == document.text

    async def test_the_template_leads_to_an_earlier_version(self, chatbot: FakeChatbot) -> None:
        async with Client(build_server(still(chatbot))) as client:
            (template,) = (await client.list_resource_templates()).resource_templates
        old = chatbot.old[0]
        uri = template.uri_template.replace("{id}", old.id).replace("{version}", old.version)
        assert await read(chatbot, uri) == old.text

    @pytest.mark.parametrize(
        ("uri", "told"),
        [
            ("footnoted://documents/none", "There is no explainer 'none'"),
            ("footnoted://documents/water-permits/none", "There is no explainer"),
            ("footnoted://documents/", "There is no such resource"),
            ("footnoted://conversations/talk", "There is no such resource"),
            ("file:///etc/passwd", "There is no such resource"),
        ],
    )
    async def test_what_is_not_there_is_told_in_one_sentence(self, chatbot: FakeChatbot, uri: str, told: str) -> None:
        error = await unread(chatbot, uri)
        assert told in error.message
        assert (error.code, error.data) == (INVALID_PARAMS, {"uri": uri})

    @pytest.mark.parametrize("name", ["%2E%2E", "..", "%2F..%2Fetc", "%00", "x" * 5000])
    async def test_no_name_leads_out_of_the_archive(self, orchards: Chatbot, name: str) -> None:
        error = await unread(orchards, f"footnoted://documents/{name}/{name}")
        assert error.message.startswith("There is no document")


class TestServer:
    async def test_the_instructions_say_which_explainers_there_are_and_of_what_date(self, chatbot: FakeChatbot) -> None:
        chatbot.current = (*chatbot.current, replace(permits(), title="Fees", as_of=None))
        async with Client(build_server(still(chatbot))) as client:
            told = client.instructions or ""
        assert told.splitlines()[-2:] == [f"- {permits().title}, as of 2025-04-14", "- Fees"]

    async def test_a_model_is_told_to_quote_to_pass_on_footnotes_and_to_say_so_on_a_refusal(
        self, chatbot: FakeChatbot
    ) -> None:
        async with Client(build_server(still(chatbot))) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            told = client.instructions or ""
        assert set(tools) == {"ask", "search", "read_passage"}
        for text in (tools["ask"].description or "", told):
            assert "verbatim" in text
            assert "footnote" in text
            assert "say so" in text
        assert all("verbatim" in (tool.description or "") for tool in tools.values())

    async def test_tools_are_read_only_and_typed(self, chatbot: FakeChatbot) -> None:
        async with Client(build_server(still(chatbot))) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        for tool in tools.values():
            assert tool.annotations
            assert tool.annotations.read_only_hint
            assert tool.input_schema["additionalProperties"] is False
        assert tools["ask"].output_schema == ReplyBody.model_json_schema()
        assert set(tools["ask"].input_schema["properties"]) == {
            *("question", "history", "conversation_id", "filter", "language")
        }

    async def test_a_tool_that_is_not_there_is_a_protocol_error_that_names_those_that_are(
        self, chatbot: FakeChatbot
    ) -> None:
        async with Client(build_server(still(chatbot))) as client:
            with pytest.raises(MCPError, match="the tools are ask, search, read_passage") as caught:
                await client.call_tool("answer", {"question": "fact?"})
        assert caught.value.code == INVALID_PARAMS


LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"accept": "application/json, text/event-stream"}


class TestHttp:
    def post(self, chatbot: FakeChatbot, headers: dict[str, str], host: str = "127.0.0.1", port: int = 8001) -> int:
        app = http_app(build_server(still(chatbot)), host, port, SITE)
        with TestClient(app) as client:
            return client.post("/mcp", json=LIST, headers=ACCEPT | headers).status_code

    @pytest.mark.parametrize(
        "headers",
        [
            {"host": "127.0.0.1:8001"},
            {"host": "localhost:8001", "origin": "http://localhost:8001"},
            {"host": "[::1]:8001"},
            {"host": "bot.example.org", "origin": "https://bot.example.org"},
        ],
    )
    def test_requests_to_the_address_served_are_let_in(self, chatbot: FakeChatbot, headers: dict[str, str]) -> None:
        assert self.post(chatbot, headers) == 200

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"host": "evil.example"}, 421),
            ({"host": "evil.example:8001"}, 421),
            ({"host": "127.0.0.1:9999"}, 421),
            ({"host": "127.0.0.1"}, 421),
            ({"host": "127.0.0.1:8001", "origin": "http://evil.example"}, 403),
            ({"host": "127.0.0.1:8001", "origin": "http://bot.example.org"}, 403),
            ({"host": "127.0.0.1:8001", "origin": "null"}, 403),
        ],
    )
    def test_a_page_of_another_site_is_kept_out(
        self, chatbot: FakeChatbot, headers: dict[str, str], status: int
    ) -> None:
        assert self.post(chatbot, headers) == status

    @pytest.mark.parametrize(
        ("host", "port", "sent"), [("192.0.2.7", 9000, "192.0.2.7:9000"), ("fd00::7", 9000, "[fd00::7]:9000")]
    )
    def test_another_address_is_let_in_where_it_is_the_one_served(
        self, chatbot: FakeChatbot, host: str, port: int, sent: str
    ) -> None:
        assert self.post(chatbot, {"host": sent}, host, port) == 200
        assert self.post(chatbot, {"host": sent}) == 421

    def test_at_port_80_the_host_stands_without_it(self, chatbot: FakeChatbot) -> None:
        assert self.post(chatbot, {"host": "192.0.2.7"}, "192.0.2.7", 80) == 200

    def test_a_long_body_is_refused(self, chatbot: FakeChatbot) -> None:
        with TestClient(http_app(build_server(still(chatbot)), "127.0.0.1", 8001)) as client:
            headers = ACCEPT | {"host": "127.0.0.1:8001", "content-type": "application/json"}
            assert client.post("/mcp", content=b"x" * (MAX_BODY_BYTES + 1), headers=headers).status_code == 413


def test_a_span_outside_of_every_section_has_no_surroundings() -> None:
    document = Document("bare", "Bare", "Text. More.", ())
    assert surroundings(document, Span(0, 5)) == Span(0, 5)
