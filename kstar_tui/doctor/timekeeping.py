"""The clock of this machine: energy is kept by its days."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from datetime import datetime

from kstar_tui.doctor.finding import Finding, note, ok, problem, warning
from kstar_tui.doctor.world import World
from kstar_tui.history.ledger import FIRST_MOMENT
from kstar_tui.settings.errors import suggestion

_LAST_YEAR = 2099
_JUMP = 1.0
"""Seconds by which the clock may go otherwise than time did."""
_TIME_ERROR = 5
"""What the kernel answers while nobody keeps its clock."""
_ZONES = "usr/share/zoneinfo"
_SET_IT = (
    "Set it (timedatectl set-ntp true; a container has its host's clock). Until then energy counts,"
    " but for no day."
)
_WITHOUT = "Days begin at midnight UTC then. Set TZ, as in TZ=Europe/Amsterdam."


class Watch:
    """How the clock went while everything else was looked at."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._begun = world.clock.now()
        self._begun_monotonic = world.clock.monotonic()

    def examine(self, kept: Callable[[], bool | None]) -> Iterator[Finding]:
        """A line each for date, zone, jumps and who keeps it; `kept` says whether anybody does."""
        clock = self._world.clock
        now = clock.now()
        yield _date(now)
        yield self._zone(now)
        passed = clock.monotonic() - self._begun_monotonic
        jump = (now - self._begun).total_seconds() - passed
        if abs(jump) > _JUMP:
            yield warning(
                "jump",
                f"the clock jumped by {jump:+.0f} s within {passed:.0f} s",
                "Something sets it, perhaps for the first time since the start. If it goes on, two"
                " programs may be setting it.",
                jump_s=round(jump, 1),
            )
        else:
            yield ok("jump", f"it went as time did for {passed:.0f} s", jump_s=round(jump, 1))
        yield self._keeper(kept)

    def _zone(self, now: datetime) -> Finding:
        name = now.tzname() or ""
        text = f"time zone {name} (UTC{now:%z})"
        facts = {"zone": name, "offset_s": round((now.utcoffset() or _NONE).total_seconds())}
        given = self._world.environ.get("TZ", "").removeprefix(":")
        world = self._world
        if "/" in given and not given.startswith("/") and not world.exists(f"{_ZONES}/{given}"):
            known = world.exists(_ZONES)
            return warning(
                "zone",
                f"TZ is {given!r}, which this system does not know: the time is {name}",
                (suggestion(given, _zones(world)).strip() or "Names look like Europe/Amsterdam.")
                if known
                else "Install the package tzdata.",
                **facts,
            )
        if not given and not world.exists("etc/localtime"):
            return warning("zone", f"no time zone is set: the time is {name}", _WITHOUT, **facts)
        return ok("zone", text, **facts)

    def _keeper(self, kept: Callable[[], bool | None]) -> Finding:
        # Made at the first synchronisation since the start.
        synchronised = self._world.exists("run/systemd/timesync/synchronized") or kept()
        if synchronised:
            return ok("ntp", "it is kept by NTP", synchronised=True)
        if synchronised is None:
            return note("ntp", "whether NTP keeps it cannot be told", synchronised=None)
        return note(
            "ntp",
            "no NTP keeps it, as far as the system says",
            "A machine without a clock of its own, as a Raspberry Pi is, needs it.",
            synchronised=False,
        )


def _date(now: datetime) -> Finding:
    text = f"{now:%Y-%m-%d %H:%M:%S}"
    if now.timestamp() < FIRST_MOMENT:
        return problem("date", f"{text}: the clock was never set", _SET_IT, now=now.isoformat())
    if now.year > _LAST_YEAR:
        return problem("date", f"{text}: the clock is wrong", _SET_IT, now=now.isoformat())
    return ok("date", text, now=now.isoformat())


def kernel_says() -> bool | None:
    """Whether somebody keeps the kernel's clock; None where the kernel does not tell."""
    try:
        # Only asked: what is all zero changes nothing. Longer than the structure is anywhere.
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def _zones(world: World) -> list[str]:
    folder = world.root / _ZONES
    try:
        return [
            f"{area.name}/{city.name}"
            for area in folder.iterdir()
            if area.is_dir() and area.name[:1].isupper()
            for city in area.iterdir()
        ]
    except OSError:
        return []


_NONE = datetime.min - datetime.min
