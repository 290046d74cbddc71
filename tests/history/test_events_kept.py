"""Which events are kept: each beginning and end once, over restarts, and never too many."""

from __future__ import annotations

from pathlib import Path

import pytest
from keeping_world import House

from kstar_tui.history.happenings import MOST_A_DAY, MOST_AN_HOUR
from kstar_tui.history.records import StoredEvent
from kstar_tui.monitor.update import LinkState

_HEAT = 1 << 13


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / "history.sqlite")
    house.take(house.update(state=LinkState.CONNECTING, fresh=False, reading=None, taken=None))
    return house


def kept(house: House) -> list[tuple[str, str, bool]]:
    """Oldest first."""
    archive = house.book.archive
    assert archive is not None
    events: list[StoredEvent] = archive.events("KSE1", 0, 1e12)
    return [(event.kind, event.subject, event.begins) for event in reversed(events)]


def test_faults_and_the_grid_are_kept(house: House) -> None:
    house.live(60)
    house.live(60, error_bits=_HEAT)
    house.live(60, grid_voltage=0)
    house.live(65)
    assert kept(house)[1:] == [
        ("fault", "over temperature", True),
        ("grid", "lost", True),
        ("fault", "over temperature", False),
        ("grid", "lost", False),
    ]


def test_a_fault_that_lasts_over_a_restart_begins_once(house: House) -> None:
    house.live(65, error_bits=_HEAT)
    house.kill()
    house.take(house.update(state=LinkState.CONNECTING, fresh=False, reading=None, taken=None))
    house.live(65, error_bits=_HEAT)
    assert kept(house).count(("fault", "over temperature", True)) == 1
    house.live(65)
    assert kept(house)[-1] == ("fault", "over temperature", False)


def test_a_fault_that_ended_meanwhile_has_its_end(house: House) -> None:
    house.live(65, error_bits=_HEAT)
    house.kill()
    house.take(house.update(state=LinkState.CONNECTING, fresh=False, reading=None, taken=None))
    house.live(65)
    assert ("fault", "over temperature", False) in kept(house)
    archive = house.book.archive
    assert archive is not None
    assert archive.open_events("KSE1") == []


def test_offline_and_online_are_kept(house: House) -> None:
    house.live(65)
    house.take(house.update(state=LinkState.OFFLINE, fresh=False))
    house.clock.pass_(600)
    house.take(house.update(state=LinkState.OFFLINE, fresh=False))
    house.live(65)
    assert kept(house)[1:] == [("link", "offline", True), ("link", "offline", False)]


def test_flapping_is_kept_for_a_while_only(house: House) -> None:
    for _ in range(300):
        house.live(5, error_bits=_HEAT)
        house.live(5)
    house.live(65)
    events = kept(house)
    assert len(events) == MOST_AN_HOUR + 1
    assert events[-1][0] == "history"


@pytest.mark.parametrize("what", ["error_bits", "energy_total"])
def test_what_never_stops_fills_no_disk(house: House, what: str) -> None:
    for _ in range(900):
        # A counter that falls again and again is told in events too.
        house.poll(**{what: 1010})
        house.clock.pass_(40)
        house.poll(**{what: 1000})
        house.clock.pass_(40)
    assert MOST_A_DAY <= len(kept(house)) <= MOST_A_DAY + 10
