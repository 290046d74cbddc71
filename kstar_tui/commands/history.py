"""`kstar-tui history`: what was kept, as a table for people or as CSV and JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.history_file import file_to_read
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.export import Resolution, Row, bucket_row, columns, day_row, frame_rows
from kstar_tui.status import Status

if TYPE_CHECKING:
    from kstar_tui.commands.progress import Progress
    from kstar_tui.history.archive import Archive, KnownInverter
    from kstar_tui.history.bucket import Bucket
    from kstar_tui.history.records import RawFrame

DAYS = 30
"""Days that are listed where none are named."""
_DAY = timedelta(days=1)


class Period(NamedTuple):
    """Local days, both included."""

    first: date
    last: date


class Query(NamedTuple):
    """What is asked of which inverter. `now` in s since 1970."""

    archive: Archive
    calendar: Calendar
    key: str
    period: Period
    resolution: Resolution
    now: float


def run(context: Context) -> int:
    """Print what was kept or take over an old file; CommandError says why it cannot be done."""
    options = context.options
    if options.action == "import":
        from kstar_tui.commands.history_import import run as run_import

        return run_import(context)
    if options.file is not None:
        raise CommandError("history takes no file but in: history import FILE.", Status.USAGE)
    form = _form(context)
    resolution = Resolution(options.resolution)
    now = context.clock.now()
    calendar = Calendar()
    today = calendar.day(now.timestamp())
    period = chosen_period(options.first, options.last, resolution, today)
    path = file_to_read(context)
    if not path.exists():
        raise CommandError(
            f"There is no history yet: {path} does not exist. It begins with the first minute for "
            "which kstar-tui or kstar-tui --headless runs with an inverter."
        )
    from kstar_tui.history.archive import Archive
    from kstar_tui.history.store import Store, StoreError

    try:
        with closing(Store.open(path, calendar, now=now.timestamp(), write=False)) as store:
            archive = Archive(store, calendar)
            chosen = choose_inverter(context, archive.inverters(), options.inverter)
            query = Query(archive, calendar, chosen, period, resolution, now.timestamp())
            _print(context, query, form)
    except StoreError as error:
        raise CommandError(f"The history cannot be read: {error}") from error
    return Status.DONE


def chosen_period(
    first: str | None, last: str | None, resolution: Resolution, today: date
) -> Period:
    """The days asked for: to today where no end is named, from its day or the days before it."""
    end = today if last is None else _day(last, "--to", today)
    if first is None:
        begin = end - (DAYS - 1) * _DAY if resolution is Resolution.DAY else end
    else:
        begin = _day(first, "--from", today)
    if begin > end:
        raise CommandError(f"--from {begin} is after --to {end}.", Status.USAGE)
    return Period(begin, end)


def choose_inverter(context: Context, known: Sequence[KnownInverter], wanted: str | None) -> str:
    """The key of the inverter asked for, else of the one last used."""
    if not known:
        raise CommandError("There is nothing in the history yet.")
    names = ", ".join(one.key for one in known)
    if wanted is not None:
        for one in known:
            if wanted.lower() in (one.key.lower(), one.serial.lower()):
                return one.key
        raise CommandError(f"No inverter {wanted!r} is in the history, but: {names}.", Status.USAGE)
    if len(known) > 1:
        context.say(
            f"Several inverters are in the history: {names}. This is {known[0].key}; "
            "choose another with --inverter."
        )
    return known[0].key


def rows(query: Query) -> Iterator[Row]:
    """What is asked for, oldest first, each with the names of its resolution."""
    calendar, (first, last) = query.calendar, query.period
    if query.resolution is Resolution.DAY:
        for day, bucket in query.archive.days(query.key, first, last):
            yield day_row(day, bucket, passed(query, day))
        return
    yield from (
        frame_rows(frames(query), calendar)
        if query.resolution is Resolution.RAW
        else (bucket_row(bucket, calendar) for bucket in buckets(query))
    )


def buckets(query: Query) -> Iterator[Bucket]:
    """The minutes or quarters of an hour asked for; a day at a time is in memory."""
    for start, end in _days(query):
        yield from query.archive.buckets(query.key, start, end, query.resolution.step)


def frames(query: Query) -> Iterator[RawFrame]:
    """The readings asked for, likewise."""
    for start, end in _days(query):
        yield from query.archive.frames(query.key, start, end)


def _days(query: Query) -> Iterator[tuple[int, int]]:
    """The days asked for, as far as something can have been kept of them, in s since 1970."""
    span = query.archive.span(query.key) or (query.period.first, query.period.last)
    day = max(query.period.first, span[0])
    while day <= min(query.period.last, span[1]):
        yield query.calendar.start(day), query.calendar.end(day)
        day += _DAY


def passed(query: Query, day: date) -> int:
    """How many seconds of a day are over."""
    end = min(query.calendar.end(day), int(query.now))
    return max(0, end - query.calendar.start(day))


def _form(context: Context) -> str:
    options = context.options
    form: str | None = options.format
    if options.json and form not in (None, "json"):
        raise CommandError(f"--json and --format {form} exclude each other.", Status.USAGE)
    return "json" if options.json else form or "table"


def _day(text: str, option: str, today: date) -> date:
    match text.strip().lower():
        case "today":
            return today
        case "yesterday":
            return today - _DAY
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or not 1971 <= day.year <= 2999:
        raise CommandError(
            f"{option} {text!r} is no day; write it as {today}, today or yesterday.", Status.USAGE
        )
    return day


def _print(context: Context, query: Query, form: str) -> None:
    if form == "table":
        from kstar_tui.commands.history_table import table_lines

        count = 0
        for line in table_lines(query):
            context.emit(line)
            count += 1
        if not count:
            _say_nothing(context, query)
        return
    from kstar_tui.commands.progress import Progress

    with Progress(context.err, context.clock, "exporting") as progress:
        # On one terminal with the rows a bar would stand among them.
        shown = progress if not context.out.isatty() else None
        write = _write_csv if form == "csv" else _write_json
        write(context, query.resolution, _watched(query, shown))


def _watched(query: Query, progress: Progress | None) -> Iterator[Row]:
    first, last = query.period
    days = (last - first).days + 1
    for number, row in enumerate(rows(query)):
        if progress is not None and not number % 200:
            day = date.fromisoformat(str(row.get("day") or row["time"])[:10])
            progress.show((day - first).days / days)
        yield row


def _write_csv(context: Context, resolution: Resolution, found: Iterator[Row]) -> None:
    import csv

    names = columns(resolution)
    writer = csv.writer(context.out, lineterminator="\n")
    writer.writerow(names)
    for row in found:
        cells = (row[name] for name in names)
        writer.writerow("; ".join(cell) if isinstance(cell, list) else cell for cell in cells)


def _write_json(context: Context, _resolution: Resolution, found: Iterator[Row]) -> None:
    encode = json.JSONEncoder(allow_nan=False).encode
    begin = "[\n"
    for row in found:
        context.out.write(begin + encode(row))
        begin = ",\n"
    context.out.write("[]\n" if begin == "[\n" else "\n]\n")


def _say_nothing(context: Context, query: Query) -> None:
    first, last = query.period
    when = f"on {first}" if first == last else f"from {first} to {last}"
    span = query.archive.span(query.key)
    where = f" There is something from {span[0]} to {span[1]}." if span else ""
    context.say(f"Nothing was kept {when}.{where}")
