"""Today's energy, shares and money, and when the battery is full, as the Live screen says them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tui_world import ENERGY, NOON, cells, reading, update, view, without_reading

from kstar_tui.feed.overheard import UNTOLD
from kstar_tui.history.tariff import Money
from kstar_tui.history.today import TodaySummary
from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.advice import unheard
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.live.compact import draw_compact
from kstar_tui.tui.live.panels import battery_rows
from kstar_tui.tui.live.rows import draw_rows
from kstar_tui.tui.live.today import draw_advice, draw_today
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint
from kstar_tui.tui.sources.source import Via

KEPT = view(update(energy=ENERGY))
SUMMARY = TodaySummary(NOON.date(), 0.64, None, Money(-1.5, 0.41, 2.2), "kr")
FULL = Estimate(True, 11400, NOON + timedelta(seconds=11400), 100, guessed=True)


def lines(one: View, width: int = 120) -> list[str]:
    paint = Paint(width, 2, UNICODE)
    draw_today(paint, paint.area, one)
    return [" ".join(line.split()) for line in cells(paint.picture(), width, 2)]


def battery(one: View, width: int) -> list[str]:
    paint = Paint(width, 8, UNICODE)
    draw_rows(paint, paint.area, battery_rows(one, one.reading, width, UNICODE))
    return [" ".join(line.split()) for line in cells(paint.picture(), width, 8)]


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (80, "Today solar 14.2 house 6.4 import 0.8 export 5.1 kWh"),
        (60, "Today solar 14.2 house 6.4 import 0.8 kWh"),
        (120, "Today solar 14.2 house 6.4 import 0.8 export 5.1 charge 4.6 discharge 1.3 kWh"),
    ],
)
def test_the_days_energy_as_it_was_kept(width: int, text: str) -> None:
    assert lines(KEPT, width)[0] == text


@pytest.mark.parametrize("width", range(10, 200))
def test_a_unit_stands_behind_what_is_shown_and_nothing_is_cut(width: int) -> None:
    words = lines(KEPT, width)[0].split()
    assert not words or words[-1] == "kWh"


@pytest.mark.parametrize("width", [60, 80, 200])
def test_what_helps_where_a_broker_is_listened_to(width: int) -> None:
    def told(**changes: object) -> list[str]:
        one = view(without_reading(LinkState.CONNECTING, "MQTT: refused", address=None), **changes)
        paint = Paint(width, 8, UNICODE)
        draw_advice(paint, paint.area, one)
        return [line.strip() for line in cells(paint.picture(), width, 8)]

    watched = Via("pi:1883", NOON, advice=unheard("pi:1883", "solar/roof"))
    said = told(via=watched, search_key="s")
    assert said[0] == "Nothing heard from pi:1883 yet. What usually helps:"
    text = "\n".join(said)
    for word in ("password", "attach", "mqtt.base", "solar/roof/", "kstar-tui doctor"):
        assert word in text
    for word in ("WiFi", "search"):
        assert word not in text
    # A daemon of this machine is away from its inverter, as this program itself may be.
    for via in (None, Via("process 4711", NOON)):
        assert any("WiFi" in line for line in told(via=via))


def test_yesterdays_energy_is_not_todays() -> None:
    one = view(update(energy=ENERGY._replace(day=NOON.date() - timedelta(days=1))))
    assert lines(one, 60)[0] == "Today solar — house — import — kWh"


def test_accounts_that_are_to_come_are_blank() -> None:
    one = view(update(energy=UNTOLD))
    today, total = lines(one)
    assert today == "Today solar — house — import — export — charge — discharge — kWh"
    assert total.startswith("Total solar — house — import —")
    assert not any(sign.isdigit() for sign in today + total)


def test_shares_and_money() -> None:
    one = view(update(energy=ENERGY), today=SUMMARY)
    assert lines(one)[1] == "Of it self-use 64 % self-sufficient — % saved -1.50 earned 0.41 kr"
    without = view(update(energy=ENERGY), today=SUMMARY._replace(money=None))
    assert "saved" not in lines(without)[1]
    old = view(update(energy=ENERGY), today=SUMMARY._replace(day=NOON.date() - timedelta(days=1)))
    assert lines(old)[1].startswith("Total solar")


def test_figures_stay_in_their_places() -> None:
    def places(value: float) -> list[tuple[int, int]]:
        paint = Paint(120, 1, UNICODE)
        of = ENERGY._replace(today=dict.fromkeys(ENERGY.today, value))
        draw_today(paint, paint.area, view(update(energy=of)))
        return [(span.x, span.end) for span in paint.picture()[0]]

    assert places(0.0) == places(99.9) == places(123.4)


def test_when_the_battery_is_full() -> None:
    assert "51.2 V full 15:10" in battery(view(battery=FULL), 24)
    assert "full 15:10 in about 3 h 10 min" in battery(view(battery=FULL), 34)


def test_the_time_stands_still_while_the_estimate_wavers() -> None:
    shown = {
        battery(view(battery=FULL._replace(at=FULL.at + timedelta(seconds=s))), 24)[2]
        for s in range(-120, 121, 10)
    }
    assert shown == {"51.2 V full 15:10"}


def test_empty_or_down_to_the_reserve() -> None:
    empty = FULL._replace(filling=False, target=0, at=NOON + timedelta(hours=20))
    assert "51.2 V empty Fri 08:00" in battery(view(battery=empty), 24)
    assert "51.2 V reserve Fri 08:00" in battery(view(battery=empty._replace(target=20)), 24)


def test_nothing_is_foretold_from_an_old_reading() -> None:
    gone = view(update(state=LinkState.OFFLINE), battery=FULL)
    assert not any("full" in line for line in battery(gone, 34))


def small(one: View, width: int, height: int = 11) -> list[str]:
    paint = Paint(width, height, UNICODE)
    draw_compact(paint, paint.area, one)
    return [" ".join(line.split()) for line in cells(paint.picture(), width, height)]


TARIFF = view(update(energy=ENERGY), today=SUMMARY._replace(self_sufficiency=0.88))


@pytest.mark.parametrize("width", range(44, 60))
def test_the_small_screen_has_money_beside_the_shares(width: int) -> None:
    assert small(TARIFF, width)[-2:] == [
        "self-use 64 % saved -1.50 kr",
        "self-sufficient 88 % earned 0.41 kr",
    ]


@pytest.mark.parametrize("width", range(1, 60))
def test_on_a_small_screen_no_value_stands_without_its_word(width: int) -> None:
    for line in small(TARIFF, width, 20)[1:]:
        assert not line or re.match(
            "Solar|House|Grid|Battery|Charge|Today|import|export|charge|discharge|house|self|"
            "saved|earned",
            line,
        ), line


def test_the_small_screen_has_it_too() -> None:
    paint = Paint(44, 12, UNICODE)
    draw_compact(paint, paint.area, view(update(energy=ENERGY, reading=reading()), battery=FULL))
    text = [" ".join(line.split()) for line in cells(paint.picture(), 44, 12)]
    assert "Charge ████████████░░░░░░ full 15:10 64 %" in text
    assert text[6:9] == [
        "Today solar 14.2 kWh house 6.4 kWh",
        "import 0.8 kWh export 5.1 kWh",
        "charge 4.6 kWh discharge 1.3 kWh",
    ]
