"""What is said of the settings: each with its source, what is wrong, and nothing that is secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from doctor_world import arguments, world

from kstar_tui.doctor.finding import Finding, Result
from kstar_tui.doctor.preferences import examine_settings, known_variables
from kstar_tui.settings import Given
from kstar_tui.settings.lenient import load_what_is_right

SECRET = "hunter2"


def told(folder: Path, given: dict[str, Given] | None = None, **environ: str) -> list[Finding]:
    here = world(folder, environ=environ)._replace(arguments=given or {})
    loaded = load_what_is_right(here.arguments, here.environ, here.config)
    return list(examine_settings(here, loaded))


def test_nothing_was_set(tmp_path: Path) -> None:
    file, defaults = told(tmp_path)
    assert (file.name, file.result) == ("file", Result.NOTE)
    assert file.facts == {"path": f"{tmp_path}/config.toml", "exists": False, "named": False}
    assert (defaults.name, defaults.text) == ("defaults", "every setting has its default")


def test_each_setting_with_where_it_came_from(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[inverter]\ninterval = 30\n")
    found = told(
        tmp_path, arguments(inverter_host="10.0.0.1"), SILENT_MODE="yes", KSTAR_MQTT="ha.lan"
    )
    assert [one.text for one in found if one.name == "setting"] == [
        "inverter.host = 10.0.0.1, from argument --inverter.host",
        "inverter.interval = 30 s, from the file",
        "mqtt.url = mqtt://mqtt:***@ha.lan:1883, from environment KSTAR_MQTT",
        "headless = yes, from environment SILENT_MODE",
    ]
    assert {one.result for one in found} == {Result.OK}
    interval = next(one for one in found if one.facts.get("key") == "inverter.interval")
    assert interval.facts["source"] == f"{tmp_path}/config.toml"


@pytest.mark.parametrize(
    ("mode", "text", "result"),
    [
        (0o600, 'url = "mqtt://me:hunter2@ha"', Result.OK),
        (0o640, 'password = "hunter2"\nusername = "me"', Result.OK),
        (0o644, 'password = "hunter2"\nusername = "me"', Result.WARNING),
        (0o644, 'url = "mqtt://me:hunter2@ha"', Result.WARNING),
        # User and password mqtt is what every bare host means.
        (0o644, 'url = "ha"', Result.OK),
        (0o644, 'url = "mqtt://me@ha"', Result.OK),
        (0o644, 'url = "off"', Result.OK),
        (0o666, 'url = "ha"', Result.WARNING),
        (0o602, 'url = "ha"', Result.WARNING),
    ],
)
def test_who_may_read_and_write_the_file(
    mode: int, text: str, result: Result, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[mqtt]\n{text}\n")
    path.chmod(mode)
    file = told(tmp_path)[0]
    assert (file.name, file.result) == ("file", result)
    assert file.facts["mode"] == f"{mode:04o}"
    assert file.facts["secret"] is (SECRET in text)
    if result is Result.WARNING:
        assert file.advice == f"chmod {600 if SECRET in text else 644} {path}"


def test_a_secret_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f'[mqtt]\npassword = "{SECRET}"\nurl = 7\n')
    environ = {"KSTAR_MQTT": f"http://me:{SECRET}@ha", "KSTAR_HOST": f"mqtt://me:{SECRET}@ha"}
    secret_file = tmp_path / "secret"
    secret_file.write_text(SECRET)
    for extra in ({}, {"KSTAR_MQTT_PASSWORD_FILE": str(secret_file)}):
        found = told(tmp_path, {"mqtt.username": Given("argument", "me")}, **environ, **extra)
        assert SECRET not in repr(found)
        assert "mqtt.password = ***" in repr(found)


def test_variables_that_nobody_knows(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        KSTAR_HOTS="10.0.0.1",
        KSTAR_HOST_FILE="/x",
        KSTAR_MQTT_PASSWORD_FILE="",
        KSTAR_CONFIG="",
        KSTAR_ZZZZZZ="1",
        XKSTAR_HOST="1",
    )
    unknown = [one for one in found if one.name == "variable"]
    assert [(one.facts["variable"], one.result) for one in unknown] == [
        ("KSTAR_HOST_FILE", Result.WARNING),
        ("KSTAR_HOTS", Result.WARNING),
        ("KSTAR_ZZZZZZ", Result.WARNING),
    ]
    assert "Did you mean KSTAR_HOST?" in unknown[1].advice
    assert "README" in unknown[2].advice


def test_every_variable_of_ours_is_known() -> None:
    assert {"KSTAR_CONFIG", "IP_ADDRESS_INVERTER", "KSTAR_MQTT_FILE", "KSTAR_ASCII"} <= (
        known_variables()
    )
    assert "KSTAR_HOST_FILE" not in known_variables()


def test_alerts_that_nobody_gets(tmp_path: Path) -> None:
    program = tmp_path / "tell"
    program.touch(mode=0o644)
    for command, well in (("sh -c x", True), ("/none/tell", False), (str(program), False)):
        found = told(tmp_path, arguments(alerts_command=command))
        assert [one.result for one in found if one.name == "alerts"] == [Result.WARNING] * (
            not well
        )
    program.chmod(0o755)
    assert "alerts" not in {one.name for one in told(tmp_path, KSTAR_ALERTS_COMMAND=str(program))}
    nowhere = [one for one in told(tmp_path, KSTAR_ALERTS_MQTT="yes") if one.name == "alerts"]
    assert [one.result for one in nowhere] == [Result.WARNING]
    there = told(tmp_path, KSTAR_ALERTS_MQTT="yes", KSTAR_MQTT="ha")
    assert "alerts" not in {one.name for one in there}


def test_a_token_among_the_words_of_a_command_is_not_shown(tmp_path: Path) -> None:
    found = told(tmp_path, KSTAR_ALERTS_COMMAND=f"sh -c 'curl -H token:{SECRET}'")
    assert SECRET not in repr(found)
    (line,) = (one for one in found if one.facts.get("key") == "alerts.command")
    assert line.text == "alerts.command = sh …, from environment KSTAR_ALERTS_COMMAND"


def test_what_is_refused_says_where(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[inverter]\nprot = 1\ninterval = 1\n")
    refused = [one for one in told(tmp_path) if one.name == "refused"]
    assert [one.result for one in refused] == [Result.PROBLEM] * 2
    assert all(one.text.startswith(f"{tmp_path}/config.toml: ") for one in refused)
    assert "Did you mean inverter.port?" in refused[0].text
