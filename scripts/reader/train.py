"""Trains a reader: a large one, which is shipped, or a small one, which learns from the sets and from the large one.

    python -m scripts.reader.prepare --data ../shared/data --out packed/
    python -m scripts.reader.train large --packed packed/ --model MPNET --out large.pt
    python -m scripts.reader.train small --packed packed/ --model MINILM --teacher MPNET large.pt --out small.pt

MPNET and MINILM are folders with all-mpnet-base-v2 and all-MiniLM-L6-v2. It needs torch, transformers and what
`prepare` wrote, and nothing else, so that it can run on another machine. Without ``--teacher`` a small one learns from
the sets alone.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scripts.reader.model import Batch, Neighbours, ReaderNetwork, Rows, lesson, loss, sentence_logits
from scripts.reader.packed import load, tokenizer_of

_WARM_UP = 0.05
_BUCKET = 40
_FLOOR = 0.02


@dataclass(frozen=True, slots=True)
class Plan:
    """How one network learns: passes over the public rows, then over the policy rows mixed with some of those."""

    public: float
    policy: int
    rate: float
    policy_rate: float
    rows: int


PLANS = {
    "large": Plan(public=1.0, policy=2, rate=5e-5, policy_rate=4e-5, rows=64),
    "small": Plan(public=3.0, policy=8, rate=4e-4, policy_rate=3e-4, rows=96),
}
_LABELS = 0.5
"""The weight of the labels, where there's a teacher whose own weight is 1."""
_VARIED = 0.12
"""The share of words that are replaced in the rows that only the teacher labels."""
_STAYS = 0.25
"""Public rows in the second stage, for each policy row, so that what was learned there stays."""


def batches(
    rows: NDArray[np.int64], lengths: NDArray[np.int64], size: int, rng: random.Random
) -> list[NDArray[np.int64]]:
    """*rows* in batches of like length, in random order."""
    rows = np.array(rng.sample(list(rows), len(rows)))
    made = []
    for start in range(0, len(rows), size * _BUCKET):
        bucket = rows[start : start + size * _BUCKET]
        bucket = bucket[np.argsort(lengths[bucket], kind="stable")]
        made += [bucket[i : i + size] for i in range(0, len(bucket), size)]
    rng.shuffle(made)
    return made


class Teacher:
    """A trained network that says what another should."""

    def __init__(self, network: ReaderNetwork, student: ReaderNetwork, vocabulary: Mapping[str, int]) -> None:
        device = student.window.weight.device
        self._network = network.eval()
        self._neighbours = Neighbours(student, vocabulary, device)
        hidden = network.window.in_features
        self.projection = torch.nn.Linear(student.window.in_features, hidden).to(device)

    def loss(self, student: ReaderNetwork, batch: Batch) -> Tensor:
        """Of the labels and of the teacher on *batch*, and of the teacher alone on a variation of it."""
        both = self._neighbours.with_variations(batch, _VARIED)
        said = student.logits(both)
        with torch.no_grad():
            taught = self._network.logits(both)
        return lesson(said, taught, both, self.projection) + _LABELS * loss(said, both)


def learn(
    network: ReaderNetwork, parts: Sequence[Callable[[], Batch]], rate: float, teacher: Teacher | None, name: str
) -> None:
    """One pass over *parts* with a linear warm-up and decay."""
    network.train()
    network.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    heads = [p for n, p in network.named_parameters() if not n.startswith("encoder")]
    heads += teacher.projection.parameters() if teacher else []
    body = [p for n, p in network.named_parameters() if n.startswith("encoder") and p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": rate}, {"params": heads, "lr": rate * 5}], weight_decay=0.01, fused=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _slope(step, len(parts)))
    began, shown = time.monotonic(), 0.0
    for step, make in enumerate(parts, 1):
        batch = make()
        with _half(batch.input_ids.device):
            value = teacher.loss(network, batch) if teacher else loss(network.logits(batch), batch)
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if step % 100 == 0 or step == len(parts):
            shown = value.item() if not shown else 0.7 * shown + 0.3 * value.item()
            _say(f"{name} step {step}/{len(parts)} loss {shown:.3f} {time.monotonic() - began:.0f} s")


def _half(device: torch.device) -> torch.autocast:
    """bf16 where it is fast. On a CPU without it, it is fifteen times slower than fp32."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")


def _slope(step: int, steps: int) -> float:
    warm = max(1, math.ceil(_WARM_UP * steps))
    return min((step + 1) / warm, max(_FLOOR, (steps - step) / max(1, steps - warm)))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Sets:
    """The packed sets on one device, and their batches."""

    def __init__(self, folder: Path, device: torch.device, rng: random.Random) -> None:
        self._rng = rng
        self.public = Rows(load(folder / "public.npz"), device)
        self.policy = [Rows(load(path), device) for path in sorted(folder.glob("policy-*.npz"))]
        self.held = {path.stem: Rows(load(path), device) for path in sorted(folder.glob("held-*.npz"))}

    def _of(self, rows: Rows, share: float, size: int) -> Iterator[Callable[[], Batch]]:
        count = len(rows.packed)
        lengths = np.diff(rows.packed.piece_at)
        for _ in range(math.ceil(share)):
            some = np.array(self._rng.sample(range(count), min(count, round(share * count))))
            share -= 1
            for part in batches(some, lengths, size, self._rng):
                yield partial(rows.batch, torch.as_tensor(part, device=rows.device))

    def public_parts(self, passes: float, size: int) -> list[Callable[[], Batch]]:
        """*passes* over the public rows."""
        return list(self._of(self.public, passes, size))

    def policy_parts(self, passes: int, size: int) -> list[Callable[[], Batch]]:
        """*passes* over the policy rows, each over another making of them, some public rows in between."""
        made: list[Callable[[], Batch]] = []
        for number in range(passes):
            rows = self.policy[number % len(self.policy)]
            share = min(1.0, _STAYS * len(rows.packed) / len(self.public.packed))
            parts = [*self._of(rows, 1, size), *self._of(self.public, share, size)]
            self._rng.shuffle(parts)
            made += parts
        return made


@torch.no_grad()
def say(network: ReaderNetwork, rows: Rows, size: int = 256) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """Each row's window logit and its sentences' logits."""
    network.eval()
    count = len(rows.packed)
    order = np.argsort(np.diff(rows.packed.piece_at), kind="stable")
    window = np.zeros(count)
    sentences: list[NDArray[np.float64]] = [np.zeros(0)] * count
    for start in range(0, count, size):
        part = order[start : start + size]
        batch = rows.batch(torch.as_tensor(part, device=rows.device))
        with _half(rows.device):
            said = network.logits(batch)
        window[part] = said.window.cpu().numpy()
        each, there = sentence_logits(said.pieces, batch.owner, batch.labels.shape[1])
        each = each.masked_fill(~there, -20).cpu().numpy()
        for at, row in enumerate(part):
            sentences[row] = each[at, : rows.packed.label_at[row + 1] - rows.packed.label_at[row]]
    return window, sentences


def auroc(scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    """The probability that a positive scores above a negative (Mann and Whitney); ties count as half."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positives = int(labels.sum())
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * (len(labels) - positives)))


def report(network: ReaderNetwork, rows: Rows) -> str:
    """By question: AUROC of its best window, and how often its likeliest sentence is one that answers."""
    window, sentences = say(network, rows)
    best: dict[int, tuple[float, bool]] = {}
    top: dict[int, tuple[float, bool]] = {}
    for row, question in enumerate(rows.packed.question):
        labels = rows.packed.labels[rows.packed.label_at[row] : rows.packed.label_at[row + 1]]
        old = best.get(question, (-99.0, False))
        best[question] = (max(old[0], window[row]), old[1] or bool(rows.packed.answerable[row]))
        if len(labels):
            at = int(np.argmax(sentences[row]))
            score = sentences[row][at] + window[row]
            if score > top.get(question, (-99.0, False))[0]:
                top[question] = (score, labels[at] == 1)
    answerable = np.array([has for _, has in best.values()])
    first = np.mean([top[q][1] for q, (_, has) in best.items() if has and q in top])
    return f"n={len(best)} AUROC {auroc(np.array([s for s, _ in best.values()]), answerable):.3f} first {first:.3f}"


def train(network: ReaderNetwork, sets: Sets, plan: Plan, teacher: Teacher | None, name: str) -> None:
    """Both stages of *plan*."""
    for stage, parts, rate in (
        ("public", sets.public_parts(plan.public, plan.rows), plan.rate),
        ("policy", sets.policy_parts(plan.policy, plan.rows), plan.policy_rate),
    ):
        if not parts:
            continue
        learn(network, parts, rate, teacher, f"{name} {stage}")
        for held, rows in sets.held.items():
            _say(f"{name} after {stage}: {held} {report(network, rows)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", choices=PLANS)
    parser.add_argument("--packed", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, nargs=2, metavar=("FOLDER", "WEIGHTS"))
    parser.add_argument("--start", type=Path, help="weights to go on from, rather than the model's own")
    parser.add_argument("--public", type=float, help="passes over the public rows, rather than the plan's")
    parser.add_argument("--policy", type=int, help="passes over the policy rows, rather than the plan's")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _load(network: ReaderNetwork, weights: Path) -> None:
    network.load_state_dict(torch.load(weights, map_location=network.window.weight.device, weights_only=True))


def main() -> None:
    """Trains one network."""
    options = _options()
    torch.manual_seed(options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    sets = Sets(options.packed, device, random.Random(options.seed))  # noqa: S311 - not for secrets
    network = ReaderNetwork(options.model).to(device)
    if options.start:
        _load(network, options.start)
    teacher = None
    if options.teacher:
        teaches = ReaderNetwork(options.teacher[0]).to(device)
        _load(teaches, options.teacher[1])
        teacher = Teacher(teaches, network, tokenizer_of(options.model).get_vocab())
    asked = {"public": options.public, "policy": options.policy}
    plan = replace(PLANS[options.plan], **{name: passes for name, passes in asked.items() if passes is not None})
    train(network, sets, plan, teacher, options.plan)
    torch.save({name: value.half().cpu() for name, value in network.state_dict().items()}, options.out)


if __name__ == "__main__":
    main()
