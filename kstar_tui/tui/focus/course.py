"""The chart of today, from midnight to midnight, in as many columns as a screen has room for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.focus.figures import Course, Values
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.history.chart import GUTTER, NOTES, UNSAVED, Grid, Half, Panel, draw_panels
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import number

MIN_PANEL = 2
_MINUTES = (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 30, 36, 45, 60, 90, 120, 180, 240)
_LOWEST_TOP = 1000.0


@dataclass(frozen=True, slots=True)
class Trace:
    """One half of a panel: a field as bars of a style, with a word for its direction."""

    field: str
    style: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A panel: what stands on its zero line, and what hangs from it."""

    name: str
    up: Trace
    down: Trace | None = None
    percent: bool = False


def least_height(pairs: tuple[Pair, ...]) -> int:
    """Lines below which a chart says nothing, its axis included."""
    return 1 + sum(3 if pair.down is None else 4 for pair in pairs)


def draw_course(paint: Paint, rect: Rect, view: FocusView, pairs: tuple[Pair, ...]) -> None:
    """The panels over their hours; where there is no history, why."""
    today = view.today
    room = rect.width - GUTTER - NOTES
    if today is None or view.message:
        _message(paint, rect, view.message)
    elif rect.height >= least_height(pairs) and room >= 12:
        course = fitted(today.course, room)
        grid = Grid(rect.x + GUTTER, course.count)
        now = view.today.read_at if view.today is not None else 0.0
        gaps = [
            seconds <= 0 and course.start + i * course.step + UNSAVED < now
            for i, seconds in enumerate(course.observed)
        ]
        panels = [_panel(view, course, pair) for pair in pairs]
        body = Rect(rect.x, rect.y, rect.width, rect.height - 1)
        draw_panels(paint, body, grid, panels, gaps, None)
        labels = time_labels(
            course.start, course.step, course.count, view.calendar, over=room + NOTES - course.count
        )
        for index, text in labels:
            paint.put(grid.left(index), rect.bottom - 1, text, "dim")


def _message(paint: Paint, rect: Rect, lines: tuple[str, ...]) -> None:
    top = rect.y + max(0, (rect.height - len(lines)) // 3)
    for y, line in enumerate(lines[: rect.bottom - top], top):
        style = "text" if line is lines[0] else "dim"
        paint.put(rect.x + 1, y, line[: rect.width - 2], style)


@lru_cache(maxsize=4)
def fitted(course: Course, room: int) -> Course:
    """The same day in the narrowest round columns of which it has room for all."""
    whole = course.count * course.step
    wide = next((60 * m for m in _MINUTES if -(-whole // (60 * m)) <= room), 60 * _MINUTES[-1])
    size = max(1, wide // course.step)
    starts = range(0, course.count, size)
    seconds = course.observed
    return Course(
        course.start,
        course.step * size,
        tuple(sum(seconds[i : i + size]) for i in starts),
        {
            field: tuple(_mean(values[i : i + size], seconds[i : i + size]) for i in starts)
            for field, values in course.means.items()
        },
    )


def _mean(values: Values, seconds: tuple[float, ...]) -> float | None:
    pairs = [(v, s) for v, s in zip(values, seconds, strict=True) if v is not None and s > 0]
    weight = sum(s for _, s in pairs)
    return sum(v * s for v, s in pairs) / weight if weight else None


def _panel(view: FocusView, course: Course, pair: Pair) -> Panel:
    if pair.percent:
        low, high = view.low(pair.up.field), view.high(pair.up.field)
        note = "" if low is None or high is None else f"{low:.0f} to {high:.0f}"
        half = _half(course, pair.up, note, "range", "%")
        return Panel(pair.name, half, unit="%", top=100.0)
    up = _half(course, pair.up, _most(view, pair.up), "high", "W")
    down = None
    if pair.down is not None:
        down = _half(course, pair.down, _most(view, pair.down), "high", "W")
    return Panel(pair.name, up, down, "kW", 1000.0, _LOWEST_TOP)


def _half(course: Course, trace: Trace, note: str, of: str, unit: str) -> Half:
    # Bars grow from zero; what a damaged file has below it is no power.
    values = tuple(None if v is None else max(0.0, v) for v in course.means[trace.field])
    return Half(
        # A single reading can be above an axis of means.
        trace.word or ("peak" if note and unit == "W" else ""),
        trace.style,
        values,
        note,
        f"{trace.field}:{of}",
        unit=f" {unit}" if note else "",
    )


def _most(view: FocusView, trace: Trace) -> str:
    high = view.high(trace.field)
    return "" if high is None else number(high)
