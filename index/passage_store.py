"""Passages, sentences and documents on disk: mapped, and decoded one at a time when they are asked for.

passages.jsonl, documents.jsonl    a record a line, each with its offsets beside it
sentences.npy                      a row for each sentence: passage, start, end, kind, lead-in's start and end
passage_sentences.npy              the first sentence of each passage
document_passages.npy              the first passage of each document
cards.json, abbreviations.json     what is known of each document without its text
initials.json                      its names by their initials
passage_texts.npy, sentence_texts.npy    the digest of what is embedded for each
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from corpus.abbreviations import learn, names_by_initials
from corpus.documents import Document, DocumentCard, Span, dump_document, load_document_json
from index.abbreviations import expand
from index.lexical import LexicalBuilder, LexicalIndex, terms
from index.passages import Passage, Sentence, SentenceKind
from index.ports import IndexedSentence
from index.records import Records, RecordWriter, mapped
from index.rows import Rows

PASSAGE_TEXTS, SENTENCE_TEXTS = "passage_texts.npy", "sentence_texts.npy"
_INITIALS = "initials.json"
_WORDS = ("passage_words", "sentence_words")

_PASSAGE: TypeAdapter[Passage] = TypeAdapter(Passage)
_CARDS: TypeAdapter[tuple[DocumentCard, ...]] = TypeAdapter(tuple[DocumentCard, ...])

_KINDS = tuple(SentenceKind)
"""A sentence's kind is stored as its place here; another order is another schema."""

_NO_LEAD_IN = -1
_KEPT_PASSAGES = 2048
_KEPT_SENTENCES = 8192
_KEPT_DOCUMENTS = 8

Lexical = tuple[LexicalIndex, LexicalIndex]
"""The words of the passages and of the sentences."""


def digest(text: str) -> bytes:
    """What names an embedded text: 16 bytes of BLAKE2b."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def as_digests(joined: bytes | bytearray) -> NDArray[np.bytes_]:
    """Shape (n,): the digests that stand one after the other in *joined*."""
    return np.frombuffer(joined, dtype="S16")


def passage_words(document: Document, passage: Passage, known: Mapping[str, str]) -> list[str]:
    """The terms by which a passage is found."""
    return terms(expand(passage.embedded_text, known), document.language)


def sentence_text(document: Document, sentence: Sentence, known: Mapping[str, str]) -> str:
    """What is embedded and indexed for a sentence; *known* are the document's abbreviations.

    A list item is led in, as it is when shown, and abbreviations have their long forms beside them: the model knows
    the words of a long form, and no reader need know the short one.
    """
    text = sentence.span.of(document.text)
    if sentence.lead_in:
        text = f"{sentence.lead_in.of(document.text)} {text}"
    return expand(text, known)


class PassageWriter:
    """Writes documents with their passages into a folder, one at a time; closed, the folder can be opened."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents = RecordWriter(folder / "documents.jsonl")
        self._passages = RecordWriter(folder / "passages.jsonl")
        self._sentences = array("i")
        self._first_sentences, self._first_passages = array("q", [0]), array("q", [0])
        self._cards: list[DocumentCard] = []
        self._abbreviations: dict[str, dict[str, str]] = {}
        self._initials: list[dict[str, str]] = []
        self._words = (LexicalBuilder(), LexicalBuilder())
        self._texts = (bytearray(), bytearray())

    def __enter__(self) -> PassageWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._documents.close()
        self._passages.close()
        if kind is None:
            self._finish()

    def add(self, document: Document, passages: Iterable[Passage]) -> Iterator[tuple[bytes, str]]:
        """Writes *document* and *passages*, and yields each text to embed with its digest."""
        known = learn(document.text)
        self._documents.add(dump_document(document))
        self._cards.append(document.card)
        self._abbreviations[document.id] = known
        self._initials.append(names_by_initials(document.text))
        for passage in passages:
            self._words[0].add(passage_words(document, passage, known))
            yield self._text(0, passage.embedded_text)
            for sentence in passage.sentences:
                text = sentence_text(document, sentence, known)
                self._words[1].add(terms(text, document.language))
                yield self._text(1, text)
                self._sentences.extend(_row(len(self._passages), sentence))
            self._passages.add(_PASSAGE.dump_json(passage, exclude={"sentences"}))
            self._first_sentences.append(len(self._sentences) // 6)
        self._first_passages.append(len(self._passages))

    def _text(self, part: int, text: str) -> tuple[bytes, str]:
        name = digest(text)
        self._texts[part].extend(name)
        return name, text

    def _finish(self) -> None:
        np.save(self._folder / "sentences.npy", np.frombuffer(self._sentences, dtype=np.int32).reshape(-1, 6))
        np.save(self._folder / "passage_sentences.npy", np.frombuffer(self._first_sentences, dtype=np.int64))
        np.save(self._folder / "document_passages.npy", np.frombuffer(self._first_passages, dtype=np.int64))
        for name, texts in zip((PASSAGE_TEXTS, SENTENCE_TEXTS), self._texts, strict=True):
            np.save(self._folder / name, as_digests(texts))
        (self._folder / "cards.json").write_bytes(_CARDS.dump_json(tuple(self._cards)))
        abbreviations = json.dumps(list(self._abbreviations.values()), ensure_ascii=False)
        (self._folder / "abbreviations.json").write_text(abbreviations, encoding="utf-8")
        (self._folder / _INITIALS).write_text(json.dumps(self._initials, ensure_ascii=False), encoding="utf-8")
        for name, words in zip(_WORDS, self._words, strict=True):
            words.finish().save(self._folder / name)


def _row(passage_row: int, sentence: Sentence) -> tuple[int, ...]:
    lead_in = (sentence.lead_in.start, sentence.lead_in.end) if sentence.lead_in else (_NO_LEAD_IN, _NO_LEAD_IN)
    return passage_row, sentence.span.start, sentence.span.end, _KINDS.index(sentence.kind), *lead_in


def _sentence(row: NDArray[np.int32]) -> Sentence:
    _, start, end, kind, lead_start, lead_end = row.tolist()
    lead_in = None if lead_start == _NO_LEAD_IN else Span(lead_start, lead_end)
    return Sentence(Span(start, end), _KINDS[kind], lead_in)


@dataclass(frozen=True, slots=True)
class _Files:
    """What a folder holds, mapped."""

    documents: Records
    passages: Records
    sentences: NDArray[np.int32]
    first_sentences: NDArray[np.int64]
    first_passages: NDArray[np.int64]
    cards: tuple[DocumentCard, ...]
    abbreviations: tuple[dict[str, str], ...]
    initials: Path

    def passage(self, row: int) -> Passage:
        """The passage in *row*, decoded."""
        fields: dict[str, Any] = json.loads(self.passages[row])
        for name in ("section", "embedded_section"):
            fields[name] = tuple(fields[name])
        of_it = self.sentences[int(self.first_sentences[row]) : int(self.first_sentences[row + 1])]
        return Passage(sentences=tuple(map(_sentence, of_it)), **fields)


class PassageStore:
    """The documents of a folder, or some of them, with passages and sentences numbered from 0 in the documents' order.

    ``passages`` and ``sentences`` decode what is asked for, and keep the last few.
    """

    def __init__(self, files: _Files, chosen: Sequence[int]) -> None:
        self._files = files
        self._chosen = {files.cards[row].id: row for row in chosen}
        firsts, of_passages = files.first_passages, files.first_sentences
        passage_ranges = [range(int(firsts[row]), int(firsts[row + 1])) for row in chosen]
        self.rows_of_passages = Rows(passage_ranges)
        self.rows_of_sentences = Rows(
            [range(int(of_passages[r.start]), int(of_passages[r.stop])) for r in passage_ranges]
        )
        self.cards = tuple(files.cards[row] for row in chosen)
        self.abbreviations = {files.cards[row].id: files.abbreviations[row] for row in chosen}
        self.passages: Sequence[Passage] = _Passages(files, self.rows_of_passages)
        self.sentences: Sequence[IndexedSentence] = _Sentences(files, self.rows_of_passages, self.rows_of_sentences)
        self._document = lru_cache(_KEPT_DOCUMENTS)(lambda row: load_document_json(files.documents[row]))

    @cached_property
    def names_by_initials(self) -> dict[str, str]:
        """Names that the documents write out, by initials; few questions need them, and older indexes have none."""
        if not self._files.initials.is_file():
            return {}
        of_documents = json.loads(self._files.initials.read_bytes())
        return {short: name for row in reversed(self._chosen.values()) for short, name in of_documents[row].items()}

    @classmethod
    def open(cls, folder: Path) -> PassageStore:
        """What a `PassageWriter` wrote. Raises `OSError`, `ValueError`."""
        files = _Files(
            documents=Records.open(folder / "documents.jsonl"),
            passages=Records.open(folder / "passages.jsonl"),
            sentences=mapped(folder / "sentences.npy"),
            first_sentences=mapped(folder / "passage_sentences.npy"),
            first_passages=mapped(folder / "document_passages.npy"),
            cards=_CARDS.validate_json((folder / "cards.json").read_bytes()),
            abbreviations=tuple(json.loads((folder / "abbreviations.json").read_bytes())),
            initials=folder / _INITIALS,
        )
        return cls(files, range(len(files.cards)))

    def limited_to(self, document_ids: Collection[str]) -> PassageStore:
        """Only those documents; nothing is copied."""
        return PassageStore(self._files, [row for id_, row in self._chosen.items() if id_ in document_ids])

    def document(self, document_id: str) -> Document:
        """A document. Raises `KeyError`."""
        return self._document(self._chosen[document_id])

    def sentence_rows(self, passage_row: int) -> range:
        """The rows of the sentences of a passage."""
        whole = self.rows_of_passages.whole(passage_row)
        first, end = self._files.first_sentences[whole : whole + 2].tolist()
        start = self.rows_of_sentences.here(first)
        return range(start, start + end - first)

    def words(self) -> Lexical:
        """The words of these documents alone, so that a word is as rare as it is among them."""
        built = (LexicalBuilder(), LexicalBuilder())
        row = 0
        for card in self.cards:
            document, known = self.document(card.id), self.abbreviations[card.id]
            while row < len(self.passages) and (passage := self.passages[row]).document_id == card.id:
                built[0].add(passage_words(document, passage, known))
                for sentence in passage.sentences:
                    built[1].add(terms(sentence_text(document, sentence, known), document.language))
                row += 1
        return built[0].finish(), built[1].finish()


def open_words(folder: Path, store: PassageStore) -> Lexical:
    """The words that a `PassageWriter` wrote. Raises `OSError`, `ValueError`."""
    return (
        LexicalIndex.load(folder / _WORDS[0], len(store.passages)),
        LexicalIndex.load(folder / _WORDS[1], len(store.sentences)),
    )


class _Passages(Sequence[Passage]):
    def __init__(self, files: _Files, rows: Rows) -> None:
        self._rows = rows
        self._decoded = lru_cache(_KEPT_PASSAGES)(files.passage)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, row: int | slice) -> Passage | tuple[Passage, ...]:
        if isinstance(row, slice):
            return tuple(self[each] for each in range(len(self))[row])
        return self._decoded(self._rows.whole(row if row >= 0 else row + len(self)))


class _Sentences(Sequence[IndexedSentence]):
    def __init__(self, files: _Files, passage_rows: Rows, rows: Rows) -> None:
        self._stored = files.sentences
        self._passage_rows = passage_rows
        self._rows = rows
        self._decoded = lru_cache(_KEPT_SENTENCES)(self._decode)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, row: int) -> IndexedSentence: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[IndexedSentence, ...]: ...
    def __getitem__(self, row: int | slice) -> IndexedSentence | tuple[IndexedSentence, ...]:
        if isinstance(row, slice):
            return tuple(self[each] for each in range(len(self))[row])
        return self._decoded(row if row >= 0 else row + len(self))

    def _decode(self, row: int) -> IndexedSentence:
        stored = self._stored[self._rows.whole(row)]
        return IndexedSentence(self._passage_rows.here(int(stored[0])), _sentence(stored))
