"""What a daemon and its screens say to each other: lines of JSON. Pure.

The first line of a daemon is its hello; each further one tells what is new. A screen has one word.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from kstar_tui.feed.names import clean_address, clean_info
from kstar_tui.feed.values import Frame, WireError, json_object, pack, unpack
from kstar_tui.history.keeping import HistoryStatus
from kstar_tui.link.interface import Address
from kstar_tui.monitor.energy import FLOWS
from kstar_tui.monitor.update import Update
from kstar_tui.mqtt.status import MqttStatus
from kstar_tui.protocol.text import clean_id, clean_mac

WIRE = 1
"""Version of what is said here. New fields need no new one."""
MOST = 65536
"""Bytes of a line."""
POLL_NOW = b"poll\n"
"""All that a screen may say: ask the inverter now."""

_LONGEST = 86400.0
"""Seconds between two polls that are believed."""

__all__ = ["MOST", "POLL_NOW", "WIRE", "Frame", "Hello", "Message", "WireError"]


class Hello(NamedTuple):
    """Who a daemon is, or a screen in its place, and whose it is."""

    version: str
    """Of kstar-tui."""
    pid: int
    started: float
    """s since 1970 from which on it could be found."""
    interval: float
    """Seconds between its polls."""
    key: str | None = None
    """The inverter's serial number, else its MAC; None while neither is known."""
    address: Address | None = None
    """Where the inverter is asked; None while it is searched for."""
    history: str | None = None
    """The file of its history; None where it keeps none."""
    publishes: str | None = None
    """The broker and the first levels of the topics that it publishes to; None where it does
    not."""
    screen: bool = False
    """It is a screen that polls while there is no daemon."""

    @property
    def rank(self) -> tuple[bool, float, int]:
        """Of two on one inverter the lower one stays; a daemon before any screen."""
        return self.screen, self.started, self.pid


class Message(NamedTuple):
    """What is new; None is as it was."""

    update: Update | None = None
    mqtt: MqttStatus | None = None
    history: HistoryStatus | None = None


def identity(update: Update) -> str | None:
    """What tells this inverter from any other: its serial number, else its MAC."""
    known = (update.info is not None and update.info.serial) or update.mac
    return update.key if known else None


def hello_line(hello: Hello) -> bytes:
    """Its line."""
    return _line({"wire": WIRE, **pack(hello, Frame(0.0))})


def parse_hello(line: bytes) -> Hello:
    """Who says this; WireError where it is no daemon that we understand."""
    items = json_object(line, MOST)
    if items.get("wire") != WIRE:
        raise WireError("another version of the wire")
    hello: Hello = unpack(Hello, items, Frame(0.0))
    if not 0 < hello.interval <= _LONGEST or hello.pid < 1:
        raise WireError("no daemon has such an interval, or such a number")
    key = clean_id(hello.key or "") or None
    return hello._replace(key=key, address=clean_address(hello.address))


def message_line(message: Message, frame: Frame) -> bytes:
    """Its line. TypeError for a value that the wire does not carry, ValueError for a longer one."""
    return _line({k: v for k, v in pack(message, frame).items() if v is not None})


def parse_message(line: bytes, frame: Frame) -> Message:
    """What a line tells, its moments on the clock of this frame; WireError for any other bytes."""
    message: Message = unpack(Message, json_object(line, MOST), frame)
    if message.update is None:
        return message
    return message._replace(update=_clean(message.update))


def _line(items: dict[str, Any]) -> bytes:
    text = json.dumps(items, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # A name of the file system may hold what is no text.
    line = text.encode(errors="replace") + b"\n"
    if len(line) > MOST:
        raise ValueError(f"a line of {len(line)} bytes")
    return line


def _clean(update: Update) -> Update:
    """Names as they are cleaned where they come in from the network: keys are made of them."""
    info = clean_info(update.info) if update.info is not None else None
    energy = update.energy
    if energy is not None and not energy.total.keys() == energy.today.keys() == set(FLOWS):
        raise WireError("no accounts of all flows")
    mac = clean_mac(update.mac) if update.mac else None
    return update._replace(info=info, mac=mac, address=clean_address(update.address))
