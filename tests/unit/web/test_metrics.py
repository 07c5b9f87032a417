"""What Prometheus reads."""

from __future__ import annotations

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from tests.unit.web.fake_chatbot import FakeChatbot, still
from tests.unit.web.slow_chatbot import busy_server
from web.app import create_app
from web.settings import WebSettings

CHAT = {"model": "footnoted", "messages": [{"role": "user", "content": "fact?"}]}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels, by the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_questions_are_counted_by_what_became_of_them_and_where_they_came_from(
    client: TestClient, chatbot: FakeChatbot
) -> None:
    client.post("/ask", data={"question": "fact?"})
    client.post("/api/ask", json={"question": "who?"})
    client.post("/v1/chat/completions", json=CHAT)
    client.post("/api/ask", json={"question": " "})
    chatbot.failure = RuntimeError()
    client.post("/ask", data={"question": "fact?"})
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = samples(response.text)
    assert told["footnoted_questions_total", "page", "answered"] == 1
    assert told["footnoted_questions_total", "api", "refused"] == 1
    assert told["footnoted_questions_total", "openai", "answered"] == 1
    assert told["footnoted_questions_total", "api", "invalid"] == 1
    assert told["footnoted_questions_total", "page", "failed"] == 1
    assert told["footnoted_refusals_total", "not_in_text"] == 1
    assert told["footnoted_stage_seconds_count", "total"] == 3
    assert told["footnoted_index_info", "1", "20250414-1"] == 1
    assert told["footnoted_waiting",] == 0


def test_another_index_takes_the_place_of_the_one_before(client: TestClient, chatbot: FakeChatbot) -> None:
    client.get("/metrics")
    chatbot.index_version = "20250415-1"
    told = samples(client.get("/metrics").text)
    assert [key for key in told if key[0] == "footnoted_index_info"] == [("footnoted_index_info", "1", "20250415-1")]


def test_what_is_over_a_limit_is_counted(chatbot: FakeChatbot) -> None:
    with TestClient(create_app(still(chatbot), WebSettings(rate_limit="1/day")), "http://127.0.0.1") as client:
        for _ in range(3):
            client.post("/api/ask", json={"question": "fact?"})
        assert samples(client.get("/metrics").text)["footnoted_rate_limited_total",] == 2


def test_what_is_over_the_days_limit_is_turned_away(chatbot: FakeChatbot) -> None:
    with TestClient(create_app(still(chatbot), WebSettings(daily_limit=1)), "http://127.0.0.1") as client:
        for _ in range(3):
            client.post("/api/ask", json={"question": "fact?"})
        told = samples(client.get("/metrics").text)
        assert told["footnoted_questions_total", "api", "turned_away"] == 2
        assert told["footnoted_rate_limited_total",] == 2


def test_nothing_that_a_client_says_becomes_a_label(client: TestClient) -> None:
    for path in ("/wonder", "/api/wonder", "/c/wonder"):
        client.get(path)
    client.post("/api/ask", json={"question": "wonder?", "conversation_id": "wonder"}, headers={"origin": "wonder"})
    text = client.get("/metrics").text
    assert "wonder" not in text
    assert not re.search(r"/c/|/api", text)


def test_each_server_counts_for_itself(client: TestClient, chatbot: FakeChatbot) -> None:
    client.post("/api/ask", json={"question": "fact?"})
    with TestClient(create_app(still(chatbot), WebSettings()), "http://127.0.0.1") as other:
        assert "footnoted_questions_total{" not in other.get("/metrics").text


@pytest.mark.anyio
async def test_those_who_wait_are_counted() -> None:
    async with busy_server() as (scene, tasks):
        for _ in range(2):
            tasks.start_soon(scene.ask)
        await scene.until_waiting(2)
        response = await scene.browser.get("/metrics", headers={"host": "127.0.0.1"})
        assert samples(response.text)["footnoted_waiting",] == 2
