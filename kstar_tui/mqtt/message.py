"""What goes over a connection, apart from what is published."""

from __future__ import annotations

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
