"""A picture as text, against what it was when somebody last looked at it."""

from __future__ import annotations

import os
from pathlib import Path


def assert_as_before(path: Path, lines: list[str]) -> None:
    """Compare with a golden file; KSTAR_GOLDEN=write writes it anew."""
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    if os.environ.get("KSTAR_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
