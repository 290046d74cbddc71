"""What is told of two updates, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from monitor_world import HOME, reading
from owned_clock import START

from kstar_tui.monitor.events import Severity, events_between
from kstar_tui.monitor.update import LinkState, Update

_ISOLATION, _HEAT = 1 << 18, 1 << 13


def update(**changes: Any) -> Update:
    values: dict[str, Any] = {
        "state": LinkState.ONLINE,
        "since": START,
        "at": START,
        "at_monotonic": 0.0,
        "fresh": True,
        "reading": reading(work_mode="on-grid"),
        "address": HOME,
    }
    return Update(**{**values, **changes})


def told(before: Update | None, after: Update) -> list[tuple[str, str]]:
    events = events_between(before, after)
    assert all(event.at == after.at for event in events)
    return [(event.severity, event.text) for event in events]


def test_the_first_update_is_no_event() -> None:
    assert told(None, update(reading=reading(error_bits=_HEAT))) == []


def test_nothing_happened() -> None:
    assert told(update(), update(polls=2)) == []


def test_faults_come_and_go_one_by_one() -> None:
    none = update()
    heat = update(reading=reading(work_mode="on-grid", error_bits=_HEAT))
    both = update(reading=reading(work_mode="on-grid", error_bits=_HEAT | _ISOLATION))
    assert told(none, heat) == [(Severity.FAULT, "fault: over temperature")]
    assert told(heat, both) == [(Severity.FAULT, "fault: isolation")]
    assert told(both, both) == []
    assert told(both, none) == [
        (Severity.GOOD, "fault cleared: isolation"),
        (Severity.GOOD, "fault cleared: over temperature"),
    ]


def test_a_fault_that_is_there_from_the_start_is_told() -> None:
    start = update(state=LinkState.CONNECTING, reading=None, fresh=False)
    first = update(reading=reading(error_bits=_HEAT))
    assert told(start, first) == [
        (Severity.GOOD, "inverter online at 192.168.1.50"),
        (Severity.FAULT, "fault: over temperature"),
    ]


def test_a_poll_that_brought_nothing_does_not_tell_the_old_reading_again() -> None:
    faulty = reading(error_bits=_HEAT)
    assert told(update(), update(reading=faulty, fresh=False)) == []


@pytest.mark.parametrize(
    ("mode", "severity"),
    [
        ("off-grid", Severity.WARNING),
        ("fault", Severity.WARNING),
        ("wait", Severity.NOTE),
        ("discharging", Severity.NOTE),
    ],
)
def test_work_modes(mode: str, severity: Severity) -> None:
    *_, event = told(update(), update(reading=reading(work_mode=mode)))
    assert event == (severity, f"work mode on-grid → {mode}")


@pytest.mark.parametrize(
    ("before", "after", "texts"),
    [
        (LinkState.CONNECTING, LinkState.ONLINE, ["inverter online at 192.168.1.50"]),
        (LinkState.OFFLINE, LinkState.ONLINE, ["inverter online at 192.168.1.50"]),
        (LinkState.STALE, LinkState.OFFLINE, ["inverter offline: no answer"]),
        (LinkState.CONNECTING, LinkState.OFFLINE, ["inverter offline: no answer"]),
        # One lost poll is normal, and so is the one after.
        (LinkState.ONLINE, LinkState.STALE, []),
        (LinkState.STALE, LinkState.ONLINE, []),
        (LinkState.SEARCHING, LinkState.CONNECTING, []),
        (LinkState.OFFLINE, LinkState.OFFLINE, []),
    ],
)
def test_the_connection(before: LinkState, after: LinkState, texts: list[str]) -> None:
    fresh = after is LinkState.ONLINE
    assert [text for _, text in told(update(state=before), update(state=after, fresh=fresh))] == (
        texts
    )


def test_offline_says_why() -> None:
    after = update(state=LinkState.OFFLINE, fresh=False, error="network unreachable")
    assert told(update(), after) == [(Severity.WARNING, "inverter offline: network unreachable")]


@pytest.mark.parametrize(
    "gone",
    [
        {"grid_voltage": 0},
        {"grid_voltage": 12.5},
        {"error_bits": 1 << 9},
        {"work_mode": "off-grid"},
    ],
    ids=["no voltage", "a trace of it", "utility loss", "off-grid"],
)
def test_the_grid_goes_and_comes_back(gone: dict[str, Any]) -> None:
    without = update(reading=reading(**{"work_mode": "on-grid", **gone}))
    assert (Severity.WARNING, "grid lost") in told(update(), without)
    assert (Severity.GOOD, "grid back") in told(without, update())
    assert told(without, without) == []


def test_a_beginning_and_its_end_have_the_same_kind_and_subject() -> None:
    bad = update(reading=reading(work_mode="on-grid", error_bits=_HEAT, grid_voltage=0))
    begun = events_between(update(), bad)
    ended = events_between(bad, update())
    assert [(event.kind, event.subject) for event in begun] == [
        (event.kind, event.subject) for event in ended
    ]
    assert all(event.begins for event in begun)
    assert not any(event.begins for event in ended)
