"""The files that settings come from: small and regular ones, and no password in what is kept."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest

from kstar_tui.settings import ConfigFile, SettingsError, load, locate_config, save_config
from kstar_tui.settings.backup import worth_keeping
from kstar_tui.settings.files import MAX_SIZE

SECRET = "hunter2"


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe that nobody writes into."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("text", ["~nosuchuser/x", "~nosuchuser"])
def test_a_home_folder_that_there_is_not(text: str) -> None:
    with pytest.raises(SettingsError, match=f"^{text}: there is no such home folder"):
        locate_config(text, {})
    with pytest.raises(SettingsError, match="no such home folder"):
        locate_config(None, {"KSTAR_CONFIG": text})


def test_a_pipe_or_a_device_is_no_file(pipe: Path) -> None:
    for path in (pipe, Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(SettingsError, match=f"{path} cannot be read: It is not a regular file"):
            load(config=ConfigFile(path, named=True))
        with pytest.raises(SettingsError, match=f"{path} cannot be read: It is not a regular file"):
            load(environment={"KSTAR_MQTT_FILE": str(path)})


def test_a_file_is_short(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("#" * MAX_SIZE)
    assert load(config=ConfigFile(path, named=True)).port == 8899
    path.write_text("#" * (MAX_SIZE + 1))
    with pytest.raises(SettingsError, match="It is longer than 65536 bytes"):
        load(config=ConfigFile(path, named=True))
    with pytest.raises(SettingsError, match="It is longer than 65536 bytes"):
        load(environment={"KSTAR_MQTT_FILE": str(path)})


def test_nothing_but_a_file_is_replaced(pipe: Path, tmp_path: Path) -> None:
    link = tmp_path / "config.toml"
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(SettingsError, match="It is not a regular file"):
            save_config({"headless": True}, path)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(tmp_path.iterdir()) == [link, pipe]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f'url = "mqtt://me:{SECRET}@ha:1"', 'url = "mqtt://me:***@ha:1"'),
        (f'url = "mqtt://me:a@b/{SECRET}:@ha"', 'url = "mqtt://me:***@ha"'),
        (f"url = 'mqtts://me:{SECRET}@ha'", "url = 'mqtts://me:***@ha'"),
        (f"# url = 'mqtt://me:{SECRET}@old'", "# url = 'mqtt://me:***@old'"),
        ("url = 'mqtt://me@ha'", "url = 'mqtt://me@ha'"),
        ("url = 'homeassistant'", "url = 'homeassistant'"),
        (f'password = "{SECRET}"', 'password = "***"'),
        (f'password = "a#{SECRET}" # mine', 'password = "***"'),
        (f"\"password\"='{SECRET}'", '"password"="***"'),
        (f"# password = '{SECRET}'", '# password = "***"'),
        (f"# KSTAR_MQTT_PASSWORD={SECRET}", '# KSTAR_MQTT_PASSWORD="***"'),
        ("# the password is in the vault", "# the password is in the vault"),
    ],
)
def test_what_is_kept_has_no_password(line: str, kept: str) -> None:
    assert worth_keeping(f"# mine\n[mqtt]\n{line}\n") == f"# mine\n[mqtt]\n{kept}\n"


@pytest.mark.parametrize(
    "value",
    [
        '"mqtt://me:hunter2\\u0040ha"',
        '"mqtt\\u003a//me:hunter2@ha"',
        '"""mqtt://me:hun\\\n  ter2@ha"""',
    ],
)
def test_of_an_intricate_password_only_the_comments_are_kept(value: str) -> None:
    text = f"# mine\nheadless = true\n[mqtt]\n# the broker\nurl = {value}\n"
    assert worth_keeping(text) == "# mine\n# the broker\n"


@pytest.mark.parametrize(
    "line",
    [
        f'"pass\\u0077ord" = "{SECRET}"',
        f'password = """\n#{SECRET}"""',
        f'password = """\n{SECRET[:3]}\\\n#{SECRET[3:]}\\\n"""',
        f"password = '''\n#{SECRET}'''",
    ],
)
def test_of_an_intricate_password_by_itself_too(line: str) -> None:
    text = f"# mine\n[mqtt]\n# the broker's\n{line}\n# the end\n"
    assert tomllib.loads(text)["mqtt"]["password"].endswith(SECRET[3:])
    assert worth_keeping(text) == "# mine\n# the broker's\n# the end\n"


def test_a_password_in_one_line_with_others() -> None:
    text = f'# mine\nmqtt = {{ password = "{SECRET}", username = "me" }}\n'
    assert worth_keeping(text) == "# mine\n"


def test_a_file_without_comments_is_not_kept() -> None:
    assert worth_keeping(f'mqtt.url = "mqtt://me:{SECRET}@ha#1"\n') is None


def test_a_new_password_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'# mine\n[mqtt]\nurl = "mqtt://me:{SECRET}@ha:1"\n')
    save_config({"mqtt.url": "mqtt://me:another@ha:1"}, path)
    assert len(list(tmp_path.iterdir())) == 2
    for file in tmp_path.iterdir():
        assert SECRET not in file.read_text()
