"""The whole History screen for a size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.history.chart import (
    GUTTER,
    NOTES,
    UNSAVED,
    Grid,
    Half,
    Panel,
    draw_panels,
)
from kstar_tui.tui.history.figures import SOC, Figures
from kstar_tui.tui.history.period import Period, Reach
from kstar_tui.tui.history.sight import Sight
from kstar_tui.tui.history.sums import cursor_parts, draw_list, draw_sums, kwh
from kstar_tui.tui.outlet import COUNTER
from kstar_tui.tui.paint import Paint, Picture, Rect
from kstar_tui.tui.words import number

_MIN_WIDTH, _MIN_HEIGHT = 60, 15
_ENDS_FROM = 100
"""Columns from which there is room for when a column ends, too."""


_DOT = " · "


def hint(back: str, forth: str, closer: str, wider: str, copy: str) -> str:
    """What keys and mouse do, where no column is read."""
    parts = (
        f"{back} {forth} or the mouse read values",
        f"{closer} {wider} or the wheel zoom",
        f"{copy} copies the sums",
    )
    return _DOT.join(parts)


_HINT = hint(",", ".", "+", "-", "y")
_ONLY_SUMS = "of days more than five years ago the sums alone are kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """One moment of the screen. Without figures `message` says why."""

    sight: Sight
    today: date
    now: float
    """s since 1970."""
    calendar: Calendar
    figures: Figures | None = None
    cursor: int | None = None
    message: tuple[str, ...] = ()
    hint: str = _HINT
    """What the keys do that read, zoom and copy."""

    @property
    def period(self) -> Period:
        """The period that is looked at, or that the hours are of."""
        return self.sight.period

    @property
    def last(self) -> bool:
        """There is nothing after it yet."""
        return self.sight.moved(1, self.calendar, self.today) == self.sight


def room(width: int) -> int:
    """Cells between the value axis and the notes."""
    return max(8, width - GUTTER - NOTES)


def grid_for(figures: Figures, width: int) -> Grid:
    """Where the slots of a period stand on a screen of this width."""
    count = len(figures.slots)
    if figures.period.reach is Reach.DAY:
        return Grid(GUTTER, count)
    pitch = max(1, min(14, room(width) // count))
    gap = 0 if pitch == 1 else 1 if pitch < 8 else 2
    return Grid(GUTTER, count, pitch - gap, gap)


def draw_history(view: HistoryView, width: int, height: int, glyphs: Glyphs) -> Picture:
    """The screen as a picture of `width` by `height` cells; any size is drawn somehow."""
    paint = Paint(width, height, glyphs)
    small = width < _MIN_WIDTH or height < _MIN_HEIGHT
    _header(paint, view)
    figures = view.figures
    if figures is None:
        for y, line in enumerate(view.message, 2 if small else max(2, height // 3)):
            paint.put(2, y, line[: width - 4], "title" if line is view.message[0] else "text")
    elif small:
        draw_list(paint, Rect(1, 1, width - 2, height - 1), figures)
    else:
        grid = grid_for(figures, width)
        body = Rect(0, 2 if height >= 30 else 1, width, height - (6 if height >= 30 else 5))
        seen = max(0, int(view.now))
        gaps = [
            slot.start < seen - UNSAVED and slot.observed <= 0 and not figures.only_sums
            for slot in figures.slots
        ]
        panels = _day(figures) if figures.period.reach is Reach.DAY else _bars(figures)
        draw_panels(paint, body, grid, panels, gaps, view.cursor)
        _axis(paint, body.bottom, grid, view, figures)
        if figures.only_sums:
            paint.put(1, height - 3, _ONLY_SUMS, "dim")
        elif view.cursor is not None and view.cursor < grid.count:
            slot = figures.slots[view.cursor]
            parts = cursor_parts(slot, view.calendar, seen, width - 1, ends=width >= _ENDS_FROM)
            paint.row(height - 3, 1, width, parts)
        else:
            paint.put(1, height - 3, _whole(view.hint, width - 2), "dim")
        draw_sums(paint, Rect(0, height - 2, width, 2), figures)
    return paint.picture()


def _whole(text: str, width: int) -> str:
    """As many of its parts, between dots, as fit."""
    while len(text) > width:
        text = text.rpartition(_DOT)[0]
    return text


def _header(paint: Paint, view: HistoryView) -> None:
    g = paint.glyphs
    x = paint.put(1, 0, g.arrow_left, "strong", "back") + 1
    x = paint.put(x, 0, view.sight.title(view.calendar), "title") + 1
    last = view.last
    x = paint.put(x, 0, g.arrow_right, "border" if last else "strong", "forth") + 2
    hours = view.sight.hours
    x = max(x, min(27, paint.width - 40))
    if hours is not None:
        x = paint.put(x, 0, f"[{(hours[1] - hours[0]) // 3600} h]", "title")
    for reach in Reach:
        here = reach is view.period.reach and hours is None
        text = f"[{reach}]" if here else f" {reach} "
        x = paint.put(x, 0, text, "title" if here else "dim", f"reach:{reach}")
    right = paint.width - 1
    if x + 7 < right:
        whole = view.sight.widest, view.sight.closest
        x = paint.put(x + 1, 0, " - ", "border" if whole[0] else "strong", "zoom:-1")
        x = paint.put(x, 0, " + ", "border" if whole[1] else "strong", "zoom:1")
    if view.figures is not None:
        note = f"observed {percent(view.figures.observed)}"
        if right - len(note) > x:
            right = paint.right(right, 0, note, "dim", "observed") - 2
    if not last and right - 7 > x:
        paint.right(right, 0, "t today", "dim", "today")


def percent(share: float) -> str:
    """A share in whole per cent; 100 only where nothing is missing."""
    return f"{min(int(share * 100 + 0.5), 100 if share >= 0.9995 else 99)} %"


def _half(figures: Figures, flow: Flow, style: str, word: str = "") -> Half:
    """With a word for its direction; without one it is said what the note is."""
    values = tuple(slot.values[flow.value] for slot in figures.slots)
    if figures.period.reach is Reach.DAY:
        peak = figures.peaks.get(flow.value)
        if peak is None:
            return Half(word, style, values, "")
        # Of single readings: it can be above an axis of means.
        return Half(word or "peak", style, values, number(peak), f"{flow}:shown", " W")
    top = max((v for v in values if v is not None), default=None)
    if top is None:
        return Half(word, style, values, "")
    field = f"{COUNTER}{flow.energy}_highest"
    return Half(word or "max", style, values, kwh(top), field, " kWh")


def _flows(figures: Figures, unit: str, scale: float, least: float) -> list[Panel]:
    half = partial(_half, figures)
    return [
        Panel("Solar", half(Flow.PV, "solar"), None, unit, scale, least),
        Panel("House", half(Flow.LOAD, "house"), None, unit, scale, least),
        Panel(
            "Grid",
            half(Flow.IMPORT, "import", "import"),
            half(Flow.EXPORT, "export", "export"),
            unit,
            scale,
            least,
        ),
        Panel(
            "Battery",
            half(Flow.DISCHARGE, "discharge", "discharge"),
            half(Flow.CHARGE, "charge", "charge"),
            unit,
            scale,
            least,
        ),
    ]


def _day(figures: Figures) -> list[Panel]:
    charge = tuple(slot.values[SOC] for slot in figures.slots)
    known = [value for value in charge if value is not None]
    note = f"{min(known):.0f} to {max(known):.0f}" if known else ""
    half = Half("", "discharge", charge, note, f"{SOC}:span", unit=" %" if known else "")
    soc = Panel("Charge", half, unit="%", top=100.0)
    return [*_flows(figures, "kW", 1000.0, 1000.0), soc]


def _bars(figures: Figures) -> list[Panel]:
    return _flows(figures, "kWh", 1.0, 1.0)


def _axis(paint: Paint, y: int, grid: Grid, view: HistoryView, figures: Figures) -> None:
    marked: list[tuple[int, str, str]] = []
    if view.cursor is not None and view.cursor < grid.count:
        middle = grid.left(view.cursor) + grid.width // 2
        marked.append((middle, paint.glyphs.warning, "strong"))
    if figures.period.reach is Reach.DAY:
        first = figures.slots[0]
        labels = time_labels(
            first.start, first.end - first.start, grid.count, view.calendar, over=NOTES // 2
        )
        marked += [(grid.left(index), text, "dim") for index, text in labels]
    else:
        bars: list[tuple[int, str, str]] = []
        for index, slot in enumerate(figures.slots):
            here = slot.period.holds(view.today)
            text = _name(slot.period, figures.period.reach) + ("*" if here else "")
            x = grid.left(index) + (grid.width - len(text)) // 2
            if here:
                marked.append((x, text, "title"))
                paint.right(paint.width - 1, y, "* so far", "dim")
            else:
                bars.append((x, text, "dim"))
        marked += bars
    # What is marked first stands; a label that would touch another is left out.
    taken: set[int] = set()
    for x, text, style in marked:
        if taken.isdisjoint(range(x - 1, x + len(text) + 1)):
            paint.put(x, y, text, style)
            taken |= set(range(x, x + len(text)))


def _name(period: Period, reach: Reach) -> str:
    if reach is Reach.YEAR:
        return f"{period.first:%b}"
    return f"{period.first:%a} {period.first.day}" if reach is Reach.WEEK else str(period.first.day)
