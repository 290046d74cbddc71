"""The reading side: what was kept, in the shapes that screens and commands ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from kstar_tui.history.bucket import MINUTE, QUARTER, Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX, SCALES
from kstar_tui.history.errors import StoreError
from kstar_tui.history.records import RawFrame, StoredEvent
from kstar_tui.history.schema import ALL, TOTALS, bucket_of
from kstar_tui.history.store import Store, frames_of
from kstar_tui.monitor.energy import Flow

_LOW_BITS = (1 << 32) - 1


class KnownInverter(NamedTuple):
    """An inverter of the database; times in s since 1970."""

    key: str
    model: str
    serial: str
    first: int
    last: int


class Columns(NamedTuple):
    """A chart's columns of `step` s from `start` on. None = nothing was observed."""

    start: int
    step: int
    observed: list[float]
    """Seconds observed in each."""
    means: dict[str, list[float | None]]
    lows: dict[str, list[float | None]]
    highs: dict[str, list[float | None]]


class Archive:
    """Reads through a store's connection; every error is StoreError."""

    def __init__(self, store: Store, calendar: Calendar) -> None:
        self._store = store
        self._calendar = calendar

    def inverters(self) -> list[KnownInverter]:
        """All that something was kept of, the last one used first."""
        known = []
        rows = self._rows("SELECT id, key, model, serial FROM inverter ORDER BY used DESC, id")
        for number, key, model, serial in rows:
            ends = self._ends(number)
            if ends is not None:
                known.append(KnownInverter(key, model, serial, *ends))
        return known

    def span(self, key: str) -> tuple[date, date] | None:
        """The first and the last local day with something."""
        number, _ = self._inverter(key)
        ends = None if number is None else self._ends(number)
        if ends is None:
            return None
        return self._calendar.day(ends[0]), self._calendar.day(ends[1])

    def columns(
        self, key: str, start: int, step: int, count: int, fields: Sequence[str]
    ) -> Columns:
        """Means, lows and highs of kept fields; `start` and `step` (s) on minutes."""
        observed = [0.0] * count
        sums: list[list[int | None]] = [[None] * count for _ in fields]
        lows: list[list[int | None]] = [[None] * count for _ in fields]
        highs: list[list[int | None]] = [[None] * count for _ in fields]
        number, rolled = self._inverter(key)
        if number is not None:
            end = start + step * count
            coarse = step % QUARTER == 0 and start % QUARTER == 0
            edge = self._edge(number, rolled, start, end, coarse=coarse)
            for table, unit, first, last in (
                ("quarter", QUARTER, start, edge),
                ("minute", MINUTE, edge, end),
            ):
                # A quarter of an hour that is all that is left belongs to every column it is in.
                shared = unit > MINUTE and (step % unit or start % unit)
                origin, size = (start // unit * unit, unit) if shared else (start, step)
                for row, weight, *values in self._grouped(
                    table, unit, number, first, last, origin, size, fields
                ):
                    for place, part in _parts(origin + row * size, size, start, step, count):
                        observed[place] += weight / 1000 * part / size
                        _merge(sums, lows, highs, place, values, part, size)
        return Columns(
            start,
            step,
            observed,
            {name: _means(column, observed) for name, column in zip(fields, sums, strict=True)},
            {name: _scaled(name, column) for name, column in zip(fields, lows, strict=True)},
            {name: _scaled(name, column) for name, column in zip(fields, highs, strict=True)},
        )

    def buckets(self, key: str, start: int, end: int, step: int) -> Iterator[Bucket]:
        """Minutes (60) or quarters (900) with something in them, in order."""
        number, rolled = self._inverter(key)
        if number is None:
            return
        if step == MINUTE:
            ids = number << 32 | start // MINUTE, (number << 32 | -(-end // MINUTE)) - 1
            sql = f"SELECT id, {ALL} FROM minute WHERE id BETWEEN ? AND ? ORDER BY id"
            for key_, *row in self._rows(sql, *ids):
                yield self._bucket((key_ & _LOW_BITS) * MINUTE, tuple(row))
            return
        edge = min(max(start, rolled), end)
        ids = number << 32 | start // QUARTER, (number << 32 | edge // QUARTER) - 1
        sql = f"SELECT id, {ALL} FROM quarter WHERE id BETWEEN ? AND ? ORDER BY id"
        for key_, *row in self._rows(sql, *ids):
            yield self._bucket((key_ & _LOW_BITS) * QUARTER, tuple(row))
        ids = number << 32 | edge // MINUTE, (number << 32 | -(-end // MINUTE)) - 1
        sql = (
            f"SELECT (id & {_LOW_BITS}) / 15 AS quarter, {TOTALS} FROM minute"
            " WHERE id BETWEEN ? AND ? GROUP BY quarter ORDER BY quarter"
        )
        for quarter, *row in self._rows(sql, *ids):
            yield self._bucket(quarter * QUARTER, tuple(row))

    def priced(self, key: str, start: int, end: int) -> Iterator[Bucket]:
        """Quarters of an hour with their load, import and export alone, quick for a year."""
        number, rolled = self._inverter(key)
        if number is None:
            return
        flows = (Flow.LOAD.value, Flow.IMPORT.value, Flow.EXPORT.value)
        edge = min(max(start, rolled), end)
        for table, unit, first, last in (
            ("quarter", QUARTER, start, edge),
            ("minute", MINUTE, edge, end),
        ):
            for place, weight, *values in self._grouped(
                table, unit, number, first, last, start, QUARTER, flows
            ):
                bucket = Bucket(start + place * QUARTER)
                bucket.observed = weight
                for index, name in enumerate(flows):
                    bucket.sums[INDEX[name]] = values[3 * index]
                yield bucket

    def total(self, key: str, start: int, end: int) -> Bucket:
        """All of a stretch in one; its ends lie on minutes, or on quarters where it is long ago."""
        whole = Bucket(start)
        number, rolled = self._inverter(key)
        if number is None or end <= start:
            return whole
        first, last = -(-start // QUARTER) * QUARTER, min(end, rolled) // QUARTER * QUARTER
        pieces = [("minute", MINUTE, start, end)]
        if first < last:
            pieces = [
                ("minute", MINUTE, start, first),
                ("quarter", QUARTER, first, last),
                ("minute", MINUTE, last, end),
            ]
        for table, unit, begin, stop in pieces:
            sql = f"SELECT {TOTALS} FROM {table} WHERE id BETWEEN ? AND ?"
            ids = number << 32 | begin // unit, (number << 32 | -(-stop // unit)) - 1
            for row in self._rows(sql, *ids):
                whole.merge(self._bucket(start, tuple(row)))
        return whole

    def day(self, key: str, day: date) -> Bucket | None:
        """A local day, as far as it has gone; None where nothing was kept of it."""
        found = self.days(key, day, day)
        return found[0][1] if found else None

    def days(self, key: str, first: date, last: date) -> list[tuple[date, Bucket]]:
        """Local days from the first to the last that have something, today included."""
        number, rolled = self._inverter(key)
        if number is None or last < first:
            return []
        days: dict[date, Bucket] = {}
        sql = f"SELECT date, {ALL} FROM day WHERE inverter = ? AND date BETWEEN ? AND ?"
        for text, *row in self._rows(sql, number, first.isoformat(), last.isoformat()):
            day = self._date(text)
            days[day] = self._bucket(self._calendar.start(day), tuple(row))
        ends = self._ends(number)
        unfinished = max(first, self._calendar.day(rolled))
        while ends is not None and unfinished <= min(last, self._calendar.day(ends[1])):
            start = self._calendar.start(unfinished)
            bucket = self.total(key, start, self._calendar.end(unfinished))
            if bucket.observed or bucket.pv_energy or bucket.load_energy:
                days[unfinished] = bucket
            unfinished += timedelta(days=1)
        return sorted(days.items())

    def frames(self, key: str, start: float, end: float) -> Iterator[RawFrame]:
        """Accepted readings as they came, in the order of their time."""
        number, _ = self._inverter(key)
        if number is None:
            return
        ids = number << 32 | int(start) // MINUTE, number << 32 | int(end) // MINUTE
        for (blob,) in self._rows(
            "SELECT frames FROM frame WHERE id BETWEEN ? AND ? ORDER BY id", *ids
        ):
            yield from (frame for frame in frames_of(blob) if start <= frame.at < end)

    def events(
        self, key: str, start: float, end: float, limit: int = 1000, kind: str | None = None
    ) -> list[StoredEvent]:
        """What happened in a stretch, the newest first; of one `kind`, or of all."""
        rows = self._rows(
            "SELECT at, kind, subject, begins, severity, text FROM event"
            " JOIN inverter ON inverter.id = inverter WHERE key = ? AND at >= ? AND at < ?"
            " AND kind = ifnull(?, kind) ORDER BY at DESC, event.id DESC LIMIT ?",
            key,
            start,
            end,
            kind,
            limit,
        )
        return [_event(row) for row in rows]

    def open_events(self, key: str) -> list[StoredEvent]:
        """What began and has not ended."""
        rows = self._rows(
            "SELECT at, kind, subject, begins, severity, text FROM event AS newest"
            " JOIN inverter ON inverter.id = newest.inverter WHERE key = ? AND begins"
            " AND NOT EXISTS (SELECT 1 FROM event AS later WHERE later.inverter = newest.inverter"
            " AND later.kind = newest.kind AND later.subject = newest.subject"
            " AND later.id > newest.id) ORDER BY newest.id",
            key,
        )
        return [_event(row) for row in rows]

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._store.reading():
            return self._store.connection.execute(sql, values).fetchall()

    def _bucket(self, start: int, row: tuple[Any, ...]) -> Bucket:
        try:
            return bucket_of(start, row)
        except ValueError:
            raise StoreError(f"{self._store.path} holds what no history holds") from None

    def _date(self, text: object) -> date:
        try:
            return date.fromisoformat(str(text))
        except ValueError:
            raise StoreError(f"{self._store.path} holds what no history holds") from None

    def _inverter(self, key: str) -> tuple[int | None, int]:
        rows = self._rows("SELECT id, rolled FROM inverter WHERE key = ?", key)
        return (rows[0][0], rows[0][1]) if rows else (None, 0)

    def _ends(self, number: int) -> tuple[int, int] | None:
        ends: list[int] = []
        for table, unit in (("quarter", QUARTER), ("minute", MINUTE)):
            ids = number << 32, number << 32 | _LOW_BITS
            for order in ("min", "max"):
                sql = f"SELECT {order}(id) FROM {table} WHERE id BETWEEN ? AND ?"
                ((found,),) = self._rows(sql, *ids)
                if found is not None:
                    ends.append((found & _LOW_BITS) * unit)
        for order in ("min", "max"):
            # Of days long ago nothing finer is left.
            ((text,),) = self._rows(f"SELECT {order}(date) FROM day WHERE inverter = ?", number)
            if text is not None:
                ends.append(self._calendar.start(self._date(text)))
        return (min(ends), max(ends)) if ends else None

    def _edge(self, number: int, rolled: int, start: int, end: int, *, coarse: bool) -> int:
        """Where quarters of an hour end to be asked, and minutes begin."""
        rolled = min(max(start, rolled), end)
        if coarse:
            return rolled
        ids = number << 32, number << 32 | _LOW_BITS
        ((oldest,),) = self._rows("SELECT min(id) FROM minute WHERE id BETWEEN ? AND ?", *ids)
        if oldest is None:
            return rolled
        kept = (oldest & _LOW_BITS) * MINUTE
        return min(max(start, -(-kept // QUARTER) * QUARTER), rolled) if kept > start else start

    def _grouped(
        self,
        table: str,
        unit: int,
        number: int,
        first: int,
        last: int,
        start: int,
        step: int,
        fields: Sequence[str],
    ) -> list[tuple[int, ...]]:
        if first >= last:
            return []
        wanted = "".join(f", sum({f}_sum), min({f}_low), max({f}_high)" for f in fields)
        # Before the first column integer division would round up: asked from there on only.
        sql = (
            f"SELECT ((id & {_LOW_BITS}) * {unit} - {start}) / {step} AS place,"
            f" sum(observed){wanted} FROM {table} WHERE id BETWEEN ? AND ? GROUP BY place"
        )
        ids = number << 32 | -(-first // unit), (number << 32 | -(-last // unit)) - 1
        return self._rows(sql, *ids)


def _parts(begin: int, size: int, start: int, step: int, count: int) -> Iterator[tuple[int, int]]:
    """The columns that a stretch of time is in, each with the seconds of it in there."""
    first, last = (begin - start) // step, (begin + size - 1 - start) // step
    for place in range(max(0, first), min(count, last + 1)):
        left, right = start + place * step, start + (place + 1) * step
        yield place, min(begin + size, right) - max(begin, left)


def _merge(
    sums: list[list[int | None]],
    lows: list[list[int | None]],
    highs: list[list[int | None]],
    place: int,
    values: list[int],
    part: int,
    whole: int,
) -> None:
    for index in range(len(sums)):
        total, low, high = values[3 * index : 3 * index + 3]
        if total is not None:
            sums[index][place] = (sums[index][place] or 0) + total * part // whole
        if low is not None:
            before = lows[index][place]
            lows[index][place] = low if before is None else min(before, low)
        if high is not None:
            before = highs[index][place]
            highs[index][place] = high if before is None else max(before, high)


def _means(sums: list[int | None], observed: list[float]) -> list[float | None]:
    return [
        None if total is None or not seconds else total / (1000 * seconds)
        for total, seconds in zip(sums, observed, strict=True)
    ]


def _scaled(field: str, values: list[int | None]) -> list[float | None]:
    scale = SCALES[INDEX[field]]
    return [None if value is None else value / scale for value in values]


def _event(row: tuple[Any, ...]) -> StoredEvent:
    at, kind, subject, begins, severity, text = row
    return StoredEvent(at, kind, subject, bool(begins), severity, text)
