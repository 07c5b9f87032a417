"""What calibrating did, as a person reads it in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.calibrate import Calibrated, Figures
from eval.reports.words import count, decimal, printable
from eval.scores import Score

COLUMNS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("answers from", lambda figures: decimal(figures.threshold)),
    ("false answers", lambda figures: _share(figures.false_answers)),
    ("false refusals", lambda figures: _share(figures.false_refusals)),
    ("Brier", lambda figures: decimal(figures.brier)),
    ("ECE", lambda figures: decimal(figures.ece)),
)


def print_calibrated(found: Calibrated, written: str | None, console: Console) -> None:
    """Prints *found*; *written* is the file that it went into, None where it went into none."""
    fitted = found.calibration
    _say(
        console,
        f"Calibrated on {count(fitted.answerable, 'question')} that the text answers and {fitted.unanswerable} that it "
        f"doesn't, for at most {fitted.target:.1%} of false answers: slope {decimal(fitted.slope)}, bias "
        f"{decimal(fitted.bias)}.",
    )
    console.print(_table(found))
    for line in (_caution(found), *found.remarks, _outcome(written)):
        _say(console, line)


def _table(found: Calibrated) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for name, _ in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for figures in found.figures:
        table.add_row(figures.name, *(cell(figures) for _, cell in COLUMNS))
    return table


def _share(score: Score) -> str:
    return f"{score.total:g} of {score.n}"


def _caution(found: Calibrated) -> str:
    flatter = "Figures on the cases that it was fitted to flatter"
    if any(figures.name == "cross-validated" for figures in found.figures):
        return f"{flatter}; in the cross-validated ones each case is judged by a fit to the others."
    return f"{flatter}, and there are too few cases to cross-validate."


def _outcome(written: str | None) -> str:
    if written is None:
        return "Nothing was written."
    return f"Written to {written}; a running server takes it up when it is started again."


def _say(console: Console, line: str) -> None:
    console.print(Text(printable(line)))
