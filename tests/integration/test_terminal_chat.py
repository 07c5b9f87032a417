"""``footnoted chat`` as a program: a pipe in, a transcript and an exit code out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.build import build_index
from index.embedders import MiniLMEmbedder
from tests.fakes import orchard_document

CHAT = [sys.executable, "-m", "footnoted", "chat", "--data-dir"]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    build_index([orchard_document()], MiniLMEmbedder(), folder)
    return folder


def test_a_pipe_becomes_a_transcript_with_the_exit_code_of_its_last_question(data_dir: Path) -> None:
    lines = b"How long do growers train?\n\nopen 1\nopen 99\ncaf\xe9?\n"
    environment = {**os.environ, "COLUMNS": "100"}
    chat = subprocess.run([*CHAT, str(data_dir)], input=lines, capture_output=True, check=False, env=environment)
    shown = chat.stdout.decode().splitlines()
    assert [line for line in shown if line.startswith("> ")] == [
        "> How long do growers train?",
        "> open 1",
        "> open 99",
        "> caf??",
    ]
    assert shown[-1] == "The question isn't valid text (broken UTF-8); send it as UTF-8."
    assert any("«" in line for line in shown)
    assert (chat.returncode, chat.stderr) == (2, b"")


def test_a_pipe_that_closes_early_ends_it_quietly(data_dir: Path) -> None:
    end, closed = os.pipe()
    os.close(end)
    with os.fdopen(closed, "wb") as nobody_reads:
        chat = subprocess.run(
            [*CHAT, str(data_dir)], input=b"a?\nb?\n", stdout=nobody_reads, stderr=subprocess.PIPE, check=False
        )
    assert chat.stderr == b""


def test_a_conversation_that_is_not_kept_is_one_sentence(data_dir: Path) -> None:
    chat = subprocess.run(
        [*CHAT, str(data_dir), "--conversation", "-none"], input="", capture_output=True, text=True, check=False
    )
    assert chat.returncode == 2
    assert chat.stderr == "No conversation '-none' is kept here; leave --conversation out to begin one.\n"
