"""Events put together as episodes, and what each of them means."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tui_world import NOON, reading, update

from kstar_tui.monitor.events import Event, Kind, Severity, fault_event, grid_event
from kstar_tui.monitor.update import LinkState
from kstar_tui.protocol.codes import ERROR_BITS, WORK_MODES
from kstar_tui.tui.events.episodes import REACHED, Choice, Episode, active_in, episodes
from kstar_tui.tui.events.meanings import meaning


def at(minutes: float):
    return NOON + timedelta(minutes=minutes)


def newest_first(*events: Event) -> list[Event]:
    return sorted(events, key=lambda event: event.at, reverse=True)


def mode(minutes: float, name: str) -> Event:
    return Event(at(minutes), Severity.NOTE, f"to {name}", Kind.MODE, name)


def link(minutes: float, *, begins: bool) -> Event:
    return Event(at(minutes), Severity.WARNING, "link", Kind.LINK, "offline", begins)


def test_what_began_and_ended_is_one_with_its_length() -> None:
    found = episodes(
        newest_first(
            grid_event(at(0), lost=True),
            fault_event(at(1), "isolation", begins=True),
            grid_event(at(5), lost=False),
            fault_event(at(3), "isolation", begins=False),
        )
    )
    assert [(one.text, one.seconds, one.lasts) for one in found] == [
        ("fault: isolation", 120.0, False),
        ("grid lost", 300.0, False),
    ]


def test_what_has_not_ended_lasts_and_two_of_a_kind_are_two() -> None:
    found = episodes(
        newest_first(
            fault_event(at(0), "isolation", begins=True),
            fault_event(at(2), "isolation", begins=False),
            fault_event(at(9), "isolation", begins=True),
            fault_event(at(9), "over temperature", begins=True),
        )
    )
    assert [(one.subject, one.seconds, one.lasts) for one in found] == [
        ("isolation", None, True),
        ("over temperature", None, True),
        ("isolation", 120.0, False),
    ]


def test_what_went_on_through_a_start_began_when_it_began() -> None:
    begun = [fault_event(at(minutes), "isolation", begins=True) for minutes in (0, 9)]
    start = link(8, begins=False)
    _, lasting = episodes(newest_first(*begun, start))
    assert (lasting.begin, lasting.lasts, lasting.unwatched) == (at(0), True, True)
    found = episodes(newest_first(*begun, start, fault_event(at(10), "isolation", begins=False)))
    (fault,) = [one for one in found if one.kind is Kind.FAULT]
    assert (fault.begin, fault.seconds, fault.unwatched) == (at(0), 600.0, True)


def test_what_the_inverter_says_now_counts_more_than_an_end_that_nobody_saw() -> None:
    events = newest_first(
        fault_event(at(0), "isolation", begins=True),
        grid_event(at(1), lost=True),
        mode(2, "off-grid"),
        link(3, begins=True),
    )
    assert all(one.lasts for one in episodes(events))
    known = {Kind.LINK: ("offline",)}
    assert [one.lasts for one in episodes(events, known)] == [True] * 4
    now: dict[Kind, tuple[str, ...]] = {Kind.LINK: (), Kind.FAULT: (), Kind.GRID: ("lost",)}
    found = {one.kind: one.lasts for one in episodes(events, {**now, Kind.MODE: ("wait",)})}
    assert found == {Kind.FAULT: False, Kind.GRID: True, Kind.MODE: False, Kind.LINK: False}


def test_a_mode_of_before_a_start_has_no_length() -> None:
    found = episodes(newest_first(mode(0, "on-grid"), link(500, begins=False), mode(600, "wait")))
    assert [(one.subject, one.seconds, one.lasts) for one in found] == [
        ("wait", None, True),
        (REACHED, None, False),
        ("on-grid", None, False),
    ]


def test_what_is_so_now() -> None:
    assert active_in(update(state=LinkState.OFFLINE)) == {Kind.LINK: ("offline",)}
    faulty = active_in(update(reading=reading(error_bits=1 << 18)))
    assert faulty[Kind.LINK] == faulty[Kind.GRID] == ()
    assert faulty[Kind.FAULT] == ("isolation",)
    assert len(faulty[Kind.MODE]) == 1


def test_a_beginning_that_nobody_saw() -> None:
    fault, reached = episodes(
        newest_first(link(0, begins=False), fault_event(at(3), "isolation", begins=False))
    )
    assert (fault.begin, fault.end, fault.at) == (None, at(3), at(3))
    # For the connection that is no outage: it was looked for the first time.
    assert (reached.subject, reached.begin, reached.lasts) == (REACHED, at(0), False)


def test_a_mode_lasts_until_the_next_one() -> None:
    found = episodes(newest_first(mode(0, "on-grid"), mode(60, "off-grid"), mode(61, "on-grid")))
    assert [(one.subject, one.seconds, one.lasts) for one in found] == [
        ("on-grid", None, True),
        ("off-grid", 60.0, False),
        ("on-grid", 3600.0, False),
    ]


def test_moments_have_no_length() -> None:
    jump = Event(NOON, Severity.WARNING, "fell", Kind.COUNTER, "counter")
    (one,) = episodes([jump])
    assert (one.seconds, one.lasts) == (None, False)


EVENTS = st.builds(
    Event,
    st.integers(0, 10_000).map(at),
    st.sampled_from(Severity),
    st.text(max_size=9),
    st.sampled_from(Kind),
    st.sampled_from(["", "a", "b"]),
    st.booleans(),
)


@given(st.lists(EVENTS, max_size=30))
def test_whatever_happened_nothing_is_lost_or_lasts_less_than_nothing(events: list[Event]) -> None:
    ordered = newest_first(*events)
    found = episodes(ordered)
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    assert all(one.seconds is None or one.seconds >= 0 for one in found)
    ends = {one.at for one in found} | {one.end for one in found}
    # What went on through a start is one.
    assert {event.at for event in events if not event.begins or not event.subject} <= ends
    lasting = [(one.kind, one.subject) for one in found if one.lasts and one.kind is not Kind.MODE]
    assert len(lasting) == len(set(lasting)), "a thing lasts once"
    for kind in Kind:
        for choice in Choice:
            assert choice is not Choice.ALL or choice.takes(kind)
        assert sum(choice.takes(kind) for choice in Choice) == 2, "all, and one of its own"


@pytest.mark.parametrize(
    ("kind", "subjects"),
    [(Kind.FAULT, list(ERROR_BITS.values())), (Kind.MODE, list(WORK_MODES.values()))],
)
def test_everything_that_has_a_name_has_a_meaning(kind: Kind, subjects: list[str]) -> None:
    unknown = meaning(_episode(kind, "error bit 2"))
    for subject in subjects:
        words = meaning(_episode(kind, subject))
        assert words != unknown, subject
        assert words.what.endswith(".")
        assert words.do.endswith(".")


@pytest.mark.parametrize("kind", Kind)
def test_what_has_no_name_has_a_meaning_too(kind: Kind) -> None:
    words = meaning(_episode(kind, "what nobody knows"))
    assert words.what
    assert words.do


@pytest.mark.parametrize(
    ("error", "what", "do"),
    [
        ("3 tries of 1.5 s to 192.168.1.50:8899: no answer", "did not answer", "WiFi stick lit"),
        ("cannot ask 192.168.1.50:8899: Connection refused", "did not answer", "WiFi stick lit"),
        ("3 tries of 1.5 s to a:8899: 2 replies refused (wrong checksum)", "damaged", "WiFi weak"),
        (
            "1 try of 1.5 s to a:8899: 1 reply refused (not from an inverter to a monitor)",
            "GoodWe",
            "read --hex",
        ),
        ("it answers, but not plausibly: all values zero", "cannot be true", "starts or shuts"),
        ("another inverter answers at a: serial number B, not C", "another", "inverter.serial"),
    ],
)
def test_an_outage_by_its_reason(error: str, what: str, do: str) -> None:
    text = f"inverter offline: {error}"
    words = meaning(Episode(Kind.LINK, "offline", Severity.WARNING, text, NOON))
    assert what in words.what
    assert do in words.do
    assert ("did not answer" in words.what) is (what == "did not answer")


def test_what_could_hurt_is_said() -> None:
    assert "Do not touch" in meaning(_episode(Kind.FAULT, "isolation")).do
    assert "installer" in meaning(_episode(Kind.FAULT, "isolation")).do


def _episode(kind: Kind, subject: str) -> Episode:
    return Episode(kind, subject, Severity.FAULT, "text", NOON)
