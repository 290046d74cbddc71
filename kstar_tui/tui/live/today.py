"""What today brought, and what happened last."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.monitor.energy import Flow
from kstar_tui.monitor.events import Severity
from kstar_tui.tui.advice import advice
from kstar_tui.tui.live.rows import Part, label, measured
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect

_EVENT_STYLES = {
    Severity.NOTE: "text",
    Severity.GOOD: "good",
    Severity.WARNING: "warning",
    Severity.FAULT: "fault",
}


_WORDS = {
    Flow.PV: "solar",
    Flow.LOAD: "house",
    Flow.IMPORT: "import",
    Flow.EXPORT: "export",
    Flow.CHARGE: "charge",
    Flow.DISCHARGE: "discharge",
}


class Figure(NamedTuple):
    """A value of the day, or of all days."""

    word: str
    value: float | None
    field: str
    unit: str = "kWh"
    decimals: int = 1
    width: int = 6


def today_figures(view: View) -> list[Figure]:
    """kWh of the local day; without a history those that the inverter counted."""
    reading, energy = view.reading, view.update.energy
    if energy is not None:
        # Until something of a new day is on disk, nothing is known of it.
        known = energy.today if energy.day == view.day else {}
        return [
            Figure(word, known.get(flow), f"{flow.energy}_today") for flow, word in _WORDS.items()
        ]
    if reading is None:
        return []
    return [
        Figure("solar", reading.energy_today, "energy_today"),
        Figure("house", reading.load_energy_today, "load_energy_today"),
    ]


def draw_today(paint: Paint, rect: Rect, view: View) -> None:
    """One or two lines: the day's kWh; shares and money of the day, the inverter's lifetime."""
    if view.reading is None or not rect.height:
        return
    right = rect.right - 1
    end = _figures(paint, rect.x + 1, rect.y, right, "Today", today_figures(view), view)
    note = "by the inverter"
    if view.update.energy is None and end + len(note) + 3 < rect.right:
        paint.right(right, rect.y, note, "dim")
    if rect.height > 1:
        x, y = rect.x + 1, rect.y + 1
        if shares := _shares(view, ascii_only=paint.glyphs.ascii_only):
            x = 3 + _figures(paint, x, y, right, "Of it", shares, view)
        # Beside shares only where more than one figure of it has room.
        if not shares or right - x > 52:
            _figures(paint, x, y, right, "Total", _total(view), view)


def _shares(view: View, *, ascii_only: bool) -> list[Figure]:
    day = view.today
    if day is None or day.day != view.day:
        return []
    own, enough = (
        None if share is None else 100 * share
        for share in (day.self_consumption, day.self_sufficiency)
    )
    figures = [
        Figure("self-use", own, "self_consumption", "%", 0, 3),
        Figure("self-sufficient", enough, "self_sufficiency", "%", 0, 3),
    ]
    if day.money is not None:
        unit = day.currency.replace("€", "EUR") if ascii_only else day.currency
        figures.append(Figure("saved", day.money.saved, "saved", unit, 2, 7))
        figures.append(Figure("earned", day.money.earned, "earned", unit, 2, 7))
    return figures


def _total(view: View) -> list[Figure]:
    reading = view.reading
    if reading is None:
        return []
    return [
        Figure("solar", reading.energy_total, "energy_total", width=8),
        Figure("house", reading.load_energy_total, "load_energy_total", width=8),
        Figure("ran", reading.hours_total, "hours_total", "h", 0, 8),
    ]


def _figures(
    paint: Paint, x: int, y: int, right: int, head: str, figures: list[Figure], view: View
) -> int:
    """As many as have room, and where they end; a unit stands behind the last of its kind."""
    start = x
    for i, figure in enumerate(figures):
        beside = figures[i + 1].unit if i + 1 < len(figures) else ""
        value, unit = measured(
            figure.value,
            figure.unit,
            figure.field,
            decimals=figure.decimals,
            width=figure.width,
            style=view.tone("text"),
        )
        parts = (
            Part(head.ljust(9) if x == start else "   ", "title"),
            label(f"{figure.word} "),
            value,
        )
        size = sum(len(part.text) for part in parts)
        if x + size + len(unit.text) > right:
            break
        following = figures[i + 1] if beside == figure.unit == "kWh" else None
        if following:
            after = x + size + 3 + len(following.word) + 1 + following.width + len(unit.text)
            following = following if after <= right else None
        for part in parts if following else (*parts, unit):
            x = paint.put(x, y, part.text, part.style, part.field)
    return x


def draw_events(paint: Paint, rect: Rect, view: View) -> None:
    """A heading and the newest events, newest first."""
    if rect.height < 2:
        return
    x = rect.x + 1
    paint.put(x, rect.y, "Events", "title")
    if not view.events:
        paint.put(x + 9, rect.y, "nothing has happened", "dim")
        return
    room = rect.right - 1
    for y, event in enumerate(view.events[: rect.height - 1], rect.y + 1):
        left = paint.put(x, y, view.moment(event.at).ljust(13), "dim")
        paint.put(left, y, event.text[: max(0, room - left)], _EVENT_STYLES[event.severity])


def draw_advice(paint: Paint, rect: Rect, view: View) -> None:
    """What usually helps where the inverter has never answered."""
    where = view.update.address or "the inverter"
    lines = advice(f"No reading from {where} yet. What usually helps:", "press s to search again")
    for y, line in enumerate(lines[: max(0, rect.height)], rect.y):
        style = "title" if y == rect.y else "text"
        paint.put(rect.x + 2, y, paint.glyphs.spell(line)[: rect.width - 4], style)
