"""What a soak looks at: a running process's memory, files, threads and processor time."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Look(NamedTuple):
    """One moment of a process."""

    after: float
    """Seconds since the soak began."""
    memory: int
    """kB held (VmRSS)."""
    files: int
    threads: int
    processor: float
    """Seconds used so far."""


def look(process: int, after: float) -> Look:
    """OSError for a process that has ended."""
    folder = Path(f"/proc/{process}")
    status = dict(
        line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line
    )
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return Look(
        after,
        int(status["VmRSS"].split()[0]),
        len(list((folder / "fd").iterdir())),
        int(status["Threads"]),
        ticks / os.sysconf("SC_CLK_TCK"),
    )


class Course:
    """All looks at one process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.looks: list[Look] = []

    def summary(self) -> str:
        """In a line, for people."""
        early, late = self._quarter(1), self._quarter(3)
        first, last = self.looks[0], self.looks[-1]
        share = (last.processor - first.processor) / max(1.0, last.after - first.after)
        return (
            f"{self.name}: memory {self.looks[0].memory / 1024:.1f} MB at the start, "
            f"{_memory(early) / 1024:.1f} in the second quarter, {_memory(late) / 1024:.1f} in the "
            f"last ({self.growth():+.1%}), at most {max(x.memory for x in self.looks) / 1024:.1f}; "
            f"files {_span([x.files for x in early])} and {_span([x.files for x in late])}, "
            f"threads {_span([x.threads for x in early])} and {_span([x.threads for x in late])}; "
            f"processor {share:.3%} of a core"
        )

    def growth(self) -> float:
        """Of memory, from the second quarter to the last one: the first is for warming up."""
        return _memory(self._quarter(3)) / _memory(self._quarter(1)) - 1

    def _quarter(self, number: int) -> list[Look]:
        size = max(1, len(self.looks) // 4)
        return self.looks[number * size :] if number == 3 else self.looks[number * size :][:size]


def _memory(looks: list[Look]) -> float:
    return median(each.memory for each in looks)


def _span(values: list[int]) -> str:
    low, high = min(values), max(values)
    return f"{low}" if low == high else f"{low}-{high}"
