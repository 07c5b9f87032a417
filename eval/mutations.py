"""Ways to break a bot on purpose: each takes a reply, as JSON, and spoils it as one bug would.

A mutation gets a copy of the reply and may change it; what it can't spoil it gives back as it was. None knows any
document: they act on what the reply and the library hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from corpus.documents import Document, Span
from eval.cases import EvalCase
from eval.grounding_metrics import number_tokens
from eval.library import Library, section_paths
from eval.run import Ask

Reply = dict[str, Any]

_FIRST_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|$)|$)", re.DOTALL)
_NEGATION = re.compile(r"\b(?:not|never|no|nunca)\b\s?|(?<=can)not\b|n['’]t\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b(?:[0-9]+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.IGNORECASE)
_BULLET = re.compile(r"(?:^|\n)\s*[•*-]\s$")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a mutation works with: the case, the documents, the bot itself, and its own luck (seeded)."""

    case: EvalCase
    library: Library
    ask: Ask
    luck: Random


@dataclass(frozen=True, slots=True)
class Mutation:
    """A bug. ``expected`` are the checks that should catch it: names of floors, or "baseline"."""

    name: str
    does: str
    expected: tuple[str, ...]
    spoil: Callable[[Reply, Scene], Reply]


def _sentences(reply: Reply) -> list[dict[str, Any]]:
    """The sentences, each with whether it is an ``item`` of a list, which only the answer's text says."""
    at, text = 0, str(reply["answer"])
    for sentence in reply["sentences"]:
        found = text.find(sentence["text"], at)
        lead = text[:found].removesuffix(f"[{sentence.get('about')}] ") if found >= 0 else ""
        sentence["item"] = _BULLET.search(lead) is not None
        at = max(found, at)
    return list(reply["sentences"])


def _told(reply: Reply, sentences: Sequence[dict[str, Any]]) -> Reply:
    """*reply* saying *sentences*: numbered by first use, its text written anew, unused footnotes gone."""
    order = dict.fromkeys(number for sentence in sentences for number in sentence["footnotes"])
    renamed = {old: new for new, old in enumerate(order, start=1)}
    kept = [{**note, "number": renamed[note["number"]]} for note in reply["footnotes"] if note["number"] in renamed]
    said = [{**entry, "footnotes": [renamed[number] for number in entry["footnotes"]]} for entry in sentences]
    text = "".join(_written(sentence) for sentence in said).strip()
    for sentence in said:
        sentence.pop("item", None)
    notes = sorted(kept, key=lambda note: int(note["number"]))
    return {**reply, "sentences": said, "footnotes": notes, "answer": text}


def _written(sentence: dict[str, Any]) -> str:
    about = f"[{sentence['about']}] " if sentence.get("about") else ""
    text = str(sentence["text"])
    marks = "".join(f" [{number}]" for number in sentence["footnotes"])
    return ("\n• " if sentence.get("item") else "\n") + about + text + marks


def _any_note(reply: Reply, scene: Scene) -> dict[str, Any] | None:
    return scene.luck.choice(reply["footnotes"]) if reply["footnotes"] else None


def _notes_of(reply: Reply, sentence: dict[str, Any]) -> list[dict[str, Any]]:
    return [note for note in reply["footnotes"] if note["number"] in sentence["footnotes"]]


def _document_of(note: dict[str, Any], library: Library) -> Document | None:
    return library.find(note["document"]["id"], note["document"]["version"])


def _point(note: dict[str, Any], document: Document, span: Span) -> None:
    """Makes *note* a sound footnote on *span* of *document*."""
    path = next(iter(section_paths(document, span)), (document.title,))
    note.update(quote=span.of(document.text), start=span.start, end=span.end, section=list(path))
    note["document"] = {**note.get("document", {}), "id": document.id, "version": document.version}
    note["permalink"] = f"/read/{document.id}/{document.version}?quote={span.start}-{span.end}#quote"


def _first_sentences(reply: Reply, library: Library) -> Iterator[tuple[Document, Span]]:
    """Of each passage, where its first sentence stands."""
    for passage in reply.get("passages") or ():
        place = library.passage_place(passage["id"])
        found = _FIRST_SENTENCE.search(place[1].of(place[0].text)) if place else None
        if place and found:
            yield place[0], Span(place[1].start + found.start(), place[1].start + found.end())


def _drop_footnote(reply: Reply, scene: Scene) -> Reply:
    if note := _any_note(reply, scene):
        reply["footnotes"].remove(note)
    return reply


def _drop_sentence_footnotes(reply: Reply, scene: Scene) -> Reply:
    sentences = _sentences(reply)
    if not sentences:
        return reply
    scene.luck.choice(sentences)["footnotes"] = []
    return _told(reply, sentences)


def _shift_offset(reply: Reply, scene: Scene) -> Reply:
    if note := _any_note(reply, scene):
        note["start"] += 1
    return reply


def _shift_quote(reply: Reply, scene: Scene) -> Reply:
    note = _any_note(reply, scene)
    document = _document_of(note, scene.library) if note else None
    if note and document and note["end"] < len(document.text):
        _point(note, document, Span(note["start"] + 1, note["end"] + 1))
    return reply


def _other_number(number: str, taken: frozenset[str]) -> str:
    """A number that isn't *number* and isn't among *taken*."""
    if number.isdigit():
        return str(next(n for n in range(int(number) + 1, int(number) + 1000) if str(n) not in taken))
    return next(word for word in ("ninety", "eighty", "seventy", "sixty") if not number_tokens(word) & taken)


def _swap_number(reply: Reply, scene: Scene, *, in_quotes: bool) -> Reply:
    sentences = _sentences(reply)
    found = [(sentence, number) for sentence in sentences for number in _NUMBER.finditer(sentence["text"])]
    if not found:
        return reply
    sentence, number = scene.luck.choice(found)
    notes = _notes_of(reply, sentence)
    taken = number_tokens(" ".join(note["quote"] for note in notes)) | number_tokens(sentence["text"])
    other = _other_number(number[0], taken)
    for holder, key in [(sentence, "text"), *((note, "quote") for note in notes if in_quotes)]:
        holder[key] = re.sub(rf"\b{number[0]}\b", other, holder[key])
    return _told(reply, sentences)


def _swap_number_in_sentence(reply: Reply, scene: Scene) -> Reply:
    return _swap_number(reply, scene, in_quotes=False)


def _swap_number_everywhere(reply: Reply, scene: Scene) -> Reply:
    return _swap_number(reply, scene, in_quotes=True)


def _cite_another_passage(reply: Reply, scene: Scene) -> Reply:
    note = _any_note(reply, scene)
    document = _document_of(note, scene.library) if note else None
    if note is None or document is None:
        return reply
    here = set(section_paths(document, Span(note["start"], note["end"])))
    elsewhere = [
        (doc, span)
        for doc, span in _first_sentences(reply, scene.library)
        if doc.id != document.id or not here & set(section_paths(doc, span))
    ]
    if elsewhere:
        _point(note, *scene.luck.choice(elsewhere))
    return reply


def _name_another_section(reply: Reply, scene: Scene) -> Reply:
    note = _any_note(reply, scene)
    document = _document_of(note, scene.library) if note else None
    if note and document:
        paths = {section.path or (document.title,) for section in document.sections}
        others = sorted(paths - set(section_paths(document, Span(note["start"], note["end"]))))
        note["section"] = list(scene.luck.choice(others)) if others else note["section"]
    return reply


def _swap_footnotes(reply: Reply, _scene: Scene) -> Reply:
    notes = reply["footnotes"]
    if len(notes) > 1:
        first, last = notes[0], notes[-1]
        notes[0], notes[-1] = {**last, "number": first["number"]}, {**first, "number": last["number"]}
    return reply


def _answer_everything(reply: Reply, scene: Scene) -> Reply:
    place = next(_first_sentences(reply, scene.library), None)
    if reply["status"] != "refused" or place is None:
        return reply
    note: dict[str, Any] = {"number": 1, "notes": []}
    _point(note, *place)
    note["document"].update(title=place[0].title, as_of=None)
    sentence = {"text": note["quote"], "footnotes": [1], "about": None}
    return _told({**reply, "status": "answered", "refusal": None, "footnotes": [note]}, [sentence])


def _refuse_everything(reply: Reply, _scene: Scene) -> Reply:
    if reply["status"] == "refused":
        return reply
    refusal = {"reason": "not_in_text", "message": "The text does not say.", "nearest": []}
    return {**reply, "status": "refused", "answer": "", "sentences": [], "footnotes": [], "refusal": refusal}


def _shuffle_passages(reply: Reply, scene: Scene) -> Reply:
    passages = list(reply.get("passages") or ())
    if len(passages) < 2:
        return reply
    scene.luck.shuffle(passages)
    if passages == reply["passages"]:
        passages.append(passages.pop(0))
    return {**reply, "passages": passages}


def _ignore_history(reply: Reply, scene: Scene) -> Reply:
    if not scene.case.history:
        return reply
    return dict(scene.ask(scene.case.model_copy(update={"history": ()})))


def _drop_negation(reply: Reply, scene: Scene) -> Reply:
    sentences = _sentences(reply)
    denying = [sentence for sentence in sentences if _NEGATION.search(sentence["text"])]
    if not denying:
        return reply
    sentence = scene.luck.choice(denying)
    sentence["text"] = _NEGATION.sub("", sentence["text"], count=1).strip() or "Yes."
    return _told(reply, sentences)


def _drop_list_item(reply: Reply, scene: Scene) -> Reply:
    sentences = _sentences(reply)
    items = [at for at, sentence in enumerate(sentences) if sentence["item"]]
    if not items or len(sentences) < 2:
        return reply
    del sentences[scene.luck.choice(items)]
    return _told(reply, sentences)


def _add_sentence(reply: Reply, *, footnoted: bool) -> Reply:
    sentences = _sentences(reply)
    if not sentences:
        return reply
    marks = sentences[-1]["footnotes"][-1:] if footnoted else []
    added = {"text": "This is widely known to work well.", "footnotes": marks, "about": None}
    return _told(reply, [*sentences, added])


def _add_bare_sentence(reply: Reply, _scene: Scene) -> Reply:
    return _add_sentence(reply, footnoted=False)


def _add_ungrounded_sentence(reply: Reply, _scene: Scene) -> Reply:
    return _add_sentence(reply, footnoted=True)


def _renumber_footnotes(reply: Reply, _scene: Scene) -> Reply:
    text = str(reply["answer"])
    for number in sorted((note["number"] for note in reply["footnotes"]), reverse=True):
        text = text.replace(f"[{number}]", f"[{number + 1}]")
    for note in reply["footnotes"]:
        note["number"] += 1
    for sentence in reply["sentences"]:
        sentence["footnotes"] = [number + 1 for number in sentence["footnotes"]]
    return {**reply, "answer": text}


def _quote_old_version(reply: Reply, scene: Scene) -> Reply:
    if note := _any_note(reply, scene):
        old = note["document"]["version"][::-1] + "0"
        note["document"] = {**note["document"], "version": old}
    return reply


MUTATIONS: tuple[Mutation, ...] = (
    Mutation("drops_footnote", "leaves out the record of a footnote", ("sentences_footnoted",), _drop_footnote),
    Mutation(
        "drops_sentence_footnotes",
        "leaves a sentence without any footnote",
        ("sentences_footnoted",),
        _drop_sentence_footnotes,
    ),
    Mutation("shifts_offset", "moves a footnote's start by one", ("quotes_exact",), _shift_offset),
    Mutation("shifts_quote", "moves a quote and its offsets by one", ("sentences_quoted",), _shift_quote),
    Mutation("swaps_number", "says another number than its quote", ("numbers_quoted",), _swap_number_in_sentence),
    Mutation(
        "swaps_number_everywhere",
        "says another number, and so does the quote",
        ("quotes_exact",),
        _swap_number_everywhere,
    ),
    Mutation(
        "cites_another_passage",
        "cites another section's text for a sentence",
        ("sentences_quoted",),
        _cite_another_passage,
    ),
    Mutation("names_another_section", "names a wrong section", ("sections_named",), _name_another_section),
    Mutation("swaps_footnotes", "exchanges two footnotes", ("sentences_quoted",), _swap_footnotes),
    Mutation(
        "answers_everything",
        "answers with the nearest passage's first sentence in place of a refusal",
        ("refused_right", "baseline"),
        _answer_everything,
    ),
    Mutation("refuses_everything", "refuses what it answered", ("answered_right", "baseline"), _refuse_everything),
    Mutation("shuffles_passages", "ranks the passages by chance", ("mrr",), _shuffle_passages),
    Mutation("ignores_history", "asks follow-ups without what was asked before", ("baseline",), _ignore_history),
    Mutation("drops_negation", "leaves out a not", ("sentences_quoted",), _drop_negation),
    Mutation("drops_list_item", "leaves out an item of a list", ("baseline",), _drop_list_item),
    Mutation("adds_bare_sentence", "adds a sentence without a footnote", ("sentences_footnoted",), _add_bare_sentence),
    Mutation(
        "adds_ungrounded_sentence",
        "adds a sentence under a footnote that doesn't say it",
        ("sentences_quoted",),
        _add_ungrounded_sentence,
    ),
    Mutation("renumbers_footnotes", "numbers footnotes from 2", ("marks_resolve",), _renumber_footnotes),
    Mutation("quotes_old_version", "cites a version that isn't the document's", ("quotes_exact",), _quote_old_version),
)
"""Every mutation, in the order of the report."""
