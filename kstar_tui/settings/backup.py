"""What is kept of a config.toml that is written anew: its comments, and none of its passwords."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator

from kstar_tui.mqtt.broker import parse_broker

_MASK = "***"
_LONG_QUOTES = ('"""', "'''")
_IN_URL = r"(://[^:@\s]*:).*@"
# To the end of the line, as the password may hold any sign, also the one that ends it.
_BY_ITSELF = r"(?i)(password[\"']?\s*=\s*)(?=\S).*"


def worth_keeping(text: str) -> str | None:
    """The old file without passwords; None where it has no comments that would be lost."""
    lines = text.splitlines(keepends=True)
    if not any(line.lstrip().startswith("#") or " #" in line for line in lines):
        return None
    kept = "".join(map(_masked, lines))
    # A line of a text over several lines could look like a comment once its first one is masked.
    if not any(quotes in text for quotes in _LONG_QUOTES) and not _tells_a_password(kept):
        return kept
    # Written with TOML's escapes, or over several lines: only what is certainly a comment is kept.
    return "".join(map(_masked, _comments(lines)))


def _masked(line: str) -> str:
    line = re.sub(_IN_URL, rf"\1{_MASK}@", line)
    return re.sub(_BY_ITSELF, rf'\1"{_MASK}"', line)


def _comments(lines: Iterable[str]) -> Iterator[str]:
    """Lines that are nothing but a comment, and not part of a text over several lines."""
    statement = ""
    for line in lines:
        if not statement and line.lstrip().startswith("#"):
            yield line
            continue
        statement += line
        try:
            tomllib.loads(statement)
        except (ValueError, RecursionError):
            continue
        statement = ""


def _tells_a_password(text: str) -> bool:
    try:
        table = tomllib.loads(text).get("mqtt")
        if not isinstance(table, dict):
            return False
        if table.get("password") not in (None, "", _MASK):
            return True
        url = table.get("url")
        # A bare host has no password to tell.
        if not isinstance(url, str) or "@" not in url:
            return False
        return parse_broker(url).password not in (None, _MASK)
    except (ValueError, RecursionError):
        return True
