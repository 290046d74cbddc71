"""What is put together from settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from kstar_tui import assembly
from kstar_tui.clock import SystemClock
from kstar_tui.link.interface import Address
from kstar_tui.settings import Settings


@pytest.mark.parametrize(
    ("host", "broadcast", "searches"),
    [
        (None, (), True),
        ("192.168.1.150", (), True),
        ("inverter.local", (), True),
        ("127.0.0.1", (), False),
        ("localhost", (), False),
        ("127.0.0.1", ("127.255.255.255",), True),
    ],
)
def test_an_inverter_on_this_machine_is_not_looked_for_on_the_network(
    monkeypatch: pytest.MonkeyPatch, host: str | None, broadcast: tuple[str, ...], searches: bool
) -> None:
    made: dict[str, object] = {}
    monkeypatch.setattr(assembly, "Monitor", lambda *_, **given: made.update(given))
    address = None if host is None else Address(host)
    assembly.make_monitor(Settings(broadcast=broadcast), SystemClock(), address)
    assert (made["find"] is not None) is searches


def test_the_monitor_knows_whether_a_person_named_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: dict[str, object] = {}
    monkeypatch.setattr(assembly, "Monitor", lambda *_, **given: made.update(given))
    make, address = assembly.make_monitor, Address("192.168.1.150")
    make(Settings(), SystemClock(), address)
    assert (made["named"], made["mac"]) == (True, None)
    make(Settings(), SystemClock(), address, mac="AC:CF:23:A1:B2:C3", named=False)
    assert (made["named"], made["mac"]) == (False, "AC:CF:23:A1:B2:C3")


def test_mqtt_is_off_without_a_broker() -> None:
    assert assembly.make_publisher(Settings(), SystemClock()) is None


def test_the_publisher_goes_to_the_broker_of_the_settings() -> None:
    settings = Settings(mqtt_url="mqtt://me:tops3cret@broker:1884")
    publisher = assembly.make_publisher(settings, SystemClock())
    assert publisher is not None
    assert publisher.status.broker == "mqtt://me:***@broker:1884"
    assert not publisher.status.connected


def test_history_that_is_off_has_no_ledger() -> None:
    assert assembly.make_ledger(Settings(history="off"), SystemClock()) is None


def test_the_ledger_is_where_the_settings_say_but_a_demo_writes_nowhere(tmp_path: Path) -> None:
    settings = Settings(history=str(tmp_path / "mine.sqlite"))
    ledger = assembly.make_ledger(settings, SystemClock())
    demo = assembly.make_ledger(settings, SystemClock(), demo=True)
    assert ledger is not None
    assert demo is not None
    assert demo.archive is not None
    assert demo.status.path == ":memory:"
    assert list(tmp_path.iterdir()) == []
    assert ledger.archive is not None
    assert (tmp_path / "mine.sqlite").exists()
    ledger.close()


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "mqtt://pi:1883"),
        ({"mqtt_username": "solar"}, "mqtt://solar@pi:1883"),
        ({"mqtt_username": "solar", "mqtt_password": "x"}, "mqtt://solar:x@pi:1883"),
        # A password of nobody is nobody's.
        ({"mqtt_password": "x"}, "mqtt://pi:1883"),
        ({"attach": "mqtt://me@pi", "mqtt_password": "x"}, "mqtt://me:x@pi:1883"),
        ({"attach": "mqtt://me:y@pi", "mqtt_password": "x"}, "mqtt://me:y@pi:1883"),
        ({"attach": "mqtts://pi"}, "mqtts://pi:8883"),
    ],
)
def test_whom_a_screen_is_at_the_broker_it_watches(settings: dict[str, str], url: str) -> None:
    given = Settings(**{"attach": "mqtt://pi", "mqtt_url": "mqtt://other:z@house", **settings})
    connection = assembly.make_watch(given, SystemClock())
    assert connection.broker.url(masked=False) == url
    assert (connection.tls is not None) is url.startswith("mqtts")
