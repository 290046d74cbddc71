"""No number on Live, Battery and Grid & load is without an explanation, but for a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from focus_world import BANKS, FULL, SISTER, focus_view
from tui_world import (
    ENERGY,
    NOON,
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
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.tui.focus.battery import draw_battery
from kstar_tui.tui.focus.grid import draw_grid
from kstar_tui.tui.glyphs import UNICODE, Glyphs
from kstar_tui.tui.live.picture import draw_live
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Picture, Span

SIZES = {"80x24": (80, 23), "120x40": (120, 39), "200x60": (200, 59), "44x12": (44, 11)}
NO_VALUES = {
    r"\d\d:\d\d": "the clock; times along an axis, and in front of rows",
    r"(\d\.)?\d+ kW|100 %|50 %|0": "the scale of an axis",
    r"25|50|75|100": "the scale of the bar",
    r"offline since .*|▲ FAULT .*|asking .*": "a sentence of what is wrong",
    r"‖ paused at .*": "since when the picture is held",
    r"\w{3} \d\d:\d\d|inverter online at .*": "an event",
    r"· .*|No reading from .*|Start without .*": "advice",
    r"no answer \d.*": "an error in words",
    r"Battery \d|(▲ )?KSE4000": "the name of a battery, and of the inverter",
}
"""Texts with digits that are no values, and what they are."""
EVENTS = (
    Event(NOON - timedelta(minutes=44), Severity.FAULT, "fault: isolation"),
    Event(NOON - timedelta(hours=26), Severity.GOOD, "inverter online at 192.168.1.50"),
)
FULL_AT = Estimate(True, 11400, NOON + timedelta(seconds=11400), 100, guessed=True)
AWAY = {
    "state": LinkState.OFFLINE,
    "error": "no answer 3 times",
    "lost": 41,
    "next_poll_monotonic": 4000.0,
}
UPDATES: dict[str, Update] = {
    "usual": update(energy=ENERGY, settings=FULL, reading=reading(**SISTER)),
    "without history": update(settings=FULL, rejected={"checksum": 3}),
    "away": update(energy=ENERGY, reading=reading(), **AWAY),
    "faults": update(reading=reading(error_bits=0x40000, inverter_power=-300)),
    "four batteries": update(energy=ENERGY, reading=reading(**BANKS)),
    "nothing yet": without_reading(LinkState.CONNECTING, "no answer 3 times"),
}


def live(name: str) -> View:
    return view(
        UPDATES[name],
        trail=day_trail(),
        mqtt=mqtt(),
        events=EVENTS,
        today=TodaySummary(NOON.date(), 0.64, 0.88, Money(1.68, 0.41, 0.22), "€"),
        battery=FULL_AT,
        now_monotonic=3000.0 if name == "away" else 1000.0,
        paused=NOON if name == "faults" else None,
    )


def draw_the_live(one: View, width: int, height: int, glyphs: Glyphs) -> Picture:
    return draw_live(one, width, height, glyphs)


def focus(draw: Callable[..., Picture]) -> Callable[..., Picture]:
    def drawn(one: View, width: int, height: int, glyphs: Glyphs) -> Picture:
        return draw(focus_view(live=one), width, height, glyphs)

    return drawn


SCREENS = {"live": draw_the_live, "battery": focus(draw_battery), "grid": focus(draw_grid)}


def unexplained(one: View, picture: Picture) -> list[Span]:
    """Spans with digits that no field explains."""
    return [
        span
        for line in picture
        for span in line
        if any(char.isdigit() for char in span.text)
        and (span.field is None or one.explain(span.field) is None)
    ]


def reason(span: Span) -> str | None:
    text = span.text.strip()
    return next((word for form, word in NO_VALUES.items() if re.fullmatch(form, text)), None)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", UPDATES)
def test_every_value_tells_itself(screen: str, name: str) -> None:
    one = live(name)
    for size in SIZES.values():
        picture = SCREENS[screen](one, *size, UNICODE)
        left = [span for span in unexplained(one, picture) if reason(span) is None]
        assert not left, (size, left)


def test_no_reason_is_left_over() -> None:
    used = set()
    for name in UPDATES:
        one = live(name)
        for draw in SCREENS.values():
            for size in SIZES.values():
                picture = draw(one, *size, UNICODE)
                used |= {reason(span) for span in unexplained(one, picture)}
    assert used - {None} == set(NO_VALUES.values())


def test_what_has_a_field_has_an_explanation() -> None:
    """A word, too: a field that nobody can explain is a name that was mistyped."""
    for name in UPDATES:
        one = live(name)
        for draw in SCREENS.values():
            for size in SIZES.values():
                for line in draw(one, *size, UNICODE):
                    for span in line:
                        assert span.field is None or one.explain(span.field), span
