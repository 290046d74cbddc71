"""Which file `kstar-tui history` is about: the user's own, or that of a daemon that runs here."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.link.interface import Address
from kstar_tui.runtime import folders
from kstar_tui.settings import Settings
from kstar_tui.settings.paths import history_path
from kstar_tui.settings.row import DEFAULT
from kstar_tui.settings.use_kinds import LOCAL


def own_file(settings: Settings) -> Path:
    """Where these settings keep it; CommandError where they turn it off."""
    path = history_path(settings)
    if path is None:
        raise CommandError("The history is turned off; see: kstar-tui config.")
    return path


def file_to_read(context: Context) -> Path:
    """That of a running daemon where no file is named, as a screen beside it shows; else the
    user's own. CommandError where the history is turned off."""
    settings = context.load()
    own = own_file(settings)
    if settings.sources["history.path"] != DEFAULT or settings.attach != LOCAL:
        return own
    found = asyncio.run(_of_a_daemon(settings))
    if found is None or found[1] == own.absolute() or not os.access(found[1], os.R_OK):
        return own
    context.say(f"Read from the daemon's history (process {found[0]}): {found[1]}")
    return found[1]


async def _of_a_daemon(settings: Settings) -> tuple[int, Path] | None:
    """(process, file) of the daemon that polls the inverter of the settings, or any."""
    from kstar_tui.feed.following import ask_daemons
    from kstar_tui.feed.places import sockets_in

    address = Address(settings.host, settings.port) if settings.host else None
    answers = await ask_daemons(sockets_in(tuple(folders(os.environ))).found)
    for daemon in answers.daemons:
        hello = daemon.hello
        if hello.history is not None and address in (None, hello.address):
            return hello.pid, Path(hello.history)
    return None
