"""What a search brought, a line each: an inverter, something else, and where was asked."""

from __future__ import annotations

from kstar_tui.link.events import Asked, Found, NotAnInverter
from kstar_tui.tui.words import number


def found_line(found: Found) -> str:
    """Model, end of the serial number, address, and that it can be read."""
    serial = f"…{found.serial[-4:]}" if found.serial else ""
    if found.reading is None:
        proof = "says who it is, sent no reading yet"
    else:
        proof = f"reads well, {number(found.reading.pv_power)} W of sun"
    return f"{found.model or 'Inverter':<11} {serial:<6} {found.address!s:<22} {proof}"


def other_line(other: NotAnInverter) -> str:
    """Name and address of what is no inverter, and why."""
    name = other.name or other.mac or "something"
    return f"(no)        {name} at {other.host} {other.reason}"


def asked_line(asked: Asked) -> str:
    """Interface, own address, and where the question went."""
    target = asked.target
    verb = f"cannot ask {target.broadcast}: {asked.error}" if asked.error else "asked"
    # Without an address of ours the interface is no interface but words.
    where = f"{target.interface:<10} {target.local:<16}" if target.local else target.interface
    line = f"{where:<27} {verb}"
    return line if asked.error else f"{line} {target.broadcast}"
