"""The newest update as metrics, made when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    StateSetMetricFamily,
)
from prometheus_client.core import Metric as Family

from kstar_tui import __version__
from kstar_tui.clock import Clock
from kstar_tui.metrics.names import ENERGY, MEASURED, PREFIX, STATES, Metric
from kstar_tui.monitor.events import grid_lost
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.codes import UNKNOWN
from kstar_tui.protocol.reading import Reading

_SERIAL = "serial"


class InverterCollector:
    """A collector of the client library's kind. Momentary values go when they are `max_age` s
    old, so that nothing that is over looks like the present; counters stay."""

    def __init__(self, clock: Clock, max_age: float) -> None:
        self._clock = clock
        self._max_age = max_age
        self._update: Update | None = None

    def on_update(self, update: Update) -> None:
        """From now on this is what is known."""
        self._update = update

    def collect(self) -> Iterable[Family]:
        """Every family that has a value now."""
        yield InfoMetricFamily(f"{PREFIX}_build", "kstar-tui itself", {"version": __version__})
        update = self._update
        if update is None:
            return
        serial = update.info.serial if update.info else ""
        yield from _link(update, serial)
        yield from _counters(update, serial)
        reading = update.reading
        if reading is not None and self._is_fresh(update):
            yield from _momentary(update, reading, serial)

    def _is_fresh(self, update: Update) -> bool:
        taken = update.taken_monotonic
        return taken is not None and self._clock.monotonic() - taken <= self._max_age


def _link(update: Update, serial: str) -> Iterator[Family]:
    up = float(update.state.available)
    yield _gauge(f"{PREFIX}_up", "Whether the inverter answers (0 or 1)", up, serial)
    if update.info is not None:
        info = {name: str(value) for name, value in update.info.values().items()}
        info.pop("country_code")
        yield InfoMetricFamily(f"{PREFIX}_inverter", "Who the inverter is", info)
    if update.taken is not None:
        yield _gauge(
            f"{PREFIX}_reading_timestamp_seconds",
            "When the last reading was taken, in seconds since 1970",
            update.taken.timestamp(),
            serial,
        )
    yield _counter(f"{PREFIX}_polls", "Polls since the start", update.polls, serial)
    lost = "Polls since the start without a reading that could be believed"
    yield _counter(f"{PREFIX}_polls_lost", lost, update.lost, serial)
    refused = CounterMetricFamily(
        f"{PREFIX}_replies_refused",
        "Datagrams and readings that were not taken, by reason",
        labels=(_SERIAL, "reason"),
    )
    for reason, number in update.rejected.items():
        refused.add_metric((serial, reason), number)
    yield refused


def _counters(update: Update, serial: str) -> Iterator[Family]:
    if update.reading is not None:
        yield from _each((one for one in MEASURED if one.counter), update.reading.values(), serial)
    if update.energy is not None:
        yield from _each(ENERGY, update.energy.values(), serial)


def _momentary(update: Update, reading: Reading, serial: str) -> Iterator[Family]:
    values = reading.values()
    yield from _each((one for one in MEASURED if not one.counter), values, serial)
    for name, row in STATES:
        word = values[row.name]
        states = {one: one == word for one in (*(row.codes or {}).values(), UNKNOWN)}
        family = StateSetMetricFamily(name, row.label, labels=(_SERIAL,))
        family.add_metric((serial,), states)
        yield family
    yield _gauge(
        f"{PREFIX}_grid_available",
        "Whether the inverter sees the grid (0 or 1)",
        float(not grid_lost(reading)),
        serial,
    )
    yield _gauge(
        f"{PREFIX}_faults", "How many faults the inverter reports", len(reading.errors), serial
    )
    active = GaugeMetricFamily(
        f"{PREFIX}_fault_active",
        "1 for each fault that the inverter reports",
        labels=(_SERIAL, "fault"),
    )
    for fault in reading.errors:
        active.add_metric((serial, fault), 1)
    yield active
    if update.latency is not None:
        yield _gauge(
            f"{PREFIX}_latency_seconds", "How long the last answer took", update.latency, serial
        )


def _each(metrics: Iterable[Metric], values: Mapping[str, object], serial: str) -> Iterator[Family]:
    for one in metrics:
        known = values.get(one.field)
        if isinstance(known, int | float):
            make = _counter if one.counter else _gauge
            yield make(one.name, one.help, one.value(known), serial)


def _gauge(name: str, text: str, value: float, serial: str) -> Family:
    family = GaugeMetricFamily(name, text, labels=(_SERIAL,))
    family.add_metric((serial,), value)
    return family


def _counter(name: str, text: str, value: float, serial: str) -> Family:
    family = CounterMetricFamily(name, text, labels=(_SERIAL,))
    family.add_metric((serial,), value)
    return family
