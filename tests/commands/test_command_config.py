"""`config`: what is shown, what is masked, and what is written down."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from program_talk import Program

from kstar_tui.settings import TABLE


async def test_every_setting_with_its_value_and_source(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[inverter]\nport = 8898\n[mqtt]\nprefix = "solar"')
    done = await program(
        *("--config", str(path), "config", "--host", "10.0.0.1"),
        environment={"SILENT_MODE": "yes", "KSTAR_MQTT": "mqtt://me:hunter2@ha:1"},
    )
    assert done.status == 0
    rows = [line.split(maxsplit=2) for line in done.out.splitlines()]
    assert [row[0] for row in rows] == list(TABLE)
    assert ["inverter.host", "10.0.0.1", "argument --host"] in rows
    assert ["inverter.port", "8898", str(path)] in rows
    assert ["headless", "yes", "environment SILENT_MODE"] in rows
    assert ["mqtt.url", "mqtt://me:***@ha:1", "environment KSTAR_MQTT"] in rows
    assert ["mqtt.prefix", "solar", str(path)] in rows
    assert str(path) in done.err
    assert "hunter2" not in done.out + done.err


async def test_json_is_one_object_with_secrets_masked(program: Program) -> None:
    environment = {"KSTAR_MQTT": "mqtt://me:hunter2@ha:1"}
    done = await program("config", "--json", environment=environment)
    assert (done.status, done.err) == (0, "")
    settings = json.loads(done.out)
    assert list(settings) == list(TABLE)
    assert settings["inverter.host"] == {"value": None, "source": "default"}
    assert settings["inverter.port"] == {"value": 8899, "source": "default"}
    assert settings["discovery.broadcast"] == {"value": [], "source": "default"}
    assert settings["mqtt.url"]["value"] == "mqtt://me:***@ha:1"


async def test_path(program: Program, tmp_path: Path) -> None:
    done = await program("config", "path")
    assert done.out == f"{tmp_path}/.config/kstar-tui/config.toml\n"
    done = await program("config", "path", environment={"KSTAR_CONFIG": "/none/c.toml"})
    assert (done.status, done.out) == (0, "/none/c.toml\n")


async def test_set_writes_and_the_next_run_reads_it(program: Program, tmp_path: Path) -> None:
    path = tmp_path / ".config" / "kstar-tui" / "config.toml"
    done = await program("config", "set", "inverter.host", "10.0.0.1")
    assert (done.status, done.out) == (0, "")
    assert f"inverter.host is now 10.0.0.1 in {path}." in done.err
    assert (await program("config", "set", "inverter.interval", "30")).status == 0
    assert tomllib.loads(path.read_text()) == {"inverter": {"host": "10.0.0.1", "interval": 30}}
    shown = json.loads((await program("config", "--json")).out)
    assert shown["inverter.interval"] == {"value": 30.0, "source": str(path)}


async def test_a_secret_from_standard_input(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    done = await program(
        *("config", "set", "mqtt.url", "-", "--config", str(path)), stdin=b"mqtt://me:hunter2@ha\n"
    )
    assert done.status == 0
    assert "mqtt.url is now mqtt://me:***@ha:1883" in done.err
    assert "hunter2" not in done.out + done.err
    assert tomllib.loads(path.read_text()) == {"mqtt": {"url": "mqtt://me:hunter2@ha:1883"}}
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_password_by_itself_from_standard_input(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    done = await program(
        *("config", "set", "mqtt.password", "-", "--config", str(path)), stdin=b" hunter2 \r\n"
    )
    assert done.status == 0
    assert f"mqtt.password is now *** in {path}." in done.err
    assert tomllib.loads(path.read_text()) == {"mqtt": {"password": " hunter2 "}}
    assert path.stat().st_mode & 0o777 == 0o600
    for arguments in (("config",), ("config", "--json")):
        shown = await program(*arguments, "--config", str(path))
        assert "***" in shown.out
        assert "hunter2" not in done.err + shown.out + shown.err


async def test_a_credential_of_systemd(program: Program, tmp_path: Path) -> None:
    (tmp_path / "mqtt.password").write_text("hunter2\n")
    done = await program("config", environment={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    rows = [line.split(maxsplit=2) for line in done.out.splitlines()]
    assert ["mqtt.password", "***", "systemd credential mqtt.password"] in rows


async def test_a_file_with_comments_is_kept(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("# mine\nheadless = true\n")
    done = await program("config", "set", "ui.ascii", "yes", "--config", str(path))
    assert f"the file as it was is {path}.bak" in done.err
    assert Path(f"{path}.bak").read_text() == "# mine\nheadless = true\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "inverter.hots", "x"), "no setting 'inverter.hots'. Did you mean inverter.host?"),
        (("set", "inverter.port", "x"), "argument VALUE: inverter.port is 'x'; allowed is a whole"),
        (("set", "mqtt.url", "mqtt://me:hunter2@ha:x"), "argument VALUE: mqtt.url is a value that"),
        (("set", "mqtt.password", "hunter2\n"), "argument VALUE: mqtt.password is a value that"),
        (("--mqtt-password", "hunter2"), "or run: kstar-tui config set mqtt.password -."),
        (("--mqtt-password=hunter2",), "Set KSTAR_MQTT_PASSWORD or KSTAR_MQTT_PASSWORD_FILE in"),
        (("set", "inverter.port"), "Write it as: kstar-tui config set KEY VALUE."),
        (("path", "x"), "config path takes nothing more"),
        (("show", "inverter.port"), "config show takes nothing more"),
        (("inverter.port",), "invalid choice: 'inverter.port'"),
        (("--port", "x"), "argument --port: inverter.port is 'x'; allowed is a whole number"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], said: str, program: Program, tmp_path: Path
) -> None:
    done = await program("config", *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert "hunter2" not in done.err
    assert not (tmp_path / ".config").exists()


@pytest.mark.parametrize(
    ("before", "key", "value", "said"),
    [
        ("", "inverter.port", "48899", "are both 48899; allowed are two different ports"),
        (
            "[discovery]\nport = 5\n",
            *("inverter.port", "48899", "inverter.port is 48899; allowed is any other port"),
        ),
        ("", "discovery.port", "8899", "inverter.port and discovery.port are both 8899"),
        ("[inverter]\nport = 5\n", "discovery.port", "5", "are both 5; allowed are two different"),
    ],
)
async def test_what_nothing_would_start_with_is_not_written(
    before: str, key: str, value: str, said: str, program: Program, tmp_path: Path
) -> None:
    path = tmp_path / "c.toml"
    path.write_text(f"# mine\n{before}")
    done = await program("config", "set", key, value, "--config", str(path))
    assert (done.status, done.out) == (2, "")
    assert f"Not written, as nothing would start with it: {path}: inverter.port" in done.err
    assert said in done.err
    assert path.read_text() == f"# mine\n{before}"
    assert list(tmp_path.iterdir()) == [path]
    assert (await program("config", "--config", str(path))).status == 0


async def test_what_nothing_starts_with_can_be_set_right(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("[inverter]\nport = 48899\n")
    assert (await program("config", "--config", str(path))).status == 2
    set_right = ("config", "set", "inverter.port", "8899", "--config", str(path))
    assert (await program(*set_right)).status == 0
    assert (await program("config", "--config", str(path))).status == 0


async def test_a_broken_file_is_not_written_over(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("nonsense = 1\n")
    done = await program("config", "set", "headless", "yes", "--config", str(path))
    assert done.status == 2
    assert f"{path}: unknown key nonsense." in done.err
    assert path.read_text() == "nonsense = 1\n"
    assert (await program("config", "path", "--config", str(path))).status == 0
