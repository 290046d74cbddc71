"""The newest update as metrics: what is there, what goes when it is old, what stays."""

from __future__ import annotations

import pytest
from metrics_world import INFO, SERIAL, collected, one, reading, update
from owned_clock import OwnedClock

from kstar_tui import __version__
from kstar_tui.feed.overheard import UNTOLD
from kstar_tui.metrics.collector import InverterCollector
from kstar_tui.metrics.names import ENERGY, MEASURED
from kstar_tui.monitor.update import LinkState

MAX_AGE = 60.0


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock()


@pytest.fixture
def collector(clock: OwnedClock) -> InverterCollector:
    return InverterCollector(clock, MAX_AGE)


def test_before_anything_is_known(collector: InverterCollector) -> None:
    assert collected(collector) == {
        "kstar_build_info": {(("version", __version__),): 1.0},
    }


def test_a_reading(collector: InverterCollector) -> None:
    collector.on_update(update())
    found = collected(collector)
    assert one(found, "kstar_up") == 1
    assert one(found, "kstar_pv_power_watts") == 3000
    assert one(found, "kstar_battery_soc_ratio") == 0.71
    assert one(found, "kstar_grid_power_watts") == -1200
    assert one(found, "kstar_grid_export_power_watts") == 1200
    assert one(found, "kstar_grid_voltage_volts") == 235.1
    assert one(found, "kstar_inverter_energy_joules_total") == 3.6e9
    assert one(found, "kstar_inverter_running_seconds_total") == 3911 * 3600
    assert one(found, "kstar_pv_energy_joules_total") == 3.6e7
    assert one(found, "kstar_pv_energy_today_joules") == 3.6e6
    assert one(found, "kstar_latency_seconds") == 0.042
    assert one(found, "kstar_polls_total") == 12
    assert one(found, "kstar_polls_lost_total") == 2
    assert one(found, "kstar_grid_available") == 1
    assert one(found, "kstar_faults") == 0
    assert one(found, "kstar_reading_timestamp_seconds") == 1780315200
    assert found["kstar_replies_refused_total"] == {
        (("reason", "wrong checksum"), *SERIAL): 3.0,
    }
    (info,) = found["kstar_inverter_info"]
    assert dict(info) == {
        name: value for name, value in INFO.values().items() if name != "country_code"
    }
    modes = {dict(labels)["kstar_work_mode"]: on for labels, on in found["kstar_work_mode"].items()}
    assert len(modes) == 10
    assert [mode for mode, on in modes.items() if on] == ["on-grid"]
    # What the inverter does not say is not there, and never 0.
    assert "kstar_battery_2_voltage_volts" not in found
    assert "kstar_fault_active" not in found


def test_accounts_that_are_to_come_are_not_there(collector: InverterCollector) -> None:
    collector.on_update(update(energy=UNTOLD))
    found = collected(collector)
    assert one(found, "kstar_pv_power_watts") == 3000
    assert not [metric.name for metric in ENERGY if metric.name in found]
    assert not [metric.name for metric in ENERGY if f"{metric.name}_total" in found]


def test_every_value_that_is_known_is_there(collector: InverterCollector) -> None:
    collector.on_update(update())
    found, known = collected(collector), reading().values()
    for metric in MEASURED:
        name = f"{metric.name}_total" if metric.counter else metric.name
        assert (name in found) is (known[metric.field] is not None), name
    for metric in ENERGY:
        assert (f"{metric.name}_total" if metric.counter else metric.name) in found


async def test_what_is_old_goes_and_counters_stay(
    collector: InverterCollector, clock: OwnedClock
) -> None:
    collector.on_update(update())
    await clock.advance(MAX_AGE)
    assert "kstar_pv_power_watts" in collected(collector)
    await clock.advance(0.1)
    # Nobody has told that it is so: the clock alone says it.
    found = collected(collector)
    assert set(found) == {
        "kstar_build_info",
        "kstar_up",
        "kstar_inverter_info",
        "kstar_reading_timestamp_seconds",
        "kstar_polls_total",
        "kstar_polls_lost_total",
        "kstar_replies_refused_total",
        "kstar_inverter_energy_joules_total",
        "kstar_inverter_load_energy_joules_total",
        "kstar_inverter_running_seconds_total",
        *(f"{one.name}_total" if one.counter else one.name for one in ENERGY),
    }
    collector.on_update(update(state=LinkState.OFFLINE, fresh=False, at_monotonic=1100.0))
    assert one(collected(collector), "kstar_up") == 0


def test_faults_and_the_grid(collector: InverterCollector) -> None:
    collector.on_update(update(reading=reading(error_bits=1 << 18 | 1 << 9)))
    found = collected(collector)
    assert one(found, "kstar_faults") == 2
    assert one(found, "kstar_grid_available") == 0
    assert {dict(labels)["fault"] for labels in found["kstar_fault_active"]} == {
        "isolation",
        "utility loss",
    }


def test_an_inverter_that_is_not_known_yet(collector: InverterCollector) -> None:
    collector.on_update(
        update(
            state=LinkState.SEARCHING,
            fresh=False,
            reading=None,
            taken=None,
            taken_monotonic=None,
            info=None,
            energy=None,
            latency=None,
            rejected={},
            polls=0,
            lost=0,
        )
    )
    found = collected(collector)
    assert set(found) == {
        "kstar_build_info",
        "kstar_up",
        "kstar_polls_total",
        "kstar_polls_lost_total",
    }
    assert found["kstar_up"] == {(("serial", ""),): 0.0}
