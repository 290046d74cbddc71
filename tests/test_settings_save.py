"""Settings written to config.toml: whole, private where they have to be, and read back alike."""

from __future__ import annotations

import errno
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.settings import TABLE, ConfigFile, Settings, SettingsError, load, save_config

URL = "mqtts://me:hunter2@ha:1883"
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "inverter.host": st.sampled_from([None, "10.0.0.1", "kse.lan"]),
    "inverter.port": st.integers(1, 8899),
    "inverter.serial": st.sampled_from([None, "KSE4000X12345678"]),
    "inverter.interval": st.floats(2, 3600) | st.integers(2, 3600).map(float),
    "discovery.port": st.integers(20000, 48899),
    "discovery.broadcast": st.sampled_from([(), ("10.0.0.255",), ("10.0.0.255", "10.1.0.255")]),
    "mqtt.url": st.sampled_from([None, URL]),
    "mqtt.username": st.sampled_from([None, "me", "Frau Müller"]),
    "mqtt.password": st.sampled_from([None, "hunter2", ' "wörd\\ ']),
    "mqtt.ca": st.sampled_from([None, "~/ca.pem"]),
    "mqtt.certificate": st.sampled_from([None, "/my certificate.pem"]),
    "mqtt.key": st.sampled_from([None, "key.pem"]),
    "mqtt.accept_any_certificate": st.booleans(),
    "mqtt.version": st.sampled_from(["3.1.1", "5"]),
    "mqtt.keepalive": st.integers(5, 3600),
    "mqtt.client_id": st.sampled_from([None, "roof"]),
    "mqtt.base": st.sampled_from(["kstar", "a/b"]),
    "mqtt.values": st.booleans(),
    "mqtt.legacy": st.booleans(),
    "mqtt.prefix": st.sampled_from(["a", "sensor/inverter", 'with"quotes"', "ünïcode/ß"]),
    "mqtt.discovery": st.sampled_from(["device", "entities", "off"]),
    "mqtt.discovery_prefix": st.sampled_from(["homeassistant", "ha/1"]),
    "metrics.listen": st.sampled_from([None, "127.0.0.1:9898"]),
    "alerts.command": st.sampled_from([(), ("tell",), ("/bin/tell me", 'a "b"', "")]),
    "alerts.mqtt": st.booleans(),
    "alerts.fault": st.booleans(),
    "alerts.grid_lost": st.sampled_from([0, 1, 86400]),
    "alerts.battery_low": st.integers(0, 99),
    "alerts.no_data": st.sampled_from([0, 1, 10080]),
    "alerts.quiet": st.sampled_from(["", "22:00-07:00"]),
    "alerts.repeat": st.sampled_from([0, 5]),
    "history.path": st.sampled_from(["off", "/data/h.sqlite", "~/h"]),
    "battery.capacity": st.none() | st.floats(0.5, 200),
    "tariff.import_price": st.floats(0, 100),
    "tariff.export_price": st.none() | st.floats(0, 100),
    "tariff.currency": st.sampled_from(["€", "kr", "CHF"]),
    "tariff.bands": st.sampled_from([(), ("22:00-06:00 0.18",), ("00:00-24:00 1 0.5",)]),
    "headless": st.booleans(),
    "attach": st.sampled_from(["local", "off"]),
    "ui.ascii": st.booleans(),
    "ui.theme": st.sampled_from(["auto", "nord", "ansi-light"]),
    "ui.keys": st.sampled_from([(), ("live.pause=p",), ("app.quit=q,?", "go.events=ü")]),
}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@given(changes=st.fixed_dictionaries({}, optional=VALUES))
def test_what_was_saved_is_loaded(
    changes: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("saved") / "config.toml"
    if changes.get("tariff.bands") or changes.get("tariff.export_price") is not None:
        changes.setdefault("tariff.import_price", 0.5)
    if changes.get("mqtt.key"):
        changes["mqtt.certificate"] = "/c.pem"
    if changes.get("mqtt.accept_any_certificate"):
        changes.pop("mqtt.ca", None)
    save_config(changes, path)
    settings = load(config=ConfigFile(path, named=True))
    for key, row in TABLE.items():
        assert getattr(settings, row.name) == changes.get(key, row.default)


def test_every_key_can_be_saved() -> None:
    assert set(VALUES) == set(TABLE)


def test_other_keys_stay_and_none_takes_one_out(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "config.toml"
    save_config({"inverter.host": "10.0.0.1", "inverter.port": 5}, path)
    save_config({"headless": True}, path)
    save_config({"inverter.host": None}, path)
    assert tomllib.loads(path.read_text()) == {"headless": True, "inverter": {"port": 5}}


def test_a_secret_makes_it_private_for_good(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    save_config({"headless": True}, path)
    assert mode(path) == 0o644
    save_config({"mqtt.url": URL}, path)
    assert mode(path) == 0o600
    path.chmod(0o644)
    save_config({"headless": False}, path)
    assert mode(path) == 0o600


def test_a_mode_that_somebody_chose_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("")
    path.chmod(0o640)
    save_config({"headless": True}, path)
    assert mode(path) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_root_changes_stays_its_owners(tmp_path: Path) -> None:
    """A service of the system reads it as its own user, password or not."""
    path = tmp_path / "config.toml"
    path.touch()
    os.chown(path, 60801, 60802)
    save_config({"mqtt.password": "hunter2"}, path)
    found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (60801, 60802, 0o600)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "config.toml"
    target.parent.mkdir()
    target.write_text("headless = true\n")
    link = tmp_path / "config.toml"
    link.symlink_to(target)
    save_config({"ui.ascii": True}, link)
    assert link.is_symlink()
    assert tomllib.loads(target.read_text()) == {"headless": True, "ui": {"ascii": True}}


def test_a_failure_half_way_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    save_config({"headless": True}, path)
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="cannot be written: No space left on device"):
        save_config({"headless": False}, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_where_there_can_be_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be"):
        save_config({"headless": True}, tmp_path / "file" / "config.toml")


def test_comments_are_kept_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    text = f'headless = true\n[mqtt]\nurl = "{URL}" # the old broker\n'
    path.write_text(text)
    kept = save_config({"headless": False}, path)
    assert kept == tmp_path / "config.toml.bak"
    assert kept.read_text() == text.replace("hunter2", "***")
    assert mode(kept) == 0o600
    assert save_config({"headless": True}, path) is None


def test_a_file_that_is_not_understood_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("hedless = true\n")
    with pytest.raises(SettingsError, match="Did you mean headless"):
        save_config({"ui.ascii": True}, path)
    assert path.read_text() == "hedless = true\n"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().port = 5
