"""What readers think of a reply: said by a form without JavaScript, kept for the operator, shown to nobody else."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.answers import Turn
from bot.feedback import FEEDBACK_FILE, Feedback, FeedbackStore
from tests.unit.web.fake_chatbot import FakeChatbot
from tests.unit.web.html_page import Page, read, sound
from web.schemas import ReplyBody

ADDRESS = "/c/talk/turns/1/feedback"
PRIVATE = "My own case: <b>please</b> help"


@pytest.fixture(autouse=True)
def asked(client: TestClient) -> None:
    client.post("/ask", data={"question": "fact?", "conversation_id": "talk"})
    client.post("/ask", data={"question": "who pays?", "conversation_id": "talk"})


def kept(folder: Path) -> list[Feedback]:
    return list(FeedbackStore(folder / FEEDBACK_FILE).all())


def shown(client: TestClient) -> Page:
    return sound(client.get("/c/talk").text)


def pressed(page: Page) -> list[str]:
    return [button["value"] for button in page.all("button", **{"aria-pressed": "true"})]


def test_nothing_is_written_before_a_reader_says_something(client: TestClient, tmp_path: Path) -> None:
    shown(client)
    assert not (tmp_path / FEEDBACK_FILE).exists()


def test_a_verdict_is_kept_with_question_reply_and_index_and_leads_back(client: TestClient, tmp_path: Path) -> None:
    response = client.post(ADDRESS, data={"verdict": "right"})
    assert (response.status_code, response.headers["location"]) == (303, "/c/talk#feedback-1")
    (given,) = kept(tmp_path)
    assert (given.verdict, given.question, given.turn, given.reason, given.text) == ("right", "fact?", 1, None, None)
    assert given.index_version == "20250414-1"
    assert given.who.startswith("web:")
    assert ReplyBody.model_validate(given.reply_body).status == "answered"
    page = shown(client)
    assert pressed(page) == ["right"]
    assert page.one("p", class_="thanks").text == "Thank you; the publisher will see that."


def test_why_is_asked_after_and_what_is_written_is_shown_nowhere(client: TestClient, tmp_path: Path) -> None:
    client.post(ADDRESS, data={"verdict": "wrong"})
    page = shown(client)
    reasons = [option["value"] for option in page.all("option")]
    assert reasons == ["", "wrong_fact", "wrong_passage", "incomplete", "should_have_refused", "other"]
    assert page.one("textarea")["maxlength"] == "2000"
    client.post(ADDRESS, data={"verdict": "wrong", "reason": "incomplete", "text": f"{PRIVATE}\r\nand more\x1b[2J"})
    (given,) = kept(tmp_path)
    assert (given.reason, given.text) == ("incomplete", f"{PRIVATE}\nand more[2J")
    page = shown(client)
    assert not page.all("textarea")
    for path in ("/c/talk", "/c/talk.md", "/c/talk.json", "/c/talk/turns/1.txt", "/conversations"):
        assert "own case" not in client.get(path).text


def test_a_refusal_may_be_said_to_be_answered_in_the_text(client: TestClient) -> None:
    client.post("/c/talk/turns/2/feedback", data={"verdict": "wrong"})
    reasons = [option["value"] for option in shown(client).all("option")]
    assert reasons == ["", "should_have_answered", "other"]


def test_one_verdict_a_reader_counts_the_last_and_others_have_their_own(client: TestClient, tmp_path: Path) -> None:
    client.post(ADDRESS, data={"verdict": "wrong", "reason": "other", "text": "hm"})
    client.post(ADDRESS, data={"verdict": "wrong"})
    assert [(given.verdict, given.text) for given in kept(tmp_path)] == [("wrong", "hm")]
    client.post(ADDRESS, data={"verdict": "right"})
    assert [(given.verdict, given.text) for given in kept(tmp_path)] == [("right", None)]
    client.cookies.clear()
    assert pressed(shown(client)) == []
    client.post(ADDRESS, data={"verdict": "wrong"})
    assert sorted(given.verdict for given in kept(tmp_path)) == ["right", "wrong"]
    assert pressed(shown(client)) == ["wrong"]


def test_a_script_gets_the_form_alone(client: TestClient) -> None:
    response = client.post(f"{ADDRESS}?part=1", data={"verdict": "wrong"})
    assert response.status_code == 200
    page = read(response.text)
    assert page.elements[0]["class"] == "judged"
    assert pressed(page) == ["wrong"]
    assert page.one("textarea")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"verdict": "maybe"}, 422),
        ({"reason": "other"}, 422),
        ({"verdict": "wrong", "text": "x" * 2001}, 422),
        ({"verdict": "wrong", "text": "x\r\n" * 1000}, 303),
        ({"verdict": "right", "reason": "incomplete", "text": ""}, 303),
        ({"verdict": "wrong", "reason": "<nonsense>", "text": ""}, 303),
    ],
)
def test_what_is_sent_is_checked(client: TestClient, tmp_path: Path, form: dict[str, str], status: int) -> None:
    assert client.post(ADDRESS, data=form).status_code == status
    assert len(kept(tmp_path)) == (status == 303)
    assert all(given.reason is None for given in kept(tmp_path))


def test_another_site_cannot_judge_for_a_reader(client: TestClient, tmp_path: Path) -> None:
    response = client.post(ADDRESS, data={"verdict": "wrong"}, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert not kept(tmp_path)


@pytest.mark.parametrize("turn", ["3", "4", "0", "x"])
def test_only_a_reply_can_be_judged(client: TestClient, chatbot: FakeChatbot, tmp_path: Path, turn: str) -> None:
    chatbot.conversations.append("talk", Turn("gone"))
    response = client.post(f"/c/talk/turns/{turn}/feedback", data={"verdict": "right"})
    assert response.status_code == 404
    assert not kept(tmp_path)
    assert "/c/talk/turns/3/feedback" not in [form["action"] for form in shown(client).all("form")]


def test_deleting_a_conversation_deletes_what_was_said_of_it(client: TestClient, tmp_path: Path) -> None:
    client.post(ADDRESS, data={"verdict": "wrong", "text": PRIVATE})
    client.post("/conversations/talk/delete")
    assert not kept(tmp_path)
    assert PRIVATE.encode() not in (tmp_path / FEEDBACK_FILE).read_bytes()


def test_a_file_of_the_version_before_is_read_and_written(tmp_path: Path) -> None:
    path = tmp_path / FEEDBACK_FILE
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE feedback (conversation_id TEXT NOT NULL, turn INTEGER NOT NULL, who TEXT NOT NULL, "
            "verdict TEXT NOT NULL, index_version TEXT NOT NULL, given_at REAL NOT NULL, "
            "PRIMARY KEY (conversation_id, turn, who)) STRICT, WITHOUT ROWID"
        )
        connection.execute("INSERT INTO feedback VALUES ('old', 1, 'U1', 'right', 'v1', 1.5)")
    connection.close()
    store = FeedbackStore(path)
    new = Feedback("old", 2, "U1", "wrong", "v2", 2.5, "other", "text", "q", json.dumps({"status": "refused"}))
    store.record(new)
    assert list(FeedbackStore(path).all()) == [Feedback("old", 1, "U1", "right", "v1", 1.5), new]
    assert store.of_reader("old", "U1") == {1: Feedback("old", 1, "U1", "right", "v1", 1.5), 2: new}
