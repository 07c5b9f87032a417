"""Trains the reader from the packaged weights: first on public sets, then on the policy samples.

python -m scripts.reader.train --data ../shared/data --out reader.pt
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from index.embedders import MiniLMEmbedder, packaged_model
from scripts.reader.examples import Example, names, swapped, window, without_answer
from scripts.reader.model import MAX_PIECES, Batch, ReaderNetwork, collate, encode, loss
from scripts.reader.policy_sets import open_sample, policy_examples, training_slugs
from scripts.reader.public_sets import public_examples

_BATCH = 16
_WARM_UP = 0.06
_BUCKET = 40
_LEFT_OUT = 0.35
"""The share of the windows without an answer that an epoch leaves out, since there are four for each with one."""
_LONGEST_QUESTION = 500


def batches(examples: Sequence[Example], tokenizer: Tokenizer, rng: random.Random) -> list[Batch]:
    """Batches of like length, in random order."""
    encoded = [(example, *encode(tokenizer, example)) for example in examples]
    rng.shuffle(encoded)
    made = []
    for start in range(0, len(encoded), _BATCH * _BUCKET):
        bucket = sorted(encoded[start : start + _BATCH * _BUCKET], key=lambda e: len(e[1].ids))
        made += [bucket[i : i + _BATCH] for i in range(0, len(bucket), _BATCH)]
    rng.shuffle(made)
    return [collate(part) for part in made]


def train(network: ReaderNetwork, parts: Sequence[Batch], rate: float, save: Path) -> None:
    """One pass over *parts* with a linear warm-up and decay; the weights are saved every 400 steps and at the end."""
    network.train()
    network.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    heads = [p for n, p in network.named_parameters() if not n.startswith("encoder")]
    body = [p for n, p in network.named_parameters() if n.startswith("encoder") and p.requires_grad]
    optimizer = torch.optim.AdamW([{"params": body, "lr": rate}, {"params": heads, "lr": rate * 10}], weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _slope(step, len(parts)))
    began, shown = time.monotonic(), 0.0
    for step, batch in enumerate(parts, 1):
        value = loss(network, batch)
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        shown = 0.98 * shown + 0.02 * value.item() if shown else value.item()
        if step % 50 == 0 or step == len(parts):
            sys.stdout.write(f"step {step}/{len(parts)} loss {shown:.3f} {time.monotonic() - began:.0f} s\n")
            sys.stdout.flush()
        if step % 400 == 0 or step == len(parts):
            torch.save(network.state_dict(), save)


def _slope(step: int, steps: int) -> float:
    warm = max(1, math.ceil(_WARM_UP * steps))
    return min((step + 1) / warm, max(0.2, (steps - step) / max(1, steps - warm)))


def tokenizer_of(folder: Path) -> Tokenizer:
    """The model's tokenizer, cutting what is too long from the window's end."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_PIECES, strategy="only_second")
    return tokenizer


def policy_epoch(examples: Sequence[Example], rng: random.Random) -> Iterator[Example]:
    """One pass over the policy examples, with near misses made from those that answer."""
    pool = sorted({name for example in examples for name in names(example.question)})
    for example in examples:
        if not example.answerable and rng.random() < _LEFT_OUT:
            continue
        yield window(example, rng.choice((60, 100, 140, 140, 140)), rng)
        if not example.answerable:
            continue
        if rng.random() < 0.5:
            yield window(example, rng.choice((25, 50, 80)), rng)
        removed = without_answer(example) if rng.random() < 0.35 else None
        near = swapped(example, pool, rng) if rng.random() < 0.5 else None
        yield from (window(made, 140, rng) for made in (removed, near) if made is not None)


def policy_batches(
    policy: Sequence[Example], public: Sequence[Example], tokenizer: Tokenizer, steps: int, rng: random.Random
) -> list[Batch]:
    """*steps* batches of policy examples, one in seven of them public, so that what was learned there stays."""
    made: list[Batch] = []
    used = 0
    while len(made) < steps:
        rows = list(policy_epoch(policy, rng))
        extra = len(rows) // 6
        rows += public[used : used + extra]
        used += extra
        made += batches(rows, tokenizer, rng)
    return made[:steps]


def main() -> None:
    """Both stages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--public-steps", type=int, default=1200)
    parser.add_argument("--policy-steps", type=int, default=2600)
    options = parser.parse_args()
    torch.manual_seed(1)
    rng = random.Random(1)  # noqa: S311 - not for secrets
    tokenizer = tokenizer_of(packaged_model())
    network = ReaderNetwork(packaged_model())
    public = [e for e in public_examples(options.data, rng) if len(e.question) < _LONGEST_QUESTION]
    train(network, batches(public, tokenizer, rng)[: options.public_steps], 1e-4, options.out)
    embedder = MiniLMEmbedder()
    policy = [e for slug in training_slugs() for e in policy_examples(open_sample(slug, embedder), embedder)]
    torch.set_num_threads(2)
    train(network, policy_batches(policy, public, tokenizer, options.policy_steps, rng), 1e-4, options.out)


if __name__ == "__main__":
    main()
