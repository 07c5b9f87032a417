"""Does the answer hold the case's facts, from where they stand, and nothing else that one could check?

Each metric looks at the cases that the text answers. A refusal of one, or an answer that says nothing, holds no fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from corpus.documents import Document, Span
from eval.cases import EvalCase
from eval.facts import holds, normalise
from eval.grounding_metrics import number_tokens
from eval.library import Library, section_paths, under_any
from eval.metrics import Metric
from eval.passages import Permalink, Quote, SectionNamed, WholeDocument, passage_spans
from eval.replies import ReplyRecord
from eval.scores import Score, counted
from eval.verdict import footnote_is_right

# A word that begins with a capital. At the start of a sentence, an item or a quotation that says nothing, unless more
# of its letters are capitals ("UNESCO", "McDonald").
_WORD = re.compile(r"(?<![\w'’])[^\W\d_]\w*")
_OPENS = re.compile(r"(?:^|[.!?:;•\n])[\s\"'“‘(\[*-]*$|[\"“‘]$")


def fact_recall(case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """The case's facts that the answer holds."""
    return counted(holds(reply.said, fact) for fact in case.facts)


def completeness(case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Cases with facts of which the answer holds all."""
    return counted([all(holds(reply.said, fact) for fact in case.facts)]) if case.facts else None


def passage_attribution(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
    """Of the case's facts that the answer holds: those in sentences with a footnote to what the case names.

    The right fact with a footnote to the wrong passage is a miss. A case that names neither sections nor passages
    doesn't say where a fact should be cited from.
    """
    if not case.cites:
        return None
    cited = " ".join(
        sentence.text
        for sentence in reply.sentences
        if any(footnote_is_right(case, note, library) for note in reply.cited(sentence))
    )
    return counted(holds(cited, fact) for fact in case.facts if holds(reply.said, fact))


def fact_precision(case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
    """Of what the answer says that can be checked: how much stands in the text that the case names.

    That can be checked: numbers, amounts and months (`eval.grounding_metrics.number_tokens`), and names (words that
    begin with a capital inside a sentence, or with several). Each counts once. The text is that of the case's sections
    and passages, with the notes whose marks stand there. Each fact that the answer must not hold, and does, counts
    against it too. So 1 says that nothing checkable was brought in from elsewhere, not that it answers the question.
    """
    if not case.cites or case.status != "answered":
        return None
    there = "\n".join(_right_texts(case, library))
    numbers, names = number_tokens(there), name_tokens(there, inside=False)
    said = number_tokens(reply.said)
    held = [number in numbers for number in sorted(said)]
    held += [name in names for name in sorted(name_tokens(reply.said) - said)]  # "March" is a month already
    return counted([*held, *(False for fact in case.not_facts if holds(reply.said, fact))])


def name_tokens(text: str, inside: bool = True) -> frozenset[str]:
    """The words of *text* that begin with a capital, without regard to case.

    With *inside*, one that begins a sentence counts only where it has another capital: any word does there.
    """
    found = (word for word in _WORD.finditer(text) if word[0][0].isupper())
    return frozenset(normalise(word[0]) for word in found if not inside or _is_name(text, word))


def _is_name(text: str, word: re.Match[str]) -> bool:
    opens = _OPENS.search(text[max(word.start() - 8, 0) : word.start()]) is not None
    return sum(map(str.isupper, word[0])) > 1 or not (opens or word.start() == 0 or len(word[0]) == 1)


def _right_texts(case: EvalCase, library: Library) -> Iterator[str]:
    """The text that *case* names, with the notes that belong there, and the headings that it stands under."""
    named = {p.document for p in case.passages if isinstance(p, WholeDocument)}
    for document in library.documents.values():
        if document.id in named:
            yield document.text
        elif document.id == case.document:
            for span in _right_spans(case, document, library):
                yield span.of(document.text)
                yield from (" ".join(path) for path in section_paths(document, span))


def _right_spans(case: EvalCase, document: Document, library: Library) -> Iterator[Span]:
    wanted = [*case.sections, *(p.section for p in case.passages if isinstance(p, SectionNamed))]
    for section in document.sections:
        if under_any(wanted, section.path or (document.title,)):
            yield section.span
    for passage in case.passages:
        if isinstance(passage, Quote | Permalink):
            yield from _around(document, passage_spans(passage, document, library))
    for note in document.notes:
        if any(under_any(wanted, path) for path in section_paths(document, note.span)):
            yield note.span


def _around(document: Document, spans: tuple[Span, ...]) -> Iterator[Span]:
    """The blocks that *spans* stand in, and *spans* themselves: a quote may be less than what a sentence needs."""
    yield from spans
    for section in document.sections:
        for block in section.blocks:
            if any(span.start < block.span.end and block.span.start < span.end for span in spans):
                yield block.span


FACT_METRICS: Mapping[str, Metric] = {
    "fact_recall": fact_recall,
    "fact_precision": fact_precision,
    "completeness": completeness,
    "passage_attribution": passage_attribution,
}
