"""Asks a peer the cases in its own environment, and judges its replies with the eval's own metrics."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from corpus.documents import Document, Span
from eval.cases import EvalCase
from eval.errors import PeerUnavailable
from eval.library import Library, section_paths
from eval.peers.environments import ROOT, Environment, folder_size, installed_mb, make
from eval.peers.ports import Source, Unit, source_dict
from eval.peers.roster import PeerSpec, Server
from eval.replies import parse_reply
from eval.run import CaseResult, judge
from eval.scores import Score, pooled
from eval.verdict import footnote_is_right
from index.sentences import block_sentences, sentence_spans

FEW = 20  # questions for a peer that writes with a language model
WORK_SECONDS = 1500
OUR_PACKAGES = ("bot", "corpus", "footnoted", "index", "web")


class Group(BaseModel):
    """What a peer did on a group of cases; each pair is how many, of how many."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    right: tuple[float, int]
    citation_precision: tuple[float, int]
    false_answers: tuple[float, int]
    false_refusals: tuple[float, int]
    words: float | None
    """Median words of an answer."""


class Row(BaseModel):
    """What was measured of one peer, or the reason why it wasn't. Pooled figures only: nothing of any case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    reason: str | None = None
    pooled: Group | None = None
    open: Group | None = None
    few: Group | None = None
    threshold: float | None = None
    seconds: float | None = None
    peak_mb: float | None = None
    install_mb: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The replies of a peer by case id, the seconds that each took, and the peak of its memory in MiB."""

    replies: Mapping[str, Mapping[str, Any]]
    seconds: tuple[float, ...]
    peak_mb: float


def source_of(document: Document, path: Path) -> Source:
    """*document* as peers get it: paragraphs, lists, tables and notes, each under its heading."""
    units = [
        Unit(
            block.span.start,
            block.span.end,
            section.path,
            block.span.of(document.text),
            tuple((s.span.start, s.span.end) for s in block_sentences(document, block)),
        )
        for section in document.sections
        for block in section.blocks
    ]
    units += [_note_unit(document, note.span) for note in document.notes]
    kept = tuple(unit for unit in units if unit.text.strip())
    return Source(document.id, document.title, document.version, document.language, str(path), kept)


def _note_unit(document: Document, span: Span) -> Unit:
    paths = section_paths(document, span)
    sentences = tuple((s.start, s.end) for s in sentence_spans(document.text, span))
    return Unit(span.start, span.end, paths[0] if paths else (), span.of(document.text), sentences)


def few_of(cases: Sequence[EvalCase]) -> tuple[EvalCase, ...]:
    """`FEW` open cases, evenly spaced by id, so that every kind and document has its share."""
    ranked = sorted((case for case in cases if case.split == "open"), key=lambda case: case.id)
    number = min(FEW, len(ranked))
    return tuple(ranked[place * len(ranked) // number] for place in range(number))


def measure(
    spec: PeerSpec,
    cases: Sequence[EvalCase],
    documents: Mapping[Path, Document],
    environments: Mapping[str, Environment],
    folder: Path,
) -> Row:
    """*spec* on *cases*; a row with a reason where it can't be installed or run."""
    chosen = few_of(cases) if spec.few else cases
    try:
        python = make(environments[spec.environment], folder)
        sources = [source_of(document, path) for path, document in documents.items()]
        asked = _ask(spec, python, chosen, sources, environments, folder)
    except PeerUnavailable as error:
        return Row(key=spec.key, reason=str(error))
    own = sum(folder_size(ROOT / name) for name in OUR_PACKAGES) / 1e6 if spec.key == "footnoted" else 0
    row = judged(spec, chosen, Library.of(documents.values()), asked, few_of(cases))
    return row.model_copy(update={"install_mb": round(installed_mb(python) + own, 1)})


def judged(spec: PeerSpec, cases: Sequence[EvalCase], library: Library, asked: Asked, few: Sequence[EvalCase]) -> Row:
    """The row of a peer whose replies are *asked*."""
    opened = [case for case in cases if case.split == "open"]
    threshold = fitted_threshold(opened, asked.replies, library)
    results = {case.id: _judge(case, asked.replies[case.id], library, threshold) for case in cases}
    return Row(
        key=spec.key,
        pooled=None if spec.few else group(list(results.values()), library),
        open=None if spec.few else group([results[case.id] for case in opened], library),
        few=group([results[case.id] for case in few], library),
        threshold=threshold,
        seconds=round(statistics.median(asked.seconds), 4),
        peak_mb=round(asked.peak_mb),
    )


def group(results: Sequence[CaseResult], library: Library) -> Group:
    """*results* pooled."""
    answers = [result.reply.said for result in results if result.reply.status == "answered"]
    return Group(
        **{
            name: (score.total, score.n)
            for name, score in (
                ("right", _pool(results, "right")),
                ("citation_precision", pooled(_citations(result, library) for result in results)),
                ("false_answers", _pool(results, "false_answers")),
                ("false_refusals", _pool(results, "false_refusals")),
            )
        },
        words=statistics.median(len(answer.split()) for answer in answers) if answers else None,
    )


def _pool(results: Sequence[CaseResult], metric: str) -> Score:
    return pooled(result.scores[metric] for result in results if metric in result.scores)


def _citations(result: CaseResult, library: Library) -> Score:
    """Of the footnotes of an answer to a case that names sections: those under one of them.

    An answer without a footnote cites nothing wrong and nothing right, and counts as one wrong footnote.
    """
    if not result.case.sections or result.reply.status != "answered":
        return Score(0, 0)
    held = [footnote_is_right(result.case, note, library) for note in result.reply.footnotes]
    return Score(sum(held), len(held)) if held else Score(0, 1)


def fitted_threshold(
    cases: Sequence[EvalCase], replies: Mapping[str, Mapping[str, Any]], library: Library
) -> float | None:
    """The confidence at which answering gets most right on *cases*; None for a peer that gives no confidence.

    Most right is the mean of two shares, so that a peer gains by neither always answering nor always refusing:
    right among the cases that the text answers, and right among those that it doesn't.
    """
    sure: list[float] = sorted({r["confidence"] for case in cases if "confidence" in (r := replies[case.id])})
    if not sure:
        return None
    steps = sure[:: max(1, len(sure) // 100)]
    return max(steps, key=lambda step: _balanced(cases, replies, library, step))


def _balanced(
    cases: Sequence[EvalCase], replies: Mapping[str, Mapping[str, Any]], library: Library, threshold: float
) -> float:
    results = [_judge(case, replies[case.id], library, threshold) for case in cases]
    return sum(_pool(results, metric).value or 0 for metric in ("answered_right", "refused_right"))


def _judge(case: EvalCase, reply: Mapping[str, Any], library: Library, threshold: float | None) -> CaseResult:
    if threshold is not None and reply["status"] == "answered" and reply.get("confidence", threshold) < threshold:
        reply = {**reply, "status": "refused", "answer": "", "sentences": [], "footnotes": []}
    return judge(case, parse_reply(reply, case.id), library)


def _ask(
    spec: PeerSpec,
    python: Path,
    cases: Sequence[EvalCase],
    sources: Sequence[Source],
    environments: Mapping[str, Environment],
    folder: Path,
) -> Asked:
    with ExitStack() as stack:
        room = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        served = {name: stack.enter_context(_served(name, environments, folder)) for name in spec.servers}
        questions = [{"id": c.id, "question": c.question, "history": list(c.history)} for c in cases]
        job = {"sources": [source_dict(source) for source in sources], "questions": questions}
        (room / "job.json").write_text(json.dumps(job), encoding="utf-8")
        urls = {f"PEERS_{name.upper()}_URL": server.url for name, server in served.items()}
        command = [str(python), "-m", "eval.peers.worker", spec.adapter, str(room / "job.json"), str(room / "out")]
        _work(command, urls)
        *lines, last = [json.loads(line) for line in (room / "out").read_text(encoding="utf-8").splitlines()]
        peak = last["peak_mb"] + sum(_peak_mb(server.pid) for server in served.values())
    return Asked({line["id"]: line["reply"] for line in lines}, tuple(line["seconds"] for line in lines), peak)


def _work(command: Sequence[str], urls: Mapping[str, str]) -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PEERS_INDEXER": sys.executable, **urls}
    try:
        subprocess.run(  # noqa: S603 - our own command
            command, check=True, capture_output=True, text=True, timeout=WORK_SECONDS, cwd=ROOT, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise PeerUnavailable(f"did not answer the questions within {WORK_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()
        raise PeerUnavailable(f"failed while it ran ({said[-1] if said else error.returncode})") from error


@dataclass(frozen=True, slots=True)
class _Served:
    url: str
    pid: int


@contextmanager
def _served(name: Server, environments: Mapping[str, Environment], folder: Path) -> Iterator[_Served]:
    """What a peer needs served, for as long as it asks."""
    python = make(environments["llm" if name == "llm" else "plain"], folder)
    command = [str(python), "-m", f"eval.peers.local_{name}"]
    if name == "llm":
        command.append(str(next(python.parents[1].rglob("*.gguf"))))
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    )
    try:
        url = process.stdout.readline().strip() if process.stdout else ""
        if not url.startswith("http"):
            raise PeerUnavailable(f"needs a local server of {name}, which did not start")
        yield _Served(url, process.pid)
    finally:
        process.kill()
        process.wait()


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def without_case(row: Row) -> Row:
    """*row* with its threshold rounded, so that no case's exact score shows."""
    return row if row.threshold is None else row.model_copy(update={"threshold": round(row.threshold, 2)})
