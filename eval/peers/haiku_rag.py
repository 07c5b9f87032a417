"""haiku.rag: hybrid search in LanceDB, and an agent that searches with tools and declares its citations.

Its converters need docling, so the documents are handed over as docling-core objects, a chunk for each unit.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from docling_core.types.doc import DoclingDocument
from docling_core.types.doc.labels import DocItemLabel
from haiku.rag.client import HaikuRAG
from haiku.rag.config.models import AppConfig
from haiku.rag.store.models.chunk import Chunk

from eval.peers.ports import Quote, Source, answered, quote_unit, refused, standalone


def _config() -> AppConfig:
    embeddings = {
        "provider": "openai",
        "name": "all-MiniLM-L6-v2",
        "vector_dim": 384,
        "base_url": os.environ["PEERS_EMBEDDINGS_URL"],
        "api_key": "none",
    }
    model = {
        "provider": "openai",
        "name": "local",
        "base_url": os.environ.get("PEERS_LLM_URL", "http://127.0.0.1:9/v1"),
        "api_key": "none",
        "temperature": 0.0,
        "max_tokens": 160,
    }
    return AppConfig.model_validate({"embeddings": {"model": embeddings}, "qa": {"model": model}})


class HaikuSearch:
    """Hybrid search (vectors beside full text) over paragraphs; the best text is the answer."""

    def build(self, sources: Sequence[Source]) -> None:
        """Imports every source into a new database."""
        # One event loop for everything: LanceDB's connection belongs to it.
        self._loop = asyncio.new_event_loop()
        self._quotes: dict[str, Quote] = {}
        self._loop.run_until_complete(self._import(sources))

    async def _import(self, sources: Sequence[Source]) -> None:
        path = Path(tempfile.mkdtemp()) / "explainers.lancedb"
        self._client = await HaikuRAG(path, config=_config(), create=True).__aenter__()
        for source in sources:
            document = DoclingDocument(name=source.id)
            chunks = []
            for order, unit in enumerate(source.units):
                item = document.add_text(label=DocItemLabel.TEXT, text=unit.text)
                self._quotes.setdefault(unit.text, quote_unit(source, unit))
                metadata = {"doc_item_refs": [item.self_ref], "headings": list(unit.section), "labels": ["text"]}
                chunks.append(Chunk(content=unit.text, metadata=metadata, order=order))
            await self._client.import_document(document, chunks, uri=source.path, title=source.title)

    def ask(self, question: str, history: Sequence[str]) -> Mapping[str, Any]:
        """The best text; haiku.rag's own score is the confidence."""
        query = standalone(question, history)
        results = self._loop.run_until_complete(self._client.search(query, limit=5))
        found = [(self._quotes[r.content], r.score) for r in results if r.content in self._quotes]
        if not found:
            return refused("No results.")
        passages = [quote for quote, _ in found]
        return answered([(passages[0].text, passages[:1])], passages, float(found[0][1]))


class HaikuRag(HaikuSearch):
    """What ``haiku-rag ask`` does: the agent writes, and declares what it cites."""

    def ask(self, question: str, history: Sequence[str]) -> Mapping[str, Any]:
        """The agent's text with its citations. It has no refusal of its own; nothing cited is an answer uncited."""
        text, citations = self._loop.run_until_complete(self._client.ask(standalone(question, history)))
        cited = [quote for citation in citations for quote in self._within(citation.content)]
        return answered([(text.strip(), cited)], cited) if text.strip() else refused("No answer.")

    def _within(self, content: str) -> list[Quote]:
        """The units that the cited *content*, widened by haiku.rag to what stands around it, was made of."""
        return [quote for text, quote in self._quotes.items() if text in content]
