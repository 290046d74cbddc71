"""Reading a file in a place where somebody else may have put something else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kstar_tui.safely import read_safely


def test_a_file_and_no_more_of_it_than_wanted(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("grün und mehr")
    assert read_safely(path, 5) == "grün"
    assert read_safely(path, 100) == "grün und mehr"


def test_anything_else_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("text")
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(path)
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="symbolic links"):
        read_safely(link, 100)
    with pytest.raises(ValueError, match="no regular file"):
        read_safely(pipe, 100)
    with pytest.raises((OSError, ValueError)):
        read_safely(tmp_path, 100)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="decode"):
        read_safely(path, 100)
