"""OpenAI's own client in front of a real server: it reads what we write, and raises its own errors."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest
import uvicorn
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionUserMessageParam

from bot.errors import ConversationStoreError
from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from web.app import create_app
from web.routes.openai_api import COMPLETION_EXAMPLE
from web.settings import WebSettings

QUESTIONS = ["fact?", "list them", "table", "who pays?"]


@pytest.fixture(scope="module")
def chatbot() -> FakeChatbot:
    return FakeChatbot(current=(permits(),))


@pytest.fixture(scope="module")
def address(chatbot: FakeChatbot) -> Iterator[str]:
    """Where a server answers on a port that the system chose."""
    app = create_app(still(chatbot), WebSettings())
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive()


@pytest.fixture
def client(address: str, chatbot: FakeChatbot) -> Iterator[openai.OpenAI]:
    chatbot.failure = None
    direct = openai.DefaultHttpxClient(trust_env=False)
    with openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0, http_client=direct) as client:
        yield client


def said(question: str) -> list[ChatCompletionUserMessageParam]:
    return [{"role": "user", "content": question}]


def asked(client: openai.OpenAI, question: str, **fields: Any) -> ChatCompletion:
    completion = client.chat.completions.create(model="footnoted", messages=said(question), **fields)
    assert isinstance(completion, ChatCompletion)
    return completion


def streamed(client: openai.OpenAI, question: str) -> list[ChatCompletionChunk]:
    with client.chat.completions.create(
        model="footnoted", messages=said(question), stream=True, stream_options={"include_usage": True}
    ) as stream:
        return list(stream)


def test_the_one_model_is_listed_and_found(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["footnoted"]
    assert client.models.retrieve("footnoted").created > 0


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_streamed_text_annotations_and_reply_are_the_unstreamed_ones(client: openai.OpenAI, question: str) -> None:
    whole = asked(client, question)
    spoken = whole.choices[0].message
    chunks = streamed(client, question)
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == spoken.content
    annotations = [each for delta in deltas for each in (delta.model_extra or {}).get("annotations", [])]
    assert annotations == [annotation.to_dict() for annotation in spoken.annotations or []]
    replies = [dict(chunk.model_extra["footnoted"]) for chunk in chunks if chunk.model_extra]
    assert [reply | {"conversation_id": ""} for reply in replies] == [
        dict((whole.model_extra or {})["footnoted"]) | {"conversation_id": ""}
    ]
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices][-1] == "stop"
    assert chunks[-1].usage == whole.usage


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_completion_is_what_the_clients_types_describe(client: openai.OpenAI, question: str) -> None:
    completion = asked(client, question)
    ChatCompletion.model_validate(completion.to_dict(), strict=True)
    for chunk in streamed(client, question):
        ChatCompletionChunk.model_validate(chunk.to_dict(), strict=True)


def test_the_documented_example_is_what_the_clients_types_describe() -> None:
    ChatCompletion.model_validate(COMPLETION_EXAMPLE, strict=True)


def test_each_annotation_covers_a_marker_and_opens_on_this_server(client: openai.OpenAI, address: str) -> None:
    spoken = asked(client, "list them").choices[0].message
    assert spoken.content
    assert spoken.annotations
    for number, annotation in zip([1, 2, 3, 4, 5, 1], spoken.annotations, strict=True):
        cited = annotation.url_citation
        assert spoken.content[cited.start_index : cited.end_index] == f"[{number}]"
        assert cited.url.startswith(f"{address}/read/")


def test_the_clients_own_errors_carry_our_sentences(client: openai.OpenAI, chatbot: FakeChatbot) -> None:
    with pytest.raises(openai.NotFoundError, match="the one model is 'footnoted'") as unknown:
        client.models.retrieve("gpt-4o")
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError, match="one answer to a question"):
        asked(client, "fact?", n=2)
    with pytest.raises(openai.BadRequestError, match="The question is empty"):
        asked(client, " ")
    with pytest.raises(openai.APIStatusError, match="larger than 64 KiB") as large:
        asked(client, "x" * 70_000)
    assert large.value.status_code == 413
    chatbot.failure = ConversationStoreError("locked")
    with pytest.raises(openai.InternalServerError, match="can't be used just now"):
        asked(client, "fact?", stream=True)


def test_nothing_of_a_conversation_is_kept(client: openai.OpenAI, chatbot: FakeChatbot) -> None:
    asked(client, "fact?")
    streamed(client, "fact?")
    assert not chatbot.conversations.conversations()
