"""The answers of a first start, and what becomes of them: no screen, no network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tui_world import INFO, update

from kstar_tui.link.interface import Address
from kstar_tui.mqtt.broker import parse_broker, with_credentials
from kstar_tui.settings import ConfigFile, Given, Settings, SettingsError, load
from kstar_tui.settings.desk import Desk
from kstar_tui.tui.first.answers import (
    NOW,
    Inverter,
    broker_changes,
    broker_of,
    changed,
    inverter_changes,
    is_first_start,
)
from kstar_tui.tui.first.keep import keep

ROOF = Inverter(Address("192.168.1.50"), INFO)


def desk_at(path: Path, environment: dict[str, str] | None = None) -> Desk:
    config = ConfigFile(path)
    return Desk(config, lambda: load({}, environment, config))


@pytest.mark.parametrize(
    ("environment", "arguments", "first"),
    [
        ({}, {}, True),
        # Where to search says nothing of what is wanted.
        (
            {"KSTAR_BROADCAST": "127.255.255.255", "KSTAR_PORT": "8898", "KSTAR_ASCII": "1"},
            {},
            True,
        ),
        ({"KSTAR_HOST": "10.0.0.1"}, {}, False),
        ({"KSTAR_HOST": "0.0.0.0"}, {}, False),
        ({"KSTAR_SERIAL": "KSE1"}, {}, False),
        ({"KSTAR_MQTT": "broker"}, {}, False),
        ({"KSTAR_MQTT": "off"}, {}, False),
        # kstar.sharp's.
        ({"IP_ADDRESS_INVERTER": "192.168.1.150"}, {}, False),
        ({"IP_ADDRESS_INVERTER": "0.0.0.0"}, {}, False),
        ({"MQTT_CONNECTION_STRING": "homeassistant"}, {}, False),
        ({"IP_ADDRESS_INVERTER": "", "MQTT_CONNECTION_STRING": "", "SILENT_MODE": ""}, {}, True),
        ({}, {"inverter.host": "10.0.0.1"}, False),
        ({}, {"mqtt.url": "broker"}, False),
        ({}, {"inverter.interval": "60"}, True),
    ],
)
def test_who_says_from_outside_what_is_wanted_is_asked_nothing(
    tmp_path: Path, environment: dict[str, str], arguments: dict[str, str], first: bool
) -> None:
    given = {key: Given(f"argument {key}", text) for key, text in arguments.items()}
    desk = desk_at(tmp_path / "config.toml", environment)
    assert is_first_start(load(given, environment, desk.config), desk) is first


def test_a_secret_in_a_file_or_a_credential_names_a_broker_too(tmp_path: Path) -> None:
    (tmp_path / "mqtt.url").write_text("mqtt://me:pw@broker.lan\n")
    desk = desk_at(tmp_path / "config.toml")
    for environment in (
        {"KSTAR_MQTT_FILE": str(tmp_path / "mqtt.url")},
        {"CREDENTIALS_DIRECTORY": str(tmp_path)},
    ):
        assert not is_first_start(load({}, environment, desk.config), desk)


def test_where_something_was_saved_it_is_no_first_start(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert is_first_start(Settings(), desk_at(path))
    path.write_text("")
    assert not is_first_start(Settings(), desk_at(path))
    assert not is_first_start(Settings(), None)


@pytest.mark.parametrize(
    ("text", "user", "password", "url"),
    [
        ("ha.lan", "", "", "mqtt://mqtt:mqtt@ha.lan:1883"),
        ("ha.lan", "solar", "", "mqtt://solar@ha.lan:1883"),
        ("ha.lan:1884", "solar", "p@ss", "mqtt://solar:p%40ss@ha.lan:1884"),
        ("mqtts://ha.lan", "", "", "mqtts://ha.lan:8883"),
        ("mqtts://me:pw@ha.lan", "", "", "mqtts://me:pw@ha.lan:8883"),
        ("mqtts://me:pw@ha.lan", "you", "", "mqtts://you:pw@ha.lan:8883"),
        ("mqtts://me@ha.lan", "", " x ", "mqtts://me:%20x%20@ha.lan:8883"),
    ],
)
def test_three_fields_name_a_broker(
    tmp_path: Path, text: str, user: str, password: str, url: str
) -> None:
    broker = broker_of(text, user, password)
    assert broker.url(masked=False) == url
    # Saved and loaded again, it is the same.
    path = tmp_path / "config.toml"
    desk = desk_at(path)
    desk.save(broker_changes(broker, Settings()))
    loaded = desk.load()
    assert loaded.mqtt_url is not None
    assert "@" not in loaded.mqtt_url
    assert (
        with_credentials(parse_broker(loaded.mqtt_url), loaded.mqtt_username, loaded.mqtt_password)
        == broker
    )
    private = path.stat().st_mode & 0o077 == 0
    assert private or broker.password in (None, "mqtt"), "a password that not everybody knows"


@pytest.mark.parametrize(
    ("text", "user", "password", "said"),
    [
        ("", "", "", "it is empty"),
        ("ha.lan", "", "hunter2", "needs a user name"),
        ("http://ha.lan", "", "", "neither mqtt nor mqtts"),
        ("ha.lan", "a\x07", "", "control character"),
    ],
)
def test_what_is_no_broker_is_refused(text: str, user: str, password: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        broker_of(text, user, password)
    assert "hunter2" not in str(caught.value)


def test_what_comes_from_elsewhere_stays_there() -> None:
    """A password from the environment is used, and not copied into the file."""
    settings = load(environment={"KSTAR_MQTT_USERNAME": "solar", "KSTAR_MQTT_PASSWORD": "hunter2"})
    broker = broker_of("mqtt://ha.lan", "solar", "hunter2")
    changes = broker_changes(broker, settings)
    assert changes == {
        "mqtt.url": "mqtt://ha.lan:1883",
        "mqtt.username": None,
        "mqtt.password": None,
    }
    after = changed(settings, changes)
    assert (after.mqtt_username, after.mqtt_password) == ("solar", "hunter2")
    assert after.sources["mqtt.password"] == "environment KSTAR_MQTT_PASSWORD"
    assert (after.mqtt_url, after.sources["mqtt.url"]) == ("mqtt://ha.lan:1883", NOW)
    # With a password of its own its user is saved as well: one needs the other.
    assert broker_changes(broker_of("mqtt://ha.lan", "solar", "other"), settings) == {
        "mqtt.url": "mqtt://ha.lan:1883",
        "mqtt.username": "solar",
        "mqtt.password": "other",
    }


def test_the_inverter_is_kept_by_address_and_serial_number() -> None:
    assert inverter_changes(ROOF) == {
        "inverter.host": "192.168.1.50",
        "inverter.port": None,
        "inverter.serial": "SIM0000005678",
    }
    other = Inverter(Address("roof.lan", 9000), replace_serial(""))
    assert inverter_changes(other) == {
        "inverter.host": "roof.lan",
        "inverter.port": 9000,
        "inverter.serial": None,
    }
    assert (ROOF.name, other.name) == ("KSE4000, serial number SIM0000005678", "KSE4000")
    assert Inverter(Address("roof.lan")).name == "Inverter"


def replace_serial(serial: str):
    return INFO._replace(serial=serial)


def test_none_is_the_default_again() -> None:
    before = changed(Settings(), inverter_changes(Inverter(Address("a.lan", 9000), INFO)))
    assert (before.host, before.port, before.serial) == ("a.lan", 9000, INFO.serial)
    after = changed(before, inverter_changes(Inverter(Address("b.lan"))))
    assert (after.host, after.port, after.serial) == ("b.lan", 8899, None)
    assert after.sources["inverter.serial"] == "default"


def test_what_does_not_go_together_is_refused() -> None:
    settings = replace(load(environment={"KSTAR_MQTT_ACCEPT_ANY_CERTIFICATE": "1"}), interval=30.0)
    with pytest.raises(SettingsError, match=r"mqtt\.url has no TLS"):
        changed(settings, broker_changes(broker_of("ha.lan", "", ""), settings))
    changed(settings, broker_changes(broker_of("mqtts://ha.lan", "", ""), settings))


class TestKeep:
    """The inverter that is shown, for the next starts."""

    def keep(self, path: Path, environment: dict[str, str] | None = None, **changes: object):
        desk = desk_at(path, environment)
        return keep(desk, update(**changes), desk.load())

    def test_its_address_and_its_serial_number(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        path.write_text("[inverter]\nhost = 'old.lan'\nport = 9\nserial = 'OLD'\ninterval = 30\n")
        kept = self.keep(path)
        assert kept.said == f"KSE4000 …5678 at 192.168.1.50 is kept in {path}."
        assert kept.severity == "information"
        settings = desk_at(path).load()
        assert (settings.host, settings.port, settings.serial, settings.interval) == (
            "192.168.1.50",
            8899,
            "SIM0000005678",
            30.0,
        )
        assert (kept.settings.host, kept.settings.serial) == (settings.host, settings.serial)

    def test_what_wins_over_it_is_named(self, tmp_path: Path) -> None:
        kept = self.keep(tmp_path / "config.toml", {"KSTAR_HOST": "10.0.0.1"})
        assert kept.said.endswith("But environment KSTAR_HOST wins over it.")
        kept = self.keep(tmp_path / "config.toml", {"KSTAR_PORT": "9000"})
        assert kept.said.endswith("But environment KSTAR_PORT wins over it.")
        assert kept.severity == "warning"

    def test_comments_that_go_are_told(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        path.write_text("# mine\n")
        assert f"the file as it was is {path}.bak" in self.keep(path).said

    def test_without_a_serial_number_it_is_known_by_its_address(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        kept = self.keep(path, info=None)
        assert "known by its address alone" in kept.said
        assert desk_at(path).load().serial is None
        # The one that is meant is meant further on.
        assert "alone" not in self.keep(path, info=None, meant="KSE1").said
        assert desk_at(path).load().serial == "KSE1"

    def test_what_cannot_be_kept(self, tmp_path: Path) -> None:
        assert self.keep(tmp_path / "config.toml", address=None).severity == "warning"
        desk = desk_at(tmp_path / "config.toml")
        desk.config.path.mkdir()
        kept = keep(desk, update(), Settings())
        assert (kept.severity, kept.settings) == ("error", Settings())
        assert "cannot be read" in kept.said
