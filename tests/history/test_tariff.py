"""Money: by hand, the same in any pieces, and right on the days when the clock changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_derived import bucket

from kstar_tui.history.bands import parse_bands
from kstar_tui.history.bucket import QUARTER, Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.tariff import Money, Price, Tariff, money
from kstar_tui.history.today import TodaySummary, today_summary

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))
TARIFF = Tariff(0.3, 0.1, "€", parse_bands(["22:00-06:00 0.2", "12:00-14:00 0.25 0"]))
WINTER = BERLIN.start(date(2026, 1, 15))


def test_by_hand() -> None:
    night = bucket(WINTER, LOAD=1, IMPORT=3)
    morning = bucket(WINTER + 9 * 3600, LOAD=2, IMPORT=0.5, EXPORT=1)
    noon = bucket(WINTER + 12 * 3600, LOAD=1, EXPORT=4)
    made = money(TARIFF, [night, morning, noon], BERLIN)
    assert made == pytest.approx(Money(-2 * 0.2 + 1.5 * 0.3 + 0.25, 0.1, 0.6 + 0.15))


def test_nothing_is_known_of_nothing() -> None:
    assert money(TARIFF, [], BERLIN) is None
    assert Tariff.of(None, None, "€", ()) is None


KWH = st.integers(0, 1000).map(lambda tenths: tenths / 10)
QUARTERS = st.lists(
    st.builds(
        lambda n, load, taken, given: bucket(
            WINTER + n * QUARTER, LOAD=load, IMPORT=taken, EXPORT=given
        ),
        st.integers(0, 4000),
        KWH,
        KWH,
        KWH,
    ),
    min_size=2,
    max_size=12,
)


@given(QUARTERS, st.data())
def test_money_of_two_periods_is_their_sum(quarters: list[Bucket], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(quarters) - 1))
    parts = [money(TARIFF, part, BERLIN) for part in (quarters[:cut], quarters[cut:])]
    summed = [sum(amounts) for amounts in zip(*(part for part in parts if part), strict=True)]
    assert money(TARIFF, quarters, BERLIN) == pytest.approx(Money(*summed))


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 7), (date(2026, 6, 1), 8), (date(2026, 10, 25), 9)]
)
def test_a_night_is_as_long_as_it_was(day: date, hours: int) -> None:
    start, end = BERLIN.start(day), BERLIN.end(day)
    quarters = [bucket(at, LOAD=1, IMPORT=1) for at in range(start, end, QUARTER)]
    cheap = sum(TARIFF.price(BERLIN.local(one.start)).imported == 0.2 for one in quarters)
    assert cheap == hours * 4
    made = money(Tariff(0, bands=parse_bands(["22:00-06:00 1"])), quarters, BERLIN)
    assert made is not None
    assert made.cost == hours * 4


def test_an_export_price_may_hold_in_a_band_or_beside_it() -> None:
    at = datetime(2026, 1, 15, tzinfo=UTC)
    assert TARIFF.price(at.replace(hour=13)) == Price(0.25, 0)
    assert TARIFF.price(at.replace(hour=23)) == Price(0.2, 0.1)
    assert TARIFF.price(at.replace(hour=8)) == Price(0.3, 0.1)


class Shelf:
    """An archive of what it was given."""

    def __init__(self, *buckets: Bucket) -> None:
        self.all = buckets

    def buckets(self, key: str, start: int, end: int, step: int) -> Iterator[Bucket]:
        assert (key, step) == ("A", QUARTER)
        return (one for one in self.all if start <= one.start < end)


def test_a_summary_is_of_the_local_day() -> None:
    yesterday = bucket(WINTER - QUARTER, PV=100, LOAD=100, IMPORT=100)
    shelf = Shelf(yesterday, bucket(WINTER + 36000, PV=4, EXPORT=1, LOAD=2, IMPORT=1))
    now = BERLIN.local(WINTER + 72000)
    made = today_summary(shelf, "A", now, BERLIN, TARIFF)
    assert made[:3] == (date(2026, 1, 15), 0.75, 0.5)
    assert made.money == pytest.approx(Money(0.3, 0.1, 0.3))
    empty = today_summary(Shelf(), "A", now, BERLIN, None)
    assert empty == TodaySummary(date(2026, 1, 15))
