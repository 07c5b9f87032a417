"""A Spanish question over English text, put into English word by word.

No translation: enough for the index, the embedder and the reader to tell what is asked. A word comes from a general
list (``lexicon_es_en.txt``), from the text itself where that has a word of the same descent (*inspección*,
*inspection*), or from how the two languages spell what they share. A word that none of these knows stays as it is and
is counted: a question of which too much stays unread isn't answered (`bot.rewrite.Query.is_understood`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from bot.cognates import Cognates
from bot.reader import Window
from corpus.documents import DocumentCard, Span
from corpus.language import base_language, detect_language
from index.lexical import term_of, words
from index.passages import Passage

GLOSSED = "es"
"""The language that can be put into English."""
SHORTEST_QUESTION = 15
"""Letters; the language of less can't be told by them alone."""
_LONGEST_PHRASE = 4  # words
_MOST_WORDS = 400
"""Words that are read; the rest of a longer text stays as it is."""
_KEPT_WINDOWS = 4096
_MOST_PASSAGES = 10_000
"""Passages whose words are learned when an index is opened; a large one has most of its words in these."""
_INVERTED = re.compile(r"[¿¡]")
_OF_ADJECTIVES = ("ic", "ive", "ous", "al")
_OF_INFINITIVES = ("ar", "er", "ir")
_MOST_LETTERS_APART = 2
"""Between two forms of one word; "period" is the stem of *período* and of *periodista*."""
_OPENS_WORD = frozenset("$€£")
_CLOSES_WORD = frozenset("%)")


@dataclass(frozen=True, slots=True)
class Gloss:
    """*text* in the language of the documents; ``unread`` are the words that could not be put into it."""

    text: str
    unread: tuple[str, ...] = ()


Glosser = Callable[[str], Gloss | None]
"""The gloss of a text; None for one that is in a language of the documents already."""


def unglossed(_text: str) -> None:
    """What reads every question as it stands."""
    return


def glosser_for(cards: Iterable[DocumentCard], passages: Iterable[Passage]) -> Glosser:
    """The glosser for questions about the documents of *cards*, which hold *passages*.

    Only English documents are asked by a gloss: where one of them is in the language of the question, it is for that
    one to answer.
    """
    languages = {card.id: base_language(card.language) for card in cards}
    spoken = frozenset(languages.values())
    if GLOSSED in spoken or "en" not in spoken:
        return unglossed
    english = (passage for passage in passages if languages[passage.document_id] == "en")
    own = (word for passage in islice(english, _MOST_PASSAGES) for word in words(passage.text))
    return EnglishGlosser(Cognates(own, _common()), spoken)


@lru_cache(maxsize=1)
def _general() -> EnglishGlosser:
    """What glosses Spanish of any subject."""
    return EnglishGlosser(Cognates((), _common()))


def glossed_question(question: str) -> str:
    """*question* as a reader of English reads it: its gloss where it is Spanish."""
    gloss = _general()(question)
    return gloss.text if gloss else question


@lru_cache(maxsize=_KEPT_WINDOWS)
def glossed_window(window: Window) -> Window:
    """The Spanish *window* as a reader of English reads it: as many sentences, in the same order."""
    gloss = _general().of_spanish
    spans: list[Span] = []
    text = ""
    for sentence in window.sentences:
        start = len(text)
        text += gloss(window.text[sentence.start : sentence.end]).text
        spans.append(Span(start, len(text)))
        text += " "
    return Window(gloss(window.heading).text, text, tuple(spans), forms=None)


@lru_cache(maxsize=1)
def _common() -> Cognates:
    """Common English words: those that the reader knows whole; none where the reader isn't installed."""
    known = files("bot").joinpath("models", "tokenizer.json")
    if not known.is_file():
        return Cognates(())
    vocabulary = json.loads(known.read_text(encoding="utf-8"))["model"]["vocab"]
    return Cognates(word for word in vocabulary if word.isascii() and word.isalpha())


@dataclass(frozen=True, slots=True)
class _Word:
    """One word or phrase of the gloss."""

    text: str
    describes: bool = False
    """Whether it is an adjective, which English puts before its noun."""
    is_read: bool = True
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class EnglishGlosser:
    """Glosses Spanish over English documents; questions in any other foreign language are wholly unread.

    ``cognates`` holds the words of the English documents, ``spoken`` the languages of all.
    """

    cognates: Cognates
    spoken: frozenset[str] = frozenset({"en"})

    def __call__(self, text: str) -> Gloss | None:
        """The gloss of *text*; None where it seems to be in a language of the documents, or is too short to tell."""
        if self.is_spanish(text):
            return None if self._is_in_another_spoken(text) else self.of_spanish(text)
        # The detector takes half a second to load, which English questions needn't wait for.
        said = _alphabetic(text)
        if 2 * sum(map(self._is_english, said)) >= len(said):
            return None
        if detect_language(text, SHORTEST_QUESTION) not in {"zxx", "en", *self.spoken}:
            return Gloss(text, tuple(text.split()))
        return None

    def _is_in_another_spoken(self, text: str) -> bool:
        """Whether *text*, of Spanish words, is in another of the languages: Portuguese shares many."""
        others = self.spoken - {"en"}
        return bool(others) and detect_language(text, SHORTEST_QUESTION) in others

    def is_spanish(self, text: str) -> bool:
        """Whether *text* is Spanish, by its words: an English question that names Los Angeles isn't."""
        lexicon = _lexicon()
        said = _alphabetic(text)
        spanish = sum(word in lexicon.exact and not self._is_english(word) for word in said)
        english = sum(self._is_english(word) and word not in lexicon.exact for word in said)
        if _INVERTED.search(text):
            return spanish >= english
        return spanish > max(1, english) and 2 * spanish >= len(said)

    def _is_english(self, word: str) -> bool:
        return word in _lexicon().english or word in self.cognates or term_of(word) is None

    def of_spanish(self, text: str) -> Gloss:
        """The gloss of *text*, which is Spanish."""
        chunks = text.split()
        read = list(self._words(chunks[:_MOST_WORDS]))
        ordered = _with_adjectives_first(read)
        shown = [said for word in ordered if (said := f"{word.before}{word.text}{word.after}")]
        unread = tuple(word.text for word in read if not word.is_read)
        said = _INVERTED.sub("", " ".join([*shown, *chunks[_MOST_WORDS:]]))
        return Gloss(" ".join(said.split()), unread)

    def _words(self, chunks: Sequence[str]) -> Iterator[_Word]:
        place, starts = 0, True
        while place < len(chunks):
            length, word = self._phrase(chunks, place) or (1, self._single(chunks[place], starts=starts))
            last = chunks[place + length - 1]
            starts = last.endswith((".", "?", "!"))
            place += length
            yield word

    def _phrase(self, chunks: Sequence[str], place: int) -> tuple[int, _Word] | None:
        """The longest phrase of the list that begins at *place*, and its length in words."""
        phrases = _lexicon().exact
        for length in range(min(_LONGEST_PHRASE, len(chunks) - place), 1, -1):
            parts = [_parts(chunk) for chunk in chunks[place : place + length]]
            inside = any(after for _, _, after in parts[:-1]) or any(before for before, _, _ in parts[1:])
            entry = None if inside else phrases.get(_key(" ".join(core for _, core, _ in parts)))
            if entry:
                return length, _Word(entry.text, entry.describes, before=parts[0][0], after=parts[-1][2])
        return None

    def _single(self, chunk: str, *, starts: bool) -> _Word:
        before, core, after = _parts(chunk)
        found = self._word(core, starts=starts)
        return _Word(found.text, found.describes, found.is_read, before, after)

    def _word(self, core: str, *, starts: bool) -> _Word:
        if not core or not core.replace("-", "").isalpha() or (len(core) > 1 and core.isupper()):
            return _Word(core)
        name = core[:1].isupper() and not starts
        bare = _bare(core.casefold())
        entry = _lexicon().find(_key(core), starts=starts)
        if entry is None and bare in self.cognates:
            return _Word(core)
        entry = entry or (None if name else _lexicon().by_stem(_key(core)))
        if entry:
            return _Word(entry.text.capitalize() if name else entry.text, entry.describes)
        own = None if name else self.cognates.of(bare)
        if own:
            return _Word(own, own.endswith(_OF_ADJECTIVES))
        return _Word(core, is_read=core[:1].isupper())


def _with_adjectives_first(words: Iterable[_Word]) -> list[_Word]:
    """*words* with each adjective before the noun that it follows; punctuation stays where it is."""
    ordered: list[_Word] = []
    noun = None
    for word in words:
        if word.describes and noun is not None and not ordered[-1].after and not word.before:
            last = ordered[-1]
            moved = _Word(word.text, word.describes, word.is_read, ordered[noun].before)
            ordered[noun] = _Word(ordered[noun].text, ordered[noun].describes, ordered[noun].is_read)
            ordered[-1] = _Word(ordered[-1].text, last.describes, last.is_read, ordered[-1].before, word.after)
            ordered.insert(noun, moved)
            continue
        ordered.append(word)
        noun = len(ordered) - 1 if not word.describes and _has_content(word.text) else None
    return ordered


def _has_content(text: str) -> bool:
    return text[:1].isalpha() and all(term_of(word.casefold()) is not None for word in text.split())


def _parts(chunk: str) -> tuple[str, str, str]:
    """The punctuation before a word, the word, and the punctuation after it."""
    start, end = 0, len(chunk)
    while start < end and not (chunk[start].isalnum() or chunk[start] in _OPENS_WORD):
        start += 1
    while end > start and not (chunk[end - 1].isalnum() or chunk[end - 1] in _CLOSES_WORD):
        end -= 1
    return chunk[:start], chunk[start:end], chunk[end:]


def _alphabetic(text: str) -> list[str]:
    """The words of *text* that are letters only, as the list has them."""
    return [key for chunk in text.split()[:_MOST_WORDS] if (key := _key(_parts(chunk)[1])).isalpha()]


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def _bare(text: str) -> str:
    """*text* without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The word list: as it is written, without accents, by its openings of questions, and by stem."""

    exact: Mapping[str, _Word]
    bare: Mapping[str, _Word]
    asking: Mapping[str, _Word]
    stems: Mapping[str, Sequence[tuple[str, _Word]]]
    english: frozenset[str]

    def find(self, key: str, *, starts: bool) -> _Word | None:
        """The entry of *key*; at the start of a question "que" asks, accent or no accent."""
        bare = _bare(key)
        opening = self.asking.get(bare) if starts else None
        return opening or self.exact.get(key) or self.bare.get(bare)

    def by_stem(self, key: str) -> _Word | None:
        """The entry of another form of the word *key*: of its infinitive, or of one as long."""
        for head, word in self.stems.get(_stem(key) or "", ()):
            if head.endswith(_OF_INFINITIVES) or abs(len(head) - len(key)) <= _MOST_LETTERS_APART:
                return word
        return None


def _stem(word: str) -> str | None:
    stem = term_of(word, "es")
    return _bare(stem) if stem else None


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    exact: dict[str, _Word] = {}
    for line in files("bot").joinpath("lexicon_es_en.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            spanish, english = line.split("\t")
            exact[spanish] = _Word(english.strip("*-"), english.startswith("*"))
    bare: dict[str, _Word] = {}
    asking: dict[str, _Word] = {}
    stems: dict[str, list[tuple[str, _Word]]] = {}
    for spanish, word in sorted(exact.items(), key=lambda entry: (not entry[0].endswith(_OF_INFINITIVES), entry[0])):
        bare.setdefault(_bare(spanish), word)
        if spanish != _bare(spanish) and word.text.startswith(("wh", "how")) and " " not in spanish:
            asking[_bare(spanish)] = word
        stem = _stem(spanish) if spanish.isalpha() else None
        if stem:
            stems.setdefault(stem, []).append((spanish, word))
    used = frozenset(part for word in exact.values() for part in word.text.casefold().split())
    return _Lexicon(exact, bare, asking, stems, used)
