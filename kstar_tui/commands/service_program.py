"""How a service starts this very program, however it was installed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import kstar_tui
from kstar_tui.commands.context import CommandError

NAME = "kstar-tui"
HIDDEN = tuple(Path("/") / name for name in ("home", "root", "run/user", "tmp", "var/tmp"))
"""What a service of the system does not see: homes, and what others keep for a while."""
_PATIENCE = 30.0
_FOR_OTHERS = stat.S_IROTH | stat.S_IXOTH


def this_program() -> tuple[str, ...]:
    """The words that start it anew, with absolute paths."""
    # pip, venv, pipx and uv all put a script beside the interpreter that it runs with.
    beside = Path(sys.executable).with_name(NAME)
    started = Path(sys.argv[0]).absolute()
    for script in (beside, started):
        if script.name == NAME and os.access(script, os.X_OK) and script.is_file():
            return (str(script),)
    if started.is_file() and started.suffix == ".pyz":
        return (sys.executable, str(started))
    return (sys.executable, "-m", "kstar_tui")


def hidden_folders() -> list[Path]:
    """Folders of this program and of its Python that a service of the system would not see."""
    package = Path(kstar_tui.__file__).parent.parent
    folders = dict.fromkeys(
        path
        for folder in (Path(sys.prefix), Path(sys.base_prefix), package)
        for path in (folder, folder.resolve())
    )
    hidden = [path for path in folders if any(path.is_relative_to(one) for one in HIDDEN)]
    return [path for path in hidden if not _within(path, hidden)]


def check_program(command: Sequence[str], environ: Mapping[str, str]) -> None:
    """CommandError unless it starts in another folder, with nothing but this environment."""
    try:
        done = subprocess.run(  # noqa: S603
            [*command, "--version"],
            cwd="/",
            env=dict(environ),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = str(error)
    else:
        if done.returncode == 0:
            return
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    raise CommandError(
        f"A service could not start {' '.join(command)}: {why}. Install kstar-tui into a virtual "
        "environment (python3 -m venv, pipx or uv), and run this from there."
    )


def check_readable(folders: Iterable[Path]) -> None:
    """CommandError where a service with a user of its own could not read the program."""
    files = [Path(sys.executable).resolve(), Path(kstar_tui.__file__)]
    for folder in folders:
        inside = [file for file in files if file.is_relative_to(folder)]
        between = {up for file in inside for up in file.parents if up.is_relative_to(folder)}
        for path in sorted({folder, *between}):
            if path.stat().st_mode & _FOR_OTHERS != _FOR_OTHERS:
                raise CommandError(
                    f"A service of the system has a user of its own, who may not read {path}. "
                    f"Let others: chmod -R o+rX {folder}. Or have the service for yourself "
                    "alone: kstar-tui service install --user."
                )


def _within(path: Path, others: Iterable[Path]) -> bool:
    return any(path != other and path.is_relative_to(other) for other in others)
