"""A daemon among the others of its machine, without a network."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from pathlib import Path

import pytest
from owned_clock import OwnedClock

from kstar_tui import __version__
from kstar_tui.assembly import make_monitor
from kstar_tui.daemon.barred import Barred
from kstar_tui.daemon.parts import Parts
from kstar_tui.feed.following import ask_daemons
from kstar_tui.feed.places import sockets_in
from kstar_tui.history.lock import Lock
from kstar_tui.link.interface import Address
from kstar_tui.presence import HANDOVER, Presence, publishes_to, refusal
from kstar_tui.settings import Settings

HOME = Address("192.168.1.50")
SETTINGS = Settings(
    host=HOME.host, interval=7.0, history="h.sqlite", mqtt_url="mqtt://me:secret@pi"
)


@pytest.fixture
async def presence(own_runtime: Path) -> AsyncIterator[Presence]:
    one = presence_of(SETTINGS, OwnedClock())
    yield one
    one.close()


def presence_of(settings: Settings, clock: OwnedClock) -> Presence:
    parts = Parts(settings, clock)
    address = Address(settings.host) if settings.host else None
    parts.monitor = make_monitor(settings, clock, address)
    parts.publisher = None
    return Presence(parts, clock, os.environ)


async def test_it_says_who_it_is(
    presence: Presence, own_runtime: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    await presence.begin()
    paths = sockets_in([own_runtime / "kstar-tui"]).found
    ((path, hello),) = (await ask_daemons(paths)).daemons
    assert path == paths[0]
    assert hello.pid == os.getpid()
    assert hello.version == __version__
    assert (hello.address, hello.key, hello.interval) == (HOME, None, 7.0)
    # Whoever reads it may stand in another folder; and it holds no password.
    assert hello.history == str(tmp_path / "h.sqlite")
    assert hello.publishes == "pi:1883/kstar"
    words = await refusal(os.environ, SETTINGS)
    assert words is not None
    assert words.startswith(f"process {os.getpid()} polls 192.168.1.50 already")
    assert await refusal(os.environ, Settings(host="192.168.1.51")) is None
    assert await refusal(os.environ, Settings()) is None
    presence.close()
    assert await refusal(os.environ, SETTINGS) is None


def test_where_it_publishes() -> None:
    assert publishes_to(Settings()) is None
    url = "mqtts://me:secret@[fd00::5]:8884"
    assert publishes_to(Settings(mqtt_url=url, mqtt_base="a/b")) == "[fd00::5]:8884/a/b"


async def test_a_daemon_that_cannot_be_found_polls_all_the_same(
    own_runtime: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (own_runtime / "kstar-tui").write_text("in the way")
    monkeypatch.setenv("XDG_DATA_HOME", str(own_runtime / "kstar-tui"))
    presence = presence_of(SETTINGS, OwnedClock())
    await asyncio.wait_for(presence.begin(), 1)
    assert "no screen can attach: there is no folder for a socket" in caplog.text
    looking = asyncio.ensure_future(presence.outranked())
    await asyncio.sleep(0.01)
    assert not looking.done()
    looking.cancel()


async def test_new_settings_are_told_to_screens_that_come_again(
    presence: Presence, own_runtime: Path
) -> None:
    await presence.begin()
    folder = own_runtime / "kstar-tui"
    parts = presence._parts
    parts.settings = replace(SETTINGS, interval=9.0)
    before = parts.monitor
    parts.monitor = make_monitor(parts.settings, OwnedClock(), Address("192.168.1.60"))
    await presence.renew()
    ((_, hello),) = (await ask_daemons(sockets_in([folder]).found)).daemons
    assert (hello.address, hello.interval) == (Address("192.168.1.60"), 9.0)
    assert parts.monitor is not before


async def check_waits(clock: OwnedClock, waits: Coroutine[None, None, None], held: Lock) -> None:
    """It goes on when the lock is released, and not before."""
    waiting = asyncio.ensure_future(waits)
    await clock.advance(HANDOVER - 1)
    assert not waiting.done()
    held.release()
    await clock.advance(0.2)
    assert waiting.done()


async def test_it_waits_for_a_screen_to_let_go_of_the_history(tmp_path: Path) -> None:
    clock = OwnedClock()
    path = tmp_path / "h.sqlite"
    one = presence_of(Settings(host=HOME.host, history=str(path)), clock)
    await asyncio.wait_for(one.begin(), 1)
    await check_waits(clock, one.begin(), Lock(path))
    held = Lock(path)
    waiting = asyncio.ensure_future(one.begin())
    await clock.advance(HANDOVER + 0.2)
    assert waiting.done(), "not for ever: it may be a screen that keeps to itself"
    held.release()


async def test_one_that_searches_waits_when_it_knows_whom_it_polls(tmp_path: Path) -> None:
    clock, path = OwnedClock(), tmp_path / "h.sqlite"
    one = presence_of(Settings(history=str(path)), clock)
    held = Lock(path)
    await asyncio.wait_for(one.begin(), 1)
    await check_waits(clock, one.make_room(), held)
    one.close()


async def test_a_daemon_that_cannot_be_asked_is_warned_of(
    presence: Presence, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    barred = Barred(Path("/run/kstar-tui"), "pi", "kstar-tui", joined=False)
    monkeypatch.setattr("kstar_tui.presence.barred_folder", lambda _: barred)
    await presence.begin()
    assert "/run/kstar-tui is for the group kstar-tui; both may poll the same" in caplog.text
    assert "sudo usermod -aG kstar-tui pi" in caplog.text


async def test_one_that_keeps_no_history_waits_for_nothing() -> None:
    one = presence_of(Settings(host=HOME.host, history="off"), OwnedClock())
    await asyncio.wait_for(one.begin(), 1)
