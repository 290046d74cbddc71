"""A program that knows a lot of names, for the tests of what a report tells of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.link.events import Asked, Found, NotAnInverter, Target
from kstar_tui.link.interface import Address
from kstar_tui.monitor.events import Event, Kind, Severity
from kstar_tui.monitor.quality import LinkRecord
from kstar_tui.monitor.searched import Searched
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.publisher import MqttStatus
from kstar_tui.protocol.device import decode_device_info, decode_settings
from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import decode_running_data
from kstar_tui.report.text import Told
from kstar_tui.settings import TABLE, Settings

NOON = datetime(2026, 11, 26, 10, 15, 30, tzinfo=UTC)
SERIAL, OTHER_SERIAL = "KSE40SEKRIT99", "KSE40FOREIGN7"
MAC, OTHER_MAC = "AC:CF:23:DE:AD:01", "AC:CF:23:BE:EF:02"
NAMES = (
    *(SERIAL, OTHER_SERIAL, SERIAL.lower()),
    *(MAC, "ACCF23DEAD01", "ac-cf-23-de-ad-01", "accf.23de.ad01", OTHER_MAC, "ACCF23BEEF02"),
    *("192.168.77.50", "192.168.77.1", "10.99.0.4", "10.99.0.255", "192.168.77.66"),
    *("inverter-attic", "broker.example.org", "fe80::77:1", "nas.anna-family.net"),
    *("anna-the-user", "hunter2-secret", "anna-client-id"),
    *("villa/anna", "anna-legacy", "anna-discovery"),
    *("/srv/anna/history.sqlite", "/srv/anna", "/etc/anna.pem", "Solar-ANNA"),
)
"""What must stand nowhere in a report, whatever it is told of."""

INFO = decode_device_info(
    parse_frame(
        build_reply(0x82, encode_device_info(model="KSE4000", serial=SERIAL) + SERIAL.encode())
    )
)
READING = decode_running_data(
    parse_frame(build_reply(0x86, encode_running_data({"grid_voltage": 230.4, "battery_soc": 64})))
)
SET = decode_settings(parse_frame(build_reply(0x89, encode_settings({"battery_capacity": 200}))))
REFUSED = {
    "wrong checksum": bytes.fromhex("aa557fb0018253") + b"10104KSE4000   KSTAR" + SERIAL.encode(),
    "noise outside a frame": SERIAL.encode()[3:] + b"\r\n" + MAC.encode(),
    "power balance": READING.raw,
    "answers another question": INFO.raw,
}
"""Bytes that were refused, by reason."""
EVERYWHERE = f"{' '.join(NAMES)}; mqtt://anna-the-user:hunter2-secret@broker.example.org:1883"


def settings(**changes: Any) -> Settings:
    """Each setting that can name somebody does."""
    values: dict[str, Any] = {
        "host": "inverter-attic",
        "broadcast": ("192.168.77.255",),
        "interval": 7.5,
        "mqtt_url": "mqtts://anna-the-user:hunter2-secret@broker.example.org:8883",
        "mqtt_username": "anna-the-user",
        "mqtt_password": "hunter2-secret",
        "mqtt_client_id": "anna-client-id",
        "mqtt_base": "villa/anna",
        "mqtt_prefix": "anna-legacy",
        "mqtt_discovery_prefix": "anna-discovery",
        "mqtt_discovery": "entities",
        "mqtt_ca": "/etc/anna.pem",
        "history": "/srv/anna/history.sqlite",
        "import_price": 0.31,
        **changes,
    }
    source = "/srv/anna/config-of-anna.toml"
    return Settings(**values, sources=MappingProxyType(dict.fromkeys(TABLE, source)))


def link_record() -> LinkRecord:
    """Three polls of which one was lost, and a few things refused."""
    record = LinkRecord()
    rejected = dict.fromkeys(REFUSED, 1)
    common: dict[str, Any] = {"state": LinkState.ONLINE, "since": NOON, "at_monotonic": 0.0}
    record.take(Update(at=NOON, polls=1, latency=0.03, fresh=True, **common))
    record.take(Update(at=NOON, polls=2, lost=1, retries=2, latency=0.03, **common))
    record.take(
        Update(
            at=NOON - timedelta(hours=2),
            polls=3,
            lost=1,
            retries=2,
            latency=0.4,
            fresh=True,
            rejected=rejected,
            refused=REFUSED,
            **common,
        )
    )
    return record


def told(**changes: Any) -> Told:
    """A program in whose every text somebody is named."""
    update = Update(
        state=LinkState.OFFLINE,
        since=NOON - timedelta(minutes=3),
        at=NOON,
        at_monotonic=0.0,
        reading=READING,
        info=INFO,
        settings=SET,
        address=Address("192.168.77.50"),
        mac=MAC,
        polls=3,
        lost=1,
        retries=2,
        latency=0.4,
        error=f"another inverter answers: serial number {OTHER_SERIAL}, not {SERIAL}; {EVERYWHERE}",
    )
    wlan = Target("wlan0", "192.168.77.1", "192.168.77.255")
    eth = Target("enxaccf23dead01", "10.99.0.4", "10.99.0.255")
    other = decode_device_info(
        parse_frame(build_reply(0x82, encode_device_info(model="KSE3000", serial=OTHER_SERIAL)))
    )
    values: dict[str, Any] = {
        "at": NOON,
        "update": update,
        "settings": settings(),
        "quality": link_record(),
        "events": [
            Event(NOON, Severity.WARNING, f"inverter offline: {EVERYWHERE}", Kind.LINK, "offline"),
            Event(NOON, Severity.NOTE, "work mode wait → on-grid\naa55 injected", Kind.MODE),
        ],
        "mqtt": MqttStatus(
            connected=False,
            broker="mqtts://anna-the-user:***@broker.example.org:8883",
            since=NOON,
            sent=12,
            dropped=3,
            error="x",
            client_id=f"kstar-tui-{SERIAL}-0a1b",
            last_error=f"broker.example.org refused kstar/{SERIAL}/state of anna-the-user",
        ),
        "history": HistoryStatus(
            Keeping.FAILING,
            "/srv/anna/history.sqlite",
            error="unable to open database file: /srv/anna/history.sqlite",
        ),
        "searched": Searched(
            NOON,
            "it had gone",
            [Asked(wlan, None), Asked(eth, "network unreachable at 10.99.0.255")],
            [Found(Address("192.168.77.66"), OTHER_MAC, "Solar-ANNA", other, None)],
            [
                NotAnInverter(
                    "192.168.77.67",
                    OTHER_MAC,
                    "Solar-ANNA",
                    "answers with not a discovery reply: 'dongle ANNAS-OWN-9', and not (3 tries)",
                )
            ],
            over=True,
        ),
        "about": [("kstar-tui", "0.1.0"), ("TERM", "xterm-256color")],
        "names": (OTHER_SERIAL, MAC.replace(":", "")),
        "paths": ("/srv/anna",),
    }
    return Told(**{**values, **changes})
