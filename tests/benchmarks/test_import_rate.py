"""How fast kstar.sharp's old file becomes history, and how fast history becomes JSON."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from old_file import old_row, write_old_file

ROWS = 300_000
"""A little more than a hundred days."""


def test_import_and_export(tmp_path: Path) -> None:
    start = datetime(2023, 5, 4)
    rows = (
        old_row(
            i,
            f"{start + timedelta(seconds=30 * i)}.1234567",
            ETotal=f"{1000 + i // 100 / 10:.1f}",
            PVPower=f"{i % 3000}.5",
            Bat1Power=f"{i % 1000 - 500}.5",
            GridPower=str(i % 700 - 300),
        )
        for i in range(ROWS)
    )
    old = write_old_file(tmp_path / "old.db", rows)
    program = [sys.executable, "-m", "kstar_tui", "history", "--history", tmp_path / "h.sqlite"]
    bringing = _seconds([*program, "import", old, "--inverter", "K1"])
    again = _seconds([*program, "import", old, "--inverter", "K1"])
    last = datetime.now(UTC).date().isoformat()
    export = [*program, "--from", "2023-05-01", "--to", last, "--resolution", "quarter", "--json"]
    exporting = _seconds(export)
    quarters = ROWS / 30
    print(f"\nimport: {ROWS / bringing:,.0f} rows/s, once more: {ROWS / again:,.0f} rows/s")
    print(f"export of quarters as JSON: {quarters / exporting:,.0f} rows/s, start included")
    # A year of rows within two minutes, its quarters within ten seconds, also on a busy machine.
    assert ROWS / bringing > 365 * 2880 / 120
    assert quarters / exporting > 365 * 96 / 10


def _seconds(command: list[object]) -> float:
    begun = time.perf_counter()
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, timeout=300)
    return time.perf_counter() - begun
