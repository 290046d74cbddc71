"""What a health check takes, beside a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from measure import interleaved, median_ratio, report

from kstar_tui.daemon.state import DaemonState, StateFile
from kstar_tui.uptime import uptime

LIMIT = 0.150
"""Seconds, the start of Python and all imports included."""


def timed(status: int, *command: str, folder: Path) -> Callable[[], float]:
    def run() -> float:
        before = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *command],
            env={"RUNTIME_DIRECTORY": str(folder)},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == status
        return time.perf_counter() - before

    return run


def test_a_health_check_is_there_at_once(tmp_path: Path) -> None:
    """Through the script that is installed, with a daemon that is fresh, and without one."""
    script = str(Path(sys.executable).with_name("kstar-tui"))
    fresh, none = tmp_path / "fresh", tmp_path / "none"
    fresh.mkdir()
    file = StateFile(fresh)
    file.write(DaemonState(1, "1", 0, "online", 0, True, uptime(), 3600, 10, "KSE1"))
    bare, ours, nothing, as_json = interleaved(
        15,
        timed(0, "-c", "pass", folder=none),
        timed(0, script, "healthcheck", folder=fresh),
        timed(1, script, "healthcheck", folder=none),
        timed(0, script, "healthcheck", "--json", "--max-age", "3600", folder=fresh),
    )
    file.close()
    for name, seconds in (("fresh", ours), ("none", nothing), ("--json", as_json)):
        ratio = median_ratio(seconds, bare)
        report(
            f"healthcheck, {name}",
            f"{median(seconds) * 1000:.0f} ms, bare {median(bare) * 1000:.0f} ms: {ratio:.2f}×",
            "≤ 150 ms, ≤ 4×",
        )
        # The quickest one: what else this machine does is not its doing.
        assert min(seconds) <= LIMIT
        assert ratio <= 4
