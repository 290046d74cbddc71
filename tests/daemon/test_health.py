"""When data is fresh, and what is said where it is not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kstar_tui.daemon.barred import Barred
from kstar_tui.daemon.health import health_of, look_around
from kstar_tui.daemon.state import DaemonState, Left, StateFile

NOW = 10_000.0
SINCE = time.time() - 90


def daemon(age: float | None = 3.0, *, alive: bool = True, **changed: object) -> Left:
    taken = None if age is None else NOW - age
    state = DaemonState(
        1, "1.0", 1000.0, "online", SINCE, True, taken, 5.0, 10.0, "KSE1", "10.0.0.1"
    )
    return Left(state._replace(**changed), alive)


def offline(**changed: object) -> Left:
    return daemon(100.0, state="offline", available=False, error="no answer", **changed)


def at() -> str:
    now = time.localtime(SINCE)
    same = now.tm_yday == time.localtime().tm_yday
    return time.strftime("%H:%M" if same else "%Y-%m-%d %H:%M", now)


@pytest.mark.parametrize(
    ("left", "why"),
    [
        (daemon(3), "fresh: KSE1 was read 3 s ago"),
        (daemon(69.9), "fresh: KSE1 was read 70 s ago"),
        (daemon(71), "not fresh: KSE1 was last read 71 s ago, allowed are 60 s"),
        (daemon(5000, interval=3600.0), "fresh: KSE1 was read 5000 s ago"),
        (daemon(185, interval=60.0), "fresh: KSE1 was read 185 s ago"),
        (
            daemon(195, interval=60.0),
            "not fresh: KSE1 was last read 195 s ago, allowed are 180 s",
        ),
        (daemon(8, inverter=None), "fresh: inverter at 10.0.0.1 was read 8 s ago"),
        (offline(), f"not fresh: KSE1: offline since {at()}: no answer"),
        (
            daemon(None, state="connecting", available=False, inverter=None),
            f"not fresh: inverter at 10.0.0.1: connecting since {at()}",
        ),
        (
            daemon(None, state="searching", available=False, inverter=None, address=None),
            f"not fresh: searching for an inverter since {at()}",
        ),
        (daemon(3, alive=False), "not running: process 1 ended without a goodbye"),
    ],
)
def test_one_daemon(left: Left, why: str) -> None:
    (health,) = health_of([left], NOW)
    assert health.why == why
    assert health.fresh is why.startswith("fresh")


@pytest.mark.parametrize(("allowed", "fresh"), [(1.0, False), (25.0, True), (1e6, True)])
def test_the_age_that_is_asked_for_counts(allowed: float, fresh: bool) -> None:
    """Not every reading is written down: this one may be 10 s younger than it looks."""
    (health,) = health_of([daemon(30)], NOW, max_age=allowed)
    assert health.fresh is fresh
    assert health.age == 30


def test_an_outage_is_told_however_old_data_may_be() -> None:
    (health,) = health_of([offline()], NOW, max_age=1e6)
    assert not health.fresh


def test_without_a_daemon() -> None:
    (health,) = health_of([], NOW)
    assert health == (False, "not running: there is no daemon", None, None)


def test_each_of_several_counts_and_the_dead_do_not() -> None:
    found = [daemon(pid=1), daemon(500, pid=2), daemon(pid=3, alive=False)]
    assert [health.fresh for health in health_of(found, NOW)] == [True, False]


def test_one_of_several_by_its_inverter() -> None:
    found = [daemon(inverter="KSE1"), daemon(500, inverter="KSE2")]
    (one,) = health_of(found, NOW, inverter="KSE1")
    (two,) = health_of(found, NOW, inverter="KSE2")
    (none,) = health_of(found, NOW, inverter="KSE3")
    assert (one.fresh, two.fresh, none.fresh) == (True, False, False)
    assert none.why == "not running: there is no daemon of KSE3"


def test_a_clock_that_stepped_back_is_no_reason_to_worry() -> None:
    (health,) = health_of([daemon(-50)], NOW)
    assert (health.fresh, health.age) == (True, 0)


def test_it_looks_in_every_folder_of_this_user(tmp_path: Path) -> None:
    places = (tmp_path / "session" / "kstar-tui", tmp_path / "data" / "kstar-tui" / "run")
    files = []
    for number, place in enumerate(places):
        place.mkdir(parents=True)
        files.append(StateFile(place))
        files[-1].write(daemon(pid=number, inverter=f"TEST{number}").state)
    (tmp_path / "session").chmod(0o700)
    environ = {
        "XDG_RUNTIME_DIR": str(tmp_path / "session"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    found = {left.state.inverter for left in look_around(environ)}
    assert {"TEST0", "TEST1"} <= found
    named = look_around({"RUNTIME_DIRECTORY": str(places[1]), **environ})
    assert [left.state.inverter for left in named] == ["TEST1"]
    for file in files:
        file.close()


def test_one_that_may_not_be_looked_at_is_not_said_to_be_missing() -> None:
    barred = Barred(Path("/run/kstar-tui"), "pi", "kstar-tui", joined=False)
    (health,) = health_of([], NOW, barred=barred)
    assert not health.fresh
    assert health.why == (
        "not known: a daemon of the system runs here, and user pi may not attach to it:"
        " /run/kstar-tui is for the group kstar-tui; sudo usermod -aG kstar-tui pi, then log out"
        " and in again."
    )
    # What died here once does not answer for it, but one that runs does.
    assert health_of([daemon(alive=False)], NOW, barred=barred) == [health]
    assert health_of([daemon()], NOW, barred=barred)[0].fresh
