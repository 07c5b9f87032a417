"""Citation recall and precision as ALCE defines them (Gao et al. 2023, arXiv:2305.14627, section 4).

What a footnote cites is the text at its offsets, not the quote that the reply gives: a quote that was made up supports
nothing. By itself support is exact: the sentence stands in the cited text, line breaks and bullets apart, so that no
model judges. Where sentences aren't verbatim, `citation_metrics_with` takes a model; its scores bear its name.

Unlike ALCE, which averages over answers, a score counts each sentence (recall) or citation (precision) once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from eval.cases import EvalCase
from eval.grounding_metrics import one_line
from eval.library import Library
from eval.metrics import Metric
from eval.replies import FootnoteRecord, ReplyRecord, SentenceRecord
from eval.scores import Score, counted

Entails = Callable[[str, str], bool]
"""Whether a premise (the cited text) supports a hypothesis (the sentence)."""


def contains(premise: str, hypothesis: str) -> bool:
    """Whether *hypothesis* stands in *premise* word for word; line breaks and bullets don't matter, case does."""
    said = one_line(hypothesis)
    return bool(said) and said in one_line(premise)


def citation_recall(sentence: str, cited: Sequence[str], entails: Entails = contains) -> bool:
    """Whether *sentence* has a citation, and follows from all of the *cited* texts together."""
    return bool(cited) and entails("\n".join(cited), sentence)


def citation_precision(sentence: str, cited: Sequence[str], entails: Entails = contains) -> tuple[bool, ...]:
    """For each of the *cited* texts, whether citing it is precise.

    It is where the sentence has a recall of 1 and the citation isn't irrelevant. Irrelevant is one that alone doesn't
    support the sentence, while the others still do without it.
    """
    if not citation_recall(sentence, cited, entails):
        return (False,) * len(cited)
    rest = [[*cited[:place], *cited[place + 1 :]] for place in range(len(cited))]
    return tuple(
        entails(text, sentence) or not citation_recall(sentence, others, entails)
        for text, others in zip(cited, rest, strict=True)
    )


def _cited_texts(sentence: SentenceRecord, reply: ReplyRecord, library: Library) -> tuple[str, ...] | None:
    """What each footnote of *sentence* cites, a number that comes again once; None where one leads nowhere."""
    numbers = dict.fromkeys(sentence.footnotes)
    texts = [_text(note, library) for note in reply.footnotes if note.number in numbers]
    found = tuple(text for text in texts if text)
    return found if len(found) == len(numbers) else None


def _text(note: FootnoteRecord, library: Library) -> str:
    document = library.find(note.document.id, note.document.version)
    if document is None or not 0 <= note.start < note.end <= len(document.text):
        return ""
    return document.text[note.start : note.end]


def citation_metrics(entails: Entails = contains, suffix: str = "") -> Mapping[str, Metric]:
    """The two metrics with *entails*, their names ending in *suffix*."""

    def recall(_case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
        if reply.status == "answered" and not reply.sentences:
            return Score(0, 1)  # as `sentences_footnoted`: an answer that isn't in sentences has no citation
        texts = [(sentence.text, _cited_texts(sentence, reply, library)) for sentence in reply.sentences]
        return counted(citation_recall(said, cited or (), entails) for said, cited in texts)

    def precision(_case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
        held: list[bool] = []
        for sentence in reply.sentences:
            cited = _cited_texts(sentence, reply, library)
            nowhere = (False,) * len(set(sentence.footnotes))
            held += nowhere if cited is None else citation_precision(sentence.text, cited, entails)
        return counted(held)

    return {f"citation_recall{suffix}": recall, f"citation_precision{suffix}": precision}


def citation_metrics_with(judge: Entails, name: str) -> Mapping[str, Metric]:
    """The metrics for answers that aren't verbatim: *judge* is asked where the words don't settle it.

    *name* says in the score's name who judged (``citation_recall_by_NAME``): such a score depends on a model.
    """

    def entails(premise: str, hypothesis: str) -> bool:
        return contains(premise, hypothesis) or (bool(hypothesis.strip()) and judge(premise, hypothesis))

    return citation_metrics(entails, f"_by_{name}")


CITATION_METRICS: Mapping[str, Metric] = citation_metrics()
