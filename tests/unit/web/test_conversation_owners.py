"""Whose conversations are: listed, named and deleted by the reader who began them; exported by whoever knows the id."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest
from itsdangerous import URLSafeSerializer
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.answers import Turn
from bot.errors import ConversationStoreError
from bot.feedback import FEEDBACK_FILE, Feedback, FeedbackStore
from tests.unit.web.fake_chatbot import FakeChatbot, still
from tests.unit.web.html_page import sound
from web.app import create_app
from web.readers import COOKIE
from web.schemas import ConversationBody
from web.settings import WebSettings
from web.sweep import sweep, sweeping

FORM = {"question": "fact?", "conversation_id": "talk", "turn": "1"}
TOKEN = "token-of-the-operator"
KEY = "secret-that-signs-cookies"


def server(chatbot: FakeChatbot, address: str = "http://bot.example", **settings: Any) -> TestClient:
    app = create_app(still(chatbot), WebSettings(public_url="http://bot.example", **settings))
    return TestClient(app, address, follow_redirects=False)


def another(client: TestClient) -> TestClient:
    """Another reader's browser, at the same server."""
    return TestClient(client.app, str(client.base_url), follow_redirects=False)


@pytest.fixture
def reader(chatbot: FakeChatbot) -> TestClient:
    """A reader at a public server, who has begun a conversation."""
    client = server(chatbot, operator_token=SecretStr(TOKEN))
    assert client.post("/ask", data=FORM).status_code == 303
    return client


class TestCookie:
    def test_none_is_set_before_a_question_is_asked_on_the_pages(self, chatbot: FakeChatbot) -> None:
        client = server(chatbot)
        client.post("/api/ask", json={"question": "fact?", "conversation_id": "theirs"})
        client.post("/ask", data={"question": " "})
        for path in ("/", "/conversations", "/c/theirs", "/read/water-permits"):
            client.get(path)
        assert not client.cookies
        assert chatbot.conversations.owner("theirs") is None

    @pytest.mark.parametrize("path", ["/ask", "/ask/stream"])
    def test_the_first_question_sets_one_that_scripts_and_other_sites_do_not_get(
        self, chatbot: FakeChatbot, path: str
    ) -> None:
        for address, secure in (("http://bot.example", False), ("https://bot.example", True)):
            client = server(chatbot, address)
            cookie = client.post(path, data={**FORM, "conversation_id": f"talk{secure}"}).headers["set-cookie"]
            attributes = {part.strip().lower() for part in cookie.split(";")}
            assert cookie.startswith(f"{COOKIE}=")
            assert {"httponly", "samesite=lax", "path=/"} <= attributes
            assert ("secure" in attributes) == secure
            assert chatbot.conversations.owner(f"talk{secure}") is not None
            assert "set-cookie" not in client.post(path, data={**FORM, "conversation_id": "second"}).headers

    def test_going_on_with_somebodys_conversation_makes_it_nobody_elses(
        self, reader: TestClient, chatbot: FakeChatbot
    ) -> None:
        owner = chatbot.conversations.owner("talk")
        friend = another(reader)
        assert friend.post("/ask", data={**FORM, "turn": "2"}).status_code == 303
        assert friend.post("/ask", data=FORM).status_code == 303
        assert chatbot.conversations.owner("talk") == owner

    @pytest.mark.parametrize("forged", ["", "x", "." * 500, "null.x", "é"])
    def test_one_that_we_did_not_sign_is_nobodys(self, reader: TestClient, forged: str) -> None:
        for cookie in (forged, URLSafeSerializer("other-secret").dumps("reader")):
            stranger = another(reader)
            headers = {"cookie": f"{COOKIE}={cookie}".encode()}
            response = stranger.get("/conversations", headers=headers)  # type: ignore[arg-type]
            assert response.status_code == 200
            assert "/c/talk" not in response.text

    def test_with_a_key_set_readers_are_known_again_after_a_restart(self, chatbot: FakeChatbot) -> None:
        first = server(chatbot, secret_key=SecretStr(KEY))
        first.post("/ask", data=FORM)
        for key, known in ((KEY, True), (KEY + "2", False)):
            later = server(chatbot, secret_key=SecretStr(key))
            later.cookies.update(first.cookies)
            assert ("/c/talk" in later.get("/conversations").text) == known


class TestList:
    def test_a_reader_sees_their_own_and_nobody_elses(self, reader: TestClient) -> None:
        stranger = another(reader)
        stranger.post("/ask", data={**FORM, "conversation_id": "theirs"})
        page = sound(reader.get("/conversations").text)
        assert page.one("h1").text == "Your conversations"
        assert [link["href"] for link in page.all("a", class_="ledger-title")] == ["/c/talk"]
        assert "/c/talk" not in stranger.get("/conversations").text

    def test_the_operator_sees_all(self, reader: TestClient) -> None:
        operator = another(reader)
        assert "/c/talk" not in operator.get("/conversations").text
        for path in ("/conversations", "/conversations/all"):
            assert "/c/talk" in operator.get(path, headers={"authorization": f"Bearer {TOKEN}"}).text


class TestChanging:
    def test_its_reader_names_it_and_takes_the_name_away_again(self, reader: TestClient) -> None:
        hostile = ' <b>Fees</b>\x00\u202e "&" '
        assert (
            reader.post("/conversations/talk/rename", data={"title": hostile}).headers["location"] == "/conversations"
        )
        page = sound(reader.get("/conversations").text)
        assert page.one("a", class_="ledger-title").text == '<b>Fees</b> "&"'
        assert page.by_id("title-talk")["value"] == '<b>Fees</b> "&"'
        reader.post("/conversations/talk/rename", data={"title": "  "})
        assert sound(reader.get("/conversations").text).one("a", class_="ledger-title").text == "fact?"

    def test_what_cannot_be_a_name_is_refused(self, reader: TestClient) -> None:
        assert reader.post("/conversations/talk/rename", data={"title": "x" * 201}).status_code == 422
        assert reader.post("/conversations/none/rename", data={"title": "x"}).status_code == 404

    def test_nobody_else_names_or_deletes_it(self, reader: TestClient) -> None:
        stranger = another(reader)
        stranger.post("/ask", data={**FORM, "conversation_id": "theirs"})
        assert stranger.post("/conversations/talk/rename", data={"title": "mine"}).status_code == 403
        assert stranger.post("/conversations/talk/delete").status_code == 403
        assert stranger.delete("/api/conversations/talk").status_code == 403
        assert reader.get("/c/talk").status_code == 200

    def test_its_reader_and_the_operator_delete_it(self, reader: TestClient) -> None:
        reader.post("/ask", data={**FORM, "conversation_id": "second"})
        assert reader.delete("/api/conversations/talk").status_code == 204
        assert another(reader).delete("/api/conversations/second", headers={"x-api-key": TOKEN}).status_code == 204
        assert reader.get("/c/talk").status_code == 404

    def test_what_a_program_began_is_deleted_by_whoever_knows_its_id(self, reader: TestClient) -> None:
        reader.post("/api/ask", json={"question": "fact?", "conversation_id": "program"})
        assert another(reader).delete("/api/conversations/program").status_code == 204
        assert another(reader).delete("/api/conversations/program").status_code == 404

    @pytest.mark.parametrize("change", ["rename", "delete"])
    def test_another_site_changes_nothing(self, reader: TestClient, change: str) -> None:
        sent = {"sec-fetch-site": "cross-site"}
        assert reader.post(f"/conversations/talk/{change}", data={"title": "x"}, headers=sent).status_code == 403
        assert reader.delete("/api/conversations/talk", headers=sent).status_code == 403


class TestExport:
    def test_all_that_is_kept_is_exported(self, reader: TestClient) -> None:
        reader.post("/ask", data={**FORM, "question": "who?", "turn": "2"})
        reader.post("/conversations/talk/rename", data={"title": "Fees"})
        response = another(reader).get("/api/conversations/talk")
        body = ConversationBody.model_validate(response.json())
        assert (body.title, [turn.question for turn in body.turns]) == ("Fees", ["fact?", "who?"])
        assert [turn.reply.status for turn in body.turns if turn.reply] == ["answered", "refused"]
        assert response.headers["cache-control"] == "no-store"

    def test_the_download_has_the_same_form_with_whole_addresses(self, reader: TestClient) -> None:
        reader.post("/conversations/talk/rename", data={"title": "Fees"})
        downloaded, exported = (reader.get(path).json() for path in ("/c/talk.json", "/api/conversations/talk"))
        assert ConversationBody.model_validate(downloaded).title == "Fees"
        link = exported["turns"][0]["reply"]["footnotes"][0]["permalink"]
        assert link.startswith("/read/")
        assert json.loads(json.dumps(downloaded).replace("http://bot.example/read/", "/read/")) == exported

    def test_what_is_not_there_is_not_found(self, reader: TestClient) -> None:
        for path in ("/api/conversations/none", "/api/conversations/%00", "/api/conversations/" + "x" * 65):
            assert reader.get(path).status_code == 404
            assert reader.delete(path).status_code == 404


class TestSweep:
    def test_old_ones_are_deleted_while_the_server_runs(
        self, chatbot: FakeChatbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        swept: list[float] = []

        def delete(days: float) -> int:
            swept.append(days)
            return 0

        monkeypatch.setattr(chatbot.conversations, "delete_older_than", delete)
        for days in (None, 30):
            with TestClient(create_app(still(chatbot), WebSettings(keep_conversations_days=days), tmp_path)) as client:
                client.get("/healthz")
        assert swept == [30]

    def test_a_store_that_cannot_be_used_is_said_and_ends_nothing(
        self, chatbot: FakeChatbot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(_: float) -> int:
            raise ConversationStoreError("The disk is full.")

        monkeypatch.setattr(chatbot.conversations, "delete_older_than", fail)
        with caplog.at_level(logging.ERROR, "footnoted.web"):
            sweep(still(chatbot), lambda: None, 30)
        assert "The disk is full." in caplog.text

    def test_whatever_goes_wrong_the_next_sweep_comes_and_no_text_is_told(
        self, chatbot: FakeChatbot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        swept: list[float] = []

        def fail(days: float) -> int:
            swept.append(days)
            raise ValueError("what a reader asked")

        monkeypatch.setattr(chatbot.conversations, "delete_older_than", fail)

        async def run() -> None:
            async with sweeping(still(chatbot), lambda: None, 30, every_s=0.001):
                with anyio.fail_after(10):
                    while len(swept) < 2:
                        await anyio.sleep(0.005)

        anyio.run(run)
        assert "ValueError" in caplog.text
        assert "what a reader asked" not in caplog.text

    def test_feedback_goes_with_its_conversation_however_that_went(self, chatbot: FakeChatbot, tmp_path: Path) -> None:
        feedback = FeedbackStore(tmp_path / FEEDBACK_FILE)
        for name in ("old", "new"):
            chatbot.ask(name, "fact?")
            feedback.record(Feedback(name, 1, "web:reader", "wrong", "1", 0.0, text="my own words"))
        chatbot.conversations.delete("old")
        sweep(still(chatbot), lambda: feedback, 30)
        assert feedback.conversations() == ["new"]

    def test_feedback_on_turns_that_can_not_be_read_stays_and_stops_nothing(
        self, chatbot: FakeChatbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        feedback = FeedbackStore(tmp_path / FEEDBACK_FILE)
        for name in ("damaged", "gone"):
            feedback.record(Feedback(name, 1, "web:reader", "wrong", "1", 0.0))
        turns = chatbot.conversations.turns

        def read(conversation_id: str) -> Sequence[Turn]:
            if conversation_id == "damaged":
                raise ConversationStoreError("Turn 1 of the conversation can't be read.")
            return turns(conversation_id)

        monkeypatch.setattr(chatbot.conversations, "turns", read)
        sweep(still(chatbot), lambda: feedback, 30)
        assert feedback.conversations() == ["damaged"]
