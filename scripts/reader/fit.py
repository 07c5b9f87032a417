"""Fits ``bot/models/judgement.json``: which sentence answers, and whether the text does.

    python -m scripts.reader.fit

The data: the policy samples that the reader wasn't trained on, each asked of itself alone, with and without the
reader. `scripts.reader.score` scores the eval cases, which have no part in it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bot.answer_generators import ExtractiveGenerator
from bot.answerability import Judge
from bot.logistic import Logistic
from bot.onnx_reader import FOLDER, OnnxReader
from bot.ports import Reader
from bot.premises import premise_features
from bot.rank import SentenceRanker
from bot.reader import PASSAGES_READ, read_on
from bot.retrieve import Evidence, Retriever
from index.embedders import MiniLMEmbedder
from index.ports import Embedder
from scripts.reader.policy_sets import PolicyQuestion, Sample, held_slugs, open_sample, training_slugs

SENTENCE = (
    "similarity", "similarity_behind_best", "passage_rank", "covered", "kind_met", "kind_missing", "lead_in", "item",
    "note", "row", "header", "listed_as_asked", "length",
)  # fmt: skip
SENTENCE_READ = ("read", "read_behind_best", "window_behind_best")
ANSWERABLE = (
    "similarity_of_sentence", "similarity_of_passage", "names_not_in_passage", "names_not_in_quote",
    "numbers_not_in_passage", "kind_missing",
)  # fmt: skip
ANSWERABLE_READ = ("evidence", "window", "window_cited", "window_next")

SIGNS = {
    "similarity": 1, "similarity_behind_best": -1, "passage_rank": 1, "covered": 1, "kind_met": 1, "kind_missing": -1,
    "read": 1, "read_behind_best": -1, "window_behind_best": -1, "similarity_of_sentence": 1,
    "names_not_in_passage": -1, "names_not_in_quote": -1, "numbers_not_in_passage": -1, "evidence": 1, "window": 1,
    "window_cited": 1,
}  # fmt: skip
"""What sense says of a feature's weight. The others (a form, the next window) may go either way."""

PREMISE = (
    "asks_why", "asks_when", "asks_how", "asks_how_much", "asks_whether", "tells_first", "terms", "similarity",
    "text_denies",
)  # fmt: skip

Models = dict[str, Logistic]


@dataclass(frozen=True)
class Asked:
    """A question about a sample, with the evidence found and read for it."""

    sample: Sample
    question: PolicyQuestion
    evidence: Evidence

    @property
    def unread(self) -> Evidence:
        """The evidence without the reader's part."""
        return replace(self.evidence, readings={})

    def holds(self, text: str) -> bool:
        """Whether *text* is one of the sentences that answer."""
        return any(quote in text or (len(text) > 20 and text in quote) for quote in self.question.evidence)


def ask_all(samples: Iterable[Sample], embedder: Embedder, reader: Reader) -> list[Asked]:
    """Retrieves and reads for every question of *samples*."""

    def ask(sample: Sample) -> list[Asked]:
        retriever = Retriever(sample.index, embedder)
        asked = []
        for question in sample.questions:
            evidence = retriever.search(question.query)
            passages = [scored.passage for scored in evidence.passages[:PASSAGES_READ]]
            windows = [sample.window(passage) for passage in passages]
            readings = read_on(reader.read, sample.index.expand(question.query.standalone), windows)
            by_id = {p.id: reading for p, reading in zip(passages, readings, strict=False)}
            asked.append(Asked(sample, question, replace(evidence, readings=by_id)))
        return asked

    with ThreadPoolExecutor(os.cpu_count()) as threads:  # onnxruntime lets go of the interpreter while it runs
        return [one for asked in threads.map(ask, samples) for one in asked]


def fit_logistic(
    rows: Sequence[Mapping[str, float]], labels: Sequence[bool], names: Sequence[str], signs: Mapping[str, int]
) -> Logistic:
    """An L2-regularised regression on standardised features, its weights put back on the features' own scale.

    A feature whose weight comes out against the sign that sense gives it (*signs*) is left out, the strongest first,
    and the rest is fitted again: features that say nearly the same otherwise get weights that cancel out on these
    questions and not on others.
    """
    x = np.array([[row[name] for name in names] for row in rows])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=2000).fit((x - mean) / scale, np.array(labels))
    against = [(-abs(w), n) for n, w in zip(names, model.coef_[0], strict=True) if w * signs.get(n, 0) < 0]
    if against:
        return fit_logistic(rows, labels, [name for name in names if name != min(against)[1]], signs)
    weights = model.coef_[0] / scale
    bias = float(model.intercept_[0] - (weights * mean).sum())
    return Logistic({name: round(float(w), 4) for name, w in zip(names, weights, strict=True)}, round(bias, 4))


def fit_sentence(asked: Sequence[Asked], read: bool) -> Logistic:
    """The probability that a sentence is part of the answer, learned from questions that have one."""
    rows, labels = [], []
    for one in asked:
        if one.question.unanswerable:
            continue
        evidence = one.evidence if read else one.unread
        for candidate, features, _ in SentenceRanker(one.sample.index, {}).features(one.question.query, evidence):
            rows.append(features)
            labels.append(one.holds(candidate.text))
    return fit_logistic(rows, labels, [*SENTENCE, *SENTENCE_READ] if read else SENTENCE, SIGNS)


def answerable_rows(asked: Sequence[Asked], models: Models, read: bool) -> list[dict[str, float]]:
    """What the answerability regression sees of each question."""
    rows = []
    for one in asked:
        evidence = one.evidence if read else one.unread
        generator = ExtractiveGenerator(one.sample.index, models)
        draft = generator.draft(one.question.query, evidence)
        rows.append(Judge(one.sample.index, models).features(one.question.query, evidence, draft))
    return rows


def fit(asked: Sequence[Asked]) -> Models:
    """All four regressions."""
    models: Models = {}
    for read, name in ((True, ""), (False, "_without_reader")):
        models[f"sentence{name}"] = fit_sentence(asked, read)
    labels = [not one.question.unanswerable for one in asked]
    for read, name in ((True, ""), (False, "_without_reader")):
        rows = answerable_rows(asked, models, read)
        features = [*ANSWERABLE, *ANSWERABLE_READ] if read else ANSWERABLE
        models[f"answerable{name}"] = fit_logistic(rows, labels, features, SIGNS)
    return models


@dataclass(frozen=True)
class Refused:
    """A question that its sample doesn't answer: what is seen of it, and whether it holds a false premise."""

    slug: str
    features: Mapping[str, float]
    false_premise: bool


def refuse_all(samples: Iterable[Sample], embedder: Embedder) -> list[Refused]:
    """Every question of *samples* that has no answer."""
    refused = []
    for sample in samples:
        retriever = Retriever(sample.index, embedder)
        for question in sample.questions:
            if question.unanswerable:
                features = premise_features(question.query, retriever.search(question.query))
                refused.append(Refused(sample.slug, features, question.kind == "false_premise"))
    return refused


def fit_premise(questions: Sequence[Refused]) -> Logistic:
    """Which of the questions without an answer hold a false premise."""
    return fit_logistic([q.features for q in questions], [q.false_premise for q in questions], PREMISE, {})


def report_premise(questions: Sequence[Refused], model: Logistic) -> str:
    """AUROC, and how many of those called false premises are, and of the false premises are called so, at even odds."""
    labels = np.array([q.false_premise for q in questions])
    p = np.array([model.probability(q.features) for q in questions])
    called = p >= 0.5
    return (
        f"n={len(labels)} AUROC {roc_auc_score(labels, p):.3f} precision {labels[called].mean():.2f} "
        f"recall {called[labels].mean():.2f}"
    )


def report(asked: Sequence[Asked], models: Models, read: bool) -> str:
    """First sentence right, whole answer held, sentences shown; AUROC, and errors at even odds."""
    first, whole, shown, answered = [], [], [], []
    name = "" if read else "_without_reader"
    for one in asked:
        if one.question.unanswerable:
            continue
        evidence = one.evidence if read else one.unread
        ranked = SentenceRanker(one.sample.index, models).rank(one.question.query, evidence)
        first.append(one.holds(ranked[0].candidate.text))
        draft = ExtractiveGenerator(one.sample.index, models).draft(one.question.query, evidence)
        text = "\n".join(claim.text for claim in draft.claims)
        whole.append(all(quote in text for quote in one.question.evidence))
        shown.append(len(draft.claims))
    labels = np.array([not one.question.unanswerable for one in asked])
    model = models[f"answerable{name}"]
    p = np.array([model.probability(row) for row in answerable_rows(asked, models, read)])
    answered = p >= 0.5
    return (
        f"n={len(asked)} first {np.mean(first):.3f} whole {np.mean(whole):.3f} shown {np.mean(shown):.2f} "
        f"AUROC {roc_auc_score(labels, p):.3f} false refusals {1 - answered[labels].mean():.3f} "
        f"false answers {answered[~labels].mean():.3f} Brier {np.mean((p - labels) ** 2):.3f}"
    )


def _halves(slugs: Sequence[str]) -> list[set[str]]:
    return [set(slugs[start::2]) for start in (0, 1)]


def main() -> None:
    """Fits on the held samples, false premises on all, prints a two-fold check of them, writes the weights."""
    embedder = MiniLMEmbedder()
    reader = OnnxReader(FOLDER)
    samples = [open_sample(slug, embedder) for slug in held_slugs()]
    asked = ask_all(samples, embedder, reader)
    for half in _halves([sample.slug for sample in samples]):
        models = fit([one for one in asked if one.sample.slug not in half])
        rest = [one for one in asked if one.sample.slug in half]
        for read in (True, False):
            sys.stdout.write(f"held half, {'with' if read else 'without'} reader: {report(rest, models, read)}\n")
    models = fit(asked)
    refused = refuse_all([*samples, *(open_sample(slug, embedder) for slug in training_slugs())], embedder)
    for half in _halves(sorted({one.slug for one in refused})):
        rest = [one for one in refused if one.slug not in half]
        model = fit_premise(rest)
        sys.stdout.write(f"false premises: {report_premise([q for q in refused if q.slug in half], model)}\n")
    models["false_premise"] = fit_premise(refused)
    data = {name: {"bias": model.bias, "weights": dict(model.weights)} for name, model in models.items()}
    (FOLDER / "judgement.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
