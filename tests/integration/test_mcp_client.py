"""The real command, and the SDK's own client in front of it: over standard input and output, and over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from bot.conversation_stores import SqliteConversationStore
from index.build import build_index
from index.embedders import MiniLMEmbedder
from tests.fakes import orchard_document

QUESTION = "How many hours do apple growers train?"
ENVIRONMENT = {"FOOTNOTED_USE_READER": "false", "FOOTNOTED_ANSWER_THRESHOLD": "0"}
COMMAND = [sys.executable, "-m", "footnoted", "mcp"]
WITHOUT_SDK = "import sys; sys.modules['mcp'] = None; from footnoted.cli import main; sys.argv[1:] = ['mcp']; main()"
READY = "Footnoted's MCP server is ready: "

OPENING = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build_index([orchard_document()], MiniLMEmbedder(), folder)
    return folder


@pytest.fixture
def data_dir(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "data")


@contextmanager
def started(*options: str | Path) -> Iterator[subprocess.Popen[str]]:
    """The command as a process, which is gone afterwards."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, options)],
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def served(data_dir: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of the server over HTTP, once it is ready, and its process."""
    with started("--transport", "http", "--port", "0", "--data-dir", data_dir, *options) as process:
        assert process.stderr
        line = process.stderr.readline()
        assert line.startswith(READY), line + process.stderr.read()
        yield line.removeprefix(READY).split()[0], process


@asynccontextmanager
async def over_stdio(data_dir: Path, log: Path) -> AsyncIterator[Client]:
    arguments = [*COMMAND[1:], "--data-dir", str(data_dir)]
    server = StdioServerParameters(command=COMMAND[0], args=arguments, env=ENVIRONMENT)
    with log.open("w", encoding="utf-8") as errors:
        async with Client(stdio_client(server, errlog=errors)) as client:
            yield client


async def use(client: Client) -> dict[str, Any]:
    """Asks, opens what the footnote points to, and reads the document that both are from; gives the reply."""
    reply = (await client.call_tool("ask", {"question": QUESTION})).structured_content
    assert isinstance(reply, dict)
    footnote = reply["footnotes"][0]
    opened = (await client.call_tool("read_passage", {"permalink": footnote["permalink"]})).structured_content
    assert isinstance(opened, dict)
    assert opened["quote"] == footnote["quote"]
    found = (await client.call_tool("search", {"query": QUESTION, "limit": 1})).structured_content
    assert isinstance(found, dict)
    assert footnote["quote"] in found["passages"][0]["text"]
    (resource,) = (await client.list_resources()).resources
    (content,) = (await client.read_resource(resource.uri)).contents
    assert content.model_dump()["text"] == orchard_document().text
    wrong = await client.call_tool("ask", {"question": ""})
    assert wrong.is_error
    return reply


def test_a_client_that_starts_the_server_asks_and_only_a_named_conversation_is_kept(
    data_dir: Path, tmp_path: Path
) -> None:
    async def talk() -> dict[str, Any]:
        async with over_stdio(data_dir, tmp_path / "log") as client:
            assert "Orchard permits, as of 2025-03-01" in (client.instructions or "")
            await client.call_tool(
                "ask", {"question": "Is an exam needed?", "conversation_id": "kT3vQ9x0bW-2mZr_81LuYe"}
            )
            return await use(client)

    reply = anyio.run(talk)
    assert "Apple growers train for 8 hours." in [footnote["quote"] for footnote in reply["footnotes"]]
    assert not (tmp_path / "log").read_text(encoding="utf-8")
    (kept,) = SqliteConversationStore(data_dir / "conversations.sqlite3").conversations()
    assert (kept.id, kept.turns) == ("kT3vQ9x0bW-2mZr_81LuYe", 1)


def test_a_client_over_http_gets_the_same_with_absolute_links(data_dir: Path) -> None:
    async def talk(address: str) -> dict[str, Any]:
        async with Client(address) as client:
            return await use(client)

    with served(data_dir, "--public-url", "https://bot.example.org/") as (address, process):
        reply = anyio.run(talk, address)
        assert reply["footnotes"][0]["permalink"].startswith("https://bot.example.org/read/orchards/")
        process.send_signal(signal.SIGINT)
        written, logged = process.communicate(timeout=60)
    assert (process.returncode, written, logged) == (130, "", "")
    assert not SqliteConversationStore(data_dir / "conversations.sqlite3").conversations()


def test_nothing_but_the_protocol_goes_to_standard_output_and_ctrl_c_ends_it_quietly(data_dir: Path) -> None:
    with started("--data-dir", data_dir) as process:
        assert process.stdin
        assert process.stdout
        ask = {"name": "ask", "arguments": {"question": QUESTION}}
        requests = [*OPENING, "no message", {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": ask}]
        process.stdin.writelines(f"{json.dumps(request)}\n" for request in requests)
        process.stdin.flush()
        replies = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [reply["id"] for reply in replies] == [1, 2]
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == -signal.SIGINT


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        started("--transport", "http", "--port", str(taken.getsockname()[1]), "--data-dir", tmp_path) as process,
    ):
        written, told = process.communicate(timeout=60)
    assert process.returncode == 6
    assert told.startswith("Can't listen on 127.0.0.1, port ")
    assert told.count("\n") == 1
    assert not written


def test_a_client_that_goes_away_is_no_traceback(data_dir: Path) -> None:
    with started("--data-dir", data_dir) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.writelines(f"{json.dumps(request)}\n" for request in OPENING)
        process.stdin.close()
        told = process.stderr.read()
    assert told == "WARNING: The client went away before its reply was written.\n"


@pytest.mark.parametrize(
    "url", ["bot.example.org", "ftp://bot.example.org", "https://[", "https://me@a", "https://a/?b"]
)
def test_a_public_url_that_no_link_can_begin_with_is_refused(url: str) -> None:
    with started("--public-url", url) as process:
        _, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "give --public-url as https://HOST" in told


def test_without_the_sdk_the_command_says_what_to_install() -> None:
    tried = subprocess.run([sys.executable, "-c", WITHOUT_SDK], capture_output=True, text=True, check=False)
    assert tried.returncode == 2
    assert tried.stderr == "The MCP server needs the package mcp: pip install 'footnoted[mcp]'.\n"
    assert not tried.stdout
