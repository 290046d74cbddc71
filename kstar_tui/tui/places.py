"""The screens that show an inverter, and the keys that lead from each to each."""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding


class Place(NamedTuple):
    """A screen: its key, its name in the line of keys and in full, and what it shows."""

    key: str
    word: str
    title: str
    text: str


LIVE = "live"
PLACES = {
    LIVE: Place("1", "Live", "Live", "Where the power goes now"),
    "history": Place("2", "History", "History", "Days, weeks, months, years"),
    "battery": Place("3", "Battery", "Battery", "All of the battery, and its day"),
    "grid": Place("4", "Grid", "Grid & load", "All of grid and house, and their day"),
    "events": Place("5", "Events", "Events", "Faults, grid, connection, and what they mean"),
    "diagnostics": Place("6", "Diag", "Diagnostics", "Frames byte by byte, the link, versions"),
}


def ways(here: str, *, shown: int = len(PLACES)) -> list[Binding]:
    """The keys to all others; so many are `shown` in the line of keys."""
    others = [(name, place) for name, place in PLACES.items() if name != here]
    return [
        Binding(place.key, f"app.go('{name}')", place.word, id=f"{here}.{name}", show=index < shown)
        for index, (name, place) in enumerate(others)
    ]


def all_ways() -> tuple[str, str]:
    """The keys to the screens, and their names, for the help."""
    keys = [place.key for place in PLACES.values()]
    return f"{keys[0]} to {keys[-1]}", ", ".join(place.title for place in PLACES.values())
