"""kstar.sharp's file: what becomes of its rows, and that nothing in it can do harm."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from old_file import COLUMNS, OldRow, old_row, steady, write_old_file

from kstar_tui.history.bucket import Bucket, merged
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.oldfile import Conversion, OldFile, OldFileError
from kstar_tui.monitor.energy import Flow

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))
NOW = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
NOON = datetime(2023, 5, 4, 12)


def converted(path: Path) -> tuple[dict[int, Bucket], Conversion]:
    conversion, minutes = Conversion(BERLIN, NOW), []
    with OldFile(path) as old:
        for chunk in conversion.chunks(old.rows()):
            minutes += chunk.minutes
    minutes += conversion.left.minutes
    by_start = {minute.start: minute for minute in minutes}
    assert len(by_start) == len(minutes), "a minute came twice"
    return by_start, conversion


def of_rows(tmp_path: Path, rows: Iterable[OldRow]) -> tuple[dict[int, Bucket], Conversion]:
    path = tmp_path / "old.db"
    path.unlink(missing_ok=True)
    return converted(write_old_file(path, rows))


def test_an_hour(tmp_path: Path) -> None:
    rows = [
        old_row(i, time, ETotal=str(total))
        for i, time, total in zip(
            range(121),
            [row[1] for row in steady(NOON, 121)],
            [1468.2] * 60 + [1468.9] * 61,
            strict=True,
        )
    ]
    minutes, conversion = of_rows(tmp_path, rows)
    whole = merged(0, minutes.values())
    assert whole.observed == 3_600_000
    assert whole.energies() == pytest.approx(
        {
            Flow.PV: 0.7,
            Flow.LOAD: 0.6,
            Flow.IMPORT: 0,
            Flow.EXPORT: 0.24,
            Flow.CHARGE: 0.36,
            Flow.DISCHARGE: 0,
        }
    )
    assert min(minutes) == datetime(2023, 5, 4, 10, tzinfo=UTC).timestamp()
    assert (whole.low("battery_soc"), whole.mean("pv1_voltage")) == (76, 167.3)
    assert whole.mean("grid_voltage") is None
    assert (conversion.accepted, conversion.refused) == (121, Counter())


def test_nothing_is_integrated_over_a_gap(tmp_path: Path) -> None:
    rows = [*steady(NOON, 3), *steady(NOON.replace(hour=14), 3, first=9)]
    minutes, _ = of_rows(tmp_path, rows)
    assert sum(minute.observed for minute in minutes.values()) == 120_000


@pytest.mark.parametrize(
    "text", ["2023-05-04 12:00:30", "2023-05-04T12:00:30.5", "2023-05-04T10:00:30Z"]
)
def test_times_as_they_are_written(tmp_path: Path, text: str) -> None:
    minutes, _ = of_rows(tmp_path, [old_row(1, "2023-05-04 12:00:00"), old_row(2, text)])
    assert set(minutes) == {datetime(2023, 5, 4, 10, tzinfo=UTC).timestamp()}


def test_the_hour_that_comes_twice(tmp_path: Path) -> None:
    rows = [
        *steady(datetime(2023, 10, 29, 1), 240),
        *steady(datetime(2023, 10, 29, 2), 240, first=241),
    ]
    minutes, conversion = of_rows(tmp_path, rows)
    assert not conversion.refused
    assert sum(minute.observed for minute in minutes.values()) == 479 * 30_000
    assert max(minutes) - min(minutes) == 239 * 60


def test_an_hour_that_never_was(tmp_path: Path) -> None:
    _, conversion = of_rows(tmp_path, steady(datetime(2023, 3, 26, 2), 5))
    assert conversion.refused == {"a time that was skipped as summer time began": 5}


def test_many_days_come_in_parts(tmp_path: Path) -> None:
    days = 17
    rows = steady(NOON, days * 24 * 60 + 1, step=60.0)
    path = write_old_file(tmp_path / "old.db", rows)
    conversion, sizes = Conversion(BERLIN, NOW), []
    with OldFile(path) as old:
        sizes = [len(chunk.minutes) for chunk in conversion.chunks(old.rows())]
    assert len(sizes) > 2
    assert max(sizes) <= 8 * 24 * 60
    # The last row reaches a little into one minute more.
    assert sum(sizes) + len(conversion.left.minutes) == days * 24 * 60 + 1


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"RecordedDateTime": None}, "no time"),
        ({"RecordedDateTime": "yesterday"}, "no time"),
        ({"RecordedDateTime": 12}, "no time"),
        ({"RecordedDateTime": "9999-12-31 23:59:59"}, "a time in the future"),
        ({"RecordedDateTime": "0001-01-01 00:00:00"}, "a time before 2015"),
        ({"RecordedDateTime": "2023-05-04 11:59:50"}, "the clock went back"),
        ({"RecordedDateTime": "2023-05-04 12:00:30.1234567"}, "recorded twice"),
        ({"PVPower": None}, "PV power missing or no number"),
        ({"LoadPower": "much"}, "Load power missing or no number"),
        ({"GridPower": "nan"}, "Grid power missing or no number"),
        ({"GridPower": 1e9}, "Grid power out of range"),
        ({"PVPower": -5}, "PV power out of range"),
        ({"Bat1Charge": 255}, "State of charge out of range"),
        (
            dict.fromkeys(("ETotal", "PVPower", "LoadPower", "PV1Volt", "Bat1Voltage"), 0),
            "all values zero",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, changed: dict[str, object], reason: str) -> None:
    row = {"time": "2023-05-04 12:01:00", **changed}
    time = row.pop("RecordedDateTime", row.pop("time"))
    row.pop("time", None)
    _, conversion = of_rows(tmp_path, [*steady(NOON, 2), old_row(3, time, **row)])
    assert conversion.refused == {reason: 1}
    assert conversion.accepted == 2


def test_a_counter_that_fell_or_leapt_is_not_counted(tmp_path: Path) -> None:
    totals = ("100.0", "0", "100.0", "100.1", "9000")
    rows = [old_row(i, f"2023-05-04 12:0{i}:00", ETotal=t) for i, t in enumerate(totals)]
    minutes, conversion = of_rows(tmp_path, rows)
    assert merged(0, minutes.values()).energy(Flow.PV) == pytest.approx(0.1)
    assert conversion.uncounted == 3


def test_a_year_ahead_and_back(tmp_path: Path) -> None:
    rows = [
        *steady(NOON, 3),
        *steady(NOON.replace(year=2024), 3, first=4),
        *steady(NOON.replace(hour=13), 3, first=7),
    ]
    minutes, conversion = of_rows(tmp_path, rows)
    assert conversion.accepted == 9
    assert sum(minute.observed for minute in minutes.values()) == 180_000


_ANY = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=8),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(COLUMNS[1:]), _ANY, max_size=13), min_size=1, max_size=12
    )
)
def test_any_rows_are_counted_and_do_no_harm(
    tmp_path: Path, changes: list[dict[str, object]]
) -> None:
    rows = []
    for number, change in enumerate(changes):
        time = change.pop("RecordedDateTime", f"2023-05-04 12:00:{number:02}")
        rows.append(old_row(number, time, **change))
    minutes, conversion = of_rows(tmp_path, rows)
    assert conversion.accepted + conversion.refused.total() == len(rows)
    for minute in minutes.values():
        assert min(minute.energies().values()) >= 0
        assert 0 <= minute.observed <= 60_000


class TestNoSuchFile:
    def refusal(self, path: Path) -> str:
        with pytest.raises(OldFileError) as caught:
            converted(path)
        return str(caught.value)

    def test_none_at_all(self, tmp_path: Path) -> None:
        assert "There is no file" in self.refusal(tmp_path / "none.db")

    def test_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "old.db"
        path.write_text("something else " * 500)
        assert "is no SQLite file, or damaged" in self.refusal(path)

    @pytest.mark.parametrize(
        ("sql", "said"),
        [
            ("CREATE TABLE Other (Id)", "no table InverterDataGranular"),
            ("CREATE VIEW InverterDataGranular AS SELECT 1 AS Id", "no table InverterDataGranular"),
            ("CREATE TABLE InverterDataGranular (Id, PVPower)", "no column RecordedDateTime"),
        ],
    )
    def test_another_one(self, tmp_path: Path, sql: str, said: str) -> None:
        path = tmp_path / "old.db"
        with closing(sqlite3.connect(path)) as database:
            database.execute(sql)
        assert said in self.refusal(path)

    def test_damaged_further_on_keeps_what_came_before(self, tmp_path: Path) -> None:
        path = write_old_file(tmp_path / "old.db", steady(NOON, 2000))
        data = bytearray(path.read_bytes())
        data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
        path.write_bytes(data)
        conversion = Conversion(BERLIN, NOW)
        with OldFile(path) as old, pytest.raises(OldFileError, match="to its end"):
            list(conversion.chunks(old.rows()))
        assert conversion.left.minutes or not conversion.accepted


def test_the_file_stays_as_it_was(tmp_path: Path) -> None:
    path = write_old_file(tmp_path / "old.db", steady(NOON, 5))
    before = path.read_bytes()
    converted(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["old.db"]
