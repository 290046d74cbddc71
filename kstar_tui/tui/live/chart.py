"""The day as a chart with axes: solar as an area, the house as a line over it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from kstar_tui.monitor.trail import Series
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.history.chart import GUTTER, NOTES, reach
from kstar_tui.tui.live.lanes import gap_runs
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import number

_DOTS_DOWN = 4
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Braille bits by half column, then from the lowest dot up."""
_ASCII_LINE = "*"
_STEPS = (250, 500, 1000, 2000, 5000, 10000)


def draw_chart(
    paint: Paint, rect: Rect, view: View, window: tuple[int, int], gaps: Sequence[bool]
) -> None:
    """Power in kW from the first minute of `window` on, in columns as many minutes wide; `gaps`
    says which of them were not observed."""
    if rect.height < 3:
        return
    plot = Rect(rect.x + GUTTER, rect.y, rect.width - GUTTER - NOTES, rect.height)
    solar, house = (
        view.trail.columns(series, *window, plot.width) for series in (Series.SOLAR, Series.HOUSE)
    )
    top = max((value for value in (*solar, *house) if value is not None), default=0.0)
    # A label on every other row at the most.
    step = next((s for s in _STEPS if -(-top // s) * 2 < plot.height), _STEPS[-1])
    ceiling = max(step, -(-top // step) * step)
    _value_axis(paint, plot, step, ceiling)
    full = ceiling * plot.height / reach(plot.height)
    for x, y, text, style in _runs(
        tuple(solar), tuple(house), full, (plot.width, plot.height), paint.glyphs
    ):
        paint.put(plot.x + x, plot.y + y, text, style)
    for x, text in gap_runs(gaps):
        paint.put(plot.x + x, plot.bottom - 1, text, "dim")
    _legend(paint, Rect(plot.right + 1, rect.y, NOTES - 1, rect.height), view, window[0])


def _legend(paint: Paint, rect: Rect, view: View, first: int) -> None:
    g, since = paint.glyphs, datetime.fromtimestamp(first * 60, UTC)
    line = g.horizontal * 2 if g.braille else _ASCII_LINE * 2
    for y, sign, word, style, series in (
        (rect.y, g.bar_full * 2, "solar", "solar-area", Series.SOLAR),
        (rect.y + 3, line, "house", "house", Series.HOUSE),
    ):
        peak = view.trail.peak(series, since)
        if y + 2 >= rect.bottom or peak is None:
            continue
        x = paint.put(rect.x, y, sign, style) + 1
        paint.put(x, y, word, word)
        # Of single readings: it can be above an axis of means.
        paint.put(rect.x, y + 1, "peak", "dim")
        x = paint.put(rect.x, y + 2, number(peak[0]), "dim", f"{series}:shown")
        paint.put(x, y + 2, " W", "dim")


def _value_axis(paint: Paint, plot: Rect, step: float, ceiling: float) -> None:
    g = paint.glyphs
    labels = {
        plot.height - 1 - int(reach(plot.height) * level * step / ceiling): level * step
        for level in range(int(ceiling // step) + 1)
    }
    for row in range(plot.height):
        y = plot.y + row
        if row in labels:
            text = f"{labels[row] / 1000:g} kW" if labels[row] else "0"
            paint.right(plot.x - 1, y, text, "dim")
        paint.put(plot.x - 1, y, g.axis_vertical if row in labels else g.vertical, "border")


# The columns change once a minute, the screen is drawn at every poll.
@lru_cache(maxsize=2)
def _runs(
    solar: tuple[float | None, ...],
    house: tuple[float | None, ...],
    full: float,
    size: tuple[int, int],
    glyphs: Glyphs,
) -> tuple[tuple[int, int, str, str], ...]:
    width, height = size
    cell = _braille_cell if glyphs.braille else _ascii_cell
    dots = _DOTS_DOWN if glyphs.braille else 1
    steps = len(glyphs.levels) - 1
    areas = _levels(solar, full, height * steps)
    lines = _levels(house, full, height * dots)
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


def _levels(values: Sequence[float | None], full: float, height: int) -> list[int]:
    """Steps from the bottom, 1 to `height`; 0 where there is nothing."""
    return [min(height, max(1, round(value / full * height))) if value else 0 for value in values]


def _ascii_cell(x: int, base: int, lines: Sequence[int]) -> tuple[str, str]:
    return (_ASCII_LINE, "house") if lines[x] == base + 1 else ("", "")


def _braille_cell(x: int, base: int, lines: Sequence[int]) -> tuple[str, str]:
    here = lines[x]
    before = lines[x - 1] if x else 0
    bits = 0
    # From just above the last level, so that a jump stays one line.
    low = min(here, before + 1) if before and here else here
    high = max(here, before - 1) if before and here else here
    for dot in range(_DOTS_DOWN):
        level = base + dot + 1
        if here and low <= level <= high:
            bits |= _DOTS[0][dot]
        if here and level == here:
            bits |= _DOTS[1][dot]
    return (chr(0x2800 + bits), "house") if bits else ("", "")
