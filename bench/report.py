"""What the benchmarks found, as Markdown. The prose that stands in the document is here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import Any

from bench.ask import ASK, ENCODE, FLOOR, UNREAD

Found = Mapping[str, Any]

_WIDTH = 120
_MISSING = "Couldn't be measured here."
_TRIED = Path(__file__).with_name("tried.md")
_HEAD = """# Benchmarks

Made by `make bench` in {minutes:.0f} minutes; the words are in `bench/report.py` and `bench/tried.md`. Every figure is
from this run, and ratios are to a floor that was measured in turn with it. Milliseconds are medians.
"""


def rendered(found: Found) -> str:
    """The whole document."""
    blocks = [_HEAD.format(minutes=found["minutes"]), *_section("The machine", _machine(found["machine"]))]
    parts = (
        ("Goals", _goals(found)),
        ("Cold start and memory", _needed(found, "cold", _cold)),
        ("Size", _needed(found, "sizes", _sizes)),
        ("A question, by stage", _needed(found, "ask", _ask)),
        ("Reading", _needed(found, "reading", _reading)),
        ("Engines for the embedding model", _needed(found, "engines", _engines)),
        ("Building", _needed(found, "build", _build)),
        ("Many readers", _needed(found, "load", _load)),
    )
    for title, lines in parts:
        blocks += _section(title, lines)
    return "\n".join(blocks) + "\n" + _TRIED.read_text(encoding="utf-8")


def _section(title: str, lines: Iterable[str]) -> list[str]:
    """The lines under their title; those that aren't a table's are one paragraph where they follow one another."""
    blocks = [f"## {title}"]
    for is_prose, group in groupby(lines, key=lambda line: bool(line) and line[0] != "|"):
        together = list(group)
        blocks += [fill(" ".join(together), _WIDTH, break_long_words=False)] if is_prose else together
    return [*blocks, ""]


def _needed(found: Found, name: str, lines: Any) -> Iterable[str]:
    return lines(found[name]) if found.get(name) else [_MISSING]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    cells = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return [f"| {' | '.join(str(cell) for cell in row)} |" for row in cells]


def _machine(machine: Mapping[str, str]) -> list[str]:
    return _table(("", ""), machine.items())


def _goals(found: Found) -> list[str]:
    rows = [
        (what, wanted, *((f"{value:.2f}{unit}", "yes" if held else "no") if value is not None else ("–", "–")))
        for what, wanted, value, unit, held in _checked(found)
    ]
    return _table(("goal", "wanted", "found", "met"), rows)


def _checked(found: Found) -> Iterator[tuple[str, str, float | None, str, bool]]:
    """Each goal: its name, what is wanted, what was found, its unit, whether it is met."""
    by_size = {row["passages"]: row["ms"] for row in found["ask"] or ()}
    small, large = (by_size[pick(by_size)] if by_size else None for pick in (min, max))
    cold, sizes, build, load = (found[name] for name in ("cold", "sizes", "build", "load"))
    installed = sizes and sizes.get("serving_mb")
    answered = load and max(row["questions_per_s"] for row in load["reader"]["off"].values())
    cores = int(found["machine"]["cores"])
    for what, most, value, unit in (
        ("encoding a question × sentence-transformers'", 0.35, small and small[ENCODE] / small[FLOOR], ""),
        ("ask × its own encoding, bundled explainer, reader apart", 1.5, small and small[UNREAD] / small[ENCODE], ""),
        (
            f"ask × its own encoding, {max(by_size, default=0):,} passages",
            2.0,
            large and large[UNREAD] / large[ENCODE],
            "",
        ),
        ("cold `footnoted ask`", 1.0, cold and cold["ask_s"], " s"),
        ("idle serving memory with the reader", 250, cold and cold["serve"]["on"]["idle_rss_mb"], " MB"),
        ("serving install", 400, installed, " MB"),
    ):
        yield what, f"≤ {most:g}{unit}", value, unit, value is not None and value <= most
    for what, least, value in (
        ("building × bare encoding", 0.9, build and build["of_bare"]),
        (
            "questions answered, reader off × bare batch encoding on all cores",
            0.8,
            answered and answered / load["encodings_per_s"]["in batches"] / cores,
        ),
    ):
        yield what, f"≥ {least:g}", value, "", value is not None and value >= least


def _cold(cold: Found) -> list[str]:
    floor = cold["floor_load_and_question_s"]
    where = "the fresh serving" if cold["environment"] == "serving" else "this"
    lines = [
        f"The bot runs from {where} environment.",
        f"`footnoted ask`, from the shell to the answer, index built: {cold['ask_s']:.2f} s, the median",
        "of several questions. The floor, a",
        "script of 40 lines with",
        f"sentence-transformers and FAISS (`bench/floor.py`): {cold['floor_s']:.1f} s, of which {floor:.1f} s",
        "aren't the building of its index.",
        "",
    ]
    head = ("", "ready s", "idle MB", "of that its own", "after 20 questions", "of that its own", "peak MB")
    keys = ("ready_s", "idle_rss_mb", "idle_own_mb", "after_rss_mb", "after_own_mb", "peak_mb")
    served = [(f"`serve`, reader {name}", *_numbers(row, keys)) for name, row in cold["serve"].items()]
    script = ("the floor", "", f"{cold['floor_rss_mb']:.0f}", "", "", "", f"{cold['floor_peak_mb']:.0f}")
    return [*lines, *_table(head, [*served, script])]


def _numbers(row: Mapping[str, float], keys: Sequence[str]) -> list[str]:
    return [f"{row[key]:.1f}" if key.endswith("_s") else f"{row[key]:.0f}" for key in keys]


def _sizes(sizes: Found) -> list[str]:
    fresh = sizes.get("serving_mb")
    told = f"{fresh:.0f} MB on disk in a fresh environment" if fresh else "no fresh environment was made"
    largest = ", ".join(f"{name} {size:.0f}" for name, size in sizes["largest"].items())
    return [
        f"Serving (`requirements-serve.lock`): {told}; its packages alone {sizes['serving_packages_mb']:.0f}",
        "MB, the largest of them",
        f"{largest}. Everything (`requirements.lock`): {sizes['full_mb']:.0f} MB of packages, as they are",
        "installed here.",
    ]


def _ask(rows: Sequence[Found]) -> list[str]:
    stages = list(dict.fromkeys(stage for row in rows for stage in row["stages"][UNREAD]))
    head = ("passages", FLOOR, ENCODE, UNREAD, "× own encoding", "× the floor", *stages)
    lines = []
    for row in rows:
        ms, by_stage = row["ms"], row["stages"][UNREAD]
        ratios = (f"{ms[UNREAD] / ms[ENCODE]:.2f}", f"{ms[UNREAD] / ms[FLOOR]:.2f}")
        times = (f"{ms[name]:.1f}" for name in (FLOOR, ENCODE, UNREAD))
        lines.append((f"{row['passages']:,}", *times, *ratios, *(f"{by_stage[stage]:.1f}" for stage in stages)))
    read = next((row for row in rows if ASK in row["ms"]), None)
    said = [] if read is None else _with_reader(read)
    return [*_table(head, lines), "", "Milliseconds. `retrieve` holds the encoding.", *said]


def _with_reader(row: Found) -> list[str]:
    ms, stages = row["ms"][ASK], row["stages"][ASK]
    told = ", ".join(f"{name} {spent:.1f}" for name, spent in stages.items())
    return [
        f"With the trained reader, over {row['passages']} passages: {ms:.0f} ms, {ms / row['ms'][FLOOR]:.1f}",
        f"× the floor's encoding ({told}).",
    ]


def _reading(reading: Found) -> list[str]:
    one, all_cores = reading["ms"]["one thread"], reading["ms"]["all cores"]
    shares = ", ".join(f"{name} {share:.0%}" for name, share in reading["operators"].items())
    return [
        f"The first {reading['windows']:.0f} passages: {one:.0f} ms on one thread, {all_cores:.0f} ms on all",
        f"cores ({all_cores / one:.2f} ×).",
        f"Where the time of one passage goes: {shares}.",
    ]


def _engines(found: Found) -> list[str]:
    rows = []
    floor = found["engines"]["sentence-transformers"]
    for name, row in found["engines"].items():
        if row is None:
            rows.append((name, "not installed", *[""] * 5))
            continue
        same = (f"{row['top_3']:.3f}", row["cases_changed"]) if "top_3" in row else ("", "")
        times = (row["question_ms"], row["passage_ms"])
        ratios = (row["question_ms"] / floor["question_ms"], row["passage_ms"] / floor["passage_ms"])
        rows.append((name, *(f"{t:.1f}" for t in times), *(f"{r:.2f}" for r in ratios), *same))
    head = ("engine", "ms a question", "ms a passage", "× floor", "× floor", "top 3 the same", "cases changed")
    told = f"Of {found['cases']} cases. Passages one by one, the floor's in batches."
    rule = "An int8 engine is the default only where 0.98 of the top three are the same and no case changes."
    return [*_table(head, rows), "", told, rule]


def _build(build: Found) -> list[str]:
    one, two = (build[f"bare_{count}_processes_per_s"] for count in (1, 2))
    return [
        f"{build['texts_per_s']:.0f} texts a second, {build['of_bare']:.2f} of bare encoding's rate",
        f"({build['least']:.2f} to {build['most']:.2f}; by processor",
        f"time {build['of_bare_cpu']:.2f}), {build['rounds']} rounds of {build['texts']} texts. Bare encoding",
        f"in two processes at once: {two / one:.2f} of one's rate.",
    ]


def _load(load: Found) -> list[str]:
    rates = load["encodings_per_s"]
    lines = [
        f"The model alone encodes {rates['one by one']:.0f} questions a second one by one and",
        f"{rates['in batches']:.0f} in batches, on one thread.",
        "Each reader asks when the answer before has come; one more reads the first page all the while.",
        "",
    ]
    keys = ("questions_per_s", "answer_p50_ms", "answer_p95_ms", "page_p50_ms", "page_p95_ms")
    rows = [
        (state, readers, f"{row[keys[0]]:.1f}", *(f"{row[key]:.0f}" for key in keys[1:]), len(row["errors"]))
        for state, by_readers in load["reader"].items()
        for readers, row in by_readers.items()
    ]
    head = ("trained reader", "readers", "questions/s", "answer p50 ms", "p95", "page p50 ms", "p95", "errors")
    return [*lines, *_table(head, rows)]
