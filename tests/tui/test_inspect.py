"""A value marked on a picture: which one, what beside it, and what is told of it."""

from __future__ import annotations

import pytest
from focus_world import focus_view
from golden_text import assert_as_before
from hypothesis import given
from hypothesis import strategies as st
from test_every_value import SCREENS, SIZES, live
from test_live_golden import FOLDER as LIVE_FOLDER
from tui_world import cells, view

from kstar_tui.settings import Settings
from kstar_tui.tui.explain import Told
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.inspect import (
    Place,
    again,
    all_of,
    beside,
    marked,
    places,
    value_of,
)
from kstar_tui.tui.live.view import View
from kstar_tui.tui.outlet import Outlet
from kstar_tui.tui.paint import Picture, Span
from kstar_tui.tui.palette import palette_for

FOLDER = LIVE_FOLDER.parent / "golden-inspect"
WATTS = Told("PV power", "W", "pv_power", ("bytes 0-1: 0d 48",), ("MQTT: kstar/x/state",))
WAYS = ("left", "right", "up", "down")


def with_outlet(name: str) -> View:
    one = live(name)
    return view(
        one.update,
        trail=one.trail,
        mqtt=one.mqtt,
        events=one.events,
        today=one.today,
        battery=one.battery,
        outlet=Outlet.of(Settings(), one.update),
    )


USUAL = with_outlet("usual")


def told(field: str) -> Told:
    found = USUAL.explain(field)
    assert found is not None
    return found


def picture_of(screen: str, size: str, glyphs: Glyphs = UNICODE) -> Picture:
    return SCREENS[screen](USUAL, *SIZES[size], glyphs)


def places_of(screen: str, size: str) -> list[Place]:
    return places(picture_of(screen, size), lambda field: USUAL.explain(field) is not None)


def test_places_are_the_values_without_the_blanks_before_them() -> None:
    line = (
        Span(0, "Solar", "title"),
        Span(6, "   421", "strong", "pv_power"),
        Span(12, " W", "dim"),
    )
    below = (Span(2, "7", "text", "pv_power"), Span(4, "  ", "text", "load_power"))
    found = places((line, below, (Span(0, "x", "dim", "choice:all"),)), "choice:all".__ne__)
    assert found == [Place("pv_power", 0, 9, 0, "421"), Place("pv_power", 1, 2, 1, "7")]


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("size", SIZES)
def test_the_arrows_lead_to_every_value(screen: str, size: str) -> None:
    found = places_of(screen, size)
    assert len(found) > 10
    seen, ways = {found[0]}, [found[0]]
    while ways:
        here = ways.pop()
        for way in WAYS:
            there = beside(found, here, way)
            if there not in seen:
                seen.add(there)
                ways.append(there)
    assert seen == set(found), sorted(set(found) - seen)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("size", SIZES)
def test_an_arrow_goes_its_way(screen: str, size: str) -> None:
    found = places_of(screen, size)
    for here in found:
        left, right, up, down = (beside(found, here, way) for way in WAYS)
        assert left == here or left.end <= here.x
        assert right == here or right.x >= here.end
        assert up == here or up.y < here.y
        assert down == here or down.y > here.y
        beside_it = [p for p in found if p.y == here.y and p.x >= here.end]
        assert not beside_it or right == beside_it[0], "what stands beside it comes first"


def test_tab_goes_around() -> None:
    found = places_of("live", "80x24")
    here = found[0]
    for _ in found:
        here = beside(found, here, "next")
    assert here == found[0]
    assert beside(found, here, "previous") == found[-1]


def test_a_mark_stays_on_its_field() -> None:
    """Through another reading, another size, another way to lay it out."""
    small, large = places_of("live", "44x12"), places_of("live", "200x60")
    here = next(place for place in small if place.field == "grid_power")
    there = next(place for place in large if place.field == "grid_export_power")
    assert again(large, small[1]).field == small[1].field == "pv_power"  # type: ignore[union-attr]
    assert again(small, there) is not None, "what is not shown gives way to what is near"
    assert again(small, here) == here
    second = [place for place in large if place.field == "pv_power:high"][1]
    assert second.nth == 1
    assert again(large, second) == second
    assert again([], here) is None


@pytest.mark.parametrize(
    ("text", "unit", "copied"),
    [
        ("12 345", "W", "12345 W"),
        ("1 234.5", "kWh", "1234.5 kWh"),
        ("64", "%", "64 %"),
        ("exporting", "", "exporting"),
        ("—", "W", "—"),
        ("in 200", "W", "in 200 W"),
        ("30 to 60", "%", "30 to 60 %"),
        ("192.168.1.50", "", "192.168.1.50"),
        ("Fri 08:00", "", "Fri 08:00"),
        ("3 h 10 min", "", "3 h 10 min"),
    ],
)
def test_what_is_copied(text: str, unit: str, copied: str) -> None:
    assert value_of(Place("x", 0, 0, 0, text), WATTS._replace(unit=unit)) == copied


def test_all_of_it() -> None:
    text = all_of(Place("pv_power", 0, 0, 0, "3 418"), WATTS, "read at noon")
    assert text.split("\n") == [
        "PV power: 3418 W",
        "pv_power",
        "bytes 0-1: 0d 48",
        "MQTT: kstar/x/state",
        "read at noon",
    ]


MARKS = {
    "live-pv-80x24": ("live", "80x24", "pv_power", UNICODE),
    "live-today-80x24": ("live", "80x24", "energy/load_energy_today", UNICODE),
    "live-ascii-120x40": ("live", "120x40", "battery_end", ASCII),
    "live-44x12": ("live", "44x12", "battery_soc", UNICODE),
    "battery-120x40": ("battery", "120x40", "battery_capacity", UNICODE),
    "grid-80x24": ("grid", "80x24", "grid_voltage:low", UNICODE),
}


def mark(screen: str, size: str, field: str, glyphs: Glyphs = UNICODE) -> Picture:
    picture = picture_of(screen, size, glyphs)
    here = next(p for p in places(picture, lambda f: f == field))
    return marked(picture, here, told(field), SIZES[size], glyphs)


@pytest.mark.parametrize("name", MARKS)
def test_it_looks_as_it_did(name: str) -> None:
    screen, size, field, glyphs = MARKS[name]
    lines = cells(mark(screen, size, field, glyphs), *SIZES[size])
    assert_as_before(FOLDER / f"{name}.txt", lines)


def test_no_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(MARKS)


@given(
    st.sampled_from(sorted(SCREENS)),
    st.integers(1, 130),
    st.integers(1, 45),
    st.integers(0, 200),
    st.sampled_from([UNICODE, ASCII]),
)
def test_a_mark_at_any_size(
    screen: str, width: int, height: int, number: int, glyphs: Glyphs
) -> None:
    picture = SCREENS[screen](USUAL, width, height, glyphs)
    found = places(picture, lambda field: USUAL.explain(field) is not None)
    if not found:
        return
    here = found[number % len(found)]
    after = marked(picture, here, told(here.field), (width, height), glyphs)
    assert len(after) == height
    styles = set(palette_for(dark=True, ansi=False, background="#000000").styles)
    for line in after:
        end = 0
        for span in line:
            assert span.x >= end
            assert span.text
            assert span.style in styles
            assert not (glyphs is ASCII and not span.text.isascii())
            end = span.end
        assert end <= width
    shown = [span for line in after for span in line if span.style == "mark"]
    assert [span.text for span in shown] == [here.text], "it is never covered"
    text = "\n".join(cells(after, width, height))
    if height >= 14 and width >= 60:
        assert here.field.partition(":")[0].removeprefix("energy/") in text
        assert f"[{here.text}" in text or f"{here.text}]" in text, "a sign that is no colour"


def test_what_stands_beside_a_mark_stays() -> None:
    """Brackets take blanks alone."""
    before, after = picture_of("live", "80x24"), mark("live", "80x24", "pv_power")
    for old, new in zip(cells(before, 80, 23)[:10], cells(after, 80, 23)[:10], strict=True):
        for one, other in zip(old, new, strict=True):
            assert one == other or (one == " " and other in "[]")


def test_a_picture_without_a_mark_is_untouched() -> None:
    before = picture_of("battery", "80x24")
    mark("battery", "80x24", "battery_soc")
    assert picture_of("battery", "80x24") == before


def test_focus_values_have_the_outlet_too() -> None:
    one = focus_view(live=USUAL)
    found = one.live.explain("battery_capacity")
    assert found is not None
    assert found.topics[0].endswith("/device, key settings.battery_capacity")
