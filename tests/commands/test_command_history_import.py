"""`history import`: kstar.sharp's file becomes history, once."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

from old_file import old_row, steady, write_old_file
from program_talk import Program
from terminal import Terminal

from kstar_tui.history.calendar import Calendar
from kstar_tui.history.store import Store

NOON = datetime(2023, 5, 4, 12)
DAY = ("--from", "2023-05-04", "--to", "2023-05-04")


async def test_twice_is_once(program: Program, tmp_path: Path) -> None:
    environment = {"TZ": "Europe/Berlin", "KSTAR_HISTORY": str(tmp_path / "h.sqlite")}
    rows = [*steady(NOON, 241), old_row(242, "never"), old_row(243, None)]
    old = str(write_old_file(tmp_path / "old.db", rows))
    done = await program("history", "import", old, "--inverter", "K1", environment=environment)
    assert done.status == 0
    assert done.out.splitlines()[:2] == [
        "243 rows read, 241 good, 2 refused",
        "  2 refused: no time",
    ]
    assert "K1 is new in this history." in done.err
    first = await program("history", *DAY, "--json", environment=environment)
    (day,) = json.loads(first.out)
    assert (day["load_energy"], day["grid_export_energy"]) == (1.2, 0.48)
    again = await program("history", "import", old, environment=environment)
    assert again.out.splitlines()[-1].startswith("0 minutes taken, 12")
    assert (await program("history", *DAY, "--json", environment=environment)).out == first.out


async def test_an_import_that_goes_on_where_the_file_has_grown(
    program: Program, tmp_path: Path
) -> None:
    environment = {"KSTAR_HISTORY": str(tmp_path / "h.sqlite")}
    for count in (120, 241):
        old = write_old_file(tmp_path / f"{count}.db", steady(NOON, count))
        done = await program(
            *("history", "import", str(old), "--inverter", "K1"), environment=environment
        )
        assert done.status == 0
    done = await program("history", *DAY, "--json", environment=environment)
    (day,) = json.loads(done.out)
    assert day["observed"] >= 7000


async def test_whose_file_it_is_has_to_be_known(program: Program, tmp_path: Path) -> None:
    history = tmp_path / "h.sqlite"
    old = write_old_file(tmp_path / "old.db", steady(NOON, 3))
    done = await program("history", "import", str(old), "--history", str(history))
    assert (done.status, done.out) == (1, "")
    assert "--inverter SERIAL" in done.err
    assert not history.exists()
    done = await program(
        *("history", "import", str(old), "--history", str(history), "--inverter", "a/b")
    )
    assert (done.status, "no serial number" in done.err) == (2, True)


async def test_not_kstar_sharps(program: Program, tmp_path: Path) -> None:
    environment = {"KSTAR_HISTORY": str(tmp_path / "h.sqlite")}
    other = tmp_path / "other.db"
    other.write_text("x" * 5000)
    done = await program(
        *("history", "import", str(other), "--inverter", "K1"), environment=environment
    )
    assert (done.status, done.out) == (1, "")
    assert "is no SQLite file" in done.err


async def test_while_another_process_writes(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    old = write_old_file(tmp_path / "old.db", steady(NOON, 3))
    with closing(Store.open(path, Calendar(), now=NOON.timestamp())):
        done = await program(
            *("history", "import", str(old), "--history", str(path), "--inverter", "K1")
        )
    assert done.status == 1
    assert "is writing the history. Stop it" in done.err


def test_a_bar_on_a_terminal_that_is_gone_at_the_end(tmp_path: Path) -> None:
    old = write_old_file(tmp_path / "old.db", steady(NOON, 40_000))
    command = [sys.executable, "-m", "kstar_tui", "history", "import", str(old)]
    environment = {"HOME": str(tmp_path), "KSTAR_HISTORY": str(tmp_path / "h.sqlite")}
    with Terminal([*command, "--inverter", "K1"], 60, 20, environment) as terminal:
        assert terminal.wait_end(30) == 0
        assert b"importing [#" in terminal.raw
        assert "importing" not in terminal.text
        assert "40000 rows read, 40000 good, 0 refused" in terminal.text
