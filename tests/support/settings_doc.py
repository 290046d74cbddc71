"""The part of docs/configuration.md that is written from the table of settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from kstar_tui.settings import TABLE, Setting
from kstar_tui.settings.load import FILE_SUFFIX

BEGIN = "<!-- From here on the tests write it: see contributing.md. -->"
END = "<!-- To here. -->"


def every_setting(example: str) -> Iterator[str]:
    """Lines of Markdown: each setting under its section, explained as config.toml.example does."""
    explained = explanations(example)
    for section, rows in groupby(TABLE.values(), key=lambda row: row.key.rpartition(".")[0]):
        yield f"### {f'[{section}]' if section else 'Above all sections'}"
        yield ""
        for row in rows:
            yield from _setting(row, *explained[row.key])


def explanations(example: str) -> Mapping[str, tuple[str, str]]:
    """By key: what the comment above it says, and its line without the sign that takes it out."""
    section = ""
    comment: list[str] = []
    found: dict[str, tuple[str, str]] = {}
    for line in example.splitlines():
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = f"{heading[1]}."
        if assigned := re.fullmatch(r"#((\w+) = .*)", line):
            found[section + assigned[2]] = " ".join(comment), assigned[1]
        comment = [*comment, line[2:]] if line.startswith("# ") else []
    return found


def _setting(row: Setting, meaning: str, assigned: str) -> Iterator[str]:
    yield f"**`{row.key}`**: {meaning}"
    yield ""
    yield f"- Allowed: {row.kind.allowed}. Without it: {row.kind.show(row.default)}."
    argument = f"`{row.argument}{f' {row.metavar}' if row.metavar else ''}`"
    if row.argument:
        off = f"--no-{row.argument.removeprefix('--')}"
        can_be_off = row.refusable or not row.metavar
        yield f"- Argument: {argument}{f', `{off}`' if can_be_off else ''}."
    variables = [*row.environment, *([row.environment[0] + FILE_SUFFIX] if row.secret else [])]
    yield f"- Environment: {', '.join(f'`{name}`' for name in variables)}."
    yield f"- In the file: `{assigned}`"
    yield ""
