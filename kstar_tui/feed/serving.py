"""The daemon's side: whoever may open its socket gets what is new, and may ask for a poll."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from kstar_tui.clock import Clock
from kstar_tui.feed.places import remove_stale, short, socket_path
from kstar_tui.monitor.update import Update

if TYPE_CHECKING:
    # What is said is put into words when there is somebody who listens.
    from kstar_tui.feed.wire import Hello, Message

MOST_CLIENTS = 16
MOST_UNSENT = 262144
"""Bytes that a screen may leave unread before it is left alone."""
_MOST_SAID = 1024
"""Bytes that a screen may say at once: nobody asks for so many polls."""
_MODE = 0o660
"""Its user and group may open it."""

_log = logging.getLogger(__name__)


class Feed:
    """A subscriber of the monitor. Costs nothing while nobody listens."""

    def __init__(
        self,
        clock: Clock,
        *,
        hello: Callable[[], Hello],
        news: Callable[[], Message],
        poll_now: Callable[[], None],
        joined: Callable[[], None] = lambda: None,
    ) -> None:
        """`hello` and `news` say how everything is now; `joined` is called for each that comes."""
        self._clock = clock
        self._hello = hello
        self._news = news
        self._poll_now = poll_now
        self._joined = joined
        self._clients: set[_Client] = set()
        self._server: asyncio.Server | None = None
        self._path: Path | None = None
        self._told: Message | None = None

    async def open(self, folder: Path) -> Path:
        """Listen in a folder, which is made where it is missing; OSError."""
        sock, self._path = _bound(folder)
        try:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_unix_server(partial(_Client, self), sock=sock)
        except BaseException:
            sock.close()
            self.close()
            raise
        return self._path

    def on_update(self, update: Update) -> None:
        """Tell all that listen."""
        self.tell()

    def tell(self) -> None:
        """Tell what is new since the last time."""
        if not self._clients:
            self._told = None
            return
        news, told = self._news(), self._told
        self._told = news
        if told is not None:
            news = news._replace(
                mqtt=None if news.mqtt == told.mqtt else news.mqtt,
                history=None if news.history == told.history else news.history,
            )
        line = self._line(news)
        for client in tuple(self._clients):
            client.tell(line)

    def close(self) -> None:
        """Say goodbye to all, and take the socket away."""
        if self._server is not None:
            self._server.close()
        for client in tuple(self._clients):
            client.end()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            self._path = None

    def _line(self, news: Message) -> bytes:
        from kstar_tui.feed.wire import Frame, message_line

        return message_line(news, Frame(self._clock.monotonic()))

    # What a client calls.

    def join(self, client: _Client) -> bool:
        """Whether there is room for one more, who is told how everything is."""
        if len(self._clients) >= MOST_CLIENTS:
            return False
        from kstar_tui.feed.wire import hello_line

        self._clients.add(client)
        client.tell(hello_line(self._hello()) + self._line(self._news()))
        self._joined()
        return True

    def leave(self, client: _Client) -> None:
        """It is gone."""
        self._clients.discard(client)

    def ask(self) -> None:
        """It asks for a poll."""
        self._poll_now()


class _Client(asyncio.Protocol):
    """One that listens."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._said = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It came."""
        self._transport = cast(asyncio.Transport, transport)
        try:
            if self._feed.join(self):
                return
        except Exception:
            # A daemon outlives what it cannot say.
            _log.exception("a screen could not be told")
        self.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """It went."""
        self._feed.leave(self)

    def data_received(self, data: bytes) -> None:
        """It has one thing to say."""
        from kstar_tui.feed.wire import POLL_NOW

        self._said += data
        if len(self._said) > _MOST_SAID:
            self.end()
            return
        while self._said.startswith(POLL_NOW):
            self._said = self._said.removeprefix(POLL_NOW)
            self._feed.ask()
        if b"\n" in self._said or len(self._said) > len(POLL_NOW):
            self.end()

    def tell(self, line: bytes) -> None:
        """Send a line, unless it has not read the ones before."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() + len(line) > MOST_UNSENT:
            self._feed.leave(self)
            transport.abort()
            return
        transport.write(line)

    def end(self) -> None:
        """Close, what is on its way included."""
        self._feed.leave(self)
        if self._transport is not None:
            self._transport.close()


def _bound(folder: Path) -> tuple[socket.socket, Path]:
    # Each by itself: the one that holds the history is private, too.
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    remove_stale(folder)
    path = socket_path(folder, os.getpid())
    sock = socket.socket(socket.AF_UNIX)
    # Not changed afterwards: nobody else can open it even for a moment.
    umask = os.umask(0o777 & ~_MODE)
    try:
        with short(path) as name:
            sock.bind(name)
    except BaseException:
        sock.close()
        raise
    finally:
        os.umask(umask)
    return sock, path
