"""What the house runs on: shares of its load by source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_world import day_trail, reading, update, view

from kstar_tui.monitor.update import LinkState
from kstar_tui.protocol.reading import Reading
from kstar_tui.tui.explain import explain
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.live.mix import Mix, house_mix, mix_rows
from kstar_tui.tui.live.picture import draw_live
from kstar_tui.tui.paint import plain

WATTS = st.integers(0, 30_000)


def flows(pv: float = 0, discharge: float = 0, imported: int = 0, load: int = 0) -> Reading:
    values = {
        "pv1_voltage": 100.0,
        "pv1_current": pv / 100,
        "pv2_voltage": 0.0,
        "pv2_current": 0.0,
        "battery_voltage": 50.0,
        "battery_current": discharge / 50,
        "battery_mode": "discharging" if discharge else "standby",
        "grid_power": -imported,
        "grid_direction": "importing" if imported else "idle",
        "load_power": load,
    }
    return reading(**values)


@pytest.mark.parametrize(
    ("what", "mix"),
    [
        ({"pv": 4000, "load": 150}, Mix(100, 0, 0)),
        ({"discharge": 300, "load": 290}, Mix(0, 100, 0)),
        ({"imported": 500, "load": 500}, Mix(0, 0, 100)),
        ({"pv": 300, "discharge": 200, "imported": 500, "load": 1000}, Mix(30, 20, 50)),
        # Losses are nobody's share.
        ({"discharge": 300, "imported": 300, "load": 500}, Mix(0, 40, 60)),
        ({"pv": 100, "discharge": 100, "imported": 100, "load": 300}, Mix(33, 33, 34)),
        # The battery is charged from the grid: the house, too, runs on it.
        ({"pv": 200, "imported": 3000, "load": 400}, Mix(0, 0, 100)),
        # What the meter sees where nothing flows.
        ({"discharge": 300, "imported": 12, "load": 300}, Mix(0, 100, 0)),
        ({"pv": 400, "load": 19}, None),
        ({"load": 300}, None),
    ],
)
def test_shares(what: dict[str, int], mix: Mix | None) -> None:
    assert house_mix(flows(**what)) == mix


@given(WATTS, WATTS, WATTS, WATTS)
def test_they_are_a_hundred_together(pv: int, discharge: int, imported: int, load: int) -> None:
    mix = house_mix(flows(pv % 6000, discharge, imported, load))
    assert mix is None or (sum(mix) == 100 and min(mix) >= 0)


def test_it_is_shown_where_there_is_room_and_of_now_alone() -> None:
    now = view(update(reading=flows(pv=300, imported=700, load=1000)), trail=day_trail())
    text = "\n".join(plain(draw_live(now, 120, 40, UNICODE)))
    assert "house runs on" in text
    assert "70 %" in text
    assert "house runs on" not in "\n".join(plain(draw_live(now, 80, 24, UNICODE)))
    past = view(update(state=LinkState.OFFLINE, reading=flows(pv=300, imported=700, load=1000)))
    assert mix_rows(past, 20) == []


@pytest.mark.parametrize("name", ["mix_sun", "mix_battery", "mix_grid"])
def test_each_is_explained(name: str) -> None:
    told = explain(name, None)
    assert told is not None
    assert told.unit == "%"
