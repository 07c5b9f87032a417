"""cairn-assistant: lexical and character n-gram retrieval, whole passages quoted, refusals first class."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cairn.config import Config
from cairn.engine import ask
from cairn.index import build_index

from eval.peers.ports import Quote, Source, answered, quote_unit, refused, standalone


class CairnAssistant:
    """Cairn over its own Markdown format, a paragraph each passage, with the settings and threshold that it ships."""

    def build(self, sources: Sequence[Source]) -> None:
        """Writes each source as Cairn wants it, and indexes the folder."""
        folder = Path(tempfile.mkdtemp())
        self._quotes: dict[str, Quote] = {}
        for number, source in enumerate(sources):
            # Cairn's ids start with a letter.
            name = f"d{number}"
            (folder / f"{name}.md").write_text(self._markdown(name, source), encoding="utf-8")
            for ordinal, unit in enumerate(source.units, start=1):
                self._quotes[f"{name}#{ordinal}"] = quote_unit(source, unit)
        self._config = Config(corpus_path=str(folder))
        self._index = build_index(str(folder))

    @staticmethod
    def _markdown(name: str, source: Source) -> str:
        head = f"---\nid: {name}\ntitle: {source.title}\nlang: {source.language}\n---\n"
        blocks = [
            "\n".join([*(f"## {heading}" for heading in unit.section[-1:]), unit.text.replace("\n\n", "\n")])
            for unit in source.units
        ]
        return head + "\n\n".join(blocks) + "\n"

    def ask(self, question: str, history: Sequence[str]) -> Mapping[str, Any]:
        """What Cairn quotes, or its refusal."""
        result = ask(standalone(question, history), self._index, self._config)
        if result.answer.kind == "refusal":
            return refused(result.answer.text)
        quotes = [self._quotes[source.source_id] for source in result.answer.sources]
        return answered([(quote.text, [quote]) for quote in quotes], quotes)
