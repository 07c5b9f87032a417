"""txtai: an embeddings database with hybrid search (BM25 beside vectors), the best text as the answer.

Its RAG pipeline needs a language model or an extractive question-answering model. Search is what it does without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from txtai import Embeddings

from eval.peers.ports import Source, answered, model_folder, quote_unit, refused, standalone


class TxtaiEmbeddings:
    """Hybrid search over paragraphs, with content kept in txtai's database."""

    def build(self, sources: Sequence[Source]) -> None:
        """Indexes every unit under its row number."""
        self._texts = [quote_unit(source, unit) for source in sources for unit in source.units]
        self._embeddings = Embeddings(path=model_folder(), hybrid=True, content=True, gpu=False)
        self._embeddings.index((row, quote.text, None) for row, quote in enumerate(self._texts))

    def ask(self, question: str, history: Sequence[str]) -> Mapping[str, Any]:
        """The best text; txtai's own score, from 0 to 1, is the confidence."""
        results = self._embeddings.search(standalone(question, history), 5)
        found = [self._texts[int(result["id"])] for result in results]
        if not found:
            return refused("No results.")
        return answered([(found[0].text, found[:1])], found, float(results[0]["score"]))
