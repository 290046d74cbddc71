"""systemd as the service commands meet it: programs that only note how they were called."""

from __future__ import annotations

import os
import re
from pathlib import Path

from context_talk import context, said

from kstar_tui.commands.service import Place, install
from kstar_tui.commands.service_steps import Steps

SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$SYSTEMCTL_LOG"
case "$SYSTEMCTL_FAILS" in *" $1 "*|*" $2 "*) echo "Failed: $*" >&2; exit 1;; esac
"""

SYSUSERS = """#!/bin/sh
echo "sysusers $@" >> "$SYSTEMCTL_LOG"
"""


class Systemctl:
    """One that only notes how it was called, as do others beside it."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "systemctl.log"
        self.folder = folder / "bin"
        self.folder.mkdir()
        self.put("systemctl", SYSTEMCTL)
        self.put("systemd-sysusers", SYSUSERS)
        self.numbers: tuple[int, int] | None = None
        """Those of the service's user and group, once they were made."""
        self.given: list[tuple[Path, int, int]] = []
        """What was given away, and to whom."""
        self.environment = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "SYSTEMCTL_LOG": str(self.log),
            "SYSTEMCTL_FAILS": "",
            "SUDO_USER": "",
        }

    def put(self, name: str, text: str) -> None:
        program = self.folder / name
        program.write_text(text)
        program.chmod(0o755)

    def account(self) -> tuple[int, int] | None:
        """They are there once somebody was called to make them."""
        if self.log.exists() and re.search("^sysusers |^useradd ", self.log.read_text(), re.M):
            self.numbers = 60801, 60801
        return self.numbers

    def calls(self) -> list[str]:
        """Since the last call of this."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return lines


def installed(place: Place, *argv: str) -> str:
    """Install it, and return what was said."""
    given = context("service", "install", *argv)
    assert install(given, place, Steps(given.say)) == 0
    return said(given)
