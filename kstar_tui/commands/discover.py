"""`kstar-tui discover`: which inverters are in this network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from kstar_tui.commands.context import Context
from kstar_tui.commands.finding import find_inverters
from kstar_tui.link.search import Found
from kstar_tui.protocol.wording import NOTHING
from kstar_tui.status import Status

_HEADINGS = ("ADDRESS", "PORT", "MAC", "NAME", "SERIAL", "MODEL")


def run(context: Context) -> int:
    """One line an inverter; CommandError with NO_INVERTER where there is none."""
    found = asyncio.run(find_inverters(context, context.load()))
    if context.options.json:
        for one in found:
            context.emit_json(found_json(one))
        return Status.DONE
    rows = [_HEADINGS, *map(_row, found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    # The heading is no data: a script gets inverters only.
    context.say(_aligned(rows[0], widths))
    for row in rows[1:]:
        context.emit(_aligned(row, widths))
    return Status.DONE


def found_json(one: Found) -> dict[str, object]:
    """An inverter with the names of the columns; null for what it did not say."""
    return {
        "address": one.address.host,
        "port": one.address.port,
        "mac": one.mac,
        "name": one.name or None,
        "serial": one.serial,
        "model": one.model,
    }


def _row(one: Found) -> tuple[str, ...]:
    return tuple(NOTHING if value is None else str(value) for value in found_json(one).values())


def _aligned(row: Iterable[str], widths: Iterable[int]) -> str:
    cells = [f"{text:<{width}}" for text, width in zip(row, widths, strict=True)]
    return "  ".join(cells).rstrip()
