"""How examples become arrays and batches, and what the network is trained to say of them."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from bot.onnx_reader import FOLDER
from scripts.reader.examples import Example
from scripts.reader.model import Batch, Logits, Rows, as_mpnet, lesson, loss, sentence_logits
from scripts.reader.packed import NOWHERE, UNKNOWN, Packed, load, pack, tokenizer_of
from scripts.reader.prepare import policy_pass
from scripts.reader.train import auroc, batches

SENTENCES = ("Apple growers pay $40.", "Pear growers train for three weeks.")
ANSWERED = Example("How long do pear growers train?", "Training", SENTENCES, True, (False, True), (1, 23, 34))
UNLABELLED = Example("Who pays?", "", SENTENCES[:1], False)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return tokenizer_of(FOLDER)


@pytest.fixture(scope="module")
def packed(tokenizer: Tokenizer) -> Packed:
    return pack([(0, ANSWERED), (1, UNLABELLED)], tokenizer)


def batch_of(packed: Packed) -> Batch:
    return Rows(packed, CPU).batch(torch.arange(len(packed)))


def logits(batch: Batch, evidence: float, window: float, hidden: int = 4) -> Logits:
    """The same logits everywhere."""
    rows, length = batch.input_ids.shape
    pieces = torch.zeros(rows, length, 3)
    pieces[..., 2] = evidence
    return Logits(pieces, torch.full((rows,), float(window)), torch.ones(rows, length, hidden))


def test_packing_keeps_every_piece_its_sentence_and_the_words_that_answer(packed: Packed, tokenizer: Tokenizer) -> None:
    batch = batch_of(packed)
    row = batch.input_ids[0].tolist()
    start, end = batch.span[0].tolist()
    assert tokenizer.decode(row[start : end + 1]) == "three weeks"
    second = [piece for piece, sentence in zip(row, batch.owner[0].tolist(), strict=True) if sentence == 1]
    assert tokenizer.decode(second) == "pear growers train for three weeks."
    assert batch.token_type_ids[0, start] == 1
    assert tokenizer.decode([p for p, t in zip(row, batch.token_type_ids[0].tolist(), strict=True) if not t]) == (
        "how long do pear growers train?"
    )


def test_a_short_row_is_padded_and_what_a_set_does_not_tell_is_unknown(packed: Packed) -> None:
    batch = batch_of(packed)
    assert batch.attention_mask.sum(1).tolist() == np.diff(packed.piece_at).tolist()
    assert batch.labels.tolist() == [[0, 1], [UNKNOWN, UNKNOWN]]
    assert batch.span[1].tolist() == [NOWHERE, NOWHERE]
    assert (batch.owner[batch.attention_mask == 0] == -1).all()


def test_what_is_packed_is_read_again_as_it_was(packed: Packed, tmp_path: Path) -> None:
    packed.save(tmp_path / "set.npz")
    again = load(tmp_path / "set.npz")
    assert all(np.array_equal(getattr(again, name), getattr(packed, name)) for name in Packed.__slots__)


def test_a_text_that_is_too_long_loses_its_end(tokenizer: Tokenizer) -> None:
    long = Example("Who pays?", "", tuple(f"Grower {n} pays." for n in range(120)), True, (True, *[False] * 119))
    batch = batch_of(pack([(0, long)], tokenizer))
    _, there = sentence_logits(torch.zeros(*batch.input_ids.shape, 3), batch.owner, batch.labels.shape[1])
    assert batch.input_ids.shape[1] == 320
    assert bool(there[0, 0])
    assert not bool(there[0, -1])


def test_the_loss_falls_as_the_network_comes_nearer_the_labels(packed: Packed) -> None:
    batch = batch_of(pack([(0, ANSWERED)], tokenizer_of(FOLDER)))
    wrong, right = logits(batch, 0, -3), logits(batch, 0, 3)
    assert loss(right, batch) < loss(wrong, batch)
    right.pieces[..., 2] = torch.where(batch.owner == 1, 4.0, -4.0)
    right.pieces[0, batch.span[0, 0], 0] = right.pieces[0, batch.span[0, 1], 1] = 9
    assert loss(right, batch) < 0.1
    assert packed.labels[0] == 0


def test_rows_without_labels_cost_nothing(packed: Packed) -> None:
    batch = batch_of(packed)
    batch.labels.fill_(UNKNOWN)
    batch.answerable.fill_(UNKNOWN)
    batch.span.fill_(NOWHERE)
    assert loss(logits(batch, 3, 3), batch) == 0


def test_a_lesson_is_cheapest_for_one_who_says_the_same(packed: Packed) -> None:
    batch = batch_of(packed)
    alike = torch.nn.Linear(4, 4, bias=False)
    torch.nn.init.eye_(alike.weight)
    taught = logits(batch, 2, -1)
    same, other = logits(batch, 2, -1), logits(batch, -2, 1)
    assert lesson(same, taught, batch, alike) < lesson(other, taught, batch, alike)


def test_mpnet_reads_the_same_pieces_under_its_own_numbers() -> None:
    ids, mask = torch.tensor([[101, 2040, 102, 0]]), torch.tensor([[1, 1, 1, 0]])
    assert as_mpnet(ids, mask).tolist() == [[0, 2044, 2, 1]]


def test_batches_hold_every_row_once() -> None:
    made = batches(np.arange(50), np.arange(50) % 7, 8, random.Random(1))  # noqa: S311 - not for secrets
    assert sorted(row for part in made for row in part) == list(range(50))


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    assert auroc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])) == 0.75


def test_a_pass_keeps_each_question_under_its_number() -> None:
    rng = random.Random(2)  # noqa: S311 - not for secrets
    made = list(policy_pass([(7, ANSWERED), (8, UNLABELLED)] * 30, rng))
    assert {number for number, example in made if "pear" in example.question.lower()} == {7}
    assert any(not example.answerable for number, example in made if number == 7)
