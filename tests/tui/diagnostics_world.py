"""A day of polls, frames and searches for the tests of the Diagnostics screen, made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tui_world import HOME, NOON, VALUES, mqtt, reading, update, view

from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.link.events import Asked, Found, NotAnInverter, Target
from kstar_tui.link.interface import Address
from kstar_tui.monitor.frames import FrameWatch, Seen
from kstar_tui.monitor.quality import LinkRecord
from kstar_tui.monitor.searched import Searched
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.device import decode_device_info, decode_settings
from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.frame import Request, build_reply, parse_frame
from kstar_tui.protocol.reading import decode_running_data
from kstar_tui.tui.diagnostics.view import Cursor, DiagnosticsView, Section

SERIAL = "SIM0000005678"
GOODWE = decode_running_data(
    parse_frame(build_reply(0x86, encode_running_data(VALUES, 95)[:85] + bytes(range(10))))
)
"""A longer payload, with bytes that nobody knows."""
LONGEST = decode_running_data(parse_frame(build_reply(0x86, encode_running_data(VALUES, 255))))
DEVICE = decode_device_info(
    parse_frame(
        build_reply(
            0x82,
            encode_device_info(
                model="KSE4000", serial=SERIAL, firmware="10104", manufacturer="KSTAR"
            ),
        )
    )
)
SET = decode_settings(
    parse_frame(
        build_reply(
            0x89,
            encode_settings(
                {"battery_capacity": 200, "battery_soc_minimum": 20, "charge_voltage_limit": 57.6},
                86,
            ),
        )
    )
)
TIMEOUT = "3 tries of 1.5 s to 192.168.1.50:8899: no answer"
BAD = bytes.fromhex("aa557fb0018653") + bytes(range(60))
ABOUT = (
    ("Settings", (("file", "/etc/kstar-tui/config.toml"),)),
    ("Versions", (("kstar-tui", "0.1.0"), ("Python", "3.11.9 on linux x86_64"))),
    ("Terminal", (("size", "80 × 24"), ("colours", "16 million"), ("TERM", "xterm-256color"))),
)
HISTORY = HistoryStatus(Keeping.WRITING, "/var/lib/kstar-tui/history.sqlite", rows=1204)


def seen_of(*updates: Update, request: Request = Request.RUNNING_DATA) -> Seen | None:
    """The newest frame after these updates."""
    watch = FrameWatch()
    for one in updates:
        watch.take(one)
    return watch.seen(request)


def two_readings() -> Seen | None:
    """The usual frame, after one in which house and grid were otherwise."""
    before = update(reading=reading(load_power=1300, grid_power=651), taken=NOON)
    return seen_of(before, update(taken=NOON))


def day() -> LinkRecord:
    """Polls of ten hours up to noon: an hour of losses, some retries, a gap, bytes refused."""
    record = LinkRecord(hold=150)
    polls = lost = retries = 0
    rejected: dict[str, int] = {}
    refused: dict[str, bytes] = {}
    for minute in range(-600, 1):
        if -200 < minute < -120:
            continue
        at = NOON + timedelta(minutes=minute)
        bad = -420 < minute <= -380 and minute % 3
        polls += 12
        lost += 4 if bad else 0
        retries += 5 if bad else minute % 40 == 0
        if minute % 90 == 0:
            rejected["wrong checksum"] = rejected.get("wrong checksum", 0) + 1
            refused["wrong checksum"] = BAD
        if minute == -300:
            rejected["power balance"] = 2
            refused["power balance"] = reading(load_power=1).raw
            rejected["from another address"] = 31
        record.take(
            update(
                at=at,
                polls=polls,
                lost=lost,
                retries=retries,
                rejected=dict(rejected),
                refused=dict(refused),
                latency=0.02 + (0.7 if bad else abs(minute % 60 - 30) / 500),
                fresh=True,
            )
        )
    return record


DAY = day()
WLAN, ETH = (
    Target("wlan0", "192.168.1.23", "192.168.1.255"),
    Target("eth0", "10.0.0.4", "10.0.0.255"),
)
FOUND = Found(HOME, "AC:CF:23:A1:B2:C3", "Solar-WiFi1", DEVICE, reading())
OTHER = NotAnInverter(
    "192.168.1.77",
    "AC:CF:23:00:00:01",
    "Solarman",
    "answers discovery, but not an inverter's questions (3 tries of 1.5 s to 192.168.1.77:8899: "
    "no answer)",
)
SEARCHED = Searched(
    NOON - timedelta(minutes=90),
    "it had gone",
    [Asked(WLAN, None), Asked(ETH, "network unreachable, this machine has no route there")],
    [FOUND, FOUND._replace(address=Address("192.168.1.51"), mac=None, name="", reading=None)],
    [OTHER],
    over=True,
)
OFFLINE = update(
    state=LinkState.OFFLINE, since=NOON - timedelta(minutes=41), error=TIMEOUT, lost_in_a_row=9
)


def diagnostics(**changes: Any) -> DiagnosticsView:
    """The frame's page at noon, on its first field."""
    live = changes.pop("live", None) or view(
        changes.pop("of", None) or update(polls=6372, lost=104, retries=151, info=DEVICE),
        mqtt=mqtt(),
        history=HISTORY,
    )
    values: dict[str, Any] = {
        "live": live,
        "quality": DAY,
        "seen": two_readings(),
        "searched": SEARCHED,
        "about": ABOUT,
    }
    made = DiagnosticsView(**{**values, **changes})
    return (
        made if "cursor" in changes else replace(made, cursor=Cursor().to_first_field(made.parts))
    )


def on(section: Section, **changes: Any) -> DiagnosticsView:
    """A page."""
    return diagnostics(section=section, **changes)


def at_part(made: DiagnosticsView, name: str) -> DiagnosticsView:
    """The cursor on a field."""
    index = next(i for i, part in enumerate(made.parts) if name in (part.name, part.label))
    return replace(made, cursor=made.cursor.to_part(made.parts, index))
