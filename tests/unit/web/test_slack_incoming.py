"""Slack's payloads, in the shapes that its documentation gives: which are questions, and how they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.slack.incoming import Written, bot_user_of, plain_text, thread_name, written

BOT, OTHER, ASKER = "U0LAN0Z89", "U0LAN0Z8", "U061F7AUR"
"""The other's id is where the bot's begins."""

TS = "1515449522.000016"
THREAD_TS = "1515449438.000011"
QUESTION = "How long is it valid?"


def body(event: Mapping[str, Any], event_id: str = "Ev0LAN670R") -> dict[str, Any]:
    """What Slack posts around an event."""
    return {
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "team_id": "T123ABC456",
        "api_app_id": "A123ABC456",
        "event": dict(event),
        "type": "event_callback",
        "event_id": event_id,
        "event_time": 1515449522,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": "T123ABC456",
                "user_id": BOT,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def message(text: str | None = QUESTION, **more: Any) -> dict[str, Any]:
    """A message in a channel; what is None is left out."""
    event = {
        "type": "message",
        "client_msg_id": "d1b2c3d4-0000-4000-8000-000000000000",
        "user": ASKER,
        "text": text,
        "ts": TS,
        "team": "T123ABC456",
        "blocks": [{"type": "rich_text", "block_id": "b", "elements": []}],
        "channel": "C123ABC456",
        "event_ts": TS,
        "channel_type": "channel",
    }
    return {key: value for key, value in {**event, **more}.items() if value is not None}


def mention(text: str = f"<@{BOT}> {QUESTION}", **more: Any) -> dict[str, Any]:
    return message(text, type="app_mention", channel_type=None, **more)


def read(event: Mapping[str, Any]) -> Written:
    found = written(body(event))
    assert found is not None
    return found


def file(name: str = "ghostrap.png") -> dict[str, Any]:
    return {"id": "F0RDC39U1", "name": name, "mimetype": "image/png", "url_private": "https://files.slack.com/x"}


class TestWhatIsAQuestion:
    def test_a_message_in_a_channel(self) -> None:
        assert read(message()) == Written(
            event_id="Ev0LAN670R",
            team="T123ABC456",
            channel="C123ABC456",
            user=ASKER,
            ts=TS,
            thread_ts=TS,
            text=QUESTION,
            direct=False,
            mentioned=False,
            to_another=False,
        )

    def test_a_mention(self) -> None:
        found = read(mention())
        assert (found.text, found.mentioned, found.direct, found.to_another) == (QUESTION, True, False, False)

    def test_a_direct_message(self) -> None:
        found = read(message(channel="D024BE91L", channel_type="im"))
        assert (found.text, found.direct, found.mentioned) == (QUESTION, True, False)

    def test_a_reply_in_a_thread(self) -> None:
        found = read(message(thread_ts=THREAD_TS, parent_user_id=BOT))
        assert (found.ts, found.thread_ts) == (TS, THREAD_TS)
        assert found.thread == thread_name("C123ABC456", THREAD_TS)

    def test_a_reply_that_is_also_sent_to_the_channel(self) -> None:
        root = {"type": "message", "user": ASKER, "text": "…", "ts": THREAD_TS}
        found = read(message(subtype="thread_broadcast", thread_ts=THREAD_TS, root=root))
        assert (found.text, found.thread_ts) == (QUESTION, THREAD_TS)

    def test_what_is_written_beside_a_file(self) -> None:
        event = message(subtype="file_share", files=[file()], upload=True, display_as_bot=False, bot_id=None)
        assert read(event).text == QUESTION

    def test_a_message_in_the_third_person(self) -> None:
        assert read(message(subtype="me_message")).text == QUESTION

    def test_a_group_message_that_names_the_bot(self) -> None:
        found = read(message(f"and <@{BOT}>?", channel="G1", channel_type="mpim"))
        assert (found.mentioned, found.direct) == (True, False)


class TestWhatIsNone:
    @pytest.mark.parametrize(
        "event",
        [
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "channel": "C123ABC456",
                "ts": "1515449600.000100",
                "message": message(edited={"user": ASKER, "ts": "1515449600.000000"}),
                "previous_message": message(),
                "channel_type": "channel",
            },
            {
                "type": "message",
                "subtype": "message_deleted",
                "hidden": True,
                "channel": "C123ABC456",
                "ts": "1515449600.000100",
                "deleted_ts": TS,
                "previous_message": message(),
                "channel_type": "channel",
            },
            message(subtype="bot_message", user=None, bot_id="B123ABC456", username="News"),
            message(bot_id="B123ABC456", app_id="A9", bot_profile={"id": "B123ABC456", "name": "News"}),
            message(bot_id="B123ABC456"),
            message(user=BOT, bot_id="B0OWN"),
            message(user=BOT),
            message(subtype="file_share", text="", files=[file()]),
            message(subtype="channel_join", text=f"<@{ASKER}> has joined the channel"),
            message(subtype="channel_topic", topic="wells"),
            message(subtype="message_replied", hidden=True),
            message(subtype="assistant_app_thread"),
            message(subtype="huddle_thread"),
            mention(edited={"user": ASKER, "ts": "1515449600.000000"}),
            mention(f"<@{BOT}>"),
            mention(f" <@{BOT}|footnoted>\u00a0 <@{BOT}>"),
            message(text=None),
            message(text=" \n"),
            message(user=None),
            message(channel=None),
            message(ts=None),
            message(type="reaction_added"),
        ],
    )
    def test_an_event_that_nobody_wrote_to_anybody(self, event: dict[str, Any]) -> None:
        assert written(body(event)) is None

    @pytest.mark.parametrize("payload", [{}, {"event": None}, {"event": []}, {"event": {}}])
    def test_a_payload_without_an_event(self, payload: dict[str, Any]) -> None:
        assert written(payload) is None


class TestNames:
    def test_a_mention_that_comes_as_two_events_shares_a_name(self) -> None:
        first, second = written(body(mention(), "Ev1")), written(body(message(f"<@{BOT}> {QUESTION}"), "Ev2"))
        assert first is not None
        assert second is not None
        assert set(first.names) & set(second.names)

    def test_an_event_sent_again_shares_a_name(self) -> None:
        assert set(read(message()).names) & set(read(message(ts="2.0")).names)

    def test_the_same_second_in_two_channels_is_two_messages(self) -> None:
        first, second = written(body(message(), "Ev1")), written(body(message(channel="C2"), "Ev2"))
        assert first is not None
        assert second is not None
        assert not set(first.names) & set(second.names)

    def test_events_without_an_id_are_not_all_one(self) -> None:
        first, second = written(body(message(), "")), written(body(message(ts="2.0"), ""))
        assert first is not None
        assert second is not None
        assert not set(first.names) & set(second.names)


class TestWhoIsMeant:
    def test_whoever_names_another_first_does_not_ask_the_bot(self) -> None:
        assert read(message(f"<@{OTHER}> what do you think?")).to_another

    @pytest.mark.parametrize("text", ["hello", f"ask <@{OTHER}>", f"<@{BOT}> and <@{OTHER}>", "<!here> hello"])
    def test_others_may_ask_it(self, text: str) -> None:
        assert not read(message(text)).to_another

    @pytest.mark.parametrize("text", [f"<@{BOT}> hello", f"hello <@{BOT}>", f"<@{OTHER}> <@{BOT}|bot> hello"])
    def test_a_mention_anywhere_names_the_bot(self, text: str) -> None:
        assert read(message(text)).mentioned

    @pytest.mark.parametrize("text", [f"hello <@{BOT}X>", f"hello &lt;@{BOT}&gt;", f"hello @{BOT}", f"in <#{BOT}>"])
    def test_what_only_looks_like_a_mention_does_not(self, text: str) -> None:
        assert not read(message(text)).mentioned

    def test_a_user_whose_id_begins_as_the_bots_does_is_another(self) -> None:
        found = written({**body(message(f"hello <@{BOT}>")), "authorizations": [{"user_id": OTHER, "is_bot": True}]})
        assert found is not None
        assert not found.mentioned

    @pytest.mark.parametrize(
        ("authorizations", "expected"),
        [
            ([{"user_id": BOT, "is_bot": True}], BOT),
            ([{"user_id": ASKER, "is_bot": False}, {"user_id": BOT, "is_bot": True}], BOT),
            ([{"user_id": ASKER, "is_bot": False}], None),
            ([{"is_bot": True}], None),
            ([], None),
            (None, None),
        ],
    )
    def test_the_bots_own_id_stands_beside_the_event(self, authorizations: object, expected: str | None) -> None:
        assert bot_user_of({"authorizations": authorizations}) == expected


class TestPlainText:
    @pytest.mark.parametrize(
        ("raw", "shown"),
        [
            (f"<@{BOT}> how long?", "how long?"),
            (f"<@{BOT}|footnoted> how long?", "how long?"),
            (f"<@{BOT}>, how long?", "how long?"),
            (f"<@{BOT}>: how long?", "how long?"),
            (f"how <@{BOT}> long?", "how long?"),
            (f"how<@{BOT}>long?", "how long?"),
            (f"how long? <@{BOT}>", "how long?"),
            (f"ask <@{OTHER}>", f"ask @{OTHER}"),
            (f"ask <@{OTHER}|ann>", "ask @ann"),
            ("see <https://example.com/a?b=1&amp;c=2>", "see https://example.com/a?b=1&c=2"),
            ("see <https://example.com|the page>", "see the page"),
            ("write to <mailto:a@example.com|a@example.com>", "write to a@example.com"),
            ("write to <mailto:a@example.com>", "write to a@example.com"),
            ("call <tel:+15550100|+1 555 0100>", "call +1 555 0100"),
            ("in <#C123ABC456|wells>", "in #wells"),
            ("in <#C123ABC456>", "in #C123ABC456"),
            ("in <#C123ABC456|>", "in #C123ABC456"),
            ("<!here> how long?", "@here how long?"),
            ("<!channel|channel> how long?", "@channel how long?"),
            ("<!subteam^S0614TZR7|@owners> how long?", "@owners how long?"),
            ("<!subteam^S0614TZR7> how long?", "@subteam how long?"),
            ("by <!date^1392734382^{date_num}|2014-02-18> or later?", "by 2014-02-18 or later?"),
            ("by <!date^1392734382^{date}^https://example.com|Feb 18> or later?", "by Feb 18 or later?"),
            ("by <!date^1392734382^{date}> or later?", "by or later?"),
            ("a &lt; b &amp;&amp; b &gt; c", "a < b && b > c"),
            ("what is &amp;lt;?", "what is &lt;?"),
            (f"what is &lt;@{BOT}&gt;?", f"what is <@{BOT}>?"),
            (":wave: how long?", ":wave: how long?"),
            (f"<@{BOT}> :wave: how long?", ":wave: how long?"),
            ("how 🚰 long?", "how 🚰 long?"),
            ("how\n\nlong,\u00a0then?", "how long, then?"),
            ("a < b", "a < b"),
            ("<>", ""),
            ("¿Cuánto dura?", "¿Cuánto dura?"),
        ],
    )
    def test_text_reads_as_it_does_in_slack(self, raw: str, shown: str) -> None:
        assert plain_text(raw, BOT) == shown

    def test_without_the_bots_id_a_mention_reads_as_one(self) -> None:
        assert plain_text(f"<@{BOT}> how long?") == f"@{BOT} how long?"

    @given(st.text())
    def test_any_text_can_be_read(self, raw: str) -> None:
        shown = plain_text(raw, BOT)
        assert shown == shown.strip()

    @given(
        st.lists(
            st.sampled_from(
                [f"<@{BOT}>", f"<@{BOT}|bot>", f"<@{BOT[:4]}", f"{BOT[4:]}>", f"<@{OTHER}>", "<", ">", "|", "a"]
            )
            | st.text(max_size=3).filter(lambda text: "&" not in text)
        )
    )
    def test_no_mention_of_the_bot_is_left_in(self, parts: list[str]) -> None:
        assert f"<@{BOT}>" not in plain_text("".join(parts), BOT)
