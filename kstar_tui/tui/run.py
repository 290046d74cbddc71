"""From settings to the app in a terminal, and how it is ended from outside."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from kstar_tui.clock import Clock, SystemClock
from kstar_tui.link.interface import Address
from kstar_tui.runtime import folders
from kstar_tui.settings import Settings
from kstar_tui.settings.desk import Desk
from kstar_tui.settings.use_kinds import LOCAL
from kstar_tui.tui.app import CALM, KstarApp
from kstar_tui.tui.glyphs import speaks_unicode
from kstar_tui.tui.sources.lookout import first_daemon
from kstar_tui.tui.themes import theme_of

if TYPE_CHECKING:
    # The simulator is loaded where there is a demo.
    from kstar_tui.past import Past


async def run_ui(
    settings: Settings,
    *,
    clock: Clock | None = None,
    demo: bool = False,
    address: Address | None = None,
    past: Past | None = None,
    desk: Desk | None = None,
) -> int:
    """Run the app until the user leaves; returns the exit status, or DEMO_WANTED. BarredError."""
    if address is None and settings.host:
        address = Address(settings.host, settings.port)
    ascii_only = settings.ascii or not speaks_unicode(os.environ)
    clock = clock or SystemClock()
    look_in = tuple(folders(os.environ)) if settings.attach == LOCAL and not demo else ()
    app = KstarApp(
        settings,
        clock,
        address=address,
        demo=demo,
        # A day that passes faster is as fresh when it is as many polls old.
        calm=max(CALM, 2 * settings.interval) if demo else CALM,
        theme=theme_of(settings, os.environ),
        ascii_only=ascii_only,
        past=past,
        desk=desk,
        daemon=await first_daemon(clock, look_in, address, settings),
        look_in=look_in,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.exit)
    loop.add_signal_handler(signal.SIGINT, app.action_interrupt)
    await app.run_async()
    return app.return_code or 0
