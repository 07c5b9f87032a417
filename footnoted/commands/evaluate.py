"""``footnoted eval``, ``footnoted eval lint`` and ``footnoted eval new``."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from footnoted.commands.options import DataDir, open_chatbot

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
) -> None:
    """Check answers, footnotes and refusals against cases; exit code 0 held, 1 fell short, 3 stale, 4 misconfigured."""
    if context.invoked_subcommand is not None:
        return
    from eval.entry import EvalOptions, parse_document_map, run_eval
    from eval.errors import EvalError
    from eval.gate import error_exit_code
    from eval.report import ReportPaths

    try:
        document_map = parse_document_map(stand_in or [])
    except EvalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error_exit_code(error)) from error
    chatbot = None if url else open_chatbot(data_dir, keep_conversations=False)
    options = EvalOptions(
        cases=tuple(cases or ()),
        split=split.value,
        documents=tuple(document or ()),
        document_map=document_map,
        json=as_json,
        thresholds=thresholds,
        baseline=baseline,
        update_baseline=update_baseline,
        identity=_identity(chatbot),
        threshold=None if chatbot is None else chatbot.answer_threshold,
        url=url,
        replies=replies,
        record=record,
        workers=workers,
        opens=partial(open_chatbot, data_dir, keep_conversations=False),
        reports=ReportPaths(junit, markdown, None, code_quality, json_file, html),
        annotations=annotations,
        trec=trec,
        mutate=mutate,
    )
    raise typer.Exit(run_eval(options, chatbot))


def _identity(chatbot: Any) -> dict[str, str]:
    """What a recorded baseline was made with."""
    from bot.onnx_reader import FOLDER
    from eval.baseline import made_with

    if chatbot is None:
        return {}
    return made_with(chatbot, None if chatbot.reader is None else FOLDER / "reader.json")


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

    documents = open_chatbot(data_dir, keep_conversations=False).documents() if data_dir else None
    raise typer.Exit(run_lint([*(cases or ()), *(files or ())], documents, strict=strict, as_json=as_json))


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
