"""The network: an encoder with small heads, the batches it takes, and what it is trained to say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

from scripts.reader.packed import NOWHERE, Packed

_CLS, _SEP = 101, 102
_SPAN_WEIGHT = 0.5
_SENTENCE_WEIGHT = 2.0
_NEVER = -1e4


@dataclass(frozen=True, slots=True)
class Batch:
    """``owner`` (rows, length): each piece's sentence, or -1. ``labels`` (rows, sentences): 1, 0, or -1 (unknown)."""

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    owner: Tensor
    labels: Tensor
    answerable: Tensor
    span: Tensor


@dataclass(frozen=True, slots=True)
class Logits:
    """``pieces`` (rows, length, 3): the answer starts, it ends, this is evidence; ``window`` (rows,): it answers."""

    pieces: Tensor
    window: Tensor


class ReaderNetwork(nn.Module):
    """MiniLM, or another encoder over the same word pieces, with a logit for the window and three for each piece."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(folder), add_pooling_layer=False, local_files_only=True)
        hidden: int = self.encoder.config.hidden_size
        self.is_mpnet = self.encoder.config.model_type == "mpnet"
        self.pieces = nn.Linear(hidden, 3)
        self.window = nn.Linear(hidden, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, length) in; (batch, length, 3) and (batch,) out, both logits."""
        if self.is_mpnet:
            states = self.encoder(input_ids=as_mpnet(input_ids, attention_mask), attention_mask=attention_mask)
        else:
            states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        hidden = self.dropout(states.last_hidden_state)
        return self.pieces(hidden), self.window(hidden[:, 0]).squeeze(-1)

    def logits(self, batch: Batch) -> Logits:
        """What the network says of *batch*, in fp32."""
        pieces, window = self(batch.input_ids, batch.attention_mask, batch.token_type_ids)
        return Logits(pieces.float(), window.float())


def as_mpnet(ids: Tensor, mask: Tensor) -> Tensor:
    """MPNet's vocabulary is MiniLM's moved by four, with special pieces of its own: <s> 0, <pad> 1, </s> 2."""
    moved = torch.where(ids == _CLS, 0, torch.where(ids == _SEP, 2, ids + 4))
    return torch.where(mask == 1, moved, 1)


class Rows:
    """A packed set on one device."""

    def __init__(self, packed: Packed, device: torch.device) -> None:
        def there(array: object) -> Tensor:
            return torch.as_tensor(array).to(device).long()

        self.packed, self.device = packed, device
        self._ids, self._owner, self._labels = there(packed.ids), there(packed.owner), there(packed.labels)
        self._piece_at, self._label_at = there(packed.piece_at), there(packed.label_at)
        self._second, self._span = there(packed.second), there(packed.span)
        self._answerable = there(packed.answerable).float()

    def batch(self, rows: Tensor) -> Batch:
        """The rows of those numbers, padded."""
        at, inside = _inside(self._piece_at, rows)
        label_at, known = _inside(self._label_at, rows)
        place = torch.arange(at.shape[1], device=at.device)
        return Batch(
            self._ids[at] * inside,
            inside.long(),
            ((place >= self._second[rows, None]) & inside).long(),
            torch.where(inside, self._owner[at], -1),
            torch.where(known, self._labels[label_at], -1),
            self._answerable[rows],
            self._span[rows],
        )


def _inside(starts: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
    """(rows, longest): where each row's items stand, and which of them there are."""
    first, count = starts[rows], starts[rows + 1] - starts[rows]
    place = torch.arange(int(count.max()), device=starts.device)
    inside = place < count[:, None]
    return torch.where(inside, first[:, None] + place, 0), inside


def sentence_logits(pieces: Tensor, owner: Tensor, sentences: int) -> tuple[Tensor, Tensor]:
    """(batch, sentences): the mean evidence logit over each sentence's pieces, and whether any piece is left of it."""
    own = owner.clamp(min=0)
    member = (owner >= 0).float()
    zeros = torch.zeros(owner.shape[0], sentences, device=pieces.device)
    sums = zeros.scatter_add(1, own, pieces[..., 2] * member)
    counts = zeros.scatter_add(1, own, member)
    return sums / counts.clamp(min=1), counts > 0


def loss(said: Logits, batch: Batch, teacher: Logits | None = None, trust: float = 0.0) -> Tensor:
    """The sum of three: does the window answer, does each sentence, and where do the words stand.

    *teacher*'s probabilities replace the labels by the share *trust*, and wholly where a sentence's isn't known.
    Distillation: Hinton, Vinyals & Dean, 2015, at temperature 1.
    """
    bce = nn.functional.binary_cross_entropy_with_logits
    sentences, there = sentence_logits(said.pieces, batch.owner, batch.labels.shape[1])
    known = (batch.labels >= 0).float() * there
    wanted, window = batch.labels.float().clamp(min=0), batch.answerable
    if teacher is not None:
        taught = sentence_logits(teacher.pieces, batch.owner, batch.labels.shape[1])[0].sigmoid()
        wanted = torch.where(batch.labels >= 0, (1 - trust) * wanted + trust * taught, taught)
        window = (1 - trust) * window + trust * teacher.window.sigmoid()
        known = there.float()
    evidence = bce(sentences, wanted, reduction="none")
    total = bce(said.window, window) + _SENTENCE_WEIGHT * (evidence * known).sum() / known.sum().clamp(min=1)
    return total + _SPAN_WEIGHT * _span_loss(said, batch, teacher, trust)


def _span_loss(said: Logits, batch: Batch, teacher: Logits | None, trust: float) -> Tensor:
    has = (batch.span[:, 0] != NOWHERE).nonzero().squeeze(-1)
    if not len(has):
        return said.pieces.new_zeros(())
    outside = (batch.token_type_ids == 0)[has]
    total = said.pieces.new_zeros(())
    for end in (0, 1):
        found = said.pieces[has, :, end].masked_fill(outside, _NEVER)
        hard = nn.functional.cross_entropy(found, batch.span[has, end])
        if teacher is None:
            total = total + hard / 2
            continue
        soft = nn.functional.cross_entropy(found, teacher.pieces[has, :, end].masked_fill(outside, _NEVER).softmax(-1))
        total = total + ((1 - trust) * hard + trust * soft) / 2
    return total
