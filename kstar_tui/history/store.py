"""The writing side: one transaction a minute, which also rolls up and drops what is too old."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kstar_tui.history import database
from kstar_tui.history.booked import Booked
from kstar_tui.history.bucket import MINUTE, QUARTER, Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.errors import StoreBusy, StoreDamaged, StoreError
from kstar_tui.history.lock import Lock
from kstar_tui.history.records import Account, Batch, RawFrame
from kstar_tui.history.rollup import (
    MINUTES_KEPT,
    QUARTERS_KEPT,
    RollUp,
    minutes_are_kept,
    quarters_begin,
)

RAW_KEPT = 48 * 3600
"""Seconds for which frames are kept."""
_EVENTS_KEPT = QUARTERS_KEPT
_SLICE = 60
"""Rows of a tier that a quarter of an hour drops: four times what it brings, and no more, so that
a clock that is wrong for a while cannot cost a history."""

_LEAP = 86400
"""Seconds since the last save after which nothing is dropped before the next quarter."""

_HEAD = struct.Struct(">dH")

__all__ = ["Store", "StoreBusy", "StoreError", "frames_of"]


class Store:
    """One database. Everything that it does is SQLite's; errors are StoreError."""

    def __init__(
        self,
        path: Path | str,
        calendar: Calendar,
        connection: sqlite3.Connection,
        lock: Lock | None,
        set_aside: Path | None,
        now: float,
        *,
        still: bool = False,
    ) -> None:
        self.path = path
        self.still = still
        """It reads what there was when it was opened, until somebody writes."""
        self.calendar = calendar
        self.connection = connection
        self.set_aside = set_aside
        """Where a file that was of no use is now."""
        self.write = lock is not None or path == database.MEMORY
        """It may write; the other one only reads."""
        self._now = now
        self._dropped = int(now) // QUARTER
        self._lock = lock
        self._roll_up = RollUp(connection, calendar)

    @classmethod
    def open(cls, path: Path | str, calendar: Calendar, *, now: float, write: bool = True) -> Store:
        """To write, as the only one (else StoreBusy), or to read. `:memory:` is nobody's."""
        if not write:
            opened = database.open_reading(Path(path))
            return cls(path, calendar, opened.connection, None, None, now, still=opened.still)
        lock: Lock | None = None
        if path != database.MEMORY:
            try:
                Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock = Lock(Path(path))
            except OSError as error:
                raise StoreError(f"{path}: {error.strerror}") from None
        try:
            connection, aside = database.open_writing(path, now)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return cls(path, calendar, connection, lock, aside, now)

    def close(self) -> None:
        """The file is complete without its log, and the next writer may come."""
        try:
            self.connection.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    def tell(self, key: str, *, publishes: bool, alerts: bool = False) -> None:
        """Let other processes know which inverter is booked here, and whether it is published, and
        its alerts are told."""
        if self._lock is not None:
            self._lock.tell(key, publishes=publishes, alerts=alerts)

    def account(self, key: str) -> Account | None:
        """The lifetime account of an inverter."""
        with self.reading():
            row = self.connection.execute(
                "SELECT pv, load, grid_import, grid_export, battery_charge, battery_discharge,"
                " since, at, pv_counter, load_counter, hours_counter"
                " FROM account JOIN inverter ON id = inverter WHERE key = ?",
                (key,),
            ).fetchone()
        return None if row is None else Account(row[:6], *row[6:])

    def save(self, batch: Batch) -> None:
        """Write all of it, or nothing of it."""
        self._now = batch.now
        with self._transaction():
            inverter, rolled = self._inverter(batch)
            # Too old they are by their own time: the clock may have leapt since.
            newest = max((bucket.start for bucket in batch.minutes), default=0)
            self._roll_up.add(inverter, rolled, batch.minutes, min(batch.now, newest))
            self._add_frames(inverter, batch.frames)
            self._write_account(inverter, batch.account)
            self.connection.executemany(
                "INSERT INTO event (inverter, at, kind, subject, begins, severity, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(inverter, *event) for event in batch.events],
            )
            self._roll_up.advance(inverter, rolled, batch.now)
            quarter = int(batch.now) // QUARTER
            if quarter != self._dropped:
                # By this clock, not by how far was rolled up: a wrong one may have rolled ahead.
                self._dropped = quarter
                # One that has just leapt may be put right soon: what is too old can wait.
                if batch.now - rolled < _LEAP:
                    self._drop_old(inverter, batch.now)

    def import_minutes(self, key: str, minutes: Iterable[Bucket], *, now: float) -> tuple[int, int]:
        """Add minutes that are not there yet, in order: (taken, skipped). No account changes, and
        nothing that the inverter counted is counted again."""
        with self._transaction():
            inverter, rolled = self._inverter(Batch(key, now))
            rolled = self._roll_up.advance(inverter, rolled, now)
            taken, skipped = [], 0
            booked = Booked(self.connection, inverter, now)
            for bucket in minutes:
                if self._is_there(inverter, bucket.start, now):
                    skipped += 1
                else:
                    booked.strip(bucket)
                    taken.append(bucket)
            self._roll_up.add(inverter, rolled, taken, now)
        return len(taken), skipped

    def _is_there(self, inverter: int, start: int, now: float) -> bool:
        """Beyond the minutes that are kept the quarter's row alone can tell, beyond those the
        day's."""
        key: tuple[object, ...] = (inverter << 32 | start // MINUTE,)
        sql = "SELECT 1 FROM minute WHERE id = ?"
        if start < quarters_begin(self.calendar, now):
            key = inverter, self.calendar.day(start).isoformat()
            sql = "SELECT 1 FROM day WHERE inverter = ? AND date = ? AND observed > 0"
        elif not minutes_are_kept(start, now):
            key = (inverter << 32 | start // QUARTER,)
            sql = "SELECT 1 FROM quarter WHERE id = ? AND observed > 0"
        return self.connection.execute(sql, key).fetchone() is not None

    def _inverter(self, batch: Batch) -> tuple[int, int]:
        """Its number, and the moment up to which its minutes are rolled up."""
        # All that comes before its first quarter of an hour is late.
        rolled = max(0, int(batch.now) // QUARTER * QUARTER)
        self.connection.execute(
            "INSERT INTO inverter (key, serial, model, rolled, used) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (key) DO NOTHING",
            (batch.key, batch.serial, batch.model, rolled, batch.now),
        )
        number, rolled, serial, model = self.connection.execute(
            "SELECT id, rolled, serial, model FROM inverter WHERE key = ?", (batch.key,)
        ).fetchone()
        named = (batch.serial or serial, batch.model or model)
        if named != (serial, model):
            self.connection.execute(
                "UPDATE inverter SET serial = ?, model = ? WHERE id = ?", (*named, number)
            )
        return number, rolled

    def _add_frames(self, inverter: int, frames: Sequence[RawFrame]) -> None:
        minutes: dict[int, bytearray] = {}
        for at, frame in frames:
            block = minutes.setdefault(int(at) // MINUTE, bytearray())
            block += _HEAD.pack(at, len(frame)) + frame
        for minute, block in minutes.items():
            key = inverter << 32 | minute
            row = self.connection.execute(
                "SELECT frames FROM frame WHERE id = ?", (key,)
            ).fetchone()
            before = unpacked(row[0]) if row else b""
            self.connection.execute(
                "INSERT OR REPLACE INTO frame VALUES (?, ?)", (key, zlib.compress(before + block))
            )

    def _write_account(self, inverter: int, account: Account | None) -> None:
        if account is not None:
            self.connection.execute(
                "INSERT OR REPLACE INTO account (inverter, pv, load, grid_import, grid_export,"
                " battery_charge, battery_discharge, since, at, pv_counter, load_counter,"
                " hours_counter) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (inverter, *account.totals, *account[1:]),
            )

    def _drop_old(self, inverter: int, now: float) -> None:
        first = inverter << 32
        for table, seconds, kept in (
            ("frame", MINUTE, RAW_KEPT),
            # Whole quarters only: one that keeps some of its minutes could not be told apart.
            ("minute", QUARTER, MINUTES_KEPT),
            ("quarter", QUARTER, QUARTERS_KEPT),
        ):
            self.connection.execute(
                f"DELETE FROM {table} WHERE id IN"
                f" (SELECT id FROM {table} WHERE id BETWEEN ? AND ? ORDER BY id LIMIT {_SLICE})",
                (first, first | _last_row(table, seconds, now - kept)),
            )
        self.connection.execute(
            "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE inverter = ? AND at < ?"
            f" LIMIT {_SLICE})",
            (inverter, now - _EVENTS_KEPT),
        )

    @contextmanager
    def reading(self) -> Iterator[None]:
        """SQLite's errors become ours; a damaged file is set aside, for a new one to begin."""
        try:
            yield
        except database.ERRORS as error:
            worded = database.worded(error, self.path)
            if isinstance(worded, StoreDamaged) and self._lock is not None:
                self.connection.close()
                try:
                    self.set_aside = database.set_aside(Path(self.path), "damaged", self._now)
                except OSError as problem:
                    raise StoreError(f"{worded}, and stays: {problem.strerror}") from None
                raise StoreDamaged(f"{worded} and set aside as {self.set_aside}") from None
            raise worded from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self.reading():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise


def _last_row(table: str, seconds: int, before: float) -> int:
    """The last row of a tier that ends before a moment; the first tier's minutes by quarters."""
    count = max(0, int(before)) // seconds
    return max(0, count * (15 if table == "minute" else 1) - 1)


def unpacked(blob: object) -> bytes:
    """The frames of a minute behind one another; nothing where they cannot be read."""
    try:
        return zlib.decompress(blob) if isinstance(blob, bytes) else b""
    except zlib.error:
        return b""


def frames_of(blob: object) -> Iterator[RawFrame]:
    """The frames that a row of `frame` holds."""
    block, place = unpacked(blob), 0
    while place + _HEAD.size <= len(block):
        at, length = _HEAD.unpack_from(block, place)
        place += _HEAD.size
        yield RawFrame(at, block[place : place + length])
        place += length
