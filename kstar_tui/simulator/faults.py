"""What can go wrong between an inverter and its asker, as text, as values, and combined."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

LATE_SHARE = 0.5
"""How many replies `late` holds back: the others come at once."""
_DEFAULT_LOSS = 0.3
_DEFAULT_LATE = 2.0
_MAX_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Faults:
    """Any combination. A number from 0 to 1 says how often; 0, None and False are none at all."""

    loss: float = 0.0
    """A datagram, either way, disappears."""
    duplicate: float = 0.0
    """A reply comes twice."""
    late: float | None = None
    """Seconds by which every other reply (LATE_SHARE) comes late."""
    split: float = 0.0
    """A reply comes in two datagrams."""
    join: float = 0.0
    """A reply is held back and comes in one datagram with the next, in front of it."""
    corrupt: float = 0.0
    """One byte of a reply is another."""
    truncate: float = 0.0
    """The end of a reply is missing."""
    noise: float = 0.0
    """Other bytes come before a reply's header."""
    echo: float = 0.0
    """The request comes back before the reply."""
    foreign: float = 0.0
    """A reply with other values comes first, from another port."""
    zeros: float = 0.0
    """Running data is well formed and all zero."""
    silent: bool = False
    """No data request is answered; discovery is."""
    reboot: float | None = None
    """Seconds of the simulator's clock from one restart to the next; see `reboot_phase`."""
    error: int = 0
    """Error bits that the inverter reports."""
    blackout: bool = False
    """The grid is gone."""

    def __or__(self, other: Faults) -> Faults:
        """Both; the right one counts where they differ on the same fault, error bits add up."""
        nothing = Faults()
        changed = {
            name: getattr(other, name)
            for name in self.__dataclass_fields__
            if getattr(other, name) != getattr(nothing, name)
        }
        return replace(self, **(changed | {"error": self.error | other.error}))


class Phase(Enum):
    """Where a restarting inverter is."""

    FINE = "fine"
    SILENT = "silent"
    ZEROS = "zeros"
    NO_COUNTERS = "no counters"


def reboot_phase(elapsed: float, period: float) -> Phase:
    """What a module that restarts every `period` seconds does after `elapsed` seconds.

    The first restart comes after one whole period. A restart is 15 % of a period of silence (at
    most 30 s), then 10 % (20 s) of frames all zero, then as much of true powers with counters at 0.
    """
    if elapsed < period:
        return Phase.FINE
    since = elapsed % period
    silent, odd = min(30.0, 0.15 * period), min(20.0, 0.10 * period)
    if since < silent:
        return Phase.SILENT
    if since < silent + odd:
        return Phase.ZEROS
    return Phase.NO_COUNTERS if since < silent + 2 * odd else Phase.FINE


_SHARES = ("duplicate", "split", "join", "corrupt", "truncate", "noise", "echo", "foreign", "zeros")
_SWITCHES = ("silent", "blackout")
ALLOWED = (
    "loss=SHARE, late[=SECONDS], reboot=SECONDS, silent, blackout, error=0xBITS or error=BIT+BIT, "
    "and with how often from 0 to 1 (1 unless told otherwise): "
    + ", ".join(f"{name}[=SHARE]" for name in _SHARES)
)
"""The faults there are, as people write them."""


def parse_fault(text: str) -> Faults:
    """Faults from `name`, `name=value`, or several with commas; ValueError names the allowed."""
    faults = Faults()
    for part in text.split(","):
        faults |= _parse_one(part.strip())
    return faults


def _parse_one(text: str) -> Faults:
    name, equals, value = (part.strip() for part in text.partition("="))
    given = value if equals else None
    values: dict[str, Any] = {}
    if name in _SWITCHES and given is None:
        values[name] = True
    elif name in _SHARES:
        values[name] = _share(text, given, 1.0)
    elif name == "loss":
        values[name] = _share(text, given, _DEFAULT_LOSS)
    elif name == "late":
        values[name] = _seconds(text, given, _DEFAULT_LATE)
    elif name == "reboot":
        values[name] = _seconds(text, given, None)
    elif name == "error":
        values[name] = _bits(text, given)
    else:
        raise _refused(text, "is no fault")
    return Faults(**values)


def _share(text: str, value: str | None, default: float) -> float:
    share = default if value is None else _number(value)
    if share is None or not 0 < share <= 1:
        raise _refused(text, "needs a share above 0, at most 1")
    return share


def _seconds(text: str, value: str | None, default: float | None) -> float:
    seconds = default if value is None else _number(value)
    if seconds is None or not 0 < seconds <= _MAX_SECONDS:
        raise _refused(text, "needs seconds, above 0 and at most a day")
    return seconds


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d*\.?\d+|\d+\.", value, re.ASCII) else None


def _bits(text: str, value: str | None) -> int:
    if value and re.fullmatch(r"0[xX][0-9a-fA-F]{1,8}", value):
        return int(value, 16)
    if value and re.fullmatch(r"\d{1,2}(\+\d{1,2})*", value, re.ASCII):
        numbers = [int(bit) for bit in value.split("+")]
        if max(numbers) < 32:
            return sum(1 << bit for bit in set(numbers))
    raise _refused(text, "needs 32 bits in hex (0x20000), or bit numbers from 0 to 31 (17+13)")


def _refused(text: str, why: str) -> ValueError:
    return ValueError(f"{text!r} {why}; there are {ALLOWED}")
