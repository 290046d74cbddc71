"""The connections in detail: who the inverter is, how it answers, what was refused, the broker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from kstar_tui.tui.glyphs import Glyphs
from kstar_tui.tui.live.view import View
from kstar_tui.tui.panel import PanelScreen
from kstar_tui.tui.words import NOTHING, duration, left_to, number

if TYPE_CHECKING:
    from kstar_tui.mqtt.status import MqttStatus

Line = tuple[str, str]
_NAME_WIDTH = 14


class DetailsScreen(PanelScreen):
    """A snapshot of one moment."""

    def __init__(self, view: View, glyphs: Glyphs) -> None:
        parts = [_section(name, lines, glyphs) for name, lines in sections(view).items()]
        super().__init__(f"Connections at {view.now:%H:%M:%S}", *parts)


def sections(view: View) -> dict[str, list[Line]]:
    """All that is told, by heading."""
    return {
        "Inverter": _inverter(view),
        "Link": _link(view),
        "Refused": _refused(view),
        "MQTT": _mqtt(view),
        "History": _history(view),
    }


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
    lines = [("state", f"{update.state} since {view.moment(update.since)}")]
    if view.via is not None:
        what = f" ({view.via.what})" if view.via.what else ""
        lines.append(("via", f"{view.via.who}{what}, attached since {view.moment(view.via.since)}"))
    lines += [
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
    if status is None and view.via is not None:
        return [("off", view.via.no_mqtt)]
    if status is None:
        return [("off", "--mqtt BROKER publishes every reading")]
    lines = [("broker", status.broker), ("state", _publishing(view, status))]
    if status.rival:
        lines.append(("beware", "another kstar-tui publishes this inverter, too: stop one of them"))
    lines += [
        ("messages", f"{number(status.messages)} sent"),
        ("readings", f"{number(status.sent)} sent, {number(status.dropped)} dropped"),
        ("client id", status.client_id or NOTHING),
    ]
    if status.last_error:
        over = "" if status.error else " (over)"
        lines.append(("last error", f"{status.last_error}{over}"))
    return lines


def _publishing(view: View, status: MqttStatus) -> str:
    if status.standby:
        return left_to(view.history.pid if view.history else None)
    if status.client_id is None:
        return "waits for the inverter's name"
    since = view.moment(status.since)
    return f"{'connected' if status.connected else 'not connected'} since {since}"


def _history(view: View) -> list[Line]:
    status = view.history
    if status is None:
        return [("off", view.via.no_history if view.via else "nothing is written down")]
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
