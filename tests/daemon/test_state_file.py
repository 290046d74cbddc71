"""What daemons leave behind: each its own, whole, and known for dead when they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kstar_tui.daemon.state import SLOTS, DaemonState, StateFile, states_in


def state(pid: int = 1, **changed: object) -> DaemonState:
    made = DaemonState(pid, "1.0", 1000.0, "online", 1001.0, True, 5.0, 5.0, 10.0, "KSE1")
    return made._replace(**changed)


def test_it_is_read_as_it_was_written_and_taken_back(tmp_path: Path) -> None:
    file = StateFile(tmp_path)
    assert list(states_in(tmp_path)) == []
    file.write(state(taken=None))
    file.write(state(address="10.0.0.1"))
    (left,) = states_in(tmp_path)
    assert left == (state(address="10.0.0.1"), True)
    file.close()
    assert list(states_in(tmp_path)) == []


def test_several_daemons_have_a_place_each_and_it_is_used_again(tmp_path: Path) -> None:
    files = [StateFile(tmp_path) for _ in range(3)]
    for pid, file in enumerate(files):
        file.write(state(pid))
    assert {left.state.pid for left in states_in(tmp_path)} == {0, 1, 2}
    files[1].close()
    again = StateFile(tmp_path)
    again.write(state(7))
    assert [left.state.pid for left in states_in(tmp_path)] == [0, 7, 2]


def test_there_are_so_many_places_and_no_more(tmp_path: Path) -> None:
    files = [StateFile(tmp_path) for _ in range(SLOTS)]
    with pytest.raises(OSError, match="All places are taken"):
        StateFile(tmp_path)
    for file in files:
        file.close()


LIVE = """
import sys, os
from pathlib import Path
from kstar_tui.daemon.state import DaemonState, StateFile
file = StateFile(Path(sys.argv[1]))
file.write(DaemonState(os.getpid(), "1.0", 1000.0, "online", 1001.0, True, 5.0, 5.0, 10.0, "KSE1"))
print("written", flush=True)
sys.stdin.read()
"""


def test_one_that_was_killed_is_known_for_dead_and_makes_room(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", LIVE, tmp_path], stdin=pipe, stdout=pipe) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"written\n"
        (left,) = states_in(tmp_path)
        assert (left.state.pid, left.alive) == (other.pid, True)
        other.kill()
        other.wait()
    (left,) = states_in(tmp_path)
    assert (left.state.pid, left.alive) == (other.pid, False)
    file = StateFile(tmp_path)
    file.write(state(3))
    assert [(left.state.pid, left.alive) for left in states_in(tmp_path)] == [(3, True)]


def test_everybody_may_look_but_only_where_the_folder_lets_them(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        StateFile(tmp_path).write(state())
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"daemon-1.lock": 0o644, "daemon-1.json": 0o644}


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    folder, treasure = tmp_path / "run", tmp_path / "treasure"
    folder.mkdir()
    treasure.write_text("mine")
    (folder / "daemon-1.json").symlink_to(treasure)
    (folder / "daemon-1.new").symlink_to(treasure)
    file = StateFile(folder)
    with pytest.raises(OSError, match="symbolic link"):
        file.write(state())
    (folder / "daemon-1.new").unlink()
    file.write(state())
    assert treasure.read_text() == "mine"
    file.close()
    (folder / "daemon-1.lock").unlink()
    (folder / "daemon-1.lock").symlink_to(treasure)
    with pytest.raises(OSError, match="symbolic link"):
        StateFile(folder)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"pid": 1}',
        "[" * 4000,
        "\x00\xff",
        'REPLACED"taken": "now"',
        'REPLACED"state": 7',
        'REPLACED"error": ["x"]',
    ],
)
def test_what_cannot_be_understood_is_passed_over(tmp_path: Path, content: str) -> None:
    file = StateFile(tmp_path)
    file.write(state(1))
    path = tmp_path / "daemon-1.json"
    if content.startswith("REPLACED"):
        content = f"{path.read_text()[:-1]}, {content.removeprefix('REPLACED')}}}"
    path.write_text(content, encoding="latin-1")
    os.mkfifo(tmp_path / "daemon-2.json")
    (tmp_path / "daemon-2.lock").touch()
    assert list(states_in(tmp_path)) == []
    file.close()


def test_of_another_version_what_is_known_counts(tmp_path: Path) -> None:
    file = StateFile(tmp_path)
    file.write(state())
    path = tmp_path / "daemon-1.json"
    path.write_text(path.read_text()[:-1] + ', "mood": "good"}')
    assert [left.state for left in states_in(tmp_path)] == [state()]


def test_nothing_in_it_moves_a_cursor(tmp_path: Path) -> None:
    file = StateFile(tmp_path)
    file.write(state(error="gone\x1b[2J\n"))
    (left,) = states_in(tmp_path)
    assert left.state.error == "gone?[2J?"
