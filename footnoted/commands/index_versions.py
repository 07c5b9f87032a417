"""``footnoted index list``, ``verify``, ``rollback`` and ``prune``."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footnoted.commands.options import DataDir, bot_settings

if TYPE_CHECKING:
    from index.store import IndexStore
    from index.verify import Finding
    from index.versions import DocumentChange, KeptVersion, Pruning

_UNUSABLE = 4
_NOT_WRITTEN = 5

Version = Annotated[str | None, typer.Argument(help="The name of a version, as `footnoted index list` shows it.")]


def list_versions(
    context: typer.Context,
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the versions as JSON.")] = False,
) -> None:
    """Show the versions that are kept, the newest first; whether every byte is there, `verify` says."""
    from index.verify import verify_pointer
    from index.versions import kept_versions

    store = _store(context, data_dir)
    kept = kept_versions(store)
    pointer = verify_pointer(store)
    if as_json:
        typer.echo(json.dumps([asdict(version) for version in kept], default=datetime.isoformat, indent=2))
    else:
        for version in kept:
            typer.echo(_described(version))
    for finding in pointer:
        typer.echo(str(finding), err=True)
        raise typer.Exit(_UNUSABLE)


def _described(version: KeptVersion) -> str:
    from rich.filesize import decimal

    built = f"{version.created_at:%Y-%m-%d %H:%M} UTC" if version.created_at else None
    counts = [(version.documents, "document"), (version.passages, "passage"), (version.sentences, "sentence")]
    facts = [
        *(_counted(number, noun) for number, noun in counts if number is not None),
        *([version.model_id] if version.model_id else []),
        decimal(version.size),
    ]
    lines = [
        f"{version.version}{'  published' if version.published else ''}",
        f"  {'built ' + built + '; ' if built else ''}{', '.join(facts)}",
    ]
    if version.problem:
        lines.append(f"  {version.state.replace('_', ' ')}: {version.problem}")
    return "\n".join(lines)


def verify(
    context: typer.Context,
    version: Version = None,
    data_dir: DataDir = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every kept version, and every document ever published.")
    ] = False,
) -> None:
    """Hash every file of the published version, of another, or of all; exit code 0 whole, 4 damaged."""
    from index.verify import verify_all, verify_published, verify_version

    if version and everything:
        raise typer.BadParameter("give a VERSION or --all, and not both.")
    store = _store(context, data_dir)
    if everything:
        _report(verify_all(store), f"Every kept index ({len(store.versions())})")
    elif version:
        _report(verify_version(store, store.kept(version)), f"Index {version}")
    else:
        published, findings = verify_published(store)
        _report(findings, f"The published index {published}")


def _report(findings: tuple[Finding, ...], what: str) -> None:
    for finding in findings:
        typer.echo(str(finding), err=finding.harmful)
    harmful = sum(finding.harmful for finding in findings)
    if harmful:
        typer.echo(f"{_counted(harmful, 'file')} damaged, missing or unreadable.", err=True)
        raise typer.Exit(_UNUSABLE)
    typer.echo(f"{what} is whole, with its model and its documents.")


def rollback(context: typer.Context, version: Version = None, data_dir: DataDir = None) -> None:
    """Publish an earlier version (without VERSION the one before), once it has been verified."""
    from index.versions import roll_back

    store = _store(context, data_dir)
    done = roll_back(store, version)
    if done.version == done.before:
        typer.echo(f"Index {done.version} is the published one already.")
        return
    for change in done.changes:
        typer.echo(_change(change))
    if done.before and not done.changes:
        typer.echo("No document changes its version.")
    instead = f" instead of {done.before}" if done.before else ""
    typer.echo(f"Index {done.version} in {store.data_dir} is published{instead}.")


def _change(change: DocumentChange) -> str:
    if change.after is None:
        return f"{change.document_id}: version {change.before} leaves the index"
    if change.before is None:
        return f"{change.document_id}: version {change.after} comes into the index"
    return f"{change.document_id}: version {change.before} becomes {change.after}"


def prune(
    context: typer.Context,
    data_dir: DataDir = None,
    keep: Annotated[int, typer.Option("--keep", min=1, help="How many versions, the published one among them.")] = 3,
    documents: Annotated[
        bool, typer.Option("--documents", help="Also document versions that no kept index names: links to them break.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before documents are removed.")] = False,
) -> None:
    """Remove old versions of the index and what killed builds left; the published one is always kept."""
    from rich.filesize import decimal

    from index.versions import carry_out, plan_pruning

    store = _store(context, data_dir)
    with store.writing():
        plan = plan_pruning(store, keep, documents=documents)
        if plan.documents and not yes:
            _ask_about(plan)
        left = carry_out(plan)
    for path in left:
        typer.echo(f"{path} could not be removed; give permission to, and prune again.", err=True)
    if left:
        raise typer.Exit(_NOT_WRITTEN)
    typer.echo(
        f"Removed {_removed(plan)}; {decimal(plan.size)} in all." if plan.paths else "There was nothing to remove."
    )


def _ask_about(plan: Pruning) -> None:
    typer.confirm(
        f"{_counted(len(plan.documents), 'document version')} will be gone for good, and every link to a passage in "
        "them, printed or in a kept conversation, will lead nowhere. Remove them?",
        abort=True,
        err=True,
    )


def _removed(plan: Pruning) -> str:
    counts = (
        (len(plan.versions), "version of the index", "versions of the index"),
        (len(plan.unfinished), "unfinished thing", "unfinished things"),
        (len(plan.models), "model", "models"),
        (len(plan.documents), "document version", "document versions"),
    )
    return ", ".join(_counted(*count) for count in counts if count[0])


def _store(context: typer.Context, data_dir: Path | None) -> IndexStore:
    """The store that the command's --data-dir names, or the one before the command's name."""
    from index.store import IndexStore

    return IndexStore(bot_settings(data_dir or context.obj).data_dir)


def _counted(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
