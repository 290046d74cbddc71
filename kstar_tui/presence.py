"""The daemon among the others of its machine: found by screens, alone on its inverter."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kstar_tui import __version__
from kstar_tui.clock import Clock
from kstar_tui.daemon.barred import barred_folder
from kstar_tui.daemon.parts import Parts
from kstar_tui.feed.alone import Alone, who_polls
from kstar_tui.feed.places import socket_path
from kstar_tui.feed.serving import Feed
from kstar_tui.history.lock import is_held
from kstar_tui.link.interface import Address
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.update import Update
from kstar_tui.mqtt.broker import parse_broker
from kstar_tui.runtime import folders, make_folder
from kstar_tui.settings import Settings
from kstar_tui.settings.paths import history_path

if TYPE_CHECKING:
    # Each is loaded only where it is needed.
    from kstar_tui.feed.wire import Hello, Message
    from kstar_tui.mqtt.publisher import Publisher

HANDOVER = 4.0
"""Seconds in which a screen that has polled so far sees us and lets go of the history."""
_GLANCE = 0.1

_log = logging.getLogger(__name__)


class Presence:
    """Begins before the first poll of a monitor, is closed behind all else."""

    def __init__(self, parts: Parts, clock: Clock, environ: Mapping[str, str]) -> None:
        self._parts = parts
        self._clock = clock
        self._environ = environ
        self._folder = make_folder(environ)
        self._started = clock.now().timestamp()
        self._monitor: Monitor | None = None
        self._publisher: Publisher | None = None
        own = socket_path(self._folder, os.getpid()) if self._folder is not None else None
        self._alone = Alone(clock, tuple(folders(environ)), own)
        self._feed = Feed(
            clock,
            hello=self._hello,
            news=self._news,
            poll_now=self._poll_now,
            joined=self._joined,
        )

    async def begin(self) -> None:
        """From now on screens and other daemons find this one; where that cannot be, a warning
        says so. Where it is known whom this one polls, screens make room for it now."""
        if barred := barred_folder(self._environ):
            _log.warning("%s; both may poll the same inverter. %s", barred.what, barred.advice)
        await self.renew()
        self._started = self._clock.now().timestamp()
        if self._parts.settings.host is not None:
            await self.make_room()

    async def make_room(self) -> None:
        """Returns when a screen that writes the history has let go, which it does when it hears
        who we are; after HANDOVER s at the latest."""
        path = history_path(self._parts.settings)
        end = self._clock.monotonic() + HANDOVER
        while path is not None and is_held(path) and self._clock.monotonic() < end:
            await self._clock.sleep(_GLANCE)

    async def renew(self) -> None:
        """Something of what is said of this daemon is new: screens come again to hear it."""
        self._feed.close()
        if self._folder is None:
            _log.warning("no screen can attach: there is no folder for a socket")
        else:
            try:
                await self._feed.open(self._folder)
            except OSError as error:
                reason = error.strerror or str(error)
                _log.warning("no screen can attach: %s: %s", self._folder, reason)
        monitor, publisher = self._parts.monitor, self._parts.publisher
        if monitor is not self._monitor:
            self._monitor = monitor
            monitor.subscribe(self._feed.on_update)
            monitor.subscribe(self._alone.on_update)
        if publisher is not self._publisher:
            self._publisher = publisher
            if publisher is not None:
                publisher.on_status(lambda _: self._feed.tell())

    def _poll_now(self) -> None:
        # The monitor may be another one than at the start.
        self._parts.monitor.poll_now()

    def _joined(self) -> None:
        # A screen that comes has let go of what it held.
        if self._parts.ledger is not None:
            self._parts.ledger.hurry()

    async def outranked(self) -> str:
        """Returns when another daemon polls this inverter, and is to stay: which one."""
        try:
            other = await self._alone.outranked(self._hello)
        except Exception:
            # Two daemons are better than none.
            _log.exception("other daemons cannot be looked for")
            await asyncio.get_running_loop().create_future()
        return _words(other, other.address)

    def close(self) -> None:
        """Let the screens go on by themselves."""
        self._feed.close()

    def _hello(self) -> Hello:
        return introduction(self._parts.settings, self._parts.monitor.latest, self._started)

    def _news(self) -> Message:
        from kstar_tui.feed.wire import Message

        publisher, ledger = self._parts.publisher, self._parts.ledger
        return Message(
            self._parts.monitor.latest,
            publisher.status if publisher is not None else None,
            ledger.status if ledger is not None else None,
        )


async def refusal(environ: Mapping[str, str], settings: Settings) -> str | None:
    """Why there may be no daemon for the address of the settings; None where there may, or none is
    named."""
    if settings.host is None:
        return None
    address = Address(settings.host, settings.port)
    other = await who_polls(tuple(folders(environ)), address)
    return None if other is None else _words(other, address)


def introduction(
    settings: Settings, update: Update, started: float, *, screen: bool = False
) -> Hello:
    """Who this process is, for whoever attaches: it could be found from `started` on, in s since
    1970."""
    from kstar_tui.feed.wire import Hello, identity

    history = history_path(settings)
    return Hello(
        version=__version__,
        pid=os.getpid(),
        started=started,
        interval=settings.interval,
        key=identity(update),
        address=update.address,
        history=str(history.absolute()) if history is not None else None,
        publishes=publishes_to(settings),
        screen=screen,
    )


def publishes_to(settings: Settings) -> str | None:
    """The broker and the first levels of the topics; None where MQTT is off."""
    if settings.mqtt_url is None:
        return None
    return f"{parse_broker(settings.mqtt_url).endpoint}/{settings.mqtt_base}"


def _words(other: Hello, address: Address | None) -> str:
    where = address or other.key or "this inverter"
    return (
        f"process {other.pid} polls {where} already (kstar-tui {other.version}); one daemon is"
        " enough, and any screen attaches to it: stop that one first to put this one in its place"
    )
