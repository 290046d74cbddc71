"""A daemon's socket and those that listen to it, over real Unix sockets."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from feed_world import HELLO, HISTORY, HOME, MQTT, HandDaemon, Still, update

from kstar_tui.feed.following import Daemon, Follower, ask_daemons, is_of
from kstar_tui.feed.places import remove_stale, socket_path, sockets_in
from kstar_tui.feed.serving import MOST_CLIENTS
from kstar_tui.feed.wire import Frame, Message, message_line, parse_hello, parse_message
from kstar_tui.link.interface import Address

PATIENCE = 5.0


@pytest.fixture
def folder(own_runtime: Path) -> Path:
    return own_runtime / "kstar-tui"


@pytest.fixture
async def daemon(folder: Path) -> AsyncIterator[HandDaemon]:
    one = HandDaemon()
    await one.open(folder)
    yield one
    one.feed.close()


def path_in(folder: Path) -> Path:
    return socket_path(folder, os.getpid())


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


class Listener:
    """One that is attached; `told` is what it was told so far."""

    def __init__(self, folder: Path, clock: Still | None = None) -> None:
        self.told: list[Message] = []
        self.follower = Follower(Daemon(path_in(folder), HELLO), clock or Still())
        self.running = asyncio.ensure_future(self.follower.run(self.told.append))

    async def has(self, count: int) -> list[Message]:
        await until(lambda: len(self.told) >= count)
        return self.told


async def test_one_that_comes_is_told_all_and_then_what_is_new(
    daemon: HandDaemon, folder: Path
) -> None:
    one = Listener(folder)
    (first,) = await one.has(1)
    assert first == Message(update(), MQTT, HISTORY)
    daemon.say(Message(update(polls=1205), MQTT, HISTORY))
    daemon.say(Message(update(polls=1206), MQTT._replace(sent=4), HISTORY))
    _, second, third = await one.has(3)
    assert second.update is not None
    assert second.update.polls == 1205
    assert third == Message(update(polls=1206), MQTT._replace(sent=4), None)
    other = Listener(folder)
    assert (await other.has(1))[0] == Message(update(polls=1206), MQTT._replace(sent=4), HISTORY)
    assert daemon.joined == 2
    daemon.feed.close()
    await asyncio.wait_for(one.running, PATIENCE)
    await asyncio.wait_for(other.running, PATIENCE)


async def test_a_screen_asks_for_a_poll(daemon: HandDaemon, folder: Path) -> None:
    one = Listener(folder)
    await one.has(1)
    one.follower.poll_now()
    await until(lambda: daemon.polls)
    one.follower.poll_now()
    one.follower.poll_now()
    await until(lambda: daemon.polls == 3)


async def test_the_socket_is_for_user_and_group_and_goes_with_its_daemon(folder: Path) -> None:
    one = HandDaemon()
    before = os.umask(0)
    try:
        path = await one.open(folder)
    finally:
        assert os.umask(before) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert path == folder / f"live-{os.getpid()}.sock"
    one.feed.close()
    assert not path.exists()


async def test_folders_that_are_made_are_private(own_runtime: Path) -> None:
    """The history may come into the one above, later."""
    folder = own_runtime / "share" / "kstar-tui" / "run"
    one = HandDaemon()
    await one.open(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    one.feed.close()


async def test_the_group_can_open_it_whatever_the_umask(folder: Path) -> None:
    one = HandDaemon()
    before = os.umask(0o077)
    try:
        path = await one.open(folder)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    one.feed.close()


async def test_a_folder_may_lie_deep(own_runtime: Path) -> None:
    """A name of a socket has 108 bytes, and some homes are longer."""
    folder = own_runtime / ("d" * 90) / ("e" * 90)
    for _ in range(2):
        one = HandDaemon()
        await one.open(folder)
        (path,) = sockets_in([folder]).found
        assert path == path_in(folder)
        assert [found.path for found in (await ask_daemons([path])).daemons] == [path]
        assert await Listener(folder).has(1)
        # Left over, as by one that was killed.
        one.feed._path = None
        one.feed.close()
    remove_stale(folder)
    assert list(folder.iterdir()) == []


async def test_what_is_left_over_is_removed_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    stale, alive, link = (socket_path(folder, pid) for pid in (10, 11, 12))
    for path in (stale, alive):
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(str(path))
        if path == alive:
            sock.listen()
            living = sock
        else:
            sock.close()
    away = tmp_path / "away.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(away))
    link.symlink_to(away)
    (folder / "live-13.sock").write_text("a file")
    (folder / "other.sock").write_text("another")
    assert sockets_in([folder]).found == [stale, alive]
    remove_stale(folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        *("live-11.sock", "live-12.sock", "live-13.sock", "other.sock")
    ]
    assert away.exists()
    living.close()


async def test_a_link_in_its_place_is_not_followed(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    path_in(folder).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="in use"):
        await HandDaemon().open(folder)
    assert path_in(folder).is_symlink()
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_may_not_be_looked_into_is_told_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "scandir", forbidden)
    assert sockets_in([folder]) == ([], [folder])


async def test_only_so_many_are_let_in(daemon: HandDaemon, folder: Path) -> None:
    listeners = [Listener(folder) for _ in range(MOST_CLIENTS)]
    for one in listeners:
        await one.has(1)
    late = Listener(folder)
    await asyncio.wait_for(late.running, PATIENCE)
    assert late.told == []
    listeners[0].running.cancel()
    await asyncio.gather(listeners[0].running, return_exceptions=True)
    await until(lambda: len(daemon.feed._clients) < MOST_CLIENTS)
    assert await Listener(folder).has(1)


async def test_one_that_does_not_read_is_dropped_and_holds_nobody_up(
    daemon: HandDaemon, folder: Path
) -> None:
    quick = Listener(folder)
    _, writer = await asyncio.open_unix_connection(path_in(folder))
    # Here it stops: what comes is for the system's buffer, then for the daemon's.
    writer.transport.pause_reading()
    await until(lambda: len(daemon.feed._clients) == 2)
    long = update(error=1000 * "x")
    sent = 1
    while len(daemon.feed._clients) == 2:
        sent += 1
        assert sent < 3000, "it is still there"
        daemon.say(Message(long))
        await quick.has(sent)
    assert len(daemon.feed._clients) == 1
    daemon.say(Message(update(polls=7)))
    assert (await quick.has(sent + 1))[-1].update == update(polls=7)
    writer.transport.abort()


@pytest.mark.parametrize(
    "said", [b"stop\n", b"poll now please\n", 100 * b"p", b"\xff\n", b"\n", 300 * b"poll\n"]
)
async def test_one_that_says_something_else_is_sent_away(
    said: bytes, daemon: HandDaemon, folder: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(path_in(folder))
    await reader.readline()
    writer.write(said)
    async with asyncio.timeout(PATIENCE):
        await reader.read()
    assert daemon.polls == 0
    assert not daemon.feed._clients
    writer.close()


async def test_nothing_is_put_into_words_while_nobody_listens(folder: Path) -> None:
    one = HandDaemon()
    one.message = None  # type: ignore[assignment]
    await one.open(folder)
    one.feed.on_update(update())
    one.feed.close()


async def test_a_daemon_that_cannot_say_how_it_is_goes_on(
    daemon: HandDaemon, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good, daemon.message = daemon.message, Message(update(error=object()))
    lost = Listener(folder)
    await asyncio.wait_for(lost.running, PATIENCE)
    assert "could not be told" in caplog.text
    daemon.message = good
    assert await Listener(folder).has(1)


async def test_who_is_there_is_asked_all_at_once(folder: Path) -> None:
    """The one that has run longest comes first; whoever is none, or says nothing, costs little."""
    daemons = []
    for number, started in enumerate((300.0, 100.0, 200.0)):
        daemons.append(HandDaemon(started=started, pid=1000 + number))
        await daemons[-1].open(folder / str(number))
    strange = folder / "strange"
    strange.mkdir()

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n")
        writer.close()

    server = await asyncio.start_unix_server(babble, socket_path(strange, 1))
    with socket.socket(socket.AF_UNIX) as mute, socket.socket(socket.AF_UNIX) as gone:
        mute.bind(str(socket_path(strange, 2)))
        mute.listen()
        gone.bind(str(socket_path(strange, 3)))
        gone.listen()
        gone.close()
        places = [folder / str(number) for number in range(3)]
        paths = sockets_in([*places, strange, folder / "none"]).found
        assert len(paths) == 6
        loop = asyncio.get_running_loop()
        begun = loop.time()
        found = (await ask_daemons(paths, 0.1)).daemons
        assert loop.time() - begun < 0.3
    assert [one.hello.pid for one in found] == [1001, 1002, 1000]
    server.close()
    for one in daemons:
        one.feed.close()


async def test_nobody_to_ask_takes_no_time() -> None:
    assert await ask_daemons([]) == ([], [])


async def test_a_socket_that_may_not_be_opened_is_told_of(
    daemon: HandDaemon, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forbidden(*args: object, **more: object) -> None:
        raise PermissionError

    monkeypatch.setattr(asyncio, "open_unix_connection", forbidden)
    assert await ask_daemons([path_in(folder)]) == ([], [path_in(folder)])


async def speak(path: Path, *lines: bytes) -> asyncio.Server:
    """A daemon that says these lines, whatever they are, and stays."""
    path.parent.mkdir(exist_ok=True)

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.writelines(lines)
        await reader.read()
        writer.close()

    return await asyncio.start_unix_server(say, path)


async def test_a_daemon_that_talks_nonsense_is_left(
    daemon: HandDaemon, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_unix_connection(path_in(folder))
    hello, news = await reader.readline(), await reader.readline()
    writer.close()
    daemon.feed.close()
    assert parse_hello(hello) == HELLO
    assert parse_message(news, Frame(1000.0)) == Message(update(), MQTT, HISTORY)
    for lines, told in (
        ((b"{}\n",), 0),
        ((hello, news, b"nonsense\n"), 1),
        ((hello, news, news, 200_000 * b"x"), 2),
    ):
        server = await speak(path_in(folder), *lines)
        one = Listener(folder)
        await asyncio.wait_for(one.running, PATIENCE)
        assert len(one.told) == told
        server.close()
        path_in(folder).unlink(missing_ok=True)
    assert caplog.text.count("is followed no longer") == 3


async def test_a_daemon_that_falls_silent_is_left(
    daemon: HandDaemon, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kstar_tui.feed.following.SILENCE", 0.1 - HELLO.interval)
    one = Listener(folder)
    await one.has(1)
    await asyncio.wait_for(one.running, PATIENCE)


async def test_a_daemon_that_is_gone_already(folder: Path) -> None:
    one = Listener(folder)
    await asyncio.wait_for(one.running, PATIENCE)
    assert one.told == []


async def test_moments_are_told_by_the_listeners_clock(daemon: HandDaemon, folder: Path) -> None:
    one = Listener(folder, Still(50.0))
    (first,) = await one.has(1)
    assert first.update is not None
    assert first.update.taken_monotonic == pytest.approx(49.5)


def test_which_inverter_a_daemon_polls() -> None:
    searching = HELLO._replace(key=None, address=None)
    assert is_of(HELLO, None, None)
    assert is_of(searching, None, None)
    assert is_of(HELLO, HOME, None)
    assert is_of(HELLO, Address("inverter.lan"), HELLO.key)
    assert not is_of(HELLO, Address("192.168.1.50", 8900), None)
    assert not is_of(HELLO, Address("192.168.1.51"), "another")
    assert not is_of(searching, HOME, HELLO.key)


async def test_a_line_is_written_for_all_at_once(
    daemon: HandDaemon, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners = [Listener(folder) for _ in range(3)]
    for one in listeners:
        await one.has(1)
    made: list[Message] = []

    def counted(message: Message, frame: Frame) -> bytes:
        made.append(message)
        return message_line(message, frame)

    monkeypatch.setattr("kstar_tui.feed.wire.message_line", counted)
    daemon.say(Message(update(polls=9)))
    for one in listeners:
        await one.has(2)
    assert len(made) == 1
