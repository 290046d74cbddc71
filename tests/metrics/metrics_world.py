"""Updates on a clock that a test owns, and what a scrape of them says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from kstar_tui.link.interface import Address
from kstar_tui.metrics.collector import InverterCollector
from kstar_tui.monitor.energy import Energy, Flow
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
INFO = DeviceInfo("10104", "KSE4000", "KSTAR", "SIM0000000004", "", 2, "Germany")
VALUES: dict[str, Any] = {
    "pv1_voltage": 300.0,
    "pv1_current": 10.0,
    "battery_voltage": 50.0,
    "battery_soc": 71,
    "battery_mode": "discharging",
    "grid_voltage": 235.1,
    "grid_frequency": 49.92,
    "grid_power": 1200,
    "grid_direction": "exporting",
    "load_power": 1800,
    "work_mode": "on-grid",
    "energy_total": 1000.0,
    "load_energy_total": 2000.0,
    "hours_total": 3911,
}
ENERGY = Energy(
    total={flow: 10.0 + number for number, flow in enumerate(Flow)},
    today={flow: 1.0 + number for number, flow in enumerate(Flow)},
    day=date(2026, 6, 1),
    observed=43200.0,
    since=NOON - timedelta(days=30),
    saved=NOON,
)

Scraped = dict[str, dict[tuple[tuple[str, str], ...], float]]


def reading(**values: Any) -> Reading:
    payload = encode_running_data({**VALUES, **values})
    return decode_running_data(parse_frame(build_reply(0x86, payload)))


def update(**changes: Any) -> Update:
    """A fresh one at noon, 1000 s after the clock began."""
    usual = Update(
        state=LinkState.ONLINE,
        since=NOON,
        at=NOON,
        at_monotonic=1000.0,
        fresh=True,
        reading=reading(),
        taken=NOON,
        taken_monotonic=1000.0,
        address=Address("192.168.1.50"),
        info=INFO,
        polls=12,
        lost=2,
        rejected={"wrong checksum": 3},
        latency=0.042,
        energy=ENERGY,
    )
    return usual._replace(**changes)


def scraped(text: str) -> Scraped:
    """Samples by name and labels, as the library's own parser reads them."""
    found: Scraped = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in found.setdefault(sample.name, {})
            found[sample.name][labels] = sample.value
    return found


def collected(collector: InverterCollector) -> Scraped:
    registry = CollectorRegistry()
    registry.register(collector)
    return scraped(generate_latest(registry).decode())


SERIAL = (("serial", "SIM0000000004"),)


def one(found: Scraped, name: str) -> float:
    """The single value of the inverter."""
    assert list(found[name]) == [SERIAL], found[name]
    return found[name][SERIAL]
