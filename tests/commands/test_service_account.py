"""The user and the group of the system's service: made once, told of, and given the settings."""

from __future__ import annotations

import grp
import io
import os
import pwd

import pytest
from context_talk import context
from service_talk import Systemctl, installed

from kstar_tui.commands import service_account
from kstar_tui.commands.context import CommandError
from kstar_tui.commands.service import Place, install
from kstar_tui.commands.service_steps import Steps
from kstar_tui.commands.service_unit import MARK


def test_the_user_and_the_group_are_made_once(place: Place, in_process: Systemctl) -> None:
    said = installed(place)
    line = (place.sysusers / "kstar-tui.conf").read_text().splitlines()[1]
    assert line == 'u kstar-tui - "KStar inverter" /var/lib/kstar-tui -'
    in_process.calls()
    said = installed(place)
    assert "The service's user and group kstar-tui are there.\n" in said
    assert in_process.calls() == ["daemon-reload", "enable --now kstar-tui", "restart kstar-tui"]


def test_without_sysusers_they_are_made_by_hand(
    place: Place, in_process: Systemctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_process.folder / "systemd-sysusers").unlink()
    in_process.put("useradd", '#!/bin/sh\necho "useradd $@" >> "$SYSTEMCTL_LOG"\n')
    monkeypatch.setenv("PATH", f"{in_process.folder}:/none")
    monkeypatch.setattr(service_account, "_SBIN", "/none")
    installed(place)
    assert in_process.calls()[0] == (
        "useradd --system --user-group --no-create-home --shell /usr/sbin/nologin kstar-tui"
    )
    assert not place.sysusers.exists()
    in_process.numbers = None
    (in_process.folder / "useradd").unlink()
    with pytest.raises(CommandError, match="needs a user and a group of its own, kstar-tui"):
        installed(place)


def test_where_they_cannot_be_made_nothing_is_installed(
    place: Place, in_process: Systemctl
) -> None:
    in_process.put("systemd-sysusers", "#!/bin/sh\necho 'Read-only file system' >&2; exit 1\n")
    with pytest.raises(CommandError, match="user and group kstar-tui could not be made"):
        installed(place)
    assert list(place.folder.iterdir()) == []


def test_a_dry_run_makes_none(place: Place, in_process: Systemctl) -> None:
    given = context("service", "install", "--mqtt", "ha.lan")
    install(given, place, Steps(given.say, dry=True))
    assert isinstance(given.err, io.StringIO)
    said = given.err.getvalue()
    assert f"would run {in_process.folder}/systemd-sysusers {place.sysusers}/kstar-tui.conf" in said
    assert f"would let kstar-tui read {place.config.path}" in said
    assert not place.sysusers.exists()
    assert in_process.calls() == []
    assert in_process.given == []


def test_a_service_that_had_none_is_stopped_first(place: Place, in_process: Systemctl) -> None:
    """While it runs systemd lends it a user of that very name."""
    place.unit.write_text(f"{MARK} (version 0.1.0).\n[Service]\nDynamicUser=yes\n")
    said = installed(place)
    calls = in_process.calls()
    assert [call.split()[0] for call in calls] == ["stop", "sysusers", "daemon-reload", "enable"]
    assert "its history stays what it is" in said
    assert "DynamicUser" not in place.unit.read_text()


def test_what_systemd_lends_to_a_running_service_is_no_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def known(name: str, number: int, group: int) -> None:
        user = pwd.struct_passwd((name, "x", number, group, "", "/", "/"))
        monkeypatch.setattr(pwd, "getpwnam", {name: user}.__getitem__)
        entry = grp.struct_group((name, "x", group, ["pi"]))
        monkeypatch.setattr(grp, "getgrnam", {name: entry}.__getitem__)

    known("somebody", 990, 990)
    assert service_account.numbers() is None
    known("kstar-tui", 61184, 61184)
    assert service_account.numbers() is None
    known("kstar-tui", 990, 980)
    assert service_account.numbers() == (990, 980)


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("", "Who is to see it on a screen: sudo usermod -aG kstar-tui USER, and log in anew."),
        ("root", "Who is to see it on a screen: sudo usermod -aG kstar-tui USER"),
        ("pi", "To see it on a screen: sudo usermod -aG kstar-tui pi, log in anew, kstar-tui."),
        ("anna", "anna is in the group kstar-tui: kstar-tui shows it."),
    ],
)
def test_who_installs_it_is_told_how_to_see_it(
    user: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = grp.struct_group(("kstar-tui", "x", 990, ["anna"]))
    monkeypatch.setattr(grp, "getgrnam", {"kstar-tui": group}.__getitem__)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: pwd.struct_passwd((name, "", 1, 1, *"   ")))
    monkeypatch.setenv("SUDO_USER", user)
    told: list[str] = []
    service_account.tell_how_to_join(Steps(told.append))
    (line,) = told
    assert line.startswith(said)


def test_a_password_is_for_the_services_user_alone(place: Place, in_process: Systemctl) -> None:
    said = installed(place, "--mqtt", "mqtt://me:tops3cret@ha.lan")
    assert "tops3cret" not in said
    assert place.config.path.stat().st_mode & 0o777 == 0o600
    assert in_process.given == [(place.config.path, 60801, -1)]
    assert "tops3cret" in place.config.path.read_text()


def test_settings_are_there_for_a_password_that_comes_later(
    place: Place, in_process: Systemctl
) -> None:
    installed(place)
    assert place.config.path.read_text() == ""
    assert in_process.given == [(place.config.path, 60801, -1)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_settings_of_somebody_else_are_not_taken_from_him(
    place: Place, in_process: Systemctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.config.path.write_text("")
    place.config.path.chmod(0o600)
    os.lchown(place.config.path, 60802, 60802)
    with pytest.raises(CommandError, match=r"may not read .*config.toml, which belongs to some"):
        installed(place)
    place.config.path.chmod(0o604)
    installed(place)
    assert in_process.given == []
    place.config.path.parent.chmod(0o700)
    with pytest.raises(CommandError, match=r"may not look into .*/etc: chmod o\+x"):
        installed(place)
