"""A running server takes up a newly published index: no restart, no failed request, none answered from two."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from bot.bootstrap import PublishedSource
from bot.settings import BotSettings
from corpus.documents import Document
from index.build import build_index
from index.store import IndexStore
from tests.fakes import HashEmbedder, document_of
from web.app import create_app
from web.reload import IndexWatch
from web.settings import WebSettings

QUESTION = {"question": "How many dollars does a well permit cost?"}
ROUNDS = 12


def edition(number: int) -> list[Document]:
    """Two documents that say the same number, as no two editions do."""
    return [
        document_of(
            ("Fees", [f"A well permit costs {number} dollars."]),
            ("Board", [f"The {name} board sets what a well permit costs: {number} dollars."]),
            document_id=name,
            title=f"Wells of {name}",
            as_of=date(2025, 1, 1),
        )
        for name in ("north", "south")
    ]


@pytest.fixture
def source(tmp_path: Path) -> PublishedSource:
    build_index(edition(100), HashEmbedder(), tmp_path)
    settings = BotSettings(data_dir=tmp_path, answer_threshold=0.0, use_reader=False)
    return PublishedSource(settings, keep_conversations=True, embedder=HashEmbedder())


@pytest.fixture
def client(source: PublishedSource, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(
        create_app(source, WebSettings(reload_seconds=0.02, rate_limit=""), tmp_path), "http://127.0.0.1"
    ) as client:
        yield client


def numbers_in(reply: httpx2.Response) -> set[str]:
    assert reply.status_code == 200, reply.text
    body = reply.json()
    assert body["status"] == "answered"
    return {word for note in body["footnotes"] for word in note["quote"].split() if word.isdigit()}


def wait_for(client: TestClient, version: str) -> None:
    for _ in range(500):
        if client.get("/readyz").json()["index_version"] == version:
            return
        time.sleep(0.02)
    pytest.fail(f"{version} was not taken up")


def test_while_indexes_are_published_every_question_is_answered_from_one(client: TestClient, tmp_path: Path) -> None:
    def ask_on(_: int) -> list[set[str]]:
        return [numbers_in(client.post("/api/ask", json=QUESTION)) for _ in range(25)]

    with ThreadPoolExecutor(4) as readers:
        asking = [readers.submit(ask_on, number) for number in range(4)]
        for number in range(ROUNDS):
            report = build_index(edition(101 + number), HashEmbedder(), tmp_path)
        answers = [numbers for each in asking for numbers in each.result()]
    wait_for(client, report.index_version)
    assert all(len(numbers) == 1 for numbers in answers), "no reply mixes two editions"
    assert numbers_in(client.post("/api/ask", json=QUESTION)) == {str(100 + ROUNDS)}


def test_an_index_that_does_not_verify_is_not_taken_up_and_a_mended_one_is(
    client: TestClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = client.get("/readyz").json()["index_version"]
    damaged = build_index(edition(200), HashEmbedder(), tmp_path).index_version
    manifest = IndexStore(tmp_path).manifest()
    pointer = tmp_path / "index" / "CURRENT"
    wait_for(client, damaged)
    pointer.write_text(before)
    wait_for(client, before)
    file = tmp_path / "index" / damaged / sorted(manifest.files)[0]
    file.write_bytes(b"damage")
    pointer.write_text(damaged)
    for _ in range(20):
        assert numbers_in(client.post("/api/ask", json=QUESTION)) == {"100"}
        time.sleep(0.02)
    told = [record.getMessage() for record in caplog.records if "isn't used" in record.getMessage()]
    assert len(told) == 1, "said once, not at every look"
    assert damaged in told[0]
    mended = build_index(edition(300), HashEmbedder(), tmp_path)
    wait_for(client, mended.index_version)
    assert numbers_in(client.post("/api/ask", json=QUESTION)) == {"300"}


def test_an_old_permalink_opens_after_its_version_was_replaced(client: TestClient, tmp_path: Path) -> None:
    permalink = client.post("/api/ask", json=QUESTION).json()["footnotes"][0]["permalink"]
    wait_for(client, build_index(edition(400), HashEmbedder(), tmp_path).index_version)
    page = client.get(permalink.partition("#")[0])
    assert page.status_code == 200
    assert "100 dollars" in page.text


def test_whatever_goes_wrong_at_one_look_the_next_one_takes_the_index_up(
    source: PublishedSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = build_index(edition(500), HashEmbedder(), tmp_path).index_version
    watch = IndexWatch(source)

    def fail() -> bool:
        raise SystemError

    with monkeypatch.context() as broken:
        broken.setattr(source, "refresh", fail)
        watch.look()
    assert source.current.index_version != version
    watch.look()
    assert source.current.index_version == version
