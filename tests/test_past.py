"""The days before a demo: minutes that add up, and an account that holds what today holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kstar_tui.history.archive import Archive
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.store import Store
from kstar_tui.monitor.energy import FLOWS, MJ_PER_KWH, Flow
from kstar_tui.past import Past
from kstar_tui.simulator.days import named_day

CALENDAR = Calendar(UTC)
START = datetime(2026, 6, 18, 9, 0, tzinfo=UTC)
NOW = START.timestamp()
TODAY = CALENDAR.day(NOW)


@pytest.fixture(scope="module")
def store() -> Store:
    """Its day, and the first of the month before it."""
    store = Store.open(":memory:", CALENDAR, now=NOW)
    past = Past("k", named_day("clear"), START, 1).into(store, NOW, CALENDAR)
    for _ in range(14):
        next(past)
    return store


def test_in_all_is_not_less_than_today(store: Store) -> None:
    account, today = store.account("k"), Archive(store, CALENDAR).day("k", TODAY)
    assert account is not None
    assert today is not None
    for flow, total in zip(FLOWS, account.totals, strict=True):
        if flow.counted:
            assert total == 0, "it begins with what the inverter has counted"
        else:
            assert total / MJ_PER_KWH == pytest.approx(today.energy(flow)), flow
    assert today.energy(Flow.DISCHARGE) > 0
    assert account.since == CALENDAR.start(TODAY)
    assert NOW - 60 <= account.at <= NOW


@pytest.mark.parametrize("ago", [0, 31])
def test_its_days_are_in_minutes(store: Store, ago: int) -> None:
    """A chart of three hours shows one in each of its columns."""
    start = CALENDAR.start(TODAY) - ago * 86400
    columns = Archive(store, CALENDAR).columns("k", start + 6 * 3600, 60, 180, ["load_power"])
    assert set(columns.observed) == {60.0}
    assert None not in columns.means["load_power"]


def test_minutes_add_up_to_what_the_house_lived_through(store: Store) -> None:
    first = CALENDAR.day(NOW - 31 * 86400)
    day = Archive(store, CALENDAR).day("k", first)
    assert day is not None
    for flow in (Flow.PV, Flow.LOAD):
        assert day.energy(flow) == pytest.approx(day.measured(flow), rel=1e-6)
    balance = day.energy(Flow.PV) + day.energy(Flow.IMPORT) + day.energy(Flow.DISCHARGE)
    used = day.energy(Flow.LOAD) + day.energy(Flow.EXPORT) + day.energy(Flow.CHARGE)
    assert used < balance < 1.2 * used, "the rest is lost on the way"
