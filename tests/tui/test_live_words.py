"""In the boxes of the flow no value ever stands without the word that tells what it is."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_world import ENERGY, NOBODY_KNOWS, NOON, cells, day_trail, reading, update, view

from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.energy import Flow
from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.explain import counter
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.live.picture import draw_live
from kstar_tui.tui.live.view import View

DAY = day_trail()
ALONE = {
    "battery_soc",
    "battery_voltage",
    "battery_current",
    "grid_voltage",
    "grid_frequency",
    "work_mode",
    "errors",
    "age",
}
"""What its bar, its unit and its box tell, or a word that is a sentence of its own."""
WORDS = {
    "pv_power": r"producing|no sun|stopped",
    "pv1_power": r"A ",
    "pv2_power": r"B ",
    "pv1_voltage": r"A ",
    "pv2_voltage": r"B ",
    "pv1_current": r"A .*A",
    "pv2_current": r"B .*A",
    "pv1_mode": r"A (producing|no power|not connected|off)",
    "pv2_mode": r"B (producing|no power|not connected|off)",
    "battery_mode": r"charging|discharging|charge|idle|no battery|mode",
    "battery_charge_power": r"charging|charge|idle|no battery",
    "battery_discharge_power": r"discharging|discharge",
    "battery_end": r"full|empty|reserve",
    "battery_capacity": r"capacity +\d+ Ah",
    "battery_soc_minimum": r"reserve +\d+ %",
    "grid_direction": r"importing|exporting|idle|unknown|no grid|meter",
    "grid_import_power": r"importing|idle|unknown|no grid",
    "grid_export_power": r"exporting",
    "load_power": r"using|on backup",
    "load_mode": r"supply",
    "backup_voltage": r"backup",
    "backup_power": r"backup.* W",
    "backup_current": r"output.* A",
    "backup_frequency": r"output.* Hz",
    "inverter_power": r"(out|in|AC) .* W",
    "temperature": r"temp .*°C",
    "hours_total": r"ran .* h",
    "ac_output_current": r"(current|AC) .* A",
    "work_state": r"state|abnormal|severe fault",
    "pv_power:high": r"peak",
    "load_power:high": r"peak",
    "grid_import_power:high": r"peak imp(ort)? ",
    "grid_export_power:high": r"peak exp(ort)? ",
    "mix_sun": r"sun +\d+ %",
    "mix_battery": r"batt(ery)? +\d+ %",
    "mix_grid": r"grid +\d+ %",
}
TODAY = {
    Flow.PV: r"today +\S+ kWh",
    Flow.LOAD: r"today +\S+ kWh",
    Flow.IMPORT: r"today +imp(ort)? .*kWh",
    Flow.EXPORT: r"today .*exp(ort)? .*kWh",
    Flow.CHARGE: r"today +in .*kWh",
    Flow.DISCHARGE: r"today .*out .*kWh",
}
WORDS |= {
    counter(flow, "today", kept=kept): words
    for flow, words in TODAY.items()
    for kept in (True, False)
}
NIGHT = reading(
    pv1_current=0.0,
    pv2_current=0.0,
    pv1_mode="no power",
    pv2_mode="not connected",
    battery_mode="discharging",
    grid_power=1800,
    grid_direction="importing",
    work_state="standby",
    work_mode="battery standby",
)
ON_BATTERY = reading(
    pv1_current=0.0,
    pv2_current=0.0,
    pv2_mode="not connected",
    battery_mode="discharging",
    battery_soc=100,
    grid_power=0,
    grid_direction="idle",
    load_power=900,
    temperature=-12.5,
    inverter_power=-12951,
    battery_temperature=23.4,
    work_state="abnormal",
)
EMPTY_AT = Estimate(False, 90_000, NOON + timedelta(hours=25), 20, guessed=True)
FULL_AT = Estimate(True, 11400, NOON + timedelta(seconds=11400), 100, guessed=True)
LARGE = ENERGY._replace(today=dict.fromkeys(Flow, 101.26))
VIEWS: dict[str, View] = {
    "noon": view(update(energy=ENERGY), trail=DAY, battery=FULL_AT),
    "night": view(update(energy=ENERGY, reading=NIGHT), trail=DAY, battery=EMPTY_AT),
    "on the battery": view(update(energy=LARGE, reading=ON_BATTERY), trail=DAY),
    "without history": view(update(reading=NOBODY_KNOWS)),
    "of the past": view(
        update(state=LinkState.OFFLINE, energy=ENERGY), trail=DAY, now_monotonic=9000.0
    ),
    "fault": view(update(energy=ENERGY, reading=reading(error_bits=0xFFFFFFFF)), trail=DAY),
}


def flow_rows(one: View, width: int, height: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Of each line of the boxes its text, and in which box's part of it each field is."""
    picture = draw_live(one, width, height, UNICODE)
    text = cells(picture, width, height)
    # On a wide screen the energies have a box of their own beside it.
    edge = width if width < 160 else 1 + min(112, width * 3 // 5)
    last = max(y for y, row in enumerate(text) if "╯" in row[:edge])
    rows = []
    for y in range(1, last + 1):
        found = []
        for span in picture[y]:
            left = text[y].rfind("│", 0, span.x)
            right = text[y].find("│", span.end)
            if span.field and span.x < edge and left >= 0 and right >= 0:
                found.append((span.field, text[y][left + 1 : right].strip()))
        rows.append((text[y], found))
    return rows


def check(one: View, width: int, height: int) -> None:
    told = set()
    for text, found in flow_rows(one, width, height):
        for field, words in found:
            told.add(field)
            if field not in ALONE:
                assert re.search(WORDS[field], words), f"{field} at {width}x{height}: {text}"
    if "mix_sun" in told:
        assert told >= {"mix_sun", "mix_battery", "mix_grid"}
        heads = [text for text, _ in flow_rows(one, width, height) if "house " in text]
        assert heads, f"{width}x{height}"
    if one.current:
        powers = {field for field in told if field.endswith("_power") and field in WORDS}
        assert powers >= {"pv_power", "load_power"}, f"{width}x{height}"
        assert powers & {"battery_charge_power", "battery_discharge_power"}, f"{width}x{height}"


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("height", [15, 23, 31])
def test_every_value_has_its_word_at_every_width(name: str, height: int) -> None:
    # Each height has a third of the widths.
    for width in range(60 + height % 3, 201, 3):
        check(VIEWS[name], width, height)


@given(st.sampled_from(sorted(VIEWS)), st.integers(60, 200), st.integers(15, 60))
def test_every_value_has_its_word_at_any_size(name: str, width: int, height: int) -> None:
    check(VIEWS[name], width, height)


@pytest.mark.parametrize("width", range(60, 160))
@pytest.mark.parametrize("name", ["noon", "night"])
def test_boxes_that_have_the_day_have_all_of_it(name: str, width: int) -> None:
    """The line below them tells what follows from it instead."""
    told = {field for _, found in flow_rows(VIEWS[name], width, 31) for field, _ in found}
    assert told >= {counter(flow, "today", kept=True) for flow in Flow}


@pytest.mark.parametrize("width", range(60, 201))
def test_no_box_is_written_over(width: int) -> None:
    """Frames stand one below the other from their upper corners to the lower ones."""
    lines = [text for text, _ in flow_rows(VIEWS["night"], width, 31)]
    for upper, line in pairwise(lines):
        for x, sign in enumerate(upper):
            if sign in "╭╮│" and x < width * 3 // 5:
                assert line[x] in "│╰╯", f"{upper}\n{line}"
