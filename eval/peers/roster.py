"""Who is compared, and with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Server = Literal["llm", "embeddings"]


@dataclass(frozen=True, slots=True)
class PeerSpec:
    """A peer: ``adapter`` is ``MODULE:CLASS``; ``servers`` are what must be served to it on this machine."""

    key: str
    label: str
    adapter: str
    environment: str
    servers: tuple[Server, ...] = ()

    @property
    def few(self) -> bool:
        """Whether it is asked few questions only, because a language model on two cores is slow."""
        return "llm" in self.servers


ROSTER = (
    PeerSpec("footnoted", "Footnoted", "footnoted_bot:FootnotedBot", "footnoted"),
    PeerSpec("plain-passage", "plain script, top passage", "plain:TopPassage", "plain"),
    PeerSpec("plain-sentence", "plain script, top sentence", "plain:TopSentence", "plain"),
    PeerSpec("txtai", "txtai, hybrid search", "txtai_embeddings:TxtaiEmbeddings", "txtai"),
    PeerSpec("cairn", "cairn-assistant", "cairn_assistant:CairnAssistant", "cairn"),
    PeerSpec("haiku-search", "haiku.rag, search only", "haiku_rag:HaikuSearch", "haiku", ("embeddings",)),
    PeerSpec("haiku", "haiku.rag, its agent", "haiku_rag:HaikuRag", "haiku", ("llm", "embeddings")),
    PeerSpec(
        "llamaindex",
        "LlamaIndex CitationQueryEngine",
        "llamaindex_citations:LlamaIndexCitations",
        "llamaindex",
        ("llm",),
    ),
)
