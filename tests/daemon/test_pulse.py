"""What is told of the daemon, when, and how seldom."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from owned_clock import START, OwnedClock

from kstar_tui.daemon import pulse as pulse_module
from kstar_tui.daemon.movement import PATIENCE
from kstar_tui.daemon.notify import Notifier
from kstar_tui.daemon.pulse import Pulse, in_words
from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.link.interface import Address
from kstar_tui.monitor.monitor import Progress
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.publisher import MqttStatus
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import decode_running_data
from kstar_tui.settings import Settings

INFO = DeviceInfo("1.0", "KSE4000", "KSTAR", "KSE1", "", 2, "Germany")
HOME = Address("10.0.0.1")
READING = decode_running_data(parse_frame(build_reply(0x86, encode_running_data({}))))


def update(state: LinkState = LinkState.ONLINE, **changed: Any) -> Update:
    fresh = state is LinkState.ONLINE
    known = {"fresh": fresh, "reading": READING, "address": HOME, "info": INFO}
    return Update(state=state, since=START, at=START, at_monotonic=0.0, **(known | changed))


def offline(error: str = "no answer") -> Update:
    return update(LinkState.OFFLINE, error=error)


def parts(**changed: Any) -> Any:
    """What a pulse knows of the running parts."""
    monitor = SimpleNamespace(latest=update(LinkState.CONNECTING), progress=Progress(1, 0))
    known = {"monitor": monitor, "publisher": None, "ledger": None, "settings": Settings()}
    return SimpleNamespace(**(known | changed))


def mqtt(**changed: Any) -> Any:
    status = MqttStatus(False, "mqtt://b", START, 0, 0, None, None)
    return SimpleNamespace(status=status._replace(**changed))


def ledger(keeping: Keeping) -> Any:
    return SimpleNamespace(status=HistoryStatus(keeping, "h"))


@pytest.mark.parametrize(
    ("told", "running", "words"),
    [
        (update(), {}, "KSE1 at 10.0.0.1 online"),
        (update(info=None), {}, "inverter at 10.0.0.1 online"),
        (update(LinkState.SEARCHING, address=None, info=None), {}, "searching for an inverter"),
        (offline("whatever"), {}, "KSE1 at 10.0.0.1 offline since 2026-06-01 12:00"),
        (
            update(),
            {"publisher": mqtt(connected=True, client_id="x"), "ledger": ledger(Keeping.WRITING)},
            "KSE1 at 10.0.0.1 online; MQTT connected; history writing",
        ),
        (
            update(),
            {"publisher": mqtt(error="refused", client_id="x"), "ledger": ledger(Keeping.FAILING)},
            "KSE1 at 10.0.0.1 online; MQTT not connected: refused; history failing",
        ),
        (
            update(),
            {"publisher": mqtt(standby=True), "ledger": ledger(Keeping.READING)},
            "KSE1 at 10.0.0.1 online; MQTT left to another process; history reading only",
        ),
        (update(), {"publisher": mqtt()}, "KSE1 at 10.0.0.1 online"),
    ],
)
def test_in_words(told: Update, running: dict[str, Any], words: str) -> None:
    assert in_words(told, parts(**running)) == words


class Manager:
    """A service manager's socket."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)
        self.environ = {"NOTIFY_SOCKET": str(path), "RUNTIME_DIRECTORY": str(path.parent / "run")}

    def told(self) -> list[str]:
        """What has come since the last call."""
        seen = []
        try:
            while True:
                seen.append(self.socket.recv(4096).decode())
        except BlockingIOError:
            return seen


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path / "notify")
    yield made
    made.socket.close()


def left(manager: Manager) -> dict[str, Any]:
    (path,) = Path(manager.environ["RUNTIME_DIRECTORY"]).glob("*.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock()


@pytest.fixture
def pulse(manager: Manager, clock: OwnedClock) -> Iterator[Pulse]:
    made = Pulse(manager.environ, Notifier(manager.environ), clock)
    yield made
    made.close()


def test_the_manager_hears_changes_only(pulse: Pulse, manager: Manager) -> None:
    pulse.follow(parts())
    for told in (update(), update(), offline("a"), offline("b"), offline("c"), update()):
        pulse(told)
    assert manager.told() == [
        "STATUS=KSE1 at 10.0.0.1 connecting",
        "STATUS=KSE1 at 10.0.0.1 online",
        "STATUS=KSE1 at 10.0.0.1 offline since 2026-06-01 12:00",
        "STATUS=KSE1 at 10.0.0.1 online",
    ]


def test_before_there_is_anything_to_tell_of_nothing_is_told(
    pulse: Pulse, manager: Manager
) -> None:
    pulse(update())
    assert manager.told() == []
    assert not Path(manager.environ["RUNTIME_DIRECTORY"]).exists()


@pytest.mark.parametrize(("memory", "lag"), [(True, 10), (False, 60)])
def test_what_is_left_is_written_on_changes_and_at_a_calm_pace(
    monkeypatch: pytest.MonkeyPatch,
    pulse: Pulse,
    manager: Manager,
    clock: OwnedClock,
    memory: bool,
    lag: int,
) -> None:
    monkeypatch.setattr(pulse_module, "in_memory", lambda _: memory)
    pulse.follow(parts())
    assert left(manager)["state"] == "connecting"
    written: list[float] = []
    monkeypatch.setattr(
        pulse._file,
        "write",
        lambda state: written.append(clock.time - 1000) or states.append(state),
    )
    states: list[Any] = []
    for second in range(0, 300, 5):
        clock.time = 1000.0 + second
        pulse(update())
    assert written == [float(second) for second in range(0, 300, lag)]
    assert {state.lag for state in states} == {lag}
    assert [state.taken - 1000 for state in states] == written
    written.clear()
    for second in range(300, 3600, 60):
        clock.time = 1000.0 + second
        pulse(offline())
    # A night without the inverter wears nothing out.
    assert written == [300]
    assert states[-1].taken == 1295
    clock.time += 1
    pulse(update())
    assert len(written) == 2


def test_new_settings_are_told_and_make_no_reading_younger(
    pulse: Pulse, manager: Manager, clock: OwnedClock
) -> None:
    running = parts()
    pulse.follow(running)
    running.monitor.latest = update()
    pulse(running.monitor.latest)
    clock.time += 1000
    running.settings = Settings(interval=60.0)
    pulse.follow(running)
    told = left(manager)
    assert (told["interval"], told["taken"]) == (60, clock.time - 1000)


def test_a_folder_that_goes_with_its_session_is_replaced(
    pulse: Pulse, manager: Manager, clock: OwnedClock
) -> None:
    folder = Path(manager.environ["RUNTIME_DIRECTORY"])
    pulse.follow(parts())
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    pulse(update())
    assert not folder.exists()
    clock.time += 61
    pulse(update())
    assert left(manager)["state"] == "online"


def test_at_the_end_nothing_is_left(pulse: Pulse, manager: Manager) -> None:
    pulse.follow(parts())
    assert left(manager)["pid"] > 0
    pulse.close()
    pulse(update())
    assert not list(Path(manager.environ["RUNTIME_DIRECTORY"]).glob("*.json"))


def test_without_a_place_it_is_told_once(
    tmp_path: Path, clock: OwnedClock, caplog: pytest.LogCaptureFixture
) -> None:
    environ = {"RUNTIME_DIRECTORY": str(tmp_path / "file" / "below")}
    (tmp_path / "file").write_text("")
    pulse = Pulse(environ, Notifier(environ), clock)
    pulse.follow(parts())
    for _ in range(5):
        clock.time += 100
        pulse(update())
    assert [record.message for record in caplog.records] == [
        "kstar-tui healthcheck will not see this daemon: there is no folder for it"
    ]


def test_the_watchdog_is_fed_while_it_moves(
    manager: Manager, clock: OwnedClock, caplog: pytest.LogCaptureFixture
) -> None:
    manager.environ["WATCHDOG_USEC"] = "120000000"
    pulse = Pulse(manager.environ, Notifier(manager.environ), clock)
    running = parts()
    pulse.follow(running)

    def fed_at(*moments: float) -> list[float]:
        manager.told()
        fed = []
        for moment in moments:
            pulse.beat(moment)
            if "WATCHDOG=1" in manager.told():
                fed.append(moment)
        return fed

    moments = [30.0 * n for n in range(8)]
    assert fed_at(*moments) == [m for m in moments if m <= PATIENCE]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    running.monitor.progress = Progress(2, 3600)
    assert fed_at(240, 3000, 3840, 3959, 3961) == [240, 3000, 3840, 3959]
    assert len(caplog.records) == 2
    pulse.close()
    assert fed_at(4000) == []


def test_without_a_watchdog_none_is_fed_but_the_broker_between_two_polls_is_told(
    pulse: Pulse, manager: Manager
) -> None:
    publisher = mqtt(client_id="x")
    pulse.follow(parts(publisher=publisher))
    manager.told()
    pulse.beat(0)
    publisher.status = publisher.status._replace(connected=True)
    pulse.beat(30)
    pulse.beat(60)
    assert manager.told() == ["STATUS=KSE1 at 10.0.0.1 connecting; MQTT connected"]


async def test_nobody_listens(clock: OwnedClock, tmp_path: Path) -> None:
    environ = {"RUNTIME_DIRECTORY": str(tmp_path)}
    pulse = Pulse(environ, Notifier(environ), clock)
    pulse.follow(parts())
    async with asyncio.timeout(5):
        await pulse.run()
    pulse.close()


def test_the_started_moment_is_the_wall_clocks(pulse: Pulse, manager: Manager) -> None:
    pulse.follow(parts())
    assert datetime.fromtimestamp(left(manager)["started"], START.tzinfo) == START
