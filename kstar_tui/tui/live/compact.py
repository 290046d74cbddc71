"""The Live screen where a diagram has no room: a list of words and numbers."""

from __future__ import annotations

from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.panels import battery_end
from kstar_tui.tui.live.rows import Part, Row, draw_rows, fits, label, measured, shortened
from kstar_tui.tui.live.status import paused_text, state_glyph
from kstar_tui.tui.live.today import Figure, share_figures, today_figures
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import STATE_STYLES, age, battery_word, grid_word, house_word, solar_word

_BETWEEN = 2
_SHORTEST_BAR = 8


def draw_compact(paint: Paint, rect: Rect, view: View) -> None:
    """One value a line, the most important first; faults and the state above all."""
    update, reading = view.update, view.reading
    state = f"{state_glyph(update.state, paint.glyphs)} {update.state}"
    old = "" if view.age is None else age(view.age, view.calm)
    if len(state) + len(old) >= rect.width:
        old = ""
    state = state[: rect.width]
    aged = (Part(old, "dim", "age"),) if old else ()
    rows = [Row((Part(state, STATE_STYLES[update.state]),), aged)]
    if view.paused:
        rows.append(Row((Part(paused_text(view, paint.glyphs), "warning"),)))
    if reading is None:
        if update.error:
            rows.append(Row((label(update.error[: rect.width]),)))
    else:
        text = view.tone("strong")
        if view.current:
            faults = (f"FAULT {error}"[: rect.width] for error in reading.errors)
            rows += [Row((Part(fault, "alarm"),)) for fault in faults]
        charging = battery_word(reading)
        battery = reading.battery_charge_power or reading.battery_discharge_power
        grid = None if reading.grid_power is None else abs(reading.grid_power)
        for name, word, value, field in (
            ("Solar", solar_word(reading), reading.pv_power, "pv_power"),
            ("House", house_word(reading), reading.load_power, "load_power"),
            ("Grid", grid_word(reading), grid, "grid_power"),
            ("Battery", charging, battery, "battery_power"),
        ):
            head, watts = Part(f"{name:<8}", "title"), measured(value, "W", field, style=text)
            rows += shortened(rect.width, Row((head, label(word)), watts), Row((head,), watts))
        rows += _charge(reading.battery_soc, view, rect.width, paint.glyphs)
        rows += _today(view, rect.width, ascii_only=paint.glyphs.ascii_only)
    draw_rows(paint, rect, rows)


def _charge(soc: int, view: View, width: int, glyphs: Glyphs) -> list[Row]:
    """How full, as a bar where there is room, and when it is full or empty."""
    end = battery_end(view.battery, view) if view.battery and view.current else ()
    value = measured(soc, "%", "battery_soc", width=3, style=view.tone("strong"))
    cells = width - 8 - 6 - (sum(len(part.text) for part in end) + 2 if end else 0)
    bar: tuple[Part, ...] = ()
    if cells >= _SHORTEST_BAR:
        full = min(cells, round(cells * soc / 100))
        bar = (
            Part(glyphs.bar_full * full, view.tone("discharge")),
            Part(glyphs.bar_empty * (cells - full) + "  " * bool(end), "border"),
        )
    head = Part(f"{'Charge':<8}", "title")
    return shortened(width, Row((head, *bar, *end), value), Row((head,), value))


def _today(view: View, width: int, *, ascii_only: bool) -> list[Row]:
    """The day's kWh, shares and money: two a line where both have room."""
    shares = share_figures(view, ascii_only=ascii_only)
    # Beside its share an amount has room where two shares have none: self-use has the shorter
    # word, self-sufficiency the longer.
    beside = [figure for pair in zip(shares[:2], shares[2:], strict=False) for figure in pair]
    figures = [*today_figures(view), *(beside or shares)]
    whole = width - 8
    # At the right stand the longer words.
    left = (whole - _BETWEEN) // 2 - 1
    rows: list[Row] = []
    while figures:
        parts = _figure(figures[0], view, whole)
        if len(figures) > 1:
            one = _figure(figures[0], view, left)
            taken = sum(len(part.text) for part in one)
            other = _figure(figures[1], view, whole - _BETWEEN - taken)
            pair = (*one, Part(" " * _BETWEEN), *other)
            if sum(len(part.text) for part in pair) == whole:
                parts = pair
                figures.pop(0)
        figures.pop(0)
        rows.append(Row((Part(f"{'' if rows else 'Today':<8}", "title"), *parts)))
    # Without the first of them nothing would tell that they are of today.
    return rows if rows and fits(rows[0], width) else []


def _figure(figure: Figure, view: View, width: int) -> tuple[Part, ...]:
    """A word, and its value at the right end of `width`; wider where that does not do."""
    value = measured(
        figure.value,
        figure.unit,
        figure.field,
        decimals=figure.decimals,
        style=view.tone("strong"),
    )
    room = width - len(figure.word) - sum(len(part.text) for part in value)
    return (label(figure.word), Part(" " * max(1, room)), *value)
