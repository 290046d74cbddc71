"""kstar.sharp's SQLite file: a row every 30 s, in local time. Nothing in it is trusted."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX, KEPT
from kstar_tui.history.counters import Counters
from kstar_tui.history.database import ERRORS
from kstar_tui.history.integral import Integrator
from kstar_tui.history.oldtime import LocalTimes, RefusedError
from kstar_tui.monitor.limits import USUAL
from kstar_tui.protocol.reading import FIELDS

if TYPE_CHECKING:
    from kstar_tui.protocol.reading import Reading

TABLE = "InverterDataGranular"
INTERVAL = 30.0
"""Seconds between two rows."""
_NEEDED = ("RecordedDateTime", "PVPower", "LoadPower", "Bat1Power", "GridPower")
_OTHERS = {
    "PV1Volt": "pv1_voltage",
    "PV2Volt": "pv2_voltage",
    "Bat1Voltage": "battery_voltage",
    "Bat1Amp": "battery_current",
    "Bat1Charge": "battery_soc",
    "TempCelcius": "temperature",
}
_COLUMNS = ("Id", *_NEEDED, "ETotal", "EToday", *_OTHERS)
_DAYS = 7
"""Days that are handed over at once."""
_BACK = 86400
"""Seconds by which time can go back as a clock is put right; more is a new beginning."""
_LONGEST_VALUE = 1_000_000
"""Bytes of a text above which SQLite refuses to read it."""
_LOAD = INDEX["load_power"]
_UNKNOWN_TODAY = 1000.0


class OldFileError(Exception):
    """The file cannot be read, or not to its end; the message is for people."""


class Row(NamedTuple):
    """A row as it stands in the file."""

    number: object
    time: object
    pv: object
    load: object
    battery: object
    grid: object
    energy_total: object
    energy_today: object
    others: tuple[object, ...]


class Chunk(NamedTuple):
    """Minutes of whole local days, in no order, and where in the file (0..1) they end."""

    minutes: list[Bucket]
    done: float


class OldFile:
    """One file, opened to be read only. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        """OldFileError where it is none of kstar.sharp's."""
        if not path.is_file():
            raise OldFileError(f"There is no file {path}.")
        try:
            self._database, present = _open(path, "mode=ro")
        except sqlite3.OperationalError:
            try:
                # Left in WAL mode in a folder that nobody may write to.
                self._database, present = _open(path, "mode=ro&immutable=1")
            except ERRORS as error:
                raise OldFileError(f"{path} cannot be read: {error}.") from error
        except ERRORS as error:
            raise OldFileError(f"{path} is no SQLite file, or damaged: {error}.") from error
        missing = [name for name in ("Id", *_NEEDED) if name.lower() not in present]
        if missing:
            self._database.close()
            what = f"no table {TABLE}" if not present else f"no column {missing[0]} in {TABLE}"
            raise OldFileError(f"{path} is not kstar.sharp's: there is {what} in it.")
        self._path = path
        self._present = present

    def __enter__(self) -> OldFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def rows(self) -> Iterator[tuple[Row, float]]:
        """Every row in the order of Id, and the share 0..1 of the file that it ends."""
        names = ", ".join(
            f'"{name}"' if name.lower() in self._present else "NULL" for name in _COLUMNS
        )
        try:
            first, last = (self._edge(which) for which in ("min", "max"))
            span = max(1.0, last - first)
            for row in self._database.execute(f'SELECT {names} FROM "{TABLE}" ORDER BY "Id"'):
                number = row[0]
                share = (number - first) / span if isinstance(number, int) else 0.0
                yield Row._make((*row[:8], row[8:])), share
        except ERRORS as error:
            raise OldFileError(
                f"{self._path} cannot be read to its end: {error}. What came before is in."
            ) from error

    def _edge(self, which: str) -> float:
        (value,) = self._database.execute(f'SELECT {which}("Id") FROM "{TABLE}"').fetchone()
        return float(value) if isinstance(value, int) else 0.0


class Conversion:
    """Rows become minutes by the rules that hold for readings; counts what was refused, and why."""

    def __init__(self, calendar: Calendar, now: float) -> None:
        """`now` in s since 1970: nothing can have been recorded later."""
        self.refused: Counter[str] = Counter()
        self.accepted = 0
        """Rows that were not."""
        self.uncounted = 0
        """Times that the inverter's own counter fell, or rose faster than it can."""
        self.left = Chunk([], 0.0)
        """The last minutes, once `chunks` has come to its end or to an error."""
        self._calendar = calendar
        self._times = LocalTimes(calendar, now)
        self._begin()

    def _begin(self) -> None:
        self._integrator = Integrator(INTERVAL)
        self._counters = Counters.resume(None, self._calendar)
        self._highest = -math.inf
        self._minutes: dict[int, Bucket] = {}
        self._until = -math.inf

    def chunks(self, rows: Iterator[tuple[Row, float]]) -> Iterator[Chunk]:
        """All that the rows hold, some days at a time; memory stays bounded."""
        share = 0.0
        try:
            for row, share in rows:
                try:
                    at = self._moment(row)
                    values = measured(row)
                except RefusedError as refusal:
                    self.refused[str(refusal)] += 1
                    continue
                self.accepted += 1
                if at < self._highest:
                    yield Chunk(list(self._minutes.values()), share)
                    self._begin()
                self._highest = at
                self._take(values, at)
                if at >= self._until:
                    yield Chunk(self._complete(at), share)
        finally:
            # A file that is damaged further on is good so far.
            self.left = Chunk(list(self._minutes.values()), share)

    def _moment(self, row: Row) -> float:
        at = self._times.moment(row.time, self._highest)
        if at <= self._highest and self._highest - at <= _BACK:
            same = at == self._highest
            raise RefusedError("recorded twice" if same else "the clock went back")
        return at

    def _complete(self, at: float) -> list[Bucket]:
        """The minutes before the day of a row that was taken, which are kept no longer.

        That row may have added to the days before.
        """
        day = self._calendar.day(at)
        start = self._calendar.start(day)
        self._until = self._calendar.start(day + timedelta(days=_DAYS))
        whole = [minute for minute in self._minutes.values() if minute.start < start]
        self._minutes = {m.start: m for m in self._minutes.values() if m.start >= start}
        return whole

    def _take(self, row: _Values, at: float) -> None:
        # It has what the two ask a reading for.
        reading = cast("Reading", row)
        for part in self._integrator.take(reading, at, at):
            # The file has no counter of the house's use.
            part.load_energy = part.sums[_LOAD] or 0
            self._merge(part)
        step = self._counters.take(reading, at)
        for part in step.by_minute:
            self._merge(part)
        self.uncounted += len(step.events)

    def _merge(self, part: Bucket) -> None:
        mine = self._minutes.get(part.start)
        if mine is None:
            self._minutes[part.start] = part
        else:
            mine.merge(part)


class _Values:
    """Stands for a Reading; what the file does not have is not known."""

    energy_total: float = math.nan
    load_energy_total: float = math.nan
    energy_today: float = _UNKNOWN_TODAY
    load_energy_today: float = _UNKNOWN_TODAY
    hours_total: float = 0.0


for _name in KEPT:
    setattr(_Values, _name, None)


def measured(row: Row) -> _Values:
    """The values of a row with our names and signs; RefusedError if they cannot be true."""
    pv, load = _power(row.pv, "pv_power"), _power(row.load, "load_power")
    battery, grid = _power(row.battery, "battery_power"), _power(row.grid, "grid_power")
    total = _optional(row.energy_total)
    values: dict[str, Any] = {
        "pv_power": pv,
        "load_power": load,
        "grid_import_power": max(grid, 0.0),
        "grid_export_power": max(-grid, 0.0),
        "battery_charge_power": max(battery, 0.0),
        "battery_discharge_power": max(-battery, 0.0),
    }
    for name, given in zip(_OTHERS.values(), row.others, strict=True):
        number = _optional(given)
        if number is not None:
            values[name] = _within(abs(number) if name == "battery_current" else number, name)
    if not (total or pv or load or values.get("pv1_voltage") or values.get("battery_voltage")):
        raise RefusedError("all values zero")
    if total is not None:
        values["energy_total"] = total
    today = _optional(row.energy_today)
    if today is not None and 0 <= today <= _UNKNOWN_TODAY:
        values["energy_today"] = today
    made = _Values()
    made.__dict__.update(values)
    return made


def _power(given: object, name: str) -> float:
    number = _optional(given)
    if number is None:
        raise RefusedError(f"{FIELDS[name].label} missing or no number")
    return _within(number, name)


def _within(number: float, name: str) -> float:
    low, high = USUAL[name]
    if not low <= number <= high:
        raise RefusedError(f"{FIELDS[name].label} out of range")
    return number


def _optional(given: object) -> float | None:
    """A number, which may be written as text; None for anything else."""
    if not isinstance(given, int | float | str):
        return None
    try:
        number = float(given)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _open(path: Path, mode: str) -> tuple[sqlite3.Connection, frozenset[str]]:
    """The database and its table's columns in lower case; none without the table."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)
    try:
        database.text_factory = lambda data: data.decode("utf-8", "replace")
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        database.execute("PRAGMA trusted_schema = OFF")
        asked = (
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE"
        )
        if not database.execute(asked, (TABLE,)).fetchone()[0]:
            return database, frozenset()
        columns = database.execute(f'PRAGMA table_info("{TABLE}")').fetchall()
    except ERRORS:
        database.close()
        raise
    return database, frozenset(str(column[1]).lower() for column in columns)
