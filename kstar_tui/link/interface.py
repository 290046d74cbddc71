"""What the rest of the program may know of a link: who is there, what it measures, how it went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    # For their names alone: the settings load this at every start.
    from kstar_tui.protocol.device import DeviceInfo, DeviceSettings
    from kstar_tui.protocol.frame import Rejection
    from kstar_tui.protocol.reading import Reading

DATA_PORT = 8899
DISCOVERY_PORT = 48899


class Address(NamedTuple):
    """Where an inverter is asked for data: IPv4 address or host name, and UDP port."""

    host: str
    port: int = DATA_PORT

    def __str__(self) -> str:
        return self.host if self.port == DATA_PORT else f"{self.host}:{self.port}"


@dataclass(slots=True)
class LinkCounters:
    """How the conversation with one inverter went since the start."""

    requests: int = 0
    """Questions asked, a question with its tries being one."""
    tries: int = 0
    """Datagrams sent."""
    retries: int = 0
    """Tries beyond the first of each question."""
    answers: int = 0
    unanswered: int = 0
    """Questions that no try got an answer to."""
    latency: float | None = None
    """Seconds from the last answered try to its answer."""
    rejections: Counter[Rejection] = field(default_factory=Counter)
    refused: dict[Rejection, bytes] = field(default_factory=dict)
    """The newest bytes that were refused for each reason, at most a frame's length; none of other
    addresses."""


class LinkError(Exception):
    """The inverter gave no usable answer; the message says what was tried and what came back."""


class Link(Protocol):
    """One inverter that can be asked. Every method raises LinkError when no answer is usable."""

    @property
    def address(self) -> Address:
        """Where it is asked."""
        ...

    @property
    def counters(self) -> LinkCounters:
        """How it went so far; the same object grows."""
        ...

    async def identify(self) -> DeviceInfo:
        """Who answers there."""
        ...

    async def read(self) -> Reading:
        """What it measures now."""
        ...

    async def settings(self) -> DeviceSettings:
        """How it is set."""
        ...
