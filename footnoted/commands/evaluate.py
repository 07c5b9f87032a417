"""``footnoted eval``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from footnoted.commands.options import DataDir, open_chatbot


class Split(StrEnum):
    """Which cases: those that developers look at, those that are only scored, or both."""

    OPEN = "open"
    SCORED = "scored"
    ALL = "all"


def run(
    data_dir: DataDir = None,
    cases: Annotated[
        list[Path] | None, typer.Option("--cases", help="Case files or folders; none: the bundled ones.")
    ] = None,
    split: Annotated[Split, typer.Option("--split", help="Which of the cases.")] = Split.ALL,
    document: Annotated[list[str] | None, typer.Option("--document", help="Only the cases of this document.")] = None,
    stand_in: Annotated[
        list[str] | None, typer.Option("--as", help="ID=OTHER_ID: run one document's cases against another.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON, the same bytes each run.")] = False,
    thresholds: Annotated[Path | None, typer.Option("--thresholds", help="TOML file of floors.")] = None,
) -> None:
    """Check answers, footnotes and refusals against cases; exit code 0 held, 1 fell short, 3 stale, 4 misconfigured."""
    from eval.entry import EvalOptions, parse_document_map, run_eval
    from eval.errors import EvalError
    from eval.gate import error_exit_code

    try:
        document_map = parse_document_map(stand_in or [])
    except EvalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error_exit_code(error)) from error
    options = EvalOptions(
        cases=tuple(cases or ()),
        split=split.value,
        documents=tuple(document or ()),
        document_map=document_map,
        json=as_json,
        thresholds=thresholds,
    )
    raise typer.Exit(run_eval(options, open_chatbot(data_dir, keep_conversations=False)))
