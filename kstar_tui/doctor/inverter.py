"""The inverter itself: whether it answers, who it is, how reliably, and what it says is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence

from kstar_tui.doctor.figures import Polls, hint, judge
from kstar_tui.doctor.finding import Finding, note, ok, problem, warning
from kstar_tui.doctor.world import World
from kstar_tui.link.interface import DATA_PORT, Address, LinkCounters, LinkError
from kstar_tui.link.search import Found, wake
from kstar_tui.monitor.events import grid_lost
from kstar_tui.monitor.monitor import OFFLINE_AFTER
from kstar_tui.monitor.plausibility import Plausibility
from kstar_tui.monitor.schedule import MIN_PAUSE
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.reading import Reading
from kstar_tui.protocol.text import same_serial
from kstar_tui.settings import Settings
from kstar_tui.tui.events.meanings import fault_meaning

_ASLEEP = (
    "At night it may sleep, and that is normal. By day: is the light on its WiFi stick on, is this"
    " its address (the router lists it), and does no other program ask it? Taking the stick out for"
    " a minute helps it over a hang."
)


class Examined:
    """One inverter under examination, at an address that is set or was found."""

    def __init__(
        self, world: World, address: Address, settings: Settings, found: Sequence[Found]
    ) -> None:
        """`found`: the inverters of a search that will do."""
        self.info: DeviceInfo | None = None
        self.answered = False
        """A reading came, whether it can be believed or not."""
        self.foreign = False
        """It is another inverter than the one with the serial number of the settings."""
        self._world = world
        self._address = address
        self._settings = settings
        self._found = found
        self._client = world.connect(address)
        self._plausibility = Plausibility()
        self._reading: Reading | None = None
        self._latencies: list[float] = []
        self._unanswered = 0
        self._held: Counter[str] = Counter()
        self._error: LinkError | None = None

    async def examine(self, *, rested: bool) -> AsyncIterator[Finding]:
        """Each line as it is known; `rested`: nobody has just asked it."""
        world, clock = self._world, self._world.clock
        counters = LinkCounters()
        if not rested:
            await clock.sleep(MIN_PAUSE)
        woken = await self._first(counters)
        if not self.answered:
            yield self._silent()
            return
        yield self._answers(woken=woken)
        yield await self._identify()
        if self.foreign:
            # The monitor takes none of its readings.
            return
        yield await self._ask_settings()
        while self._latencies and len(self._latencies) + self._unanswered < world.polls:
            done = len(self._latencies) + self._unanswered
            world.progress(done / world.polls, f"{done} of {world.polls} polls")
            # One without an answer has waited long enough.
            if self._error is None:
                await clock.sleep(MIN_PAUSE)
            await self._poll(counters)
        world.progress(1, "")
        polls = Polls(tuple(self._latencies), self._unanswered, self._held, counters)
        for finding in judge(polls):
            yield finding
        if self._reading is not None:
            for finding in state(self._reading):
                yield finding

    async def _first(self, counters: LinkCounters) -> bool:
        """Poll until there is an answer, as long as the monitor would; whether it was woken."""
        woken = False
        while not self.answered and self._unanswered < OFFLINE_AFTER:
            self._world.progress(0, "no answer yet" if self._unanswered else "asking")
            await self._poll(counters)
            if not self.answered and not woken:
                woken = await self._wake()
        return woken

    async def _wake(self) -> bool:
        try:
            await wake(self._address.host, self._settings.discovery_port)
        except LinkError:
            return False
        return True

    async def _poll(self, counters: LinkCounters) -> None:
        client, before = self._client, self._client.counters
        tries, rejections = before.tries, before.rejections.copy()
        self._error = None
        try:
            reading = await client.read()
        except LinkError as error:
            self._error = error
            self._unanswered += 1
        else:
            self.answered = True
            self._latencies.append(client.counters.latency or 0.0)
            held = self._plausibility.check(reading, self._world.clock.monotonic())
            if held is None:
                self._reading = reading
            else:
                self._held[held] += 1
        # Those of identity and settings are not the polls'.
        counters.tries += client.counters.tries - tries
        counters.rejections += client.counters.rejections - rejections

    def _answers(self, *, woken: bool) -> Finding:
        address = self._address
        text = f"{address} answers"
        if self._settings.host is None:
            text += ", and was found by the search"
        if self._unanswered:
            text += f", at the {_ordinal(self._unanswered + 1)} poll"
            if woken:
                text += ", after it was woken"
        return ok("answer", text, host=address.host, port=address.port, woken=woken)

    def _silent(self) -> Finding:
        address, rejections = self._address, self._client.counters.rejections
        elsewhere = self._elsewhere
        advice = hint(rejections) or _ASLEEP
        if elsewhere and self._settings.host is not None:
            other = elsewhere[0]
            advice = (
                f"An inverter answers at {other.address} ({other.serial or other.name}). If that is"
                f" yours: kstar-tui config set inverter.host {other.address.host}"
            )
        elif address.port != DATA_PORT:
            advice = (
                f"inverter.port is {address.port}; inverters answer on {DATA_PORT}, unless somebody"
                f" has changed that. {advice}"
            )
        facts = {
            "host": address.host,
            "port": address.port,
            "refused": {str(reason): number for reason, number in rejections.items()},
        }
        polls = f"{self._unanswered} polls"
        return problem("answer", f"{polls}, none answered: {self._error}", advice, **facts)

    @property
    def _elsewhere(self) -> list[Found]:
        return [one for one in self._found if one.address != self._address]

    def _another(self, info: DeviceInfo, serial: str) -> Finding:
        if elsewhere := self._elsewhere:
            address = elsewhere[0].address
            advice = (
                f"{serial} answers at {address}: kstar-tui config set inverter.host {address.host}"
            )
        else:
            advice = (
                "kstar-tui takes no reading of it. If it is the one that is meant:"
                f" kstar-tui config set inverter.serial {info.serial}; else name the address of"
                f" {serial} with inverter.host, or let it be searched for."
            )
        text = f"another inverter answers there: serial number {info.serial}, not {serial}"
        return problem("identity", text, advice, **info.values())

    async def _identify(self) -> Finding:
        meant = self._settings.serial
        unproved = f"; whether it is {meant} cannot be told" if meant else ""
        try:
            self.info = info = await self._client.identify()
        except LinkError as error:
            return warning(
                "identity",
                f"it does not say who it is: {error}{unproved}",
                "Without a serial number it is filed under its address, which may change. If it"
                " stays so by day, kstar-tui read --hex prints what it sends, for a report.",
            )
        text = ", ".join(
            part
            for part in (
                f"{info.manufacturer} {info.model}".strip(),
                f"serial number {info.serial}" if info.serial else "no serial number",
                f"firmware {info.firmware}" if info.firmware else "",
                info.country,
            )
            if part
        )
        if not info.serial:
            advice = "It is filed under its address, which may change: look again by daylight."
            return warning("identity", f"{text}{unproved}", advice, **info.values())
        if meant and not same_serial(info.serial, meant):
            self.foreign = True
            return self._another(info, meant)
        return ok("identity", text, **info.values())

    async def _ask_settings(self) -> Finding:
        try:
            settings = await self._client.settings()
        except LinkError as error:
            return note("settings", f"it does not tell its settings (nothing needs them): {error}")
        return ok("settings", "it tells how it is set", **settings.values())


def state(reading: Reading) -> Iterator[Finding]:
    """What an inverter measures now, and what it says is wrong with it."""
    yield ok(
        "now",
        f"now: PV {reading.pv_power:.0f} W, house {reading.load_power} W,"
        f" {_flow(reading.grid_power, 'grid', ('import', 'export'))},"
        f" battery {reading.battery_soc} %"
        f" {_flow(reading.battery_power, '', ('discharging', 'charging'))}; {reading.work_mode}",
        pv_power=reading.pv_power,
        load_power=reading.load_power,
        grid_power=reading.grid_power,
        battery_power=reading.battery_power,
        battery_soc=reading.battery_soc,
        work_mode=reading.work_mode,
    )
    for error in reading.errors:
        meaning = fault_meaning(error)
        yield problem("fault", f"fault: {error}. {meaning.what}", meaning.do, fault=error)
    if grid_lost(reading) and "utility loss" not in reading.errors:
        yield warning(
            "grid",
            f"it sees no grid ({reading.grid_voltage:.0f} V, {reading.work_mode})",
            "If the house has power, look at the inverter's breaker in the fuse box.",
            grid_voltage=reading.grid_voltage,
        )


def _flow(power: float | None, name: str, words: tuple[str, str]) -> str:
    if power is None:
        return f"{name} unknown"
    word = words[0] if power > 0 else words[1] if power < 0 else ""
    return " ".join(part for part in (name, word, f"{abs(power):.0f} W") if part)


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
