"""``docs/comparison.md`` from ``results.json``: what was measured, last, of each peer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from pydantic import TypeAdapter

from eval.peers.compare import FEW, Group, Row
from eval.peers.environments import ROOT
from eval.peers.roster import ROSTER, PeerSpec

RESULTS = Path(__file__).with_name("results.json")
PAGE = ROOT / "docs" / "comparison.md"
_ROWS = TypeAdapter(list[Row])
_SCORES = ("right answers", "citation precision", "false answers", "false refusals", "words an answer")
_COSTS = ("seconds a question", "peak memory", "install size")


def load_rows(path: Path = RESULTS) -> dict[str, Row]:
    """The rows that were measured, by peer."""
    return {row.key: row for row in _ROWS.validate_json(path.read_bytes())} if path.is_file() else {}


def save_rows(rows: Mapping[str, Row], path: Path) -> None:
    """Writes *rows* in the order of the roster."""
    kept = [rows[spec.key] for spec in ROSTER if spec.key in rows]
    path.write_bytes(_ROWS.dump_json(kept, indent=2) + b"\n")


def page(rows: Mapping[str, Row]) -> str:
    """The page as Markdown: its words from ``page.md``, with the tables of *rows* in their places."""
    words = (files("eval.peers") / "page.md").read_text(encoding="utf-8")
    return (
        words.replace("{{all}}", "\n".join(_table(rows, "pooled", _COSTS)))
        .replace("{{open}}", "\n".join(_table(rows, "open")))
        .replace("{{few}}", "\n".join(_table(rows, "few", _COSTS)))
        .replace("{{not_measured}}", "\n".join(_not_measured(rows)))
        .replace("{{FEW}}", str(FEW))
    )


def _table(rows: Mapping[str, Row], name: str, costs: Sequence[str] = ()) -> Iterator[str]:
    columns = ["", *_SCORES, *costs]
    yield f"| {' | '.join(columns)} |"
    yield f"|---|{'---:|' * (len(columns) - 1)}"
    for spec in ROSTER:
        row = rows.get(spec.key)
        group: Group | None = getattr(row, name) if row else None
        if row and group:
            cells = [spec.label, *_scores(group), *(_costs(row) if costs else ())]
            yield f"| {' | '.join(cells)} |"


def _scores(group: Group) -> Iterator[str]:
    for held, total in (group.right, group.citation_precision, group.false_answers, group.false_refusals):
        yield f"{held / total:.0%} ({held:g}/{total})" if total else "–"
    yield "–" if group.words is None else f"{group.words:g}"


def _costs(row: Row) -> Iterator[str]:
    yield "–" if row.seconds is None else f"{row.seconds:.2g}"
    yield "–" if row.peak_mb is None else f"{row.peak_mb:,.0f} MiB"
    yield "–" if row.install_mb is None else f"{row.install_mb:,.{0 if row.install_mb >= 10 else 1}f} MB"


def _not_measured(rows: Mapping[str, Row]) -> Iterator[str]:
    missing = [spec for spec in ROSTER if _reason(spec, rows)]
    yield from (f"- {spec.label}: {_reason(spec, rows)}." for spec in missing)
    if not missing:
        yield "All of them were measured."


def _reason(spec: PeerSpec, rows: Mapping[str, Row]) -> str | None:
    return rows[spec.key].reason if spec.key in rows else "not measured yet"
