"""One source after another, as if it had been one all the time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from tui_world import ENERGY, HOME, INFO, SETTINGS, reading, update, without_reading

from kstar_tui.monitor.events import events_between
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.tui.sources.relay import Relay


@dataclass
class Hand:
    """A source that says what the test says."""

    latest: Update
    asked: int = 0

    def poll_now(self) -> None:
        self.asked += 1


def begun(state: LinkState = LinkState.CONNECTING, **changes: Any) -> Update:
    return without_reading(state, **changes)


def relay_of(*updates: Update) -> tuple[Relay, list[Update]]:
    """A relay that has heard these, and turned to another source then; and what it tells."""
    relay = Relay(Hand(begun()))
    for one in updates:
        relay.take(one)
    relay.turn_to(Hand(begun()))
    told: list[Update] = []
    relay.subscribe(told.append)
    return relay, told


def test_what_was_known_holds_until_the_next_one_knows_it() -> None:
    before = update(energy=ENERGY, mac="AC:CF:23:00:00:01")
    relay, told = relay_of(before)
    relay.take(begun(polls=0))
    (carried,) = told
    assert relay.latest is carried
    assert carried.state is LinkState.STALE
    assert (carried.reading, carried.taken_monotonic) == (before.reading, before.taken_monotonic)
    assert (carried.info, carried.settings, carried.energy) == (INFO, SETTINGS, ENERGY)
    assert (carried.mac, carried.address) == (before.mac, HOME)
    assert not carried.fresh
    assert carried.polls == 0
    own = update(reading=reading(load_power=77), polls=1, settings=None, energy=None)
    relay.take(own)
    assert told[-1] is own
    relay.take(begun(LinkState.OFFLINE))
    assert told[-1].reading is None, "it is what the new one says from then on"


def events(*updates: Update) -> list[str]:
    found = []
    for one, other in pairwise(updates):
        found += [event.text for event in events_between(one, other)]
    return found


def test_a_turn_is_no_event_of_the_inverter() -> None:
    fault = reading(error_bits=1 << 9, grid_voltage=0.0)
    before = update(reading=fault)
    relay, told = relay_of(before)
    relay.take(begun())
    relay.take(update(reading=fault))
    assert events(before, *told) == []


def test_what_happened_meanwhile_is_one() -> None:
    before = update()
    relay, told = relay_of(before)
    relay.take(begun())
    relay.take(update(reading=reading(grid_voltage=0.0)))
    assert events(before, *told) == ["grid lost"]


@pytest.mark.parametrize("state", [LinkState.CONNECTING, LinkState.SEARCHING])
def test_one_that_was_offline_stays_so_until_it_answers(state: LinkState) -> None:
    before = update(state=LinkState.OFFLINE, error="no answer")
    relay, told = relay_of(before)
    relay.take(begun(state))
    relay.take(begun(LinkState.OFFLINE, error="no answer"))
    assert [one.state for one in told] == [LinkState.OFFLINE, LinkState.OFFLINE]
    assert told[0].since == before.since
    assert told[1].reading == before.reading
    assert events(before, *told) == []
    relay.take(update())
    assert events(before, *told) == [f"inverter online at {HOME}"]


def test_one_that_does_not_come_back_goes_offline() -> None:
    before = update()
    relay, told = relay_of(before)
    for state in (LinkState.CONNECTING, LinkState.CONNECTING, LinkState.OFFLINE):
        relay.take(begun(state, error="no answer"))
    assert [one.state for one in told] == [LinkState.STALE, LinkState.STALE, LinkState.OFFLINE]
    assert events(before, *told) == ["inverter offline: no answer"]


def test_nothing_is_carried_over_to_another_inverter() -> None:
    relay, told = relay_of(update())
    relay.take(begun(info=INFO._replace(serial="ANOTHER")))
    relay.take(begun())
    assert [one.reading for one in told] == [None, None]
    assert [one.state for one in told] == [LinkState.CONNECTING, LinkState.CONNECTING]


def test_nothing_is_carried_over_where_nothing_was_known() -> None:
    relay, told = relay_of(begun(LinkState.OFFLINE))
    relay.take(begun())
    assert told == [begun()]


def test_a_poll_is_asked_of_whoever_polls() -> None:
    one, other = Hand(begun()), Hand(begun())
    relay = Relay(one)
    relay.poll_now()
    relay.turn_to(other)
    relay.poll_now()
    relay.poll_now()
    assert (one.asked, other.asked) == (1, 2)
