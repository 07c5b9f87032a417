"""Two processes on one folder: whatever is delivered twice, fails, or dies, each question is answered exactly once."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from bot.conversation_stores import SqliteConversationStore
from tests.integration.slack_bot_process import LEASE_S
from tests.slack_server import Failure, SlackServer, event_body, signed, slack_server
from web.deliveries import DeliveryStore

ROOT = Path(__file__).parents[2]
QUESTIONS = 300


class Bot:
    """A process of the bot that can be killed and started again."""

    def __init__(self, data_dir: Path, slack: SlackServer) -> None:
        self._command = [sys.executable, "-m", "tests.integration.slack_bot_process", str(data_dir), slack.url]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def bots(data_dir: Path, slack: SlackServer) -> Iterator[list[Bot]]:
    ours: list[Bot] = []
    try:
        for _ in range(2):
            ours.append(Bot(data_dir, slack))
        yield ours
    finally:
        for bot in ours:
            bot.kill()


def deliver(client: httpx2.Client, urls: list[str], body: str) -> None:
    """Slack's delivery: again, perhaps to the other process, until it is acknowledged."""
    for attempt in range(60):
        try:
            headers = {"content-type": "application/json", "x-slack-retry-num": str(attempt), **signed(body)}
            if client.post(urls[attempt % 2] + "/slack/events", content=body, headers=headers).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError("never acknowledged")


def deliveries(chance: random.Random) -> list[str]:
    """Each mention as two events, some of them again as Slack repeats them, in no order."""
    bodies = []
    for number in range(QUESTIONS):
        event = {
            "channel": f"C{number % 7}",
            "channel_type": "channel",
            "user": "U1",
            "ts": f"1700000000.{number:06d}",
            "text": f"<@UBOT> fact {number}?",
        }
        mention = event_body({**event, "type": "app_mention"}, f"EvA{number}")
        message = event_body({**event, "type": "message"}, f"EvB{number}")
        bodies += [mention, message, *chance.choices([mention, message], k=chance.randint(0, 5))]
    chance.shuffle(bodies)
    return bodies


def failing(chance: random.Random) -> SlackServer:
    """A Slack on a bad day: one call in four fails, in every way that a call can."""
    slack = SlackServer()
    lock = threading.Lock()
    failures = [Failure.RATE_LIMITED, Failure.BEFORE, Failure.AFTER, "internal_error"]

    def plan(method: str, _before: int) -> Failure | str:
        with lock:
            if method == "chat.postMessage" and chance.random() < 0.01:
                return Failure.SLOW
            return chance.choice(failures) if chance.random() < 0.25 else Failure.NONE

    slack.plan = plan
    return slack


@pytest.mark.parametrize("seed", [1])
def test_over_a_thousand_deliveries_each_question_is_answered_exactly_once(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    bodies = deliveries(chance)
    assert len(bodies) > 1000
    with slack_server(failing(chance).plan) as slack, bots(tmp_path, slack) as ours, httpx2.Client() as client:
        with ThreadPoolExecutor(8) as threads:
            sent = [
                threads.submit(deliver, client, [bot.url for bot in chance.sample(ours, 2)], body)
                for body in bodies[: len(bodies) // 2]
            ]
            time.sleep(1)
            ours[0].kill()
            ours[0].start()
            for delivery in sent:
                delivery.result()
            rest = [
                threads.submit(deliver, client, [bot.url for bot in chance.sample(ours, 2)], body)
                for body in bodies[len(bodies) // 2 :]
            ]
            for delivery in rest:
                delivery.result()
        _wait_until_idle(tmp_path)
    answered = Counter(message.thread_ts for message in slack.posted())
    assert answered == Counter({f"1700000000.{number:06d}": 1 for number in range(QUESTIONS)})
    kept = SqliteConversationStore(tmp_path / "conversations.sqlite3").conversations(QUESTIONS + 1)
    assert Counter(summary.first_question for summary in kept) == Counter(f"fact {n}?" for n in range(QUESTIONS))
    assert {summary.turns for summary in kept} == {1}


def _wait_until_idle(data_dir: Path) -> None:
    store = DeliveryStore(data_dir / "deliveries.sqlite3")
    end = time.time() + 120 + LEASE_S
    while store.waiting():
        assert time.time() < end, f"{store.waiting()} questions still wait"
        time.sleep(0.2)
