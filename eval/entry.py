"""What ``footnoted eval`` runs: from options to an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from bot.answers import Reply
from corpus.documents import Document
from eval.asking import AskedBot, answered, ask_all, ask_in_processes, library_asker, record, recorded_asker
from eval.baseline import Comparison, bundled_baseline, compare, holds_here, load_baseline, write_baseline
from eval.bootstrap import interval
from eval.calibrate import Calibrated, CalibrateOptions, calibrated, require_both_kinds, save
from eval.calibration import calibration, forecasts
from eval.cases import EvalCase, load_cases
from eval.errors import EvalError, EvalSetupError
from eval.gate import ExitCode, Shortfall, error_exit_code, exit_code, load_thresholds, shortfalls
from eval.latency import latency
from eval.library import Library
from eval.mutate import mutation_exit_code, mutation_json, mutation_report, mutation_table
from eval.report import Extras, ReportPaths, print_report, report_json, write_reports
from eval.reports.annotations import workflow_commands
from eval.reports.calibrated import print_calibrated
from eval.run import METRICS, Ask, EvalRun, evaluate, stale_parts
from eval.scores import Score
from eval.server import documents_at, url_asker
from eval.trec import write_qrels, write_run


class Chatbot(Protocol):
    """What an eval needs of a bot; `bot.chatbot.Chatbot` is one."""

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        """The reply to *question*, asked after *history*."""
        ...

    def texts(self) -> tuple[Document, ...]:
        """The documents that it answers from, each whole."""
        ...


@dataclass(frozen=True, slots=True)
class EvalOptions:
    """The options of ``footnoted eval``.

    ``cases`` are files or folders (none: the bundled cases), ``given`` cases of a public set instead, which no floor
    is for; ``documents`` keeps only the cases of these;
    ``document_map`` runs the cases of one document against another; ``thresholds`` and ``baseline`` are files (None:
    the bundled ones). ``url`` and ``replies`` judge a server or recorded replies, ``record`` writes them, and ``opens``
    opens the bot in each of ``workers`` processes. ``library`` knows of the index's
    passages and of earlier versions. ``identity`` says what a recorded baseline was made with.
    """

    cases: tuple[Path, ...] = ()
    given: tuple[EvalCase, ...] = ()
    split: Literal["open", "scored", "all"] = "all"
    documents: tuple[str, ...] = ()
    document_map: tuple[tuple[str, str], ...] = ()
    json: bool = False
    thresholds: Path | None = None
    baseline: Path | None = None
    update_baseline: bool = False
    identity: Mapping[str, str] = field(default_factory=dict)
    library: Library | None = None
    threshold: float | None = None
    url: str | None = None
    replies: Path | None = None
    record: Path | None = None
    workers: int = 1
    opens: Callable[[], AskedBot] | None = None
    reports: ReportPaths = field(default_factory=ReportPaths)
    annotations: bool = False
    trec: Path | None = None
    mutate: bool = False
    calibrate: CalibrateOptions | None = None


def parse_document_map(pairs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """``ID=OTHER_ID`` arguments as pairs. Raises `EvalSetupError`."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, _, other = pair.partition("=")
        if not name or not other:
            raise EvalSetupError(f"--as wants ID=OTHER_ID, not {pair!r}; name the cases' document, then the other.")
        if found.setdefault(name, other) != other:
            raise EvalSetupError(f"--as sends {name!r} to two documents; run the eval once for each.")
    return tuple(found.items())


def run_eval(
    options: EvalOptions, chatbot: Chatbot | None, out: Console | None = None, err: Console | None = None
) -> int:
    """Runs the cases against *chatbot* (None: the server of the options), reports to *out*, returns the exit code.

    Nothing is raised: errors go to *err*, because Python's own exit code for one means "fell short" here.
    """
    out, err = out or Console(highlight=False), err or Console(stderr=True, highlight=False)
    try:
        return _run(options, chatbot, out, err)
    except EvalError as error:
        err.print(Text(str(error)), soft_wrap=True)
        return error_exit_code(error)
    except Exception:
        err.print_exception()
        err.print("The eval crashed; please report it with the lines above.")
        return ExitCode.CRASHED


def _run(options: EvalOptions, chatbot: Chatbot | None, out: Console, err: Console) -> ExitCode:
    thresholds = load_thresholds(options.thresholds)
    documents = _documents(options, chatbot)
    every_case = options.given or load_cases(options.cases)
    cases = select_cases(options, every_case, [document.id for document in documents])
    at_hand = _at_hand(cases, documents, dict(options.document_map))
    path = _baseline_path(options)
    baseline = load_baseline(path) if path and path.exists() else None
    if options.mutate:
        return _mutate(options, chatbot, at_hand, options.library or Library.of(documents), out)
    with ExitStack() as stack:
        replies = _replies(options, chatbot, at_hand, stack, err)
    library = options.library or Library.of(documents)
    run = evaluate(answered(at_hand, replies), documents, cases, dict(options.document_map), library)
    short = () if options.given else shortfalls(run, thresholds)
    ids = None if options.cases else {case.id for case in every_case}
    comparison = compare(run, baseline, ids) if baseline else None
    binds = baseline is not None and not options.update_baseline and holds_here(baseline, options.identity)
    code = exit_code(run, short, comparison if binds else None)
    if comparison and comparison.turned_wrong and not (binds or options.update_baseline):
        err.print("The baseline was recorded on another kind of processor: what turned wrong doesn't fail here.")
    fitted = _calibrated(options, run)
    extras = replace(
        _extras(options, run, short, comparison, cases, library), recalibrated=fitted.bins if fitted else ()
    )
    _report(options, run, extras, code, library, out)
    if fitted and options.calibrate:
        return _keep(fitted, options.calibrate, run, err if options.json else out)
    if options.update_baseline and path:
        write_baseline(path, run, options.identity, ids)
    return code


def _calibrated(options: EvalOptions, run: EvalRun) -> Calibrated | None:
    if options.calibrate is None:
        return None
    if options.threshold is None:
        raise EvalSetupError("There is no bot to calibrate; give one, and the threshold that it answers from.")
    return calibrated(run, options.threshold, options.calibrate)


def _keep(found: Calibrated, options: CalibrateOptions, run: EvalRun, console: Console) -> ExitCode:
    """Writes and tells of the calibration. What the bot fell short of before it was calibrated is no failure."""
    written = None if options.dry_run else str(save(found, options))
    print_calibrated(found, written, console)
    return exit_code(run, ())


def _documents(options: EvalOptions, chatbot: Chatbot | None) -> tuple[Document, ...]:
    if chatbot is not None:
        return chatbot.texts()
    if options.url is None:
        raise EvalSetupError("There is nothing to ask; give a bot, or --url.")
    return documents_at(options.url)


def _at_hand(cases: Sequence[EvalCase], documents: Sequence[Document], aims: Mapping[str, str]) -> list[EvalCase]:
    """The cases that can be asked: their document, or the one that stands in for it, is there."""
    known = {document.id for document in documents}
    return [case for case in cases if aims.get(case.document, case.document) in known]


def _baseline_path(options: EvalOptions) -> Path | None:
    """The baseline of these cases; none where they are asked of another document, or aren't the bundled ones."""
    if options.document_map or options.given:
        return None
    return options.baseline or (None if options.cases else bundled_baseline())


def _replies(
    options: EvalOptions, chatbot: Chatbot | None, cases: Sequence[EvalCase], stack: ExitStack, err: Console
) -> Sequence[Mapping[str, Any]]:
    """The reply to each of *cases*, from where the options say."""
    if options.calibrate:
        require_both_kinds(cases)
    step = stack.enter_context(_progress(len(cases), err))
    if options.workers > 1 and options.opens and not (options.url or options.replies):
        replies = ask_in_processes(cases, options.opens, options.workers, step)
        ask, workers = answered(cases, replies), 1
    else:
        ask, workers = _asker(options, chatbot), options.workers if options.url else 1
        ask = _stepping(ask, step)
    if options.record:
        ask = stack.enter_context(record(ask, options.record))
    return ask_all(cases, ask, 1 if options.record else workers)


def _asker(options: EvalOptions, chatbot: Chatbot | None) -> Ask:
    if options.replies:
        return recorded_asker(options.replies)
    if options.url or chatbot is None:
        return url_asker(options.url or "")
    return library_asker(chatbot)


def _stepping(ask: Ask, step: Callable[[], object]) -> Ask:
    def asked(case: EvalCase) -> Mapping[str, Any]:
        reply = ask(case)
        step()
        return reply

    return asked


@contextmanager
def _progress(total: int, console: Console) -> Iterator[Callable[[], object]]:
    """A bar on a terminal, and what moves it on."""
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Asking", total=total)
        yield lambda: bar.advance(task)


def _extras(
    options: EvalOptions,
    run: EvalRun,
    short: tuple[Shortfall, ...],
    comparison: Comparison | None,
    cases: Sequence[EvalCase],
    library: Library,
) -> Extras:
    estimates = forecasts(run.pairs)
    found = calibration(estimates)
    bounds = {name: interval(list(run.by_case(name).values())) for name in METRICS}
    lost = {case.id: "; ".join(stale_parts(case, library.documents[case.document], library)) for case in run.stale}
    asked = {result.case.id for result in run.results} | {case.id for case in run.stale}
    return Extras(
        shortfalls=short,
        scores={"ece": Score(found.ece * found.n, found.n)} if found else {},
        intervals={name: pair for name, pair in bounds.items() if pair is not None},
        comparison=comparison,
        calibration=found.bins if found else (),
        probabilities=estimates,
        threshold=options.threshold,
        latency=latency(result.reply for result in run.results).stages,
        stale=lost,
        skipped=tuple(case for case in cases if case.id not in asked),
    )


def _report(options: EvalOptions, run: EvalRun, extras: Extras, code: ExitCode, library: Library, out: Console) -> None:
    if options.json:
        out.print(Text(report_json(run, extras.shortfalls, code, extras)), soft_wrap=True)
    else:
        print_report(run, extras.shortfalls, out, extras)
    if options.annotations:
        sys.stdout.write(workflow_commands(run, extras))
    write_reports(run, options.reports, extras, code)
    if options.trec:
        write_run(options.trec / "run.trec", run.results)
        write_qrels(options.trec / "qrels.trec", run.results, library)


def _mutate(
    options: EvalOptions,
    chatbot: Chatbot | None,
    cases: Sequence[EvalCase],
    library: Library,
    out: Console,
) -> ExitCode:
    """Breaks the bot on purpose, in every way that is known, and shows what of the gate notices."""
    path = _baseline_path(options)
    baseline = load_baseline(path) if path and path.exists() else None
    thresholds = load_thresholds(options.thresholds)
    ask = _asker(options, chatbot)
    results = mutation_report(cases, ask, library, thresholds, baseline)
    code = mutation_exit_code(results)
    out.print(Text(mutation_json(results, code)) if options.json else mutation_table(results), soft_wrap=options.json)
    return code


def select_cases(options: EvalOptions, cases: Sequence[EvalCase], at_hand: Sequence[str]) -> tuple[EvalCase, ...]:
    """The cases that *options* ask for.

    Raises `EvalSetupError` for a document that the options name and that isn't there, and where no case is
    left that can be asked: an eval of nothing would hold any floor.
    """
    targets = dict(options.document_map)
    _require(options.documents or targets, {case.document for case in cases}, "no case is about")
    wanted = [targets.get(name, name) for name in options.documents]
    _require([*wanted, *targets.values()], at_hand, "the index has no document")
    chosen = tuple(
        case
        for case in cases
        if options.split in ("all", case.split) and (not options.documents or case.document in options.documents)
    )
    if not any(targets.get(case.document, case.document) in at_hand for case in chosen):
        raise EvalSetupError(
            f"None of the {len(chosen)} chosen cases is about a document in the index "
            f"({', '.join(at_hand)}); index their documents, or choose other cases."
        )
    return chosen


def _require(named: Sequence[str] | Mapping[str, str], known: Sequence[str] | set[str], complaint: str) -> None:
    for name in named:
        if name not in known:
            raise EvalSetupError(
                f"The eval can't run: {complaint} {name!r}; there is {', '.join(sorted(known)) or 'none'}."
            )
