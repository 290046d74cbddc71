"""The Live screen where a diagram has no room: a list of words and numbers."""

from __future__ import annotations

from kstar_tui.tui.live.panels import battery_end
from kstar_tui.tui.live.rows import Part, Row, draw_rows, label, measured
from kstar_tui.tui.live.status import paused_text, state_glyph
from kstar_tui.tui.live.today import today_figures
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Rect
from kstar_tui.tui.words import STATE_STYLES, age, battery_word, grid_word


def draw_compact(paint: Paint, rect: Rect, view: View) -> None:
    """One value a line, the most important first; faults and the state above all."""
    update, reading = view.update, view.reading
    state = f"{state_glyph(update.state, paint.glyphs)} {update.state}"
    old = "" if view.age is None else age(view.age, view.calm)
    if len(state) + len(old) >= rect.width:
        old = ""
    state = state[: rect.width]
    aged = (Part(old, "dim"),) if old else ()
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
            ("Solar", "", reading.pv_power, "pv_power"),
            ("House", "", reading.load_power, "load_power"),
            ("Grid", grid_word(reading), grid, "grid_power"),
            ("Battery", charging, battery, "battery_power"),
        ):
            head = (Part(f"{name:<8}", "title"), label(word))
            rows.append(Row(head, measured(value, "W", field, style=text)))
        soc = measured(reading.battery_soc, "%", "battery_soc", style=text)
        end = battery_end(view.battery, view) if view.battery and view.current else ()
        rows.append(Row((Part(f"{'Charge':<8}", "title"), *end), soc))
        name = "Today"
        for figure in today_figures(view):
            kwh = measured(figure.value, "kWh", figure.field, decimals=1, style=text)
            rows.append(Row((Part(f"{name:<8}", "title"), label(figure.word)), kwh))
            name = ""
    draw_rows(paint, rect, rows)
