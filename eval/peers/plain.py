"""The forty lines that many start with: sentence-transformers, FAISS, the nearest text, a threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

from eval.peers.ports import Quote, Source, answered, model_folder, quote_unit, standalone


class TopPassage:
    """Answers with the nearest paragraph, list or table, whole."""

    def build(self, sources: Sequence[Source]) -> None:
        """One vector for each text."""
        self._model = SentenceTransformer(model_folder(), device="cpu", local_files_only=True)
        self._texts = [quote for source in sources for quote in self.texts(source)]
        self._index = faiss.IndexFlatIP(384)
        self._index.add(self._vectors([quote.text for quote in self._texts]))

    def texts(self, source: Source) -> Iterator[Quote]:
        """What is searched, and quoted."""
        yield from (quote_unit(source, unit) for unit in source.units)

    def ask(self, question: str, history: Sequence[str]) -> Mapping[str, Any]:
        """The nearest text; its cosine is the confidence."""
        scores, rows = self._index.search(self._vectors([standalone(question, history)]), 5)
        found = [self._texts[row] for row in rows[0]]
        return answered([(found[0].text, found[:1])], found, float(scores[0][0]))

    def _vectors(self, texts: list[str]) -> np.ndarray[Any, Any]:
        return np.asarray(self._model.encode(texts, normalize_embeddings=True), dtype=np.float32)


class TopSentence(TopPassage):
    """Answers with the nearest sentence."""

    def texts(self, source: Source) -> Iterator[Quote]:
        """Every sentence, list item and table row."""
        for unit in source.units:
            for start, end in unit.sentences:
                text = unit.text[start - unit.start : end - unit.start]
                yield Quote(source, start, end, unit.section, text)
