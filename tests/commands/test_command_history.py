"""`history`: what was kept as a table, CSV and JSON."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from context_talk import context, said
from feed_world import HandDaemon
from program_talk import Program

from kstar_tui.commands import history_file
from kstar_tui.commands.history_file import file_to_read
from kstar_tui.history.bucket import MINUTE, Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX
from kstar_tui.history.records import Batch, RawFrame
from kstar_tui.history.store import Store
from kstar_tui.link.interface import Address
from kstar_tui.monitor.energy import FLOWS, MJ_PER_KWH
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply
from kstar_tui.settings.paths import HISTORY_NAME

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = Calendar(BERLIN)
ZONE = {"TZ": "Europe/Berlin"}
AUTUMN = datetime(2025, 10, 26, tzinfo=BERLIN)


def minutes(start: datetime, count: int, watts: int = 600) -> list[Bucket]:
    """Minutes with this much of every flow."""
    begin, made = int(start.timestamp()), []
    for i in range(count):
        bucket = Bucket(begin + i * MINUTE)
        bucket.observed = 60_000
        bucket.pv_energy = bucket.load_energy = watts * 60_000
        for flow in FLOWS:
            bucket.sums[INDEX[flow.value]] = watts * 60_000
            bucket.lows[INDEX[flow.value]] = bucket.highs[INDEX[flow.value]] = watts
        made.append(bucket)
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.sqlite"


def keep(path: Path, key: str, kept: list[Bucket], frames: list[RawFrame] | None = None) -> None:
    now = kept[-1].start + 120.0
    with closing(Store.open(path, CALENDAR, now=now)) as store:
        store.save(Batch(key, now, minutes=kept, frames=frames or (), model="KSE-4000", serial=key))


async def history(program: Program, path: Path, *arguments: str) -> list[str]:
    done = await program("history", "--history", str(path), *arguments, environment=ZONE)
    assert (done.status, done.err) == (0, "")
    return done.out.splitlines()


async def test_days_as_a_table_with_their_sum(program: Program, path: Path) -> None:
    keep(path, "K1", minutes(AUTUMN, 26 * 60))
    lines = await history(program, path, "--from", "2025-10-20", "--to", "2025-10-27")
    assert lines[1].split() == ["Day", *["kWh"] * 6, "use", "suff.", "ved"]
    # The day has 25 hours.
    assert lines[2].split() == ["2025-10-26", *["15.00"] * 6, "0", "%", "0", "%", "100", "%"]
    assert lines[3].split()[:2] == ["2025-10-27", "0.60"]
    assert lines[-1].split()[:3] == ["2", "days", "15.60"]
    assert max(map(len, lines)) <= 80


async def test_beside_a_daemon_it_reads_the_daemons_file(
    program: Program, path: Path, own_runtime: Path
) -> None:
    keep(path, "K1", minutes(AUTUMN, 26 * 60))
    daemon = HandDaemon(history=str(path), address=Address("127.0.0.1"))
    await daemon.open(own_runtime / "kstar-tui")
    runtime = ZONE | {"XDG_RUNTIME_DIR": str(own_runtime)}
    try:
        done = await program(
            "history", "--from", "2025-10-20", "--json", environment=ZONE | runtime
        )
        assert done.err == f"Read from the daemon's history (process 4711): {path}\n"
        assert len(json.loads(done.out)) == 2
        for own in (
            {"KSTAR_HISTORY": str(path.with_name("own.sqlite"))},
            {"KSTAR_ATTACH": "off"},
            # Another inverter's daemon.
            {"KSTAR_HOST": "127.0.0.2"},
        ):
            done = await program("history", environment=runtime | own)
            assert done.status == 1
            assert "There is no history yet" in done.err
        daemon.hello = daemon.hello._replace(screen=True)
        done = await program("history", environment=runtime)
        assert "There is no history yet" in done.err, "a screen is no daemon"
    finally:
        daemon.feed.close()


def test_what_a_service_left_is_read_where_there_is_none_of_ones_own(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own, service = tmp_path / "own", tmp_path / "service"
    monkeypatch.setenv("XDG_DATA_HOME", str(own))
    monkeypatch.setattr(history_file, "SERVICE_FOLDER", service)
    mine, theirs = own / "kstar-tui" / HISTORY_NAME, service / HISTORY_NAME
    call = context("history")
    assert file_to_read(call) == mine
    theirs.parent.mkdir()
    theirs.touch()
    assert said(call) == ""
    assert file_to_read(call) == theirs
    assert said(call) == f"Read from the service's history: {theirs}\n"
    assert file_to_read(context("history", "--history", str(path))) == path
    mine.parent.mkdir(parents=True)
    mine.touch()
    assert file_to_read(call) == mine


async def test_json_and_csv_say_the_same(program: Program, path: Path) -> None:
    keep(path, "K1", minutes(AUTUMN, 26 * 60))
    days = ("--from", "2025-10-26", "--to", "2025-10-27")
    as_json = json.loads("\n".join(await history(program, path, *days, "--json")))
    as_csv = list(csv.DictReader(await history(program, path, *days, "--format", "csv")))
    assert [row["day"] for row in as_json] == ["2025-10-26", "2025-10-27"]
    assert as_json[0]["pv_energy"] == 15.0
    assert as_json[0]["temperature"] is None
    assert as_json[0]["observed_share"] == 100.0
    for one, other in zip(as_json, as_csv, strict=True):
        assert {name: "" if v is None else str(v) for name, v in one.items()} == other


@pytest.mark.parametrize(("resolution", "count"), [("quarter", 100), ("minute", 1500)])
async def test_a_day_of_25_hours_in_steps(
    program: Program, path: Path, resolution: str, count: int
) -> None:
    keep(path, "K1", minutes(AUTUMN, 26 * 60))
    day = ("--from", "2025-10-26", "--to", "2025-10-26")
    rows = json.loads(
        "\n".join(await history(program, path, *day, "--json", "--resolution", resolution))
    )
    assert len(rows) == count
    assert sum(row["load_energy"] for row in rows) == pytest.approx(15.0)
    times = [row["time"] for row in rows]
    assert (times[0], len(set(times))) == ("2025-10-26T00:00:00+02:00", count)
    assert sum(time.startswith("2025-10-26T02:") for time in times) == count * 2 // 25


async def test_readings_as_they_came(program: Program, path: Path) -> None:
    start = AUTUMN.timestamp()
    frame = build_reply(0x86, encode_running_data({"pv1_voltage": 167.3, "battery_soc": 76}))
    keep(path, "K1", minutes(AUTUMN, 2), [RawFrame(start + 5 * i, frame) for i in range(4)])
    day = ("--from", "2025-10-26", "--to", "2025-10-26", "--resolution", "raw")
    rows = json.loads("\n".join(await history(program, path, *day, "--json")))
    assert [row["pv1_voltage"] for row in rows] == [167.3] * 4
    assert rows[1]["time"] == "2025-10-26T00:00:05.000+02:00"
    lines = await history(program, path, *day)
    assert len(lines) == 5
    assert lines[1].startswith("2025-10-26 00:00:00")


async def test_several_inverters(program: Program, path: Path) -> None:
    keep(path, "OLD1", minutes(AUTUMN, 60))
    keep(path, "NEW2", minutes(AUTUMN + timedelta(days=1), 60))
    days = ("history", "--history", str(path), "--from", "2025-10-20", "--to", "2025-10-28")
    done = await program(*days, "--json", environment=ZONE)
    assert [row["day"] for row in json.loads(done.out)] == ["2025-10-27"]
    assert "NEW2, OLD1. This is NEW2" in done.err
    done = await program(*days, "--json", "--inverter", "old1", environment=ZONE)
    assert [row["day"] for row in json.loads(done.out)] == ["2025-10-26"]
    done = await program(*days, "--inverter", "X", environment=ZONE)
    assert (done.status, "NEW2, OLD1" in done.err) == (2, True)


async def test_days_without_anything(program: Program, path: Path) -> None:
    keep(path, "K1", minutes(AUTUMN, 60))
    done = await program("history", "--history", str(path), environment=ZONE)
    assert (done.status, done.out) == (0, "")
    assert "There is something from 2025-10-26 to 2025-10-26" in done.err
    assert await history(program, path, "--json") == ["[]"]
    (names,) = await history(program, path, "--format", "csv")
    assert next(csv.reader(StringIO(names)))[0] == "day"


async def test_no_history_yet(program: Program, path: Path) -> None:
    done = await program("history", "--history", str(path))
    assert (done.status, done.out) == (1, "")
    assert "There is no history yet" in done.err
    assert not path.exists()
    done = await program("history", "--no-history")
    assert (done.status, "turned off" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "05/04/2026"], "--from '05/04/2026' is no day"),
        (["--to", "2026-02-30"], "is no day"),
        (["--from", "0001-01-01"], "is no day"),
        (["--from", "today", "--to", "yesterday"], "is after"),
        (["--json", "--format", "csv"], "exclude each other"),
        (["--resolution", "hour"], "invalid choice"),
        (["show", "file.db"], "takes no file"),
        (["import"], "history import FILE"),
        (["bring", "file.db"], "invalid choice: 'bring'"),
    ],
)
async def test_bad_arguments(program: Program, path: Path, arguments: list[str], said: str) -> None:
    keep(path, "K1", minutes(AUTUMN, 1))
    done = await program("history", *arguments, environment={"KSTAR_HISTORY": str(path)})
    assert (done.status, done.out) == (2, "")
    assert said in done.err


async def test_beside_whoever_writes(program: Program, path: Path) -> None:
    keep(path, "K1", minutes(AUTUMN, 60))
    with closing(Store.open(path, CALENDAR, now=AUTUMN.timestamp())):
        lines = await history(program, path, "--from", "2025-10-26", "--to", "2025-10-26")
    assert lines[2].split()[1] == f"{600 * 3_600_000 / MJ_PER_KWH:.2f}"
