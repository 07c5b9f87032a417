"""How long replies take, by stage.

Times differ from run to run, so they are no metric and stand in no report that has to be the same bytes twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eval.replies import ReplyRecord
from eval.scores import Distribution, distribution

STAGES = ("retrieve", "read", "draft", "ground")
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds by stage, in the order of the work, ``total`` last; a stage that no reply timed is left out."""

    stages: Mapping[str, Distribution]


def latency(replies: Iterable[ReplyRecord]) -> Latency:
    """The times of *replies*; a reply that has no times counts in none.

    ``total`` is the reply's own where it gives one, and otherwise the sum of its stages.
    """
    times: defaultdict[str, list[float]] = defaultdict(list)
    for reply in replies:
        for stage, spent in _with_total(reply.timings_ms).items():
            times[stage].append(spent)
    others = sorted(times.keys() - {*STAGES, TOTAL})
    found = ((stage, distribution(times[stage])) for stage in (*STAGES, *others, TOTAL) if stage in times)
    return Latency({stage: spread for stage, spread in found if spread is not None})


def _with_total(timings: Mapping[str, float]) -> Mapping[str, float]:
    return {TOTAL: sum(timings.values()), **timings} if timings else {}
