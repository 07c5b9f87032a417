"""Examples from public question sets, in the folder that their README describes.

Only sets whose licence allows a trained model to be passed on; `docs/reader-model-card.md` credits each.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scripts.reader.examples import Example, located, names, split, swapped, unanswered, window, without_answer

Row = dict[str, Any]

_TWICE = 2
"""Times that SQuAD 2.0's own paragraphs are read, in other windows: few, with the hardest unanswerable questions."""

HELD_ARTICLES = 3
"""One SQuAD 2.0 article, page or rule in this many is kept out of training, to measure on."""


def read(path: Path) -> list[Row]:
    """The rows of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def held(key: str) -> bool:
    """Whether what *key* names is kept out of training; it never changes from run to run."""
    return sum(key.encode()) % HELD_ARTICLES == 0


def span_rows(data: Path, name: str, keep: Callable[[Row], bool] = lambda _: True) -> list[Example]:
    """A set of ``train/``: rows with a passage, and answers that stand in it or none."""
    found = []
    for row in read(data / "train" / f"{name}.jsonl.gz"):
        example = _of_row(row, name) if keep(row) else None
        if example is not None:
            found.append(example)
    return found


def _of_row(row: Row, name: str) -> Example | None:
    sentences = tuple(split(_detokenised(row["passage"])))
    heading = str(row.get("title", "")) if name in ("squadshifts_new_wiki", "qed_nq_dev", "selqa_devtest") else ""
    heading = heading.replace("_", " ")
    if not sentences or len(" ".join(sentences)) > 6000:
        return None
    example = Example(row["question"].strip(), heading, sentences, not row["unanswerable"], source=name)
    if row["unanswerable"]:
        return unanswered(example, "as given")
    answers = [_detokenised(answer) for answer in row["answers"]]
    if "answer_sentence" in row:
        answers = answers[:1]
    if row.get("answer_kind") == "sentence":
        return _by_sentence(example, answers)
    place = located(sentences, answers[:1]) or located(sentences, answers)
    if place is None:
        return None
    labels = tuple(i == place[1][0] for i in range(len(sentences)))
    return Example(example.question, heading, sentences, True, labels, place[1], name)


def _by_sentence(example: Example, answers: list[str]) -> Example | None:
    wanted = [_key(answer) for answer in answers]
    labels = tuple(any(_key(s) in w or w in _key(s) for w in wanted) for s in example.sentences)
    return (
        Example(example.question, example.heading, example.sentences, True, labels, None, example.source)
        if any(labels)
        else None
    )


def _key(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _detokenised(text: str) -> str:
    text = text.replace("``", '"').replace("''", '"')
    text = re.sub(r"\s+([,.;:?!%)\]]|'s\b|n't\b)", r"\1", text)
    return re.sub(r"([(\[$])\s+", r"\1", text)


def squad2_dev(data: Path, keep_held: bool) -> list[Example]:
    """SQuAD 2.0 dev with its own paragraphs: adversarial unanswerables. *keep_held* picks the articles."""
    texts = {row["id"]: row for row in read(data / "squad2" / "corpus.jsonl.gz")}
    found = []
    for row in read(data / "squad2" / "queries.jsonl.gz"):
        paragraph = texts[row["meta"]["paragraph"]]
        if held(paragraph["title"]) != keep_held:
            continue
        sentences = tuple(split(paragraph["text"]))
        example = Example(row["question"], paragraph["title"], sentences, not row["unanswerable"], source="squad2")
        place = located(sentences, row["answers"][:1]) if row["answers"] else None
        if row["unanswerable"]:
            found.append(unanswered(example, "as given"))
        elif place:
            labels = tuple(i == place[1][0] for i in range(len(sentences)))
            found.append(Example(example.question, example.heading, sentences, True, labels, place[1], "squad2"))
    return found


def conditionalqa(data: Path, rng: random.Random, keep_held: bool) -> Iterator[Example]:
    """Government pages by sentence: the evidence with its neighbours, and another window of the same page."""
    rows = read(data / "conditionalqa" / "corpus.jsonl.gz")
    pages: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        pages[row["url"]].append(row)
    for row in read(data / "conditionalqa" / "queries.jsonl.gz"):
        url = row["meta"]["url"]
        if held(url) != keep_held or url not in pages:
            continue
        page = pages[url]
        sentences = tuple(line["text"].strip() for line in page)
        labels = tuple(line["id"] in row["relevant_ids"] for line in page)
        question = row["question"]
        if rng.random() < 0.3 and row["history"]:
            question = f"{row['history'][0]['text']} {question}"[-300:]
        example = Example(question, page[0]["title"], sentences, any(labels), labels, None, "conditionalqa")
        yield from _windows_of_page(example, rng)


def _windows_of_page(example: Example, rng: random.Random) -> Iterator[Example]:
    positives = [i for i, label in enumerate(example.labels or ()) if label]
    for first in positives[:: max(1, len(positives) // 2)][:2]:
        labels = tuple(label and abs(i - first) < 4 for i, label in enumerate(example.labels or ()))
        around = Example(example.question, example.heading, example.sentences, True, labels, None, example.source)
        yield window(around, rng.randint(30, 110), rng)
    removed = without_answer(example)
    if removed is not None:
        yield window(removed, rng.randint(30, 110), rng)


def clapnq(data: Path, rng: random.Random, keep_held: bool) -> Iterator[Example]:
    """Search questions with the sentences that support a long answer, and their unanswerable fellows."""
    texts = {row["id"]: row for row in read(data / "clapnq_dev" / "corpus.jsonl.gz")}
    for row in read(data / "clapnq_dev" / "queries.jsonl.gz"):
        passage = row["meta"].get("passage") or row["relevant_ids"]
        if held(row["id"]) != keep_held or not passage or passage[0] not in texts:
            continue
        sentences = tuple(split(_detokenised(texts[passage[0]]["text"])))
        example = Example(
            row["question"], texts[passage[0]]["title"], sentences, not row["unanswerable"], source="clapnq"
        )
        if row["unanswerable"]:
            yield window(unanswered(example, "as given"), 120, rng)
            continue
        support = [_detokenised(s) for s in (row.get("support_sentences") or [[]])[0]]
        labelled = _by_sentence(example, support) if support else None
        if labelled is not None:
            yield window(labelled, rng.randint(60, 130), rng)


def or_sharc(data: Path, rng: random.Random, keep_held: bool) -> Iterator[Example]:
    """Government rules and questions about them; no sentence labels. The near miss is a rule with like words."""
    rules = {row["id"]: row for row in read(data / "or_sharc" / "corpus.jsonl.gz")}
    seen: dict[str, int] = defaultdict(int)
    words = {key: set(re.findall(r"[a-z]{4,}", row["text"].lower())) for key, row in rules.items()}
    for row in read(data / "or_sharc" / "queries.jsonl.gz"):
        rule = row["relevant_ids"][0]
        seen[rule] += 1
        if seen[rule] > 4 or held(rule) != keep_held:
            continue
        question = row["question"]
        if rng.random() < 0.3 and row["history"]:
            question = f"{row['history'][0]['text']} {question}"
        yield _rule(question, rules[rule], True)
        near = sorted(
            rules, key=lambda key: -len(words[key] & set(question.lower().split())) / (8 + len(words[key]) ** 0.5)
        )
        other = [key for key in near[:6] if key != rule and rules[key]["title"] != rules[rule]["title"]]
        if other:
            yield unanswered(_rule(question, rules[rng.choice(other)], False), "another rule")


def _rule(question: str, row: Row, answerable: bool) -> Example:
    text = re.sub(r"^#+ .*", "", row["text"]).replace("*", "")
    sentences = [s for line in text.splitlines() if line.strip() for s in split(line)] or [row["title"]]
    return Example(question, row["title"], tuple(sentences[:8]), answerable, None, None, "or_sharc")


def public_examples(data: Path, rng: random.Random) -> list[Example]:
    """The whole mixture, windowed and shuffled."""

    def some(examples: list[Example], count: int) -> list[Example]:
        return rng.sample(examples, min(count, len(examples)))

    squad = span_rows(data, "squad1_train_paragraphs")
    shifts = [e for part in ("new_wiki", "reddit", "amazon_reviews") for e in span_rows(data, f"squadshifts_{part}")]
    whole = (
        squad
        + shifts
        + squad2_dev(data, keep_held=False) * _TWICE
        + some(span_rows(data, "squad1_train_hardneg", lambda row: row["overlap"] >= 0.3), 9000)
        + span_rows(data, "squad2_train_unanswerable_rematched", lambda row: row["overlap"] >= 0.45)
        + some(span_rows(data, "qamr_devtest"), 6000)
        + span_rows(data, "fairytaleqa_extractive")
        + span_rows(data, "timeqa_human_train")
        + span_rows(data, "selqa_devtest")
        + span_rows(data, "qed_nq_dev")
        + span_rows(data, "covidqa_windows")
        + some(span_rows(data, "tweetqa_extractive"), 2000)
    )
    pool = sorted({name for example in whole for name in names(example.question)})
    made: list[Example] = []
    for example in squad + shifts:
        roll = rng.random()
        near = swapped(example, pool, rng) if roll < 0.35 else without_answer(example) if roll < 0.5 else None
        made += [near] if near else []
    windows = [window(example, rng.choice((40, 75, 110, 140, 170)), rng) for example in whole + made]
    policy = [*conditionalqa(data, rng, False), *clapnq(data, rng, False), *or_sharc(data, rng, False)]
    mixed = windows + policy
    rng.shuffle(mixed)
    return mixed
