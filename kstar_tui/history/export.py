"""What was kept as rows of plain values, for machines: named as the field table names them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from kstar_tui.history.bucket import MINUTE, QUARTER, Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import KEPT, SCALES
from kstar_tui.history.derived import self_consumption, self_sufficiency
from kstar_tui.history.records import RawFrame
from kstar_tui.monitor.energy import FLOWS
from kstar_tui.protocol.frame import FrameError, parse_frame
from kstar_tui.protocol.reading import FIELDS, decode_running_data

Row = dict[str, object]


class Resolution(StrEnum):
    """How fine the rows are."""

    RAW = "raw"
    MINUTE = "minute"
    QUARTER = "quarter"
    DAY = "day"

    @property
    def step(self) -> int:
        """Seconds of a minute's or a quarter's row."""
        return MINUTE if self is Resolution.MINUTE else QUARTER


_ENERGIES = tuple(flow.energy for flow in FLOWS)
_SHARES = ("self_consumption", "self_sufficiency")
_NAMES = tuple((name, f"{name}_min", f"{name}_max") for name in KEPT)
_FIELD_COLUMNS = tuple(column for names in _NAMES for column in names)


def columns(resolution: Resolution) -> tuple[str, ...]:
    """The names in every row of a resolution, in order."""
    if resolution is Resolution.RAW:
        return ("time", *FIELDS)
    first = ("day",) if resolution is Resolution.DAY else ("time",)
    more = ("observed_share",) if resolution is Resolution.DAY else ()
    return (*first, "observed", *more, *_ENERGIES, *_SHARES, *_FIELD_COLUMNS)


def bucket_row(bucket: Bucket, calendar: Calendar) -> Row:
    """A minute or a quarter of an hour: kWh, shares in %, and each field's mean, min and max."""
    row: Row = {"time": calendar.local(bucket.start).isoformat()}
    row["observed"] = bucket.observed / 1000
    _fill(row, bucket)
    return row


def day_row(day: date, bucket: Bucket, seconds: int) -> Row:
    """A local day of which `seconds` have passed so far."""
    row: Row = {"day": day.isoformat(), "observed": bucket.observed / 1000}
    row["observed_share"] = percent(observed_share(bucket, seconds))
    _fill(row, bucket)
    return row


def frame_rows(frames: Iterator[RawFrame], calendar: Calendar) -> Iterator[Row]:
    """Every field of each frame; a frame that cannot be decoded is left out."""
    for raw in frames:
        try:
            values = decode_running_data(parse_frame(raw.frame)).values()
        except FrameError:
            continue
        row: Row = {"time": calendar.local(raw.at).isoformat(timespec="milliseconds")}
        for name, value in values.items():
            row[name] = list(value) if isinstance(value, tuple) else value
        yield row


def observed_share(bucket: Bucket, seconds: int) -> float | None:
    """The share 0..1 of so many seconds in which the flows were known."""
    return min(1.0, bucket.observed / 1000 / seconds) if seconds > 0 else None


def percent(share: float | None) -> float | None:
    """A share 0..1 in %, to a tenth."""
    return None if share is None else round(100 * share, 1)


def _fill(row: Row, bucket: Bucket) -> None:
    for flow, name in zip(FLOWS, _ENERGIES, strict=True):
        row[name] = round(bucket.energy(flow), 6)
    row["self_consumption"] = percent(self_consumption(bucket))
    row["self_sufficiency"] = percent(self_sufficiency(bucket))
    observed = bucket.observed
    kept = zip(_NAMES, SCALES, bucket.sums, bucket.lows, bucket.highs, strict=True)
    for (mean, minimum, maximum), scale, total, low, high in kept:
        row[mean] = None if total is None or not observed else round(total / observed, 3)
        row[minimum] = None if low is None else low if scale == 1 else low / scale
        row[maximum] = None if high is None else high if scale == 1 else high / scale
