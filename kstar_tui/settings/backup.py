"""What is kept of a config.toml that is written anew: its comments, and none of its passwords."""

from __future__ import annotations

import re
import tomllib

from kstar_tui.mqtt.broker import parse_broker

_MASK = "***"


def worth_keeping(text: str) -> str | None:
    """The old file without passwords; None where it has no comments that would be lost."""
    lines = text.splitlines(keepends=True)
    if not any(line.lstrip().startswith("#") or " #" in line for line in lines):
        return None
    kept = "".join(map(_masked, lines))
    if not _tells_a_password(kept):
        return kept
    # Written with TOML's escapes, or over several lines: only what is certainly a comment is kept.
    return "".join(_masked(line) for line in lines if line.lstrip().startswith("#"))


def _masked(line: str) -> str:
    return re.sub(r"(://[^:@\s]*:).*@", rf"\1{_MASK}@", line)


def _tells_a_password(text: str) -> bool:
    try:
        table = tomllib.loads(text).get("mqtt")
        url = table.get("url") if isinstance(table, dict) else None
        # A bare host has no password to tell.
        if not isinstance(url, str) or "@" not in url:
            return False
        return parse_broker(url).password not in (None, _MASK)
    except (ValueError, RecursionError):
        return True
