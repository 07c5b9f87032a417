"""The JSON API and the health checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from pydantic import ValidationError
from starlette.testclient import TestClient

from bot.errors import ConversationStoreError
from bot.footnotes import reply_dict
from tests.unit.web.fake_chatbot import FakeChatbot, fact_answer, list_answer, refusal
from web.routes.api import prefers_text
from web.schemas import MAX_HISTORY, REPLY_EXAMPLE, ReplyBody

JSON = {"content-type": "application/json"}


def problem_of(response: Response, status: int) -> str:
    """The sentence of a problem, which has the form of RFC 9457."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["title"]
    detail = problem["detail"]
    assert isinstance(detail, str)
    assert detail.endswith(".")
    return detail


class TestAsk:
    @pytest.mark.parametrize("question", ["fact?", "list them", "who pays?"])
    def test_a_reply_is_the_contracts_json_and_is_kept(
        self, client: TestClient, chatbot: FakeChatbot, question: str
    ) -> None:
        response = client.post("/api/ask", json={"question": question, "conversation_id": "talk"})
        assert response.status_code == 200
        turn = chatbot.conversations.turns("talk")[0]
        assert turn.reply is not None
        assert response.json() == reply_dict(turn.reply, "talk")
        assert response.headers["cache-control"] == "no-store"

    def test_every_quote_is_the_slice_of_the_text_that_the_api_serves(self, client: TestClient) -> None:
        footnotes = client.post("/api/ask", json={"question": "list them"}).json()["footnotes"]
        assert footnotes
        for footnote in footnotes:
            document = footnote["document"]
            text = client.get(f"/api/documents/{document['id']}/{document['version']}").json()["text"]
            assert text[footnote["start"] : footnote["end"]] == footnote["quote"]

    def test_without_a_conversation_a_new_one_begins_each_time(self, client: TestClient) -> None:
        ids = {client.post("/api/ask", json={"question": "fact?"}).json()["conversation_id"] for _ in range(3)}
        assert len(ids) == 3
        assert all(len(name) == 22 for name in ids)

    def test_earlier_questions_reach_the_chatbot_in_order(self, client: TestClient, chatbot: FakeChatbot) -> None:
        history = [f"earlier {n}" for n in range(MAX_HISTORY)]
        assert client.post("/api/ask", json={"question": "fact?", "history": history}).status_code == 200
        assert list(chatbot.histories[0]) == history

    def test_a_charset_beside_the_content_type_is_fine(self, client: TestClient) -> None:
        body = json.dumps({"question": "fact?"}).encode()
        headers = {"content-type": "Application/JSON; charset=utf-8"}
        assert client.post("/api/ask", content=body, headers=headers).status_code == 200

    def test_hostile_text_comes_back_as_it_is(self, client: TestClient) -> None:
        answer = client.post("/api/ask", json={"question": "list </script>"}).json()["answer"]
        assert "<script>alert(1)</script>" in answer


class TestBadRequests:
    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({}, "question"),
            ({"question": None}, "question"),
            ({"question": 5}, "question"),
            ({"question": ["fact?"]}, "question"),
            ({"question": "fact?", "histroy": []}, "histroy"),
            ({"question": "fact?", "history": "earlier"}, "history"),
            ({"question": "fact?", "history": ["a"] * (MAX_HISTORY + 1)}, "history"),
            ({"question": "fact?", "history": ["a", 1]}, "history.1"),
            ({"question": "fact?", "conversation_id": "a b"}, "conversation_id"),
            ({"question": "fact?", "conversation_id": "a\n"}, "conversation_id"),
            ({"question": "fact?", "conversation_id": ""}, "conversation_id"),
            ({"question": "fact?", "conversation_id": "x" * 65}, "conversation_id"),
            (["fact?"], "body"),
        ],
    )
    def test_a_field_that_cannot_be_used_is_named_in_one_sentence(
        self, client: TestClient, chatbot: FakeChatbot, body: Any, named: str
    ) -> None:
        detail = problem_of(client.post("/api/ask", json=body), 422)
        assert f"{named!r} can't be used" in detail
        assert not chatbot.histories

    def test_an_empty_question_is_told_in_the_chatbots_own_sentence(self, client: TestClient) -> None:
        detail = problem_of(client.post("/api/ask", json={"question": " "}), 422)
        assert detail == "The question is empty; write what you want to know."

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b'{"question": "caf\xe9"}',
            b"[" * 60_000,
            b'{"question": ' + b"9" * 5_000 + b"}",
            b"question=fact",
        ],
    )
    def test_a_body_that_is_no_json_is_a_400(self, client: TestClient, body: bytes) -> None:
        problem_of(client.post("/api/ask", content=body, headers=JSON), 400)

    @pytest.mark.parametrize(
        "body", [b"", b"null", b'{"question": "\\ud800"}', b'{"question": "a", "history": ["\\ud800"]}']
    )
    def test_json_without_a_usable_question_is_a_422(self, client: TestClient, body: bytes) -> None:
        problem_of(client.post("/api/ask", content=body, headers=JSON), 422)

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
    def test_a_body_of_another_type_is_a_415(self, client: TestClient, kind: str) -> None:
        response = client.post("/api/ask", content=b'{"question": "fact?"}', headers={"content-type": kind})
        assert "application/json" in problem_of(response, 415)

    def test_a_body_over_the_limit_is_a_413_and_one_at_the_limit_is_read(self, client: TestClient) -> None:
        frame = len(json.dumps({"question": ""}))
        for size, status in ((65_536, 200), (65_537, 413)):
            body = json.dumps({"question": "fact?".ljust(size - frame)}).encode()
            assert len(body) == size
            assert client.post("/api/ask", content=body, headers=JSON).status_code == status

    def test_a_body_that_does_not_announce_its_length_is_cut_off_at_the_limit(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        def chunks() -> Iterator[bytes]:
            yield b'{"question": "fact'
            for _ in range(80):
                yield b"x" * 1024
            yield b'"}'

        problem_of(client.post("/api/ask", content=chunks(), headers=JSON), 413)
        assert not chatbot.histories

    def test_an_unknown_path_and_a_wrong_method_are_problems_too(self, client: TestClient) -> None:
        problem_of(client.get("/api/nothing"), 404)
        response = client.get("/api/ask")
        problem_of(response, 405)
        assert response.headers["allow"] == "POST"


class TestFailures:
    def test_an_unexpected_error_tells_nothing_and_logs_its_place_without_the_question(
        self, client: TestClient, chatbot: FakeChatbot, caplog: pytest.LogCaptureFixture
    ) -> None:
        chatbot.failure = RuntimeError("secret of who pays?")
        response = client.post("/api/ask", json={"question": "who pays?"})
        assert "secret" not in problem_of(response, 500)
        assert "RuntimeError" in caplog.text
        assert "fake_chatbot.py" in caplog.text
        assert "who pays?" not in caplog.text

    def test_what_the_operator_must_mend_is_a_503_whose_details_are_in_the_log_only(
        self, client: TestClient, chatbot: FakeChatbot, caplog: pytest.LogCaptureFixture
    ) -> None:
        chatbot.failure = ConversationStoreError("/srv/conversations.sqlite3 is locked")
        detail = problem_of(client.post("/api/ask", json={"question": "fact?"}), 503)
        assert "/srv" not in detail
        assert "/srv/conversations.sqlite3 is locked" in caplog.text


class TestDocuments:
    def test_the_list_has_the_current_versions_without_their_text(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        document = chatbot.current[0]
        assert client.get("/api/documents").json() == [
            {
                "id": "water-permits",
                "title": document.title,
                "publisher": "Sample & Sons",
                "version": document.version,
                "as_of": "2025-04-14",
                "language": "en",
                "topics": ["water"],
            }
        ]

    def test_a_document_has_its_text_and_spans_on_it(self, client: TestClient, chatbot: FakeChatbot) -> None:
        document = chatbot.old[0]
        body = client.get(f"/api/documents/water-permits/{document.version}").json()
        assert body["text"] == document.text
        assert body["version"] == document.version
        assert [s["path"] for s in body["sections"]] == [list(s.path) for s in document.sections]
        assert body["text"][body["sections"][1]["start"] :].startswith("Permits\n")
        note = body["notes"][0]
        assert body["text"][note["start"] : note["end"]] == "Older permits ran for three years."
        assert body["text"][: note["marks"][0]].endswith("valid for three years.")
        assert set(body) == {
            *("id", "title", "publisher", "version", "as_of", "language", "topics", "text", "sections", "notes")
        }

    def test_without_a_version_it_is_the_current_one(self, client: TestClient, chatbot: FakeChatbot) -> None:
        assert client.get("/api/documents/water-permits").json()["version"] == chatbot.current[0].version

    @pytest.mark.parametrize("path", ["/api/documents/water-permits", "/api/documents/water-permits/{version}"])
    def test_the_bare_text_comes_where_it_is_preferred(
        self, client: TestClient, chatbot: FakeChatbot, path: str
    ) -> None:
        document = chatbot.current[0]
        response = client.get(path.format(version=document.version), headers={"accept": "text/plain"})
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        assert response.content.decode() == document.text
        assert response.headers["vary"] == "Accept"

    @pytest.mark.parametrize(
        ("accept", "text"),
        [
            ("", False),
            ("*/*", False),
            ("application/json", False),
            ("application/json, text/plain, */*", False),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
            ("text/plain;q=0.5, application/json", False),
            ("text/plain;q=nonsense", False),
            ("image/png", False),
            ("text/plain", True),
            ("TEXT/PLAIN ; q=1.0", True),
            ("text/*", True),
            ("text/plain, */*;q=0.1", True),
            ("text/plain, application/json", True),
            ("application/json;q=0.2, text/plain;q=0.4", True),
            ("text/plain, application/json;q=0", True),
            ("*/*;q=0.9, application/json;q=0.1", True),
        ],
    )
    def test_the_accept_header_is_read_as_http_defines_it(self, accept: str, text: bool) -> None:
        assert prefers_text(accept) is text

    @pytest.mark.parametrize(
        "path", ["/api/documents/none", "/api/documents/none/abc", "/api/documents/water-permits/x"]
    )
    def test_what_does_not_exist_is_a_404(self, client: TestClient, path: str) -> None:
        problem_of(client.get(path), 404)


class TestHealth:
    def test_alive(self, client: TestClient) -> None:
        assert client.get("/healthz").json() == {"status": "alive"}

    def test_ready_names_the_index_and_counts_the_documents(self, client: TestClient) -> None:
        assert client.get("/readyz").json() == {"status": "ready", "index_version": "20250414-1", "documents": 1}

    def test_not_ready_while_conversations_cannot_be_read(
        self, client: TestClient, chatbot: FakeChatbot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(limit: int = 50) -> None:
            raise ConversationStoreError(f"can't read {limit}")

        monkeypatch.setattr(chatbot.conversations, "conversations", broken)
        problem_of(client.get("/readyz"), 503)
        assert client.get("/healthz").status_code == 200


class TestOpenApi:
    def test_it_describes_the_api_with_examples_and_problems_and_no_pages(self, client: TestClient) -> None:
        described = client.get("/openapi.json").json()
        assert set(described["paths"]) == {
            *("/api/ask", "/api/suggestions"),
            *("/api/documents", "/api/documents/{document_id}", "/api/documents/{document_id}/{version}"),
            *("/api/documents/{document_id}/versions", "/api/documents/{document_id}/{version}/changes"),
            "/api/conversations/{conversation_id}",
            *("/healthz", "/readyz"),
            *("/v1/models", "/v1/models/{model_id}", "/v1/chat/completions"),
        }
        ask = described["paths"]["/api/ask"]["post"]
        schemas = described["components"]["schemas"]
        assert schemas["AskRequest"]["examples"][0]["question"]
        assert schemas["ReplyBody"]["examples"] == [REPLY_EXAMPLE]
        for status in ("400", "413", "415", "422", "503"):
            assert list(ask["responses"][status]["content"]) == ["application/problem+json"]
        assert "HTTPValidationError" not in schemas
        references = set(_references(described))
        assert references <= {f"#/components/schemas/{name}" for name in schemas}

    def test_its_example_has_the_form_that_it_describes(self) -> None:
        assert ReplyBody.model_validate(REPLY_EXAMPLE)

    def test_what_the_serialiser_writes_is_exactly_what_is_described(self, chatbot: FakeChatbot) -> None:
        document = chatbot.current[0]
        for reply in (fact_answer(document), list_answer(document), refusal(document)):
            written = reply_dict(reply, "talk")
            assert ReplyBody.model_validate(written).model_dump(mode="json") == written
        with pytest.raises(ValidationError):
            ReplyBody.model_validate(written | {"more": 1})

    def test_the_interactive_documentation_is_off_because_it_loads_scripts_from_another_site(
        self, client: TestClient
    ) -> None:
        assert client.get("/docs").status_code == 404
        assert client.get("/redoc").status_code == 404


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _references(child)
