"""SQuAD 2.0 JSON (Rajpurkar et al., 2018, arXiv:1806.03822): articles of paragraphs, each with its questions.

An answerable question becomes a case whose fact is any of the answers and whose passages are the sentences they stand
in; an impossible one, a case that is refused because the text doesn't say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field

from corpus.builder import DocumentBuilder, Metadata, slugify
from corpus.documents import Block, Document, Span
from corpus.inline import normalise
from eval.cases import EvalCase, Kind
from eval.errors import FormatError
from eval.facts import AnyOf
from eval.facts import normalise as comparable
from eval.formats.shared import Row, parsed, read_text, tagged, unique_id
from eval.library import Library
from eval.passages import Permalink, Quote, passage_spans
from index.sentences import sentence_spans

ID_TAG = "squad:"
"""The tag that keeps a question's own id."""
PARAGRAPH_TAG = "paragraph:"
"""The tag that keeps which paragraph (from 0) a question was written for."""


class _Answer(Row):
    text: str
    answer_start: int = Field(ge=0)


class _Question(Row):
    id: str
    question: str = Field(min_length=1)
    answers: tuple[_Answer, ...] = ()
    is_impossible: bool = False


class _Paragraph(Row):
    context: str
    qas: tuple[_Question, ...] = ()


class _Article(Row):
    title: str
    paragraphs: tuple[_Paragraph, ...]


class _File(Row):
    data: tuple[_Article, ...]


def read_squad(path: Path, language: str | None = None) -> tuple[tuple[Document, ...], tuple[EvalCase, ...]]:
    """The articles of *path* as documents and their questions as cases.

    *language* is told from each article where it is None. Raises `FormatError` for what isn't SQuAD 2.0, and for an
    answer that doesn't stand where it says.
    """
    try:
        content = json.loads(read_text(path))
    except ValueError as error:
        raise FormatError(f"{path} is not JSON ({error}); mend the file.") from error
    documents: dict[str, Document] = {}
    cases: dict[str, EvalCase] = {}
    for article in parsed(_File, content, str(path)).data:
        name = unique_id(slugify(article.title, "article"), documents)
        documents[name] = _document(name, article, language)
        for number, paragraph in enumerate(article.paragraphs):
            for question in paragraph.qas:
                case_id = unique_id(question.id, cases)
                cases[case_id] = _case(case_id, name, question, paragraph.context, number, f"{path}")
    return tuple(documents.values()), tuple(cases.values())


def _document(name: str, article: _Article, language: str | None) -> Document:
    builder = DocumentBuilder()
    for paragraph in article.paragraphs:
        builder.add_paragraph(paragraph.context)
    return builder.build(Metadata(id=name, title=article.title.replace("_", " "), language=language))


def _case(name: str, document: str, question: _Question, context: str, number: int, path: str) -> EvalCase:
    tags = ("squad", f"{ID_TAG}{question.id}", f"{PARAGRAPH_TAG}{number}")
    common: dict[str, Any] = {"id": name, "question": question.question, "document": document, "tags": tags}
    answers = [answer for answer in question.answers if comparable(answer.text)]
    if question.is_impossible:
        refused = {"kind": Kind.UNANSWERABLE, "status": "refused", "reason": "not_in_text"}
        return parsed(EvalCase, {**common, **refused}, f"{path}, question {question.id!r}")
    for answer in answers:
        if context[answer.answer_start :][: len(answer.text)] != answer.text:
            raise FormatError(f"{path}: an answer to question {question.id!r} isn't at its offset; mend the file.")
    quotes = dict.fromkeys(_sentence(context, answer) for answer in answers)
    answered = {
        "kind": Kind.FACT,
        "status": "answered",
        "passages": [{"quote": quote} for quote in quotes],
        "facts": [{"any_of": list(dict.fromkeys(answer.text for answer in answers))}] if answers else [],
    }
    return parsed(EvalCase, {**common, **answered}, f"{path}, question {question.id!r}")


def _sentence(context: str, answer: _Answer) -> str:
    """The sentences that *answer* is in, as the document has them."""
    end = answer.answer_start + len(answer.text)
    spans = sentence_spans(context, Span(0, len(context)))
    touched = [span for span in spans if span.start < end and answer.answer_start < span.end]
    return normalise(context[touched[0].start : touched[-1].end] if touched else answer.text)


@dataclass(slots=True)
class _Written:
    """A paragraph as it is filled with questions."""

    document: Document
    block: Block
    qas: list[dict[str, Any]] = field(default_factory=list)

    @property
    def context(self) -> str:
        return self.block.span.of(self.document.text)


def write_squad(path: Path, documents: Iterable[Document], cases: Iterable[EvalCase]) -> tuple[str, ...]:
    """Writes *documents* and *cases* as SQuAD 2.0 JSON; the ids of the cases that it can't hold.

    A block is a paragraph; notes aren't written. SQuAD knows one answer, verbatim in one paragraph: left out are cases
    with several facts, with facts that are numbers or patterns, whose fact doesn't stand in a passage of theirs,
    with earlier questions, refused for another reason than that the text doesn't say, or of the split "scored". A
    refused case that doesn't say for which paragraph it was written goes to the first. Raises `FormatError`.
    """
    library = Library.of(documents)
    written = {document.id: _blocks(document) for document in library.documents.values()}
    left_out: list[str] = []
    for case in cases:
        paragraphs = [] if case.split == "scored" or case.history else written.get(case.document, [])
        if not _place(case, paragraphs, library):
            left_out.append(case.id)
    articles = [
        {
            "title": library.documents[name].title,
            "paragraphs": [{"context": paragraph.context, "qas": paragraph.qas} for paragraph in paragraphs],
        }
        for name, paragraphs in written.items()
    ]
    try:
        path.write_text(json.dumps({"version": "v2.0", "data": articles}, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise FormatError(f"{path} can't be written: {error.strerror}; check the path.") from error
    return tuple(left_out)


def _blocks(document: Document) -> list[_Written]:
    return [_Written(document, block) for section in document.sections for block in section.blocks]


def _place(case: EvalCase, paragraphs: Sequence[_Written], library: Library) -> bool:
    """Whether *case* found its paragraph."""
    name = tagged(case, ID_TAG) or case.id
    entry: dict[str, Any] = {"id": name, "question": case.question}
    if case.status == "refused":
        place = int(tagged(case, PARAGRAPH_TAG) or 0)
        if case.reason != "not_in_text" or place >= len(paragraphs):
            return False
        paragraphs[place].qas.append({**entry, "answers": [], "is_impossible": True})
        return True
    for paragraph in paragraphs:
        answers = list(_answers(case, paragraph, library))
        if answers:
            paragraph.qas.append({**entry, "answers": answers, "is_impossible": False})
            return True
    return False


def _answers(case: EvalCase, paragraph: _Written, library: Library) -> Iterator[dict[str, Any]]:
    """The phrases of the one fact of *case* that stand in a passage of it in *paragraph*, verbatim but for case."""
    fact = case.facts[0] if len(case.facts) == 1 else None
    phrases = (fact,) if isinstance(fact, str) else fact.any_of if isinstance(fact, AnyOf) else ()
    own = paragraph.block.span
    named = [passage for passage in case.passages if isinstance(passage, Quote | Permalink)]
    places = [span for passage in named for span in passage_spans(passage, paragraph.document, library)]
    for place in (span for span in places if own.contains(span)):
        quoted = place.of(paragraph.document.text)
        for phrase in phrases:
            at = (
                quoted.casefold().find(phrase.casefold())
                if len(quoted.casefold()) == len(quoted)
                else quoted.find(phrase)
            )
            if at >= 0:
                yield {"text": quoted[at : at + len(phrase)], "answer_start": place.start - own.start + at}
