"""The whole Live screen: at any size it draws, and draws within itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tui_world import (
    NOBODY_KNOWS,
    NOON,
    cells,
    day_trail,
    mqtt,
    reading,
    trail_of,
    update,
    view,
    without_reading,
)

from kstar_tui.monitor.events import Event, Severity
from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.live.picture import draw_live
from kstar_tui.tui.live.view import View
from kstar_tui.tui.palette import palette_for

DAY = day_trail()
EVENTS = tuple(
    Event(NOON, severity, "fault: isolation → a text that goes on and on for longer than any line")
    for severity in Severity
)
_HUGE = reading(
    pv1_voltage=6553.5,
    pv1_current=6553.5,
    pv2_voltage=6553.5,
    pv2_current=6553.5,
    battery_voltage=6553.5,
    battery_current=3276.7,
    battery_soc=255,
    grid_power=32767,
    load_power=65535,
    energy_total=429496729.5,
    load_energy_total=429496729.5,
    hours_total=4294967295,
    error_bits=0xFFFFFFFF,
    inverter_power=-32768,
    temperature=-3276.8,
)
_TIMED_OUT = (
    "3 tries of 1.5 s to 192.168.1.50:8899: no answer · nothing at all came back from there"
)
VIEWS: dict[str, View] = {
    "nothing yet": view(without_reading(LinkState.CONNECTING)),
    "searching": view(without_reading(LinkState.SEARCHING, _TIMED_OUT, address=None)),
    "online": view(trail=DAY, events=EVENTS, mqtt=mqtt()),
    "first reading": view(trail=trail_of([(0, reading())])),
    "stale": view(update(state=LinkState.STALE, lost=2), trail=DAY, now_monotonic=1016.0),
    "offline": view(
        update(state=LinkState.OFFLINE, error=_TIMED_OUT), trail=DAY, now_monotonic=9000.0
    ),
    "paused demo": view(trail=DAY, paused=NOON, demo=True, mqtt=mqtt(connected=False)),
    "fault": view(update(reading=reading(error_bits=0xFFFFFFFF)), trail=DAY, events=EVENTS),
    "broker away": view(trail=DAY, mqtt=mqtt(connected=False, error=_TIMED_OUT)),
    "unknown direction": view(
        update(reading=NOBODY_KNOWS, rejected={"checksum": 3, "length": 12}),
        trail=trail_of([(0, NOBODY_KNOWS)]),
    ),
    "nothing but zeros": view(
        update(reading=reading(battery_mode="none", battery_soc=0, battery_voltage=0.0))
    ),
    "huge": view(update(reading=_HUGE), trail=trail_of([(0, _HUGE), (700, _HUGE)]), events=EVENTS),
}
STYLES = set(palette_for(dark=True, ansi=False, background="#000000").styles)


def check(one: View, width: int, height: int, glyphs: Glyphs) -> None:
    picture = draw_live(one, width, height, glyphs)
    assert len(picture) == height
    for line in picture:
        end = 0
        for span in line:
            assert span.x >= end
            assert cell_len(span.text) == len(span.text), f"{span.text!r} is not one cell a sign"
            assert span.style in STYLES
            end = span.end
        assert end <= width
        if glyphs is ASCII:
            assert all(span.text.isascii() for span in line), line


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_view_at_sizes_around_each_border(name: str, glyphs: Glyphs) -> None:
    for width in (1, 2, 11, 44, 59, 60, 61, 80, 120, 159, 160, 200, 220):
        for height in (1, 2, 5, 12, 14, 15, 16, 24, 40, 60, 70):
            check(VIEWS[name], width, height, glyphs)


@given(
    st.sampled_from(sorted(VIEWS)),
    st.integers(1, 220),
    st.integers(1, 70),
    st.sampled_from([UNICODE, ASCII]),
)
def test_any_view_at_any_size(name: str, width: int, height: int, glyphs: Glyphs) -> None:
    check(VIEWS[name], width, height, glyphs)


def shown(one: View, width: int, height: int, glyphs: Glyphs = UNICODE) -> str:
    return "\n".join(cells(draw_live(one, width, height, glyphs), width, height))


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((80, 23), "Solar Battery Grid House KSE4000 online now Today Charge polls 64"),
        ((120, 39), "capacity backup Total Events nothing"),
        ((200, 59), "Today, kWh in all solar kW supply Events"),
        ((44, 12), "Solar House Grid exporting Battery charging Charge Today"),
    ],
)
def test_each_size_shows_its_share(size: tuple[int, int], words: str) -> None:
    text = shown(view(trail=DAY), *size)
    for word in words.split():
        assert word in text, word


@pytest.mark.parametrize("size", [(80, 23), (120, 39), (200, 59), (44, 12)])
@pytest.mark.parametrize("name", ["offline", "stale", "fault", "paused demo"])
def test_states_are_said_in_words_at_every_size(name: str, size: tuple[int, int]) -> None:
    text = shown(VIEWS[name], *size)
    wanted = {"offline": "offline", "stale": "stale", "fault": "FAULT", "paused demo": "paused"}
    assert wanted[name] in text


@pytest.mark.parametrize("size", [(80, 23), (120, 39), (200, 59), (44, 12)])
def test_offline_values_stay_but_are_dim(size: tuple[int, int]) -> None:
    picture = draw_live(VIEWS["offline"], *size, UNICODE)
    values = [span for line in picture for span in line if span.field == "pv_power"]
    assert {span.style for span in values} == {"dim"}
    assert "3 300" in {span.text.strip() for span in values}
    assert "2 h 13 min ago" in shown(VIEWS["offline"], *size)


@pytest.mark.parametrize("size", [(80, 23), (120, 39), (200, 59)])
def test_a_new_reading_changes_few_cells(size: tuple[int, int]) -> None:
    """What costs bytes: values that change in place, and nothing beside them."""
    before = draw_live(view(trail=DAY), *size, UNICODE)
    other = reading(load_power=1531, grid_power=420, temperature=38.6)
    after = draw_live(view(update(reading=other, polls=1205), trail=DAY), *size, UNICODE)
    old, new = ({(y, s) for y, line in enumerate(p) for s in line} for p in (before, after))
    # Load, grid and temperature once each, and the count of polls.
    assert len(new - old) == len(old - new) == 4


def test_two_views_alike_are_one_picture() -> None:
    assert draw_live(view(trail=DAY), 120, 39, UNICODE) == draw_live(
        view(trail=DAY, now_monotonic=1004.0), 120, 39, UNICODE
    )


@pytest.mark.parametrize("size", [(60, 15), (80, 23), (120, 39), (160, 39), (200, 59)])
def test_what_a_lane_or_chart_peaked_at_is_called_so(size: tuple[int, int]) -> None:
    text = shown(view(trail=DAY), *size)
    # In a chart's legend the number is below the word.
    assert re.search(r"peak( +|[^\n]*\n[^\n]*)5 300 W", text)
    assert "max" not in text
