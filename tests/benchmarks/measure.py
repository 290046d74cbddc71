"""How the benchmarks measure: fresh processes, interleaved runs, medians, ratios."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")

_AFTERWORD = """
import json as _json, sys as _sys, time as _time
_memory = dict(line.split(":", 1) for line in open("/proc/self/status"))
_sys.stderr.write("\\n" + _json.dumps({
    "cpu": _time.process_time(),
    "resident": int(_memory["VmRSS"].split()[0]),
    "peak": int(_memory["VmHWM"].split()[0]),
}) + "\\n")
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took from its start to its end."""

    seconds: float
    cpu: float
    """Processor seconds, user and system."""
    resident: int
    """kB of memory held at the end (VmRSS)."""
    peak: int
    """kB of memory ever held (VmHWM)."""
    output: str


def run_in_fresh_process(code: str, *arguments: str, timeout: float = 120) -> Cost:
    """Run Python code in a new interpreter of this environment; AssertionError if it fails."""
    before = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code + _AFTERWORD, *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env=_environment(),
    )
    seconds = time.perf_counter() - before
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stderr.strip().splitlines()[-1])
    return Cost(seconds, last["cpu"], last["resident"], last["peak"], done.stdout)


def _environment() -> dict[str, str]:
    # Without compiled modules beside them, ours would be compiled anew in every run, but what is
    # installed would not.
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def interleaved(rounds: int, *measures: Callable[[], T]) -> list[list[T]]:
    """Run each measure once a round, so that a slow moment of the machine hits all alike."""
    for measure in measures:
        measure()  # warms caches, compiled modules included
    results: list[list[T]] = [[] for _ in measures]
    for _ in range(rounds):
        for result, measure in zip(results, measures, strict=True):
            result.append(measure())
    return results


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Median over the rounds of ours divided by theirs."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def report(what: str, figure: str, budget: str) -> None:
    """One line for whoever runs the benchmarks with -s."""
    print(f"\n{what}: {figure} (budget {budget})")


@dataclass(frozen=True, slots=True)
class Started:
    """What a process that stays took from its start to its first line of output."""

    seconds: float
    resident: int
    """kB of memory held then (VmRSS)."""
    line: str


def start_until_first_line(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> Started:
    """Start a Python process, wait for its first line (stdout or stderr), and end it by SIGTERM."""
    before = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**_environment(), **(environment or {})},
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - before
        resident = memory_of(process.pid)
        process.terminate()
        process.communicate(timeout=10)
    return Started(seconds, resident, line.strip())


def memory_of(process: int) -> int:
    """kB of memory that a running process holds (VmRSS); 0 for one that has ended."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def processor_of(process: int) -> float:
    """Seconds that a running process's threads have used, to the microsecond (Linux)."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((each / "schedstat").read_text().split()[0]) for each in threads) / 1e9


@contextmanager
def running(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """The number of a Python process that is ended by SIGTERM."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**_environment(), **(environment or {})},
    ) as process:
        yield process.pid
        process.terminate()
