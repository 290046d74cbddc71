"""Which help stands behind `?`: that of the screen one is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kstar_tui.tui.help import HelpScreen, signs_of
from kstar_tui.tui.keys import first_key, resolved, told
from kstar_tui.tui.live.screen import LiveScreen
from kstar_tui.tui.places import PLACES, SETTINGS, all_ways
from kstar_tui.tui.search.screen import SearchScreen
from kstar_tui.tui.settings.screen import SettingsScreen

if TYPE_CHECKING:
    from kstar_tui.tui.app import KstarApp

_TOLD = ("live.pause", "live.details", "live.poll", "live.search", "live.keep")
"""Keys that the line at the bottom has no room for."""


def help_for(app: KstarApp) -> HelpScreen:
    """The keys that count now, and what the signs on the screen mean."""
    screen, glyphs = app.screen, app.glyphs
    keys = told(app, _TOLD)
    on_settings = isinstance(screen, SettingsScreen)
    if app.shows_inverter:
        keys.insert(0, all_ways(app.keymap))
    keys.append((first_key(app, "app.palette"), "Every action, setting and theme"))
    keys.append((first_key(app, "app.interrupt"), "Quit with status 130"))
    if not app.shows_inverter and not on_settings:
        title = "Search" if isinstance(screen, SearchScreen) else "First start"
        if isinstance(screen, SearchScreen):
            keys.append((first_key(app, "search.settings"), "Settings"))
        return HelpScreen(f"{title}: keys", keys)
    where = SETTINGS if on_settings else app.where
    title = f"{PLACES[where].title}: keys and signs"
    if isinstance(screen, LiveScreen):
        return HelpScreen(title, keys, glyphs)
    return HelpScreen(title, [*keys, *resolved(signs_of(where, glyphs), app)])
