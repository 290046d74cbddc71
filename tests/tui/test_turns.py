"""A session beside a daemon: it looks along, takes over, gives back, and asks nothing twice."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from answering import answering
from feed_world import INFO, MQTT, HandDaemon, update
from test_terminal import ANSWERS
from tui_world import HandClock

from kstar_tui import runtime
from kstar_tui.feed.following import Daemon
from kstar_tui.feed.wire import Hello, Message
from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.history.lock import is_held
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.frame import Request, parse_frame
from kstar_tui.protocol.reading import decode_running_data
from kstar_tui.settings import Settings
from kstar_tui.settings.paths import history_path
from kstar_tui.tui.session import Session
from kstar_tui.tui.sources import own as own_source
from kstar_tui.tui.sources.attached import Attached
from kstar_tui.tui.sources.lookout import Lookout, serves
from kstar_tui.tui.sources.relay import Relay
from kstar_tui.tui.sources.watched import Watched

PATIENCE = 30.0
MEASURED = decode_running_data(parse_frame(ANSWERS[Request.RUNNING_DATA.frame]))


class Inverter(NamedTuple):
    """One that always answers the same."""

    address: Address
    questions: list[bytes]


@pytest.fixture
def inverter() -> Iterator[Inverter]:
    questions: list[bytes] = []
    with answering(ANSWERS, questions) as port:
        yield Inverter(Address("127.0.0.1", port), questions)


class Run:
    """A session that runs, and what it said."""

    def __init__(self, clock: HandClock, folder: Path) -> None:
        self.clock = clock
        self.folder = folder
        self.daemon: HandDaemon | None = None
        self.updates: list[Update] = []
        self.turns: list[str] = []
        self.mqtt_changes = 0
        self._running: asyncio.Task[None] | None = None

    async def offer(self, address: Address, number: int = 0, **changes: Any) -> Daemon:
        """A daemon begins to be there."""
        self.daemon = HandDaemon(self.clock, address=address, **changes)
        now = self.clock.monotonic()
        own = update(address=address, at_monotonic=now, taken_monotonic=now, reading=MEASURED)
        self.daemon.message = Message(own, MQTT, None)
        # Apart from what the session, which is the same process, offers itself.
        path = await self.daemon.open(self.folder / str(number))
        return Daemon(path, self.daemon.hello)

    def begin(
        self, address: Address | None, settings: Settings | None = None, **more: Any
    ) -> Session:
        self.session = Session(
            settings or Settings(),
            self.clock,
            address,
            look_in=[self.folder, self.folder / "0", self.folder / "1"],
            on_update=self.updates.append,
            on_mqtt=self._mqtt_changed,
            on_turn=self.turns.append,
            **more,
        )
        self._running = asyncio.ensure_future(self.session.run())
        return self.session

    async def until(self, condition: Callable[[], object], *, step: float = 0.0) -> None:
        """Until something is so; with a `step`, time passes."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                assert self._running is not None
                assert not self._running.done(), self._running
                if step:
                    self.clock.advance(step)
                await asyncio.sleep(0.005)

    async def end(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self.daemon is not None:
            self.daemon.feed.close()

    def _mqtt_changed(self) -> None:
        self.mqtt_changes += 1


@pytest.fixture
async def run(clock: HandClock, own_runtime: Path) -> AsyncIterator[Run]:
    one = Run(clock, own_runtime / "kstar-tui")
    yield one
    await one.end()


def asked(inverter: Inverter) -> int:
    """Questions that came to it so far."""
    return len(inverter.questions)


def database() -> Path:
    path = history_path(Settings())
    assert path is not None
    return path


async def test_it_looks_along_takes_over_and_gives_back(
    run: Run, inverter: Inverter, clock: HandClock
) -> None:
    session = run.begin(None, daemon=await run.offer(inverter.address))
    await run.until(lambda: run.updates)
    assert session.monitor.latest.info == INFO
    assert session.mqtt == MQTT
    assert session.via is not None
    assert session.via.who == "process 4711"
    assert run.turns == ["Attached to process 4711, which polls the inverter."]
    session.monitor.poll_now()
    assert run.daemon is not None
    await run.until(lambda: run.daemon and run.daemon.polls)
    assert asked(inverter) == 0
    assert not database().parent.exists(), "nothing is written"

    seen = len(run.updates)
    run.daemon.feed.close()
    await run.until(lambda: session.via is None, step=0.5)
    (said,) = run.turns[1:]
    assert said.startswith("Process 4711 is gone: the inverter is polled from here now")
    assert session.monitor.latest.state.available, "as it was, until that is known anew"
    await run.until(lambda: any(update.fresh for update in run.updates[seen:]))
    assert session.monitor.latest.info is not None
    assert session.monitor.latest.reading is not None
    assert [update.state for update in run.updates if not update.state.available] == []
    assert is_held(database())

    await run.offer(inverter.address, pid=4712)
    count = len(run.updates)
    await run.until(lambda: session.via is not None, step=1.0)
    assert session.via is not None
    assert session.via.who == "process 4712"
    assert not is_held(database())
    await run.until(lambda: len(run.updates) > count)
    before = asked(inverter)
    for _ in range(20):
        clock.advance(5.0)
        await asyncio.sleep(0.005)
    assert asked(inverter) == before
    assert [event.text for event in session.remembered.recent] == []


async def test_a_daemon_that_is_there_spares_the_first_question(
    run: Run, inverter: Inverter
) -> None:
    """As where the search has found the inverter that a daemon polls."""
    await run.offer(inverter.address)
    session = run.begin(inverter.address)
    await run.until(lambda: run.updates)
    assert session.via is not None
    assert asked(inverter) == 0


async def test_a_daemon_of_another_inverter_is_left_alone(
    run: Run, inverter: Inverter, clock: HandClock
) -> None:
    await run.offer(Address("192.168.1.77"), key="ANOTHER")
    session = run.begin(inverter.address)
    await run.until(lambda: any(update.fresh for update in run.updates))
    for _ in range(8):
        clock.advance(2.0)
        await asyncio.sleep(0.01)
    assert session.via is None
    assert run.daemon is not None
    # It is asked who it is, but not every time.
    assert 1 <= run.daemon.joined <= 3


async def test_a_daemon_at_another_address_is_known_by_the_serial_number(
    run: Run, inverter: Inverter
) -> None:
    session = run.begin(inverter.address)
    await run.until(lambda: session.monitor.latest.info)
    await run.offer(Address("inverter.lan"), key=INFO.serial)
    await run.until(lambda: session.via is not None, step=1.0)


async def test_a_daemon_that_is_restarted_is_followed_without_a_poll_between(
    run: Run, inverter: Inverter
) -> None:
    session = run.begin(None, daemon=await run.offer(inverter.address))
    await run.until(lambda: run.updates)
    assert run.daemon is not None
    run.daemon.feed.close()
    await run.offer(inverter.address, 1, pid=4712)
    await run.until(lambda: session.via and "4712" in session.via.who, step=0.5)
    assert run.turns[-1] == "Attached to process 4712, in the place of 4711."
    assert asked(inverter) == 0


async def test_a_daemon_that_reads_its_settings_again_is_followed_on(
    run: Run, inverter: Inverter
) -> None:
    """It closes its socket and opens it anew, so that all hear what is new of it."""
    session = run.begin(None, daemon=await run.offer(inverter.address))
    await run.until(lambda: run.updates)
    assert run.daemon is not None
    for interval in (6.0, 7.0):
        run.daemon.feed.close()
        await run.offer(inverter.address, interval=interval)
        await run.until(lambda: run.daemon and run.daemon.joined > 1, step=0.5)
        assert session.via is not None
        assert session._source.interval == interval
    assert run.turns == ["Attached to process 4711, which polls the inverter."]
    assert asked(inverter) == 0


async def test_a_daemon_that_cannot_be_followed_is_not_tried_all_the_time(
    run: Run, inverter: Inverter
) -> None:
    daemon = await run.offer(inverter.address)
    assert run.daemon is not None
    run.daemon.message = Message(update(error=object()))
    session = run.begin(None, daemon=daemon)
    await run.until(lambda: session.via is None, step=0.5)
    await run.until(lambda: session.monitor.latest.fresh or asked(inverter), step=0.1)
    assert run.daemon.joined <= 2
    for _ in range(10):
        run.clock.advance(2.0)
        await asyncio.sleep(0.01)
    assert session.via is None
    assert len(run.turns) == 2


class Bystander:
    """Stands where a publisher does."""

    status = MQTT
    farewells: list[bool]

    def __init__(self) -> None:
        self.farewells = []

    def on_status(self, listener: object) -> None:
        pass

    def on_update(self, update: Update) -> None:
        pass

    async def start(self) -> None:
        pass

    async def stop(self, *, goodbye: bool = True) -> None:
        self.farewells.append(goodbye)


@pytest.mark.parametrize(
    ("publishes", "goodbye"),
    [("pi:1883/kstar", False), ("pi:1883/house", True), ("other:1883/kstar", True), (None, True)],
)
async def test_home_assistant_is_not_told_offline_where_the_daemon_goes_on_publishing(
    run: Run,
    inverter: Inverter,
    monkeypatch: pytest.MonkeyPatch,
    publishes: str | None,
    goodbye: bool,
) -> None:
    publisher = Bystander()
    monkeypatch.setattr(own_source, "make_publisher", lambda *_: publisher)
    session = run.begin(inverter.address, Settings(mqtt_url="mqtt://me:secret@pi"))
    await run.until(lambda: run.updates)
    await run.offer(inverter.address, publishes=publishes)
    await run.until(lambda: session.via is not None, step=1.0)
    assert publisher.farewells == [goodbye]


async def test_at_the_end_it_says_goodbye(
    run: Run, inverter: Inverter, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = Bystander()
    monkeypatch.setattr(own_source, "make_publisher", lambda *_: publisher)
    run.begin(inverter.address)
    await run.until(lambda: run.updates)
    await run.end()
    assert publisher.farewells == [True]
    assert not is_held(database())


async def test_what_a_daemon_keeps_is_read_and_why_it_is_not(run: Run, inverter: Inverter) -> None:
    path = run.folder.parent / "theirs.sqlite"
    session = run.begin(None, daemon=await run.offer(inverter.address, history=str(path)))
    await run.until(lambda: run.updates)
    assert session.archive is None
    assert session.history is not None
    assert (session.history.keeping, session.history.error) == (Keeping.READING, None)
    path.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    run.clock.advance(10)
    assert session.archive is None
    assert session.history.error is not None
    assert session.history.pid == 4711
    assert session.history_key == INFO.serial


async def test_that_a_daemon_cannot_write_is_told_here_too(run: Run, inverter: Inverter) -> None:
    path = str(run.folder.parent / "theirs.sqlite")
    session = run.begin(None, daemon=await run.offer(inverter.address, history=path))
    await run.until(lambda: run.updates)
    assert run.daemon is not None
    failing = HistoryStatus(Keeping.FAILING, path, error="the disk is full", since=7.0, rows=9)
    run.daemon.say(run.daemon.message._replace(history=failing))
    await run.until(lambda: len(run.updates) > 1)
    assert session.history == failing._replace(pid=4711)


async def test_a_daemon_that_may_not_be_seen_is_told_of_once(
    run: Run, inverter: Inverter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "scandir", forbidden)
    run.begin(inverter.address)
    await run.until(lambda: run.updates)
    await run.until(lambda: len(run.updates) > 3, step=2.0)
    (said,) = run.turns
    assert said.startswith("Both may ask the inverter, which disturbs it: a daemon of the system")
    assert f"({run.folder})" in said


async def test_one_that_comes_later_is_told_of_too(
    run: Run, inverter: Inverter, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def forbidden(path: Path) -> Iterator[os.DirEntry[str]]:
        if path == run.folder and len(run.updates) > 2:
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", forbidden)
    run.begin(inverter.address)
    await run.until(lambda: len(run.updates) > 2, step=2.0)
    assert run.turns == []
    await run.until(lambda: run.turns, step=2.0)
    await run.until(lambda: len(run.updates) > 8, step=2.0)
    assert len(run.turns) == 1


@pytest.mark.parametrize(
    ("settings", "theirs", "said"),
    [
        (Settings(), "theirs.sqlite", ", and recorded in your own history until it is back: "),
        (Settings(history="off"), "theirs.sqlite", " now, and not recorded."),
        (Settings(), None, "polled from here now."),
        (Settings(history="ours.sqlite"), "ours.sqlite", "polled from here now."),
    ],
)
async def test_where_it_is_recorded_when_the_daemon_is_gone(
    run: Run,
    inverter: Inverter,
    settings: Settings,
    theirs: str | None,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    path = theirs and str(tmp_path / theirs)
    run.begin(None, settings, daemon=await run.offer(inverter.address, history=path))
    await run.until(lambda: run.updates)
    assert run.daemon is not None
    run.daemon.feed.close()
    await run.until(lambda: len(run.turns) > 1, step=0.5)
    assert said in run.turns[1]
    assert (str(database()) in run.turns[1]) == ("your own" in said)


async def test_a_daemon_of_the_system_is_called_so(
    run: Run, inverter: Inverter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_SYSTEM", run.folder)
    run.begin(None, daemon=await run.offer(inverter.address))
    await run.until(lambda: run.updates)
    assert run.turns == ["Attached to the system's daemon, process 4711, which polls the inverter."]


async def test_a_broker_that_comes_or_goes_is_told_without_an_update(
    run: Run, inverter: Inverter
) -> None:
    session = run.begin(None, daemon=await run.offer(inverter.address))
    await run.until(lambda: run.updates)
    assert run.daemon is not None
    away = MQTT._replace(connected=False, error="refused")
    run.daemon.say(Message(None, away, None))
    await run.until(lambda: run.mqtt_changes)
    assert session.mqtt == away


async def test_other_screens_attach_to_the_one_that_polls(
    run: Run, inverter: Inverter, clock: HandClock
) -> None:
    session = run.begin(inverter.address)
    await run.until(lambda: session.monitor.latest.reading)
    lookout = Lookout(clock, [run.folder])
    daemon = await lookout.look(lambda hello: hello.address == inverter.address)
    assert daemon is not None
    assert daemon.hello.screen
    assert daemon.hello.pid == os.getpid()
    assert daemon.hello.history == str(database())
    heard: list[Update] = []
    other = Attached(daemon, clock)
    attached = asyncio.ensure_future(other.run(heard.append, lambda: None))
    await run.until(lambda: heard)
    assert heard[0].reading == session.monitor.latest.reading
    count = asked(inverter)
    clock.advance(3.0)
    other.poll_now()
    await run.until(lambda: asked(inverter) > count)
    await run.until(lambda: len(heard) > 1)
    await run.end()
    async with asyncio.timeout(PATIENCE):
        await attached
    assert other.said_goodbye
    assert list(run.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("other", "follows"),
    [
        ({"started": 0.0, "screen": True}, True),
        ({"started": 9e9, "screen": True}, False),
        ({"started": 9e9, "screen": False}, True),
    ],
    ids=["an older screen", "a younger screen", "any daemon"],
)
async def test_of_two_that_poll_one_goes_over_to_the_other(
    run: Run, inverter: Inverter, clock: HandClock, other: dict[str, Any], follows: bool
) -> None:
    """As where both have lost their daemon at once."""
    session = run.begin(inverter.address)
    await run.until(lambda: session.monitor.latest.reading)
    await run.offer(inverter.address, history=str(database()), **other)
    assert run.daemon is not None
    # Asked once it must be, and again where it was the right one.
    await run.until(lambda: run.daemon and run.daemon.joined > follows, step=1.0)
    for _ in range(8):
        clock.advance(2.0)
        await asyncio.sleep(0.01)
    assert (session.via is not None) is follows
    assert is_held(database()) is not follows


KEEPS = Hello("1", 1, 0.0, 5.0, history="/x/history.sqlite", publishes="pi:1883/kstar", screen=True)


@pytest.mark.parametrize(
    ("hello", "settings", "right"),
    [
        (KEEPS, Settings(history="/x/history.sqlite"), True),
        (KEEPS, Settings(history="/x/history.sqlite", mqtt_url="mqtt://me:secret@pi"), True),
        (KEEPS, Settings(history="/x/history.sqlite", mqtt_url="mqtt://other"), False),
        (KEEPS, Settings(history="/y/history.sqlite"), False),
        (KEEPS, Settings(history="off"), True),
        (KEEPS._replace(history=None), Settings(), False),
        (KEEPS._replace(screen=False, history=None), Settings(mqtt_url="mqtt://other"), True),
    ],
)
def test_another_screen_has_to_do_what_is_asked_of_this_one(
    hello: Hello, settings: Settings, right: bool
) -> None:
    assert serves(hello, settings) is right


async def test_who_looks_for_no_daemon_is_not_found(
    run: Run, inverter: Inverter, clock: HandClock
) -> None:
    """With `attach` off, and in a demo."""
    updates: list[Update] = []
    alone = Session(
        Settings(), clock, inverter.address, on_update=updates.append, on_mqtt=lambda: None
    )
    running = asyncio.ensure_future(alone.run())
    async with asyncio.timeout(PATIENCE):
        while not updates:
            await asyncio.sleep(0.005)
    assert not run.folder.exists()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_over_a_broker_nothing_can_be_read_at_once(clock: HandClock) -> None:
    told: list[str] = []
    watched = Watched(Settings(attach="mqtt://127.0.0.1:1", interval=30.0), clock, told.append)
    Relay(watched).poll_now()
    (said,) = told
    assert said.startswith("From here nothing can be read at once")
    assert said.endswith("every 30 s.")
