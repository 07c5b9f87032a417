"""The pages in the reader's language: as the browser asks, as the switch says, and never the explainers' own words."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from bot.chatbot import clean_question
from bot.error_table import ERROR_TABLE, ErrorEntry
from bot.errors import InvalidQuestion, TurnedAway
from bot.wording import wording_in
from tests.unit.web.html_page import sound
from web.errors import shown, told_in

SPANISH = {"accept-language": "es-MX,es;q=0.9,en;q=0.5"}


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.5", "es"),
        ("en-GB,es;q=0.5", "en"),
        ("fi, es;q=0.1", "es"),
        ("es;q=0, fi", "en"),
        ("fi", "en"),
        ("", "en"),
        ("es;q=huge,;;;,*", "en"),
        ("es" * 10_000, "en"),
    ],
)
def test_the_browser_chooses_the_language(client: TestClient, wish: str, language: str) -> None:
    assert f'<html lang="{language}">' in client.get("/", headers={"accept-language": wish}).text


def test_the_switch_is_remembered_and_leads_back_to_the_page_it_stood_on(client: TestClient) -> None:
    for page in ("/", "/conversations?x=1", "/c/talk", "/read/water%20permits/v1?quote=0-9"):
        came = {"referer": f"http://127.0.0.1{page}"}
        switched = client.get("/language/es", headers=came, follow_redirects=False)
        assert (switched.status_code, switched.headers["location"]) == (303, page)
    cookie = switched.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert '<html lang="es">' in client.get("/", headers={"accept-language": "en"}).text
    client.get("/language/en")
    assert '<html lang="en">' in client.get("/", headers=SPANISH).text


@pytest.mark.parametrize("form", ["/ask", "/c/talk/turns/1/feedback", "/conversations/talk/rename", "/nothing/here"])
def test_the_switch_leads_to_no_address_that_only_takes_forms(client: TestClient, form: str) -> None:
    came = {"referer": f"http://127.0.0.1{form}"}
    assert client.get("/language/es", headers=came, follow_redirects=False).headers["location"] == "/"


@pytest.mark.parametrize("came", ["https://elsewhere.example/", "http://127.0.0.1//elsewhere.example", "nonsense", ""])
def test_the_switch_leads_to_no_other_site(client: TestClient, came: str) -> None:
    switched = client.get("/language/es", headers={"referer": came}, follow_redirects=False)
    assert switched.headers["location"] == "/"


def test_a_language_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get("/language/xx", follow_redirects=False).status_code == 404


def test_what_the_explainer_says_stays_in_its_own_language_and_is_marked(client: TestClient) -> None:
    asked = client.post("/ask", data={"question": "fact?"})
    body = client.get(asked.headers["location"], headers=SPANISH).text
    assert sound(body)
    assert '<html lang="es">' in body
    assert '<blockquote lang="en">A permit is valid for five years.</blockquote>' in body
    assert '<span lang="en">A permit is valid for five years.' in body
    assert "Abrir en la guía" in body
    assert "14 de abril de 2025" in body
    assert "Open in the explainer" not in body


def test_errors_are_told_in_the_readers_language(client: TestClient) -> None:
    assert "No hay nada en esta dirección" in client.get("/nothing-here", headers=SPANISH).text
    empty = client.post("/ask", data={"question": " "}, headers=SPANISH)
    assert empty.status_code == 422


OPERATORS = [each for each in ERROR_TABLE if each.http_status >= 500 and not issubclass(each.error, TurnedAway)]
"""What only the operator can mend; a question that is turned away is told so in a sentence of its own."""


class TestSentencesWithValues:
    @pytest.mark.parametrize("entry", OPERATORS, ids=lambda entry: entry.title)
    def test_what_only_the_operator_can_mend_is_told_in_the_readers_language(self, entry: ErrorEntry) -> None:
        sentence = shown(entry.error.__new__(entry.error)).sentence
        told = told_in(wording_in("es"), sentence)
        assert told.endswith(" en este momento. Inténtelo de nuevo más tarde, por favor.")
        assert entry.title not in told

    def test_a_question_that_is_too_long_is_told_how_long_it_is(self) -> None:
        with pytest.raises(InvalidQuestion) as caught:
            clean_question("x" * 2001, 2000)
        told = told_in(wording_in("es"), str(caught.value))
        assert told.startswith("La pregunta tiene 2,001 caracteres; hágala en 2,000 como máximo")

    def test_so_is_a_form_that_is_too_large(self, client: TestClient) -> None:
        large = client.post("/ask", data={"question": "x" * 70_000}, headers=SPANISH)
        assert "La petición ocupa más de 64 KiB" in large.text

    def test_what_there_are_no_words_for_stays_as_it_is(self) -> None:
        endless = "There is no document " + "a at version " * 60 + "here; the list of documents has what can be opened."
        for sentence in ("", "{what}", "Nothing {like} that.", endless):
            assert told_in(wording_in("es"), sentence) == sentence
