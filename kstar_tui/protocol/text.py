"""Text from the network, made harmless once: what passes here is safe to show, log and publish."""

from __future__ import annotations

import re

# Compiled when first used: most starts come to none of them before they are ready.
_NOT_TEXT = r"[^A-Za-z0-9 ._:,/()+@-]+"
_NOT_ID = r"[^A-Za-z0-9_.-]+"
# Never twelve digits with any dots between: 192.168.178.123 is no hardware address.
_MAC = (
    r"[0-9A-Fa-f]{2}([:-]?)[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}"
    r"|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"
)
_MAX_TEXT = 64


def clean_text(data: bytes | str) -> str:
    """Letters, digits and a little punctuation, at most 64: no control characters, no markup."""
    text = data.decode("latin-1") if isinstance(data, bytes) else data
    return " ".join(re.sub(_NOT_TEXT, " ", text).split())[:_MAX_TEXT].rstrip()


def clean_id(data: bytes | str) -> str:
    """A serial number fit for a topic, a file name and a key: letters, digits, `_`, `.`, `-`."""
    text = data.decode("latin-1") if isinstance(data, bytes) else data
    # A leading dot or dash would be a hidden file or an option.
    return re.sub(_NOT_ID, "", text)[:_MAX_TEXT].lstrip(".-")


def same_serial(one: str, other: str) -> bool:
    """People copy a serial number from a label without care for capitals."""
    return one.upper() == other.upper()


def clean_mac(text: str) -> str | None:
    """`AA:BB:CC:DD:EE:FF` from twelve hex digits, bare or in the usual groupings, else None."""
    if not re.fullmatch(_MAC, text.strip()):
        return None
    digits = re.sub(r"[:.-]", "", text.strip()).upper()
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))
