"""What the log is told of a broker that comes and goes."""

from __future__ import annotations

import logging

import pytest

from kstar_tui.mqtt.outages import Outages


@pytest.fixture
def outages(caplog: pytest.LogCaptureFixture) -> Outages:
    caplog.set_level(logging.INFO, logger="kstar_tui.mqtt.connection")
    return Outages("pi:1883")


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(r.levelname, r.message.removeprefix("MQTT broker pi:1883: ")) for r in caplog.records]


def test_an_outage_is_as_loud_as_its_end(
    outages: Outages, caplog: pytest.LogCaptureFixture
) -> None:
    outages.connected()
    outages.lasts()
    outages.lost("gone", steady=True)
    for _ in range(5):
        outages.down("refused")
    outages.connected()
    outages.lasts()
    assert told(caplog) == [
        ("INFO", "connected"),
        ("WARNING", "gone; still trying"),
        ("WARNING", "refused; still trying"),
        ("WARNING", "connected"),
    ]


def test_one_that_comes_and_goes_is_told_once_and_so_is_its_end(
    outages: Outages, caplog: pytest.LogCaptureFixture
) -> None:
    outages.connected()
    for _ in range(100):
        outages.lost("gone", steady=False)
        outages.connected()
    assert told(caplog)[1:] == [
        ("WARNING", "gone; still trying"),
        ("WARNING", "connected"),
        ("WARNING", "the connection comes and goes: gone; still trying"),
    ]
    outages.lasts()
    outages.lasts()
    assert told(caplog)[4:] == [("WARNING", "connected, and it lasts")]
    outages.lost("gone", steady=True)
    assert told(caplog)[5:] == [("WARNING", "gone; still trying")]
