"""`kstar-tui history import`: kstar.sharp's old file becomes part of the history."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.history import choose_inverter
from kstar_tui.commands.history_file import own_file
from kstar_tui.commands.progress import Progress
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.oldfile import Chunk, Conversion, OldFile, OldFileError, Row
from kstar_tui.status import Status

if TYPE_CHECKING:
    from kstar_tui.history.archive import KnownInverter
    from kstar_tui.history.store import Store

_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_NO_INVERTER = (
    "The history knows no inverter yet that the file could belong to. Run kstar-tui for a minute "
    "first, or name it: kstar-tui history import FILE --inverter SERIAL."
)


def run(context: Context) -> int:
    """Take over a file; FAILED where it could not be read to its end."""
    options = context.options
    if options.file is None:
        raise CommandError("Write it as: kstar-tui history import FILE.", Status.USAGE)
    wanted: str | None = options.inverter
    if wanted is not None and not _KEY.fullmatch(wanted):
        raise CommandError(f"--inverter {wanted!r} is no serial number.", Status.USAGE)
    path = own_file(context.load())
    try:
        with OldFile(Path(options.file)) as old:
            if wanted is None and not path.exists():
                raise CommandError(_NO_INVERTER)
            return _import(context, old, path, wanted)
    except OldFileError as error:
        raise CommandError(str(error)) from error


def _import(context: Context, old: OldFile, path: Path, wanted: str | None) -> int:
    from kstar_tui.history.archive import Archive
    from kstar_tui.history.store import Store, StoreBusy, StoreError

    calendar = Calendar()
    now = context.clock.now().timestamp()
    try:
        with closing(Store.open(path, calendar, now=now)) as store:
            if store.set_aside is not None:
                context.say(f"{path} was no history that can be read; it is now {store.set_aside}.")
            key = _target(context, Archive(store, calendar).inverters(), wanted)
            return _convert(context, old, store, key, Conversion(calendar, now))
    except StoreBusy as error:
        raise CommandError(
            f"Process {error.pid} is writing the history. Stop it (a daemon with: systemctl stop "
            "kstar-tui), import, and start it again."
        ) from error
    except StoreError as error:
        raise CommandError(f"The history cannot be written: {error}") from error


def _target(context: Context, known: Sequence[KnownInverter], wanted: str | None) -> str:
    if wanted is None:
        if not known:
            raise CommandError(_NO_INVERTER)
        if len(known) > 1:
            names = ", ".join(one.key for one in known)
            raise CommandError(
                f"Several inverters are in the history: {names}. Say with --inverter whose the "
                "file is.",
                Status.USAGE,
            )
        return known[0].key
    keys = {name.lower() for one in known for name in (one.key, one.serial)}
    if wanted.lower() in keys:
        return choose_inverter(context, known, wanted)
    context.say(f"{wanted} is new in this history.")
    return wanted


def _convert(context: Context, old: OldFile, store: Store, key: str, conversion: Conversion) -> int:
    taken = skipped = 0
    now = context.clock.now().timestamp()
    failure: OldFileError | None = None

    def save(chunk: Chunk) -> None:
        nonlocal taken, skipped
        minutes = sorted(chunk.minutes, key=lambda minute: minute.start)
        new, there = store.import_minutes(key, minutes, now=now)
        taken, skipped = taken + new, skipped + there

    with Progress(context.err, context.clock, "importing") as progress:

        def watched() -> Iterator[tuple[Row, float]]:
            for number, (row, share) in enumerate(old.rows()):
                if not number % 1000:
                    progress.show(share, f"{number} rows")
                yield row, share

        try:
            for chunk in conversion.chunks(watched()):
                save(chunk)
        except OldFileError as error:
            failure = error
        save(conversion.left)
    _report(context, conversion, taken, skipped)
    if failure is not None:
        raise failure
    return Status.DONE


def _report(context: Context, conversion: Conversion, taken: int, skipped: int) -> None:
    refused = conversion.refused
    read = conversion.accepted + refused.total()
    context.emit(f"{read} rows read, {conversion.accepted} good, {refused.total()} refused")
    for reason, count in refused.most_common():
        context.emit(f"  {count} refused: {reason}")
    context.emit(f"{taken} minutes taken, {skipped} skipped because they were there already")
    if conversion.uncounted:
        context.emit(
            f"{conversion.uncounted} times the counter of solar energy fell or rose faster than "
            "it can; not counted"
        )
