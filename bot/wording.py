"""The bot's own words, in the languages that there are catalogues for; the explainers' words are never translated.

The catalogues are gettext's, kept by Babel (``bot/locale/LANGUAGE/LC_MESSAGES/footnoted.po``): the English sentence is
the name of the message. They are read as they are written: no build step stands between a translator and the page.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from corpus.language import base_language

FOLDER = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"


class Wording:
    """One language's words."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.translations = _catalogue(language)

    def say(self, message: str, **values: str) -> str:
        """*message* in this language, with *values* in the place of ``{…}``."""
        return self.translations.gettext(message).format(**values)

    def translated(self, sentence: str) -> str:
        """*sentence*, with nothing to fill in, in this language; as it is where the catalogue doesn't have it."""
        if not sentence:  # which catalogues have their header under
            return ""
        return self.translations.gettext(sentence)

    def count(self, one: str, many: str, number: int, **values: str) -> str:
        """*one* or *many*, as *number* asks for, in this language; ``{number}`` in it is the number."""
        return self.translations.ngettext(one, many, number).format(number=number, **values)

    def date(self, day: date) -> str:
        """*day* as people write it: ``April 14, 2025``."""
        return format_date(day, "long", locale=self.language)

    def all_of(self, names: Sequence[str]) -> str:
        """*names* in one phrase: ``a, b and c``."""
        return format_list(list(names), "standard", locale=self.language)

    def any_of(self, names: Sequence[str]) -> str:
        """*names* in one phrase: ``a, b or c``."""
        return format_list(list(names), "or", locale=self.language)


def message(text: str) -> str:
    """*text*, marked as a message for the catalogues where it stands apart from its use."""
    return text


def languages() -> tuple[str, ...]:
    """The languages that the bot speaks, the one that it is written in first."""
    return (SOURCE_LANGUAGE, *sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()))


@lru_cache
def wording_in(language: str) -> Wording:
    """The words of *language* (BCP 47), or the English ones where there is no catalogue for it."""
    primary = base_language(language)
    return Wording(primary if primary in languages() else SOURCE_LANGUAGE)


def _catalogue(language: str) -> gettext.NullTranslations:
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with (FOLDER / language / "LC_MESSAGES" / "footnoted.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
