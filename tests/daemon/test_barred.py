"""What is seen, from outside, of a daemon that one may not attach to, and what one is told."""

from __future__ import annotations

import grp
import os
import pwd
import socket
from pathlib import Path

import pytest

from kstar_tui import runtime
from kstar_tui.daemon.barred import barred_by, barred_folder

GROUP = 980


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a system's daemon, on a machine with a user pi."""
    path = tmp_path / "run" / "kstar-tui"
    path.mkdir(parents=True)
    path.chmod(0o750)
    monkeypatch.setattr(runtime, "_SYSTEM", path.parent)
    user = pwd.struct_passwd(("pi", "x", 1000, 1000, "", "/", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda _: user)
    belongs(path, GROUP, monkeypatch)
    return path


def belongs(
    path: Path, number: int, monkeypatch: pytest.MonkeyPatch, members: tuple[str, ...] = ()
) -> None:
    """To a group, whoever runs the tests."""
    stat = Path.stat

    def told(one: Path, **more: bool) -> os.stat_result:
        found = stat(one, **more)
        return os.stat_result((*found[:5], number, *found[6:])) if one == path else found

    monkeypatch.setattr(Path, "stat", told)
    group = grp.struct_group(("kstar-tui", "x", number, list(members)))
    monkeypatch.setattr(grp, "getgrgid", {number: group}.__getitem__)


def test_a_folder_that_may_not_be_looked_into(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert barred_folder({}) is None
    monkeypatch.setattr(os, "access", lambda path, _: path != run)
    barred = barred_folder({})
    assert barred is not None
    assert barred.what == (
        "a daemon of the system runs here, and user pi may not attach to it:"
        f" {run} is for the group kstar-tui"
    )
    assert barred.advice == "sudo usermod -aG kstar-tui pi, then log out and in again."
    run.rmdir()
    assert barred_folder({}) is None, "systemd takes it away when the daemon ends"


def test_who_has_joined_but_not_logged_in_anew(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    belongs(run, GROUP, monkeypatch, ("anna", "pi"))
    assert barred_by(run).advice == (
        "pi is in that group already, but this login is older: log out and in again."
    )


@pytest.mark.parametrize(("number", "mode"), [(61500, 0o750), (0, 0o750), (GROUP, 0o700)])
def test_nobody_is_told_to_join_what_cannot_be_joined(
    run: Path, number: int, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group that systemd lends to a service, root's, and one that may not look either."""
    belongs(run, number, monkeypatch)
    run.chmod(mode)
    barred = barred_by(run)
    assert barred.group is None
    assert barred.what.endswith(f"may not attach to it ({run})")
    assert barred.advice.startswith("sudo kstar-tui service install makes its service anew")


def test_a_socket_that_may_not_be_opened(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run / "s"
    monkeypatch.chdir(run)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("s")
        path.chmod(0o660)
        belongs(path, GROUP, monkeypatch)
        assert barred_by(path).group == "kstar-tui"
        path.chmod(0o600)
        assert barred_by(path).group is None
        assert barred_by(run / "gone").group is None
