"""TREC run and qrels files, so that any tool of the field can score what was retrieved.

Of a run, columns are query, ``Q0``, passage, rank, score, tag; of qrels, query, ``0``, passage, grade
(https://trec.nist.gov/data/qrels_eng/ and the README of trec_eval). Cases of the split "scored" are left out: which
passages are right for one is what nobody is to tune to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from eval.errors import FormatError
from eval.library import Library
from eval.retrieval_metrics import qrels_of
from eval.run import CaseResult

_BLANK = re.compile(r"\s")


def write_run(path: Path, results: Iterable[CaseResult], tag: str = "footnoted") -> None:
    """Writes what each reply retrieved to *path*, under the name *tag*. Raises `FormatError`.

    The score only says the order: readers sort by it and pass over the rank, while the bot's own scores come from
    several searches for a question in several parts, and needn't fall from rank to rank.
    """
    _write(path, (line for result in _shown(results) for line in _run_lines(result, tag)))


def write_qrels(path: Path, results: Iterable[CaseResult], library: Library) -> None:
    """Writes to *path* which passages are right for the case of each of *results*. Raises `FormatError`.

    They are those of the index where *library* knows of its passages, else of those that any of *results* retrieved.
    """
    found = tuple(results)
    pool = library.pooling(passage.id for result in found for passage in result.reply.passages or ())
    _write(
        path,
        (
            f"{result.case.id} 0 {_field(name)} {grade}"
            for result in _shown(found)
            for name, grade in qrels_of(result.case, pool).items()
        ),
    )


def _shown(results: Iterable[CaseResult]) -> Iterator[CaseResult]:
    return (result for result in results if result.case.split != "scored")


def _run_lines(result: CaseResult, tag: str) -> Iterator[str]:
    # A passage that comes twice is written once: trec_eval refuses the whole file otherwise.
    names = list(dict.fromkeys(passage.id for passage in result.reply.passages or ()))
    for rank, name in enumerate(names, start=1):
        yield f"{result.case.id} Q0 {_field(name)} {rank} {len(names) + 1 - rank} {_field(tag)}"


def _field(text: str) -> str:
    """*text* without blanks, which part the columns."""
    return _BLANK.sub(lambda blank: quote(blank[0]), text)


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    except OSError as error:
        raise FormatError(f"{path} can't be written ({error.strerror}); check the folder.") from error
