"""Every setting with its value, its source and what a person may want to know of it, as words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kstar_tui.settings import TABLE, Setting, Settings, shown
from kstar_tui.settings.kinds import SettingValue
from kstar_tui.settings.row import DEFAULT
from kstar_tui.tui.apply import differing, is_simulated, opens_anew, waits_for_start

_PROGRAM = "program"
"""Heading of what stands in no table of config.toml."""
_SOURCES = ("environment", "argument", "systemd credential")
"""First words of the sources that win over config.toml."""


class Entry(NamedTuple):
    """One setting at one moment; secrets are masked in all of it."""

    key: str
    value: str
    source: str
    """As people read it, in full."""
    written: str | None = None
    """What config.toml says; None where it says nothing."""
    running: str | None = None
    """What the program runs with, where that is not the value."""

    @property
    def row(self) -> Setting:
        """What the table says of it."""
        return TABLE[self.key]

    @property
    def section(self) -> str:
        """Its table in config.toml."""
        return self.key.rpartition(".")[0] or _PROGRAM

    @property
    def name(self) -> str:
        """Its name in that table."""
        return self.key.rpartition(".")[2]

    @property
    def stronger(self) -> str | None:
        """The source that wins over config.toml, where there is one."""
        return self.source if self.source.startswith(_SOURCES) else None


def entries(
    settings: Settings, written: Mapping[str, SettingValue], running: Settings
) -> list[Entry]:
    """All settings in their order: those of the sources, what is in the file, what runs."""
    apart = differing(settings, running)
    return [
        Entry(
            key,
            shown(settings, row),
            settings.sources.get(key, DEFAULT),
            row.kind.show(written[key]) if key in written else None,
            shown(running, row) if key in apart else None,
        )
        for key, row in TABLE.items()
    ]


def chosen(all_entries: Sequence[Entry], text: str) -> list[Entry]:
    """Those in whose name or meaning every word of a text is; a value is never looked at."""
    words = text.lower().split()
    return [
        entry
        for entry in all_entries
        if all(word in f"{entry.key} {entry.row.help}".lower() for word in words)
    ]


def short_source(entry: Entry, file: str) -> str:
    """Where the value comes from, in a word or two; `file` is the name of config.toml."""
    if entry.source == DEFAULT:
        return DEFAULT
    if entry.source.startswith(_SOURCES):
        return entry.source.removeprefix("systemd ")
    return file


def facts(entry: Entry, place: str, file: str, *, demo: bool) -> list[tuple[str, str]]:
    """What there is to know of one, by heading; `place` is the path of the file."""
    row = entry.row
    ways = [f"{row.argument} {row.metavar}".strip()] if row.argument else []
    table = entry.key.rpartition(".")[0]
    return [
        ("means", row.help),
        ("now", _now(entry, file)),
        ("applies", effect(entry, demo=demo)),
        ("allowed", row.kind.allowed),
        ("also by", ", ".join([*ways, *row.environment])),
        ("saved in", f"{place}, {f'[{table}] ' if table else ''}{entry.name}" if place else "—"),
    ]


def _now(entry: Entry, file: str) -> str:
    source = entry.source
    if source == DEFAULT:
        text = f"{entry.value}, the default"
    elif entry.stronger:
        text = f"{entry.value}, from {source}"
        if entry.written is not None:
            text += f", which wins over {file}: {entry.written}"
    else:
        text = f"{entry.value}, from {file}"
    if source != DEFAULT:
        text += f" (default: {entry.row.kind.show(entry.row.default)})"
    return text


def effect(entry: Entry, *, demo: bool) -> str:
    """When another value counts, and how it is with the present one."""
    key, running = entry.key, entry.running
    if demo and is_simulated(key):
        return f"not to the demo: the simulated house runs with {running or entry.value}"
    if waits_for_start(key):
        return "from the next start on"
    how = "at once; the connection is opened anew" if opens_anew(key) else "at once"
    if running is None:
        return how
    with_what = "another one" if entry.row.secret and running == entry.value else running
    return f"not yet: the program runs with {with_what}"
