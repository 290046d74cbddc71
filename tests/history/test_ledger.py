"""The accounts on disk: what survives a restart, a kill, a night, another inverter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keeping_world import NOON, House, reading

from kstar_tui.history.archive import Archive
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.store import Store
from kstar_tui.monitor.energy import FLOWS, MJ_PER_KWH, Energy, Flow
from kstar_tui.monitor.update import LinkState

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "history.sqlite")


def check_never_falls(told: list[Energy]) -> None:
    for before, after in pairwise(told):
        for flow in FLOWS:
            assert after.total[flow] >= before.total[flow]
            if before.day == after.day:
                assert after.today[flow] >= before.today[flow]


def check_is_on_disk(house: House, energy: Energy, key: str = "KSE1") -> None:
    """A fresh reader of the file says the same."""
    store = Store.open(house.path, house.calendar, now=0, write=False)
    account = store.account(key)
    assert account is not None
    assert [energy.total[flow] for flow in FLOWS] == [t / MJ_PER_KWH for t in account.totals]
    day = house.calendar
    today = Archive(store, day).total(key, day.start(energy.day), day.end(energy.day))
    assert energy.today == today.energies()
    assert energy.observed == today.observed / 1000
    store.close()


def test_the_first_save_tells_what_the_inverter_counted(house: House) -> None:
    energy = house.poll()
    assert energy is not None
    assert energy.total[Flow.PV] == 1000
    assert energy.total[Flow.LOAD] == 2000
    assert energy.total[Flow.EXPORT] == 0
    assert energy.today == dict.fromkeys(FLOWS, 0)
    check_is_on_disk(house, energy)


def test_an_hour_of_export_is_its_energy(house: House) -> None:
    energy = house.live(3605)
    assert energy is not None
    assert energy.total[Flow.EXPORT] == pytest.approx(1.2)
    assert energy.today[Flow.EXPORT] == pytest.approx(1.2)
    assert energy.observed == 3600
    assert energy.saved == NOON + timedelta(hours=1)


def test_it_tells_what_was_saved_and_saves_when_the_minute_turns(house: House) -> None:
    first = house.poll()
    house.clock.pass_(5)
    assert house.live(50) == first
    later = house.live(10)
    assert later is not None
    assert first is not None
    assert later.total[Flow.EXPORT] > first.total[Flow.EXPORT]


def test_nothing_is_booked_before_it_is_known_whose_it_is(house: House) -> None:
    house.serial = None
    assert house.live(10) is None
    house.serial = "KSE1"
    house.live(60)
    energy = house.live(60)
    assert energy is not None
    assert energy.observed == 120, "from the first reading on"
    check_is_on_disk(house, energy)


def test_an_inverter_without_a_name_is_booked_by_its_address(house: House) -> None:
    house.serial = None
    energy = house.live(125)
    assert energy is not None
    check_is_on_disk(house, energy, "192.168.1.50")


def test_a_kill_loses_a_minute_at_most_and_nothing_falls(house: House) -> None:
    for _ in range(5):
        house.live(190)
        house.kill()
    assert house.told[-1].observed >= 5 * (190 - 60)
    check_never_falls(house.told)
    check_is_on_disk(house, house.told[-1])


def test_a_goodbye_loses_nothing(house: House) -> None:
    house.live(100)
    house.book.close()
    store = Store.open(house.path, house.calendar, now=0, write=False)
    account = store.account("KSE1")
    assert account is not None
    assert account.totals[3] == 1200 * 95_000
    energy = house.poll()
    assert energy is not None
    assert energy.total[Flow.EXPORT] == account.totals[3] / MJ_PER_KWH, "nothing comes later"
    store.close()


def test_what_the_inverter_counted_meanwhile_is_booked_at_the_return(house: House) -> None:
    house.live(60)
    house.book.close()
    house.clock.pass_(7200)
    house.start()
    energy = house.poll(energy_total=1003.5)
    assert energy is not None
    assert energy.total[Flow.PV] == pytest.approx(1003.5)
    assert energy.today[Flow.PV] == pytest.approx(3.5)
    assert energy.observed < 60


def test_a_gap_is_not_integrated(house: House) -> None:
    before = house.live(65)
    house.clock.pass_(600)
    after = house.poll()
    assert before is not None
    assert after is not None
    assert after.total[Flow.EXPORT] == before.total[Flow.EXPORT]


def test_what_is_a_gap_goes_by_the_interval_of_now(house: House) -> None:
    house.live(65)
    house.book.retime(600)
    before = house.poll()
    house.clock.pass_(600)
    after = house.poll()
    assert before is not None
    assert after is not None
    assert after.total[Flow.EXPORT] > before.total[Flow.EXPORT]


@pytest.mark.parametrize("jump", [-3600, 3600, -30])
def test_a_clock_that_is_set_invents_nothing(house: House, jump: int) -> None:
    house.live(120)
    house.clock.wall += timedelta(seconds=jump)
    house.live(125)
    check_never_falls(house.told)
    assert house.told[-1].total[Flow.EXPORT] <= 1.2 * 245 / 3600
    check_is_on_disk(house, house.told[-1])


@pytest.mark.parametrize("days", [-30, 1, 70, 2500])
def test_a_clock_that_is_wrong_for_hours_takes_nothing_from_today(house: House, days: int) -> None:
    before = house.live(600)
    assert before is not None
    house.clock.wall += timedelta(days=days)
    house.live(7200)
    house.clock.wall -= timedelta(days=days)
    house.kill()
    after = house.live(65)
    assert after is not None
    assert after.day == before.day
    for flow in Flow:
        assert after.today[flow] >= before.today[flow]
    house.book.close()
    house.start()
    archive = house.book.archive
    assert archive is not None
    kept = archive.days("KSE1", date(1971, 1, 1), date(2999, 1, 1))
    exported = sum(bucket.energy(Flow.EXPORT) for _, bucket in kept)
    assert exported == pytest.approx(house.told[-1].total[Flow.EXPORT], abs=0.005)


def test_a_clock_that_was_never_set_counts_for_no_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path / "h.sqlite", start=datetime(1970, 1, 1, 1, tzinfo=UTC))
    energy = house.live(125)
    assert energy is not None
    assert energy.total[Flow.EXPORT] > 0
    assert energy.today == dict.fromkeys(FLOWS, 0)
    assert [record.message for record in caplog.records if "not set" in record.message]
    house.clock.wall = NOON
    house.live(125)
    check_never_falls(house.told)
    assert house.told[-1].today[Flow.EXPORT] > 0


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)], ids=["23 h", "25 h"])
def test_a_day_begins_at_local_midnight(tmp_path: Path, day: date) -> None:
    calendar = Calendar(BERLIN)
    start = datetime.fromtimestamp(calendar.end(day) - 300, UTC)
    house = House(tmp_path / "h.sqlite", calendar, start=start)
    last = house.live(300)
    assert last is not None
    assert last.day == day
    first = house.live(5)
    assert first is not None
    assert first.day == day + timedelta(days=1)
    assert first.today[Flow.EXPORT] == 0
    assert first.total[Flow.EXPORT] > last.total[Flow.EXPORT]
    check_is_on_disk(house, first)


def test_an_inverter_that_sleeps_over_midnight_has_a_new_day(house: House) -> None:
    house.live(65)
    house.clock.pass_(86400)
    energy = house.take(house.update(fresh=False, state=LinkState.OFFLINE))
    assert energy is not None
    assert energy.day == date(2026, 6, 2)
    assert energy.today == dict.fromkeys(FLOWS, 0)


def test_another_inverter_has_its_own_accounts(house: House) -> None:
    house.live(90)
    house.serial = "KSE2"
    energy = house.poll(energy_total=5)
    assert energy is not None
    assert energy.total[Flow.PV] == 5
    assert energy.total[Flow.EXPORT] == 0
    check_is_on_disk(house, energy, "KSE2")
    house.clock.pass_(60)
    house.serial = "KSE1"
    back = house.poll()
    assert back is not None
    assert back.total[Flow.EXPORT] == pytest.approx(1.2 * 85 / 3600)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["live", "live", "kill", "close", "gap", "set", "night"]),
        st.integers(5, 200),
        st.integers(0, 3000),
    ),
    min_size=1,
    max_size=6,
)


@given(ACTS)
@settings(max_examples=12)
def test_what_is_told_is_on_disk_and_never_falls(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int, int]]
) -> None:
    house = House(tmp_path_factory.mktemp("property") / "h.sqlite", Calendar(BERLIN))
    counter = 1000.0
    for act, seconds, power in acts:
        if act == "kill":
            house.kill()
        elif act == "close":
            house.book.close()
            house.start()
        elif act == "gap":
            house.clock.pass_(seconds)
        elif act == "set":
            house.clock.wall += timedelta(seconds=power - 1500)
        elif act == "night":
            house.clock.pass_(3600 * 12)
        counter += 0.1
        house.live(seconds, grid_power=power, energy_total=round(counter, 1))
        if house.told:
            check_is_on_disk(house, house.told[-1])
    check_never_falls(house.told)
    house.book.close()


def test_frames_are_kept_as_they_came(house: House) -> None:
    house.live(65)
    archive = house.book.archive
    assert archive is not None
    frames = list(archive.frames("KSE1", NOON.timestamp(), NOON.timestamp() + 60))
    assert [frame.frame for frame in frames] == [reading().raw] * 12
