"""`kstar-tui read`: one reading that can be believed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from kstar_tui.assembly import can_move
from kstar_tui.clock import Clock
from kstar_tui.commands.context import CommandError, Context
from kstar_tui.commands.finding import find_inverters
from kstar_tui.commands.show import reading_json, reading_lines
from kstar_tui.link.client import InverterClient
from kstar_tui.link.interface import Address, Link, LinkError
from kstar_tui.monitor.finding import is_same, others
from kstar_tui.monitor.identity import AnotherInverterError
from kstar_tui.monitor.plausibility import Plausibility
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.frame import Request
from kstar_tui.protocol.reading import Reading
from kstar_tui.protocol.text import same_serial
from kstar_tui.settings import Settings
from kstar_tui.status import Status

ATTEMPTS = 4
"""Readings asked for before an inverter that sends none to be believed is given up."""
PAUSE = 2.0
"""Seconds between them: modules do not like to be hurried."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A reading with where, whose and when."""

    address: Address
    info: DeviceInfo | None
    """None where it does not say who it is."""
    reading: Reading
    at: datetime

    @property
    def serial(self) -> str | None:
        """The serial number, if it said one."""
        return (self.info.serial or None) if self.info else None

    @property
    def model(self) -> str | None:
        """The model, if it said one."""
        return (self.info.model or None) if self.info else None


def run(context: Context) -> int:
    """Print one reading or, for a report, frames; CommandError with NO_INVERTER where nothing
    answers."""
    if context.options.hex:
        return asyncio.run(_report(context, context.load()))
    if context.options.keep_serial:
        raise CommandError("--keep-serial means nothing without --hex.", Status.USAGE)
    taken = asyncio.run(_take(context, context.load()))
    if context.options.json:
        context.emit_json(taken_json(taken))
        return Status.DONE
    model, serial = taken.model or "Inverter", taken.serial or "unknown"
    context.emit(f"{model}, serial number {serial}, at {taken.address}")
    context.emit(f"{taken.at:%Y-%m-%d %H:%M:%S %z}")
    for line in reading_lines(taken.reading):
        context.emit(line)
    return Status.DONE


def taken_json(taken: Taken) -> dict[str, object]:
    """One flat object: the connection's keys, then every field of the reading."""
    return {
        "timestamp": taken.at.isoformat(timespec="milliseconds"),
        "host": taken.address.host,
        "serial": taken.serial,
        "model": taken.model,
        **reading_json(taken.reading),
    }


async def take(link: Link, clock: Clock) -> Taken:
    """One believed reading; LinkError when nothing usable answers, CommandError when none of
    ATTEMPTS readings can be believed."""
    plausibility = Plausibility()
    held: str | None = None
    for number in range(ATTEMPTS):
        if number:
            await clock.sleep(PAUSE)
        reading = await link.read()
        at = clock.now()
        held = plausibility.check(reading, clock.monotonic())
        if held is None:
            return Taken(link.address, await _who(link), reading, at)
    raise CommandError(
        f"{link.address} answers, but with values that cannot be true ({held}), as inverters do "
        "while they start or shut down. Try again in a few minutes, or by daylight."
    )


async def _who(link: Link) -> DeviceInfo | None:
    try:
        return await link.identify()
    except LinkError:
        # A reading is worth printing without a name.
        return None


async def _take(context: Context, settings: Settings) -> Taken:
    address = await _address(context, settings)
    try:
        return await _take_at(context, settings, address)
    except LinkError as error:
        named = settings.host is not None and settings.serial is not None
        if not named or not can_move(settings, address):
            raise _nobody(address, error) from error
        context.say(f"{address}: {error}. Looking for {settings.serial} on the network.")
    address = await _found(context, settings)
    try:
        return await _take_at(context, settings, address)
    except LinkError as error:
        raise _nobody(address, error) from error


async def _take_at(context: Context, settings: Settings, address: Address) -> Taken:
    """A reading of the inverter that is meant; LinkError, too, where another one answers."""
    taken = await take(InverterClient(address), context.clock)
    if settings.serial is not None:
        if taken.serial is None:
            context.say(f"{address} does not say its serial number; it may not be the one meant.")
        elif not same_serial(taken.serial, settings.serial):
            raise AnotherInverterError(
                f"another inverter answers there, serial number {taken.serial}"
            )
    return taken


async def _report(context: Context, settings: Settings) -> int:
    from kstar_tui.commands.report import ask_all, report_lines
    from kstar_tui.report.frames import NAMES

    keep_serial: bool = context.options.keep_serial
    address = await _address(context, settings)
    try:
        answers = await ask_all(InverterClient(address))
    except LinkError as error:
        raise _nobody(address, error) from error
    for request, answer in answers.items():
        if isinstance(answer, LinkError):
            context.say(f"No {NAMES[request]}: {answer}.")
        elif request is Request.DEVICE_INFO and not keep_serial:
            context.say("The serial number is masked with X; --keep-serial leaves it as it is.")
    for line in report_lines(answers, context.clock.now(), keep_serial=keep_serial):
        context.emit(line)
    return Status.DONE


def _nobody(address: Address, error: LinkError) -> CommandError:
    if isinstance(error, AnotherInverterError):
        return CommandError(
            f"{address}: {error}. `kstar-tui discover` lists the inverters of this network.",
            Status.NO_INVERTER,
        )
    return CommandError(
        f"No inverter answered at {address}: {error}. Check that it is awake, and that this "
        "is its address: `kstar-tui discover` searches this network, and the router lists it.",
        Status.NO_INVERTER,
    )


async def _address(context: Context, settings: Settings) -> Address:
    if settings.host is not None:
        return Address(settings.host, settings.port)
    return await _found(context, settings)


async def _found(context: Context, settings: Settings) -> Address:
    found = await find_inverters(context, settings)
    if settings.serial is not None:
        meant = next((one for one in found if is_same(one, settings.serial, None)), None)
        if meant is None:
            text = others(found, settings.serial)
            raise CommandError(f"{text[:1].upper()}{text[1:]}.", Status.NO_INVERTER)
        return meant.address
    chosen = found[0]
    if len(found) > 1:
        listed = ", ".join(f"{one.address} ({one.serial or 'no serial'})" for one in found)
        context.say(
            f"Several inverters answered: {listed}. Reading from {chosen.address}; "
            "choose another with --serial or --host."
        )
    return chosen.address
