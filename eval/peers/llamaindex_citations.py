"""LlamaIndex's CitationQueryEngine: a language model writes, and marks which numbered source it used."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.llms.openai_like import OpenAILike

from eval.peers.ports import Quote, Source, answered, model_folder, refused, sectioned, standalone

_MARK = re.compile(r"\s*\[(?:Source )?([0-9]{1,2})\]")
_DECLINES = re.compile(
    r"none of the (?:provided )?sources|no(?:t| information)[^.]{0,40}(?:provided|mentioned|available|found)"
    r"|(?:can(?:no|')t|unable to) (?:answer|provide|find)|empty response",
    re.IGNORECASE,
)


class LlamaIndexCitations:
    """A vector index of the sections; the engine and its prompt as they come, three sources of 256 tokens each."""

    def build(self, sources: Sequence[Source]) -> None:
        """One document for each section, so that no source runs over a heading."""
        self._quotes: dict[str, Quote] = {}
        documents = []
        for source in sources:
            for section, units in sectioned(source).items():
                text = "\n".join(unit.text for unit in units)
                name = f"{source.id}:{units[0].start}"
                self._quotes[name] = Quote(source, units[0].start, units[-1].end, section, text)
                documents.append(Document(text=text, doc_id=name, metadata={"place": name}))
        index = VectorStoreIndex.from_documents(documents, embed_model=HuggingFaceEmbedding(model_name=model_folder()))
        llm = OpenAILike(
            model="local",
            api_base=os.environ["PEERS_LLM_URL"],
            api_key="none",
            is_chat_model=True,
            context_window=8192,
            max_tokens=160,
            temperature=0.0,
            timeout=180.0,
        )
        self._engine = CitationQueryEngine.from_args(index, llm=llm, similarity_top_k=3, citation_chunk_size=256)

    def ask(self, question: str, history: Sequence[str]) -> Mapping[str, Any]:
        """The text without its marks, and the sources that it marks.

        The engine has no refusal: words that decline, with no source marked, are taken for one.
        """
        response = self._engine.query(standalone(question, history))
        text, nodes = str(response).strip(), response.source_nodes
        passages = [self._quote(node.node) for node in nodes]
        marked = [int(number) for number in _MARK.findall(text)]
        cited = [passages[number - 1] for number in marked if 0 < number <= len(passages)]
        if not text or (not cited and _DECLINES.search(text)):
            return refused(text or "Empty response.", passages)
        return answered([(_MARK.sub("", text), cited)], passages)

    def _quote(self, node: Any) -> Quote:
        whole = self._quotes[node.metadata["place"]]
        text = node.get_content().partition("\n")[2].strip()  # after "Source 1:"
        start = whole.text.find(text[:40])
        if start < 0:
            return whole
        # Units of a section stand in the document a line break or two apart, so the place is found by its words.
        return Quote(whole.source, *_place(whole, text), whole.section, text)


def _place(whole: Quote, text: str) -> tuple[int, int]:
    """Where *text* begins in the document: in the unit that holds its first line."""
    first = text.split("\n", 1)[0]
    for unit in whole.source.units:
        if unit.section == whole.section and first[:40] in unit.text:
            start = unit.start + unit.text.index(first[:40])
            return start, min(start + len(text), whole.end)
    return whole.start, whole.end
