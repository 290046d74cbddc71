"""docs/configuration.md has every setting as the table has it; KSTAR_GOLDEN=write writes it."""

from __future__ import annotations

from pathlib import Path

from golden_text import assert_as_before
from settings_doc import BEGIN, END, every_setting, explanations

from kstar_tui.settings import TABLE

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "configuration.md"
EXAMPLE = (ROOT / "config.toml.example").read_text(encoding="utf-8")


def test_it_is_what_the_table_says() -> None:
    before, begin, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, end, behind = rest.partition(END)
    assert begin and end
    lines = [
        *before.splitlines(),
        BEGIN,
        "",
        *every_setting(EXAMPLE),
        END,
        *behind.splitlines()[1:],
    ]
    assert_as_before(DOCUMENT, lines)


def test_each_setting_is_explained() -> None:
    explained = explanations(EXAMPLE)
    assert set(explained) == set(TABLE)
    assert all(meaning.endswith(".") for meaning, _ in explained.values())
