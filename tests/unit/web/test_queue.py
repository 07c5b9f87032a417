"""The queue in front of the model: bounded, patient for so long, closed by a server that stops."""

from __future__ import annotations

import anyio
import pytest

from bot.errors import Busy
from tests.unit.web.fake_chatbot import FakeChatbot
from tests.unit.web.html_page import sound
from tests.unit.web.slow_chatbot import busy_server
from web.question_queue import FULL, STOPPING, QuestionQueue

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_one_more_than_may_wait_is_turned_away_with_a_time_to_come_back() -> None:
    async with busy_server(max_waiting=2) as (scene, tasks):
        for _ in range(2):
            tasks.start_soon(scene.ask)
        await scene.until_waiting(2)
        await scene.ask()
        refused = scene.replies[0]
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["detail"] == FULL
        assert 1 <= int(refused.headers["retry-after"]) <= 300
        scene.chatbot.go.set()
    assert scene.statuses == [200, 200, 200, 503]


async def test_first_questions_of_a_document_neither_wait_for_the_model_nor_take_a_place() -> None:
    async with busy_server(max_waiting=0) as (scene, _):
        with anyio.fail_after(5):
            told = await scene.browser.get("/api/suggestions?document=water-permits")
        assert told.status_code == 200
        assert scene.app.state.site.queue.waiting == 0


async def test_none_may_wait_where_the_operator_says_so_and_the_one_in_work_is_answered() -> None:
    async with busy_server(max_waiting=0) as (scene, _):
        await scene.ask()
        assert scene.statuses == [503]
    assert scene.statuses == [200, 503]


async def test_a_page_that_is_turned_away_keeps_the_question_in_its_box() -> None:
    async with busy_server(max_waiting=0) as (scene, _):
        response = await scene.browser.post("/ask", data={"question": "fact two?"})
        page = sound(response.text)
        assert (response.status_code, int(response.headers["retry-after"]) > 0) == (503, True)
        assert page.by_id("question")["value"] == "fact two?"
        assert page.by_id("complaint").text == FULL


async def test_each_surface_says_it_in_its_own_form_and_language() -> None:
    chat = {"model": "footnoted", "messages": [{"role": "user", "content": "fact?"}]}
    async with busy_server(max_waiting=0) as (scene, _):
        openai = await scene.browser.post("/v1/chat/completions", json=chat)
        assert (openai.status_code, openai.json()["error"]["message"]) == (503, FULL)
        assert "retry-after" in openai.headers
        form = {"question": "fact?", "turn": "1"}
        stream = await scene.browser.post("/ask/stream", data=form, headers={"accept-language": "es"})
        assert "event: problem" in stream.text
        assert "Hay demasiadas preguntas" in stream.text


async def test_a_question_that_waited_too_long_is_never_asked() -> None:
    async with busy_server(ask_timeout_s=0.05) as (scene, _):
        await scene.ask("late fact?")
        assert scene.statuses == [503]
        assert scene.app.state.site.queue.waiting == 0
    assert scene.chatbot.asked == ["first fact?"]


FORM = {"question": "kept fact?", "conversation_id": "talk", "turn": "1"}


async def test_the_turn_of_a_reader_who_goes_away_is_asked_all_the_same_and_kept_once() -> None:
    async with busy_server() as (scene, _):
        with anyio.move_on_after(0.05) as patience:
            await scene.browser.post("/ask", data=FORM)
        assert patience.cancelled_caught, "nobody waits for the reply any more"
        scene.chatbot.go.set()
        with anyio.fail_after(5):
            while not scene.chatbot.conversations.turns("talk"):
                await anyio.sleep(0.005)
        again = await scene.browser.post("/ask", data=FORM)
        assert again.headers["location"] == "/c/talk#turn-1"
    assert scene.chatbot.asked == ["first fact?", "kept fact?"]
    assert len(scene.chatbot.conversations.turns("talk")) == 1
    assert scene.chatbot.conversations.owner("talk") is not None


async def test_a_turn_sent_twice_at_once_is_asked_once() -> None:
    locations: list[str] = []

    async with busy_server() as (scene, tasks):

        async def send() -> None:
            locations.append((await scene.browser.post("/ask", data=FORM)).headers["location"])

        for _ in range(2):
            tasks.start_soon(send)
        await scene.until_waiting(1)
        await anyio.sleep(0.05)  # a second question would be waiting by now
        scene.chatbot.go.set()
    assert locations == ["/c/talk#turn-1"] * 2
    assert scene.chatbot.asked == ["first fact?", "kept fact?"]
    assert [turn.question for turn in scene.chatbot.conversations.turns("talk")] == ["kept fact?"]


async def test_a_server_that_stops_asks_nothing_new_answers_what_it_has_and_is_not_ready() -> None:
    async with busy_server() as (scene, tasks):
        tasks.start_soon(scene.ask)
        await scene.until_waiting(1)
        queue = scene.app.state.site.queue
        queue.close()
        assert not queue.is_empty
        await scene.ask()
        assert scene.replies[0].json()["detail"] == STOPPING
        ready = await scene.browser.get("/readyz")
        assert (ready.status_code, "retry-after" in ready.headers) == (503, True)
        assert (await scene.browser.get("/healthz")).status_code == 200
        scene.chatbot.go.set()
    assert scene.statuses == [200, 200, 503]
    assert queue.is_empty


async def test_who_still_waits_at_the_end_is_sent_away_and_who_is_answered_is_not() -> None:
    async with busy_server() as (scene, tasks):
        tasks.start_soon(scene.ask)
        await scene.until_waiting(1)
        scene.app.state.site.queue.close()
        scene.app.state.site.queue.send_away()
        while not scene.replies:
            await anyio.sleep(0.005)
        assert scene.statuses == [503]
    assert scene.statuses == [200, 503]


async def test_what_was_accepted_before_waits_however_many_do() -> None:
    queue = QuestionQueue(max_waiting=0, timeout_s=0.01)
    done: list[int] = []

    async def work(number: int) -> None:
        await queue.run(lambda: done.append(number), patient=True)

    async with anyio.create_task_group() as tasks, queue.turnstile:
        for number in range(3):
            tasks.start_soon(work, number)
        await anyio.sleep(0.05)
        with pytest.raises(Busy):
            await queue.run(lambda: None)
    assert done == [0, 1, 2]
    assert queue.is_empty


async def test_a_failure_frees_the_model_for_the_next() -> None:
    queue = QuestionQueue()
    chatbot = FakeChatbot(current=())
    chatbot.failure = RuntimeError()
    with pytest.raises(RuntimeError):
        await queue.run(lambda: chatbot.ask("a", "b"))
    assert await queue.run(lambda: 7) == 7


async def test_the_time_to_come_back_grows_with_the_queue() -> None:
    queue = QuestionQueue()
    await queue.run(lambda: None)
    assert queue.busy().retry_after_s == 1
    queue._durations.extend([10.0] * 20)
    assert queue.busy().retry_after_s == 10
