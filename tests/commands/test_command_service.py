"""`service`: the unit, each step of its way in and out, and what is refused before any."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from context_talk import context
from service_talk import Systemctl, installed

from kstar_tui.cli import main
from kstar_tui.commands import service, service_program
from kstar_tui.commands.context import CommandError
from kstar_tui.commands.service import Place, uninstall
from kstar_tui.commands.service_steps import Steps
from kstar_tui.commands.service_unit import MARK, Unit, quoted
from kstar_tui.settings import ConfigFile, SettingsError, load

# For one user.


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The home folder of a user who has changed nothing."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("HOME", str(path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "KSTAR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return path


def test_a_user_installs_it_and_takes_it_away(
    home: Path, in_process: Systemctl, capsys: pytest.CaptureFixture[str]
) -> None:
    unit = home / ".config/systemd/user/kstar-tui.service"
    config = home / ".config/kstar-tui/config.toml"
    assert main(["service", "install", "--user", "--mqtt", "ha.lan", "--interval", "30"]) == 0
    assert in_process.calls() == ["--user daemon-reload", "--user enable --now kstar-tui"]
    out, err = capsys.readouterr()
    assert out == ""
    assert f"done: write inverter.interval, mqtt.url into {config}\n" in err
    assert f"done: write {unit}\n" in err
    assert "loginctl enable-linger" in err
    assert "journalctl --user -u kstar-tui" in err
    assert 'url = "mqtt://mqtt:mqtt@ha.lan:1883"' in config.read_text()
    assert "interval = 30" in config.read_text()
    assert unit.read_text().startswith(MARK)
    assert main(["service", "show", "--user"]) == 0
    assert capsys.readouterr().out == unit.read_text()

    assert main(["service", "install", "--user"]) == 0
    assert in_process.calls()[-1] == "--user restart kstar-tui"
    capsys.readouterr()

    assert main(["service", "uninstall", "--user"]) == 0
    assert in_process.calls() == ["--user disable --now kstar-tui", "--user daemon-reload"]
    assert not unit.exists()
    assert config.exists()
    history = home / ".local/share/kstar-tui/history.sqlite"
    left = f"Left as they are: settings in {config}, the history in {history}.\n"
    assert capsys.readouterr().err.endswith(left)

    assert main(["service", "uninstall", "--user"]) == 1
    assert "There is no service" in capsys.readouterr().err
    assert in_process.calls() == []


@pytest.mark.parametrize("scope", ["--user", "--system"])
def test_a_dry_run_does_nothing(
    home: Path, in_process: Systemctl, scope: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["service", "install", scope, "--dry-run", "--host", "10.0.0.1"]) == 0
    err = capsys.readouterr().err
    assert "would write inverter.host into " in err
    assert "kstar-tui.service\n" in err
    assert "would run systemctl " in err
    assert "done" not in err
    assert in_process.calls() == []
    assert list(home.iterdir()) == []


def test_where_systemctl_fails_it_says_so(
    home: Path,
    in_process: Systemctl,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SYSTEMCTL_FAILS", " enable ")
    assert main(["service", "install", "--user"]) == 1
    said = "failed: systemctl --user enable --now kstar-tui: Failed: --user enable"
    told = capsys.readouterr().err
    assert said in told
    assert told.splitlines()[-1].startswith("It was not started.")
    assert "not by su or sudo" in told
    assert "How it is" not in told


def test_without_systemctl_the_unit_is_written_all_the_same(
    home: Path,
    in_process: Systemctl,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(home))
    assert main(["service", "install", "--user"]) == 0
    assert "There is no systemctl here" in capsys.readouterr().err
    assert (home / ".config/systemd/user/kstar-tui.service").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "the following arguments are required: ACTION"),
        (("start",), "invalid choice: 'start'"),
        (("show", "--user", "--system"), "not allowed with argument"),
        (("show", "--dry-run"), "show does nothing anyway"),
        (("show", "--host", "10.0.0.1"), "--host means nothing for service show."),
        (("uninstall", "--mqtt", "ha.lan"), "--mqtt means nothing for service uninstall."),
        (("install", "--user", "--tariff-bands", "22:00-06:00 0.1"), "tariff.bands is given with"),
        (("install", "--ascii"), "'--ascii' means nothing for service."),
    ],
)
def test_what_is_refused(
    home: Path,
    in_process: Systemctl,
    arguments: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["service", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert in_process.calls() == []


# For the whole system, whose folders are the test's.


def test_a_service_of_the_system(place: Place, in_process: Systemctl) -> None:
    said = installed(place, "--mqtt", "mqtt://ha.lan", "--mqtt-username", "solar")
    declared = place.sysusers / "kstar-tui.conf"
    assert in_process.calls() == [
        f"sysusers {declared}",
        "daemon-reload",
        "enable --now kstar-tui",
    ]
    assert f"done: write {declared}\n" in said
    assert "sudo usermod -aG kstar-tui USER, and log in anew" in said
    assert "systemctl reload kstar-tui" in said
    assert "linger" not in said
    # Its own user has to read both.
    assert place.unit.stat().st_mode & 0o777 == 0o644
    assert place.config.path.stat().st_mode & 0o777 == 0o644
    assert load(config=place.config).mqtt_url == "mqtt://ha.lan:1883"
    told: list[str] = []
    uninstall(place, Steps(told.append))
    assert "the user and the group kstar-tui" in told[-1]
    assert in_process.calls() == ["disable --now kstar-tui", "daemon-reload"]
    assert place.config.path.exists()


def test_wrong_settings_are_found_before_anything_is_done(
    place: Place, in_process: Systemctl
) -> None:
    place.config.path.write_text("interval = 5\n")
    with pytest.raises(SettingsError, match="unknown key interval"):
        installed(place)
    place.config.path.write_text("history.path = '/srv/solar.sqlite'\n")
    with pytest.raises(CommandError, match=r"history.path is /srv/solar.sqlite; a service of the"):
        installed(place)
    place.config.path.write_text(f"history.path = '{place.history}/solar.sqlite'\n")
    installed(place)


def test_a_unit_that_somebody_else_wrote_stays(place: Place, in_process: Systemctl) -> None:
    place.unit.write_text("[Service]\nExecStart=/my/own\n")
    for work in (lambda: installed(place), lambda: uninstall(place, Steps(print))):
        with pytest.raises(CommandError, match="was not made by kstar-tui service install"):
            work()
    assert place.unit.read_text() == "[Service]\nExecStart=/my/own\n"
    assert in_process.calls() == []


def test_a_folder_that_cannot_be_written(place: Place, in_process: Systemctl) -> None:
    place.folder.rmdir()
    place.folder.write_text("no folder")
    with pytest.raises(CommandError, match=r"Could not write .*kstar-tui\.service: "):
        installed(place)


def test_a_unit_that_systemd_does_not_know_is_removed_all_the_same(
    place: Place, in_process: Systemctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(place)
    monkeypatch.setenv("SYSTEMCTL_FAILS", " disable ")
    said: list[str] = []
    assert uninstall(place, Steps(said.append)) == 1
    assert not place.unit.exists()
    assert said[0].startswith("failed: systemctl disable --now kstar-tui")


@pytest.mark.parametrize(
    ("user", "argv", "sudo", "said"),
    [
        (1000, ("--system",), None, r"takes root: sudo /\S+ service install. For you alone: "),
        (0, ("--user",), "pi", "With sudo the user is root"),
    ],
)
def test_rights(
    monkeypatch: pytest.MonkeyPatch,
    user: int,
    argv: tuple[str, ...],
    sudo: str | None,
    said: str,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setenv("SUDO_USER", sudo or "")
    with pytest.raises(CommandError, match=said):
        service.run(context("service", "install", *argv))


@pytest.mark.parametrize(("user", "system"), [(0, True), (1000, False)])
def test_root_means_the_system_and_others_themselves(
    monkeypatch: pytest.MonkeyPatch, user: int, system: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    given = context("service", "show")
    assert service.run(given) == 0
    assert isinstance(given.out, io.StringIO)
    assert ("User=kstar-tui" in given.out.getvalue()) is system


# The program that it starts.


def test_the_program_is_the_one_beside_its_interpreter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def executable(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        path.chmod(0o755)
        return path

    python = executable(tmp_path / "venv" / "bin" / "python3")
    monkeypatch.setattr("sys.executable", str(python))
    monkeypatch.setattr("sys.argv", ["-c"])
    assert service_program.this_program() == (str(python), "-m", "kstar_tui")
    user_site = executable(tmp_path / "bin" / "kstar-tui")
    monkeypatch.setattr("sys.argv", [str(user_site)])
    assert service_program.this_program() == (str(user_site),)
    archive = executable(tmp_path / "kstar-tui.pyz")
    monkeypatch.setattr("sys.argv", [str(archive)])
    assert service_program.this_program() == (str(python), str(archive))
    beside = executable(tmp_path / "venv" / "bin" / "kstar-tui")
    assert service_program.this_program() == (str(beside),)


def test_a_program_that_does_not_start_elsewhere_is_refused() -> None:
    service_program.check_program(service_program.this_program(), {})
    with pytest.raises(CommandError, match=r"could not start /none/kstar-tui: .*No such file"):
        service_program.check_program(("/none/kstar-tui",), {})
    with pytest.raises(CommandError, match="could not start /bin/sh -c"):
        service_program.check_program(("/bin/sh", "-c", "echo not here >&2; exit 3"), {})


def hide(monkeypatch: pytest.MonkeyPatch, home: Path) -> Callable[[], list[Path]]:
    monkeypatch.setattr(service_program, "HIDDEN", (home,))
    return service_program.hidden_folders


def test_of_a_home_the_service_sees_the_programs_folders_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hidden = hide(monkeypatch, tmp_path / "pi")
    assert hidden() == []
    venv, python = tmp_path / "pi" / "my venv", tmp_path / "pi" / "python"
    monkeypatch.setattr("sys.prefix", str(venv))
    monkeypatch.setattr("sys.base_prefix", str(python))
    monkeypatch.setattr("kstar_tui.__file__", str(venv / "lib" / "kstar_tui" / "__init__.py"))
    assert hidden() == [venv, python]
    text = Unit(True, ["/x"], hidden()).text()
    assert f'\nProtectHome=tmpfs\nBindReadOnlyPaths="{venv}" {python}\n' in text
    assert "\nProtectHome=yes\n" in Unit(True, ["/x"]).text()


def test_a_program_that_others_may_not_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "pi" / "venv" / "lib" / "kstar_tui" / "__init__.py"
    package.parent.mkdir(parents=True)
    monkeypatch.setattr("kstar_tui.__file__", str(package))
    venv = tmp_path / "pi" / "venv"
    # Above its folder nobody needs to look in: the service sees none of that.
    (tmp_path / "pi").chmod(0o700)
    service_program.check_readable([venv])
    (venv / "lib").chmod(0o700)
    with pytest.raises(CommandError, match=r"may not read .*/venv/lib\. Let others: chmod -R o"):
        service_program.check_readable([venv])


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/opt/kstar-tui/bin/kstar-tui", "/opt/kstar-tui/bin/kstar-tui"),
        ("/opt/my programs/x", '"/opt/my programs/x"'),
        ("100%", "100%%"),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("a;b", '"a;b"'),
        ("", '""'),
    ],
)
def test_words_of_a_unit(word: str, written: str) -> None:
    assert quoted(word) == written


def test_the_folders_of_a_user_with_others_than_usual_are_told_to_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/srv/my config")
    monkeypatch.delenv("XDG_DATA_HOME")
    place = Place(False, Path("/none"), ConfigFile(Path("/none/own.toml"), named=True), None)
    text = service.unit_of(place).text()
    assert 'Environment="XDG_CONFIG_HOME=/srv/my config"\n' in text
    assert "XDG_DATA_HOME" not in text
    assert " --headless --config /none/own.toml\n" in text
    assert "network-online" not in text
    assert "User=" not in text
    assert "\nUMask=0077\n" in text
