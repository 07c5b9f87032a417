"""What ``footnoted eval`` runs: from options to an exit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from bot.answers import Reply
from bot.chatbot import new_conversation_id
from bot.footnotes import reply_dict
from corpus.documents import Document
from eval.cases import EvalCase, load_cases
from eval.errors import EvalError, EvalSetupError
from eval.gate import ExitCode, error_exit_code, exit_code, load_thresholds, shortfalls
from eval.report import print_report, report_json
from eval.run import Ask, evaluate


class Chatbot(Protocol):
    """What an eval needs of a bot; `bot.chatbot.Chatbot` is one."""

    def ask(self, conversation_id: str, question: str, history: Sequence[str] = ()) -> Reply:
        """The reply to *question*, asked after *history*."""
        ...

    def documents(self) -> tuple[Document, ...]:
        """The documents that it answers from."""
        ...


@dataclass(frozen=True, slots=True)
class EvalOptions:
    """The options of ``footnoted eval``.

    ``cases`` are files or folders (none: the bundled cases); ``documents`` keeps only the cases of these;
    ``document_map`` runs the cases of one document against another; ``thresholds`` is a TOML file (None: the
    bundled one).
    """

    cases: tuple[Path, ...] = ()
    split: Literal["open", "scored", "all"] = "all"
    documents: tuple[str, ...] = ()
    document_map: tuple[tuple[str, str], ...] = ()
    json: bool = False
    thresholds: Path | None = None


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


def run_eval(options: EvalOptions, chatbot: Chatbot, out: Console | None = None, err: Console | None = None) -> int:
    """Runs the cases against *chatbot*, prints the report to *out*, and returns the exit code.

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


def _run(options: EvalOptions, chatbot: Chatbot, out: Console, err: Console) -> ExitCode:
    thresholds = load_thresholds(options.thresholds)
    documents = chatbot.documents()
    cases = select_cases(options, load_cases(options.cases), [document.id for document in documents])
    with _progress(asker(chatbot), len(cases), err) as ask:
        run = evaluate(ask, documents, cases, dict(options.document_map))
    short = shortfalls(run, thresholds)
    code = exit_code(run, short)
    if options.json:
        out.print(Text(report_json(run, short, code)), soft_wrap=True)
    else:
        print_report(run, short, out)
    return code


def asker(chatbot: Chatbot) -> Ask:
    """Asks each case in a conversation of its own, so that no case sees another."""

    def ask(case: EvalCase) -> Mapping[str, Any]:
        conversation_id = new_conversation_id()
        return reply_dict(chatbot.ask(conversation_id, case.question, case.history), conversation_id)

    return ask


@contextmanager
def _progress(ask: Ask, total: int, console: Console) -> Iterator[Ask]:
    """*ask*, with a bar on a terminal."""
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Asking", total=total)

        def asked(case: EvalCase) -> Mapping[str, Any]:
            reply = ask(case)
            bar.advance(task)
            return reply

        yield asked


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
