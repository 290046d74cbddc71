"""Battery and Grid & load at any size: all of a kind is there, nothing is cut or laid over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from focus_world import BANKS, FULL, focus_view
from hypothesis import given
from hypothesis import strategies as st
from tui_world import ENERGY, NOBODY_KNOWS, NOON, cells, reading, update, view, without_reading

from kstar_tui.monitor.update import LinkState
from kstar_tui.protocol.device import SETTING_FIELDS
from kstar_tui.protocol.fields import Group
from kstar_tui.protocol.reading import FIELDS
from kstar_tui.tui.explain import explain
from kstar_tui.tui.focus.battery import draw_battery
from kstar_tui.tui.focus.grid import draw_grid
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.history.chart import NOTES
from kstar_tui.tui.paint import Paint, Picture

Draw = Callable[[FocusView, int, int, Glyphs], Picture]
DRAW: dict[str, Draw] = {"battery": draw_battery, "grid": draw_grid}


def of(**values: Any) -> FocusView:
    return focus_view(update(energy=ENERGY, settings=FULL, reading=reading(**values)))


OFFLINE = {"state": LinkState.OFFLINE, "error": "no answer", "settings": FULL, "energy": ENERGY}
VIEWS: dict[str, FocusView] = {
    "usual": focus_view(),
    "four batteries": of(**BANKS),
    "importing": of(
        grid_direction="importing",
        grid_power=9300,
        load_power=12345,
        inverter_power=-2900,
        battery_mode="discharging",
        battery_current=120.0,
        battery_soc=100,
    ),
    "idle": of(battery_current=0.0, battery_soc=0, grid_power=3, grid_direction="idle"),
    "no battery": of(battery_mode="none", battery_current=0.0, battery_voltage=0.0),
    "no grid": of(grid_voltage=0.0, grid_power=0, grid_direction="idle"),
    "fault": of(error_bits=1 << 18, work_mode="fault"),
    "unknown direction": focus_view(update(reading=NOBODY_KNOWS, settings=None, info=None)),
    "offline": focus_view(live=view(update(**OFFLINE), now_monotonic=9000.0)),
    "connecting": focus_view(live=view(without_reading(LinkState.CONNECTING)), today=None),
    "never": focus_view(
        live=view(without_reading(LinkState.OFFLINE, "3 tries: no answer")), today=None
    ),
    "no history": focus_view(
        live=view(update()), today=None, message=("No lows, no highs: history is off.", "Why.")
    ),
    "demo": focus_view(live=view(update(), demo=True, now=NOON + timedelta(hours=11))),
}


class Watching(Paint):
    """Notes what is laid over something else, or cut at an edge."""

    def __init__(self, width: int, height: int, glyphs: Glyphs) -> None:
        super().__init__(width, height, glyphs)
        self.taken: dict[tuple[int, int], str] = {}
        self.troubles: list[str] = []

    def put(self, x: int, y: int, text: str, style: str = "text", field: str | None = None) -> int:
        words = any(char.isalnum() for char in text)
        if text and (x < 0 or y < 0 or x + len(text) > self.width or y >= self.height):
            self.troubles.append(f"{text!r} is cut at {x}, {y}")
        for i, char in enumerate(text):
            before = self.taken.get((x + i, y), "")
            if words and char.strip() and before:
                self.troubles.append(f"{text!r} lies over {before!r} at {x + i}, {y}")
            if char.strip():
                self.taken[x + i, y] = char
        return super().put(x, y, text, style, field)


def check(name: str, draw: Draw, width: int, height: int, glyphs: Glyphs = UNICODE) -> Picture:
    watched: list[Watching] = []

    def make(*size: Any) -> Watching:
        watched.append(Watching(*size))
        return watched[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kstar_tui.tui.focus.page.Paint", make)
        picture = draw(VIEWS[name], width, height, glyphs)
    assert not watched[0].troubles, (name, width, height, watched[0].troubles[:4])
    assert len(picture) == height
    for line in picture:
        assert all(a.end <= b.x for a, b in pairwise(line)), line
        assert all(span.x >= 0 and span.end <= width and span.text for span in line), line
        for span in line:
            if span.field:
                assert not re.match(r"\s*[-−]", span.text.rstrip("- ")), span
                assert explain(span.field, VIEWS[name].reading), span
        if glyphs is ASCII:
            assert all(span.text.isascii() for span in line), line
    return picture


@pytest.mark.parametrize("page", DRAW)
@pytest.mark.parametrize("name", VIEWS)
def test_every_view_at_sizes_around_each_border(page: str, name: str) -> None:
    for width in (20, 44, 59, 60, 77, 78, 115, 116, 193, 194):
        for height in (5, 14, 15, 20, 23, 35, 36, 70):
            check(name, DRAW[page], width, height)


@pytest.mark.parametrize("page", DRAW)
@pytest.mark.parametrize("name", VIEWS)
def test_every_view_in_ascii(page: str, name: str) -> None:
    for width, height in ((44, 12), (60, 15), (80, 23), (120, 39), (200, 59)):
        check(name, DRAW[page], width, height, ASCII)


@given(
    st.sampled_from(sorted(DRAW)),
    st.sampled_from(sorted(VIEWS)),
    st.integers(20, 220),
    st.integers(5, 70),
)
def test_any_view_at_any_size(page: str, name: str, width: int, height: int) -> None:
    check(name, DRAW[page], width, height)


def test_sizes_that_nobody_has_are_drawn_somehow() -> None:
    for draw in DRAW.values():
        for width, height in ((1, 1), (3, 2), (11, 1), (1, 70), (220, 1), (5, 5)):
            assert len(draw(VIEWS["usual"], width, height, UNICODE)) == height


def fields(name: str, page: str, width: int, height: int) -> dict[str, str]:
    """The texts of values by field, the first in reading order."""
    picture = DRAW[page](VIEWS[name], width, height, UNICODE)
    spans = [span for line in reversed(picture) for span in reversed(line) if span.field]
    return {span.field: span.text.strip() for span in spans if span.field}


def test_every_field_of_the_battery_is_on_the_largest_size() -> None:
    shown = fields("four batteries", "battery", 200, 59)
    wanted = {n for n, row in FIELDS.items() if row.group is Group.BATTERY}
    wanted |= {n for n, row in SETTING_FIELDS.items() if row.group is Group.BATTERY}
    assert wanted <= {*shown, "battery_warning_bits"}
    for bound in ("battery_voltage:low", "battery_soc:high", "charge_window", "discharge_window"):
        assert bound in shown


def test_every_field_of_grid_and_load_is_on_the_largest_size() -> None:
    shown = fields("usual", "grid", 200, 59)
    wanted = {n for n, row in FIELDS.items() if row.group in (Group.GRID, Group.LOAD)}
    groups = (Group.GRID, Group.LOAD)
    wanted |= {n for n, row in SETTING_FIELDS.items() if row.group in groups}
    wanted |= {"inverter_power", "ac_output_current", "energy/load_energy_today", "country"}
    wanted |= {"energy/grid_import_energy_today", "energy/grid_export_energy_total"}
    wanted |= {"load_power:high", "since"}
    assert wanted <= set(shown)


def test_a_voltage_beyond_what_is_allowed_has_a_word_and_the_range() -> None:
    high = of(grid_voltage=254.1, grid_frequency=49.4)
    text = "\n".join(cells(DRAW["grid"](high, 120, 39, UNICODE), 120, 39))
    assert re.search("V too high +254.1 V", text)
    assert re.search("Hz too low +49.40 Hz", text)
    assert "allowed      207-253 V  49.5-50.5 Hz" in text


@pytest.mark.parametrize("size", [(80, 23), (120, 39), (200, 59)])
def test_values_are_those_of_the_reading(size: tuple[int, int]) -> None:
    battery, grid = (fields("usual", page, *size) for page in DRAW)
    assert battery["battery_soc"] == "64"
    assert battery["battery_power"] == "1 434"
    assert battery["battery_voltage"] == "51.2"
    assert battery["battery_temperature"] == "7.5"
    assert battery["battery_capacity"] == "200"
    assert grid["grid_power"] == "421"
    assert grid["load_power"] == "1 530"
    assert grid["grid_frequency"] == "50.01"
    assert grid["backup_power"] == "276"
    assert grid["meter_status"] == "0x01"
    assert grid["meter_power_factor"] == "—", "not in this frame"


def text_of(name: str, page: str, width: int = 80, height: int = 23) -> str:
    return "\n".join(cells(DRAW[page](VIEWS[name], width, height, UNICODE), width, height))


@pytest.mark.parametrize("size", [(80, 23), (120, 39), (200, 59), (44, 12)])
@pytest.mark.parametrize(
    ("name", "page", "words"),
    [
        ("usual", "battery", "charging"),
        ("usual", "battery", "full 15:10"),
        ("usual", "grid", "exporting"),
        ("importing", "battery", "discharging"),
        ("importing", "grid", "importing"),
        ("idle", "battery", "idle"),
        ("idle", "grid", "idle"),
        ("no battery", "battery", "no battery"),
        ("no grid", "grid", "no grid"),
        ("no grid", "grid", "on backup"),
        ("unknown direction", "grid", "unknown"),
        ("fault", "battery", "FAULT"),
        ("offline", "grid", "offline"),
    ],
)
def test_states_are_said_in_words(name: str, page: str, words: str, size: tuple[int, int]) -> None:
    assert words in text_of(name, page, *size)


def test_what_goes_into_the_inverter_is_said_so() -> None:
    text = text_of("importing", "grid")
    assert "AC in       2 900 W" in text
    assert text_of("usual", "grid").count("AC out") == 1


def test_other_batteries_are_shown_only_where_there_are_any() -> None:
    assert "Battery 2" not in text_of("usual", "battery", 120, 39)
    for bank in (2, 3, 4):
        assert f"Battery {bank}" in text_of("four batteries", "battery", 120, 39)


@pytest.mark.parametrize("page", DRAW)
@pytest.mark.parametrize("size", [(80, 23), (120, 39), (200, 59), (44, 12)])
def test_values_of_the_past_are_dim(page: str, size: tuple[int, int]) -> None:
    picture = DRAW[page](VIEWS["offline"], *size, UNICODE)
    values = {span.style for line in picture for span in line if span.field in FIELDS}
    assert values == {"dim"}


@pytest.mark.parametrize("size", [(80, 23), (120, 39), (200, 59)])
def test_a_new_reading_changes_few_cells(size: tuple[int, int]) -> None:
    before, after = (
        draw_grid(of(load_power=watts, grid_power=421), *size, UNICODE) for watts in (1530, 1531)
    )
    old, new = ({(y, s) for y, line in enumerate(p) for s in line} for p in (before, after))
    # The load, in its panel and in its table.
    assert len(new - old) == len(old - new) == 2


@pytest.mark.parametrize("kwh", [5.12, 15.12, 115.0])
def test_the_grids_day_is_told_by_direction_at_any_width(kwh: float) -> None:
    energy = ENERGY._replace(today=dict.fromkeys(ENERGY.today, kwh))
    one = focus_view(update(energy=energy, settings=FULL))
    figure = re.escape(f"{kwh:.1f}" if kwh < 100 else f"{kwh:.0f}")
    day = re.compile(rf"│ ?(to)?day +imp(ort)? +{figure} +exp(ort)? +{figure} kWh ?│")
    for width in range(60, 201):
        text = cells(draw_grid(one, width, 40, UNICODE), width, 40)
        assert day.search(text[3]), text[3]
        assert "│ in" not in "\n".join(text), "in and out are the battery's"
        assert "most" in text[4] or width < 62


@pytest.mark.parametrize("width", range(60, 201, 7))
def test_the_peak_beside_a_chart_is_told_whole(width: int) -> None:
    """The bars are means, and lower than it."""
    text = cells(draw_grid(VIEWS["importing"], width, 40, UNICODE), width, 40)
    notes = [line[-NOTES:].strip() for line in text]
    assert notes[notes.index("peak") + 1] == "12 345 W"
    assert not any("max" in note for note in notes)
