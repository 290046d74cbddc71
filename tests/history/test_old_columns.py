"""Columns of days of which only quarters of an hour are left."""

from __future__ import annotations

from datetime import UTC, date

import pytest
from history_days import house_minutes

from kstar_tui.history.archive import Archive
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.store import Store

CALENDAR = Calendar(UTC)
DAY = date(2026, 1, 15)
START = CALENDAR.start(DAY)
NOW = START + 100 * 86400
FIELDS = ("pv_power", "load_power", "battery_soc")


@pytest.fixture(scope="module")
def archive() -> Archive:
    store = Store.open(":memory:", CALENDAR, now=NOW)
    store.import_minutes("k", house_minutes(START, 1440), now=NOW)
    return Archive(store, CALENDAR)


@pytest.mark.parametrize("minutes", [1, 3, 5, 8, 9, 10, 12, 15, 18, 24, 60])
@pytest.mark.parametrize("offset", [0, 5 * 60, 900])
def test_no_column_is_missed(archive: Archive, minutes: int, offset: int) -> None:
    step = minutes * 60
    count = (86400 - offset) // step
    columns = archive.columns("k", START + offset, step, count, FIELDS)
    # The quarter in which the first column begins is whole only where it begins with it.
    first = -(-(-offset % 900) // step)
    for index in range(first, count):
        assert columns.observed[index] == pytest.approx(step), index
    assert all(0 <= (value or 0) <= 100 for value in columns.means["battery_soc"])


def test_their_energy_is_that_of_the_day(archive: Archive) -> None:
    quarters = archive.columns("k", START, 900, 96, FIELDS)
    eights = archive.columns("k", START, 480, 180, FIELDS)
    for field in FIELDS[:2]:
        one, other = (
            sum(m * s for m, s in zip(c.means[field], c.observed, strict=True) if m is not None)
            for c in (quarters, eights)
        )
        assert other == pytest.approx(one, rel=1e-7)
        assert max(filter(None, eights.highs[field])) == max(filter(None, quarters.highs[field]))
