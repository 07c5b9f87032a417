"""BEIR folders (Thakur et al., 2021, arXiv:2104.08663): ``corpus.jsonl``, ``queries.jsonl``, ``qrels/SPLIT.tsv``.

A query becomes a case about what is retrieved and cited, not about what is said: its passages are the documents that
are judged relevant, with their grades, and an answer is right when it cites any of them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import Field

from corpus.documents import Document, Span
from eval.cases import EvalCase, Kind
from eval.errors import FormatError
from eval.formats.shared import Row, json_lines, parsed, read_text, short_document, tagged, unique_id
from eval.library import Library, under_any
from eval.passages import WholeDocument, stands_in

QUERY_TAG = "query:"
"""The tag that keeps a query's own id, so that it is written back under it."""
_HEADER = ["query-id", "corpus-id", "score"]


class _CorpusRow(Row):
    id: str = Field(alias="_id", min_length=1)
    title: str = ""
    text: str = ""


class _QueryRow(Row):
    id: str = Field(alias="_id", min_length=1)
    text: str = Field(min_length=1)


def read_beir(
    folder: Path, split: str | None = None, language: str | None = None
) -> tuple[tuple[Document, ...], tuple[EvalCase, ...]]:
    """The documents of a BEIR *folder*, and a case for each query with a relevant document.

    *split* is the name of a file in ``qrels/``; None reads all. A case's document is the most relevant one. Queries
    that nothing is relevant to give no case. *language* is told from each text where it is None. Raises `FormatError`,
    with file and line, also for a judgment of a query or a document that isn't there.
    """
    documents = _documents(folder / "corpus.jsonl", language)
    queries = {row.id: row.text for row in _rows(folder / "queries.jsonl", _QueryRow)}
    grades = _grades(_qrels_files(folder, split), queries, documents)
    places = {name: place for place, name in enumerate(documents)}
    cases: dict[str, EvalCase] = {}
    for query, judged in grades.items():
        relevant = {name: grade for name, grade in judged.items() if grade > 0}
        if relevant:
            name = unique_id(query, cases)
            # Of equally relevant ones, the first of the corpus: a file of judgments has no order that means anything.
            best = sorted(relevant, key=lambda document: (-relevant[document], places[document]))
            cases[name] = _case(name, query, queries[query], {document: relevant[document] for document in best})
    return tuple(documents.values()), tuple(cases.values())


def _grades(
    paths: Sequence[Path], queries: Mapping[str, str], documents: Mapping[str, Document]
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for path in paths:
        for where, query, document, grade in _judgments(path):
            if query not in queries or document not in documents:
                raise FormatError(f"{where}: there is no query {query!r} or no document {document!r}; mend the folder.")
            found.setdefault(query, {})[document] = grade
    return found


def _documents(path: Path, language: str | None) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for row in _rows(path, _CorpusRow):
        if row.id in found:
            raise FormatError(f"{path}: the document {row.id!r} is there twice; leave one out.")
        found[row.id] = short_document(row.id, row.title, row.text, language)
    return found


def _rows(path: Path, model: type[Any]) -> Iterator[Any]:
    return (parsed(model, content, where) for where, content in json_lines(path))


def _qrels_files(folder: Path, split: str | None) -> list[Path]:
    wanted = f"{split or '*'}.tsv"
    found = sorted((folder / "qrels").glob(wanted))
    if not found:
        raise FormatError(f"There is no {folder / 'qrels' / wanted}; check the folder and the split.")
    return found


def _judgments(path: Path) -> Iterator[tuple[str, str, str, int]]:
    rows = csv.reader(StringIO(read_text(path)), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, start=1):
        if not row or (number == 1 and row == _HEADER):
            continue
        if len(row) != 3 or not row[2].strip().lstrip("-").isdigit():
            raise FormatError(f"{path}:{number}: a line is query-id, corpus-id and a whole score, with tabs between.")
        yield f"{path}:{number}", row[0], row[1], int(row[2])


def _case(name: str, query: str, question: str, relevant: Mapping[str, int]) -> EvalCase:
    """*relevant* has the grade of each relevant document, best first."""
    return EvalCase(
        id=name,
        question=question,
        kind=Kind.LAY,
        document=next(iter(relevant)),
        status="answered",
        passages=tuple(WholeDocument(document=document, relevance=grade) for document, grade in relevant.items()),
        tags=("beir", f"{QUERY_TAG}{query}"),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What becomes one line of the corpus: a section, a note, or a whole short document."""

    id: str
    title: str
    text: str
    document: str
    span: Span
    path: tuple[str, ...]


def write_beir(
    folder: Path, documents: Iterable[Document], cases: Iterable[EvalCase], split: str = "test"
) -> tuple[str, ...]:
    """Writes *documents* and *cases* as a BEIR *folder*; the ids of the cases that it can't hold.

    A line of the corpus is a section (``ID#SLUG``) or a note (``ID#note-LABEL``); a document of one section without a
    heading is one line under its own id. Relevant are the lines that a case's passages or sections are in. Left out are
    refused cases, cases with earlier questions, cases that name nothing of these documents, and, so that nobody tunes
    to them, those of the split "scored". Raises `FormatError`.
    """
    library = Library.of(documents)
    parts = [part for document in library.documents.values() for part in _parts(document)]
    held: dict[str, tuple[EvalCase, dict[str, int]]] = {}
    left_out: list[str] = []
    for case in cases:
        judged = {} if case.split == "scored" or case.history else _judged(case, parts, library)
        if judged:
            held[tagged(case, QUERY_TAG) or case.id] = (case, judged)
        else:
            left_out.append(case.id)
    corpus = [{"_id": part.id, "title": part.title, "text": part.text} for part in parts]
    queries = [{"_id": name, "text": case.question} for name, (case, _) in held.items()]
    lines = [[name, part, str(grade)] for name, (_, judged) in held.items() for part, grade in judged.items()]
    _write(folder, split, corpus, queries, lines)
    return tuple(left_out)


def _parts(document: Document) -> Iterator[_Part]:
    alone = len(document.sections) == 1 and not document.sections[0].heading and not document.notes
    for section in document.sections:
        yield _Part(
            id=document.id if alone else f"{document.id}#{section.slug}",
            title=" > ".join(section.path) or document.title,
            text="\n\n".join(block.span.of(document.text) for block in section.blocks),
            document=document.id,
            span=section.span,
            path=section.path or (document.title,),
        )
    for note in document.notes:
        name = f"{document.id}#note-{note.label}"
        text = note.span.of(document.text)
        yield _Part(id=name, title=document.title, text=text, document=document.id, span=note.span, path=())


def _judged(case: EvalCase, parts: Sequence[_Part], library: Library) -> dict[str, int]:
    """The grade of each line of the corpus that *case* names: the highest of its passages there."""
    found: dict[str, int] = {}
    for part in parts:
        document = library.documents[part.document]
        own = part.document == case.document
        grades = [
            passage.relevance
            for passage in case.passages
            if (own or isinstance(passage, WholeDocument)) and stands_in(passage, document, part.span, library)
        ]
        if not case.passages and own and under_any(case.sections, part.path):
            grades = [1]
        if grades:
            found[part.id] = max(grades)
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


def _write(
    folder: Path,
    split: str,
    corpus: Sequence[Mapping[str, str]],
    queries: Sequence[Mapping[str, str]],
    lines: Sequence[Sequence[str]],
) -> None:
    qrels = "\n".join("\t".join(row) for row in [_HEADER, *lines])
    try:
        (folder / "qrels").mkdir(parents=True, exist_ok=True)
        for name, rows in (("corpus", corpus), ("queries", queries)):
            text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
            (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
        (folder / "qrels" / f"{split}.tsv").write_text(f"{qrels}\n", encoding="utf-8")
    except OSError as error:
        raise FormatError(f"{folder} can't be written: {error.strerror}; check the path.") from error
