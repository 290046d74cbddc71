"""The last hours on a wide screen: charts with axes, one below the other, on one axis of time."""

from __future__ import annotations

from datetime import UTC, datetime

from kstar_tui.monitor.trail import Series
from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.history.chart import GUTTER, NOTES, Grid, Half, Panel, draw_panels
from kstar_tui.tui.live.chart import draw_chart
from kstar_tui.tui.live.lanes import draw_source, unseen, without_noise
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import number

MIN_HEIGHT = 21
_LEAST_TOP = 1000.0
_PANEL_LINES = 4


def draw_hours(paint: Paint, rect: Rect, view: View) -> None:
    """Solar and house in one chart, then battery, grid and state of charge."""
    trail = view.trail
    count = rect.width - GUTTER - NOTES
    if trail.empty or rect.height < MIN_HEIGHT or count < 30:
        return
    first, minutes = trail.window(count)
    grid = Grid(rect.x + GUTTER, count)
    panels = _panels(view, first, minutes, count)
    lower = max(_PANEL_LINES * len(panels), (rect.height - 1) * 3 // 5)
    upper = rect.height - 1 - lower
    gaps = unseen(trail, first, minutes, count)
    draw_chart(paint, Rect(rect.x, rect.y, rect.width, upper - 1), view, (first, minutes), gaps)
    body = Rect(rect.x, rect.y + upper, rect.width, lower)
    draw_panels(paint, body, grid, panels, gaps, None, lines=False)
    y = rect.bottom - 1
    draw_source(paint, Rect(rect.x, y, rect.width, 1), view)
    for column, text in time_labels(first * 60, minutes * 60, count, view.calendar, gap=10):
        paint.put(grid.left(column), y, text, "dim")


def _panels(view: View, first: int, minutes: int, count: int) -> list[Panel]:
    since = datetime.fromtimestamp(first * 60, UTC)

    def half(series: Series, style: str) -> Half:
        values = without_noise(view.trail.columns(series, first, minutes, count))
        peak = view.trail.peak(series, since)
        note = "" if peak is None else number(peak[0])
        return Half(style, style, values, note, f"{series}:shown", unit=" W" if note else "")

    charge = view.trail.columns(Series.SOC, first, minutes, count)
    known = [value for value in charge if value is not None]
    span = f"{min(known):.0f} to {max(known):.0f}" if known else ""
    soc = Half("", "discharge", charge, span, f"{Series.SOC}:span", unit=" %" if span else "")
    return [
        Panel(
            "Battery",
            half(Series.DISCHARGE, "discharge"),
            half(Series.CHARGE, "charge"),
            "kW",
            1000.0,
            _LEAST_TOP,
        ),
        Panel(
            "Grid",
            half(Series.IMPORT, "import"),
            half(Series.EXPORT, "export"),
            "kW",
            1000.0,
            _LEAST_TOP,
        ),
        Panel("Charge", soc, unit="%", top=100.0),
    ]
