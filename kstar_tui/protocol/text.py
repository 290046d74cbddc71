"""Text from the network, made harmless once: what passes here is safe to show, log and publish."""

from __future__ import annotations

import re

_NOT_TEXT = re.compile(r"[^A-Za-z0-9 ._:,/()+@-]+")
_NOT_ID = re.compile(r"[^A-Za-z0-9_.-]+")
_MAX_TEXT = 64


def clean_text(data: bytes | str) -> str:
    """Letters, digits and a little punctuation, at most 64: no control characters, no markup."""
    text = data.decode("latin-1") if isinstance(data, bytes) else data
    return " ".join(_NOT_TEXT.sub(" ", text).split())[:_MAX_TEXT]


def clean_id(data: bytes | str) -> str:
    """A serial number fit for a topic, a file name and a key: letters, digits, `_`, `.`, `-`."""
    text = data.decode("latin-1") if isinstance(data, bytes) else data
    # A leading dot or dash would be a hidden file or an option.
    return _NOT_ID.sub("", text)[:_MAX_TEXT].lstrip(".-")


def clean_mac(text: str) -> str | None:
    """`AA:BB:CC:DD:EE:FF` from twelve hex digits with or without separators, else None."""
    digits = re.sub(r"[:.\-]", "", text.strip())
    if not re.fullmatch(r"[0-9A-Fa-f]{12}", digits):
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2)).upper()
