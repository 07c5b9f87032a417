"""The bot's own words: complete in every language, and made into sentences rightly."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from bot.wording import FOLDER, languages, wording_in

ROOT = Path(__file__).parents[3]
TRANSLATIONS = [language for language in languages() if language != "en"]


def messages_of(language: str) -> list[Message]:
    with (FOLDER / language / "LC_MESSAGES" / "footnoted.po").open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [""])


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{\w*\}|%\(\w+\)s", text))


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_message_is_translated_with_all_that_is_filled_in(language: str) -> None:
    for message in messages_of(language):
        assert all(forms(message.string)), f"{message.id} has no translation"
        assert not message.fuzzy
        assert {frozenset(blanks(text)) for text in forms(message.string)} == {frozenset(blanks(forms(message.id)[-1]))}


def test_the_catalogues_hold_what_the_code_says_and_nothing_else() -> None:
    environment = {**os.environ, "BIN": str(Path(sys.executable).parent)}
    done = subprocess.run(
        [ROOT / "scripts" / "catalogues", "check"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout


def test_dates_and_lists_are_written_as_the_language_has_them() -> None:
    day = date(2025, 4, 14)
    assert wording_in("en").date(day) == "April 14, 2025"
    assert wording_in("es-MX").date(day) == "14 de abril de 2025"
    assert wording_in("en").any_of(["a", "b", "c"]) == "a, b, or c"
    assert wording_in("es").any_of(["Ana", "Berta"]) == "Ana o Berta"


def test_a_language_without_a_catalogue_gets_english() -> None:
    assert wording_in("fi").say("“{part}”", part="x") == "“x”"
    assert wording_in("fi").language == "en"
