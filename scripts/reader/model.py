"""The network: an encoder with small heads, the batches it takes, and what it is trained to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

from scripts.reader.packed import NOWHERE, UNKNOWN, Packed

_CLS, _SEP = 101, 102
_MOVED = 4
_SPAN_WEIGHT = 0.5
_SENTENCE_WEIGHT = 2.0
_STATES_WEIGHT = 2.0
_NEVER = -1e4
_NEAREST = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """``owner`` (rows, length): each piece's sentence, or -1. ``labels`` (rows, sentences): 1, 0, or -1 (unknown).

    ``answerable`` (rows,) likewise. ``span`` (rows, 2) is -100 where there is none.
    """

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    owner: Tensor
    labels: Tensor
    answerable: Tensor
    span: Tensor


@dataclass(frozen=True, slots=True)
class Logits:
    """``pieces`` (rows, length, 3): the answer starts, it ends, this is evidence; ``window`` (rows,): it answers.

    ``states`` (rows, length, hidden) is what both are read off.
    """

    pieces: Tensor
    window: Tensor
    states: Tensor


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
        return self._heads(self._states(input_ids, attention_mask, token_type_ids))

    def _states(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        if self.is_mpnet:
            said = self.encoder(input_ids=as_mpnet(input_ids, attention_mask), attention_mask=attention_mask)
        else:
            said = self.encoder(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        states: Tensor = said.last_hidden_state
        return states

    def _heads(self, states: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.dropout(states)
        return self.pieces(hidden), self.window(hidden[:, 0]).squeeze(-1)

    def logits(self, batch: Batch) -> Logits:
        """What the network says of *batch*, in fp32."""
        states = self._states(batch.input_ids, batch.attention_mask, batch.token_type_ids)
        pieces, window = self._heads(states)
        return Logits(pieces.float(), window.float(), states.float())


def as_mpnet(ids: Tensor, mask: Tensor) -> Tensor:
    """MPNet's vocabulary is MiniLM's moved by four, with special pieces of its own: <s> 0, <pad> 1, </s> 2."""
    moved = torch.where(ids == _CLS, 0, torch.where(ids == _SEP, 2, ids + _MOVED))
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


def loss(said: Logits, batch: Batch) -> Tensor:
    """The sum of three: does the window answer, does each sentence, and where do the words stand."""
    sentences, there = sentence_logits(said.pieces, batch.owner, batch.labels.shape[1])
    known = (batch.labels >= 0) & there
    total = _mean(_bce(said.window, batch.answerable), batch.answerable >= 0)
    total = total + _SENTENCE_WEIGHT * _mean(_bce(sentences, batch.labels.float()), known)
    has = batch.span[:, 0] != NOWHERE
    for end in (0, 1):
        found = _inside_window(said.pieces[..., end], batch)
        total = total + _SPAN_WEIGHT / 2 * _mean(_cross_entropy(found, batch.span[:, end].clamp(min=0)), has)
    return total


def lesson(said: Logits, taught: Logits, batch: Batch, projection: nn.Linear) -> Tensor:
    """The same three, with a teacher's probabilities for labels, and its last states, which *projection* aims at.

    Distillation: Hinton, Vinyals & Dean, 2015 (here at temperature 1); of hidden states: TinyBERT, Jiao et al., 2020.
    """
    sentences, there = sentence_logits(said.pieces, batch.owner, batch.labels.shape[1])
    wanted, _ = sentence_logits(taught.pieces, batch.owner, batch.labels.shape[1])
    total = _bce(said.window, taught.window.sigmoid()).mean()
    total = total + _SENTENCE_WEIGHT * _mean(_bce(sentences, wanted.sigmoid()), there)
    for end in (0, 1):
        found = _inside_window(said.pieces[..., end], batch)
        soft = _inside_window(taught.pieces[..., end], batch).softmax(-1)
        total = total + _SPAN_WEIGHT / 2 * _cross_entropy(found, soft).mean()
    alike = nn.functional.cosine_similarity(projection(said.states), taught.states, dim=-1)
    return total + _STATES_WEIGHT * _mean(1 - alike, batch.attention_mask == 1)


_bce = partial(nn.functional.binary_cross_entropy_with_logits, reduction="none")
_cross_entropy = partial(nn.functional.cross_entropy, reduction="none")


def _mean(values: Tensor, which: Tensor) -> Tensor:
    return (values * which).sum() / which.sum().clamp(min=1)


def _inside_window(logits: Tensor, batch: Batch) -> Tensor:
    return logits.masked_fill(batch.token_type_ids == 0, _NEVER)


class Neighbours:
    """Words of like meaning, for rows that only a teacher labels (data augmentation as in TinyBERT).

    Of each whole-word piece in letters, the ten nearest by the cosine of *network*'s word embeddings.
    """

    def __init__(self, network: ReaderNetwork, vocabulary: Mapping[str, int], device: torch.device) -> None:
        words = torch.tensor([at for word, at in vocabulary.items() if word.isalpha() and len(word) > 2], device=device)
        weights = network.encoder.embeddings.word_embeddings.weight.detach()[words + _MOVED * network.is_mpnet]
        unit = nn.functional.normalize(weights, dim=-1)
        nearest = torch.cat([(part @ unit.T).topk(_NEAREST + 1).indices[:, 1:] for part in unit.split(2048)])
        self._near = torch.arange(len(vocabulary), device=device)[:, None].repeat(1, _NEAREST)
        self._near[words] = words[nearest]

    def with_variations(self, batch: Batch, share: float) -> Batch:
        """*batch*, and after it the same rows with *share* of their words replaced and no labels."""
        ids = batch.input_ids
        other = self._near[ids, torch.randint(_NEAREST, ids.shape, device=ids.device)]
        chosen = torch.rand(ids.shape, device=ids.device) < share
        varied = replace(
            batch,
            input_ids=torch.where(chosen, other, ids),
            labels=torch.full_like(batch.labels, UNKNOWN),
            answerable=torch.full_like(batch.answerable, UNKNOWN),
            span=torch.full_like(batch.span, NOWHERE),
        )
        return Batch(*(torch.cat((getattr(batch, f.name), getattr(varied, f.name))) for f in fields(Batch)))
