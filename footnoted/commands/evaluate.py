"""``footnoted eval``, ``footnoted eval lint`` and ``footnoted eval new``."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footnoted.commands.options import DataDir, bot_settings, open_chatbot, open_worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.chatbot import Chatbot
    from corpus.documents import Document
    from eval.calibrate import CalibrateOptions
    from eval.cases import EvalCase
    from eval.library import Library
    from eval.readings import KeptReader

    Read = Callable[[Path], tuple[tuple[Document, ...], tuple[EvalCase, ...]]]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

CaseFiles = Annotated[
    list[Path] | None, typer.Option("--cases", help="Case files or folders (.jsonl, .yaml); none: the bundled ones.")
]


class Split(StrEnum):
    """Which cases: those that developers look at, those that are only scored, or both."""

    OPEN = "open"
    SCORED = "scored"
    ALL = "all"


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    data_dir: DataDir = None,
    cases: CaseFiles = None,
    split: Annotated[Split, typer.Option("--split", help="Which of the cases.")] = Split.ALL,
    document: Annotated[list[str] | None, typer.Option("--document", help="Only the cases of this document.")] = None,
    stand_in: Annotated[
        list[str] | None, typer.Option("--as", help="ID=OTHER_ID: run one document's cases against another.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON, the same bytes each run.")] = False,
    thresholds: Annotated[Path | None, typer.Option("--thresholds", help="TOML file of floors.")] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="A recorded run: a case that turns wrong fails by name.")
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Record which cases are right now.")
    ] = False,
    url: Annotated[str | None, typer.Option("--url", help="Judge a running server; no index is needed.")] = None,
    replies: Annotated[
        Path | None, typer.Option("--replies", help="Judge recorded replies (JSON lines, as ask --batch writes them).")
    ] = None,
    record: Annotated[Path | None, typer.Option("--record", help="Write the replies here.")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that ask.")] = 1,
    readings: Annotated[
        Path | None, typer.Option("--readings", help="Keep what the reader made of each passage here between runs.")
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write a JUnit XML report here.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write a Markdown summary here.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page that holds everything here.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json-file", help="Write the scores as JSON here.")] = None,
    code_quality: Annotated[
        Path | None, typer.Option("--code-quality", help="Write GitLab's code quality report here.")
    ] = None,
    annotations: Annotated[
        bool, typer.Option("--annotations", help="Print GitHub's annotations at the lines of the cases.")
    ] = False,
    trec: Annotated[
        Path | None, typer.Option("--trec", help="Folder for a TREC run and its relevance judgments.")
    ] = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Break the bot on purpose, and fail where the gate doesn't notice.")
    ] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Fit the bot's estimate and threshold to the open cases, and keep them.")
    ] = False,
    target: Annotated[
        float | None,
        typer.Option("--target-false-answers", help="The share of unanswerable questions to answer at most (0.05)."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --calibrate: only show what would change.")] = False,
) -> None:
    """Check answers, footnotes and refusals against cases; exit code 0 held, 1 fell short, 3 stale, 4 misconfigured."""
    if context.invoked_subcommand is not None:
        return
    elsewhere = {"--url": url, "--replies": replies, "--mutate": mutate, "--update-baseline": update_baseline}
    elsewhere["--split scored"] = split is Split.SCORED
    _refuse_with_calibrate([name for name, value in elsewhere.items() if value], calibrate, target, dry_run=dry_run)
    from eval.entry import EvalOptions, parse_document_map, run_eval
    from eval.errors import EvalError
    from eval.gate import error_exit_code
    from eval.report import ReportPaths

    try:
        document_map = parse_document_map(stand_in or [])
    except EvalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error_exit_code(error)) from error
    chatbot = None if url else open_chatbot(data_dir, keep_conversations=False, calibrated=not calibrate)
    kept = _kept_reader(chatbot, readings)
    if chatbot is not None and kept is not None:
        chatbot = replace(chatbot, reader=kept)
    options = EvalOptions(
        cases=tuple(cases or ()),
        split=split.value,
        documents=tuple(document or ()),
        document_map=document_map,
        json=as_json,
        thresholds=thresholds,
        baseline=baseline,
        update_baseline=update_baseline,
        identity=_identity(chatbot, kept=kept is not None),
        library=_library(chatbot),
        threshold=None if chatbot is None else chatbot.answer_threshold,
        url=url,
        replies=replies,
        record=record,
        workers=workers,
        opens=partial(open_worker, data_dir, calibrated=not calibrate),
        reports=ReportPaths(junit, markdown, None, code_quality, json_file, html),
        annotations=annotations,
        trec=trec,
        mutate=mutate,
        calibrate=_calibrate_options(data_dir, target, dry_run=dry_run) if calibrate else None,
    )
    code = run_eval(options, chatbot)
    if kept is not None and not mutate:
        kept.save(prune=update_baseline and split is Split.ALL and not (cases or document or stand_in))
    raise typer.Exit(code)


def _refuse_with_calibrate(others: list[str], calibrate: bool, target: float | None, *, dry_run: bool) -> None:
    """Raises ``BadParameter`` where *others* are options that can't go with ``--calibrate``, or it is missing."""
    if calibrate and others:
        raise typer.BadParameter(f"--calibrate asks the data directory's bot the open cases: leave out {others[0]}.")
    if not calibrate and (dry_run or target is not None):
        raise typer.BadParameter(f"{'--dry-run' if dry_run else '--target-false-answers'} goes with --calibrate.")
    if target is not None and not 0 <= target <= 1:
        raise typer.BadParameter(f"--target-false-answers is a share from 0 to 1, such as 0.05, not {target:g}.")


def _calibrate_options(data_dir: Path | None, target: float | None, *, dry_run: bool) -> CalibrateOptions:
    from bot.bootstrap import weights_of
    from eval.calibrate import DEFAULT_TARGET, CalibrateOptions

    settings = bot_settings(data_dir)
    return CalibrateOptions(
        target=DEFAULT_TARGET if target is None else target,
        data_dir=settings.data_dir,
        weights=weights_of(settings),
        threshold_is_set="answer_threshold" in settings.model_fields_set,
        dry_run=dry_run,
    )


def _kept_reader(chatbot: Chatbot | None, path: Path | None) -> KeptReader | None:
    """The reader of *chatbot*, reading only what the file at *path* doesn't hold; None where there is neither."""
    from eval.errors import EvalError
    from eval.gate import error_exit_code
    from eval.readings import KeptReader, reader_identity

    if chatbot is None or chatbot.reader is None or path is None:
        return None
    try:
        return KeptReader(chatbot.reader, reader_identity(), path)
    except EvalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error_exit_code(error)) from error


def _identity(chatbot: Chatbot | None, *, kept: bool) -> dict[str, str]:
    """What a recorded baseline was made with; kept readings are the same on every processor."""
    from bot.onnx_reader import FOLDER
    from eval.baseline import made_with

    if chatbot is None:
        return {}
    made = made_with(chatbot, None if chatbot.reader is None else FOLDER / "reader.json")
    return {name: value for name, value in made.items() if not (kept and name == "processor")}


def _library(chatbot: Chatbot | None) -> Library | None:
    """The documents, with the passages of the index and their earlier versions."""
    from eval.library import Library, opening

    if chatbot is None:
        return None
    passages = [passage.id for passage in chatbot.retriever.index.passages]
    return Library.of(chatbot.texts(), opening(chatbot.document), passages)


@app.command("lint")
def lint(
    data_dir: DataDir = None,
    cases: CaseFiles = None,
    files: Annotated[list[Path] | None, typer.Argument(help="Case files, as a pre-commit hook names them.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Find cases that any answer, or silence, would pass; with --data-dir also those that the text has left behind."""
    from eval.lint import run_lint

    documents = open_chatbot(data_dir, keep_conversations=False).texts() if data_dir else None
    raise typer.Exit(run_lint([*(cases or ()), *(files or ())], documents, strict=strict, as_json=as_json))


class PublicFormat(StrEnum):
    """The layouts of public question sets."""

    BEIR = "beir"
    SQUAD = "squad"
    MTRAG = "mtrag"


@app.command("public")
def public(
    layout: Annotated[PublicFormat, typer.Argument(help="The set's layout.")],
    path: Annotated[Path, typer.Argument(help="A BEIR folder, a SQuAD 2.0 file or a file of MTRAG tasks.")],
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first so many cases.")] = None,
    trec: Annotated[Path | None, typer.Option("--trec", help="Folder for a TREC run and its judgments.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
) -> None:
    """Index a public question set by itself, ask its questions and score the replies; no floor is for it."""
    from tempfile import TemporaryDirectory

    from bot.bootstrap import bootstrap
    from bot.settings import BotSettings
    from eval.entry import EvalOptions, run_eval
    from eval.errors import EvalError
    from eval.formats.beir import read_beir
    from eval.formats.mtrag import read_mtrag
    from eval.formats.squad import read_squad
    from eval.gate import error_exit_code
    from index.build import build_index
    from index.embedders import MiniLMEmbedder

    readers: dict[PublicFormat, Read] = {
        PublicFormat.BEIR: read_beir,
        PublicFormat.SQUAD: read_squad,
        PublicFormat.MTRAG: read_mtrag,
    }
    try:
        documents, cases = readers[layout](path)
    except EvalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error_exit_code(error)) from error
    with TemporaryDirectory() as folder:
        build_index(documents, MiniLMEmbedder(), Path(folder))
        chatbot = bootstrap(BotSettings(data_dir=Path(folder)), keep_conversations=False)
        options = EvalOptions(given=cases[:limit], json=as_json, trec=trec, library=_library(chatbot))
        raise typer.Exit(run_eval(options, chatbot))


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="A folder that doesn't exist yet.")],
    data_dir: DataDir = None,
    cases: CaseFiles = None,
) -> None:
    """Write the documents and the open cases as a BEIR folder, and as SQuAD 2.0 beside it."""
    from eval.cases import load_cases
    from eval.errors import EvalError
    from eval.formats.beir import write_beir
    from eval.formats.squad import write_squad
    from eval.gate import error_exit_code

    documents = open_chatbot(data_dir, keep_conversations=False).texts()
    try:
        given = load_cases(cases or ())
        left_out = {"BEIR": write_beir(folder, documents, given)}
        left_out["SQuAD"] = write_squad(folder / "squad.json", documents, given)
    except EvalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error_exit_code(error)) from error
    for layout, ids in left_out.items():
        typer.echo(
            f"{layout}: {len(given) - len(ids)} of {len(given)} cases written; the others don't fit, or are scored."
        )


@app.command("new")
def new(
    document: Annotated[str, typer.Argument(help="The id of an indexed document.")],
    data_dir: DataDir = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many cases.")] = 20,
    seed: Annotated[int, typer.Option("--seed", help="Another choice of sentences.")] = 0,
) -> None:
    """Propose cases from a document, as YAML for a person to edit."""
    from eval.propose import proposed_yaml

    chatbot = open_chatbot(data_dir, keep_conversations=False)
    typer.echo(proposed_yaml(chatbot.document(document), limit, seed), nl=False)
