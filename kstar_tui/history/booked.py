"""What the inverter counted while nobody looked is booked at the end of that time: minutes that
are imported from in between must not count it again."""

from __future__ import annotations

import math
import sqlite3

from kstar_tui.history.bucket import MINUTE, QUARTER, Bucket
from kstar_tui.history.rollup import minutes_are_kept
from kstar_tui.monitor.energy import MJ_PER_KWH
from kstar_tui.monitor.limits import MAX_POWER_KW


class Booked:
    """Knows, minute by minute in the order of time, which row comes next that is there already."""

    def __init__(self, connection: sqlite3.Connection, inverter: int, now: float) -> None:
        self._connection = connection
        self._first = inverter << 32
        self._now = now
        self._from, self._until = math.inf, -math.inf
        self._pv = self._load = False

    def strip(self, bucket: Bucket) -> None:
        """Take away what is counted already; what was measured stays."""
        if not self._from <= bucket.start < self._until:
            self._look(bucket.start)
        if self._pv:
            bucket.pv_energy = 0
        if self._load:
            bucket.load_energy = 0

    def _look(self, start: int) -> None:
        table, unit = "quarter", QUARTER
        if minutes_are_kept(start, self._now):
            table, unit = "minute", MINUTE
        row = self._connection.execute(
            f"SELECT id, observed, pv_energy, load_energy FROM {table} WHERE id BETWEEN ? AND ?"
            " ORDER BY id LIMIT 1",
            (self._first | start // unit, self._first | 0xFFFFFFFF),
        ).fetchone()
        self._from, self._until, self._pv, self._load = start, math.inf, False, False
        if row is not None:
            number, observed, pv, load = row
            # More than can flow in a row's own time was counted before it.
            seconds = unit if observed else MINUTE
            most = (MAX_POWER_KW * seconds / 3600 + 0.1) * MJ_PER_KWH
            self._until = ((number & 0xFFFFFFFF) + 1) * unit
            self._pv, self._load = pv > most, load > most
