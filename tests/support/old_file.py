"""kstar.sharp's SQLite file, as it was written and as nobody would wish it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

COLUMNS = (
    *("Id", "RecordedDateTime", "TempCelcius", "ETotal", "EToday", "PVPower", "PV1Volt"),
    *("PV2Volt", "LoadPower", "Bat1Charge", "Bat1Power", "Bat1Voltage", "Bat1Amp", "GridPower"),
)
OldRow = tuple[object, ...]


def old_row(number: int, time: object, **changed: object) -> OldRow:
    """1200 W of sun; 600 W used, 360 W into the battery, 240 W sold; as text, as EF Core does."""
    usual = {
        "TempCelcius": "41.4",
        "ETotal": "1468.2",
        "EToday": "3.8",
        "PVPower": "1200.0",
        "PV1Volt": "167.3",
        "PV2Volt": "0.0",
        "LoadPower": "600",
        "Bat1Charge": 76,
        "Bat1Power": "360.0",
        "Bat1Voltage": "50.7",
        "Bat1Amp": "7.1",
        "GridPower": "-240",
    }
    values = {"Id": number, "RecordedDateTime": time, **usual, **changed}
    return tuple(values[name] for name in COLUMNS)


def steady(start: datetime, count: int, first: int = 1, step: float = 30.0) -> list[OldRow]:
    """Rows of always the same values, with times as C# writes them."""
    moments = (start + timedelta(seconds=step * i) for i in range(count))
    return [old_row(first + i, f"{moment}.1234567") for i, moment in enumerate(moments)]


def write_old_file(path: Path, rows: Iterable[OldRow]) -> Path:
    """The file with these rows; its columns take any type."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            f"CREATE TABLE InverterDataGranular (Id INTEGER PRIMARY KEY, {', '.join(COLUMNS[1:])})"
        )
        database.executemany(
            "INSERT INTO InverterDataGranular VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", rows
        )
        database.commit()
    return path
