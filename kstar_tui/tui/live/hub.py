"""What stands in the box in the middle of the flow: the inverter itself, and what is wrong."""

from __future__ import annotations

from kstar_tui.protocol.reading import Reading
from kstar_tui.tui.live.rows import Part, Row, label, measured, shortened
from kstar_tui.tui.live.view import View
from kstar_tui.tui.words import STATE_STYLES, age

_SHORT = {"battery standby": "standby", "discharging": "discharge"}
"""For modes that a narrow box has no room for."""
_USUAL = ("on", "standby")


def inverter_rows(view: View, reading: Reading | None, width: int) -> list[Row]:
    """Work mode, AC power and current, temperature, running hours; first of all what is wrong:
    the faults, or that the values are of the past."""
    state = view.update.state
    if reading is None:
        return [Row(), Row((label(state.value),))]
    wrong: list[Row] = []
    if not view.current:
        wrong = [Row((Part(state.value, STATE_STYLES[state]),)), *_past(view, width)]
    elif reading.errors:
        wrong = [Row((Part(error[:width], "fault", "errors"),)) for error in reading.errors]
    mode_style = view.tone("fault" if reading.errors else "text")
    mode = "fault" if reading.errors else reading.work_mode
    named = shortened(
        width,
        *(Row((Part(word, mode_style, "work_mode"),)) for word in (mode, _SHORT.get(mode, mode))),
    )
    head = (*wrong, *named) if not view.current else (*named, *wrong)
    return [*head, *_measured(view, reading, width)]


def _measured(view: View, reading: Reading, width: int) -> list[Row]:
    text = view.tone("text")
    # Negative while it charges the battery from the grid: a direction, not a sign.
    ways = ("AC out", "out", "AC") if reading.inverter_power >= 0 else ("AC in", "in")
    ac_power = measured(abs(reading.inverter_power), "W", "inverter_power", style=text)
    amps = measured(reading.ac_output_current, "A", "ac_output_current", decimals=1, style=text)
    ran = measured(reading.hours_total, "h", "hours_total", style=text)
    temperatures = (
        measured(reading.temperature, "°C", "temperature", decimals=digits, style=text)
        for digits in (1, 0)
    )
    state = (Part(reading.work_state, text, "work_state"),)
    words = [Row((label("state"),), state)]
    if reading.work_state not in _USUAL:
        # That it is abnormal says of itself what it is about.
        words.append(Row(state))
    return [
        *shortened(width, *(Row((label(way),), ac_power) for way in ways)),
        *shortened(width, *(Row((label("temp"),), value) for value in temperatures)),
        *shortened(width, Row((label("ran"),), ran)),
        *shortened(width, *(Row((label(name),), amps) for name in ("current", "AC"))),
        *shortened(width, *words),
    ]


def _past(view: View, width: int) -> list[Row]:
    old = "" if view.age is None else age(view.age, view.calm)
    return shortened(
        width, *(Row((Part(text, "warning", "age"),)) for text in (old, old.removesuffix(" ago")))
    )
