"""What goes over a connection, apart from what is published."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Incoming(NamedTuple):
    """A message on a topic that was subscribed to."""

    topic: str
    payload: bytes
    retained: bool
    """It was there before the subscription."""


class Will(NamedTuple):
    """What the broker says, retained, when we are gone without a goodbye."""

    topic: str
    payload: str


class Heard(Enum):
    """What a message means for what is to be said."""

    NOTHING = "nothing"
    NEWS = "there is more to announce, or something to remove"
    GOODBYE = "another kstar-tui on this inverter has ended, and spoke for both"
    BIRTH = "Home Assistant has started"
    STALE = "what stood in the way of announcing is removed: announce when that is done"
    RIVAL = "another kstar-tui publishes this inverter"
