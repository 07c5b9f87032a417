"""A waiting question is answered once, whatever meets its worker."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import anyio
import pytest

from bot.answers import Reply, Turn
from bot.chatbot import Chatbot
from tests.unit.web.fake_chatbot import FakeChatbot, list_answer, permits, still
from web.deliveries import Asked, Delivery, DeliveryStore
from web.delivery_worker import DeliveryWorkers, Later, Notice, Progress
from web.response_urls import seconds_of
from web.settings import WebSettings
from web.site import Site


@dataclass
class Posting:
    """A channel that fails as often as it is told to."""

    chatbot: FakeChatbot
    failures: int = 0
    name: str = "fake"
    posted: list[Reply | Notice] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)

    def chatbot_for(self, _: Delivery) -> Chatbot:
        return cast(Chatbot, self.chatbot)

    async def begin(self, _: Delivery) -> None: ...

    async def post(self, _: Delivery, outcome: Reply | Notice, progress: Progress) -> None:
        if self.failures:
            self.failures -= 1
            raise Later("not now", 0)
        self.posted.append(outcome)
        self.turns.append(progress.values["turn"])


class Slow(FakeChatbot):
    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        time.sleep(0.6)
        return super().ask(conversation_id, question, history)


@pytest.fixture
def store(tmp_path: Path) -> DeliveryStore:
    store = DeliveryStore(tmp_path / "deliveries.sqlite3")
    store.accept(Asked("fake", ("one",), "fact?", {}, "talk"), time.time())
    return store


def workers(store: DeliveryStore, channel: Posting, lease_s: float = 60) -> DeliveryWorkers:
    site = Site.of(still(channel.chatbot), WebSettings())
    return DeliveryWorkers(site, store, {"fake": channel}, lease_s=lease_s)


def test_a_reply_that_could_not_be_posted_is_posted_later_and_not_asked_again(store: DeliveryStore) -> None:
    channel = Posting(FakeChatbot(current=(permits(),)), failures=2)
    ours = workers(store, channel)
    for _ in range(3):
        assert anyio.run(ours.work_once)
    assert len(channel.posted) == 1
    assert len(channel.chatbot.histories) == 1
    assert store.waiting() == 0


def test_another_turn_in_between_is_not_taken_for_its_reply(store: DeliveryStore) -> None:
    """A reply is known by its question, not by its place alone."""
    chatbot = FakeChatbot(current=(permits(),))
    delivery = store.claim(time.time(), 0.0)
    assert delivery is not None
    store.note(delivery, {"turn": 1}, 0.0)
    chatbot.conversations.append("talk", Turn("list them?", list_answer(permits())))
    channel = Posting(chatbot)
    assert anyio.run(workers(store, channel).work_once)
    (reply,) = channel.posted
    assert isinstance(reply, type(list_answer(permits())))
    assert [sentence.text for sentence in reply.sentences] == ["A permit is valid for five years."]
    assert channel.turns == [2]


def test_a_question_that_waits_longer_than_its_lease_stays_its_workers(store: DeliveryStore) -> None:
    channel = Posting(Slow(current=(permits(),)))
    ours = workers(store, channel, lease_s=0.3)

    async def two() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ours.work_once)
            await anyio.sleep(0.45)
            tasks.start_soon(ours.work_once)

    anyio.run(two)
    assert len(channel.chatbot.histories) == 1
    assert len(channel.posted) == 1


def test_after_a_day_it_is_given_up(tmp_path: Path) -> None:
    store = DeliveryStore(tmp_path / "deliveries.sqlite3")
    store.accept(Asked("fake", ("old",), "fact?", {}, "talk"), time.time() - 90_000)
    channel = Posting(FakeChatbot(current=(permits(),)))
    assert anyio.run(workers(store, channel).work_once)
    assert (channel.posted, store.waiting()) == ([], 0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("2", 2.0), (None, 1.0), ("nan", 1.0), ("inf", 1.0), ("soon", 1.0), ("-3", 0.0), ("9e9", 3600)],
)
def test_how_long_to_wait_is_a_number_that_can_be_waited(header: str | None, seconds: float) -> None:
    assert seconds_of(header) == seconds


def test_what_people_ask_is_nobody_elses_to_read(tmp_path: Path) -> None:
    DeliveryStore(tmp_path / "deliveries.sqlite3")
    assert (tmp_path / "deliveries.sqlite3").stat().st_mode & 0o077 == 0
