"""The inverter that is shown, kept for the next starts."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, NamedTuple

from kstar_tui.monitor.update import Update
from kstar_tui.settings import Settings, SettingsError
from kstar_tui.settings.desk import Desk
from kstar_tui.tui.first.answers import Inverter, inverter_changes
from kstar_tui.tui.words import short_name

KEEP_HINT = "Shown until you quit. K keeps it: then every start begins with this inverter."


class Kept(NamedTuple):
    """What became of it."""

    settings: Settings
    """Those that hold now."""
    said: str
    severity: Literal["information", "warning", "error"] = "information"


def keep(desk: Desk, update: Update, settings: Settings) -> Kept:
    """Save the inverter's address and serial number; never raises, `said` tells how it went."""
    if update.address is None:
        return Kept(settings, "There is no inverter to keep yet.", "warning")
    inverter = Inverter(update.address, update.info)
    changes = inverter_changes(inverter)
    if inverter.serial is None and update.meant:
        changes["inverter.serial"] = update.meant
    try:
        kept = desk.save(changes)
        loaded = desk.load()
    except SettingsError as error:
        return Kept(settings, str(error), "error")
    settings = replace(
        settings,
        host=loaded.host,
        port=loaded.port,
        serial=loaded.serial,
        sources=loaded.sources,
    )
    name = short_name(update.info) if update.info else "The inverter"
    said = f"{name} at {update.address} is kept in {desk.config.path}."
    if kept is not None:
        said += f" Its comments are gone from there; the file as it was is {kept}."
    wanted = (update.address.host, update.address.port)
    if (loaded.host, loaded.port) != wanted:
        key = "inverter.host" if loaded.host != wanted[0] else "inverter.port"
        said += f" But {loaded.sources[key]} wins over it."
        return Kept(settings, said, "warning")
    if inverter.serial is None and not update.meant:
        said += " It has not said its serial number: it is known by its address alone."
        return Kept(settings, said, "warning")
    return Kept(settings, said)
