"""What a command line is made of, apart from the library that takes it apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

PROGRAM = "kstar-tui"


class Values(NamedTuple):
    """What a shell can offer for a value; with nothing in it the user has to know."""

    words: tuple[str, ...] = ()
    files: bool = False
    hosts: bool = False
    each: Mapping[str, Values] = MappingProxyType({})
    """By the word in the place before, where that decides."""


class Option(NamedTuple):
    """An option in all its spellings."""

    spellings: tuple[str, ...]
    metavar: str
    """What its value is called; empty where it takes none."""
    help: str
    values: Values
    repeats: bool

    def short(self, spelling: str) -> str:
        """The help of one spelling, without what holds by default."""
        text = self.help.partition(" (default: ")[0]
        turned_off = spelling.startswith("--no-") and len(self.spellings) > 1
        return f"not: {text}" if turned_off else text


class Place(NamedTuple):
    """A word that is no option, in its place behind the command."""

    metavar: str
    help: str
    values: Values
    needed: bool
    repeats: bool
    behind: str = ""
    """The word that must stand in the place before; empty for any."""


class Group(NamedTuple):
    """Options under a heading, perhaps with a note."""

    title: str
    note: str
    options: tuple[Option, ...]


class Command(NamedTuple):
    """A command, or the program without one, whose name is empty."""

    name: str
    summary: str
    description: str
    places: tuple[Place, ...]
    groups: tuple[Group, ...]
    epilog: str

    @property
    def options(self) -> Iterator[Option]:
        """All of them, in their order."""
        for group in self.groups:
            yield from group.options


class Outline(NamedTuple):
    """The whole command line."""

    main: Command
    commands: tuple[Command, ...]

    @property
    def every(self) -> tuple[Command, ...]:
        """The program without a command, then each command."""
        return (self.main, *self.commands)
