"""The newest frame of each question, and which of its bytes move: for whoever explores them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from kstar_tui.monitor.update import Update
from kstar_tui.protocol.frame import Frame, FrameError, Request, parse_frame


class Moves(NamedTuple):
    """How often a byte has changed, and when last."""

    times: int
    last: datetime


class Seen(NamedTuple):
    """The newest frame that answers a question. Bytes are counted from the frame's first one."""

    frame: Frame
    at: datetime
    """Wall time at which it came."""
    changed: frozenset[int] = frozenset()
    """Bytes that were otherwise in the frame before."""
    moves: Mapping[int, Moves] = MappingProxyType({})
    """Bytes that have changed since the first frame of that length."""


class FrameWatch:
    """Takes every update of the monitor of one inverter."""

    def __init__(self) -> None:
        self._seen: dict[Request, Seen] = {}
        self._taken: dict[Request, object] = {}
        self._serial = ""

    def take(self, update: Update) -> None:
        """Look at what is new of a reading, the identity and the settings."""
        serial = update.info.serial if update.info is not None else ""
        if serial and self._serial not in ("", serial):
            # Bytes of another inverter have not moved.
            self._seen.clear()
        self._serial = serial or self._serial
        if update.reading is not None:
            at = update.taken or update.at
            self._look(Request.RUNNING_DATA, update.reading, update.reading.raw, at)
        if update.info is not None:
            self._look(Request.DEVICE_INFO, update.info, update.info.raw, update.at)
        if update.settings is not None:
            self._look(Request.SETTINGS, update.settings, update.settings.raw, update.at)

    def seen(self, request: Request) -> Seen | None:
        """The newest frame that answers a question; None where none has come."""
        return self._seen.get(request)

    def _look(self, request: Request, answer: object, raw: bytes, at: datetime) -> None:
        if self._taken.get(request) is answer:
            return
        self._taken[request] = answer
        try:
            frame = parse_frame(raw)
        except FrameError:
            # A link of another kind has no frames.
            self._seen.pop(request, None)
            return
        before = self._seen.get(request)
        if before is None or len(before.frame.raw) != len(raw):
            self._seen[request] = Seen(frame, at)
            return
        old = before.frame.raw
        changed = frozenset(place for place in range(len(raw)) if raw[place] != old[place])
        moves = dict(before.moves)
        for place in changed:
            known = moves.get(place)
            moves[place] = Moves(known.times + 1 if known else 1, at)
        self._seen[request] = Seen(frame, at, changed, moves)
