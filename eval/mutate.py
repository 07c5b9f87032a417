"""The mutation check: does the gate catch a bot that is broken on purpose?

Mutation testing (DeMillo, Lipton & Sayward, 1978), with the replies in the program's place: each of
`eval.mutations.MUTATIONS` spoils the replies, and the same floors and the same baseline judge what comes of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from rich.table import Table
from rich.text import Text

from eval.asking import ask_all
from eval.baseline import Baseline, compare
from eval.cases import EvalCase
from eval.errors import EvalSetupError
from eval.gate import ExitCode, Thresholds, shortfalls
from eval.library import Library
from eval.mutations import MUTATIONS, Mutation, Scene
from eval.replies import parse_reply
from eval.run import METRICS, Ask, CaseResult, EvalRun, is_stale, judge

_UNSCORED = frozenset({"id", "conversation_id", "timings_ms"})
_NAMED = 3  # cases that a row names


@dataclass(frozen=True, slots=True)
class MutationResult:
    """What the gate made of a mutation.

    ``changed``: the cases whose reply it changed. ``floors`` and ``cases``: the floors that fell, and the ids of the
    baseline's cases that turned wrong, none of which did without it; either fails the gate. ``alone``: how many of the
    changed cases would have been caught had they been the only ones. ``moved``: metrics whose score changed, whether or
    not they have a floor.
    """

    mutation: Mutation
    changed: int
    alone: int = 0
    floors: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()

    @property
    def exercised(self) -> bool:
        """Whether it changed anything; otherwise nothing could be caught, and nothing is claimed."""
        return self.changed > 0

    @property
    def caught(self) -> bool:
        """Whether the gate fails because of it."""
        return bool(self.floors or self.cases)

    @property
    def caught_by_expected(self) -> bool:
        """Whether one of the checks that the mutation names is among those that caught it."""
        return bool(set(self.mutation.expected) & {*self.floors, *(["baseline"] if self.cases else [])})

    @property
    def verdict(self) -> str:
        """One of "caught", "caught by another check", "not caught", "not exercised"."""
        if not self.exercised:
            return "not exercised"
        if not self.caught:
            return "not caught"
        return "caught" if self.caught_by_expected else "caught by another check"


@dataclass(frozen=True, slots=True)
class _Bench:
    """The sound bot's replies and what the gate makes of them."""

    run: EvalRun
    replies: Mapping[str, Mapping[str, Any]]
    library: Library
    thresholds: Thresholds
    baseline: Baseline

    def fallen(self, run: EvalRun) -> set[str]:
        return {entry.name for entry in shortfalls(run, self.thresholds)}

    def turned(self, run: EvalRun) -> set[str]:
        return set(compare(run, self.baseline).turned_wrong)


def mutation_report(
    cases: Sequence[EvalCase],
    ask: Ask,
    library: Library,
    thresholds: Thresholds,
    baseline: Baseline | None,
    mutations: Sequence[Mutation] = MUTATIONS,
    seed: int = 0,
) -> tuple[MutationResult, ...]:
    """Each of *mutations* on the replies to *cases*, which are asked once; only mutations of the asking ask again.

    Cases whose document isn't in *library*, and stale ones, are left out. The same *seed* gives the same result.
    Without a *baseline* only floors catch. Raises `EvalSetupError` where no case is left, and what asking raises.
    """
    bench = _bench(cases, ask, library, thresholds, baseline or Baseline())
    return tuple(_tried(mutation, bench, ask, seed) for mutation in mutations)


def _bench(cases: Sequence[EvalCase], ask: Ask, library: Library, thresholds: Thresholds, baseline: Baseline) -> _Bench:
    at_hand = [case for case in cases if case.document in library.documents]
    askable = [case for case in at_hand if not is_stale(case, library.documents[case.document], library)]
    if not askable:
        raise EvalSetupError("There is no case to try mutations on; choose cases about documents that are at hand.")
    replies = ask_all(askable, ask)
    by_id = {case.id: reply for case, reply in zip(askable, replies, strict=True)}
    pooling = library.pooling(entry["id"] for reply in replies for entry in reply.get("passages") or ())
    results = tuple(judge(case, parse_reply(by_id[case.id], case.id), pooling) for case in askable)
    return _Bench(EvalRun(results), by_id, pooling, thresholds, baseline)


def _tried(mutation: Mutation, bench: _Bench, ask: Ask, seed: int) -> MutationResult:
    spoilt = {result.case.id: _spoilt(mutation, result, bench, ask, seed) for result in bench.run.results}
    changed = {name: result for name, result in spoilt.items() if result is not None}
    run = _with(bench.run, changed)
    return MutationResult(
        mutation=mutation,
        changed=len(changed),
        alone=sum(_caught(_with(bench.run, {name: result}), bench) for name, result in changed.items()),
        floors=tuple(sorted(bench.fallen(run) - bench.fallen(bench.run))),
        cases=tuple(sorted(bench.turned(run) - bench.turned(bench.run))),
        moved=tuple(name for name in METRICS if run.score(name) != bench.run.score(name)),
    )


def _spoilt(mutation: Mutation, result: CaseResult, bench: _Bench, ask: Ask, seed: int) -> CaseResult | None:
    """*result* as it is with *mutation*; None where that changes nothing that anybody could see."""
    case, sound = result.case, bench.replies[result.case.id]
    luck = Random(f"{seed}/{mutation.name}/{case.id}")  # noqa: S311 - chance that can be repeated, not a secret
    reply = mutation.spoil(deepcopy(dict(sound)), Scene(case, bench.library, ask, luck))
    if _seen(reply) == _seen(sound):
        return None
    return judge(case, parse_reply(reply, case.id), bench.library)


def _seen(reply: Mapping[str, Any]) -> dict[str, Any]:
    """What of *reply* matters, whatever order its keys are in; a sentence's working notes aside."""
    seen = {key: value for key, value in reply.items() if key not in _UNSCORED}
    seen["sentences"] = [
        {key: value for key, value in sentence.items() if key != "item"} for sentence in reply["sentences"]
    ]
    return seen


def _with(run: EvalRun, changed: Mapping[str, CaseResult]) -> EvalRun:
    return EvalRun(tuple(changed.get(result.case.id, result) for result in run.results))


def _caught(run: EvalRun, bench: _Bench) -> bool:
    return bool(bench.fallen(run) - bench.fallen(bench.run) or bench.turned(run) - bench.turned(bench.run))


def mutation_exit_code(results: Sequence[MutationResult]) -> ExitCode:
    """`ExitCode.FELL_SHORT` where the gate missed a mutation that changed something, or none changed anything."""
    missed = any(result.exercised and not result.caught for result in results)
    exercised = any(result.exercised for result in results)
    return ExitCode.FELL_SHORT if missed or not exercised else ExitCode.HELD


def mutation_table(results: Sequence[MutationResult]) -> Table:
    """A row for each mutation: what it breaks, in how many cases, and what caught it."""
    table = Table(title="Mutations", title_justify="left")
    for column in ("the bot", "verdict", "changed", "caught alone", "caught by"):
        table.add_column(column, justify="right" if column in ("changed", "caught alone") else "left")
    for result in results:
        numbers = (str(result.changed), str(result.alone))
        table.add_row(Text(result.mutation.does), result.verdict, *numbers, Text("; ".join(_catchers(result))))
    return table


def _catchers(result: MutationResult) -> Iterator[str]:
    yield from result.floors
    if result.cases:
        rest = len(result.cases) - _NAMED
        yield "baseline: " + ", ".join(result.cases[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
    if result.exercised and not result.caught:
        seen = f"; moved without a floor: {', '.join(result.moved)}" if result.moved else ""
        yield f"wanted {' or '.join(result.mutation.expected)}{seen}"


def mutation_json(results: Sequence[MutationResult], code: ExitCode) -> str:
    """The results as JSON, with sorted keys, the same bytes each run."""
    rows = [
        {
            "alone": result.alone,
            "cases": list(result.cases),
            "changed": result.changed,
            "expected": list(result.mutation.expected),
            "floors": list(result.floors),
            "moved": list(result.moved),
            "name": result.mutation.name,
            "verdict": result.verdict,
        }
        for result in results
    ]
    return json.dumps({"exit_code": int(code), "mutations": rows}, ensure_ascii=False, indent=2, sort_keys=True)
