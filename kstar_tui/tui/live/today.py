"""Today by the inverter's own counters, and what happened last."""

from __future__ import annotations

from kstar_tui.monitor.events import Severity
from kstar_tui.tui.advice import advice
from kstar_tui.tui.live.rows import Part, label, measured
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import moment

_EVENT_STYLES = {
    Severity.NOTE: "text",
    Severity.GOOD: "good",
    Severity.WARNING: "warning",
    Severity.FAULT: "fault",
}


def draw_today(paint: Paint, rect: Rect, view: View) -> None:
    """One or two lines: today's kWh by the inverter's own midnight, then the lifetime's."""
    reading = view.reading
    if reading is None:
        return
    text = view.tone("text")
    lines = (
        (
            ("Today", "solar", reading.energy_today, "energy_today", "kWh", 1),
            ("", "house", reading.load_energy_today, "load_energy_today", "kWh", 1),
        ),
        (
            ("Total", "solar", reading.energy_total, "energy_total", "kWh", 1),
            ("", "house", reading.load_energy_total, "load_energy_total", "kWh", 1),
            ("", "ran", reading.hours_total, "hours_total", "h", 0),
        ),
    )
    for y, figures in enumerate(lines[: rect.height], rect.y):
        x = rect.x + 1
        for head, word, value, field, unit, decimals in figures:
            parts = (
                Part(head.ljust(9) if head else "   ", "title"),
                label(f"{word} "),
                *measured(value, unit, field, decimals=decimals, width=8, style=text),
            )
            if x + sum(len(part.text) for part in parts) > rect.right - 1:
                break
            for part in parts:
                x = paint.put(x, y, part.text, part.style, part.field)
        note = "by the inverter"
        if y == rect.y and x + len(note) + 3 < rect.right:
            paint.right(rect.right - 1, y, note, "dim")


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
        at = moment(event.at.astimezone(view.now.tzinfo), view.now)
        left = paint.put(x, y, at.ljust(13), "dim")
        paint.put(left, y, event.text[: max(0, room - left)], _EVENT_STYLES[event.severity])


def draw_advice(paint: Paint, rect: Rect, view: View) -> None:
    """What usually helps where the inverter has never answered."""
    where = view.update.address or "the inverter"
    lines = advice(f"No reading from {where} yet. What usually helps:", "press s to search again")
    for y, line in enumerate(lines[: max(0, rect.height)], rect.y):
        style = "title" if y == rect.y else "text"
        paint.put(rect.x + 2, y, paint.glyphs.spell(line)[: rect.width - 4], style)
