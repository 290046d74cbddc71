"""`kstar-tui manual`: the manual page, wherever the program was installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from kstar_tui.commands.context import Context
from kstar_tui.commands.outline import outline
from kstar_tui.commands.outline.roff import manual
from kstar_tui.status import Status


def run(context: Context) -> Status:
    """Show the page on a terminal; else, and where there is no `man`, print it."""
    page = manual(outline())
    viewer = shutil.which("man") if context.out.isatty() else None
    if viewer is None:
        context.out.write(page)
        return Status.DONE
    with tempfile.TemporaryDirectory(prefix="kstar-tui-") as folder:
        path = Path(folder) / "kstar-tui.1"
        path.write_text(page, encoding="utf-8")
        # It is the system's own, and what it is given is a path.
        shown = subprocess.run([viewer, str(path)], check=False)  # noqa: S603
    return Status.DONE if shown.returncode == 0 else Status.FAILED
