"""Packs what the reader learns from and is measured on into arrays, for `train`.

python -m scripts.reader.prepare --data ../shared/data --out packed/
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index.embedders import MiniLMEmbedder, packaged_model
from index.ports import Embedder
from scripts.reader.examples import Example, names, swapped, window, without_answer
from scripts.reader.packed import pack, tokenizer_of
from scripts.reader.policy_sets import (
    PolicyQuestion,
    held_slugs,
    open_sample,
    policy_examples,
    read_examples,
    training_slugs,
)
from scripts.reader.public_sets import public_examples, squad2_dev

_MAKINGS = 6
"""Passes over the policy samples that differ in windows and near misses."""
_LEFT_OUT = 0.35
"""The share of the windows without an answer that a pass leaves out, since there are seven for each with one."""
_LONGEST_QUESTION = 500
_NO_MARK = 0.2
"""The share of questions whose question mark is taken off, as people type."""


def policy_pass(examples: Sequence[tuple[int, Example]], rng: random.Random) -> Iterator[tuple[int, Example]]:
    """One pass over the policy examples, with near misses made from those that answer."""
    pool = sorted({name for _, example in examples for name in names(example.question)})
    for number, whole in examples:
        if not whole.answerable and rng.random() < _LEFT_OUT:
            continue
        example = replace(whole, question=whole.question.rstrip("?")) if rng.random() < _NO_MARK else whole
        yield number, window(example, rng.choice((60, 110, 200, 200, 200)), rng)
        if not example.answerable:
            continue
        if rng.random() < 0.4:
            yield number, window(example, rng.choice((25, 50, 80)), rng)
        removed = without_answer(example) if rng.random() < 0.35 else None
        near = swapped(example, pool, rng) if rng.random() < 0.5 else None
        yield from ((number, window(made, 200, rng)) for made in (removed, near) if made is not None)


def numbered(rows: Iterable[tuple[PolicyQuestion, Example]]) -> Iterator[tuple[int, Example]]:
    """The examples, those of one question under one number."""
    numbers: dict[tuple[str, str], int] = {}
    for asked, example in rows:
        yield numbers.setdefault((asked.slug, asked.question), len(numbers)), example


def policy_rows(slugs: Sequence[str], embedder: Embedder, *, as_read: bool) -> list[tuple[int, Example]]:
    """The numbered examples of the samples *slugs*; *as_read* as the bot meets them, otherwise as it is trained."""
    make = read_examples if as_read else policy_examples
    samples = (open_sample(slug, embedder) for slug in slugs)
    return list(numbered(pair for sample in samples for pair in make(sample, embedder)))


def main() -> None:
    """Writes public.npz, policy-0.npz …, held-policy.npz and held-squad2.npz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(1)  # noqa: S311 - not for secrets
    tokenizer = tokenizer_of(packaged_model())
    embedder = MiniLMEmbedder()

    def write(name: str, rows: Iterable[tuple[int, Example]]) -> None:
        packed = pack(rows, tokenizer)
        packed.save(options.out / f"{name}.npz")
        sys.stdout.write(f"{name}: {len(packed)} rows, {packed.answerable.mean():.2f} answered\n")
        sys.stdout.flush()

    public = [e for e in public_examples(options.data, rng) if len(e.question) < _LONGEST_QUESTION]
    write("public", enumerate(public))
    write("held-squad2", enumerate(squad2_dev(options.data, keep_held=True)))
    write("held-policy", policy_rows(held_slugs(), embedder, as_read=True))
    policy = policy_rows(training_slugs(), embedder, as_read=False)
    for number in range(_MAKINGS):
        write(f"policy-{number}", policy_pass(policy, rng))


if __name__ == "__main__":
    main()
