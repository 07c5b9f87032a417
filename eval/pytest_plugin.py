"""Eval cases as pytest items: ``footnoted_eval("cases/*.jsonl")`` in a test file or a ``conftest.py``.

Each case is one item, named by its id, placed at its line of the case file, and failing with what was asked, wanted,
got and cited. The call leaves a note in the module that makes it, and collecting that module finds the note. A
parametrised test function would have needed an assignment and a bot fixture in every file, would have pointed every
failure at one line of this package, and could not stand in a conftest; a hook on ``*.jsonl`` files would have claimed
files that are somebody else's. Items come in the order of the files' names and lines, so ids are the same in every
xdist worker.

Only pytest and the standard library are imported at the top: pytest loads this wherever Footnoted is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr

    from bot.answers import Reply
    from corpus.documents import Document
    from eval.cases import EvalCase
    from eval.run import Ask, CaseResult, EvalRun

_NOTE = "__footnoted_eval__"
_PROMISED = ("quotes_exact", "sentences_footnoted", "marks_resolve", "numbers_quoted")
"""The grounding that every answer has to have in full, whatever else is right about it."""


class Bot(Protocol):
    """What is asked; `bot.chatbot.Chatbot` is one."""

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        """The reply to *question*, asked after *history*."""
        ...

    def texts(self) -> tuple[Document, ...]:
        """The documents that it answers from, each whole."""
        ...


@dataclass(frozen=True, slots=True)
class BotSource:
    """Where the bot comes from; with nothing set, the settings say it (``FOOTNOTED_DATA_DIR``, else ``./data``)."""

    data_dir: Path | None = None
    url: str | None = None
    bot: Callable[[], Bot] | None = None


@dataclass(frozen=True, slots=True)
class EvalCall:
    """A call of `footnoted_eval`: *file* made it."""

    patterns: tuple[str, ...]
    file: Path
    source: BotSource


@dataclass(frozen=True, slots=True)
class Subject:
    """An opened bot: how it is asked, and the documents that it answers from."""

    ask: Ask
    documents: tuple[Document, ...]


_SUBJECTS = pytest.StashKey[dict[BotSource, Subject]]()


def footnoted_eval(
    *patterns: str,
    data_dir: str | Path | None = None,
    url: str | None = None,
    bot: Callable[[], Bot] | None = None,
) -> None:
    """Makes every case in the files that match *patterns* an item of the calling test file or ``conftest.py``.

    *patterns* are globs, and *data_dir* is a path, relative to the calling file. Asked is the index in *data_dir*, or
    the running server at *url*, or what *bot* returns; with none of them, what the ini options
    ``footnoted_data_dir`` or ``footnoted_url`` say, else Footnoted's own settings. Raises ``pytest.UsageError`` where
    more than one is given, or no pattern.
    """
    caller = sys._getframe(1)  # no other way to know which module asks to be collected
    file = Path(caller.f_code.co_filename).resolve()
    _one_of(f"footnoted_eval in {file.name}", {"data_dir": data_dir, "url": url, "bot": bot})
    if not patterns:
        raise pytest.UsageError(f"footnoted_eval in {file.name} names no case files; give it a glob, cases/*.jsonl.")
    folder = None if data_dir is None else file.parent / data_dir
    call = EvalCall(patterns, file, BotSource(folder, url, bot))
    caller.f_globals.setdefault(_NOTE, []).append(call)


def _one_of(where: str, options: Mapping[str, object]) -> None:
    given = [name for name, value in options.items() if value]
    if len(given) > 1:
        raise pytest.UsageError(f"{where} names two bots ({' and '.join(given)}); name one.")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini options."""
    parser.addini("footnoted_data_dir", "Folder of the index that eval cases are asked, relative to the ini file.")
    parser.addini("footnoted_url", "Base URL of a running Footnoted server that eval cases are asked instead.")


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> list[CaseItem] | None:
    """The items of the calls in a test file."""
    # A conftest is a test module too where someone names it as an argument; its calls are collected below.
    if name != _NOTE or not isinstance(obj, list) or collector.path.name == "conftest.py":
        return None
    return list(_items(collector, obj))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ConftestCases | None:
    """A collector for a ``conftest.py`` with calls in it."""
    if file_path.name != "conftest.py":
        return None
    conftest = parent.config.pluginmanager.get_plugin(str(file_path))
    if not hasattr(conftest, _NOTE):
        return None
    collector: ConftestCases = ConftestCases.from_parent(parent, path=file_path)
    collector.calls = getattr(conftest, _NOTE)
    return collector


class ConftestCases(pytest.File):
    """The cases that a ``conftest.py`` calls for."""

    calls: Sequence[EvalCall] = ()

    def collect(self) -> Iterable[CaseItem]:
        """An item for each case."""
        return _items(self, self.calls)


def _items(collector: pytest.Collector, calls: Sequence[EvalCall]) -> Iterator[CaseItem]:
    taken: dict[str, EvalCase] = {}
    for call in calls:
        source = _source(call, collector.config)
        for case in _cases(call, collector):
            if (other := taken.setdefault(case.id, case)) is not case:
                raise collector.CollectError(
                    f"{case.where}: the id {case.id!r} is taken by {other.where}; "
                    "call for one of them, or call in two files."
                )
            item: CaseItem = CaseItem.from_parent(collector, name=case.id, case=case, source=source)
            yield item


def _cases(call: EvalCall, collector: pytest.Collector) -> tuple[EvalCase, ...]:
    from eval.cases import load_cases
    from eval.errors import CaseFileError

    files: list[Path] = []
    for pattern in call.patterns:
        base, relative = _split(call.file.parent, pattern)
        found = sorted(base.glob(relative))
        if not found:
            raise collector.CollectError(f"{call.file}: no case file matches {pattern!r}; mend the path.")
        files += found
    try:
        return load_cases(files)
    except CaseFileError as error:
        raise collector.CollectError(str(error)) from error


def _split(folder: Path, pattern: str) -> tuple[Path, str]:
    """A folder and a pattern relative to it, which is all that ``Path.glob`` takes."""
    path = Path(pattern)
    return (Path(path.anchor), str(path.relative_to(path.anchor))) if path.is_absolute() else (folder, pattern)


def _source(call: EvalCall, config: pytest.Config) -> BotSource:
    """Where the call's bot comes from: the call's word, else the ini file's."""
    if call.source != BotSource():
        return call.source
    data_dir, url = config.getini("footnoted_data_dir"), config.getini("footnoted_url")
    _one_of("The pytest configuration", {"footnoted_data_dir": data_dir, "footnoted_url": url})
    folder = (config.inipath.parent if config.inipath else config.rootpath) / data_dir if data_dir else None
    return BotSource(folder, url or None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Opens the bots before the first test, so that one that can't be had is one error and not one a case."""
    config = session.config
    failed = session.testsfailed and not config.getoption("continue_on_collection_errors")
    # A UsageError in an xdist worker reads as a crash of the worker; there each case says it.
    if failed or config.getoption("collectonly") or hasattr(config, "workerinput"):
        return
    for item in session.items:
        if isinstance(item, CaseItem):
            item.subject()


class CaseFailed(Exception):  # noqa: N818 - named for what happened; never leaves the item
    """A case that isn't right, in words."""


class CaseItem(pytest.Item):
    """One case. Of a case that is for scoring only, nothing but its id and the kind of fault is shown."""

    def __init__(self, *, case: EvalCase, source: BotSource, **rest: Any) -> None:
        super().__init__(**rest)
        self.case, self.source = case, source
        self.extra_keyword_matches.update([case.kind.value, case.document, *case.tags])

    def subject(self) -> Subject:
        """The opened bot, the same for all items of a session that want it."""
        opened = self.config.stash.setdefault(_SUBJECTS, {})
        if self.source not in opened:
            opened[self.source] = open_subject(self.source)
        return opened[self.source]

    def runtest(self) -> None:
        """Asks the case. Raises `CaseFailed` where the reply isn't right, or the case can't be asked."""
        from eval.errors import EvalError
        from eval.run import evaluate

        subject = self.subject()
        try:
            run = evaluate(subject.ask, subject.documents, [self.case])
        except EvalError as error:
            raise CaseFailed(str(error)) from error
        if fault := "\n".join(_faults(run, self.case, subject)):
            raise CaseFailed(f"{_heading(self.case)}\n{fault}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        """The words of the failure; of anything unforeseen, its traceback."""
        if isinstance(excinfo.value, CaseFailed | pytest.UsageError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The case's file and line (from 0); for a case that is for scoring only, the file that called for it."""
        from eval.reports.words import place

        spot = place(self.case)
        return (Path(spot.file).resolve(), spot.line - 1, self.name) if spot else (self.path, None, self.name)


def open_subject(source: BotSource) -> Subject:
    """The bot of *source*, opened. Raises ``pytest.UsageError`` where it can't be."""
    from bot.errors import BotError
    from eval.errors import EvalError
    from index.errors import IndexingError

    try:
        return _open(source)
    except (BotError, EvalError, IndexingError) as error:
        raise pytest.UsageError(f"The eval cases can't be asked: {error}") from error


def _open(source: BotSource) -> Subject:
    from eval.asking import library_asker
    from eval.server import documents_at, url_asker

    if source.url:
        return Subject(url_asker(source.url), documents_at(source.url))
    bot = source.bot() if source.bot else _library_bot(source.data_dir)
    return Subject(library_asker(bot), bot.texts())


def _library_bot(data_dir: Path | None) -> Bot:
    from bot.bootstrap import bootstrap
    from bot.settings import BotSettings

    settings = BotSettings()
    if data_dir:
        settings = settings.model_copy(update={"data_dir": data_dir})
    return bootstrap(settings, keep_conversations=False)


def _heading(case: EvalCase) -> str:
    from eval.reports.words import place

    spot = place(case)
    return f"{spot.file}:{spot.line}: {case.id}" if spot else case.id


def _faults(run: EvalRun, case: EvalCase, subject: Subject) -> Iterator[str]:
    """What is wrong, line by line; nothing where all is right."""
    from eval.reports.words import is_scored, skipped_words

    if run.skipped:
        at_hand = ", ".join(document.id for document in subject.documents) or "none"
        yield f"{skipped_words(case.document, 1)} There is {at_hand}; index it, or mend the case."
    if run.stale:
        yield "stale: what it names is gone; mend the case." if is_scored(case) else _stale(case, subject)
    for result in run.results:
        yield from _wrong(result)


def _stale(case: EvalCase, subject: Subject) -> str:
    from eval.library import Library
    from eval.run import stale_parts

    library = Library.of(subject.documents)
    gone = "; ".join(stale_parts(case, library.documents[case.document], library))
    return f"stale: gone from {case.document!r}: {gone}. Mend the case, or bring the text back."


def _wrong(result: CaseResult) -> Iterator[str]:
    from eval.reports.words import asked, expected, fault_words, got, is_scored, label, printable

    loose = [name for name in _PROMISED if name in result.scores and not result.scores[name].full]
    if not result.faults and not loose:
        return
    not_grounded = [f"not all grounded: {', '.join(label(name) for name in loose)}"] if loose else []
    if is_scored(result.case):
        yield "; ".join(part for part in [fault_words(result), *not_grounded] if part)
        return
    lines = {
        "asked": asked(result.case),
        "wanted": expected(result.case),
        "got": got(result),
        "cited": "\n        ".join(_cited(result)) or "nothing",
        "fault": "; ".join([*(fault.detail for fault in result.faults), *not_grounded]),
    }
    yield from (printable(f"{name:<7} {text}") for name, text in lines.items())


def _cited(result: CaseResult) -> Iterator[str]:
    from eval.reports.words import shortened

    for note in result.reply.footnotes:
        yield f"[{note.number}] {' › '.join(note.section)}: “{shortened(note.quote)}”"
