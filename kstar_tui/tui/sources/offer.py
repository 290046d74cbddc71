"""What a screen polls by itself, offered to the other screens of its user as a daemon offers it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kstar_tui.clock import Clock
from kstar_tui.monitor.update import Update
from kstar_tui.runtime import make_folder
from kstar_tui.settings import Settings
from kstar_tui.tui.sources.own import Own

if TYPE_CHECKING:
    # Loaded where there is somebody to talk to.
    from kstar_tui.feed.serving import Feed
    from kstar_tui.feed.wire import Hello, Message

_log = logging.getLogger(__name__)


class Offer:
    """Stands between a source that polls and who hears of it here; costs nothing while nobody
    else listens."""

    def __init__(
        self,
        own: Own,
        settings: Settings,
        clock: Clock,
        take: Callable[[Update], None],
        changed: Callable[[], None],
    ) -> None:
        self.path: Path | None = None
        """Its socket; None where there is none."""
        self._own = own
        self._settings = settings
        self._clock = clock
        self._take = take
        self._changed = changed
        self._started = 0.0
        self._feed: Feed | None = None

    async def open(self) -> None:
        """From now on other screens find this one; it goes without, too."""
        from kstar_tui.feed.serving import Feed

        folder = make_folder(os.environ)
        if folder is None:
            return
        feed = Feed(
            self._clock,
            hello=self.hello,
            news=self._news,
            poll_now=self._own.poll_now,
            joined=self._own.hurry,
        )
        self._started = self._clock.now().timestamp()
        try:
            self.path = await feed.open(folder)
        except OSError as error:
            _log.info("no other screen can attach: %s: %s", folder, error.strerror or error)
        else:
            self._feed = feed

    def hello(self) -> Hello:
        """Who we are."""
        from kstar_tui.presence import introduction

        return introduction(self._settings, self._own.latest, self._started, screen=True)

    def take(self, update: Update) -> None:
        """The source has news: for us, and for all that listen."""
        self._take(update)
        if self._feed is not None:
            self._feed.tell()

    def changed(self) -> None:
        """So has the broker."""
        self._changed()
        if self._feed is not None:
            self._feed.tell()

    def close(self) -> None:
        """Let the others go on by themselves."""
        if self._feed is not None:
            self._feed.close()
            self._feed = self.path = None

    def _news(self) -> Message:
        from kstar_tui.feed.wire import Message

        return Message(self._own.latest, self._own.mqtt, self._own.history)
