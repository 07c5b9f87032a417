"""The Slack app against a server that plays Slack: what is asked, what is posted, and what is left alone."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.conversation_stores import SqliteConversationStore
from bot.feedback import FeedbackStore
from index.errors import IndexNotBuilt
from tests.slack_server import SECRET, Failure, Message, Plan, SlackServer, event_body, signed, slack_server
from tests.unit.web.fake_chatbot import FakeChatbot, permits, still
from web.app import create_app
from web.settings import WebSettings

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


class Workspace:
    """A workspace with our app in it."""

    def __init__(self, client: TestClient, slack: SlackServer, chatbot: FakeChatbot, data_dir: Path) -> None:
        self.client, self.slack, self.chatbot, self.data_dir = client, slack, chatbot, data_dir
        self._count = 0

    def post(self, path: str, body: str, kind: str = "application/json", **headers: str) -> Any:
        sent = {"content-type": kind, **signed(body), **headers}
        return self.client.post(path, content=body.encode(), headers=sent)

    def event(self, event: dict[str, Any], event_id: str | None = None) -> Any:
        self._count += 1
        return self.post("/slack/events", event_body(event, event_id or f"Ev{self._count}"))

    def says(self, text: str, **more: Any) -> str:
        """Somebody writes *text*; the time stamp of the message."""
        self._count += 1
        ts = more.pop("ts", f"1700000000.{self._count:06d}")
        event = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "ts": ts, "text": text}
        assert self.event({**event, **more}).status_code == 200
        return str(ts)

    def mentions(self, text: str, **more: Any) -> str:
        """Somebody names the bot, which Slack says twice."""
        ts = self.says(f"<@UBOT> {text}", **more)
        self.says(f"<@UBOT> {text}", **{**more, "ts": ts, "type": "app_mention"})
        return ts

    def command(self, command: str, text: str, trigger: str = "1.2") -> Any:
        fields = {
            "command": command,
            "text": text,
            "channel_id": "C1",
            "user_id": "U1",
            "team_id": "T1",
            "trigger_id": trigger,
            "response_url": f"{self.slack.url}/respond/{trigger}",
        }
        return self.post("/slack/commands", urlencode(fields), "application/x-www-form-urlencoded")

    def interacts(self, payload: dict[str, Any]) -> Any:
        body = urlencode({"payload": json.dumps(payload)})
        return self.post("/slack/interactions", body, "application/x-www-form-urlencoded")

    def presses(self, action_id: str, value: str, **more: Any) -> Any:
        return self.interacts(
            {
                "type": "block_actions",
                "user": {"id": "U2"},
                "team": {"id": "T1"},
                "channel": {"id": "C1"},
                "container": {"type": "message", "channel_id": "C1", "message_ts": "1.1"},
                "message": {"ts": "1.1", "thread_ts": "1.0"},
                "trigger_id": "9.9",
                "response_url": f"{self.slack.url}/respond/pressed",
                "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}],
                **more,
            }
        )

    def wait(self, what: Callable[[], object], seconds: float = 10) -> None:
        end = time.time() + seconds
        while not what():
            assert time.time() < end, (self.slack.calls, self.slack.responses)
            time.sleep(0.02)

    def lengths(self) -> list[int]:
        """How many turns each conversation has."""
        return [summary.turns for summary in self.chatbot.conversations.conversations()]

    def questions(self) -> list[str]:
        """The first question of each conversation."""
        return [summary.first_question for summary in self.chatbot.conversations.conversations()]

    def settled(self) -> list[Message]:
        """What everybody sees when nothing waits any more."""
        workers = cast(Any, self.client.app).state.outlets.workers
        self.wait(lambda: workers._store.waiting() == 0)
        return self.slack.posted()


@contextmanager
def workspace(tmp_path: Path, plan: Plan | None = None, rules: str | None = None, **more: Any) -> Iterator[Workspace]:
    if rules is not None:
        (tmp_path / "rules.toml").write_text(rules)
        more["slack_rules"] = tmp_path / "rules.toml"
    chatbot = FakeChatbot(current=(permits(),))
    with slack_server(plan) as slack:
        settings = WebSettings(
            slack_bot_token=SecretStr("xoxb-1"),
            slack_signing_secret=SecretStr(SECRET),
            slack_api_url=f"{slack.url}/api",
            public_url="https://bot.example",
            **more,
        )
        app = create_app(still(chatbot), settings, tmp_path)
        with TestClient(app) as client:
            yield Workspace(client, slack, chatbot, tmp_path)


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as ours:
        yield ours


def text_of(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


class TestWhatIsAnswered:
    def test_a_mention_comes_twice_and_is_answered_once_in_its_thread(self, at_work: Workspace) -> None:
        ts = at_work.mentions("fact?")
        (message,) = at_work.settled()
        assert (message.channel, message.thread_ts) == ("C1", ts)
        assert "A permit is valid for five years." in text_of(message)
        assert "https://bot.example/read/water-permits/" in text_of(message)
        assert at_work.questions() == ["fact?"]

    def test_a_thread_goes_on_without_a_mention_and_with_its_context(self, at_work: Workspace) -> None:
        ts = at_work.mentions("fact?")
        at_work.settled()
        at_work.says("list them?", thread_ts=ts)
        assert [message.thread_ts for message in at_work.settled()] == [ts, ts]
        assert at_work.lengths() == [2]

    def test_a_direct_message_is_answered_in_a_thread_of_its_own(self, at_work: Workspace) -> None:
        ts = at_work.says("fact?", channel="D1", channel_type="im")
        (message,) = at_work.settled()
        assert (message.channel, message.thread_ts) == ("D1", ts)

    @pytest.mark.parametrize(
        "event",
        [
            {"text": "nobody asked the bot"},
            {"text": "<@UBOT> fact?", "bot_id": "B1"},
            {"text": "<@UBOT> fact?", "subtype": "bot_message"},
            {"text": "fact?", "user": "UBOT", "channel_type": "im"},
            {"text": "<@UBOT> fact?", "subtype": "message_changed", "message": {"text": "<@UBOT> fact?"}},
            {"text": "", "subtype": "message_deleted", "channel_type": "im"},
            {"text": "<@UBOT>"},
            {"text": "in somebody else's thread", "thread_ts": "1.5"},
        ],
    )
    def test_what_is_not_asked_of_the_bot_is_left_alone(self, at_work: Workspace, event: dict[str, Any]) -> None:
        at_work.says(event.pop("text"), **event)
        at_work.mentions("the one fact?", ts="5.5")
        assert [message.thread_ts for message in at_work.settled()] == ["5.5"]

    def test_people_may_talk_to_each_other_in_its_thread(self, at_work: Workspace) -> None:
        ts = at_work.mentions("fact?")
        at_work.settled()
        at_work.says("<@U7> can you take that?", thread_ts=ts)
        at_work.says("thanks!", thread_ts=ts)
        assert len(at_work.settled()) == 1

    def test_an_edited_mention_is_not_asked_again(self, at_work: Workspace) -> None:
        ts = at_work.mentions("fact?")
        at_work.settled()
        at_work.says("<@UBOT> fact, please?", ts=ts, type="app_mention", edited={"user": "U1", "ts": "9.9"})
        assert len(at_work.settled()) == 1

    def test_an_error_of_ours_is_said_in_one_sentence(self, at_work: Workspace) -> None:
        at_work.chatbot.failure = IndexNotBuilt("There is no index in /secret/place.")
        at_work.mentions("fact?")
        (message,) = at_work.settled()
        assert "secret" not in text_of(message)
        assert "Please try again later." in message.text

    def test_an_exception_of_nobodys_is_said_without_its_text(self, at_work: Workspace) -> None:
        at_work.chatbot.failure = RuntimeError("secret")
        at_work.mentions("fact?")
        (message,) = at_work.settled()
        assert "secret" not in text_of(message)
        assert "Something went wrong on our side" in message.text


class TestSignatures:
    @pytest.mark.parametrize("path", ["/slack/events", "/slack/interactions", "/slack/commands"])
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"x-slack-signature": "v0=00", "x-slack-request-timestamp": str(int(time.time()))},
            {"x-slack-signature": "v0=00", "x-slack-request-timestamp": "now"},
            {"x-slack-signature": "v0=00", "x-slack-request-timestamp": "9" * 400},
            {"x-slack-signature": "v0=00", "x-slack-request-timestamp": "9" * 5000},
            {"x-slack-signature": "é", "x-slack-request-timestamp": "1"},
            signed("{}", secret="another"),
            -400.0,
            400.0,
            signed("{ }"),
        ],
    )
    def test_what_slack_did_not_sign_just_now_is_turned_away(
        self, at_work: Workspace, path: str, headers: dict[str, str] | float
    ) -> None:
        if isinstance(headers, float):  # seconds from now, by the clock of the test and not of its collection
            headers = signed("{}", at=time.time() + headers)
        sent = {b"content-type": b"application/json", **{k.encode(): v.encode() for k, v in headers.items()}}
        response = at_work.client.post(path, content=b"{}", headers=sent)
        assert response.status_code == 401

    def test_a_replay_is_acknowledged_and_not_answered_again(self, at_work: Workspace) -> None:
        body = event_body(
            {"type": "app_mention", "channel": "C1", "user": "U1", "ts": "1.5", "text": "<@UBOT> fact?"}, "Ev1"
        )
        for _ in range(4):
            response = at_work.post("/slack/events", body, **{"x-slack-retry-num": "1"})
            assert response.status_code == 200
        assert len(at_work.settled()) == 1

    def test_slack_may_verify_the_address(self, at_work: Workspace) -> None:
        body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})
        response = at_work.post("/slack/events", body)
        assert (response.status_code, response.json()) == (200, {"challenge": "3eZbrw1a"})


class TestCommands:
    def test_ask_is_answered_only_to_the_asker(self, at_work: Workspace) -> None:
        assert at_work.command("/ask", "fact?").text == "Looking it up…"
        at_work.settled()
        (response,) = at_work.slack.responses
        assert response["response_type"] == "ephemeral"
        assert "A permit is valid for five years." in json.dumps(response["blocks"])
        assert at_work.slack.posted() == []

    def test_the_same_trigger_is_the_same_question(self, at_work: Workspace) -> None:
        at_work.command("/ask", "fact?")
        at_work.command("/ask", "fact?")
        at_work.settled()
        assert len(at_work.slack.responses) == 1

    def test_ask_here_is_answered_in_the_channel_and_goes_on_in_its_thread(self, at_work: Workspace) -> None:
        at_work.command("/ask-here", "fact &lt;b&gt;?")
        (message,) = at_work.settled()
        assert message.thread_ts is None
        assert "<@U1> asked: fact &lt;b&gt;?" in text_of(message)
        at_work.says("list them?", thread_ts=message.ts)
        assert [m.thread_ts for m in at_work.settled()] == [None, message.ts]
        assert at_work.lengths() == [2]

    def test_an_empty_command_says_how_to_ask(self, at_work: Workspace) -> None:
        assert "/ask" in at_work.command("/ask", "  ").text

    def test_an_empty_command_is_acknowledged_before_any_example_was_tried(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go = threading.Event()
        monkeypatch.setattr("web.suggestions.is_answered", lambda *_: go.wait(6))
        with workspace(tmp_path) as ours:
            began = time.monotonic()
            assert "/ask" in ours.command("/ask", "").text
            assert time.monotonic() - began < 3, "Slack waits three seconds"
            go.set()

    def test_an_empty_command_says_how_to_ask_where_the_documents_of_the_rules_are_gone(self, tmp_path: Path) -> None:
        rules = '[C1]\ndocuments = ["water-permits"]\n'
        with workspace(tmp_path, rules=rules) as ours:
            ours.chatbot.current = (replace(permits(), id="other"),)
            told = ours.command("/ask", "")
            assert (told.status_code, "/ask …" in told.text) == (200, True)

    def test_where_the_bot_may_not_post_the_asker_is_told(self, tmp_path: Path) -> None:
        def plan(method: str, _before: int) -> Failure | str:
            return "not_in_channel" if method == "chat.postMessage" else Failure.NONE

        with workspace(tmp_path, plan) as ours:
            ours.command("/ask-here", "fact?")
            assert ours.settled() == []
            assert "/invite" in ours.slack.responses[0]["text"]

    def test_a_shared_answer_is_the_one_that_was_seen(self, at_work: Workspace) -> None:
        at_work.command("/ask", "fact?")
        at_work.settled()
        buttons = next(b for b in at_work.slack.responses[0]["blocks"] if b["type"] == "actions")["elements"]
        value = next(b for b in buttons if b["action_id"] == "share")["value"]
        for _ in range(2):
            assert at_work.presses("share", value).status_code == 200
        (message,) = at_work.settled()
        assert "<@U2> shared the answer to: fact?" in text_of(message)
        assert at_work.lengths() == [1]


class TestButtons:
    def test_feedback_is_kept_and_the_last_word_counts(self, at_work: Workspace) -> None:
        at_work.presses("feedback", "right abc 1")
        at_work.presses("feedback", "wrong abc 1")
        (given,) = FeedbackStore(at_work.data_dir / "feedback.sqlite3").all()
        assert (given.conversation_id, given.turn, given.who, given.verdict) == ("abc", 1, "U2", "wrong")
        assert given.index_version == at_work.chatbot.index_version

    def test_a_follow_up_opens_a_box_and_is_answered_in_the_thread(self, at_work: Workspace) -> None:
        ts = at_work.mentions("fact?")
        (message,) = at_work.settled()
        buttons = next(block for block in message.blocks if block["type"] == "actions")["elements"]
        value = next(b for b in buttons if b["action_id"] == "ask_follow_up")["value"]
        at_work.presses("ask_follow_up", value, message={"ts": message.ts, "thread_ts": ts})
        (opened,) = at_work.slack.called("views.open")
        view = {
            **opened["view"],
            "id": "V1",
            "state": {"values": {"question": {"question": {"type": "plain_text_input", "value": "list <b>\nthem?"}}}},
        }
        submitted = {"type": "view_submission", "user": {"id": "U2"}, "team": {"id": "T1"}, "view": view}
        for _ in range(2):
            assert at_work.interacts(submitted).status_code == 200
        first, second = at_work.settled()
        assert (first.thread_ts, second.thread_ts) == (ts, ts)
        assert "<@U2> asked: list &lt;b&gt; them?" in text_of(second)
        assert at_work.lengths() == [2]

    def test_opening_a_passage_is_acknowledged(self, at_work: Workspace) -> None:
        assert at_work.presses("open_passage_1", "").status_code == 200


class TestTheAgentView:
    def test_opening_it_suggests_questions_without_a_thread(self, at_work: Workspace) -> None:
        at_work.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"})
        at_work.wait(lambda: at_work.slack.called("assistant.threads.setSuggestedPrompts"))
        (arguments,) = at_work.slack.called("assistant.threads.setSuggestedPrompts")
        assert "thread_ts" not in arguments
        assert 1 <= len(arguments["prompts"]) <= 4

    def test_the_home_tab_suggests_nothing(self, at_work: Workspace) -> None:
        at_work.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"})
        at_work.mentions("fact?")
        at_work.settled()
        assert at_work.slack.called("assistant.threads.setSuggestedPrompts") == []

    def test_a_direct_message_shows_a_status_and_streams(self, at_work: Workspace) -> None:
        at_work.says("fact?", channel="D1", channel_type="im")
        (message,) = at_work.settled()
        (status,) = at_work.slack.called("assistant.threads.setStatus")
        assert status["status"] == "is looking it up…"
        assert message.text.startswith("A permit is valid for five years.")
        assert not message.streaming
        assert "“A permit is valid for five years.”" in text_of(message)

    @pytest.mark.parametrize("answer", ["unknown_method", Failure.RATE_LIMITED, Failure.BEFORE])
    def test_where_streaming_is_not_to_be_had_the_message_is_posted(
        self, tmp_path: Path, answer: Failure | str
    ) -> None:
        def plan(method: str, _before: int) -> Failure | str:
            return answer if method == "chat.startStream" else Failure.NONE

        with workspace(tmp_path, plan) as ours:
            ours.says("fact?", channel="D1", channel_type="im")
            (message,) = ours.settled()
            assert "A permit is valid for five years." in text_of(message)

    @pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream", "chat.update"])
    @pytest.mark.parametrize("failure", [Failure.RATE_LIMITED, Failure.BEFORE, Failure.AFTER])
    def test_a_broken_stream_is_made_whole_in_its_place(self, tmp_path: Path, method: str, failure: Failure) -> None:
        def plan(called: str, before: int) -> Failure | str:
            broken = called == "chat.appendStream" and method == "chat.update" and before == 0
            return failure if broken or (called == method and before == 0) else Failure.NONE

        with workspace(tmp_path, plan) as ours:
            ours.says("fact?", channel="D1", channel_type="im")
            (message,) = ours.settled()
            assert not message.streaming
            assert "five years. [[1]" in text_of(message) + message.text
            assert "“A permit is valid for five years.”" in text_of(message)


class TestFailures:
    @pytest.mark.parametrize("failure", [Failure.RATE_LIMITED, Failure.BEFORE, Failure.AFTER, "internal_error"])
    def test_a_call_that_fails_first_is_made_up_for_and_nothing_is_said_twice(
        self, tmp_path: Path, failure: Failure | str
    ) -> None:
        def plan(method: str, before: int) -> Failure | str:
            return failure if method == "chat.postMessage" and before == 0 else Failure.NONE

        with workspace(tmp_path, plan) as ours:
            ours.mentions("fact?")
            assert len(ours.settled()) == 1
            assert ours.lengths() == [1]

    def test_a_status_that_fails_costs_only_itself(self, tmp_path: Path) -> None:
        def plan(method: str, _before: int) -> Failure | str:
            return Failure.BEFORE if method == "assistant.threads.setStatus" else Failure.NONE

        with workspace(tmp_path, plan) as ours:
            ours.mentions("fact?")
            assert len(ours.settled()) == 1

    def test_a_response_address_that_fails_is_tried_again(self, tmp_path: Path) -> None:
        failures = iter([Failure.BEFORE, Failure.RATE_LIMITED])

        def plan(method: str, _before: int) -> Failure | str:
            return next(failures, Failure.NONE) if method == "respond" else Failure.NONE

        with workspace(tmp_path, plan) as ours:
            ours.command("/ask", "fact?")
            ours.settled()
            assert len(ours.slack.responses) == 1

    def test_what_cannot_be_written_down_is_not_acknowledged(self, at_work: Workspace) -> None:
        path = at_work.data_dir / "deliveries.sqlite3"
        for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            name.unlink(missing_ok=True)
        path.write_bytes(b"not a database" * 100)
        event = {"type": "app_mention", "channel": "C1", "user": "U1", "ts": "1.5", "text": "<@UBOT> fact?"}
        assert at_work.event(event).status_code == 503


class TestRules:
    RULES = """
    [default]
    may_ask = ["U1"]
    [C2]
    enabled = false
    [C3]
    may_ask = ["U1", "U3"]
    language = "es"
    """

    def test_where_and_whom_the_bot_answers(self, tmp_path: Path) -> None:
        with workspace(tmp_path, rules=self.RULES) as ours:
            ours.mentions("fact?", ts="1.1")
            ours.mentions("fact?", ts="1.2", user="U9")
            ours.mentions("fact?", ts="1.3", channel="C2")
            ours.mentions("fact?", ts="1.4", channel="C3", user="U3")
            assert [message.thread_ts for message in ours.settled()] == ["1.1", "1.4"]
            assert "Abrir pasaje 1" in text_of(ours.slack.posted()[1])
            ours.wait(lambda: ours.slack.called("chat.postEphemeral"))
            assert {call["user"] for call in ours.slack.called("chat.postEphemeral")} == {"U9"}

    def test_a_document_that_is_not_indexed_is_a_start_up_error(self, tmp_path: Path) -> None:
        from web.settings import SettingError

        with pytest.raises(SettingError, match="no-such"), workspace(tmp_path, rules='[C1]\ndocuments = ["no-such"]'):
            pass


def test_conversations_of_slack_are_kept_beside_the_others(tmp_path: Path) -> None:
    with workspace(tmp_path) as ours:
        ours.chatbot.conversations = cast(Any, SqliteConversationStore(tmp_path / "conversations.sqlite3"))
        ours.mentions("fact?")
        ours.settled()
        (summary,) = ours.chatbot.conversations.conversations()
        assert summary.first_question == "fact?"
