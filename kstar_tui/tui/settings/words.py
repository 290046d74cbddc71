"""What the Settings screen says of what was done."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from kstar_tui.settings import Settings, shown
from kstar_tui.settings.row import DEFAULT
from kstar_tui.settings.table import TABLE
from kstar_tui.tui.apply import Applied, is_simulated, waits_for_start
from kstar_tui.tui.glyphs import speaks_unicode
from kstar_tui.tui.settings.rows import Entry

Said = tuple[tuple[str, str], ...]
"""Sentences, each with its style."""

DEMO = "demo: inverter, MQTT and history of the house do not change"
NO_DESK = "These settings can only be looked at: there is no file that they could be saved in."


def place_of(path: Path) -> str:
    """A path for people, with ~ for the home folder."""
    text, home = str(path), os.environ.get("HOME", "").rstrip("/")
    return f"~{text[len(home) :]}" if home and text.startswith(f"{home}/") else text


def saved(key: str, place: str, *, out: bool) -> str:
    """What stands in the file now; `out`: nothing any more."""
    if out:
        return f"{key} is out of {place}; its default is {shown_default(key)}."
    return f"{key} is saved in {place}."


def shown_default(key: str) -> str:
    """The default of a setting for people."""
    row = TABLE[key]
    return row.kind.show(row.default)


def kept(path: Path) -> str:
    """Where a file went that had comments."""
    return (
        "Its comments are gone from there; the file as it was, passwords masked, is "
        f"{place_of(path)}."
    )


def in_force(key: str, settings: Settings, applied: Applied | None, *, demo: bool) -> str:
    """What it does now, or why it does nothing."""
    row = TABLE[key]
    entry = Entry(key, shown(settings, row), settings.sources.get(key, DEFAULT))
    if entry.stronger:
        return f"It is not in force: {entry.stronger} wins over the file, with {entry.value}."
    if why := _without_effect(key, settings, demo=demo):
        return why
    if applied is None:
        return "Taking it over …"
    if applied.anew:
        return f"It is {entry.value} now: the connection is opened anew."
    return f"It is {entry.value} now."


def _without_effect(key: str, settings: Settings, *, demo: bool) -> str:
    if demo and is_simulated(key):
        return "The simulated house stays as it is; it counts without --demo."
    if waits_for_start(key):
        return "It counts from the next start on."
    if key == "ui.ascii" and not settings.ascii and not speaks_unicode(os.environ):
        return "The locale of this terminal has nothing but ASCII, so it stays."
    return ""


def warnings(entry: Entry, file: str, *, demo: bool) -> Sequence[str]:
    """What to know before a setting is changed."""
    said = []
    if entry.stronger:
        said.append(
            f"{entry.stronger} wins over {file}: what is saved here counts only without it."
        )
    if demo and is_simulated(entry.key):
        said.append("The demo's simulated house stays as it is; it counts without --demo.")
    if waits_for_start(entry.key):
        said.append("It counts from the next start on.")
    return said


def nothing_to_take_out(entry: Entry, file: str) -> str:
    """Why there is no way back to the default."""
    if entry.stronger:
        return f"{entry.key} comes from {entry.stronger}, not from {file}: nothing to take out."
    return f"{entry.key} is at its default."
