"""A real server process that is told to stop while it works, and one that clients try to wear down."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

ROOT = Path(__file__).parents[2]
WORD = "zephyrine"


class Server:
    """The process, and what it wrote to its log."""

    def __init__(self, thinks_s: float, shutdown_s: int, log: Path) -> None:
        command = [sys.executable, "-m", "tests.integration.thinking_server_process", str(thinks_s), str(shutdown_s)]
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=file, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self._pool = ThreadPoolExecutor(8)

    def wait_until(self, path: str, status: int) -> None:
        for _ in range(200):
            try:
                if httpx2.get(self.url + path, trust_env=False).status_code == status:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.02)
        pytest.fail(f"{path} never gave {status}:\n{self.log.read_text()}")

    def ask(self) -> Future[httpx2.Response]:
        """A question that is on its way."""
        question = {"question": f"{WORD} fact?"}
        return self._pool.submit(httpx2.post, f"{self.url}/api/ask", json=question, timeout=20, trust_env=False)

    def until_waiting(self, count: int) -> None:
        for _ in range(200):
            text = httpx2.get(f"{self.url}/metrics", trust_env=False).text
            if f"footnoted_waiting {count}.0" in text:
                return
            time.sleep(0.02)
        pytest.fail(f"never {count} waiting")

    def close(self) -> None:
        self._pool.shutdown()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def running(log: Path, thinks_s: float = 0.0, shutdown_s: int = 20) -> Iterator[Server]:
    server = Server(thinks_s, shutdown_s, log)
    try:
        server.wait_until("/readyz", 200)
        yield server
    finally:
        server.close()


def test_questions_in_work_and_waiting_are_answered_new_ones_are_not_and_it_ends_well(tmp_path: Path) -> None:
    with running(tmp_path / "log", thinks_s=1.0) as server:
        asked = [server.ask(), server.ask()]
        server.until_waiting(1)
        server.process.send_signal(signal.SIGTERM)
        server.wait_until("/readyz", 503)
        late = server.ask().result()
        assert (late.status_code, "retry-after" in late.headers) == (503, True)
        assert [reply.result().status_code for reply in asked] == [200, 200]
        assert server.process.wait(timeout=10) == 0
    assert WORD not in server.log.read_text()
    assert '"event": "question"' in server.log.read_text()


def test_who_still_waits_when_the_time_is_up_is_sent_away(tmp_path: Path) -> None:
    with running(tmp_path / "log", thinks_s=1.5, shutdown_s=1) as server:
        asked = [server.ask() for _ in range(4)]
        server.until_waiting(3)
        server.process.send_signal(signal.SIGTERM)
        assert sorted(reply.result().status_code for reply in asked) == [200, 503, 503, 503]
        assert server.process.wait(timeout=10) == 0


def test_a_server_with_nothing_to_do_stops_at_once(tmp_path: Path) -> None:
    with running(tmp_path / "log") as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=5) == 0


def test_an_interrupt_from_the_keyboard_stops_it_too(tmp_path: Path) -> None:
    with running(tmp_path / "log") as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=5) not in {None, -signal.SIGKILL}


def test_an_endless_head_is_refused_and_others_are_answered_meanwhile(tmp_path: Path) -> None:
    with running(tmp_path / "log") as server:
        address = urlsplit(server.url)
        with socket.create_connection((str(address.hostname), address.port or 0), timeout=5) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
            client.sendall(b"x" * 40_000)
            assert client.recv(1024).startswith(b"HTTP/1.1 400")
        assert httpx2.get(f"{server.url}/healthz", trust_env=False).status_code == 200


def test_a_client_that_never_ends_its_head_is_cut_off(tmp_path: Path) -> None:
    with running(tmp_path / "log") as server:
        address = urlsplit(server.url)
        whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        for before in (b"", whole):
            with socket.create_connection((str(address.hostname), address.port or 0), timeout=5) as client:
                client.sendall(before + b"GET / HTTP/1.1\r\nX-Slow: ")
                received = b""
                while part := client.recv(4096):
                    received += part
                assert (b"200 OK" in received) == bool(before)
