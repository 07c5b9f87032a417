"""Which language a text is in."""

import pytest

from corpus.language import detect_language, known_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Agencies inspect each unit before a lease begins, and they may not waive it in any case.", "en"),
        ("Las agencias deben inspeccionar cada vivienda antes de que comience el contrato de alquiler.", "es"),
        ("Hola", "en"),
        ("", "en"),
        ("12345 " * 50, "en"),
    ],
)
def test_the_language_is_told_and_english_where_that_isnt_clear(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("es-MX", "es"),
        ("EN_us.UTF-8", "en"),
        (" fil ", "fil"),
        ("und", None),
        ("MUL", None),
        ("12", None),
        ("Spanish", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_file_says_of_its_language(tag: str | None, language: str | None) -> None:
    assert known_language(tag) == language
