"""Which file `kstar-tui history` is about: the user's own, or that of a daemon of this machine."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.link.interface import Address
from kstar_tui.runtime import folders
from kstar_tui.settings import Settings
from kstar_tui.settings.paths import HISTORY_NAME, SERVICE_FOLDER, history_path
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
    user's own, and without one that of a service that rests. CommandError where the history is
    turned off."""
    settings = context.load()
    own = own_file(settings)
    if settings.sources["history.path"] != DEFAULT or settings.attach != LOCAL:
        return own
    from kstar_tui.feed.alone import who_polls

    address = Address(settings.host, settings.port) if settings.host else None
    daemon = asyncio.run(who_polls(tuple(folders(os.environ)), address))
    if daemon is None:
        return own if own.exists() else _left_by_service(context) or own
    if daemon.history is None:
        return own
    theirs = Path(daemon.history)
    if theirs == own.absolute() or not os.access(theirs, os.R_OK):
        return own
    context.say(f"Read from the daemon's history (process {daemon.pid}): {theirs}")
    return theirs


def _left_by_service(context: Context) -> Path | None:
    file = SERVICE_FOLDER / HISTORY_NAME
    if not os.access(file, os.R_OK):
        return None
    context.say(f"Read from the service's history: {file}")
    return file
