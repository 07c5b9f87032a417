"""The JSON API about versions: which there are, and what changed between two of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.answers import CitedDocument
from bot.footnotes import document_dict
from tests.unit.web.fake_chatbot import FakeChatbot, permits, span_of
from tests.unit.web.test_api import problem_of
from web.version_schemas import CHANGES_EXAMPLE, ChangesBody

SENTENCE = "A permit is valid for three years."


def changes(client: TestClient, chatbot: FakeChatbot, query: str = "") -> dict[str, Any]:
    """What changed since the old version."""
    response = client.get(f"/api/documents/water-permits/{chatbot.old[0].version}/changes{query}")
    assert response.status_code == 200
    body = response.json()
    assert isinstance(body, dict)
    assert ChangesBody.model_validate(body)
    return body


def passage(client: TestClient, chatbot: FakeChatbot, quote: str) -> dict[str, Any]:
    """What became of *quote*."""
    span = span_of(chatbot.old[0], quote)
    body = changes(client, chatbot, f"?start={span.start}&end={span.end}")
    assert body["sections"] is None
    found = body["passage"]
    assert isinstance(found, dict)
    return found


class TestVersions:
    def test_every_version_is_listed_the_newest_first(self, client: TestClient, chatbot: FakeChatbot) -> None:
        current, old = chatbot.current[0], chatbot.old[0]
        assert client.get("/api/documents/water-permits/versions").json() == [
            {
                "version": document.version,
                "title": document.title,
                "as_of": "2025-04-14",
                "published_at": published,
                "current": document is current,
            }
            for document, published in ((current, "2025-04-14T00:00:00Z"), (old, "2025-04-13T00:00:00Z"))
        ]

    def test_one_of_another_collection_has_a_current_version_and_can_be_read(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        south = replace(permits(years="six"), id="south", collection="south")
        old = replace(permits(years="two"), id="south", collection="south")
        chatbot.old, chatbot.chosen_from = (old,), (*chatbot.current, south)
        assert [v["current"] for v in client.get("/api/documents/south/versions").json()] == [True, False]
        assert client.get("/api/documents/south").json()["version"] == south.version
        assert client.get(f"/api/documents/south/{old.version}/changes").json()["new"]["version"] == south.version

    def test_of_a_withdrawn_explainer_none_is_current(self, client: TestClient, chatbot: FakeChatbot) -> None:
        chatbot.current = (replace(permits(), id="other"),)
        assert [v["current"] for v in client.get("/api/documents/water-permits/versions").json()] == [False]

    def test_an_unknown_explainer_is_a_404(self, client: TestClient) -> None:
        problem_of(client.get("/api/documents/none/versions"), 404)


class TestPassage:
    def test_a_changed_passage_has_its_words_and_both_places(self, client: TestClient, chatbot: FakeChatbot) -> None:
        found = passage(client, chatbot, SENTENCE)
        assert found["status"] == "changed"
        assert [(piece["kind"], piece["text"]) for piece in found["pieces"]] == [
            ("kept", "A permit is valid for "),
            ("removed", "three"),
            ("added", "five"),
            ("kept", " years."),
        ]
        for side, document in (("old", chatbot.old[0]), ("new", chatbot.current[0])):
            place = found[side]
            words = "".join(p["text"] for p in found["pieces"] if p["kind"] in {"kept", _OF[side]})
            assert document.text[place["start"] : place["end"]] == words
            assert place["section"] == ["Permits"]
            assert client.get(place["permalink"]).status_code == 200

    def test_an_unchanged_passage_has_the_same_words_there(self, client: TestClient, chatbot: FakeChatbot) -> None:
        found = passage(client, chatbot, "keep the records;")
        assert found["status"] == "unchanged"
        text = client.get(f"/api/documents/water-permits/{chatbot.current[0].version}").json()["text"]
        assert text[found["new"]["start"] : found["new"]["end"]] == "keep the records;"
        assert found["introduction"] == []

    def test_a_removed_passage_has_no_new_place(self, client: TestClient, chatbot: FakeChatbot) -> None:
        chatbot.old = (replace(permits(years="three")),)
        chatbot.current = (replace(permits(), sections=permits().sections[:1], notes=()),)
        found = passage(client, chatbot, SENTENCE)
        assert (found["status"], found["new"]) == ("removed", None)

    @pytest.mark.parametrize(
        "query",
        ["start=5", "end=5", "start=5&end=5", "start=9&end=3", "start=-1&end=3", "start=0&end=999999", "start=x&end=3",
         "start=1e3&end=2", "start=&end=", f"start=0&end={'9' * 400}"],
    )  # fmt: skip
    def test_a_bad_span_is_a_422_with_one_sentence(self, client: TestClient, chatbot: FakeChatbot, query: str) -> None:
        path = f"/api/documents/water-permits/{chatbot.old[0].version}/changes?{query}"
        problem_of(client.get(path), 422)

    def test_a_span_without_a_word_is_one_too(self, client: TestClient, chatbot: FakeChatbot) -> None:
        gap = chatbot.old[0].text.index("\n\n")
        path = f"/api/documents/water-permits/{chatbot.old[0].version}/changes?start={gap}&end={gap + 2}"
        assert "no word" in problem_of(client.get(path), 422)


_OF = {"old": "removed", "new": "added"}


class TestWholeDocument:
    def test_without_a_span_every_section_that_changed_is_listed(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        body = changes(client, chatbot)
        assert (body["old"]["version"], body["new"]["version"]) == (chatbot.old[0].version, chatbot.current[0].version)
        assert body["passage"] is None
        (section,) = body["sections"]
        (change,) = section["changes"]
        assert (section["section"], change["status"], change["moved_from"]) == (["Permits"], "changed", None)

    def test_any_version_can_be_compared_with(self, client: TestClient, chatbot: FakeChatbot) -> None:
        old = chatbot.old[0].version
        assert changes(client, chatbot, f"?to={old}")["sections"] == []
        back = client.get(f"/api/documents/water-permits/{chatbot.current[0].version}/changes?to={old}").json()
        texts = {piece["kind"]: piece["text"] for piece in back["sections"][0]["changes"][0]["pieces"]}
        assert (texts["removed"], texts["added"]) == ("five", "three")

    @pytest.mark.parametrize("path", ["none/abc", "water-permits/abc", "water-permits/{}"])
    def test_what_does_not_exist_is_a_404(self, client: TestClient, chatbot: FakeChatbot, path: str) -> None:
        problem_of(client.get(f"/api/documents/{path.format(chatbot.old[0].version)}/changes?to=x%00"), 404)

    def test_without_a_current_version_there_is_nothing_to_compare_with(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        chatbot.current = (replace(permits(), id="other"),)
        problem_of(client.get(f"/api/documents/water-permits/{chatbot.old[0].version}/changes"), 404)


class TestOpenApi:
    def test_the_example_has_the_form_that_is_described(self, client: TestClient) -> None:
        described = client.get("/openapi.json").json()["components"]["schemas"]
        assert described["ChangesBody"]["examples"] == [CHANGES_EXAMPLE]
        assert described["VersionSummary"]["examples"]
        example = ChangesBody.model_validate(CHANGES_EXAMPLE)
        assert example.passage
        assert example.passage.new
        lengths = {kind: sum(len(p.text) for p in example.passage.pieces if p.kind != kind) for kind in _OF.values()}
        assert example.passage.new.end - example.passage.new.start == lengths["removed"]
        assert example.passage.old.end - example.passage.old.start == lengths["added"]


def test_both_versions_are_named_as_footnotes_name_them(client: TestClient, chatbot: FakeChatbot) -> None:
    chatbot.current = (replace(chatbot.current[0], url="https://example.org/permits"),)
    body = changes(client, chatbot)
    assert body["new"]["url"] == "https://example.org/permits"
    for side, document in (("old", chatbot.old[0]), ("new", chatbot.current[0])):
        assert body[side] == document_dict(CitedDocument.of(document))
