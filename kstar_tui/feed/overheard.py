"""One inverter by what a kstar-tui publishes of it: payloads become updates. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, get_type_hints

from kstar_tui.clock import Clock
from kstar_tui.feed.names import clean_address, clean_info
from kstar_tui.feed.values import Frame, WireError, json_object, unpack
from kstar_tui.link.interface import DATA_PORT, Address
from kstar_tui.monitor.energy import FLOWS, Energy
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.topics import OFFLINE, ONLINE
from kstar_tui.protocol import codes
from kstar_tui.protocol.device import DeviceInfo, DeviceSettings
from kstar_tui.protocol.fields import Field, Type
from kstar_tui.protocol.reading import FIELDS, Reading
from kstar_tui.protocol.text import clean_mac

MOST = 65536
"""Bytes of a payload that are looked at."""
NEVER = datetime.fromtimestamp(0, UTC)
"""When the accounts began is not published."""
UNTOLD = Energy({}, {}, date.min, 0.0, NEVER, NEVER)
"""Accounts of which nothing has been heard yet: the inverter's own counters are others."""
_TOLD_WITHIN = 120.0
"""Seconds, and two intervals, after the first reading by which accounts come where some are kept:
twice as long as a publisher leaves between them."""
_DERIVED = 1e8
"""No value that follows from others is bigger, W."""
_LATE = 3
"""Intervals without a reading after which the last one no longer stands for the present."""
_LATENESS = 10.0
"""Seconds that it may be late besides."""


class Overheard:
    """Takes payloads by the last level of their topics; every one makes an update."""

    def __init__(self, clock: Clock, interval: float) -> None:
        """`interval` s lie between readings, until it is told otherwise."""
        self.interval = interval
        self.trouble: str | None = "not connected yet"
        """Why nothing can be heard; None while it can."""
        self._clock = clock
        self._running: str | None = None
        self._answers: str | None = None
        self._stamp: object = None
        self._began: float | None = None
        self._rejected: Counter[str] = Counter()
        now = clock.now()
        self.latest = Update(LinkState.CONNECTING, now, now, clock.monotonic())

    def take(self, name: str, payload: bytes, *, retained: bool = False) -> Update:
        """What is known then. A payload that is none of ours is counted and changes nothing."""
        fresh = False
        try:
            if name in ("availability", "inverter"):
                self._reach(name, payload)
            else:
                items = json_object(payload, MOST)
                if name == "state":
                    fresh = self._state(items, retained=retained)
                elif name == "energy":
                    self.latest = self.latest._replace(energy=_energy(items))
                elif name == "device":
                    self._device(items)
        except WireError as error:
            self._rejected[f"{name}: {error}"[:80]] += 1
        return self.look(fresh=fresh)

    def look(self, *, fresh: bool = False) -> Update:
        """What is known now, however long nothing has come."""
        before, now = self.latest, self._clock.now()
        state, error = self._how()
        self.latest = before._replace(
            state=state,
            since=before.since if state is before.state else now,
            at=now,
            at_monotonic=self._clock.monotonic(),
            fresh=fresh,
            error=error,
            rejected=dict(self._rejected.most_common(20)),
        )
        return self.latest

    def _how(self) -> tuple[LinkState, str | None]:
        taken = self.latest.taken_monotonic
        if self.trouble is not None:
            known = taken is not None
            return (LinkState.OFFLINE if known else LinkState.CONNECTING), self.trouble
        if self._running == OFFLINE:
            return (
                LinkState.OFFLINE,
                "the kstar-tui that publishes it has ended, or lost the broker",
            )
        if self._answers == OFFLINE:
            return LinkState.OFFLINE, "it does not answer the kstar-tui that polls it"
        if taken is None:
            return LinkState.CONNECTING, "waiting for the next reading to be published"
        if self._clock.monotonic() - taken > _LATE * self.interval + _LATENESS:
            return LinkState.STALE, "no reading is published any more"
        return LinkState.ONLINE, None

    def _reach(self, name: str, payload: bytes) -> None:
        word = payload[:10].decode("ascii", "replace")
        if word not in (ONLINE, OFFLINE):
            # Taken away, as by `mqtt clean`: nobody speaks for it any more.
            word = OFFLINE
        if name == "availability":
            self._running = word
        else:
            self._answers = word

    def _state(self, items: dict[str, Any], *, retained: bool) -> bool:
        reading, stamp = reading_of(items), items.get("timestamp")
        now, monotonic = self._clock.now(), self._clock.monotonic()
        if stamp is not None and stamp == self._stamp:
            # Said once more, to others.
            return False
        self._stamp = stamp
        if self._began is None:
            self._began = monotonic
        waited = monotonic - self._began > _TOLD_WITHIN + 2 * self.interval
        energy = self.latest.energy
        if energy is None or energy is UNTOLD:
            # Whoever keeps no history tells of none.
            energy = None if waited else UNTOLD
        age = 0.0
        if retained:
            # Ours is not: somebody keeps it, and it may be of any age.
            told = unpack(datetime, stamp, Frame(0.0, now.tzinfo))
            age = max(0.0, (now - told).total_seconds())
            now = told
        self.latest = self.latest._replace(
            reading=reading,
            taken=now,
            taken_monotonic=monotonic - age,
            polls=self.latest.polls + 1,
            energy=energy,
        )
        return not retained

    def _device(self, items: dict[str, Any]) -> None:
        here = Frame(0.0)
        words = {code: country for country, code in codes.COUNTRIES.items()}
        told = {**items, "country_code": words.get(str(items.get("country")), 0)}
        texts = ("firmware", "model", "manufacturer", "serial", "software", "country")
        info: DeviceInfo | None = None
        if items.get("serial") is not None:
            info = clean_info(
                unpack(DeviceInfo, told | {n: told.get(n) or "" for n in texts}, here)
            )
        settings = unpack(DeviceSettings | None, items.get("settings"), here)
        mac = unpack(str | None, items.get("mac"), here)
        address = _address(unpack(str | None, items.get("address"), here))
        interval = unpack(float | None, items.get("interval"), here)
        if interval is not None and 0 < interval <= 86400:
            self.interval = interval
        self.latest = self.latest._replace(
            info=info,
            settings=settings,
            mac=clean_mac(mac) if mac else None,
            address=address,
        )


def reading_of(items: dict[str, Any]) -> Reading:
    """The reading of a state; WireError where a value of it is none."""
    values: dict[str, Any] = {}
    for name, hint in _hints().items():
        row = FIELDS[name]
        try:
            value = unpack(hint, items.get(name), Frame(0.0))
        except WireError as error:
            raise WireError(f"{name} is {error}") from None
        if isinstance(value, int | float) and not _fits(row, value):
            raise WireError(f"{name} is beyond all bounds")
        if row.codes is not None and isinstance(value, str) and value not in row.codes.values():
            value = codes.UNKNOWN
        values[name] = value
    # In our own words.
    values["errors"] = codes.error_texts(values["error_bits"])
    return Reading(**values, raw=b"")


@lru_cache(maxsize=1)
def _hints() -> dict[str, Any]:
    hints = get_type_hints(Reading)
    return {name: hints[name] for name in FIELDS}


def _fits(row: Field, value: float) -> bool:
    """Whether a frame could hold it."""
    if row.offset is None:
        return abs(value) <= _DERIVED
    span, raw = 256**row.type.size, row.raw(value)
    return bool(abs(raw) <= span // 2 if row.type is Type.I16 else 0 <= raw < span)


def _energy(items: dict[str, Any]) -> Energy:
    here = Frame(0.0)
    kwh = {
        period: {flow: unpack(float, items.get(f"{flow.energy}_{period}"), here) for flow in FLOWS}
        for period in ("total", "today")
    }
    return Energy(
        total=kwh["total"],
        today=kwh["today"],
        day=unpack(date, items.get("day"), here),
        observed=0.0,
        since=NEVER,
        saved=unpack(datetime, items.get("timestamp"), here),
    )


def _address(text: str | None) -> Address | None:
    if text is None:
        return None
    host, _, port = text.partition(":")
    if port and not (port.isascii() and port.isdigit()):
        raise WireError("no address of an inverter")
    return clean_address(Address(host, int(port[:6]) if port else DATA_PORT))
