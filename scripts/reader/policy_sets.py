"""Examples from the policy samples: explainers and questions written for training, asked of a real index.

Each explainer is indexed alone; what the bot would retrieve for a question is what the reader learns to read.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.reader import Window, spelled_out, window_of
from bot.retrieve import Retriever
from bot.rewrite import Query, resolve
from corpus.load import load_document
from index.build import build_index, open_index
from index.passages import Passage
from index.ports import Embedder, PassageIndex
from scripts.reader.examples import Example, located

SAMPLES = Path(__file__).parent / "samples"
_READ = 8
"""Passages that the bot reads for a question."""


@dataclass(frozen=True, slots=True)
class PolicyQuestion:
    """A question about one sample, and the verbatim sentences that answer it (none where nothing does)."""

    slug: str
    question: str
    kind: str
    unanswerable: bool
    evidence: tuple[str, ...] = ()
    span: str | None = None
    history: tuple[str, ...] = ()
    standalone: str | None = None

    @property
    def query(self) -> Query:
        """As the bot would ask it."""
        return resolve(self.question, list(self.history))


def questions(slug: str, folder: Path = SAMPLES) -> Iterator[PolicyQuestion]:
    """The questions about the sample *slug*."""
    for line in (folder / f"{slug}.jsonl").read_text(encoding="utf-8").splitlines():
        if line.strip():
            row: dict[str, Any] = json.loads(line)
            yield PolicyQuestion(
                slug,
                row["question"],
                row["kind"],
                row["unanswerable"],
                tuple(row.get("evidence", ())),
                row.get("span"),
                tuple(row.get("history", ())),
                row.get("standalone"),
            )


@dataclass(frozen=True)
class Sample:
    """One sample explainer, indexed."""

    slug: str
    index: PassageIndex
    questions: tuple[PolicyQuestion, ...]
    _folder: tempfile.TemporaryDirectory[str] = field(repr=False)

    def window(self, passage: Passage) -> Window:
        """*passage* as the bot shows it to the reader."""
        forms = self.index.long_forms(passage.text, passage.document_id)
        return spelled_out(window_of(passage, self.index.cards[0].title), forms)


def open_sample(slug: str, embedder: Embedder, folder: Path = SAMPLES) -> Sample:
    """Indexes the sample *slug* in a folder of its own."""
    place = tempfile.TemporaryDirectory()
    build_index([load_document(folder / f"{slug}.md")], embedder, Path(place.name))
    return Sample(slug, open_index(Path(place.name), embedder), tuple(questions(slug, folder)), place)


def policy_examples(sample: Sample, embedder: Embedder) -> Iterator[tuple[PolicyQuestion, Example]]:
    """For each question: the passages that hold its evidence, and the best-retrieved ones that don't."""
    retriever = Retriever(sample.index, embedder)
    for asked in sample.questions:
        texts = [asked.query.standalone] + ([asked.standalone] if asked.standalone else [])
        ranked = [scored.passage for scored in retriever.search(asked.query).passages]
        holding = [p for p in sample.index.passages if any(quote in p.text for quote in asked.evidence)]
        others = [p for p in ranked if p not in holding][: _READ - 1]
        for text in map(sample.index.expand, texts):
            for passage in [*holding, *others]:
                yield asked, _example(text, asked, passage, sample.window(passage))


def read_examples(sample: Sample, embedder: Embedder) -> Iterator[tuple[PolicyQuestion, Example]]:
    """For each question the passages that the bot would read, as it would read them."""
    retriever = Retriever(sample.index, embedder)
    for asked in sample.questions:
        text = sample.index.expand(asked.query.standalone)
        for scored in retriever.search(asked.query).passages:
            yield asked, _example(text, asked, scored.passage, sample.window(scored.passage))


def _example(text: str, asked: PolicyQuestion, passage: Passage, window: Window) -> Example:
    sentences = tuple(span.of(window.text) for span in window.sentences)
    written = [passage.slice(sentence.span) for sentence in passage.sentences]
    labels = tuple(any(quote in s or (len(s) > 20 and s in quote) for quote in asked.evidence) for s in written)
    if asked.unanswerable:
        known = None if any(labels) else labels
        return Example(text, window.heading, sentences, False, known, None, f"policy: {asked.kind}")
    place = located(sentences, [asked.span]) if asked.span and any(labels) else None
    span = place[1] if place and labels[place[1][0]] else None
    return Example(text, window.heading, sentences, any(labels), labels, span, f"policy: {asked.kind}")


def held_slugs(folder: Path = SAMPLES) -> list[str]:
    """The samples that the reader isn't trained on, so that what it says of them can be weighed."""
    return (folder / "held.txt").read_text(encoding="utf-8").split()


def training_slugs(folder: Path = SAMPLES) -> list[str]:
    """The other samples."""
    return sorted({path.stem for path in folder.glob("*.jsonl")} - set(held_slugs(folder)))
