"""A question in Spanish over English text, put into English word by word."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cognates import Cognates
from bot.gloss import EnglishGlosser, glossed_question, glossed_window, glosser_for
from bot.reader import Window
from bot.rewrite import resolve
from corpus.documents import DocumentCard, Span
from eval.cases import load_cases
from index.lexical import words
from tests.fakes import BruteForceIndex, HashEmbedder, document_of

TEXT = "Growers in Millbrook pay a fee for each inspection of their orchards; the county clerk keeps the register."
COMMON = Cognates(("strict", "agricultural"))
GLOSS = EnglishGlosser(Cognates(words(TEXT), COMMON))
SAMPLES = Path(__file__).parents[3] / "scripts/reader/samples"


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("¿Cuánto cuesta la inspección?", "how much does it cost the inspection?"),
        ("¿Quién paga la orden judicial pendiente en Millbrook?", "who pays the outstanding warrant in Millbrook?"),
        ("¿Cada cuánto tienen que pagar?", "how often have to pay?"),
        ("que dice la ley federal", "what says the federal law"),
        ("¿Cuántas familias recibieron 2,000 dólares en 2019 (SB 8)?", None),
    ],
)
def test_each_word_has_its_english_and_an_adjective_stands_before_its_noun(spanish: str, english: str | None) -> None:
    gloss = GLOSS(spanish)
    assert gloss is not None
    assert not gloss.unread
    if english:
        assert gloss.text == english
    else:
        assert all(kept in gloss.text for kept in ("2,000", "2019", "(SB 8)"))


def test_a_word_that_nothing_knows_stays_and_is_told() -> None:
    gloss = GLOSS("¿Cuánto cuesta el chirimbolo de la ciudad?")
    assert gloss is not None
    assert gloss.unread == ("chirimbolo",)
    assert "chirimbolo" in gloss.text


def test_a_name_is_no_word_that_could_not_be_read() -> None:
    gloss = GLOSS("¿Cuánto paga el condado de Vosloo?")
    assert gloss is not None
    assert gloss.unread == ()
    assert gloss.text.endswith("Vosloo?")


@pytest.mark.parametrize(
    ("spanish", "english"),
    [("inspeccion", "inspection"), ("estricto", "strict"), ("registro", None)],
)
def test_a_cognate_is_a_word_of_the_text_or_a_common_one(spanish: str, english: str | None) -> None:
    assert Cognates(words(TEXT), COMMON).of(spanish) == english


def test_an_ending_that_never_misleads_makes_a_word_that_the_text_lacks() -> None:
    assert Cognates(()).of("legislacion") == "legislation"


@pytest.mark.parametrize(
    "text",
    [
        "Wie viel kostet die Ausbildung der Beamten in diesem Landkreis?",
        "Combien coûte la formation des agents de police dans le comté?",
    ],
)
def test_of_a_question_in_another_foreign_language_nothing_is_read(text: str) -> None:
    gloss = GLOSS(text)
    assert gloss is not None
    assert len(gloss.unread) == len(text.split())
    assert not resolve(text, [], "en", GLOSS).is_understood


@pytest.mark.parametrize(
    "question",
    [
        *("How many officers in Los Angeles?", "El Paso county costs", "is la salle parish in the program?", "no", "?"),
        *("¿How much is the fee?", "Pay Kraftfahrzeugsteuer in Österreich?"),
    ],
)
def test_an_english_question_with_foreign_names_or_marks_is_not_glossed(question: str) -> None:
    assert GLOSS(question) is None


@pytest.mark.parametrize(
    ("question", "spanish"), [("paga multa Vosloo Nguyen", True), ("paga multa Vosloo Nguyen Zhang", False)]
)
def test_a_question_without_its_marks_is_spanish_where_half_of_its_words_are(question: str, *, spanish: bool) -> None:
    assert GLOSS.is_spanish(question) is spanish


def test_no_english_question_of_the_cases_and_samples_is_glossed() -> None:
    asked = [case.question for case in load_cases() if case.language is None and case.kind != "attack"]
    for file in sorted(SAMPLES.glob("*.jsonl")):
        asked += [json.loads(line)["question"] for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(asked) > 9000
    assert [question for question in asked if GLOSS(question)] == []


def test_every_spanish_question_of_the_cases_is_glossed() -> None:
    asked = [case.question for case in load_cases() if case.language == "es"]
    assert asked
    assert [question for question in asked if GLOSS(question) is None] == []


@settings(deadline=None)  # the first example may load the words or the language model
@given(st.text(max_size=400))
def test_the_gloss_of_any_text_is_bounded(text: str) -> None:
    gloss = GLOSS.of_spanish(text)
    assert len(gloss.text) <= 12 * len(text) + 12
    assert len(gloss.unread) <= len(text.split())
    GLOSS(text)


@settings(deadline=None)  # the first example may load the words or the language model
@given(
    st.lists(
        st.sampled_from(
            [
                "¿Cuánto",
                "paga",
                "el",
                "condado?",
                "¡",
                "(",
                ")",
                "[x]",
                ",",
                ".",
                "federal",
                "nuevo",
                "ley",
                "(nueva)",
                "«agua»",
            ]
        )
    )
)
def test_no_word_is_lost_in_reordering(chunks: list[str]) -> None:
    gloss = GLOSS.of_spanish(" ".join(chunks))
    assert gloss.text.count("county") == sum("condado" in chunk for chunk in chunks)
    assert gloss.text.count("federal") == chunks.count("federal")
    assert gloss.text.count("(") == sum(chunk.count("(") for chunk in chunks)


@settings(deadline=None)  # the first example may load the words or the language model
@given(st.lists(st.text(alphabet="abcde ñó.", min_size=1, max_size=20), max_size=6))
def test_a_glossed_window_has_as_many_sentences(sentences: list[str]) -> None:
    spans, start = [], 0
    for sentence in sentences:
        spans.append(Span(start, start + len(sentence)))
        start += len(sentence)
    window = glossed_window(Window("Los huertos", "".join(sentences), tuple(spans)))
    assert len(window.sentences) == len(sentences)
    assert all(0 <= span.start <= span.end <= len(window.text) for span in window.sentences)


def test_a_reader_of_english_reads_an_english_question_as_it_stands() -> None:
    assert glossed_question("How long does a plot last?") == "How long does a plot last?"
    assert glossed_question("¿Cuánto dura una parcela?").startswith("how long is")


def test_a_follow_up_tells_what_was_not_read_in_the_question_before() -> None:
    query = resolve("¿y en Ohio?", ["¿Cuánto cuesta el chirimbolo en Millbrook?"], "en", GLOSS)
    assert query.before is not None
    assert query.unread == ("chirimbolo",)


def test_an_english_looking_follow_up_of_a_glossed_question_is_as_unsure_as_that_one() -> None:
    query = resolve("Ohio?", ["¿Cuánto paga el condado?"], "en", GLOSS)
    assert query.before is not None
    assert query.unread == ()


def test_a_glossed_question_is_analysed_as_english_whatever_most_documents_are_in() -> None:
    in_french, in_english = (resolve("¿Quién paga las inspecciones?", [], mostly, GLOSS) for mostly in ("fr", "en"))
    assert in_french == in_english


@pytest.mark.parametrize(
    ("languages", "question", "is_glossed"),
    [
        (["en"], "¿Quién paga la inspección?", True),
        (["en-US", "fr"], "¿Quién paga la inspección?", True),
        (["en", "es-MX"], "¿Quién paga la inspección?", False),
        (["fr"], "¿Quién paga la inspección?", False),
        (["en", "fr"], "Combien coûte la formation des agents de police dans le comté?", False),
        (["en", "pt"], "Que documentos são necessários para pedir a licença?", False),
    ],
)
def test_a_question_is_glossed_where_an_english_document_may_answer_and_none_in_its_language(
    languages: list[str], question: str, is_glossed: bool
) -> None:
    cards = [DocumentCard(f"d{place}", "Title", "1", language=language) for place, language in enumerate(languages)]
    assert (glosser_for(cards, [])(question) is not None) is is_glossed


def test_only_english_documents_teach_english_words() -> None:
    index = BruteForceIndex(document_of(("", ["La zarrapastra del sheriff."])), HashEmbedder())
    cards = [DocumentCard("other", "Title", "1"), replace(index.cards[0], language="fr")]
    gloss = glosser_for(cards, index.passages)("¿Cuánto cuesta la zarrapastra?")
    assert gloss is not None
    assert gloss.unread == ("zarrapastra",)


def test_the_word_list_has_each_entry_once_and_in_order() -> None:
    lines = files("bot").joinpath("lexicon_es_en.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.split("\t") for line in lines if not line.startswith("#")]
    assert all(len(entry) == 2 and all(entry) for entry in entries)
    assert len({spanish for spanish, _ in entries}) == len(entries) > 2000
