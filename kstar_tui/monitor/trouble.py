"""What it points to that polls brought nothing: silence, or answers that cannot be used. Pure."""

from __future__ import annotations

import re
from enum import Enum, auto

from kstar_tui.protocol.frame import Rejection

IMPLAUSIBLE = "it answers, but not plausibly: "
"""What the reason of a held reading begins with."""
_REFUSED = re.compile(r"\brepl(?:y|ies) refused \((.*)\)")
_ANOTHER = re.compile(r"\banother inverter answers\b")


class Trouble(Enum):
    """Why there is no reading."""

    SILENT = auto()
    """Nothing came, or it could not even be asked."""
    REFUSED = auto()
    """Replies came, and none was whole and an answer."""
    FAMILY = auto()
    """Replies came as another family of inverters sends them."""
    IMPLAUSIBLE = auto()
    """A reading came that cannot be true."""
    ANOTHER = auto()
    """An inverter answers that is not the one meant."""


def trouble(error: str) -> Trouble:
    """By the words of an `Update.error` or a LinkError, also within a longer text: an event keeps
    nothing else of it."""
    if IMPLAUSIBLE in error:
        return Trouble.IMPLAUSIBLE
    if _ANOTHER.search(error):
        return Trouble.ANOTHER
    refused = _REFUSED.search(error)
    if refused is None:
        return Trouble.SILENT
    return Trouble.FAMILY if Rejection.ADDRESS in refused[1] else Trouble.REFUSED
