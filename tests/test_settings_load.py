"""Settings from their four sources: who wins, what is remembered, what is refused and how."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.mqtt.legacy import parse_prefix
from kstar_tui.settings import (
    TABLE,
    ConfigFile,
    Given,
    Settings,
    SettingsError,
    find_setting,
    load,
    locate_config,
    shown,
)

EXAMPLE = Path(__file__).parent.parent / "config.toml.example"

# For each key: a TOML value, a text from elsewhere, and what they become.
OTHER: dict[str, tuple[str, object, str, object]] = {
    "inverter.host": ('"10.0.0.7"', "10.0.0.7", "kse.lan", "kse.lan"),
    "inverter.port": ("8898", 8898, "8897", 8897),
    "inverter.serial": ('"KSE4000X12345678"', "KSE4000X12345678", " SIM.0_0-4 ", "SIM.0_0-4"),
    "inverter.interval": ("7.5", 7.5, "30", 30.0),
    "discovery.port": ("48000", 48000, "48001", 48001),
    "discovery.broadcast": ('["10.0.0.255"]', ("10.0.0.255",), "10.1.0.255", ("10.1.0.255",)),
    "mqtt.url": (
        '"mqtt://a:b@c:1"',
        "mqtt://a:b@c:1",
        "mqtts://me:pw@ha.lan",
        "mqtts://me:pw@ha.lan:8883",
    ),
    "mqtt.username": ('"solar"', "solar", "Frau Müller", "Frau Müller"),
    "mqtt.password": ('"a b"', "a b", " pass@wörd ", " pass@wörd "),
    "mqtt.ca": ('"ca.pem"', "ca.pem", "~/ca.pem", "~/ca.pem"),
    "mqtt.certificate": ('"/c.pem"', "/c.pem", "my cert.pem", "my cert.pem"),
    "mqtt.key": ('"/k.pem"', "/k.pem", "../key.pem", "../key.pem"),
    "mqtt.accept_any_certificate": ("true", True, "yes", True),
    "mqtt.version": ("5", "5", "5", "5"),
    "mqtt.keepalive": ("60", 60, "3600", 3600),
    "mqtt.client_id": ('"roof"', "roof", "roof-2", "roof-2"),
    "mqtt.base": ('"house/kstar"', "house/kstar", "pv", "pv"),
    "mqtt.values": ("true", True, "on", True),
    "mqtt.legacy": ("false", False, "no", False),
    "mqtt.prefix": ('"house/pv"', "house/pv", "solar", "solar"),
    "mqtt.discovery": ('"off"', "off", "Entities", "entities"),
    "mqtt.discovery_prefix": ('"ha/1"', "ha/1", "ha", "ha"),
    "metrics.listen": ("9898", "127.0.0.1:9898", "[::1]:9899", "[::1]:9899"),
    "alerts.command": ('["tell", "a b"]', ("tell", "a b"), "tell 'a b' c", ("tell", "a b", "c")),
    "alerts.mqtt": ("true", True, "on", True),
    "alerts.fault": ("false", False, "no", False),
    "alerts.grid_lost": ("300", 300, "off", 0),
    "alerts.battery_low": ("false", 0, "25", 25),
    "alerts.no_data": ('"off"', 0, "60", 60),
    "alerts.quiet": ('"22:00-7:00"', "22:00-07:00", "1:30 - 2:00", "01:30-02:00"),
    "alerts.repeat": ("60", 60, "1440", 1440),
    "history.path": ('"off"', "off", "~/house.sqlite", "~/house.sqlite"),
    "battery.capacity": ("5.4", 5.4, "10", 10.0),
    "tariff.import_price": ("0.28", 0.28, "0.3", 0.3),
    "tariff.export_price": ("0.08", 0.08, "0", 0.0),
    "tariff.currency": ('"kr"', "kr", "CHF", "CHF"),
    "tariff.bands": (
        '["22:00-6:00 0.180", "12:00-14:00 0.2 0.05"]',
        ("22:00-06:00 0.18", "12:00-14:00 0.2 0.05"),
        " 22:00 - 06:00  0.18;",
        ("22:00-06:00 0.18",),
    ),
    "headless": ("true", True, "YES", True),
    "attach": ('"off"', "off", "No", "off"),
    "ui.ascii": ("true", True, "on", True),
    "ui.theme": ('"Nord"', "nord", "ANSI-light", "ansi-light"),
    "ui.keys": (
        '{ "live.pause" = "p", app.quit = ["q", "x"] }',
        ("live.pause=p", "app.quit=q,x"),
        "live.pause=p ; app.quit = x, q ",
        ("live.pause=p", "app.quit=x,q"),
    ),
}


NEEDS = {
    "tariff.export_price": "tariff.import_price",
    "tariff.bands": "tariff.import_price",
    "mqtt.key": "mqtt.certificate",
}
"""What has to be given with a key."""


def written(folder: Path, text: str) -> ConfigFile:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return ConfigFile(path, named=True)


def toml_of(key: str, value: str) -> str:
    section, _, name = key.rpartition(".")
    return f"[{section}]\n{name} = {value}\n" if section else f"{name} = {value}\n"


def refused(folder: Path, text: str) -> str:
    config = written(folder, text)
    with pytest.raises(SettingsError) as caught:
        load(config=config)
    assert str(config.path) in str(caught.value)
    return str(caught.value)


def test_every_key_has_another_value_here() -> None:
    assert set(OTHER) == set(TABLE)


def test_nothing_given_is_the_defaults() -> None:
    settings = load()
    assert settings == Settings()
    assert set(settings.sources) == set(TABLE)
    assert set(settings.sources.values()) == {"default"}


@pytest.mark.parametrize("key", TABLE)
def test_each_source_wins_over_the_one_before(key: str, tmp_path: Path) -> None:
    row = TABLE[key]
    toml, from_toml, text, from_text = OTHER[key]
    config = written(tmp_path, toml_of(key, toml))

    beside: dict[str, str] = {}
    if needed := NEEDS.get(key):
        beside[TABLE[needed].environment[0]] = OTHER[needed][2]
    settings = load(environment=beside, config=config)
    assert getattr(settings, row.name) == from_toml
    assert settings.sources[key] == str(config.path)

    settings = load(environment={row.environment[0]: text, **beside}, config=config)
    assert getattr(settings, row.name) == from_text
    assert settings.sources[key] == f"environment {row.environment[0]}"

    arguments = {key: Given(f"argument {row.argument}", text)}
    settings = load(arguments, {row.environment[0]: "\0not looked at", **beside}, config)
    assert getattr(settings, row.name) == from_text
    assert settings.sources[key] == f"argument {row.argument}"


@given(
    st.dictionaries(
        st.sampled_from(sorted(TABLE)), st.sampled_from(("argument", "environment", "empty"))
    )
)
def test_any_mixture_takes_each_key_from_its_own_source(where: dict[str, str]) -> None:
    arguments: dict[str, Given] = {}
    environment: dict[str, str] = {}
    if where.get("mqtt.accept_any_certificate") != "empty":
        # Not both.
        where.pop("mqtt.ca", None)
    for key in NEEDS.keys() & where.keys():
        where[NEEDS[key]] = "argument"
    for key, place in where.items():
        if place == "argument":
            arguments[key] = Given("argument", OTHER[key][2])
        else:
            environment[TABLE[key].environment[0]] = "" if place == "empty" else OTHER[key][2]
    settings = load(arguments, environment)
    if (where.get("inverter.serial"), where.get("inverter.host")) == ("environment", "argument"):
        # Whoever answers there is meant.
        where.pop("inverter.serial")
    for key, row in TABLE.items():
        changed = where.get(key) in ("argument", "environment")
        assert getattr(settings, row.name) == (OTHER[key][3] if changed else row.default)
        assert (settings.sources[key] == "default") is not changed


@pytest.mark.parametrize(
    ("file", "environment", "argument", "meant"),
    [
        ("HS", "", "", True),
        ("S", "H", "", False),
        ("S", "", "H", False),
        ("HS", "", "H", False),
        ("", "S", "H", False),
        ("H", "S", "", True),
        ("H", "", "S", True),
        ("S", "HS", "", True),
        ("", "", "HS", True),
        ("S", "", "0", True),
        ("S", "", "", True),
    ],
)
def test_a_host_wins_over_the_serial_number_of_a_source_behind_it(
    tmp_path: Path, file: str, environment: str, argument: str, meant: bool
) -> None:
    """`--host OTHER` shows who is there, whatever inverter config.toml means."""
    lines = {"H": "host = '10.0.0.1'", "S": "serial = 'KSE1'"}
    texts = {"H": ("inverter.host", "10.0.0.2"), "S": ("inverter.serial", "KSE1")}
    texts["0"] = ("inverter.host", "0.0.0.0")
    config = written(tmp_path, "\n".join(["[inverter]", *(lines[sign] for sign in file)]))
    settings = load(
        {key: Given("argument", text) for key, text in map(texts.__getitem__, argument)},
        {f"KSTAR_{key[9:].upper()}": text for key, text in map(texts.__getitem__, environment)},
        config,
    )
    assert settings.serial == ("KSE1" if meant else None)
    assert (settings.sources["inverter.serial"] == "default") is not meant


@pytest.mark.parametrize(
    ("old", "new", "key", "value"),
    [
        ("IP_ADDRESS_INVERTER", "KSTAR_HOST", "inverter.host", "10.0.0.9"),
        ("MQTT_CONNECTION_STRING", "KSTAR_MQTT", "mqtt.url", "mqtt://u:p@broker:1"),
        ("SILENT_MODE", "KSTAR_HEADLESS", "headless", "1"),
    ],
)
def test_old_names_work_and_new_ones_win(old: str, new: str, key: str, value: str) -> None:
    row = TABLE[key]
    settings = load(environment={old: value, new: ""})
    assert getattr(settings, row.name) == row.kind.parse(value)
    assert settings.sources[key] == f"environment {old}"

    settings = load(environment={old: "not \0 looked at", new: value})
    assert getattr(settings, row.name) == row.kind.parse(value)
    assert settings.sources[key] == f"environment {new}"


@pytest.mark.parametrize("word", ["1", "true", "TRUE", "yes", "Yes", "on", "ON"])
def test_silent_mode_is_true_for(word: str) -> None:
    assert load(environment={"SILENT_MODE": word}).headless is True


@pytest.mark.parametrize("word", ["0", "false", "no", "Off"])
def test_silent_mode_is_false_for(word: str) -> None:
    assert load(environment={"SILENT_MODE": word}).headless is False


@pytest.mark.parametrize(
    ("arguments", "environment", "toml"),
    [
        ({"inverter.host": Given("argument --host", "0.0.0.0")}, {"KSTAR_HOST": "10.0.0.1"}, ""),
        ({}, {"IP_ADDRESS_INVERTER": "0.0.0.0"}, '[inverter]\nhost = "10.0.0.1"'),
        ({}, {}, '[inverter]\nhost = "0.0.0.0"'),
    ],
)
def test_the_zero_address_means_search_from_any_source(
    arguments: dict[str, Given], environment: dict[str, str], toml: str, tmp_path: Path
) -> None:
    assert load(arguments, environment, written(tmp_path, toml)).host is None


def test_the_broker_can_be_switched_off_over_a_file(tmp_path: Path) -> None:
    config = written(tmp_path, '[mqtt]\nurl = "homeassistant"')
    assert load(config=config).mqtt_url == "mqtt://mqtt:mqtt@homeassistant:1883"
    assert load({"mqtt.url": Given("argument --mqtt", "off")}, {}, config).mqtt_url is None


class TestSecrets:
    URL = "mqtt://owner:hunter2@broker:1883"

    def test_from_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "mqtt"
        path.write_text(f"{self.URL}\n")
        settings = load(environment={"KSTAR_MQTT_FILE": str(path), "MQTT_CONNECTION_STRING": "x"})
        assert settings.mqtt_url == self.URL
        assert settings.sources["mqtt.url"] == f"environment KSTAR_MQTT_FILE ({path})"

    def test_the_value_itself_wins_over_the_file(self, tmp_path: Path) -> None:
        missing = str(tmp_path / "missing")
        settings = load(environment={"KSTAR_MQTT_FILE": missing, "KSTAR_MQTT": self.URL})
        assert settings.mqtt_url == self.URL

    @pytest.mark.parametrize(
        ("content", "said"), [(None, "No such file"), (b"\n", "empty"), (b"\xff", "UTF-8")]
    )
    def test_a_file_of_no_use(self, content: bytes | None, said: str, tmp_path: Path) -> None:
        path = tmp_path / "mqtt"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(SettingsError, match=said) as caught:
            load(environment={"KSTAR_MQTT_FILE": str(path)})
        assert "KSTAR_MQTT_FILE" in str(caught.value)
        assert str(path) in str(caught.value)

    def test_never_in_a_repr(self) -> None:
        settings = load(environment={"KSTAR_MQTT": self.URL})
        assert "hunter2" not in repr(settings)
        assert "hunter2" not in str(settings.sources)
        assert shown(settings, TABLE["mqtt.url"]) == "mqtt://owner:***@broker:1883"

    @pytest.mark.parametrize(
        "environment",
        [
            {"KSTAR_MQTT": "mqtt://owner:hunter2@broker:99999"},
            {"KSTAR_MQTT": "mqtt:/owner:hunter2@broker"},
            {"KSTAR_MQTT": "http://owner:hunter2@broker"},
            {"KSTAR_MQTT": "owner:hunter2"},
            {"IP_ADDRESS_INVERTER": "mqtt://owner:hunter2@broker"},
            {"KSTAR_PORT": "mqtt://owner:hunter2@broker"},
            {"KSTAR_MQTT_PREFIX": "mqtt://owner:hunter2@broker/#"},
        ],
    )
    def test_never_in_a_refusal(self, environment: dict[str, str]) -> None:
        with pytest.raises(SettingsError) as caught:
            load(environment=environment)
        assert "hunter2" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
        assert next(iter(environment)) in str(caught.value)

    @pytest.mark.parametrize(
        "toml",
        [
            '[mqtt]\nurl = "mqtt://owner:hunter2@broker:x"',
            '[mqtt]\nulr = "mqtt://owner:hunter2@broker"',
            '[mqtt]\nurl = ["mqtt://owner:hunter2@broker"]',
            'mqtt = "mqtt://owner:hunter2@broker"',
            '[mqtt]\nurl = "mqtt://owner:hunter2@broker',
            '[inverter]\nhost = "mqtt://owner:hunter2@broker"',
        ],
    )
    def test_never_in_a_refusal_of_a_file(self, toml: str, tmp_path: Path) -> None:
        assert "hunter2" not in refused(tmp_path, toml)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[inverter]\nport = '8899'", "inverter.port is '8899'; allowed is a whole number from 1 "),
        ("[inverter]\nport = true", "inverter.port is true; allowed is a whole number"),
        ("[inverter]\nport = 8899.0", "inverter.port is 8899.0; allowed is a whole number"),
        ("[inverter]\nport = 0", "inverter.port is 0; allowed is a whole number from 1 to 65535"),
        ("[inverter]\nport = 65536", "inverter.port is 65536; allowed is"),
        ("[inverter]\nport = 2026-01-01", "inverter.port is a date or time; allowed is"),
        ("[inverter]\ninterval = 1", "inverter.interval is 1; allowed is a number from 2 to 3600"),
        ("[inverter]\ninterval = nan", "inverter.interval is nan; allowed is a number from 2"),
        ("[inverter]\ninterval = 3600.5", "inverter.interval is 3600.5; allowed is a number"),
        ("[inverter]\nhost = 5", "inverter.host is 5; allowed is a host name or an IPv4 address"),
        ("[inverter]\nhost = ''", "inverter.host is ''; allowed is a host name or an IPv4"),
        ("[inverter.host]\nname = 'x'", "inverter.host is a table; allowed is a host name"),
        ("[discovery]\nbroadcast = [1]", "discovery.broadcast is a list; allowed is IPv4"),
        ("[discovery]\nbroadcast = 'x'", "discovery.broadcast is 'x'; allowed is IPv4"),
        ("[mqtt]\nurl = 5", "mqtt.url is a value that cannot be used; allowed is a broker or off"),
        ("[mqtt]\nprefix = 'a/#'", "mqtt.prefix is 'a/#'; allowed is topic levels"),
        ("headless = 'yes'", "headless is 'yes'; allowed is true or false"),
        ("headless = 1", "headless is 1; allowed is true or false"),
        ("[ui]\nascii = []", "ui.ascii is a list; allowed is true or false"),
        ("[inverter]\nhots = 'x'", "unknown key inverter.hots. Did you mean inverter.host?"),
        ("host = 'x'", "unknown key host. Did you mean inverter.host? Allowed are inverter.host"),
        ("[invertr]\nhost = 'x'", "unknown table invertr. Did you mean inverter? Allowed are"),
        ("inverter = 'x'", "inverter is a text; allowed is a table [inverter] with inverter.host"),
        ("'inverter.host' = 'x'", "unknown key 'inverter.host'."),
        ("'\\u001b[2J' = 'x'", "unknown key '\\\\u001b[2J'."),
        ("\n\nport = = 5", "not valid TOML: Invalid value (at line 3, column 8)"),
        ("a = 1\na = 2", "not valid TOML: "),
    ],
)
def test_a_wrong_file_is_refused_with_place_found_and_allowed(
    toml: str, said: str, tmp_path: Path
) -> None:
    message = refused(tmp_path, toml)
    assert said in message
    assert message.endswith(".")
    assert message.isprintable()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("KSTAR_PORT", "8899x", "inverter.port is '8899x'; allowed is a whole number from 1 to"),
        ("KSTAR_PORT", "-1", "inverter.port is '-1'; allowed is"),
        ("KSTAR_PORT", "٨٨٩٩", "allowed is a whole number"),
        ("KSTAR_INTERVAL", "1.9", "inverter.interval is '1.9'; allowed is a number from 2 to 3600"),
        ("KSTAR_INTERVAL", "inf", "inverter.interval is 'inf'; allowed is"),
        ("KSTAR_INTERVAL", "5s", "inverter.interval is '5s'; allowed is"),
        ("KSTAR_HOST", "http://10.0.0.1", "without a scheme such as http://"),
        ("KSTAR_HOST", "10.0.0.1/x", "without a scheme"),
        ("KSTAR_HOST", "10.0.0.1\n", "white space"),
        ("KSTAR_HOST", "a b", "white space"),
        ("KSTAR_HOST", "a\x1b[2Jb", "control character"),
        ("KSTAR_HOST", "10.0.0.1:8899", "the port is a setting of its own"),
        ("KSTAR_HOST", "fe80::1", "IPv4 only"),
        ("KSTAR_HOST", "10.0.0.256", "four numbers from 0 to 255"),
        ("KSTAR_HOST", "10.0.0", "four numbers from 0 to 255"),
        ("KSTAR_HOST", "240.0.0.1", "one inverter's own address"),
        ("KSTAR_HOST", "224.0.0.1", "one inverter's own address"),
        ("KSTAR_HOST", "-x", "allowed is a host name"),
        ("KSTAR_HOST", "a..b", "allowed is a host name"),
        ("KSTAR_HOST", "x" * 300, "allowed is a host name"),
        ("KSTAR_BROADCAST", "10.0.0.255,oops", "discovery.broadcast is '10.0.0.255,oops'"),
        ("KSTAR_BROADCAST", "0.0.0.0", "discovery.broadcast is '0.0.0.0'; allowed is IPv4"),
        ("KSTAR_MQTT_PREFIX", "/a", "mqtt.prefix is '/a'; allowed is topic levels"),
        ("KSTAR_MQTT_PREFIX", "a\0b", "mqtt.prefix is 'a\\x00b'; allowed is topic levels"),
        ("KSTAR_MQTT_PREFIX", "$SYS/a", "mqtt.prefix is '$SYS/a'; allowed is topic levels"),
        ("KSTAR_MQTT_PREFIX", "a b", "cannot hold spaces"),
        ("KSTAR_MQTT_PREFIX", "a//b", "cannot start or end with / or hold //"),
        ("KSTAR_MQTT_PREFIX", "ä" * 101, "cannot be longer than 200 bytes"),
        ("KSTAR_SERIAL", "KSE 4000", "inverter.serial is 'KSE 4000'; allowed is a serial number"),
        ("KSTAR_SERIAL", "KSÉ", "(it is made of letters, digits, - _ and . and has no - or . in"),
        ("KSTAR_SERIAL", "K" * 65, "(it is longer)"),
        ("KSTAR_SERIAL", "-KSE4000", "no - or . in front"),
        ("KSTAR_SERIAL", "K" * 33, "up to 32 letters and digits"),
        ("KSTAR_HEADLESS", "maybe", "headless is 'maybe'; allowed is true or false"),
        ("SILENT_MODE", "ture", "headless is 'ture'; allowed is true or false"),
    ],
)
def test_a_wrong_variable_is_refused_with_place_found_and_allowed(
    name: str, text: str, said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(environment={name: text})
    message = str(caught.value)
    assert message.startswith(f"environment {name}: ")
    assert said in message
    assert message.isprintable()
    assert len(message) < 300


@given(st.sampled_from(sorted(TABLE)), st.text(min_size=1, max_size=80))
def test_any_text_is_taken_or_refused_in_words(key: str, text: str) -> None:
    row = TABLE[key]
    try:
        settings = load(environment={row.environment[0]: text})
    except SettingsError as error:
        assert key in str(error)
        assert "allowed" in str(error)
        assert str(error).isprintable()
    else:
        assert str(shown(settings, row)).isprintable()


@given(
    st.text(alphabet="ab/+#$ \t\u2003\0ä", max_size=6) | st.text("aä", min_size=90, max_size=210)
)
def test_a_prefix_is_taken_exactly_when_the_publisher_takes_it(text: str) -> None:
    try:
        taken = parse_prefix(text)
    except ValueError:
        with pytest.raises(ValueError, match="an MQTT prefix cannot"):
            TABLE["mqtt.prefix"].kind.parse(text)
    else:
        assert TABLE["mqtt.prefix"].kind.parse(text) == taken


@given(st.sampled_from(sorted(TABLE)), st.sampled_from(sorted(OTHER)))
def test_a_shown_value_of_one_kind_never_raises(key: str, other: str) -> None:
    row = TABLE[key]
    assert row.kind.show(row.kind.parse(OTHER[key][2]))
    assert TABLE[other].kind.show(TABLE[other].default)


def test_data_never_goes_to_the_port_that_takes_commands() -> None:
    with pytest.raises(SettingsError, match=r"KSTAR_PORT: inverter\.port is 48899; allowed is any"):
        load(environment={"KSTAR_PORT": "48899", "KSTAR_DISCOVERY_PORT": "5"})
    with pytest.raises(SettingsError, match=r"KSTAR_DISCOVERY_PORT: .* are both 8899; allowed"):
        load(environment={"KSTAR_DISCOVERY_PORT": "8899"})


def test_several_broadcast_addresses() -> None:
    settings = load(environment={"KSTAR_BROADCAST": "10.0.0.255, 10.1.0.255 10.0.0.255"})
    assert settings.broadcast == ("10.0.0.255", "10.1.0.255")


class TestWhichFile:
    def test_the_argument_wins_over_the_variable(self, tmp_path: Path) -> None:
        environment = {"KSTAR_CONFIG": "/b.toml"}
        assert locate_config("/a.toml", environment) == ConfigFile(Path("/a.toml"), named=True)
        assert locate_config(None, environment) == ConfigFile(Path("/b.toml"), named=True)

    def test_otherwise_it_is_in_the_users_folder(self) -> None:
        config = locate_config(None, {"KSTAR_CONFIG": ""})
        assert config.path.parts[-2:] == ("kstar-tui", "config.toml")
        assert not config.named

    def test_only_a_named_one_has_to_exist(self, tmp_path: Path) -> None:
        path = tmp_path / "none.toml"
        assert load(config=ConfigFile(path)) == Settings()
        with pytest.raises(SettingsError, match="there is no such file"):
            load(config=ConfigFile(path, named=True))

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
            load(config=ConfigFile(tmp_path))

    def test_what_is_not_text(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        path.write_bytes(b"headless = '\xff'")
        with pytest.raises(SettingsError, match="not text in UTF-8"):
            load(config=ConfigFile(path))

    def test_a_windows_editors_mark_does_not_matter(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        path.write_bytes(b"\xef\xbb\xbfheadless = true\r\n")
        assert load(config=ConfigFile(path)).headless is True


def test_an_unknown_key_gets_the_nearest_one() -> None:
    with pytest.raises(SettingsError, match=r"no setting 'mqtt.ulr'. Did you mean mqtt.url\?"):
        find_setting("mqtt.ulr")


class TestExample:
    text = EXAMPLE.read_text(encoding="utf-8")
    active = re.sub(r"(?m)^#(?=\w+ = )", "", text)

    def test_it_changes_nothing_as_it_is(self) -> None:
        assert all(table == {} for table in tomllib.loads(self.text).values())

    def test_uncommented_it_is_the_defaults(self, tmp_path: Path) -> None:
        assert load(config=written(tmp_path, self.active)) == Settings()

    def test_every_key_is_in_it(self, tmp_path: Path) -> None:
        config = written(tmp_path, self.active)
        assert set(load(config=config).sources.values()) == {str(config.path)}

    def test_every_key_has_a_line_of_meaning(self) -> None:
        lines = self.text.splitlines()
        keys = [i for i, line in enumerate(lines) if re.match(r"#\w+ = ", line)]
        assert len(keys) == len(TABLE)
        assert all(lines[i - 1].startswith("# ") for i in keys)
