"""What is done to the system one after the other, and told."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from kstar_tui.commands.context import CommandError

_PATIENCE = 120.0
"""Seconds that another program may take, and systemd to start the service or to end it."""


class Steps:
    """What is done one after the other, each told; or only told, where it is `dry`."""

    def __init__(self, say: Callable[[str], None], *, dry: bool = False) -> None:
        self.say = say
        self.dry = dry

    def do(self, what: str, work: Callable[[], object]) -> None:
        """One step; CommandError where the system refuses."""
        if self.dry:
            self.say(f"would {what}")
            return
        try:
            work()
        except OSError as error:
            raise CommandError(f"Could not {what}: {error.strerror or error}.") from None
        self.say(f"done: {what}")

    def systemctl(self, *calls: Sequence[str]) -> bool:
        """Calls in their order up to one that fails; False where one did."""
        if shutil.which("systemctl") is None:
            self.say("There is no systemctl here: the rest is for systemd, where it runs.")
            return True
        return all(self.run(words) for words in calls)

    def run(self, words: Sequence[str]) -> bool:
        """Another program; False where it failed."""
        text = " ".join(words)
        if self.dry:
            self.say(f"would run {text}")
            return True
        try:
            done = subprocess.run(  # noqa: S603
                words, capture_output=True, text=True, timeout=_PATIENCE, check=False
            )
            why = "" if done.returncode == 0 else done.stderr.strip() or "it gave no reason"
        except (OSError, subprocess.TimeoutExpired) as error:
            why = str(error)
        if why:
            self.say(f"failed: {text}: {why}")
            return False
        self.say(f"done: {text}")
        return True


def write_file(path: Path, text: str) -> None:
    """For everybody to read, as a whole; OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.chmod(0o644)
    new.replace(path)
