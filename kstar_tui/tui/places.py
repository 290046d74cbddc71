"""The screens that show an inverter, and the keys that lead from each to each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from textual.binding import Binding


class Place(NamedTuple):
    """A screen: its key, its name in the line of keys and in full, and what it shows."""

    key: str
    word: str
    title: str
    text: str


LIVE, SETTINGS = "live", "settings"
PLACES = {
    LIVE: Place("1", "Live", "Live", "Where the power goes now"),
    "history": Place("2", "History", "History", "Days, weeks, months, years"),
    "battery": Place("3", "Battery", "Battery", "All of the battery, and its day"),
    "grid": Place("4", "Grid", "Grid & load", "All of grid and house, and their day"),
    "events": Place("5", "Events", "Events", "Faults, grid, connection, and what they mean"),
    "diagnostics": Place("6", "Diag", "Diagnostics", "Frames byte by byte, the link, versions"),
    SETTINGS: Place("7", "Settings", "Settings", "Every setting: its source, its meaning, a test"),
}


def ways(here: str, *, shown: int = len(PLACES)) -> list[Binding]:
    """The keys to all others; so many are `shown` in the line of keys."""
    others = [(name, place) for name, place in PLACES.items() if name != here]
    return [
        Binding(place.key, f"app.go('{name}')", place.word, id=f"go.{name}", show=index < shown)
        for index, (name, place) in enumerate(others)
    ]


def settings_way() -> Binding:
    """The key to the settings from where nothing of an inverter is shown yet."""
    place = PLACES[SETTINGS]
    return Binding(place.key, f"app.go('{SETTINGS}')", place.word, id=f"go.{SETTINGS}")


def all_ways(keymap: Mapping[str, str]) -> tuple[str, str]:
    """The keys to the screens, and their names, for the help."""
    keys = [keymap.get(f"go.{name}", place.key) for name, place in PLACES.items()]
    said = " ".join(keys) if keymap.keys() & {f"go.{name}" for name in PLACES} else None
    return said or f"{keys[0]} to {keys[-1]}", ", ".join(place.title for place in PLACES.values())
