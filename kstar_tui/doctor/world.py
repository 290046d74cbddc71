"""Where an examination looks: handed in, so that a test can own all of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from kstar_tui.assembly import find
from kstar_tui.clock import Clock
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address
from kstar_tui.link.search import SearchEvent
from kstar_tui.link.targets import Network, networks
from kstar_tui.settings import ConfigFile, Given, Settings

POLLS = 10
"""Readings that an inverter is asked for."""


def _unseen(_share: float, _remark: str) -> None:
    """For whoever does not want to see how far it is."""


class World(NamedTuple):
    """This machine, and how much of it is looked at."""

    clock: Clock
    config: ConfigFile
    arguments: Mapping[str, Given] = MappingProxyType({})
    """Settings that were given as arguments, by key."""
    environ: Mapping[str, str] = MappingProxyType({})
    root: Path = Path("/")
    """What the system tells of itself is under here: /proc, /sys, /run, /etc, /usr."""
    polls: int = POLLS
    progress: Callable[[float, str], None] = _unseen
    """Told a share 0..1 of what takes long, and what that is."""
    networks: Callable[[], Sequence[Network]] = networks
    find: Callable[[Settings], AsyncIterator[SearchEvent]] = find
    connect: Callable[[Address], InverterClient] = InverterClient

    def exists(self, path: str) -> bool:
        """Whether the system has such a file or folder."""
        return os.path.lexists(self.root / path)
