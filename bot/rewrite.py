"""From the reader's words to a standalone query.

Earlier turns may resolve *what* is asked; they never license *what* is said: they lead to passages, and only
passages are quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.parts import parts_of
from bot.questions import Question, analyse
from index.lexical import words

_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|those|these|this|that one|the (?:other|same|latter|"
    r"former|first|second)(?: one)?|such|there|then|eso|esa|ese|esto|esta|este|ellos|ellas|[eé]l|ella)\b"
)
_GOES_ON = re.compile(
    r"^(?:and|but|or|so|also|then|ok(?:ay)?|what about|how about|what if|why|why not|really|is that|are you sure|"
    r"tell me more|more|anything else|what else|who else|where else|which ones?|how come|since when|by whom|"
    r"for (?:who|whom|what|how long)|y|pero|entonces|tambi[eé]n|por qu[eé]|qu[eé] m[aá]s|cu[aá]les)\b"
)
_FEW_TERMS = 2


@dataclass(frozen=True, slots=True)
class Query:
    """What is sent to the index.

    ``text`` is the reader's question, analysed as ``asked``. Where the question leans on earlier turns, ``before``
    is the earlier question it leans on, and ``standalone`` holds both.
    """

    text: str
    asked: Question
    before: Question | None = None

    @property
    def standalone(self) -> str:
        """Text that can be understood alone: the question, behind the one it leans on."""
        return f"{self.before.text} {self.text}" if self.before else self.text

    @property
    def asks(self) -> bool:
        """Whether there is a word to look up, in the question or in the one it leans on."""
        return bool(self.asked.terms) or self.before is not None

    @property
    def texts(self) -> tuple[str, ...]:
        """Each text to search with: the standalone one first, then the bare question."""
        return (self.standalone, self.text) if self.before else (self.text,)


def resolve(question: str, earlier: Sequence[str], language: str = "en") -> Query:
    """The query for *question*, asked after the *earlier* questions (oldest first)."""
    asked = analyse(question, language)
    if not earlier or not leans_on_history(question, asked):
        return Query(question, asked)
    return Query(question, asked, analyse(_antecedent(earlier, language), language))


def resolve_parts(question: str, earlier: Sequence[str], language: str = "en") -> tuple[Query, ...]:
    """A query for each part of *question*; a later part may lean on the one before it."""
    parts = parts_of(question)
    return tuple(resolve(part, [*earlier, *parts[:place]], language) for place, part in enumerate(parts))


def leans_on_history(question: str, asked: Question) -> bool:
    """Whether *question* can't be understood alone: it goes on, points back, or has hardly a word of its own."""
    spoken = " ".join(question.split()).casefold()
    if _GOES_ON.search(spoken) or len(asked.terms) <= _FEW_TERMS:
        return True
    return bool(_POINTS_BACK.search(spoken)) and not _names_what_it_points_to(spoken, asked)


def _names_what_it_points_to(spoken: str, asked: Question) -> bool:
    """A pronoun after two names of its own ("Does Ohio pay its officers?") points into the question itself."""
    pronoun = _POINTS_BACK.search(spoken)
    before = set(words(spoken[: pronoun.start()])) if pronoun else set()
    return any(name in before for name in asked.names)


def _antecedent(earlier: Sequence[str], language: str) -> str:
    """The last earlier question that stands alone, and what was asked since."""
    for back in range(len(earlier) - 1, -1, -1):
        if not back or not leans_on_history(earlier[back], analyse(earlier[back], language)):
            return " ".join([earlier[back], *earlier[back + 1 :][-1:]])
    return earlier[-1]
