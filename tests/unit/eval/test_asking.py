"""Asking the bot, recorded replies, and several cases at once."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.answers import Refusal, RefusalReason, Reply
from eval.asking import THREAD_LIMITS, answered, ask_all, ask_in_processes, library_asker, record, recorded_asker
from eval.cases import EvalCase
from eval.errors import AskFailed, RecordingError
from tests.unit.eval.builders import HOURS, case, refusal, reply

CASES = tuple(case(id=f"case-{number}", question=f"how long {number}?") for number in range(4))


class FakeBot:
    """Refuses with what it was asked and the limit of its process; some questions break it."""

    def ask(self, _conversation_id: str, question: str, _history: Sequence[str] = ()) -> Reply:
        if "boom" in question:
            raise OSError("disk on fire")
        if "die" in question:
            os._exit(3)
        return Refusal(RefusalReason.NOT_IN_TEXT, f"{question} {os.environ.get(THREAD_LIMITS[0])}")


def broken_factory() -> FakeBot:
    raise RuntimeError("no index")


def messages(replies: Sequence[Any]) -> list[str]:
    return [entry["refusal"]["message"] for entry in replies]


def test_recorded_replies_are_found_by_the_cases_id_whatever_their_order(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    lines = [{"id": "case-1", **refusal()}, {"id": "case-0", **reply(HOURS)}]
    path.write_text("\n\n".join(json.dumps(line) for line in lines))
    ask = recorded_asker(path)
    assert (ask(CASES[0])["status"], ask(CASES[1])["status"]) == ("answered", "refused")


def test_a_case_without_a_recorded_reply_or_with_an_error_in_its_place_is_named(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text('{"id": "case-1", "error": "The question is empty."}\n')
    ask = recorded_asker(path)
    with pytest.raises(RecordingError, match="no reply to case 'case-0'"):
        ask(CASES[0])
    with pytest.raises(AskFailed, match=r"'case-1': The question is empty\."):
        ask(CASES[1])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", ":1: the line is not JSON"),
        (b'\n{"status": "refused"}', ":2: the line is no JSON object with an id"),
        (b'{"id": "a"}\n{"id": "a"}', ":2: there is a reply to 'a' already"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_recording_that_can_not_be_used_is_refused_by_file_and_line(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        recorded_asker(path)
    assert str(path) in str(caught.value)
    assert complaint in str(caught.value)


def test_a_recording_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="can't be read"):
        recorded_asker(tmp_path / "none.jsonl")


def test_what_was_recorded_answers_as_the_bot_did(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    with record(lambda _case: reply(HOURS), path) as ask:
        given = [ask(asked) for asked in CASES]
    assert [dict(recorded_asker(path)(asked)) for asked in CASES] == [
        {"id": asked.id, **entry} for asked, entry in zip(CASES, given, strict=True)
    ]


def test_a_recording_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text("old")
    replies = iter([reply(HOURS)])
    with pytest.raises(AskFailed), record(lambda _case: next(replies), path) as ask:
        ask_all(CASES, ask)
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("replies.jsonl", "old")]
    with pytest.raises(RecordingError, match="can't be written"), record(ask, tmp_path / "none" / "replies.jsonl"):
        pass


def test_replies_come_in_the_order_of_the_cases_whichever_is_first() -> None:
    second_done = threading.Event()

    def ask(asked: EvalCase) -> dict[str, Any]:
        if asked.id == "case-0":
            assert second_done.wait(timeout=30)
        if asked.id == "case-1":
            second_done.set()
        return {"id": asked.id}

    expected = tuple({"id": asked.id} for asked in CASES)
    assert ask_all(CASES, ask, workers=2) == expected
    assert ask_all(CASES, ask) == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_case_that_fails_is_named_and_nothing_more_is_asked(workers: int) -> None:
    asked_ids: list[str] = []

    def ask(asked: EvalCase) -> dict[str, Any]:
        asked_ids.append(asked.id)
        raise OSError("disk on fire")

    with pytest.raises(AskFailed, match=r"'case-0' failed \(OSError: disk on fire\)"):
        ask_all([*CASES, *(case(id=f"later-{number}") for number in range(200))], ask, workers)
    assert len(asked_ids) < 200


def test_an_error_that_names_its_case_is_not_wrapped_again() -> None:
    def ask(_asked: EvalCase) -> dict[str, Any]:
        raise RecordingError("no reply to case 'case-0'")

    with pytest.raises(RecordingError):
        ask_all(CASES, ask, workers=2)


def test_what_was_asked_already_is_an_asker_too() -> None:
    ask = answered(CASES[:2], [reply(HOURS), refusal()])
    assert ask(CASES[1])["status"] == "refused"


def test_two_processes_reply_as_one_does_each_on_one_thread_and_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(THREAD_LIMITS[0], raising=False)
    two = ask_in_processes(CASES, FakeBot, workers=2)
    assert messages(two) == [f"{asked.question} 1" for asked in CASES]
    assert messages(ask_in_processes(CASES, FakeBot, workers=1)) == [f"{asked.question} None" for asked in CASES]
    assert THREAD_LIMITS[0] not in os.environ
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("factory", "question", "complaint"),
    [
        (FakeBot, "boom", r"'case-1' failed \(OSError: disk on fire\)"),
        (FakeBot, "die", r"'case-.' failed \(a worker process ended abruptly\)"),
        (broken_factory, "how long?", r"'case-0' failed \(RuntimeError: no index\)"),
    ],
)
def test_what_goes_wrong_in_a_worker_names_the_case(factory: Any, question: str, complaint: str) -> None:
    cases = [CASES[0], case(id="case-1", question=question), *CASES[2:]]
    with pytest.raises(AskFailed, match=complaint):
        ask_in_processes(cases, partial(factory), workers=2)
    assert multiprocessing.active_children() == []


SLOW = """
import signal, sys, time
from eval.asking import ask_in_processes
from eval.cases import EvalCase

class Slow:
    def ask(self, conversation_id, question, history=()):
        print("asked", __import__("os").getpid(), flush=True)
        time.sleep(600)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which is ignored where the tests run in the background
    fields = dict(question="q", kind="fact", document="d", status="answered", facts=["x"])
    ask_in_processes([EvalCase(id=f"case-{n}", **fields) for n in range(4)], Slow, 2)
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_ctrl_c_or_a_kill_of_the_parent_ends_the_workers_too(tmp_path: Path, stop: signal.Signals) -> None:
    script = tmp_path / "slow.py"
    script.write_text(SLOW)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith(b"asked")
        running.send_signal(stop)
        # The workers hold the pipe as well: it only ends once they are gone.
        running.stdout.read()
        assert running.wait(timeout=60) != 0


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_is_told_once_for_each_case(workers: int) -> None:
    done: list[bool] = []
    ask_in_processes(CASES, FakeBot, workers, lambda: done.append(True))
    assert len(done) == len(CASES)


def test_each_case_is_asked_in_a_conversation_of_its_own() -> None:
    seen: list[str] = []

    class Bot(FakeBot):
        def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
            seen.append(conversation_id)
            return super().ask(conversation_id, question, history)

    ask_all(CASES, library_asker(Bot()))
    assert len(set(seen)) == len(CASES)
