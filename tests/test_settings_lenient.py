"""Settings as far as they can be used: what is wrong is left at its default, and told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.settings import TABLE, ConfigFile, Given, Settings, SettingsError, load
from kstar_tui.settings.lenient import load_what_is_right

NOWHERE = ConfigFile(Path("/none/config.toml"))


def written(folder: Path, text: str) -> ConfigFile:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return ConfigFile(path, named=True)


def test_where_nothing_is_wrong_it_is_what_load_says(tmp_path: Path) -> None:
    config = written(tmp_path, '[inverter]\nhost = "10.0.0.1"\n[mqtt]\nurl = "ha"\n')
    arguments = {"inverter.port": Given("argument --port", "8898")}
    loaded = load_what_is_right(arguments, {"SILENT_MODE": "1"}, config)
    assert loaded.settings == load(arguments, {"SILENT_MODE": "1"}, config)
    assert dict(loaded.settings.sources) == load(arguments, {"SILENT_MODE": "1"}, config).sources
    assert (loaded.errors, loaded.wrong) == ((), frozenset())
    assert dict(loaded.in_file) == {
        "inverter.host": "10.0.0.1",
        "mqtt.url": "mqtt://mqtt:mqtt@ha:1883",
    }


@pytest.mark.parametrize("serial", ["KSE1", "no serial number"])
def test_a_host_wins_over_the_serial_number_of_a_source_behind_it(
    serial: str, tmp_path: Path
) -> None:
    """Else doctor would take whoever answers at --host for another inverter."""
    config = written(tmp_path, f'[inverter]\nserial = "{serial}"\n')
    arguments = {"inverter.host": Given("argument --host", "10.0.0.1")}
    loaded = load_what_is_right(arguments, {}, config)
    assert loaded.settings == Settings(host="10.0.0.1")
    assert loaded.settings.sources["inverter.serial"] == "default"
    assert bool(loaded.errors) is (serial != "KSE1")
    if not loaded.errors:
        assert loaded.settings == load(arguments, {}, config)
    # A stronger one, or one of the same source, counts.
    arguments["inverter.serial"] = Given("argument --serial", "KSE2")
    assert load_what_is_right(arguments, {}, config).settings.serial == "KSE2"


def test_everything_that_is_wrong_is_told_and_the_rest_holds(tmp_path: Path) -> None:
    config = written(
        tmp_path,
        '[inverter]\nhost = "10.0.0.1"\nprot = 1\ninterval = 1\n[nonsense]\na = 1\n',
    )
    environment = {"KSTAR_PORT": "x", "KSTAR_MQTT_KEEPALIVE": "60", "KSTAR_MQTT_FILE": "/none"}
    loaded = load_what_is_right({}, environment, config)
    assert loaded.settings == Settings(host="10.0.0.1", mqtt_keepalive=60)
    assert loaded.wrong == {"inverter.interval", "inverter.port", "mqtt.url"}
    told = [str(error) for error in loaded.errors]
    assert len(told) == 5
    for text in ("inverter.prot", "inverter.interval", "nonsense", "KSTAR_PORT", "KSTAR_MQTT_FILE"):
        assert any(text in each for each in told)


def test_what_is_wrong_in_the_file_may_be_right_elsewhere(tmp_path: Path) -> None:
    config = written(tmp_path, "[inverter]\ninterval = 1\n")
    loaded = load_what_is_right({}, {"KSTAR_INTERVAL": "30"}, config)
    assert loaded.settings.interval == 30
    # It is refused all the same: nothing would start.
    assert len(loaded.errors) == 1
    assert loaded.wrong == frozenset()


@pytest.mark.parametrize("text", ["[inverter", "\x00", "a = 1\na = 2"])
def test_a_file_that_cannot_be_read_at_all(text: str, tmp_path: Path) -> None:
    loaded = load_what_is_right({}, {"KSTAR_HOST": "10.0.0.2"}, written(tmp_path, text))
    assert loaded.settings == Settings(host="10.0.0.2")
    assert "not valid TOML" in str(loaded.errors[0])


def test_what_does_not_go_together_is_not_used(tmp_path: Path) -> None:
    environment = {
        "KSTAR_PORT": "5000",
        "KSTAR_DISCOVERY_PORT": "5000",
        "KSTAR_MQTT": "mqtt://ha",
        "KSTAR_MQTT_CA": "/ca",
        "KSTAR_TARIFF_BANDS": "1:00-2:00 1",
        "KSTAR_INTERVAL": "60",
    }
    loaded = load_what_is_right({}, environment, NOWHERE)
    assert loaded.settings == Settings(interval=60)
    assert loaded.wrong == {
        *("inverter.port", "discovery.port", "mqtt.url", "mqtt.ca", "tariff.bands"),
    }
    assert len(loaded.errors) == 3


def test_keys_that_begin_alike_are_not_taken_for_each_other() -> None:
    environment = {
        "KSTAR_MQTT_KEY": "/k",
        "KSTAR_MQTT_KEEPALIVE": "60",
        "KSTAR_MQTT_DISCOVERY_PREFIX": "ha",
    }
    loaded = load_what_is_right({}, environment, NOWHERE)
    assert loaded.wrong == {"mqtt.key"}
    assert loaded.settings == Settings(mqtt_keepalive=60, mqtt_discovery_prefix="ha")


@given(
    st.dictionaries(
        st.sampled_from(sorted(TABLE)),
        st.sampled_from(("", "x", "1", "off", "5000", "48899", "mqtts://a:b@c", "1:00-2:00 1")),
        max_size=8,
    )
)
def test_it_never_fails_and_says_something_only_where_load_does(given_: dict[str, str]) -> None:
    arguments = {key: Given("argument", text) for key, text in given_.items()}
    loaded = load_what_is_right(arguments, {}, NOWHERE)
    try:
        strict = load(arguments, {}, NOWHERE)
    except SettingsError as error:
        assert str(error) in [str(each) for each in loaded.errors]
        assert loaded.wrong
    else:
        assert loaded.settings == strict
        assert not loaded.errors
    # What is left goes together.
    rest = {key: text for key, text in arguments.items() if key not in loaded.wrong}
    assert load(rest, {}, NOWHERE) == loaded.settings
