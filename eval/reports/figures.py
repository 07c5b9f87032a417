"""The page's plots, as static SVG. Each stands beside a table with the same numbers, for those who can't see it.

Colours come from the page's style sheet by class: the page allows no style in its markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval.reports import CalibrationBin

BINS = 20
"""Of the distribution: each is 0.05 wide."""

_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def _joined(parts: Sequence[Markup]) -> Markup:
    return Markup("").join(parts)


def _percent(value: float) -> str:
    return f"{100 * value:.2f}%"


def score_bar(
    value: float | None, interval: tuple[float, float] | None = None, baseline: float | None = None
) -> Markup:
    """A score on a line from 0 to 1: a dot, its interval as a bar, the baseline as an upright stroke.

    Empty for what isn't between 0 and 1.
    """
    if value is None or not 0 <= value <= 1:
        return Markup("")
    parts = [Markup('<line class="track" x1="0%" x2="100%" y1="9" y2="9"/>')]
    parts += [Markup('<line class="tick" x1="{0}" x2="{0}" y1="6" y2="12"/>').format(_percent(at)) for at in _QUARTERS]
    if interval:
        low, high = (min(max(end, 0.0), 1.0) for end in interval)
        bar = Markup('<line class="interval" x1="{}" x2="{}" y1="9" y2="9"/>')
        parts.append(bar.format(_percent(low), _percent(high)))
    if baseline is not None and 0 <= baseline <= 1:
        parts.append(Markup('<line class="before" x1="{0}" x2="{0}" y1="1" y2="17"/>').format(_percent(baseline)))
    parts.append(Markup('<circle class="dot" cx="{}" cy="9" r="4.5"/>').format(_percent(value)))
    return Markup('<svg class="bar" aria-hidden="true" focusable="false">{}</svg>').format(_joined(parts))


@dataclass(frozen=True, slots=True)
class _Plane:
    """A plot's inner rectangle, and where a value from 0 to 1 falls in it."""

    left: float
    top: float
    width: float
    height: float

    def x(self, value: float) -> float:
        return round(self.left + self.width * value, 1)

    def y(self, value: float) -> float:
        return round(self.top + self.height * (1 - value), 1)


def _text(x: float, y: float, words: str, anchor: str = "middle", kind: str = "label") -> Markup:
    tag = Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>')
    return tag.format(kind, x, y, anchor, words)


def _x_axis(plane: _Plane, words: str) -> list[Markup]:
    bottom = plane.top + plane.height
    labels = [_text(plane.x(at), bottom + 18, f"{at:g}") for at in (0.0, 0.5, 1.0)]
    return [*labels, _text(plane.x(0.5), bottom + 38, words)]


def _drawing(height: int, title: str, parts: Sequence[Markup]) -> Markup:
    frame = Markup('<svg class="plot" viewBox="0 0 400 {}" role="img" aria-label="{}">{}</svg>')
    return frame.format(height, title, _joined(parts))


def reliability_curve(bins: Sequence[CalibrationBin], after: Sequence[CalibrationBin] = ()) -> Markup:
    """What was estimated against what was so; a dot's area is the number of replies, the diagonal is perfect.

    *after* is a second curve, of the same replies once the bot is calibrated.
    """
    plane = _Plane(62, 14, 322, 270)
    grid = Markup('<line class="track" x1="{}" x2="{}" y1="{y}" y2="{y}"/>')
    parts = [grid.format(plane.x(0), plane.x(1), y=plane.y(at)) for at in (0.0, 0.5, 1.0)]
    parts += [_text(plane.left - 10, plane.y(at) + 4, f"{at:g}", "end") for at in (0.0, 0.5, 1.0)]
    diagonal = Markup('<line class="diagonal" x1="{}" y1="{}" x2="{}" y2="{}"/>')
    parts.append(diagonal.format(plane.x(0), plane.y(0), plane.x(1), plane.y(1)))
    parts += _curve(plane, bins, "curve", "dot")
    parts += _curve(plane, after, "curve after", "dot after")
    parts += _x_axis(plane, "estimated probability that the text answers")
    turned = Markup('<text class="label" transform="translate(16 {}) rotate(-90)" text-anchor="middle">{}</text>')
    parts.append(turned.format(plane.y(0.5), "share that it does answer"))
    return _drawing(330, "Reliability curve; the table below has its numbers.", parts)


def _curve(plane: _Plane, bins: Sequence[CalibrationBin], line: str, dot: str) -> list[Markup]:
    """A line through the bins that hold something, and their dots; nothing where none does."""
    filled = [entry for entry in bins if entry.n]
    if not filled:
        return []
    points = " ".join(f"{plane.x(entry.mean)},{plane.y(entry.observed)}" for entry in filled)
    most = max(entry.n for entry in filled)
    drawn = Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>')
    dots = [
        drawn.format(dot, plane.x(e.mean), plane.y(e.observed), round(3 + 8 * (e.n / most) ** 0.5, 1)) for e in filled
    ]
    return [Markup('<polyline class="{}" points="{}"/>').format(line, points), *dots]


def histogram(values: Sequence[float]) -> list[int]:
    """How many of *values* (from 0 to 1) fall in each of `BINS` bins; 1 falls in the last."""
    counts = [0] * BINS
    for value in values:
        counts[min(max(int(value * BINS), 0), BINS - 1)] += 1
    return counts


def distribution(probabilities: Sequence[tuple[float, bool]], threshold: float | None) -> Markup:
    """The estimated probabilities: upwards where the text answers, downwards where it doesn't."""
    plane = _Plane(40, 34, 344, 226)
    up = histogram([value for value, answerable in probabilities if answerable])
    down = histogram([value for value, answerable in probabilities if not answerable])
    most = max([*up, *down, 1])
    middle = plane.y(0.5)
    parts: list[Markup] = []
    for kind, counts, sign in (("answerable", up, -1), ("unanswerable", down, 1)):
        parts += _columns(plane, kind, [sign * plane.height / 2 * n / most for n in counts])
    axis = Markup('<line class="axis" x1="{}" x2="{}" y1="{y}" y2="{y}"/>')
    parts.append(axis.format(plane.x(0), plane.x(1), y=middle))
    parts += [_text(plane.left - 8, y, str(n), "end") for y, n in _counts(plane, most)]
    parts.append(_text(plane.left, 14, f"↑ the text answers: {sum(up)}", "start", "answerable"))
    parts.append(_text(plane.x(1), 14, f"↓ it does not: {sum(down)}", "end", "unanswerable"))
    if threshold is not None:
        parts += _threshold(plane, threshold)
    parts += _x_axis(plane, "estimated probability that the text answers")
    return _drawing(306, "Distribution of the estimated probabilities; the table below has its numbers.", parts)


def _counts(plane: _Plane, most: int) -> list[tuple[float, int]]:
    return [(plane.y(1) + 5, most), (plane.y(0.5) + 4, 0), (plane.y(0), most)]


def _columns(plane: _Plane, kind: str, heights: Sequence[float]) -> list[Markup]:
    """A column a bin, from the middle line up (negative heights) or down."""
    middle, width = plane.y(0.5), plane.width / BINS - 2
    column = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return [
        column.format(kind, plane.x(number / BINS) + 1, middle + min(height, 0), width, abs(height))
        for number, height in enumerate(heights)
        if height
    ]


def _threshold(plane: _Plane, threshold: float) -> list[Markup]:
    line = Markup('<line class="threshold" x1="{x}" x2="{x}" y1="{}" y2="{}"/>')
    drawn = line.format(plane.top - 8, plane.top + plane.height, x=plane.x(threshold))
    anchor = "start" if threshold < 0.6 else "end"
    beside = plane.x(threshold) + (6 if anchor == "start" else -6)
    return [drawn, _text(beside, plane.top + plane.height - 6, f"answers from {threshold:g}", anchor)]
