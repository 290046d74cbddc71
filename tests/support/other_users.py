"""Processes of other users, by their numbers: nobody is added to this machine. Root only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

SERVICE = 60801
"""User and group of the daemon."""


class Person(NamedTuple):
    """Whoever runs something."""

    number: int
    groups: tuple[int, ...] = ()

    @property
    def prefix(self) -> list[str]:
        """What stands before a command."""
        more = ("--groups", ",".join(map(str, self.groups)))
        groups = more if self.groups else ("--clear-groups",)
        number = str(self.number)
        return ["setpriv", "--reuid", number, "--regid", number, *groups]


DAEMON = Person(SERVICE)
MEMBER = Person(60802, (SERVICE,))
STRANGER = Person(60803)


def why_not() -> str:
    """Why there can be no other users here; empty where there can."""
    if os.geteuid() != 0:
        return "only root can be somebody else"
    if shutil.which("setpriv") is None:
        return "setpriv is not installed"
    done = subprocess.run(
        [*STRANGER.prefix, sys.executable, "-c", "import kstar_tui.cli"],
        capture_output=True,
        check=False,
    )
    return "" if done.returncode == 0 else "other users may not read this Python or these sources"


@contextmanager
def machine_folder() -> Iterator[Path]:
    """A folder into which everybody may look, unlike those of pytest."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="kstar-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def owned_folder(path: Path, person: Person, mode: int) -> Path:
    """A folder of somebody's own."""
    path.mkdir(parents=True)
    os.chown(path, person.number, person.number)
    path.chmod(mode)
    return path


class Talk:
    """A process of somebody's that answers each line with a line."""

    def __init__(
        self, person: Person, code: str, *words: str, env: Mapping[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [*person.prefix, sys.executable, "-c", code, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "TZ": "UTC", **(env or {})},
        )

    def ask(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def kill(self) -> None:
        """Without a word, as a power cut does."""
        self.process.kill()
        self.process.communicate()
