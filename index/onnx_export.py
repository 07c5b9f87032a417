"""An encoder of sentence-transformers as one ONNX graph, from word pieces to unit vectors. Needs torch and onnx."""

from __future__ import annotations

import warnings
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from index.onnx_embedder import WEIGHTS

_OPSET = 17
_DATA = "model.weights"
_KEPT_INLINE = 1024


class _Pooled(nn.Module):
    """Mean pooling over the pieces that aren't padding, then length 1, as sentence-transformers does for MiniLM."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(batch, length) in, (batch, dimension) out."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        return nn.functional.normalize((states * weights).sum(1) / weights.sum(1).clamp(min=1e-9), dim=-1)


def export(transformer: nn.Module, folder: Path) -> None:
    """Writes the graph of a sentence-transformers ``Transformer`` module into *folder*, fp32, any batch and length."""
    encoder = transformer.get_submodule("auto_model")
    sample = torch.ones((2, 16), dtype=torch.int64)
    names = ["input_ids", "attention_mask"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of shapes that it takes for constants; the probes check them
        torch.onnx.export(
            _Pooled(encoder).eval(),
            (sample, sample),
            str(folder / WEIGHTS),
            input_names=names,
            output_names=["vectors"],
            dynamic_axes={name: {0: "batch", 1: "length"} for name in names} | {"vectors": {0: "batch"}},
            opset_version=_OPSET,
            dynamo=False,
        )
    _set_apart(folder / WEIGHTS)


def _set_apart(graph: Path) -> None:
    """Puts the weights of *graph* into a file beside it, which is mapped and not copied: 74 MB less of a process."""
    whole = onnx.load(graph)
    graph.unlink()
    onnx.save_model(whole, graph, save_as_external_data=True, location=_DATA, size_threshold=_KEPT_INLINE)
    # onnx lets only its owner read that file; who may read the graph may read its weights.
    graph.with_name(_DATA).chmod(graph.stat().st_mode)
