"""The tables, made from the field table, and the SQL that adds and rolls up their rows."""

from __future__ import annotations

from functools import cache

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.columns import KEPT

VERSION = 1
APPLICATION_ID = 0x4B535441
"""Tells our files from any other SQLite file."""

_PLAIN = ("observed", "pv_energy", "load_energy")
_SUMS = (*_PLAIN, *(f"{name}_sum" for name in KEPT))
_LOWS = tuple(f"{name}_low" for name in KEPT)
_HIGHS = tuple(f"{name}_high" for name in KEPT)
MEASURES = (*_SUMS, *_LOWS, *_HIGHS)
"""The columns that the three tiers share."""

_TYPED = ", ".join(
    f"{name} INTEGER NOT NULL DEFAULT 0" if name in _PLAIN else f"{name} INTEGER"
    for name in MEASURES
)
TABLES = (
    "CREATE TABLE inverter (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
    " serial TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '',"
    " rolled INTEGER NOT NULL DEFAULT 0, used REAL NOT NULL DEFAULT 0)",
    "CREATE TABLE account (inverter INTEGER PRIMARY KEY, since INTEGER NOT NULL,"
    " at REAL NOT NULL, pv INTEGER NOT NULL, load INTEGER NOT NULL, grid_import INTEGER NOT NULL,"
    " grid_export INTEGER NOT NULL, battery_charge INTEGER NOT NULL,"
    " battery_discharge INTEGER NOT NULL, pv_counter REAL, load_counter REAL, hours_counter REAL)",
    "CREATE TABLE frame (id INTEGER PRIMARY KEY, frames BLOB NOT NULL)",
    f"CREATE TABLE minute (id INTEGER PRIMARY KEY, {_TYPED})",
    f"CREATE TABLE quarter (id INTEGER PRIMARY KEY, {_TYPED})",
    f"CREATE TABLE day (inverter INTEGER NOT NULL, date TEXT NOT NULL, {_TYPED},"
    " PRIMARY KEY (inverter, date))",
    "CREATE TABLE event (id INTEGER PRIMARY KEY, inverter INTEGER NOT NULL, at REAL NOT NULL,"
    " kind TEXT NOT NULL, subject TEXT NOT NULL, begins INTEGER NOT NULL,"
    " severity TEXT NOT NULL, text TEXT NOT NULL)",
    "CREATE INDEX event_time ON event (inverter, at)",
)

ALL = ", ".join(MEASURES)
TOTALS = ", ".join(
    (
        *(f"sum({name})" for name in _SUMS),
        *(f"min({name})" for name in _LOWS),
        *(f"max({name})" for name in _HIGHS),
    )
)
"""Many rows as one, in the order of `MEASURES`."""


def _added(name: str) -> str:
    new = f"excluded.{name}"
    both = f"{name} + {new}"
    if name.endswith("_low"):
        both = f"min({name}, {new})"
    elif name.endswith("_high"):
        both = f"max({name}, {new})"
    # Whatever is done with NULL is NULL: then the one that there is counts.
    return f"{name} = coalesce({both}, {name}, {new})"


@cache
def adding(table: str, *keys: str) -> str:
    """Insert a row, or add it to the one that is there already."""
    marks = ", ".join("?" * (len(keys) + len(MEASURES)))
    changes = ", ".join(map(_added, MEASURES))
    return (
        f"INSERT INTO {table} ({', '.join(keys)}, {ALL}) VALUES ({marks})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )


def row_of(bucket: Bucket) -> tuple[int | None, ...]:
    """A bucket in the order of `MEASURES`."""
    plain = (bucket.observed, bucket.pv_energy, bucket.load_energy)
    return (*plain, *bucket.sums, *bucket.lows, *bucket.highs)


def bucket_of(start: int, row: tuple[int | None, ...]) -> Bucket:
    """The bucket of a row of `MEASURES`; ValueError for what no bucket can hold."""
    if not all(value is None or type(value) is int for value in row):
        raise ValueError("a row holds what is no whole number")
    bucket, count = Bucket(start), len(KEPT)
    bucket.observed, bucket.pv_energy, bucket.load_energy = (value or 0 for value in row[:3])
    values = list(row[3:])
    bucket.sums = values[:count]
    bucket.lows = values[count : 2 * count]
    bucket.highs = values[2 * count :]
    return bucket
