"""All of it together: what follows for the exit status, what is left out, what ends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from doctor_world import (
    LAN,
    QuickClock,
    Simulate,
    arguments,
    examined,
    finder,
    world,
)

from kstar_tui.daemon.state import DaemonState, StateFile
from kstar_tui.doctor import examination
from kstar_tui.doctor.finding import Result, Section
from kstar_tui.link.events import Asked, Found, Target
from kstar_tui.link.interface import Address
from kstar_tui.monitor.schedule import MIN_PAUSE
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.settings import Given
from kstar_tui.simulator.server import Simulator
from kstar_tui.uptime import uptime

ASKED = Asked(Target("eth0", "192.168.1.20", "192.168.1.255"), None)
INFO = DeviceInfo("10104", "KSE4000", "KSTAR", "SIM0000000001", "", 2, "Germany")


def found(simulator: Simulator) -> Found:
    return Found(simulator.address, "AC:CF:23:00:00:01", "Solar-WiFi1", INFO, None)


async def test_all_is_well(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate()
    clock = QuickClock()
    outcome = await examined(world(tmp_path, arguments(inverter.address), clock=clock))
    assert outcome.not_well == []
    assert outcome.status == 0
    assert list(dict.fromkeys(section for section, _ in outcome.all)) == list(Section)
    # One question for each poll, and one for who and how it is: nothing was hurried.
    assert sum(inverter.counters.requests.values()) == 12
    assert clock.slept == [MIN_PAUSE] * 9
    assert outcome.one(Section.INVERTER, "polls").facts["answered"] == 10


@contextmanager
def daemon_on(
    runtime: Path, address: Address, inverter: str
) -> Iterator[tuple[StateFile, DaemonState]]:
    """The state of a daemon that reads it, written down, and the file."""
    folder = runtime / "kstar-tui"
    folder.mkdir()
    state = DaemonState(
        *(4711, "1.0", 0.0, "online", 0.0, True, uptime(), 5.0, 10.0, inverter, str(address))
    )
    file = StateFile(folder)
    try:
        file.write(state)
        yield file, state
    finally:
        file.close()


async def test_the_inverter_of_a_daemon_is_looked_at_where_none_is_named(
    tmp_path: Path, simulate: Simulate, own_runtime: Path
) -> None:
    where = (await simulate()).address
    environ = {"XDG_RUNTIME_DIR": str(own_runtime)}
    # No search is answered.
    here = world(tmp_path, environ=environ, networks=[LAN], events=[ASKED], polls=2)
    with daemon_on(own_runtime, where, "KSE1") as (file, state):
        outcome = await examined(here)
        assert (outcome.status, outcome.not_well) == (0, [])
        assert f"process 4711 reads KSE1 at {where}" in outcome.one(Section.SEARCH, "skipped").text
        assert outcome.one(Section.INVERTER, "other").facts["pid"] == 4711
        assert outcome.one(Section.INVERTER, "polls").facts["answered"] == 2
        # One that has nothing to show is of no help; nor one that is not to be followed.
        off = world(tmp_path, arguments(attach="off"), environ=environ, events=[ASKED])
        assert (await examined(off)).status == 3
        file.write(state._replace(available=False, state="offline", taken=None))
        assert (await examined(here)).status == 3


async def test_what_was_searched_has_rested_before_it_is_asked(
    tmp_path: Path, simulate: Simulate
) -> None:
    inverter = await simulate()
    clock = QuickClock()
    here = world(tmp_path, events=[ASKED, found(inverter)], clock=clock, polls=3)
    outcome = await examined(here)
    assert (outcome.status, outcome.not_well) == (0, [])
    assert clock.slept == [MIN_PAUSE] * 3
    assert "was found by the search" in outcome.one(Section.INVERTER, "answer").text


async def test_only_the_inverter_that_is_meant_will_do(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate()
    here = world(
        tmp_path, arguments(inverter_serial="NOPE"), events=[ASKED, found(inverter)], polls=2
    )
    outcome = await examined(here)
    assert outcome.status == 3
    assert outcome.not_well == [(Section.SEARCH, "others", Result.PROBLEM)]
    assert outcome.one(Section.SEARCH, "others").text == (
        f"only other inverters answered the search for NOPE: {inverter.address}"
        " (SIM0000000001): kstar-tui reads none of them"
    )
    assert "config set inverter.serial NUMBER" in outcome.one(Section.SEARCH, "others").advice
    assert [one.text for one in outcome.of(Section.INVERTER)] == [
        "not looked at: none with serial number NOPE was found"
    ]
    assert sum(inverter.counters.requests.values()) == 0
    # As people copy it from a label, and whatever else answers at a lower address.
    other = found(inverter)._replace(
        address=Address("127.0.0.0", 1), info=INFO._replace(serial="OTHER")
    )
    meant = here._replace(
        arguments=here.arguments | arguments(inverter_serial="sim0000000001"),
        find=finder(ASKED, other, found(inverter)),
    )
    outcome = await examined(meant)
    assert (outcome.status, outcome.not_well) == (0, [])
    assert outcome.one(Section.INVERTER, "answer").facts["port"] == inverter.address.port


async def test_another_inverter_at_the_address_of_the_one_that_is_meant(
    tmp_path: Path, simulate: Simulate
) -> None:
    inverter = await simulate()
    given = arguments(inverter.address, inverter_serial="NOPE")
    outcome = await examined(world(tmp_path, given, polls=2))
    assert outcome.status == 3
    assert outcome.not_well == [(Section.INVERTER, "identity", Result.PROBLEM)]
    # None of its readings would be taken.
    assert outcome.names(Section.INVERTER) == ["answer", "identity"]
    told = outcome.one(Section.INVERTER, "identity")
    assert told.text == ("another inverter answers there: serial number SIM0000000001, not NOPE")
    assert "config set inverter.serial SIM0000000001" in told.advice
    assert told.facts["serial"] == "SIM0000000001"
    # That other ones answer a search, too, is said, and is no second problem.
    searched = world(
        tmp_path,
        given | arguments(discovery_broadcast="127.255.255.255"),
        events=[ASKED, found(inverter)],
    )
    outcome = await examined(searched)
    assert outcome.status == 3
    assert outcome.one(Section.SEARCH, "others").result is Result.NOTE
    # The one that is meant is there, but elsewhere: kstar-tui finds it.
    moved = found(inverter)._replace(
        address=Address("127.0.0.9"), info=INFO._replace(serial="NOPE")
    )
    outcome = await examined(searched._replace(find=finder(ASKED, moved)))
    assert outcome.status == 1
    told = outcome.one(Section.INVERTER, "identity")
    assert told.advice == "NOPE answers at 127.0.0.9: kstar-tui config set inverter.host 127.0.0.9"


async def test_a_daemon_that_reads_another_inverter_is_not_asked_for_it(
    tmp_path: Path, simulate: Simulate, own_runtime: Path
) -> None:
    where = (await simulate()).address
    here = world(tmp_path, environ={"XDG_RUNTIME_DIR": str(own_runtime)}, events=[ASKED], polls=2)
    with daemon_on(own_runtime, where, "SIM0000000001"):
        other = here._replace(arguments=here.arguments | arguments(inverter_serial="NOPE"))
        assert (await examined(other)).names(Section.SEARCH) == ["asked", "nobody"]
        same = here._replace(arguments=here.arguments | arguments(inverter_serial="sim0000000001"))
        assert (await examined(same)).status == 0


async def test_a_warning_is_not_well(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate()
    here = world(tmp_path, arguments(inverter.address), environ={"KSTAR_HOTS": "x"}, polls=2)
    outcome = await examined(here)
    assert outcome.not_well == [(Section.SETTINGS, "variable", Result.WARNING)]
    assert outcome.status == 1


async def test_nobody_answers(tmp_path: Path) -> None:
    outcome = await examined(world(tmp_path, events=[ASKED]))
    assert outcome.status == 3
    assert outcome.not_well == [(Section.SEARCH, "nobody", Result.PROBLEM)]
    assert outcome.names(Section.INVERTER) == ["skipped"]
    # All the rest is looked at all the same.
    assert "file" in outcome.names(Section.HISTORY)
    assert "off" in outcome.names(Section.BROKER)


async def test_the_one_that_is_named_does_not_answer(tmp_path: Path, simulate: Simulate) -> None:
    silent = await simulate(silent=True)
    outcome = await examined(world(tmp_path, arguments(silent.address)))
    assert outcome.status == 3
    assert outcome.names(Section.INVERTER) == ["answer"]


async def test_wrong_settings_count_before_a_missing_inverter(tmp_path: Path) -> None:
    given = {"mqtt.keepalive": Given("argument --mqtt-keepalive", "0")}
    outcome = await examined(world(tmp_path, given, events=[ASKED]))
    assert outcome.status == 2
    assert outcome.one(Section.BROKER, "skipped").text == (
        "not looked at: mqtt.keepalive cannot be used (see Settings)"
    )
    assert outcome.one(Section.SEARCH, "nobody").result is Result.PROBLEM


@pytest.mark.parametrize(
    ("key", "text", "skipped"),
    [
        ("inverter.host", "1.2.3", {Section.INVERTER}),
        ("inverter.port", "x", {Section.SEARCH, Section.INVERTER}),
        ("discovery.broadcast", "x", {Section.SEARCH, Section.INVERTER}),
        ("history.path", "a\nb", {Section.HISTORY}),
        ("mqtt.url", "http://x", {Section.BROKER}),
    ],
)
async def test_nothing_is_guessed_where_a_setting_is_wrong(
    key: str, text: str, skipped: set[Section], tmp_path: Path
) -> None:
    here = world(tmp_path, {key: Given("argument", text)}, events=[ASKED])
    outcome = await examined(here)
    assert outcome.status == 2
    assert {where for where, finding in outcome.all if finding.name == "skipped"} - {
        Section.INVERTER
    } == skipped - {Section.INVERTER}
    assert (Section.INVERTER in skipped) <= ("skipped" in outcome.names(Section.INVERTER))
    # Nobody was named who could have been asked.
    assert "answer" not in outcome.names(Section.INVERTER)


async def test_a_folder_that_there_is_not_and_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("nothing")
    given = arguments(
        history_path="~nosuchuser/h", mqtt_url="mqtts://127.0.0.1:1", mqtt_ca=f"{tmp_path}/ca"
    )
    outcome = await examined(world(tmp_path, given, events=[ASKED]))
    assert outcome.status == 2
    assert "no such home folder" in outcome.one(Section.HISTORY, "refused").text
    assert "holds no certificate" in outcome.one(Section.BROKER, "refused").text


async def test_a_bug_in_one_section_ends_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("oh")

    monkeypatch.setattr(examination, "examine_interfaces", broken)
    outcome = await examined(world(tmp_path, events=[ASKED]))
    (failed,) = outcome.of(Section.INTERFACES)
    assert (failed.name, failed.result) == ("failed", Result.PROBLEM)
    assert failed.text == "cannot be looked at: RuntimeError: oh"
    assert list(dict.fromkeys(section for section, _ in outcome.all)) == list(Section)


async def test_a_machine_that_only_watches_asks_nobody(tmp_path: Path) -> None:
    def never(_settings: object) -> None:
        raise AssertionError("searched")

    given = arguments(attach="mqtt://me:hunter2@127.0.0.1:1", inverter_host="192.168.1.50")
    here = world(tmp_path, given, networks=[])._replace(find=never)  # type: ignore[arg-type]
    outcome = await examined(here)
    assert outcome.names(Section.SEARCH) == outcome.names(Section.INVERTER) == ["skipped"]
    assert outcome.names(Section.HISTORY) == ["off"]
    # Time that flies may be over before the address is looked up.
    ((where, _, result),) = outcome.not_well
    assert (where, result, outcome.status) == (Section.BROKER, Result.PROBLEM, 1)


async def test_of_several_the_lowest_is_asked(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate()
    other = found(inverter)._replace(address=Address("127.0.0.9", inverter.address.port))
    here = world(tmp_path, events=[ASKED, other, found(inverter)], polls=1)
    outcome = await examined(here)
    assert outcome.not_well == [(Section.SEARCH, "several", Result.WARNING)]
    assert outcome.one(Section.INVERTER, "answer").facts["host"] == "127.0.0.1"


async def test_a_network_is_never_searched_for_what_is_on_this_machine(tmp_path: Path) -> None:
    def never(_settings: object) -> None:
        raise AssertionError("searched")

    here = world(tmp_path, arguments(Address("127.0.0.1", 9)), networks=[LAN])
    outcome = await examined(here._replace(find=never))  # type: ignore[arg-type]
    assert outcome.names(Section.SEARCH) == ["skipped"]
    asked = here._replace(
        find=finder(ASKED),
        arguments=here.arguments | arguments(discovery_broadcast="127.255.255.255"),
    )
    assert (await examined(asked)).names(Section.SEARCH) == ["asked", "nobody"]
