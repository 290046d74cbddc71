"""Rows for machines: their names, units and what is not known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX, KEPT
from kstar_tui.history.export import Resolution, bucket_row, columns, day_row, frame_rows
from kstar_tui.history.records import RawFrame
from kstar_tui.monitor.energy import MJ_PER_KWH
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply
from kstar_tui.protocol.reading import FIELDS

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))
NOON = int(datetime(2026, 5, 4, 10, tzinfo=UTC).timestamp())


def half_observed() -> Bucket:
    bucket = Bucket(NOON)
    bucket.observed = 30_000
    bucket.pv_energy = MJ_PER_KWH // 100
    for name, mean in (("pv_power", 1200), ("grid_export_power", 300), ("grid_voltage", 230)):
        bucket.sums[INDEX[name]] = mean * 30_000
    bucket.lows[INDEX["grid_voltage"]] = 2295
    bucket.highs[INDEX["grid_voltage"]] = 2312
    return bucket


def test_a_minute() -> None:
    row = bucket_row(half_observed(), BERLIN)
    assert tuple(row) == columns(Resolution.MINUTE)
    assert row["time"] == "2026-05-04T12:00:00+02:00"
    assert (row["observed"], row["pv_energy"], row["grid_export_energy"]) == (30.0, 0.01, 0.0025)
    assert (row["grid_voltage"], row["grid_voltage_min"], row["grid_voltage_max"]) == (
        230,
        229.5,
        231.2,
    )
    assert row["self_consumption"] == 75.0
    assert (row["self_sufficiency"], row["temperature"], row["temperature_min"]) == (None,) * 3


def test_a_day() -> None:
    row = day_row(date(2026, 5, 4), half_observed(), 60)
    assert tuple(row) == columns(Resolution.DAY)
    assert (row["day"], row["observed_share"]) == ("2026-05-04", 50.0)
    assert day_row(date(2026, 5, 4), half_observed(), 0)["observed_share"] is None


def test_every_kept_field_has_its_columns() -> None:
    names = columns(Resolution.QUARTER)
    assert len(set(names)) == len(names)
    for name in KEPT:
        assert {name, f"{name}_min", f"{name}_max"} <= set(names)


def test_readings_as_read_prints_them() -> None:
    frame = build_reply(0x86, encode_running_data({"pv1_voltage": 167.3}))
    frames = [RawFrame(NOON + 0.25, frame), RawFrame(NOON + 5, b"damaged")]
    (row,) = frame_rows(iter(frames), BERLIN)
    assert tuple(row) == columns(Resolution.RAW) == ("time", *FIELDS)
    assert (row["time"], row["pv1_voltage"], row["errors"]) == (
        "2026-05-04T12:00:00.250+02:00",
        167.3,
        [],
    )
