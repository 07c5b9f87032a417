"""The network: the packaged MiniLM with three small heads, and how examples become its tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

from scripts.reader.examples import Example

MAX_PIECES = 256
"""Word pieces of a question with its window; more is cut from the window's end."""

_HIDDEN = 384
_SPAN_WEIGHT = 0.5
_PAD = 0


class ReaderNetwork(nn.Module):
    """Logits for each word piece (answer starts, answer ends, is evidence) and for the window (answers)."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(folder), add_pooling_layer=False, local_files_only=True)
        self.pieces = nn.Linear(_HIDDEN, 3)
        self.window = nn.Linear(_HIDDEN, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, length) in; (batch, length, 3) and (batch,) out, both logits."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        hidden = self.dropout(hidden)
        return self.pieces(hidden), self.window(hidden[:, 0]).squeeze(-1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one batch. ``belongs[b, s, l]`` is 1/n where piece *l* is one of the n of sentence *s*."""

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    belongs: Tensor
    labels: Tensor
    known: Tensor
    answerable: Tensor
    starts: Tensor
    ends: Tensor


def text_of(example: Example) -> tuple[str, list[tuple[int, int]]]:
    """The window's text, heading first, and where each sentence stands in it."""
    text = f"{example.heading}\n" if example.heading else ""
    spans = []
    for sentence in example.sentences:
        spans.append((len(text), len(text) + len(sentence)))
        text += f"{sentence} "
    return text, spans


def encode(tokenizer: Tokenizer, example: Example) -> tuple[Encoding, list[list[int]], tuple[int, int]]:
    """The pair's word pieces, those of each sentence, and the span's first and last (-100 where there's none)."""
    text, spans = text_of(example)
    encoding = tokenizer.encode(example.question, text)
    pieces: list[list[int]] = [[] for _ in spans]
    for at, (sequence, (start, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True)):
        if sequence == 1:
            for index, span in enumerate(spans):
                if span[0] <= start and end <= span[1]:
                    pieces[index].append(at)
    return encoding, pieces, _span_pieces(example, encoding, pieces, spans)


def _span_pieces(
    example: Example, encoding: Encoding, pieces: list[list[int]], spans: list[tuple[int, int]]
) -> tuple[int, int]:
    if example.span is None:
        return -100, -100
    index, start, end = example.span
    base = spans[index][0]
    inside = [
        at for at in pieces[index] if encoding.offsets[at][0] < base + end and encoding.offsets[at][1] > base + start
    ]
    return (inside[0], inside[-1]) if inside else (-100, -100)


def collate(encoded: Sequence[tuple[Example, Encoding, list[list[int]], tuple[int, int]]]) -> Batch:
    """One padded batch."""
    length = max(len(e.ids) for _, e, _, _ in encoded)
    most = max(len(p) for _, _, p, _ in encoded)
    size = len(encoded)
    ids = torch.full((size, length), _PAD)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    belongs = torch.zeros(size, most, length)
    labels, known = torch.zeros(size, most), torch.zeros(size, most)
    starts, ends = torch.full((size,), -100), torch.full((size,), -100)
    for row, (example, encoding, pieces, span) in enumerate(encoded):
        count = len(encoding.ids)
        ids[row, :count] = torch.tensor(encoding.ids)
        mask[row, :count] = 1
        types[row, :count] = torch.tensor(encoding.type_ids)
        starts[row], ends[row] = span
        for index, own in enumerate(pieces):
            if own:
                belongs[row, index, own] = 1 / len(own)
                if example.labels is not None:
                    known[row, index] = 1
                    labels[row, index] = float(example.labels[index])
    answerable = torch.tensor([float(example.answerable) for example, *_ in encoded])
    return Batch(ids, mask, types, belongs, labels, known, answerable, starts, ends)


def sentence_logits(pieces: Tensor, belongs: Tensor) -> Tensor:
    """(batch, sentences): the mean of the evidence logit over each sentence's word pieces."""
    return torch.einsum("bsl,bl->bs", belongs, pieces[..., 2])


def loss(network: ReaderNetwork, batch: Batch) -> Tensor:
    """The sum of three: does the window answer, does each sentence, and where do the words stand."""
    pieces, window = network(batch.input_ids, batch.attention_mask, batch.token_type_ids)
    bce = nn.functional.binary_cross_entropy_with_logits
    evidence = bce(sentence_logits(pieces, batch.belongs), batch.labels, reduction="none")
    total = bce(window, batch.answerable) + (evidence * batch.known).sum() / batch.known.sum().clamp(min=1) * 2
    if bool((batch.starts >= 0).any()):
        outside = (batch.token_type_ids == 0) | (batch.attention_mask == 0)
        starts = pieces[..., 0].masked_fill(outside, -1e4)
        ends = pieces[..., 1].masked_fill(outside, -1e4)
        cross = nn.functional.cross_entropy
        total = total + _SPAN_WEIGHT * (cross(starts, batch.starts) + cross(ends, batch.ends)) / 2
    return total
