"""Which folder a daemon uses for what others look at, and which it does not trust."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kstar_tui import runtime
from kstar_tui.runtime import folders, in_memory, make_folder


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session's own folder, on a machine without others."""
    monkeypatch.setattr(runtime, "_SYSTEM", tmp_path / "system")
    path = tmp_path / "session"
    path.mkdir(mode=0o700)
    return path


def environ(session: Path, **more: str) -> dict[str, str]:
    data = str(session.with_name("data"))
    return {"XDG_RUNTIME_DIR": str(session), "XDG_DATA_HOME": data, **more}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_systemd_names_comes_first(session: Path) -> None:
    own = session.with_name("own")
    given = environ(session, RUNTIME_DIRECTORY=f"{own}:/elsewhere")
    assert make_folder(given) == own
    assert list(folders(given)) == [own]


def test_then_the_sessions_own_which_is_private(session: Path) -> None:
    assert make_folder(environ(session)) == session / "kstar-tui"
    assert mode(session / "kstar-tui") == 0o700


def test_then_the_data_folder(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = session.with_name("data") / "kstar-tui" / "run"
    assert make_folder({"XDG_DATA_HOME": str(session.with_name("data"))}) == data
    assert mode(data) == 0o700
    monkeypatch.setenv("HOME", str(session))
    expected = session / ".local" / "share" / "kstar-tui" / "run"
    assert make_folder({}) == expected


def test_without_the_variable_the_session_is_found_all_the_same(session: Path) -> None:
    own = session.with_name("system") / "user" / str(os.geteuid())
    own.mkdir(parents=True, mode=0o700)
    assert make_folder({"XDG_DATA_HOME": str(session)}) == own / "kstar-tui"


@pytest.mark.parametrize("bits", [0o720, 0o702, 0o777])
def test_a_session_in_which_others_write_is_not_used(session: Path, bits: int) -> None:
    session.chmod(bits)
    assert make_folder(environ(session)) == session.with_name("data") / "kstar-tui" / "run"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_session_is_not_used(session: Path) -> None:
    """As it is named after su or sudo -E."""
    os.chown(session, 12345, -1)
    assert make_folder(environ(session)) == session.with_name("data") / "kstar-tui" / "run"


def test_a_link_in_the_place_of_the_folder_is_not_followed(session: Path) -> None:
    (session / "kstar-tui").symlink_to(session.with_name("elsewhere"))
    session.with_name("elsewhere").mkdir()
    assert make_folder(environ(session)) == session.with_name("data") / "kstar-tui" / "run"
    assert list(session.with_name("elsewhere").iterdir()) == []


def test_there_may_be_none(session: Path) -> None:
    session.with_name("data").write_text("no folder")
    (session / "kstar-tui").write_text("no folder")
    assert make_folder(environ(session)) is None


def test_who_looks_sees_the_systems_services_too(session: Path) -> None:
    system = session.with_name("system")
    for name in ("kstar-tui", "kstar-tui-2", "other"):
        (system / name).mkdir(parents=True)
    assert list(folders(environ(session))) == [
        session / "kstar-tui",
        system / "kstar-tui",
        system / "kstar-tui-2",
        session.with_name("data") / "kstar-tui" / "run",
    ]


def test_what_root_left_in_the_users_place_says_nothing_of_a_daemon(
    session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After `sudo kstar-tui` with the user's home folder: it stays there for ever."""
    place = session.with_name("data") / "kstar-tui" / "run"
    place.mkdir(parents=True)
    monkeypatch.setattr(os, "access", lambda path, _: path != place)
    assert place in list(folders(environ(session))), "it is ours, however odd"
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert place not in list(folders(environ(session)))

    def forbidden(path: Path) -> os.stat_result:
        raise PermissionError

    monkeypatch.setattr(Path, "lstat", forbidden)
    assert place not in list(folders(environ(session)))


def test_what_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(runtime, "_MOUNTS", mounts)
    for kind, memory in (("tmpfs", True), ("ext4", False), ("overlay", False)):
        mounts.write_text(
            "21 1 999:1 / / rw,relatime - tmpfs none rw\n"
            f"36 35 {number} / /mnt rw,noatime master:1 - {kind} none rw,errors=continue\n"
        )
        assert in_memory(tmp_path) is memory
    mounts.write_text("21 1 999:1 / / rw,relatime - tmpfs none rw\n")
    assert not in_memory(tmp_path)
    assert not in_memory(tmp_path / "gone")


def test_the_systems_own_list_of_mounts_is_understood() -> None:
    text = Path("/proc/mounts").read_text()
    for mount in (line.split() for line in text.splitlines()):
        if mount[2] == "tmpfs" and os.access(mount[1], os.R_OK):
            assert in_memory(Path(mount[1]))
            return
    pytest.skip("nothing is mounted in memory here")
