"""The day as a chart with axes: solar as an area, the house as a line over it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kstar_tui.monitor.trail import Series
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect

_AXIS_WIDTH = 7
_DOTS_DOWN = 4
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Braille bits by half column, then from the lowest dot up."""
_STEPS = (250, 500, 1000, 2000, 5000, 10000)


def draw_chart(paint: Paint, rect: Rect, view: View) -> None:
    """Power in kW over the time covered, at most the last 24 hours."""
    trail = view.trail
    if trail.empty or rect.height < 6 or rect.width < 30:
        return
    halves = 2 if paint.glyphs.braille else 1
    plot = Rect(rect.x + _AXIS_WIDTH, rect.y + 1, rect.width - _AXIS_WIDTH - 1, rect.height - 2)
    count = plot.width * halves
    first, minutes = trail.window(count)
    solar = trail.columns(Series.SOLAR, first, minutes, count)
    house = trail.columns(Series.HOUSE, first, minutes, count)
    top = max((value for value in (*solar, *house) if value is not None), default=0.0)
    step = next((s for s in _STEPS if top <= s * 5), _STEPS[-1])
    ceiling = max(step, -(-top // step) * step)

    x = paint.put(plot.x, rect.y, "Last hours", "title")
    x = paint.put(x + 3, rect.y, f"{paint.glyphs.bar_full} solar", "solar-area")
    paint.put(x + 3, rect.y, f"{paint.glyphs.horizontal * 2} house", "house")
    _value_axis(paint, plot, step, ceiling)
    _plot(paint, plot, solar, house, ceiling)
    for column, text in time_labels(
        first * 60, minutes * halves * 60, plot.width, view.calendar, gap=10
    ):
        paint.put(plot.x + column, plot.bottom, text, "dim")


def _value_axis(paint: Paint, plot: Rect, step: float, ceiling: float) -> None:
    g = paint.glyphs
    labels = {
        round((plot.height - 1) * (1 - level * step / ceiling)): level * step
        for level in range(int(ceiling // step) + 1)
    }
    for row in range(plot.height):
        y = plot.y + row
        if row in labels:
            text = f"{labels[row] / 1000:g} kW" if labels[row] else "0"
            paint.right(plot.x - 2, y, text, "dim")
        paint.put(plot.x - 1, y, g.axis_vertical if row in labels else g.vertical, "border")


def _plot(
    paint: Paint,
    plot: Rect,
    solar: Sequence[float | None],
    house: Sequence[float | None],
    ceiling: float,
) -> None:
    size = plot.width, plot.height
    for x, y, text, style in _runs(tuple(solar), tuple(house), ceiling, size, paint.glyphs):
        paint.put(plot.x + x, plot.y + y, text, style)


# The columns change once a minute, the screen is drawn at every poll.
@lru_cache(maxsize=2)
def _runs(
    solar: tuple[float | None, ...],
    house: tuple[float | None, ...],
    ceiling: float,
    size: tuple[int, int],
    glyphs: Glyphs,
) -> tuple[tuple[int, int, str, str], ...]:
    width, height = size
    cell = _braille_cell if glyphs.braille else _ascii_cell
    dots = _DOTS_DOWN if glyphs.braille else 1
    steps = len(glyphs.levels) - 1
    areas = _levels(_per_cell(solar, width), ceiling, height * steps)
    lines = _levels(house, ceiling, height * dots)
    runs: list[tuple[int, int, str, str]] = []
    for row in range(height):
        base = height - 1 - row
        run, start, style = "", 0, ""
        for x in range(width + 1):
            char, kind = "", "end"
            if x < width:
                filled = min(steps, max(0, areas[x] - base * steps))
                char, kind = cell(x, base * dots, lines)
                if not char:
                    char, kind = glyphs.levels[filled], "solar-area" if filled else ""
                elif filled == steps:
                    kind = "house-on-solar"
            if kind != style:
                if style:
                    runs.append((start, row, run, style))
                run, start, style = "", x, kind
            run += char
    return tuple(runs)


def _per_cell(values: Sequence[float | None], cells: int) -> list[float | None]:
    """One value a cell: the mean of the columns in it that have one."""
    size = len(values) // cells
    means: list[float | None] = []
    for cell in range(cells):
        seen = [v for v in values[cell * size : (cell + 1) * size] if v is not None]
        means.append(sum(seen) / len(seen) if seen else None)
    return means


def _levels(values: Sequence[float | None], ceiling: float, height: int) -> list[int]:
    """Steps from the bottom, 1 to `height`; 0 where there is nothing."""
    return [
        min(height, max(1, round(value / ceiling * height))) if value else 0 for value in values
    ]


def _ascii_cell(x: int, base: int, lines: Sequence[int]) -> tuple[str, str]:
    return ("*", "house") if lines[x] == base + 1 else ("", "")


def _braille_cell(x: int, base: int, lines: Sequence[int]) -> tuple[str, str]:
    bits = 0
    for column in (2 * x, 2 * x + 1):
        here = lines[column]
        before = lines[column - 1] if column else 0
        # From just above the last level, so that a jump stays one line.
        low = min(here, before + 1) if before and here else here
        high = max(here, before - 1) if before and here else here
        for dot in range(_DOTS_DOWN):
            if here and low <= base + dot + 1 <= high:
                bits |= _DOTS[column % 2][dot]
    return (chr(0x2800 + bits), "house") if bits else ("", "")
