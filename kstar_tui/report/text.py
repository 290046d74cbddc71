"""The text of a report: comments that say how it went, and the frames as lines of hex."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kstar_tui.link.events import Found, NotAnInverter
from kstar_tui.monitor.events import Event
from kstar_tui.monitor.quality import LinkRecord, Stretch
from kstar_tui.monitor.searched import Searched
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.frame import FrameError, parse_frame
from kstar_tui.report.frames import frame_lines, harmless, heading
from kstar_tui.report.mask import Mask, mac_spellings
from kstar_tui.report.settings import personal, settings_lines
from kstar_tui.settings import Settings

if TYPE_CHECKING:
    # Each is loaded only where it is on.
    from kstar_tui.history.keeping import HistoryStatus
    from kstar_tui.mqtt.publisher import MqttStatus

Line = tuple[str, str]

_EVENTS = 40
_HOURS = 24
_NAMELESS = 2
"""Signs up to which the name of a WiFi module names nothing."""
_QUOTED = r"'.*'|\".*\""
_ASK = (
    "Serial numbers, hardware addresses, hosts, accounts and paths are masked. Look it over before",
    "you send it: on a model that nobody knows yet a text could stand in another place.",
    "",
    "What is wrong:",
    "What the inverter's display or the maker's app shows at the same time:",
    "Batteries and meter:",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything that a report tells of, unmasked."""

    at: datetime
    update: Update
    settings: Settings
    quality: LinkRecord
    events: Sequence[Event] = ()
    """The newest first."""
    mqtt: MqttStatus | None = None
    history: HistoryStatus | None = None
    searched: Searched | None = None
    about: Sequence[Line] = ()
    """Versions and the terminal."""
    mishaps: Sequence[str] = ()
    """Tracebacks of what went wrong in the program."""
    names: Sequence[str | None] = ()
    """Further serial numbers and keys under which something is kept."""
    paths: Sequence[str] = ()
    """Files of this user."""


def report_text(told: Told) -> str:
    """The whole report, a line of hex for each frame, all else behind `#`."""
    return "\n".join(_lines(told)) + "\n"


def _lines(told: Told) -> Iterator[str]:
    mask, serials = _mask(told), [serial for serial in _serials(told) if serial]
    yield heading(told.at)
    for text in _ASK:
        yield f"# {text}".rstrip()
    for title, lines in _sections(told).items():
        yield "#"
        yield f"# {title}"
        pairs = list(lines)
        wide = max((len(name) for name, _ in pairs), default=0)
        for name, value in pairs:
            yield f"#   {name:<{wide}}  {mask(value)}".rstrip()
    yield "#"
    yield "# Refused"
    for one in told.quality.refusals:
        yield f"#   {mask(one.reason)}: {one.times}, last {one.last:%d %b %H:%M:%S}"
        if one.data:
            yield f"#     {harmless(one.data, *serials).hex()}"
    if not told.quality.refusals:
        yield "#   nothing"
    for text in told.mishaps:
        yield "#"
        yield "# A mistake in the program"
        yield from (f"#   {mask(line)}".rstrip() for line in text.splitlines())
    yield "#"
    yield from _frames(told.update, serials)


def _frames(update: Update, serials: Sequence[str]) -> Iterator[str]:
    answers = update.reading, update.info, update.settings
    if all(answer is None for answer in answers):
        yield "# no frame has come"
    for answer in answers:
        if answer is None:
            continue
        try:
            frame = parse_frame(answer.raw)
        except FrameError:
            continue
        yield from frame_lines(frame, *serials)


def _sections(told: Told) -> dict[str, Iterable[Line]]:
    return {
        "Versions and terminal": told.about,
        "Settings that are not the default": settings_lines(told.settings) or [("none", "")],
        "Inverter": _inverter(told.update),
        "Link": _link(told),
        "Link by the hour: polls, lost, retries, refused, answers' median and worst in ms": [
            *_hours(told)
        ],
        "Search": _search(told.searched),
        "MQTT": _mqtt(told.mqtt),
        "History": _history(told.history),
        "Events, the newest first": [
            (f"{event.at.astimezone(told.at.tzinfo):%d %b %H:%M:%S}", event.text)
            for event in told.events[:_EVENTS]
        ]
        or [("none", "")],
    }


def _inverter(update: Update) -> Iterator[Line]:
    info = update.info
    if info is None:
        yield "identity", "not told"
        return
    yield "model", info.model
    yield "maker", info.manufacturer
    yield "firmware", f"{info.firmware} {info.software}".strip()
    yield "grid code", f"{info.country} ({info.country_code})"
    yield "serial number", f"{len(info.serial)} signs" if info.serial else "none"


def _link(told: Told) -> Iterator[Line]:
    update, whole = told.update, told.quality.whole
    yield "state", f"{update.state} since {update.since.astimezone(told.at.tzinfo):%d %b %H:%M:%S}"
    yield (
        "polls",
        f"{update.polls}, {update.lost} lost ({update.lost_in_a_row} in a row now)",
    )
    yield "retries", str(update.retries)
    if update.latency is not None:
        yield "last answer", f"{update.latency * 1000:.0f} ms"
    if whole.median is not None:
        yield "last day", f"median {whole.median:.0f} ms, worst {whole.worst} ms"
    if update.error:
        yield "last error", update.error


def _hours(told: Told) -> Iterator[Line]:
    first = int(told.at.timestamp() // 3600) * 60 - (_HOURS - 1) * 60
    for hour, stretch in enumerate(told.quality.columns(first, 60, _HOURS)):
        if stretch.polls:
            at = datetime.fromtimestamp((first + hour * 60) * 60, told.at.tzinfo)
            yield f"{at:%d %b %H:%M}", _counts(stretch)


def _counts(stretch: Stretch) -> str:
    answers = "-" if stretch.median is None else f"{stretch.median:.0f} {stretch.worst}"
    refused = sum(stretch.refused.values())
    return f"{stretch.polls} {stretch.lost} {stretch.retries} {refused} {answers}"


def _search(searched: Searched | None) -> Iterator[Line]:
    if searched is None:
        yield "none", "was made in this run"
        return
    yield "at", f"{searched.began:%d %b %H:%M:%S}, because {searched.why}"
    for asked in searched.asked:
        yield "asked", f"{asked.target.interface}: {asked.error or 'yes'}"
    for found in searched.found:
        proof = "reads well" if found.reading is not None else "says who it is, sent no reading"
        yield "answered", f"{found.model or 'an inverter'} at {found.address}, {proof}"
    for other in searched.others:
        # What a stranger said may name anything.
        yield "answered", f"{other.host}: {re.sub(_QUOTED, '...', other.reason)}"
    if searched.error:
        yield "failed", searched.error


def _mqtt(status: MqttStatus | None) -> Iterator[Line]:
    if status is None:
        yield "off", ""
        return
    yield (
        "broker",
        f"{status.broker.partition(':')[0]}, {'' if status.connected else 'not '}connected",
    )
    yield (
        "messages",
        f"{status.messages} sent; readings: {status.sent} sent, {status.dropped} dropped",
    )
    if status.standby or status.rival:
        yield "beside", "another process of this machine" if status.standby else "a rival"
    if status.last_error:
        yield "last error", f"{status.last_error}{'' if status.error else ' (over)'}"


def _history(status: HistoryStatus | None) -> Iterator[Line]:
    if status is None:
        yield "off", ""
        return
    yield "state", f"{status.keeping}, {status.rows} rows written"
    if status.set_aside is not None:
        yield "set aside", "a damaged or foreign file"
    if status.error:
        yield "last error", status.error


def _serials(told: Told) -> list[str | None]:
    searched = told.searched
    found = [one.serial for one in searched.found] if searched else []
    info = told.update.info
    return [info.serial if info else None, *found, *told.names]


def _mask(told: Told) -> Mask:
    update, searched = told.update, told.searched
    known = personal(told.settings)
    macs = [update.mac]
    hosts = [update.address.host if update.address else None]
    names: list[str] = []
    if searched is not None:
        everybody: list[Found | NotAnInverter] = [*searched.found, *searched.others]
        macs += [one.mac for one in everybody]
        names += [one.name for one in everybody]
        hosts += [one.address.host for one in searched.found]
        hosts += [one.host for one in searched.others]
        for asked in searched.asked:
            hosts += [asked.target.local, asked.target.broadcast]
    client = [told.mqtt.client_id] if told.mqtt else []
    return Mask(
        {
            "serial": _serials(told),
            "mac": [spelt for mac in macs for spelt in mac_spellings(mac)],
            "host": [*hosts, *known.hosts],
            "account": [*known.accounts, *client],
            "topic": known.topics,
            "secret": known.secrets,
            "path": [*told.paths, *known.paths],
            "name": [name for name in names if len(name) > _NAMELESS],
        }
    )
