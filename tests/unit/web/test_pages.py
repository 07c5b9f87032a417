"""The chat pages, without JavaScript."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient

from bot.answers import RefusalReason, Turn
from bot.errors import ConversationStoreError, GeneratorUnavailable
from bot.footnotes import permalink
from index.errors import IndexCorrupt
from tests.unit.web.fake_chatbot import FakeChatbot, cited, in_spanish, permits, refusal, span_of, table_answer
from tests.unit.web.html_page import Page, sound

HOSTILE = "fact <script>alert('x')</script> \" onfocus=\"alert(1) &amp; 'javascript:alert(1)'"
FORM = "application/x-www-form-urlencoded"


def ask(client: TestClient, question: str, conversation_id: str = "talk") -> Page:
    """The page that a reader sees after asking."""
    response = client.post("/ask", data={"question": question, "conversation_id": conversation_id})
    assert response.status_code == 303
    shown = client.get(response.headers["location"])
    assert shown.status_code == 200
    return sound(shown.text)


class TestFirstPage:
    def test_it_names_each_explainer_with_its_date_and_three_sections_to_begin_with(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        page = sound(client.get("/").text)
        document = chatbot.current[0]
        title = page.one("h3")
        assert title.text == document.title
        assert page.one("time")["datetime"] == "2025-04-14"
        assert page.one("time").text == "April 14, 2025"
        starts = [link["href"] for link in page.all("a") if "#section-" in link["href"]]
        assert starts == [f"/read/water-permits/{document.version}#section-{slug}" for slug in ("permits", "fees")]

    def test_the_sections_to_begin_with_exist_in_the_reader(self, client: TestClient) -> None:
        for link in sound(client.get("/").text).all("a"):
            path, _, fragment = link["href"].partition("#")
            if fragment.startswith("section-"):
                assert sound(client.get(path).text).by_id(fragment)

    def test_the_question_box_has_a_label_a_limit_and_the_focus(self, client: TestClient) -> None:
        page = sound(client.get("/").text)
        box = page.by_id("question")
        assert page.one("label", **{"for": "question"}).text == "Your question"
        assert (box["maxlength"], box["name"], box["type"]) == ("200", "question", "text")
        assert {"autofocus", "required"} <= set(box.attributes)
        assert page.one("form", class_="composer")["action"] == "/ask"

    def test_an_explainer_without_date_publisher_or_headings_is_listed_all_the_same(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        document = chatbot.current[0]
        chatbot.current = (replace(document, as_of=None, publisher=None, sections=document.sections[:1]),)
        page = sound(client.get("/").text)
        assert page.one("h3").text == document.title
        assert not page.all("time")


class TestAsking:
    def test_a_question_leads_to_its_turn_in_a_new_conversation(self, client: TestClient) -> None:
        response = client.post("/ask", data={"question": "fact?"})
        assert response.status_code == 303
        path, _, fragment = response.headers["location"].partition("#")
        assert len(path.removeprefix("/c/")) == 22
        assert fragment == "turn-1"
        page = sound(client.get(path).text)
        assert page.by_id("turn-1").tag == "article"
        assert page.by_id("question-1").text == "fact?"

    def test_a_follow_up_stays_in_its_conversation_and_its_box_is_last(self, client: TestClient) -> None:
        ask(client, "fact?")
        response = client.post("/ask", data={"question": "nothing", "conversation_id": "talk"})
        assert response.headers["location"] == "/c/talk#turn-2"
        page = sound(client.get("/c/talk").text)
        assert [question.text for question in page.all("h2")] == ["fact?", "nothing"]
        order = [element.attributes.get("id") for element in page.elements]
        assert order.index("question") > order.index("turn-2")
        assert page.one("input", name="conversation_id")["value"] == "talk"
        assert page.one("input", name="turn")["value"] == "3"

    def test_every_sentence_has_a_mark_that_leads_to_its_footnote_and_back(self, client: TestClient) -> None:
        page = ask(client, "fact?")
        mark = page.one("a", href="#fn-1-1")
        assert mark.text == "1"
        assert mark["aria-label"] == "Footnote 1: Permits"
        back = page.one("a", class_="number")
        assert page.by_id(back["href"][1:]) is mark

    def test_a_footnote_shows_quote_place_document_date_note_and_opens_the_passage(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        page = ask(client, "fact?")
        document = chatbot.current[0]
        quote = "A permit is valid for five years."
        footnote = page.by_id("fn-1-1")
        assert footnote["value"] == "1"
        assert page.one("blockquote").text == quote
        assert page.one("blockquote")["lang"] == "en"
        assert "Permits" in footnote.text
        assert "Note 1 in the explainer: Older permits ran for three years." in footnote.text
        assert page.one("cite").text == document.title
        assert page.one("time").text == "April 14, 2025"
        href = permalink(cited(document), span_of(document, quote))
        assert "Open in the explainer" in page.one("a", href=href).text
        assert sound(client.get(href.partition("#")[0]).text).by_id("quote").text == quote

    def test_a_list_is_a_list_and_a_section_name_leads_the_sentence_that_leans_on_it(self, client: TestClient) -> None:
        page = ask(client, "list them")
        items = [item for item in page.all("li") if {"ul", "article"} <= {*item.inside} and "form" not in item.inside]
        assert [item.text for item in items] == [
            "test the water each year;2",
            "keep the records;3",
            "report “<script>alert(1)</script>”.4",
        ]
        assert page.one("span", class_="about").text == "Permits"

    def test_rows_of_a_table_are_a_table_whose_marks_stand_in_the_first_cells(self, client: TestClient) -> None:
        page = ask(client, "row of the table")
        assert [cell.text for cell in page.all("th", scope="col")] == ["Kind1", "Fee"]
        assert [cell.text for cell in page.all("td")] == ["Spring2", "$25"]
        assert page.one("a", href="#fn-1-2").inside[-2:] == ("td", "sup")
        assert [quote.text for quote in page.all("blockquote")] == ["Kind | Fee", "Spring | $25"]

    def test_a_bar_in_one_sentence_makes_no_table(self, client: TestClient, chatbot: FakeChatbot) -> None:
        rows = table_answer(chatbot.current[0])
        lone = replace(rows, sentences=rows.sentences[:1], citations=rows.citations[:1])
        chatbot.conversations.append("talk", Turn("fee?", lone))
        page = sound(client.get("/c/talk").text)
        assert not page.all("table")
        assert "Kind | Fee" in [span.text.removesuffix("1") for span in page.all("span")]

    def test_rows_of_two_tables_are_never_one_table(self, client: TestClient, chatbot: FakeChatbot) -> None:
        """The second header would read as a row under the first."""
        rows = table_answer(chatbot.current[0])
        header, row = rows.citations
        elsewhere = replace(row, section=("Permits",))
        chatbot.conversations.append("talk", Turn("fee?", replace(rows, citations=(header, elsewhere))))
        assert not sound(client.get("/c/talk").text).all("table")

    def test_a_footnote_used_twice_is_listed_once_and_leads_back_to_its_first_use(self, client: TestClient) -> None:
        page = ask(client, "list them")
        first, second = page.all("a", href="#fn-1-1")
        assert first["id"] == "ref-1-1"
        assert "id" not in second.attributes
        assert [element["value"] for element in page.all("li") if "value" in element.attributes] == list("12345")

    def test_a_source_is_named_once_for_all_footnotes_in_a_row_that_cite_it(self, client: TestClient) -> None:
        assert len(ask(client, "list them").all("cite")) == 1

    @pytest.mark.parametrize("reason", RefusalReason)
    def test_a_refusal_names_its_reason_and_the_nearest_sections_and_has_no_footnotes(
        self, client: TestClient, chatbot: FakeChatbot, reason: RefusalReason
    ) -> None:
        document = chatbot.current[0]
        declined = refusal(document, reason)
        chatbot.conversations.append("talk", Turn("who pays?", declined))
        page = sound(client.get("/c/talk").text)
        box = page.one("div", class_="refusal")
        assert box["data-reason"] == reason.value
        assert declined.message in box.text
        nearest = [link for link in page.all("a") if link["href"].startswith("/read/")]
        assert [link["href"] for link in nearest] == [permalink(n.document, n.span) for n in declined.nearest]
        assert [link.text for link in nearest] == ["Permits", document.title]
        assert not page.all("section", class_="footnotes")

    def test_a_turn_without_a_kept_reply_says_so(self, client: TestClient, chatbot: FakeChatbot) -> None:
        chatbot.conversations.append("talk", Turn("earlier?"))
        assert "No reply was kept" in sound(client.get("/c/talk").text).by_id("turn-1").text

    def test_words_of_an_explainer_in_another_language_are_marked_as_such(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        chatbot.current = (in_spanish(permits()),)
        page = ask(client, "fact?")
        assert page.one("blockquote")["lang"] == "es"
        assert page.one("cite")["lang"] == "es"
        assert any(span.attributes.get("lang") == "es" for span in page.all("span"))


class TestHostileText:
    def test_a_question_is_shown_as_typed_and_never_run(self, client: TestClient) -> None:
        page = ask(client, HOSTILE)
        assert page.by_id("question-1").text == HOSTILE
        listed = sound(client.get("/conversations").text)
        assert listed.one("a", href="/c/talk").text == HOSTILE

    def test_a_question_kept_in_the_box_stays_inside_its_attribute(
        self, client: TestClient, chatbot: FakeChatbot
    ) -> None:
        chatbot.failure = GeneratorUnavailable("no", retryable=True)
        page = sound(client.post("/ask", data={"question": HOSTILE}).text)
        assert page.by_id("question")["value"] == HOSTILE


class TestErrors:
    def test_a_bad_question_comes_back_in_the_box_with_one_sentence(self, client: TestClient) -> None:
        ask(client, "fact?")
        response = client.post("/ask", data={"question": "   ", "conversation_id": "talk"})
        assert response.status_code == 422
        page = sound(response.text)
        box = page.by_id("question")
        assert box["value"] == "   "
        assert page.by_id(box["aria-describedby"]).text == "The question is empty; write what you want to know."
        assert "autofocus" in box.attributes
        assert page.by_id("turn-1")

    def test_a_form_without_a_question_is_an_empty_question(self, client: TestClient) -> None:
        assert client.post("/ask", data={"conversation_id": "talk"}).status_code == 422

    @pytest.mark.parametrize(
        "failure",
        [
            GeneratorUnavailable("10.0.0.7 is down", retryable=True),
            IndexCorrupt("/srv/secret/index is broken"),
            ConversationStoreError("/srv/secret/conversations.sqlite3 is locked"),
        ],
    )
    def test_what_only_the_operator_can_mend_keeps_the_question_and_tells_no_details(
        self, client: TestClient, chatbot: FakeChatbot, failure: Exception
    ) -> None:
        chatbot.failure = failure
        response = client.post("/ask", data={"question": "who pays?"})
        assert response.status_code == 503
        page = sound(response.text)
        assert page.by_id("question")["value"] == "who pays?"
        assert "try again" in page.by_id("complaint").text
        assert str(failure) not in response.text

    def test_an_unexpected_error_is_a_page_that_tells_nothing_and_a_log_without_the_question(
        self, client: TestClient, chatbot: FakeChatbot, caplog: pytest.LogCaptureFixture
    ) -> None:
        chatbot.failure = ZeroDivisionError("secret of who pays?")
        response = client.post("/ask", data={"question": "who pays?"})
        assert response.status_code == 500
        assert "Something went wrong on our side" in sound(response.text).one("main").text
        assert "secret" not in response.text
        assert "ZeroDivisionError" in caplog.text
        assert "who pays?" not in caplog.text

    @pytest.mark.parametrize("path", ["/c/unknown", "/c/not%20an%20id", "/c/" + "x" * 65, "/nowhere", "/read/nothing"])
    def test_what_is_not_there_is_a_page_with_a_sentence_and_a_way_on(self, client: TestClient, path: str) -> None:
        response = client.get(path)
        assert response.status_code == 404
        page = sound(response.text)
        assert page.one("p", class_="deck").text.startswith("There is no")
        assert page.one("a", class_="action")["href"] == "/"

    def test_a_conversation_id_of_another_form_is_refused(self, client: TestClient) -> None:
        response = client.post("/ask", data={"question": "fact?", "conversation_id": "../x"})
        assert response.status_code == 422
        sound(response.text)

    def test_a_form_of_another_type_is_refused(self, client: TestClient) -> None:
        response = client.post("/ask", json={"question": "fact?"})
        assert response.status_code == 415
        sound(response.text)

    @pytest.mark.parametrize("body", [b"question=caf%E9", b"question=caf\xe9", b"&".join([b"a=1"] * 9)])
    def test_a_form_that_is_no_utf8_or_has_too_many_fields_is_refused(self, client: TestClient, body: bytes) -> None:
        response = client.post("/ask", content=body, headers={"content-type": FORM})
        assert response.status_code == 400
        sound(response.text)

    def test_a_form_over_the_limit_is_refused_with_a_page(self, client: TestClient) -> None:
        response = client.post("/ask", data={"question": "x" * 70_000})
        assert response.status_code == 413
        sound(response.text)


class TestConversations:
    def test_none_yet(self, client: TestClient) -> None:
        assert "None is kept yet" in sound(client.get("/conversations").text).one("main").text

    def test_each_is_listed_by_its_first_question_and_can_be_deleted(self, client: TestClient) -> None:
        ask(client, "fact?", "one")
        ask(client, "list them", "two")
        page = sound(client.get("/conversations").text)
        assert [link["href"] for link in page.all("a", class_="ledger-title")] == ["/c/two", "/c/one"]
        assert page.all("time")[0].text == f"{date(2025, 4, 14):%B} 14, 2025"
        gone = client.post("/conversations/one/delete")
        assert (gone.status_code, gone.headers["location"]) == (303, "/conversations")
        assert client.get("/c/one").status_code == 404
        assert client.get("/c/two").status_code == 200

    def test_deleting_what_is_not_there_is_a_404(self, client: TestClient) -> None:
        assert client.post("/conversations/none/delete").status_code == 404

    def test_looking_never_deletes(self, client: TestClient) -> None:
        ask(client, "fact?")
        assert client.get("/conversations/talk/delete").status_code == 405
        assert client.get("/c/talk").status_code == 200

    def test_no_shared_cache_keeps_a_conversation(self, client: TestClient) -> None:
        ask(client, "fact?")
        assert "private" in client.get("/c/talk").headers["cache-control"]
