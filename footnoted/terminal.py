"""A reply as text for a terminal or a pipe; colour only where a terminal asks for it."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.answers import Answer, Citation, Refusal, Reply
from bot.footnotes import permalink, section_path


def print_reply(reply: Reply, console: Console | None = None) -> None:
    """Prints the answer and its footnotes, or the refusal and the nearest sections."""
    console = console or Console(highlight=False)
    match reply:
        case Answer():
            console.print(Text(reply.text))
            console.print()
            for citation in reply.citations:
                _print_citation(citation, console)
            if reply.partly:
                console.print()
                _print_refusal(reply.partly, console)
        case Refusal():
            _print_refusal(reply, console)


def _print_refusal(refusal: Refusal, console: Console) -> None:
    console.print(Text(refusal.message))
    for nearest in refusal.nearest:
        path = " › ".join(section_path(nearest.section, nearest.document))
        console.print(Padding(Text(f"{path}  {permalink(nearest.document, nearest.span)}", style="dim"), (0, 2)))


def _print_citation(citation: Citation, console: Console) -> None:
    path = " › ".join(section_path(citation.section, citation.document))
    dated = f", as of {citation.document.as_of.isoformat()}" if citation.document.as_of else ""
    console.print(Text(f"[{citation.number}] {citation.document.title}{dated}: {path}", style="bold"))
    console.print(Padding(Text(f"“{citation.quote}”"), (0, 4)))
    for note in citation.notes:
        console.print(Padding(Text(f"Note {note.label}: {note.text}", style="italic"), (0, 4)))
    console.print(Padding(Text(permalink(citation.document, citation.span), style="dim"), (0, 4)))
