"""What today brought, and what happened last."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.monitor.energy import Flow
from kstar_tui.monitor.events import Severity
from kstar_tui.tui.advice import no_reading
from kstar_tui.tui.live.rows import Part, label, measured
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect

_EVENT_STYLES = {
    Severity.NOTE: "text",
    Severity.GOOD: "good",
    Severity.WARNING: "warning",
    Severity.FAULT: "fault",
}


WORDS = {
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
    return [
        Figure(word, view.kwh_today(flow), view.counter(flow, "today"))
        for flow, word in WORDS.items()
        if view.kept(flow) and view.reading is not None
    ]


def draw_today(paint: Paint, rect: Rect, view: View, *, in_boxes: bool = False) -> None:
    """One or two lines: the day's kWh; shares and money of the day, energies of all days.

    Where the kWh stand `in_boxes` above, what follows from them comes first.
    """
    if view.reading is None or not rect.height:
        return
    right = rect.right - 1
    x, y = rect.x + 1, rect.y
    shares = share_figures(view, ascii_only=paint.glyphs.ascii_only)
    if in_boxes:
        if shares:
            draw_figures(paint, x, y, right, "Today", shares, view)
            y += 1
        if y < rect.bottom:
            draw_figures(paint, x, y, right, "Total", total_figures(view), view)
        return
    end = draw_figures(paint, x, y, right, "Today", today_figures(view), view)
    note = "by the inverter"
    if view.update.energy is None and end + len(note) + 3 < rect.right:
        paint.right(right, y, note, "dim")
    if rect.height > 1:
        if shares:
            x = 3 + draw_figures(paint, x, y + 1, right, "Of it", shares, view)
        # Beside shares only where more than one figure of it has room.
        if not shares or right - x > 52:
            draw_figures(paint, x, y + 1, right, "Total", total_figures(view), view)


def share_figures(view: View, *, ascii_only: bool) -> list[Figure]:
    """Shares of the day in %, and with a tariff its money."""
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
        figures.append(Figure("saved", day.money.saved, "saved", unit, 2, 5))
        figures.append(Figure("earned", day.money.earned, "earned", unit, 2, 5))
    return figures


def total_figures(view: View) -> list[Figure]:
    """kWh of all days, and without a history how long it ran."""
    reading = view.reading
    if reading is None:
        return []
    figures = []
    for flow, word in WORDS.items():
        if view.kept(flow):
            kwh = view.kwh_total(flow)
            digits = 1 if kwh is None or kwh < 1000 else 0
            figures.append(Figure(word, kwh, view.counter(flow, "total"), decimals=digits, width=7))
    if view.update.energy is None:
        figures.append(Figure("ran", reading.hours_total, "hours_total", "h", 0, 8))
    return figures


def draw_figures(
    paint: Paint, x: int, y: int, right: int, head: str, figures: list[Figure], view: View
) -> int:
    """As many as have room, and where they end; a unit stands behind the last of its kind."""
    start, head = x, head and head.ljust(9)
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
            Part(head if x == start else "   ", "title"),
            label(f"{figure.word} "),
            value,
        )
        size = sum(len(part.text) for part in parts)
        if x + size + len(unit.text) > right:
            break
        following = figures[i + 1] if beside == figure.unit != "%" else None
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
    """What usually helps where no reading has come from the inverter yet."""
    where = str(view.update.address or "the inverter")
    key = view.search_key
    last = f"press {key} to search again" if key else "search again, from Live"
    lines = no_reading(where, view.update.error or "", last)
    if view.via is not None and view.via.advice:
        lines = list(view.via.advice)
    for y, line in enumerate(lines[: max(0, rect.height)], rect.y):
        style = "title" if y == rect.y else "text"
        paint.put(rect.x + 2, y, paint.glyphs.spell(line)[: rect.width - 4], style)
