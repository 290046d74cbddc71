"""The connections in detail: who the inverter is, how it answers, what was refused, the broker."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.view import View
from kstar_tui.tui.panel import PanelScreen
from kstar_tui.tui.words import NOTHING, duration, moment, number

Line = tuple[str, str]
_NAME_WIDTH = 14


class DetailsScreen(PanelScreen):
    """A snapshot of one moment."""

    def __init__(self, view: View, glyphs: Glyphs) -> None:
        parts = [
            _section("Inverter", _inverter(view), glyphs),
            _section("Link", _link(view), glyphs),
            _section("Refused", _refused(view), glyphs),
            _section("MQTT", _mqtt(view), glyphs),
            _section("History", _history(view), glyphs),
        ]
        super().__init__(f"Connections at {view.now:%H:%M:%S}", *parts)


def _inverter(view: View) -> list[Line]:
    update, info = view.update, view.update.info
    lines = [("address", str(update.address or NOTHING)), ("MAC", update.mac or NOTHING)]
    if info is None:
        return [*lines, ("identity", "not told yet")]
    return [
        ("model", info.model or NOTHING),
        ("serial number", info.serial or NOTHING),
        ("maker", info.manufacturer or NOTHING),
        ("firmware", " ".join(filter(None, (info.firmware, info.software))) or NOTHING),
        ("grid code", f"{info.country} ({info.country_code})"),
        *lines,
    ]


def _link(view: View) -> list[Line]:
    update = view.update
    since = moment(update.since.astimezone(view.now.tzinfo), view.now)
    lines = [
        ("state", f"{update.state} since {since}"),
        ("polls", f"{number(update.polls)}, {number(update.lost)} lost"),
    ]
    if view.age is not None:
        lines.append(("last reading", f"{duration(view.age)} ago"))
    if update.latency is not None:
        lines.append(("last answer", f"in {update.latency * 1000:.0f} ms"))
    if update.error:
        lines.append(("last error", update.error))
    return lines


def _refused(view: View) -> list[Line]:
    reasons = sorted(view.update.rejected.items(), key=lambda item: -item[1])
    return [(reason, number(count)) for reason, count in reasons] or [("nothing", "")]


def _mqtt(view: View) -> list[Line]:
    status = view.mqtt
    if status is None:
        return [("off", "--mqtt BROKER publishes every reading")]
    since = moment(status.since.astimezone(view.now.tzinfo), view.now)
    lines = [
        ("broker", status.broker),
        ("state", f"{'connected' if status.connected else 'not connected'} since {since}"),
        ("readings", f"{number(status.sent)} sent, {number(status.dropped)} dropped"),
        ("client id", status.client_id or NOTHING),
    ]
    if status.error:
        lines.append(("last error", status.error))
    return lines


def _history(view: View) -> list[Line]:
    status = view.history
    if status is None:
        return [("off", "nothing is written down")]
    state = str(status.keeping)
    if status.pid is not None:
        state += f", process {status.pid} writes"
    lines = [("file", status.path), ("state", state), ("written", f"{number(status.rows)} rows")]
    if status.error:
        lines.append(("last error", status.error))
    if status.set_aside is not None:
        lines.append(("set aside", str(status.set_aside)))
    return lines


def _section(title: str, lines: Iterable[Line], glyphs: Glyphs) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row(Text(f"{title:<8}", style="bold"), "", "")
    for name, value in lines:
        table.add_row("", Text(f"{name:<{_NAME_WIDTH}}", style="dim"), Text(glyphs.spell(value)))
    return table
