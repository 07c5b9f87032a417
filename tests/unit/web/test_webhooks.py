"""Slack-style webhooks: who may call, what comes back, and where a delayed reply may go."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, cast
from urllib.parse import urlencode

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from slack_sdk.signature import SignatureVerifier
from starlette.testclient import TestClient

from bot.chatbot import Chatbot
from bot.errors import ConversationStoreError, InvalidQuestion
from bot.source import FixedSource
from tests.unit.web.fake_chatbot import ChatbotSurface, FakeChatbot, fact_answer, list_answer, permits, refusal, still
from tests.unit.web.test_api import problem_of
from web.app import create_app
from web.channels.webhook_messages import Framed, webhook_text
from web.channels.words import ENGLISH, SPANISH
from web.deliveries import DeliveryStore
from web.delivery_worker import DeliveryWorkers
from web.middleware import MAX_BODY_BYTES
from web.routes.webhooks import Webhooks
from web.settings import WebSettings
from web.webhook_channel import WebhookChannel

TOKEN = "nezum4kpu3faiec7r7c5zt6tfy"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SITE = "https://bot.example"
FORM = {"content-type": "application/x-www-form-urlencoded"}
HIDDEN = "not posted in the channel"


@dataclass
class ChatServer:
    """Another program's server: records what is posted to it, and answers with the statuses it is told to."""

    posted: Queue[tuple[str, dict[str, Any]]] = field(default_factory=Queue)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def taken(self) -> list[tuple[str, dict[str, Any]]]:
        return [self.posted.get_nowait() for _ in range(self.posted.qsize())]


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    known = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            known.posted.put((self.path, json.loads(body)))
            status, headers = known.answers.pop(0) if known.answers else (200, {})
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known.port = server.server_port
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield known
        server.shutdown()
        thread.join()


@dataclass
class Bot:
    """The application, whose waiting questions are worked on when the test says so, at the time it says."""

    chatbot: FakeChatbot
    client: TestClient
    store: DeliveryStore
    now: float = field(default_factory=time.time)

    def work(self) -> int:
        """Works on what waits until nothing does; how many attempts that took."""
        chatbot = cast(Chatbot, self.chatbot)
        site = self.client.app.state.site  # type: ignore[attr-defined]
        channel = WebhookChannel(FixedSource(chatbot))
        workers = DeliveryWorkers(site, self.store, {channel.name: channel}, clock=lambda: self.now)
        attempts = 0
        while self.store.waiting():
            attempts += anyio.run(workers.work_once)
            self.now += 1
        return attempts


def bot_with(folder: Path, chatbot: FakeChatbot, *, hosts: str = "", public_url: str | None = SITE) -> Bot:
    settings = WebSettings(
        webhook_tokens=SecretStr(f"another,{TOKEN}"),
        webhook_secret=SecretStr(SECRET),
        webhook_reply_hosts=hosts,
        public_url=public_url,
    )
    surface: ChatbotSurface = chatbot
    app = create_app(still(surface), settings, folder)
    client = TestClient(app, base_url="http://local.example", follow_redirects=False)
    return Bot(chatbot, client, DeliveryStore(folder / "deliveries.sqlite3"))


@pytest.fixture
def bot(tmp_path: Path, chatbot: FakeChatbot) -> Bot:
    """A bot that posts nowhere."""
    return bot_with(tmp_path, chatbot)


def command(text: str = "fact?", **more: str) -> dict[str, str]:
    """What Mattermost sends for a slash command."""
    return {
        "channel_id": "i3bb9xfyqt8rtbyshmyhgsj16c",
        "channel_name": "town-square",
        "command": "/ask",
        "team_domain": "rrrr",
        "team_id": "tsb8crrn5tgqtedpkt81b4tcya",
        "text": text,
        "token": TOKEN,
        "trigger_id": "NG1kM3lyN2NqYmQxcGNyc2s0Nmo5em0xb2M6",
        "user_id": "k1x4aqdjy3813c84m771eoc9xo",
        "user_name": "tester",
        **more,
    }


def outgoing(text: str = "ask: fact?", **more: Any) -> dict[str, Any]:
    """What Rocket.Chat sends for a message that begins with a trigger word."""
    return {
        "token": TOKEN,
        "bot": False,
        "trigger_word": "ask",
        "channel_id": "i3bb9xfyqt8rtbyshmyhgsj16c",
        "channel_name": "general",
        "message_id": "yoJuGTyNcvCMRrPNg",
        "timestamp": "2025-04-14T12:00:00.000Z",
        "user_id": "k1x4aqdjy3813c84m771eoc9xo",
        "user_name": "tester",
        "text": text,
        **more,
    }


def zulip(content: str = "@**Footnoted** fact?", *, bot: str = "bot@zulip.example", **more: Any) -> dict[str, Any]:
    """What Zulip sends for a message in a channel."""
    message = {
        "client": "website",
        "content": content,
        "display_recipient": "Verona",
        "id": 112,
        "recipient_id": 20,
        "sender_email": "iago@zulip.example",
        "sender_id": 5,
        "stream_id": 5,
        "subject": "Verona2",
        "type": "stream",
        **more,
    }
    return {"bot_email": bot, "data": content, "message": message, "token": TOKEN, "trigger": "mention"}


def direct(content: str = "fact?", **more: Any) -> dict[str, Any]:
    return zulip(content, type="private", display_recipient=[{"id": 5}, {"id": 25}], stream_id=None, subject="", **more)


def fact_text(framed: Framed = Framed(SITE)) -> str:  # noqa: B008
    return webhook_text(fact_answer(permits()), framed)


def signed(body: bytes, timestamp: str | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers with which Slack signs *body*."""
    stamp = timestamp or str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {**FORM, "x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}


class TestWhoMayCall:
    @pytest.mark.parametrize("path", ["/hooks/command", "/hooks/outgoing", "/hooks/zulip", "/slack/events"])
    def test_where_nothing_is_set_up_there_is_no_such_address(self, client: TestClient, path: str) -> None:
        problem_of(client.post(path, data=command()), 404)

    @pytest.mark.parametrize("path", ["command", "outgoing", "zulip"])
    def test_a_wrong_token_is_refused_and_not_repeated(self, bot: Bot, path: str) -> None:
        response = bot.client.post(f"/hooks/{path}", data=command(token="guessed-at"))
        assert "FOOTNOTED_WEBHOOK_TOKENS" in problem_of(response, 401)
        assert "guessed-at" not in response.text
        assert not bot.chatbot.histories

    @pytest.mark.parametrize(
        "token", ["", " ", "nezum4kpu3faiec7r7c5zt6tf", f"{TOKEN}x", f"another,{TOKEN}", "🚰", "é"]
    )
    def test_nothing_but_a_whole_token_will_do(self, bot: Bot, token: str) -> None:
        problem_of(bot.client.post("/hooks/command", data=command(token=token)), 401)

    def test_each_of_several_tokens_will_do(self, bot: Bot) -> None:
        for token in ("another", TOKEN):
            assert bot.client.post("/hooks/command", data=command(token=token)).status_code == 200

    @pytest.mark.parametrize("scheme", ["Token", "Bearer"])
    def test_a_token_may_stand_in_the_header_instead(self, bot: Bot, scheme: str) -> None:
        fields = command(token="")
        headers = {"authorization": f"{scheme} {TOKEN}"}
        assert bot.client.post("/hooks/command", data=fields, headers=headers).json()["text"] == fact_text()

    @pytest.mark.parametrize("header", ["", "Token", "Token ", "Bearer guessed-at", TOKEN])
    def test_a_header_without_a_token_is_refused(self, bot: Bot, header: str) -> None:
        problem_of(bot.client.post("/hooks/command", data=command(token=""), headers={"authorization": header}), 401)

    def test_a_json_token_that_is_no_text_is_refused(self, bot: Bot) -> None:
        for token in (None, 5, [TOKEN], {"token": TOKEN}, True):
            problem_of(bot.client.post("/hooks/command", json={"text": "fact?", "token": token}), 401)

    def test_a_secret_alone_does_not_let_empty_tokens_in(self, tmp_path: Path, chatbot: FakeChatbot) -> None:
        app = create_app(still(chatbot), WebSettings(webhook_secret=SecretStr(SECRET)), tmp_path)
        problem_of(TestClient(app).post("/hooks/command", data=command(token="")), 401)


class TestSignatures:
    BODY = urlencode(command(token="")).encode()

    def post(self, bot: Bot, headers: dict[str, str], body: bytes = BODY) -> httpx2.Response:
        return bot.client.post("/hooks/command", content=body, headers=headers)

    def test_a_signature_takes_the_place_of_a_token(self, bot: Bot) -> None:
        assert self.post(bot, signed(self.BODY)).json()["text"] == fact_text()

    def test_it_holds_for_five_minutes(self, bot: Bot) -> None:
        for seconds in (-200, 200):
            assert self.post(bot, signed(self.BODY, str(int(time.time()) + seconds))).status_code == 200

    @pytest.mark.parametrize("seconds", [-301, 305])
    def test_it_does_not_hold_longer_nor_from_the_future(self, bot: Bot, seconds: int) -> None:
        problem_of(self.post(bot, signed(self.BODY, str(int(time.time()) + seconds))), 401)

    def test_another_secret_signs_nothing(self, bot: Bot) -> None:
        problem_of(self.post(bot, signed(self.BODY, secret="another")), 401)

    def test_another_body_is_not_signed(self, bot: Bot) -> None:
        problem_of(self.post(bot, signed(self.BODY), self.BODY + b"&x=1"), 401)

    @pytest.mark.parametrize("stamp", ["soon", "", "-5", "1e9", "1.5", " 5", "٣", "0"])
    def test_a_time_that_is_no_number_is_refused(self, bot: Bot, stamp: str) -> None:
        headers = {**signed(self.BODY), "x-slack-request-timestamp": stamp}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        response = bot.client.post("/hooks/command", content=self.BODY, headers=raw)
        problem_of(response, 401)

    @pytest.mark.parametrize("signature", ["", "v0=", "v0=é", "🚰", "v1=" + "0" * 64])
    def test_a_signature_that_is_none_is_refused(self, bot: Bot, signature: str) -> None:
        headers = {**signed(self.BODY), "x-slack-signature": signature}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        problem_of(bot.client.post("/hooks/command", content=self.BODY, headers=raw), 401)

    @pytest.mark.parametrize("missing", ["x-slack-signature", "x-slack-request-timestamp"])
    def test_both_headers_are_needed(self, bot: Bot, missing: str) -> None:
        headers = {name: value for name, value in signed(self.BODY).items() if name != missing}
        problem_of(self.post(bot, headers), 401)

    def test_a_signed_body_that_is_no_utf_8_is_refused(self, bot: Bot) -> None:
        problem_of(self.post(bot, signed(b"text=caf\xe9"), b"text=caf\xe9"), 400)


class TestBodies:
    def test_a_form_and_json_say_the_same(self, bot: Bot) -> None:
        by_form = bot.client.post("/hooks/command", data=command()).json()
        assert bot.client.post("/hooks/command", json=command()).json() == by_form

    def test_a_form_is_utf_8(self, bot: Bot) -> None:
        bot.client.post("/hooks/zulip", json=zulip("¿fact? 🚰"))
        assert last_questions(bot) == ["¿fact? 🚰"]

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("application/json", b"{"),
            ("application/json", b'{"text": "caf\xe9"}'),
            ("application/json", b"[" * 60_000),
            ("application/json", b'{"text": "\\ud83d", "token": "' + TOKEN.encode() + b'"}'),
            ("application/x-www-form-urlencoded", b"text=caf\xe9"),
            ("application/x-www-form-urlencoded", b"text=%ff"),
            ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(100))),
        ],
    )
    def test_a_body_that_cannot_be_read_is_a_400(self, bot: Bot, kind: str, body: bytes) -> None:
        problem_of(bot.client.post("/hooks/command", content=body, headers={"content-type": kind}), 400)

    @pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
    def test_a_body_of_another_kind_is_a_415(self, bot: Bot, kind: str) -> None:
        problem_of(bot.client.post("/hooks/command", content=b"text=fact", headers={"content-type": kind}), 415)

    def test_json_that_holds_no_fields_holds_no_token(self, bot: Bot) -> None:
        problem_of(bot.client.post("/hooks/command", json=["fact?"]), 401)

    def test_a_body_that_is_too_large_is_a_413(self, bot: Bot) -> None:
        problem_of(bot.client.post("/hooks/command", data=command("x" * MAX_BODY_BYTES)), 413)

    def test_another_method_is_a_405(self, bot: Bot) -> None:
        problem_of(bot.client.get("/hooks/command"), 405)


class TestOptions:
    def test_the_address_says_in_which_language(self, bot: Bot) -> None:
        text = bot.client.post("/hooks/command?language=es", data=command()).json()["text"]
        assert text == fact_text(Framed(SITE, SPANISH))

    def test_the_address_says_how_long_a_text_may_be(self, bot: Bot) -> None:
        text = bot.client.post("/hooks/command?longest=700", data=command("list")).json()["text"]
        assert text == webhook_text(list_answer(permits()), Framed(SITE, longest=700))
        assert len(text) <= 700

    def test_the_address_says_who_sees_the_answer(self, bot: Bot) -> None:
        shown = [bot.client.post(f"/hooks/command{to}", data=command()).json() for to in ("", "?to=me", "?to=channel")]
        assert [reply["response_type"] for reply in shown] == ["ephemeral", "ephemeral", "in_channel"]

    @pytest.mark.parametrize(
        "option", ["language=fr", "longest=0", "longest=-5", "longest=many", "to=all", "languge=es"]
    )
    def test_an_option_that_cannot_be_used_is_named(self, bot: Bot, option: str) -> None:
        detail = problem_of(bot.client.post(f"/hooks/command?{option}", data=command()), 422)
        assert repr(option.partition("=")[0]) in detail

    def test_without_a_public_address_links_lead_to_the_one_that_was_called(
        self, tmp_path: Path, chatbot: FakeChatbot
    ) -> None:
        bot = bot_with(tmp_path, chatbot, public_url=None)
        text = bot.client.post("/hooks/command", data=command()).json()["text"]
        assert text == fact_text(Framed("http://local.example"))


def last_questions(bot: Bot) -> list[str]:
    """The questions of the conversation that was used last, or none."""
    found = bot.chatbot.conversations.conversations()
    return [turn.question for turn in bot.chatbot.conversations.turns(found[0].id)] if found else []


class TestCommand:
    def test_an_answer_comes_back_at_once_where_no_reply_may_follow(self, bot: Bot) -> None:
        reply = bot.client.post("/hooks/command", data=command()).json()
        assert reply == {"response_type": "ephemeral", "text": fact_text()}

    def test_a_refusal_does_too(self, bot: Bot) -> None:
        text = bot.client.post("/hooks/command", data=command("who pays?")).json()["text"]
        assert text == webhook_text(refusal(permits()), Framed(SITE))

    @pytest.mark.parametrize("text", ["", "  \n"])
    def test_without_a_question_it_says_how_to_ask(self, bot: Bot, text: str) -> None:
        reply = bot.client.post("/hooks/command?to=channel", data=command(text)).json()
        assert reply == {"response_type": "ephemeral", "text": ENGLISH.how_to_ask.format(command="/ask", example="…")}

    def test_a_thread_is_a_conversation(self, bot: Bot) -> None:
        for text, root in (("fact?", "r1"), ("list", "r2"), ("table", "r1")):
            bot.client.post("/hooks/command", data=command(text, root_id=root))
        talks = bot.chatbot.conversations.conversations()
        assert sorted(talk.turns for talk in talks) == [1, 2]

    def test_outside_threads_each_question_stands_alone(self, bot: Bot) -> None:
        for _ in range(2):
            bot.client.post("/hooks/command", data=command(root_id=""))
        assert [talk.turns for talk in bot.chatbot.conversations.conversations()] == [1, 1]

    def test_what_the_reader_can_mend_is_told_in_the_reply(self, bot: Bot, chatbot: FakeChatbot) -> None:
        chatbot.failure = InvalidQuestion("The question is too long; ask one thing at a time.")
        text = bot.client.post("/hooks/command", data=command()).json()["text"]
        assert text == "The question is too long; ask one thing at a time."

    def test_what_only_the_operator_can_mend_is_told_without_its_details(
        self, bot: Bot, chatbot: FakeChatbot, caplog: pytest.LogCaptureFixture
    ) -> None:
        chatbot.failure = ConversationStoreError("/srv/data can't be written.")
        text = bot.client.post("/hooks/command", data=command()).json()["text"]
        assert text == "The conversations can't be used just now. Please try again later."
        assert "/srv/data" in caplog.text

    def test_what_nobody_expected_is_a_500_without_the_question(
        self, bot: Bot, chatbot: FakeChatbot, caplog: pytest.LogCaptureFixture
    ) -> None:
        chatbot.failure = RuntimeError("while answering fact?")
        response = bot.client.post("/hooks/command", data=command())
        problem_of(response, 500)
        assert "fact?" not in caplog.text


class TestOutgoing:
    def test_the_question_stands_behind_the_trigger_word(self, bot: Bot) -> None:
        reply = bot.client.post("/hooks/outgoing", json=outgoing("ask: fact?")).json()
        assert reply == {"text": fact_text(), "response_type": "comment"}
        assert last_questions(bot) == ["fact?"]

    def test_a_form_does_as_well(self, bot: Bot) -> None:
        fields = outgoing("ask fact?", bot="false")
        assert bot.client.post("/hooks/outgoing", data=fields).json()["text"] == fact_text()

    def test_a_trigger_word_elsewhere_belongs_to_the_question(self, bot: Bot) -> None:
        bot.client.post("/hooks/outgoing", json=outgoing("which fact to ask?"))
        assert last_questions(bot) == ["which fact to ask?"]

    @pytest.mark.parametrize(
        "more",
        [
            {"bot": {"i": "NsFvQpD9dWCnQYHbK"}},
            {"bot": True},
            {"isEdited": True},
            {"user_id": "USLACKBOT"},
            {"bot_id": "B123ABC456", "bot_name": "news"},
            {"text": "ask"},
            {"text": ""},
        ],
    )
    def test_bots_edits_and_empty_messages_get_no_reply(self, bot: Bot, more: dict[str, Any]) -> None:
        assert bot.client.post("/hooks/outgoing", json={**outgoing(), **more}).json() == {}
        assert not bot.chatbot.histories


class TestZulip:
    def test_a_mention_is_left_out_of_the_question(self, bot: Bot) -> None:
        assert bot.client.post("/hooks/zulip", json=zulip()).json() == {"content": fact_text()}
        assert last_questions(bot) == ["fact?"]

    @pytest.mark.parametrize("content", ["@**Footnoted|25** fact?", "fact? @_**Footnoted**", "@**Footnoted**\nfact?"])
    def test_however_it_is_written(self, bot: Bot, content: str) -> None:
        bot.client.post("/hooks/zulip", json=zulip(content))
        assert last_questions(bot) == ["fact?"]

    def test_a_mention_alone_needs_no_reply(self, bot: Bot) -> None:
        assert bot.client.post("/hooks/zulip", json=zulip("@**Footnoted** ")).json() == {"response_not_required": True}

    def test_a_follow_up_in_a_topic_knows_the_earlier_question(self, bot: Bot) -> None:
        for content in ("fact?", "list"):
            bot.client.post("/hooks/zulip", json=zulip(content, sender_id=len(content)))
        assert last_questions(bot) == ["fact?", "list"]

    def test_a_follow_up_in_a_direct_message_does_too(self, bot: Bot) -> None:
        for content in ("fact?", "list"):
            bot.client.post("/hooks/zulip", json=direct(content))
        assert last_questions(bot) == ["fact?", "list"]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (zulip(), zulip(subject="another topic")),
            (zulip(), zulip(stream_id=6)),
            (zulip(), zulip(bot="bot@other.example")),
            (zulip(), direct()),
            (direct(), direct(sender_id=6)),
            (direct(), direct(recipient_id=21)),
        ],
    )
    def test_elsewhere_it_does_not(self, bot: Bot, one: dict[str, Any], other: dict[str, Any]) -> None:
        for fields in (one, other):
            bot.client.post("/hooks/zulip", json=fields)
        assert len(bot.chatbot.conversations.conversations()) == 2

    @pytest.mark.parametrize("message", [None, "fact?", ["fact?"], 5])
    def test_a_request_without_a_message_is_a_400(self, bot: Bot, message: object) -> None:
        problem_of(bot.client.post("/hooks/zulip", json={"message": message, "token": TOKEN}), 400)


class TestDelayedReplies:
    @pytest.fixture
    def listed(self, tmp_path: Path, chatbot: FakeChatbot, chat: ChatServer) -> Bot:
        """A bot that may post to the other program's server."""
        return bot_with(tmp_path, chatbot, hosts=chat.host)

    def ask(self, bot: Bot, chat: ChatServer, text: str = "fact?", query: str = "", **more: str) -> dict[str, Any]:
        fields = command(text, response_url=f"http://{chat.host}/hooks/commands/zozc1", **more)
        reply: dict[str, Any] = bot.client.post(f"/hooks/command{query}", data=fields).json()
        return reply

    def test_the_reply_follows_to_a_listed_host(self, listed: Bot, chat: ChatServer) -> None:
        acknowledged = self.ask(listed, chat)
        assert acknowledged == {"response_type": "ephemeral", "text": ENGLISH.looking_up}
        assert not chat.taken()
        listed.work()
        assert chat.taken() == [("/hooks/commands/zozc1", {"response_type": "ephemeral", "text": fact_text()})]

    def test_it_follows_while_the_server_runs(self, listed: Bot, chat: ChatServer) -> None:
        with listed.client:
            self.ask(listed, chat)
            assert chat.posted.get(timeout=30)[1]["text"] == fact_text()

    def test_it_keeps_what_the_address_asked_for(self, listed: Bot, chat: ChatServer) -> None:
        acknowledged = self.ask(listed, chat, "list", "?language=es&to=channel&longest=700")
        assert acknowledged["text"] == SPANISH.looking_up
        listed.work()
        expected = webhook_text(list_answer(permits()), Framed(SITE, SPANISH, 700))
        assert [body for _, body in chat.taken()] == [{"response_type": "in_channel", "text": expected}]

    def test_a_command_that_comes_twice_is_answered_once(self, listed: Bot, chat: ChatServer) -> None:
        assert self.ask(listed, chat) == self.ask(listed, chat)
        listed.work()
        self.ask(listed, chat)
        listed.work()
        assert len(chat.taken()) == 1
        assert len(listed.chatbot.histories) == 1

    def test_commands_with_other_triggers_are_all_answered(self, listed: Bot, chat: ChatServer) -> None:
        for trigger in ("a", "b", "", ""):
            self.ask(listed, chat, trigger_id=trigger)
        listed.work()
        assert len(chat.taken()) == 4

    def test_a_thread_is_a_conversation_there_too(self, listed: Bot, chat: ChatServer) -> None:
        for number, text in enumerate(("fact?", "list")):
            self.ask(listed, chat, text, root_id="r1", trigger_id=str(number))
        listed.work()
        assert last_questions(listed) == ["fact?", "list"]

    def test_it_is_posted_again_until_the_server_takes_it_and_asked_once(self, listed: Bot, chat: ChatServer) -> None:
        chat.answers = [(500, {}), (429, {"Retry-After": "0"}), (503, {}), (200, {})]
        self.ask(listed, chat)
        assert listed.work() == 4
        posted = chat.taken()
        assert [body["text"] for _, body in posted] == [fact_text()] * 4
        assert len(listed.chatbot.histories) == 1

    def test_it_waits_as_long_as_the_server_asks(self, listed: Bot, chat: ChatServer) -> None:
        chat.answers = [(429, {"Retry-After": "120"})]
        self.ask(listed, chat)
        begun = listed.now
        listed.work()
        assert 120 <= listed.now - begun <= 125

    @pytest.mark.parametrize("status", [301, 302, 307, 400, 403, 404, 410])
    def test_a_server_that_turns_it_down_or_elsewhere_is_left_alone(
        self, listed: Bot, chat: ChatServer, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        chat.answers = [(status, {"Location": f"http://{chat.host}/elsewhere"})]
        self.ask(listed, chat)
        listed.work()
        assert [path for path, _ in chat.taken()] == ["/hooks/commands/zozc1"]
        assert str(status) in caplog.text
        assert "zozc1" not in caplog.text
        assert "fact?" not in caplog.text

    def test_what_could_not_be_asked_is_told_there(self, listed: Bot, chat: ChatServer) -> None:
        listed.chatbot.failure = ConversationStoreError("/srv/data can't be written.")
        self.ask(listed, chat)
        listed.work()
        assert chat.taken()[0][1]["text"] == "The conversations can't be used just now. Please try again later."

    def test_elsewhere_the_answer_comes_at_once_and_nothing_is_posted(self, bot: Bot, chat: ChatServer) -> None:
        assert self.ask(bot, chat)["text"] == fact_text()
        assert bot.store.waiting() == 0
        assert not chat.taken()

    @pytest.mark.parametrize("url", ["http://good.example@{host}/", "http://{host}/?http://good.example/"])
    def test_a_host_in_disguise_gets_nothing(
        self, tmp_path: Path, chatbot: FakeChatbot, chat: ChatServer, url: str
    ) -> None:
        bot = bot_with(tmp_path, chatbot, hosts="good.example")
        fields = command(response_url=url.format(host=chat.host))
        assert bot.client.post("/hooks/command", data=fields).json()["text"] == fact_text()
        assert bot.store.waiting() == 0


def webhooks(tmp_path: Path, *hosts: str) -> Webhooks:
    """The webhooks of a bot that may post to *hosts*."""
    store = DeliveryStore(tmp_path / "deliveries.sqlite3")
    return Webhooks((TOKEN,), SignatureVerifier(SECRET), frozenset(hosts), SITE, store, lambda: None, time.time)


class TestWaking:
    def test_the_workers_are_woken_for_what_is_new_and_not_for_a_duplicate(self, tmp_path: Path) -> None:
        woken: list[bool] = []
        hooks = replace(webhooks(tmp_path), wake=lambda: woken.append(True))
        fields = command(response_url="http://good.example/")
        for _ in range(2):
            anyio.run(hooks.accept, "caller", fields, "fact?", Framed(SITE), "ephemeral")
        assert woken == [True]


class TestHosts:
    @pytest.mark.parametrize(
        "url",
        [
            "http://good.example/",
            "https://good.example/hooks/1?a=b",
            "HTTPS://GOOD.EXAMPLE/",
            "https://good.example:443/",
            "http://good.example:80/",
        ],
    )
    def test_a_host_that_is_listed_is_listed_at_the_usual_ports(self, tmp_path: Path, url: str) -> None:
        assert webhooks(tmp_path, "good.example").may_reply_to(url)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "good.example",
            "//good.example/",
            "/good.example",
            "ftp://good.example/",
            "file://good.example/etc/passwd",
            "javascript://good.example/",
            "http:good.example",
            "http://evil.example/",
            "http://good.example@evil.example/",
            "http://user:word@good.example/",
            "http://good.example:8065/",
            "http://good.example:22/",
            "http://good.example:80@evil.example/",
            "http://good.example.evil/",
            "http://good.example.evil.example/",
            "http://evilgood.example/",
            "http://sub.good.example/",
            "http://good.example./",
            "http://evil.example/good.example",
            "http://evil.example?@good.example/",
            "http://evil.example#@good.example/",
            "http://evil.example/@good.example/",
            "http://good.example%2eevil.example/",
            "http://ｇood.example/",
            "http://good.example:99999/",
            "http://good.example:port/",
            "http://[good.example/",
            " http://good.example/",
            "http://good.example/ ",
            "http://good.ex\tample/",
            "http://good.example\n/",
            "http://good.example/\x00",
        ],
    )
    def test_any_other_is_not(self, tmp_path: Path, url: str) -> None:
        assert not webhooks(tmp_path, "good.example").may_reply_to(url)

    def test_a_host_that_is_listed_with_a_port_is_listed_at_that_port(self, tmp_path: Path) -> None:
        listed = webhooks(tmp_path, "good.example:8065", "[::1]:8065")
        allowed = ("http://good.example:8065/", "http://Good.Example:8065", "http://[::1]:8065/")
        refused = ("http://good.example/", "http://good.example:80/", "http://good.example:80651/", "http://[::1]/")
        assert [listed.may_reply_to(url) for url in allowed] == [True] * len(allowed)
        assert [listed.may_reply_to(url) for url in refused] == [False] * len(refused)

    @given(
        st.lists(
            st.sampled_from(["http://", "https://", "good.example", "evil.example", *"@:/\\?#[].% 8", "\t", "ｇ"])
            | st.text(max_size=2),
            max_size=9,
        ).map("".join)
    )
    def test_the_client_posts_to_no_host_but_those_that_the_check_saw(self, url: str) -> None:
        store = cast(DeliveryStore, None)
        listed = Webhooks((), None, frozenset({"good.example"}), None, store, lambda: None, time.time)
        if listed.may_reply_to(url):
            try:
                host = httpx2.URL(url).host
            except httpx2.InvalidURL:
                return
            assert host == "good.example"
