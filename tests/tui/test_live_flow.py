"""The flow diagram: which way each wire points, how heavy it is, and what it says beside colour."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from tui_world import INFO, NOBODY_KNOWS, cells, reading, update, view, without_reading

from kstar_tui.monitor.update import LinkState
from kstar_tui.protocol.reading import FIELDS, Reading
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.live.flow import draw_flow, weight
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint, Picture, Span

WIDTH, HEIGHT = 78, 10
_WIRES = set("╌─━═▶◀")
FIGURES = [name for name, row in FIELDS.items() if row.unit]


def flow(one: View, glyphs: Glyphs = UNICODE) -> Picture:
    paint = Paint(WIDTH, HEIGHT, glyphs)
    draw_flow(paint, paint.area, one)
    return paint.picture()


def wires(picture: Picture) -> dict[str, Span]:
    """The four wires by what they lead to, found between the boxes."""

    def between(y: int) -> Iterator[Span]:
        for span in picture[y]:
            if len(span.text) >= 3 and set(span.text) <= _WIRES and 0 < span.x < WIDTH - 8:
                yield span

    solar, grid = between(1)
    battery, house = between(HEIGHT // 2 + 2)
    return {"solar": solar, "grid": grid, "battery": battery, "house": house}


def words(picture: Picture) -> str:
    return "\n".join(cells(picture, WIDTH, HEIGHT))


@pytest.mark.parametrize(
    ("watts", "index"),
    [(0, 0), (19.9, 0), (20, 1), (499.9, 1), (500, 2), (1999.9, 2), (2000, 3), (99999, 3)],
)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_weight_follows_the_power(watts: float, index: int, glyphs: Glyphs) -> None:
    assert weight(watts, glyphs) == glyphs.wires[index]
    assert len(set(glyphs.wires)) == 4


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"grid_voltage": 254.1}, ("254.1 V high", "50.01 Hz ")),
        ({"grid_voltage": 201.0}, ("201.0 V low", "50.01 Hz ")),
        ({"grid_frequency": 50.61}, ("230.4 V ", "50.61 Hz high")),
        ({}, ("230.4 V ", "50.01 Hz ")),
        # Without a grid the figures are the inverter's own.
        ({"grid_voltage": 0.0}, ("0.0 V ",)),
    ],
)
def test_what_no_public_grid_should_be_has_a_word(
    values: dict[str, float], said: tuple[str, ...]
) -> None:
    text = words(flow(view(update(reading=reading(**values)))))
    for each in said:
        assert each in text


def test_of_an_unknown_country_nothing_is_high() -> None:
    somewhere = update(reading=reading(grid_voltage=254.1), info=INFO._replace(country_code=11))
    assert "high" not in words(flow(view(somewhere)))


SOLAR = [(0.0, "╌"), (0.5, "─"), (3.0, "━"), (9.0, "═")]
BATTERY = [
    ("standby", 0.0, "╌", "idle"),
    ("charging", 0.1, "╌", "idle"),
    ("charging", 5.0, "◀", "charging"),
    ("discharging", 0.1, "╌", "idle"),
    ("discharging", 5.0, "▶", "discharging"),
]
GRID = [
    ("idle", 0, "╌", "idle"),
    ("importing", 19, "╌", "idle"),
    ("importing", 300, "◀", "importing"),
    ("exporting", 19, "╌", "idle"),
    ("exporting", 300, "▶", "exporting"),
]


@pytest.mark.parametrize(("battery", "grid"), list(product(BATTERY, GRID)))
def test_every_combination(battery: Any, grid: Any) -> None:
    for sun, load in product(SOLAR, [0, 800]):
        check_combination(sun, battery, grid, load)


def check_combination(sun: Any, battery: Any, grid: Any, load: int) -> None:
    amps, line = sun
    mode, battery_amps, battery_arrow, battery_word = battery
    direction, watts, grid_arrow, grid_word = grid
    picture = flow(
        view(
            update(
                reading=reading(
                    pv1_current=amps,
                    pv2_current=0.0,
                    battery_mode=mode,
                    battery_current=battery_amps,
                    grid_direction=direction,
                    grid_power=watts,
                    load_power=load,
                )
            )
        )
    )
    drawn = wires(picture)
    assert drawn["solar"].text[0] == line
    assert drawn["solar"].text[-1] == ("╌" if line == "╌" else "▶"), "the sun only gives"
    assert drawn["house"].text[-1] == ("▶" if load else "╌"), "the house only takes"
    # At the left of the inverter an arrow to the left leaves it; at the right one enters it.
    assert battery_arrow in (drawn["battery"].text[0], drawn["battery"].text[-1])
    assert grid_arrow in (drawn["grid"].text[0], drawn["grid"].text[-1])
    for name in ("battery", "grid"):
        arrows = sum(drawn[name].text.count(arrow) for arrow in "▶◀")
        assert arrows == (0 if "╌" in drawn[name].text else 1)
    shown = words(picture)
    lower = shown.split("\n")[HEIGHT // 2 :]
    assert battery_word in "\n".join(row[: WIDTH // 2] for row in lower)
    assert grid_word in "\n".join(row[WIDTH // 2 :] for row in shown.split("\n")[: HEIGHT // 2])
    values = "".join(span.text for line in picture for span in line if span.field in FIGURES)
    assert set(values) <= set("0123456789. "), "people read words, never signs"


@pytest.mark.parametrize(
    ("changes", "where", "style"),
    [
        ({}, "solar", "solar"),
        ({}, "house", "house"),
        ({"battery_mode": "charging"}, "battery", "charge"),
        ({"battery_mode": "discharging"}, "battery", "discharge"),
        ({"grid_direction": "importing"}, "grid", "import"),
        ({"grid_direction": "exporting"}, "grid", "export"),
    ],
)
def test_colours_say_the_same_as_the_words(changes: dict[str, str], where: str, style: str) -> None:
    assert wires(flow(view(update(reading=reading(**changes)))))[where].style == style


def _idle(picture: Picture) -> bool:
    return all(set(span.text) == {"╌"} for span in wires(picture).values())


@pytest.mark.parametrize("state", [LinkState.OFFLINE, LinkState.CONNECTING])
def test_nothing_flows_while_the_reading_is_of_the_past(state: LinkState) -> None:
    picture = flow(view(update(state=state)))
    assert _idle(picture)
    assert "3 300" in words(picture), "the last values stay"
    lively = {"solar", "charge", "discharge", "import", "export", "strong"}
    styles = {span.style.removesuffix("-title") for line in picture for span in line if span.field}
    assert not styles & lively


def test_a_stale_reading_still_stands() -> None:
    assert not _idle(flow(view(update(state=LinkState.STALE))))


def test_before_the_first_reading() -> None:
    picture = flow(view(without_reading(LinkState.CONNECTING)))
    assert _idle(picture)
    assert words(picture).count("no data yet") == 4


def test_a_direction_that_nobody_knows_shows_no_arrow_and_no_number() -> None:
    picture = flow(view(update(reading=NOBODY_KNOWS)))
    assert set(wires(picture)["grid"].text) == {"╌"}
    assert "unknown" in words(picture)
    shown = [span.text for line in picture for span in line if span.field == "grid_import_power"]
    assert [text.strip() for text in shown] == ["—"]


@pytest.mark.parametrize("one", [reading(), NOBODY_KNOWS])
def test_ascii_draws_the_same_with_other_signs(one: Reading) -> None:
    shown = words(flow(view(update(reading=one)), ASCII))
    assert shown.isascii()
    assert "producing" in shown
    assert "##>" in shown
    assert len(shown) == len(words(flow(view(update(reading=one)))))


def test_values_name_their_fields() -> None:
    """That is what the tooltip tells of them."""
    fields = {span.field for line in flow(view()) for span in line if span.field}
    assert fields >= {"pv_power", "battery_soc", "grid_export_power", "load_power", "temperature"}
