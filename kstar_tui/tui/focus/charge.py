"""What stands first on the Battery screen: how full, what it does, and until when."""

from __future__ import annotations

from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.explain import counter
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.live.panels import battery_end
from kstar_tui.tui.live.rows import Part, Row, label, measured
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import battery_word, duration, number

_STYLES = {"charging": "charge", "discharging": "discharge"}
_PERCENT = 7
"""Cells for the state of charge behind its bar."""


def _word(view: FocusView) -> tuple[str, str]:
    """What it does, and the style of that."""
    if view.reading is None:
        return "no data yet", "dim"
    word = battery_word(view.reading)
    return word, view.tone(_STYLES.get(word, "dim"))


def _watts(view: FocusView) -> float | None:
    reading = view.reading
    return None if reading is None else abs(reading.battery_power)


def draw_hero(paint: Paint, rect: Rect, view: FocusView) -> None:
    """The state of charge as a bar, and below it what the battery does and until when."""
    word, style = _word(view)
    shown = style if style != "dim" and view.live.current else "border"
    paint.box(rect, "Battery", shown, "title" if shown == "border" else f"{style}-title")
    inside = rect.inside()
    thick = 2 if inside.height > 2 else 1
    _bar(paint, Rect(inside.x, inside.y, inside.width, thick), view)
    if inside.height > 3:
        _scale(paint, inside.x, inside.y + thick, inside.width - _PERCENT, view)
    y = inside.bottom - 1
    watts = measured(_watts(view), "W", "battery_power", width=6, style=view.tone("strong"))
    x = paint.put(inside.x, y, word.ljust(12), style, "battery_mode")
    for part in watts:
        x = paint.put(x, y, part.text, part.style, part.field)
    today = _today(view)
    end = inside.right - sum(len(part.text) for part in today)
    _between(paint, x + 2, end - 2, y, view)
    for part in today if end > x + 2 else ():
        end = paint.put(end, y, part.text, part.style, part.field)


def _between(paint: Paint, x: int, end: int, y: int, view: FocusView) -> None:
    """When it is full or empty, in as many words as have room, in the middle of it."""
    if view.estimate is None:
        return
    for parts in (_until(view, view.estimate), battery_end(view.estimate, view.live)):
        size = sum(len(part.text) for part in parts)
        if size <= end - x:
            x += (end - x - size) // 2
            for part in parts:
                x = paint.put(x, y, part.text, part.style, part.field)
            return


def _bar(paint: Paint, rect: Rect, view: FocusView) -> None:
    g, reading = paint.glyphs, view.reading
    cells = rect.width - _PERCENT
    full = 0 if reading is None else min(cells, round(cells * reading.battery_soc / 100))
    for y in range(rect.y, rect.bottom):
        paint.put(rect.x, y, g.bar_full * full, view.tone("discharge"))
        paint.put(rect.x + full, y, g.bar_empty * (cells - full), "border")
    soc = None if reading is None else reading.battery_soc
    paint.right(rect.right - 2, rect.y, number(soc), view.tone("strong"), "battery_soc")
    paint.put(rect.right - 1, rect.y, "%", "dim")


def _scale(paint: Paint, x: int, y: int, cells: int, view: FocusView) -> None:
    """Where the bar's quarters are, and the reserve that is kept."""
    settings = view.settings
    reserve = settings.battery_soc_minimum if settings else 0
    marks: list[tuple[int, str, str | None]] = []
    if 0 < reserve < 95:
        marks.append((reserve, f"{reserve} reserve", "battery_soc_minimum"))
    marks += [(percent, str(percent), None) for percent in (0, 25, 50, 75)]
    taken: set[int] = set()
    for percent, text, field in marks:
        at = x + round(cells * percent / 100)
        if taken.isdisjoint(range(at - 2, at + len(text) + 2)):
            paint.put(at, y, text, "dim", field)
            taken |= set(range(at, at + len(text)))
    paint.right(x + cells, y, "100", "dim")


def _until(view: FocusView, estimate: Estimate) -> tuple[Part, ...]:
    # In tens of minutes: a countdown would be sent every minute.
    left = max(600, round(estimate.seconds / 600) * 600)
    text = view.tone("text")
    return (
        *battery_end(estimate, view.live),
        label("  in about "),
        Part(duration(left), text, "battery_end"),
    )


def _today(view: FocusView) -> tuple[Part, ...]:
    charged, discharged = view.kwh_today(Flow.CHARGE), view.kwh_today(Flow.DISCHARGE)
    text = view.tone("text")
    return (
        label("today in "),
        Part(number(charged, 1, 4), text, counter(Flow.CHARGE, "today", kept=True)),
        label("  out "),
        Part(number(discharged, 1, 4), text, counter(Flow.DISCHARGE, "today", kept=True)),
        label(" kWh"),
    )


def hero_lines(view: FocusView) -> list[Row]:
    """The same for a list."""
    word, style = _word(view)
    watts = measured(_watts(view), "W", "battery_power", style=view.tone("strong"))
    lines = [Row((Part("Battery  ", "title"), Part(word, style)), watts)]
    if view.estimate:
        lines.append(Row(_until(view, view.estimate)))
    return [*lines, Row(_today(view))]
