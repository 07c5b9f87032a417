"""Trains the reader from the packaged weights: first on public sets, then on the policy samples.

python -m scripts.reader.train --data ../shared/data --out reader.pt
"""

from __future__ import annotations

import argparse
import math
import pickle
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from scripts.reader.examples import Example
from scripts.reader.model import MAX_PIECES, Batch, ReaderNetwork, collate, encode, loss

_BATCH = 16
_WARM_UP = 0.06
_BUCKET = 40


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
            print(f"step {step}/{len(parts)} loss {shown:.3f} {time.monotonic() - began:.0f} s", flush=True)
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
