"""Settings of MQTT: their spellings, what goes together, and secrets that systemd hands over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kstar_tui.commands.arguments import UsageError, parse_arguments
from kstar_tui.settings import (
    TABLE,
    ConfigFile,
    Given,
    Settings,
    SettingsError,
    load,
    save_config,
    shown,
)
from kstar_tui.settings.load import closed_credentials

SECRET = "hunter2"
TLS = "mqtts://me:pw@ha.lan"


def environment(**settings: str) -> dict[str, str]:
    """Variables of settings in the table's own order of names."""
    return {TABLE[f"mqtt.{name}"].environment[0]: text for name, text in settings.items()}


def refused(variables: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load(environment=variables)
    return str(caught.value)


def from_toml(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(f"[mqtt]\n{text}\n")
    return load(config=ConfigFile(path, named=True))


@pytest.mark.parametrize(
    ("toml", "version"),
    [("5", "5"), ("'5'", "5"), ("'3.1.1'", "3.1.1")],
)
def test_a_version_is_a_text_or_a_whole_number(toml: str, version: str, tmp_path: Path) -> None:
    assert from_toml(tmp_path, f"version = {toml}").mqtt_version == version


@pytest.mark.parametrize("toml", ["3", "4", "3.1", "5.0", "true", "false", "'off'", "[5]"])
def test_no_other_version(toml: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"mqtt\.version is .*; allowed is 3\.1\.1 or 5"):
        from_toml(tmp_path, f"version = {toml}")


@pytest.mark.parametrize("toml", ["false", "'off'", "'no'", "0"])
def test_home_assistant_is_told_nothing(toml: str, tmp_path: Path) -> None:
    assert from_toml(tmp_path, f"discovery = {toml}").mqtt_discovery == "off"


def test_legacy_topics_can_be_refused() -> None:
    assert load().mqtt_legacy is True
    assert load(parse_arguments(["--no-mqtt-legacy"]).settings).mqtt_legacy is False


@pytest.mark.parametrize("word", ["", " ", "off", "OFF"])
def test_a_file_can_be_taken_back(word: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[mqtt]\nca = 'ca.pem'\n")
    config = ConfigFile(path, named=True)
    assert load(config=config).mqtt_ca == "ca.pem"
    settings = load({"mqtt.ca": Given("argument --mqtt-ca", word)}, config=config)
    assert settings.mqtt_ca is None
    assert shown(settings, TABLE["mqtt.ca"]) == "the system's"


@pytest.mark.parametrize("key", ["username", "password", "client_id"])
def test_an_empty_text_is_none(key: str, tmp_path: Path) -> None:
    assert from_toml(tmp_path, f"{key} = ''") == Settings()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("username", "a\nb", "holds a control character"),
        ("username", "a" * 65536, "longer than 65535 bytes"),
        ("username", "a\udcff", "not UTF-8"),
        ("ca", "a\nb", "allowed is the path of a PEM file, or off (there is a control character"),
        ("key", "a\udcff", "allowed is the path of a PEM file"),
        ("version", "3.1", "mqtt.version is '3.1'; allowed is 3.1.1 or 5."),
        ("keepalive", "4", "allowed is a whole number from 5 to 3600 s"),
        ("keepalive", "3601", "allowed is a whole number from 5 to 3600 s"),
        ("keepalive", "5.5", "allowed is a whole number"),
        ("client_id", "a b", "there is a space"),
        ("client_id", "a\u00a0b", "there is a space"),
        ("client_id", "a\x7f", "control character"),
        ("client_id", "a/#", "+ and # are wildcards"),
        ("client_id", "+", "+ and # are wildcards"),
        ("client_id", "ä" * 65, "up to 128 bytes"),
        ("base", "a/", "cannot start or end with /"),
        ("base", "a/+", "wildcards"),
        ("discovery_prefix", "$SYS", "cannot start with $"),
        ("discovery", "maybe", "allowed is device, entities or off"),
        ("values", "maybe", "allowed is true or false"),
    ],
)
def test_what_is_refused(name: str, text: str, said: str) -> None:
    message = refused(environment(**{name: text}))
    assert message.startswith(f"environment KSTAR_MQTT_{name.upper()}: mqtt.{name} is ")
    assert said in message
    assert len(message) < 320


def test_the_longest_client_id() -> None:
    assert load(environment=environment(client_id="ä" * 64)).mqtt_client_id == "ä" * 64


class TestPassword:
    def test_it_is_never_shown(self) -> None:
        settings = load(environment=environment(password=SECRET))
        assert settings.mqtt_password == SECRET
        assert SECRET not in repr(settings)
        assert shown(settings, TABLE["mqtt.password"]) == "***"
        assert shown(Settings(), TABLE["mqtt.password"]) == "none"

    @pytest.mark.parametrize("text", [f"{SECRET}\n{SECRET}", f"{SECRET}\udcff", SECRET * 10000])
    def test_it_is_not_repeated_where_it_is_refused(self, text: str, tmp_path: Path) -> None:
        assert SECRET not in refused(environment(password=text))
        path = tmp_path / "password"
        path.write_bytes(text.encode(errors="surrogateescape"))
        assert SECRET not in refused({"KSTAR_MQTT_PASSWORD_FILE": str(path)})

    @pytest.mark.parametrize("toml", [f'["{SECRET}"]', f'"{SECRET}', f'"{SECRET}\\u0000"'])
    def test_nor_where_a_file_is_refused(self, toml: str, tmp_path: Path) -> None:
        with pytest.raises(SettingsError) as caught:
            from_toml(tmp_path, f"password = {toml}")
        assert SECRET not in str(caught.value)

    def test_it_is_no_argument(self) -> None:
        for words in (["--mqtt-password=hunter2"], ["--mqtt-password", SECRET]):
            with pytest.raises(UsageError) as caught:
                parse_arguments(words)
            assert SECRET not in str(caught.value)
            assert "KSTAR_MQTT_PASSWORD" in str(caught.value)

    def test_only_the_line_end_of_its_file_is_no_part_of_it(self, tmp_path: Path) -> None:
        path = tmp_path / "password"
        path.write_bytes(b" hunter2 \r\n")
        settings = load(environment={"KSTAR_MQTT_PASSWORD_FILE": str(path)})
        assert settings.mqtt_password == " hunter2 "
        assert settings.sources["mqtt.password"] == f"environment KSTAR_MQTT_PASSWORD_FILE ({path})"

    def test_it_makes_config_toml_private(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        path.write_text(f'# mine\n[mqtt]\npassword = "{SECRET}"\n')
        kept = save_config({"mqtt.password": "another"}, path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert kept is not None
        assert kept.read_text() == '# mine\n[mqtt]\npassword = "***"\n'


class TestTogether:
    @pytest.mark.parametrize(
        "settings",
        [
            {"password": SECRET},
            {"password": SECRET, "url": "off"},
            {"password": SECRET, "url": "ha.lan"},
            {"password": SECRET, "url": "mqtt://me@ha.lan"},
            {"password": SECRET, "url": "mqtt://ha.lan", "username": "me"},
            {"username": "me", "url": "mqtt://ha.lan"},
            {"ca": "c", "certificate": "c", "key": "k", "url": TLS},
            {"ca": "c", "certificate": "c", "key": "k"},
            {"ca": "c", "url": "off"},
            {"certificate": "c", "accept_any_certificate": "yes", "url": TLS},
            {"accept_any_certificate": "no", "ca": "c"},
            {"accept_any_certificate": "no", "url": "ha.lan"},
        ],
    )
    def test_what_goes_together(self, settings: dict[str, str]) -> None:
        assert load(environment=environment(**settings))

    @pytest.mark.parametrize("url", ["mqtt://ha.lan", "mqtts://ha.lan:1"])
    def test_a_password_needs_a_user_name(self, url: str) -> None:
        message = refused(environment(password=SECRET, url=url))
        assert message.startswith("environment KSTAR_MQTT_PASSWORD: mqtt.password is given without")
        assert "a password needs a user name" in message
        assert SECRET not in message

    @pytest.mark.parametrize("url", ["", TLS, "ha.lan"])
    def test_a_key_needs_a_certificate(self, url: str) -> None:
        message = refused(environment(key="k", url=url))
        assert message.startswith("environment KSTAR_MQTT_KEY: mqtt.key is given without mqtt.cert")
        assert "allowed is both together" in message

    @pytest.mark.parametrize("url", ["", TLS])
    def test_any_certificate_or_that_of_one_authority(self, url: str) -> None:
        message = refused(environment(ca="c", accept_any_certificate="1", url=url))
        assert message.startswith("environment KSTAR_MQTT_ACCEPT_ANY_CERTIFICATE: ")
        assert "mqtt.ca are both given; allowed is one of them" in message

    @pytest.mark.parametrize(
        ("name", "text"), [("ca", "c"), ("certificate", "c"), ("accept_any_certificate", "yes")]
    )
    @pytest.mark.parametrize("url", ["ha.lan", "mqtt://me:hunter2@ha.lan:8883"])
    def test_tls_needs_a_url_that_says_so(self, name: str, text: str, url: str) -> None:
        message = refused(environment(**{name: text, "url": url}))
        assert message.startswith(f"environment KSTAR_MQTT_{name.upper()}: mqtt.{name} is given")
        assert "TLS needs mqtts://" in message
        assert SECRET not in message

    def test_what_does_not_go_together_is_not_saved(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        save_config({"mqtt.url": "mqtt://ha.lan:1883"}, path)
        for key in ("mqtt.password", "mqtt.ca", "mqtt.key"):
            with pytest.raises(SettingsError, match=f"Not written, .*: {key} is given"):
                save_config({key: "x"}, path)
        assert load(config=ConfigFile(path)) == Settings(mqtt_url="mqtt://ha.lan:1883")


class TestSystemdCredentials:
    URL = "mqtt://owner:hunter2@broker:1883"

    def test_every_secret_and_nothing_else(self, tmp_path: Path) -> None:
        (tmp_path / "mqtt.url").write_text(f"{self.URL}\n")
        (tmp_path / "mqtt.password").write_text("another\n")
        (tmp_path / "mqtt.username").write_text("not looked at")
        (tmp_path / "mqtt.ca").mkdir()
        settings = load(environment={"CREDENTIALS_DIRECTORY": str(tmp_path)})
        assert settings.mqtt_url == self.URL
        assert settings.mqtt_password == "another"
        assert settings.mqtt_username is None
        assert settings.sources["mqtt.url"] == "systemd credential mqtt.url"
        assert settings.sources["mqtt.password"] == "systemd credential mqtt.password"
        assert settings.sources["mqtt.username"] == "default"

    def test_what_wins_over_it_and_what_does_not(self, tmp_path: Path) -> None:
        folder = tmp_path / "credentials"
        folder.mkdir()
        (folder / "mqtt.password").write_text("credential")
        own = tmp_path / "own"
        own.write_text("file")
        config = ConfigFile(tmp_path / "config.toml", named=True)
        config.path.write_text("[mqtt]\npassword = 'toml'\n")
        variables = {"CREDENTIALS_DIRECTORY": str(folder), "KSTAR_MQTT_PASSWORD": ""}
        assert load({}, variables, config).mqtt_password == "credential"
        variables["KSTAR_MQTT_PASSWORD_FILE"] = str(own)
        assert load({}, variables, config).mqtt_password == "file"
        variables["KSTAR_MQTT_PASSWORD"] = "variable"
        assert load({}, variables, config).mqtt_password == "variable"

    def test_an_old_variable_wins_over_it(self, tmp_path: Path) -> None:
        (tmp_path / "mqtt.url").write_text(self.URL)
        variables = {"CREDENTIALS_DIRECTORY": str(tmp_path), "MQTT_CONNECTION_STRING": "off"}
        assert load(environment=variables).mqtt_url is None

    def test_a_folder_that_is_closed_counts_as_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "mqtt.password").write_text("credential")
        environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
        assert closed_credentials(environment) is None
        monkeypatch.setattr("os.access", lambda *_: False)
        assert closed_credentials(environment) == str(tmp_path)
        assert load(environment=environment) == Settings()

    def test_where_there_is_none(self, tmp_path: Path) -> None:
        for folder in ("", str(tmp_path), str(tmp_path / "nowhere")):
            assert load(environment={"CREDENTIALS_DIRECTORY": folder}) == Settings()

    @pytest.mark.parametrize(
        ("content", "said"), [(b"\n", "is empty"), (b"\xff", "is not text in UTF-8")]
    )
    def test_one_of_no_use(self, content: bytes, said: str, tmp_path: Path) -> None:
        path = tmp_path / "mqtt.password"
        path.write_bytes(content)
        message = refused({"CREDENTIALS_DIRECTORY": str(tmp_path)})
        assert message.startswith(f"systemd credential mqtt.password: {path} {said}")

    def test_one_that_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "mqtt.password").mkdir()
        message = refused({"CREDENTIALS_DIRECTORY": str(tmp_path)})
        assert message.startswith("systemd credential mqtt.password: ")
        assert "cannot be read: " in message

    def test_one_behind_a_closed_door(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def closed(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", closed)
        message = refused({"CREDENTIALS_DIRECTORY": str(tmp_path)})
        assert message.endswith("mqtt.url cannot be read: Permission denied.")

    def test_a_wrong_one_is_told_with_its_place_alone(self, tmp_path: Path) -> None:
        (tmp_path / "mqtt.url").write_text("mqtt://owner:hunter2@broker:x")
        message = refused({"CREDENTIALS_DIRECTORY": str(tmp_path)})
        assert message.startswith("systemd credential mqtt.url: mqtt.url is a value that cannot be")
        assert SECRET not in message
