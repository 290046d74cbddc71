"""The Live screen as text, beside what it was when somebody looked at it and found it right.

`KSTAR_GOLDEN=write python -m pytest tests/tui/test_live_golden.py` writes the files anew.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from golden_text import assert_as_before
from tui_world import (
    ENERGY,
    NOBODY_KNOWS,
    NOON,
    cells,
    day_trail,
    mqtt,
    reading,
    update,
    view,
    without_reading,
)

from kstar_tui.history.tariff import Money
from kstar_tui.history.today import TodaySummary
from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.events import Event, Severity
from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.live.picture import draw_live
from kstar_tui.tui.live.view import View

FOLDER = Path(__file__).parent / "golden"
EVENTS = (
    Event(NOON - timedelta(minutes=42), Severity.GOOD, "fault cleared: isolation"),
    Event(NOON - timedelta(minutes=44), Severity.FAULT, "fault: isolation"),
    Event(NOON - timedelta(hours=26), Severity.GOOD, "inverter online at 192.168.1.50"),
)
DAY = day_trail()
ONLINE = view(
    update(energy=ENERGY),
    trail=DAY,
    mqtt=mqtt(),
    events=EVENTS,
    today=TodaySummary(NOON.date(), 0.64, 0.88, Money(1.68, 0.41, 0.22), "€"),
    battery=Estimate(True, 11400, NOON + timedelta(seconds=11400), 100, guessed=True),
)
AWAY = view(
    update(
        state=LinkState.OFFLINE,
        since=NOON - timedelta(minutes=41),
        error="3 tries of 1.5 s to 192.168.1.50:8899: no answer",
        lost=41,
        next_poll_monotonic=4000.0,
        reading=reading(pv1_current=0.0, pv2_current=0.0),
    ),
    trail=DAY,
    now_monotonic=3460.0 + 500.0,
)
CASES: dict[str, tuple[View, int, int, Glyphs]] = {
    "online-80x24": (ONLINE, 80, 23, UNICODE),
    "online-120x40": (ONLINE, 120, 39, UNICODE),
    "online-200x60": (ONLINE, 200, 59, UNICODE),
    "online-44x12": (ONLINE, 44, 11, UNICODE),
    "online-ascii-80x24": (ONLINE, 80, 23, ASCII),
    "online-ascii-200x60": (ONLINE, 200, 59, ASCII),
    "offline-80x24": (AWAY, 80, 23, UNICODE),
    "connecting-80x24": (view(without_reading(LinkState.CONNECTING)), 80, 23, UNICODE),
    "unknown-direction-80x24": (
        view(update(reading=NOBODY_KNOWS), trail=DAY, paused=NOON),
        80,
        23,
        UNICODE,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_looks_as_it_did(name: str) -> None:
    one, width, height, glyphs = CASES[name]
    lines = cells(draw_live(one, width, height, glyphs), width, height)
    assert_as_before(FOLDER / f"{name}.txt", lines)


def test_no_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(CASES)
