"""Other settings while it runs: what takes them over at once, and what that takes."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import WorkerError

from kstar_tui.assembly import make_connection
from kstar_tui.clock import Clock
from kstar_tui.companions import Companions
from kstar_tui.link.interface import Address
from kstar_tui.settings import TABLE, Settings
from kstar_tui.settings.paths import history_path
from kstar_tui.tui.glyphs import ASCII, UNICODE, speaks_unicode
from kstar_tui.tui.keys import keymap_of
from kstar_tui.tui.plainbars import use_plain_bars
from kstar_tui.tui.themes import theme_of

if TYPE_CHECKING:
    from kstar_tui.tui.app import KstarApp

_CONNECTIONS = ("inverter.", "discovery.", "mqtt.", "history.", "metrics.", "alerts.")
"""Settings of what runs in a session; others change the screen alone."""
_FIGURES = ("tariff.", "battery.")


class Applied(NamedTuple):
    """What came of it."""

    changed: frozenset[str]
    """Settings with another value than before."""
    anew: bool
    """The connection was opened anew."""


def waits_for_start(key: str) -> bool:
    """Whether a setting counts from the next start on only."""
    return key in ("headless", "attach")


def is_simulated(key: str) -> bool:
    """Whether the demo brings a value of its own for a setting."""
    return key.startswith(_CONNECTIONS)


def opens_anew(key: str) -> bool:
    """Whether another value of a setting needs a new connection."""
    return key.startswith(_CONNECTIONS)


def differing(one: Settings, other: Settings) -> frozenset[str]:
    """Keys whose values are not the same in both."""
    return frozenset(
        key for key, row in TABLE.items() if getattr(one, row.name) != getattr(other, row.name)
    )


def taken(running: Settings, wanted: Settings, *, demo: bool) -> Settings:
    """The settings to run with; a simulated house keeps its own connections."""
    if not demo:
        return wanted
    kept = {row.name: getattr(running, row.name) for key, row in TABLE.items() if is_simulated(key)}
    return replace(wanted, **kept)


def check_look(settings: Settings, app: type[KstarApp]) -> None:
    """SettingsError for a theme, an action or a key that there is not."""
    theme_of(settings, os.environ)
    keymap_of(settings, app)


def check_connections(settings: Settings, clock: Clock) -> None:
    """SettingsError for what can be written down, but not be run with."""
    history_path(settings)
    make_connection(settings, clock)
    Companions(settings, clock)


def address_after(before: Settings, after: Settings, current: Address | None) -> Address | None:
    """Where the inverter is asked after a change; None where it has to be searched for.

    The one that is shown stays unless its address or port was changed: it may have been chosen on
    the screen, or have moved.
    """
    if after.host is not None and (after.host != before.host or current is None):
        return Address(after.host, after.port)
    if current is None or after.port == before.port:
        return current
    return Address(current.host, after.port)


async def apply(app: KstarApp, wanted: Settings, told: str = "") -> Applied:
    """Run with these settings from now on, `told` being what the user has just set.

    SettingsError where that cannot be: for how the screen looks before anything has changed, for
    the connections while all of them go on as before.
    """
    before = app.settings
    changed = differing(before, taken(before, wanted, demo=app.demo))
    check_look(wanted, type(app))
    app.settings = taken(before, wanted, demo=True)
    if app.session is not None and any(key.startswith(_FIGURES) for key in changed):
        app.session.adopt(app.settings)
    if "ui.theme" in changed or told == "ui.theme":
        app.theme = theme_of(wanted, os.environ)
    if "ui.keys" in changed:
        app.keymap = keymap_of(wanted, type(app))
        app.set_keymap(app.keymap)
    if "ui.ascii" in changed:
        app.glyphs = ASCII if wanted.ascii or not speaks_unicode(os.environ) else UNICODE
        app.set_class(app.glyphs.ascii_only, "-ascii")
        for screen in app.screen_stack:
            # Textual restyles the topmost alone.
            app.stylesheet.update(screen)
        use_plain_bars(app.glyphs.ascii_only)
        app.draw_again()
    # Who looks along with a broker asks no inverter.
    anew = not app.demo and not app.watching and any(map(opens_anew, changed))
    if anew:
        check_connections(wanted, app.clock)
        current = app.session.monitor.latest.address if app.session else None
        await _reopen(app, wanted, current)
    return Applied(changed, anew)


async def _reopen(app: KstarApp, settings: Settings, current: Address | None) -> None:
    """Close what runs and open it anew; what is remembered of the inverter stays."""
    before, app.settings = app.settings, settings
    address = address_after(before, settings, current)
    old, running = app.session, app.running_session
    if old is None or running is None or address is None or current is None:
        app.start_over(address)
        return
    running.cancel()
    # What the broker is told at the end must not come behind what it is told anew.
    with suppress(WorkerError):
        await running.wait()
    if app.session is not old:
        # Meanwhile another inverter was chosen, and it runs by these settings.
        return
    old.close()
    try:
        found = old.found if settings.host == before.host else None
        session = app.make_session(settings, address, found, kept=old)
    except Exception:
        app.settings = before
        app.run_session(app.make_session(before, current, old.found, kept=old))
        app.draw_again()
        raise
    app.run_session(session)
    app.draw_again()
