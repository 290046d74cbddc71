"""What events mean in plain words, and what to do about them."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.monitor.events import Kind
from kstar_tui.monitor.trouble import Trouble, trouble
from kstar_tui.tui.events.episodes import REACHED, Episode


class Meaning(NamedTuple):
    """For a person who has never read the manual."""

    what: str
    do: str


_WAIT = "It usually clears by itself. If it comes often, tell your installer."
_SERVICE = (
    "Switch the inverter off and on again as its manual says. If it comes back, call your installer"
    " or KStar's service: only they may open it."
)
_GRID = (
    "Nothing to do while it lasts. If it comes often, write down the times and tell your grid"
    " operator."
)

_FAULTS = {
    "GFCI device check": Meaning(
        "The sensor that watches for leaking current failed its own check.", _SERVICE
    ),
    "GFCI device": Meaning("The sensor that watches for leaking current does not work.", _SERVICE),
    "GFCI consistency": Meaning("Two measurements of the leaking current do not agree.", _SERVICE),
    "AC HCT check": Meaning("The sensor of the output current failed its own check.", _SERVICE),
    "AC HCT": Meaning("The sensor of the output current does not work.", _SERVICE),
    "DCI consistency": Meaning(
        "Two measurements of the direct current in the output do not agree.", _SERVICE
    ),
    "DC injection high": Meaning(
        "There is direct current in the output to the grid, where only alternating current may be.",
        _SERVICE,
    ),
    "relay device": Meaning("A relay between inverter and grid does not switch.", _SERVICE),
    "relay check": Meaning("The relays to the grid failed their check before start.", _SERVICE),
    "utility loss": Meaning(
        "The grid is away: a power cut, a breaker, or a loose cable to the inverter.",
        "Is there power in the house? If so, look at the inverter's breaker in the fuse box. "
        "Otherwise wait; it starts again by itself some minutes after the grid is back.",
    ),
    "utility phase": Meaning(
        "The phases of the grid are not as the inverter expects them.",
        "After work on the house's wiring: call the electrician who did it. " + _WAIT,
    ),
    "grid voltage out of range": Meaning(
        "The grid's voltage is above or below what the country's rules allow.", _GRID
    ),
    "grid frequency out of range": Meaning(
        "The grid's frequency is above or below what the country's rules allow.", _GRID
    ),
    "grid voltage consistency": Meaning(
        "Two measurements of the grid's voltage do not agree.", _SERVICE
    ),
    "grid frequency consistency": Meaning(
        "Two measurements of the grid's frequency do not agree.", _SERVICE
    ),
    "phase angle": Meaning("The grid's phase jumped. Switching in the grid can do that.", _WAIT),
    "isolation": Meaning(
        "Panels, their cables or plugs are not well isolated from earth. Often moisture in a plug,"
        " or a damaged cable; in wet mornings it may clear when all has dried.",
        "Do not touch panels, frames or cables. If it stays, or comes again in dry weather, call"
        " your installer: current can flow where people touch.",
    ),
    "ground current": Meaning(
        "More current flows to earth than is safe. The inverter has switched off.",
        "Do not touch panels, frames or cables. If it comes again, call your installer.",
    ),
    "PV over voltage": Meaning(
        "The panels give more voltage than the inverter can take, as on a cold and bright day with"
        " too many panels in a string.",
        "Call your installer: it can destroy the inverter.",
    ),
    "DC bus high": Meaning(
        "The voltage inside the inverter was too high.",
        _WAIT,
    ),
    "over temperature": Meaning(
        "The inverter is too hot and gives less power, or none.",
        "Keep its air inlets free and the sun off it. If the place is cool, a fan may be broken.",
    ),
    "internal fan": Meaning("A fan inside the inverter does not turn.", _SERVICE),
    "external fan": Meaning(
        "The outer fan does not turn.",
        "Look for leaves, dust or insects in it, with the inverter switched off. " + _SERVICE,
    ),
    "backup overload": Meaning(
        "The devices on the backup output take more power than it can give.",
        "Switch some of them off. It tries again after a while.",
    ),
    "DSP communication": Meaning("Two parts inside the inverter do not hear each other.", _SERVICE),
    "internal communication": Meaning(
        "Two parts inside the inverter do not hear each other.", _SERVICE
    ),
    "EEPROM read/write": Meaning("The inverter cannot read or keep its settings.", _SERVICE),
}
_UNKNOWN_FAULT = Meaning(
    "The inverter reports an error that is not in the list known so far.",
    "Write the number down: your installer or KStar's service knows it. " + _SERVICE,
)

_MODES = {
    "check": Meaning(
        "The inverter checks itself and the grid before it starts.",
        "Nothing: it takes some minutes, mostly in the morning.",
    ),
    "wait": Meaning("It waits for sun or for the grid.", "Nothing."),
    "on-grid": Meaning("It works beside the grid, as it should.", "Nothing."),
    "off-grid": Meaning(
        "The grid is away, and the backup output is fed from panels and battery.",
        "Save power until the grid is back: the battery has to last.",
    ),
    "flash": Meaning("Its software is being renewed.", "Do not switch it off now."),
    "fault": Meaning(
        "It has stopped because of a fault.", "See the fault that was listed at the same time."
    ),
    "battery standby": Meaning("The battery rests.", "Nothing."),
    "charging": Meaning("The battery is charged.", "Nothing."),
    "discharging": Meaning("The battery gives power.", "Nothing."),
}

_OFFLINE = Meaning(
    "It did not answer over the network. At night it may sleep; by day it is mostly the WiFi.",
    "By day: is the inverter's WiFi stick lit, is another program asking it (it serves one at a"
    " time), did the router restart? Looking for it goes on by itself.",
)
_AWAY = {
    Trouble.REFUSED: Meaning(
        "It answered, but its replies were damaged or answered something else: none was used.",
        "Is another program asking it (its WiFi stick serves one at a time)? Is the WiFi weak where"
        " it hangs? Taking the stick out for a minute helps it over a hang.",
    ),
    Trouble.FAMILY: Meaning(
        "It answered as a GoodWe ES does. That family is not supported yet.",
        "Is it the inverter's address? Another device may have it now. kstar-tui read --hex prints"
        " what it sends, for a report.",
    ),
    Trouble.IMPLAUSIBLE: Meaning(
        "It answered, but with values that cannot be true: none was used.",
        "Nothing, around sunrise and sunset: it sends such values while it starts or shuts down. If"
        " it stays so by day, kstar-tui read --hex prints what it sends, for a report.",
    ),
    Trouble.ANOTHER: Meaning(
        "At its address another inverter answered.",
        "Nothing, if you have several: the one that is meant is looked for. If it was replaced, put"
        " the new serial number into Settings, at inverter.serial.",
    ),
}
_REACHED = Meaning("kstar-tui was started, and the inverter answered.", "Nothing.")
_GRID_LOST = Meaning(
    "The inverter saw no grid: a power cut, a breaker, or a loose cable.",
    "If the house has power, look at the inverter's breaker in the fuse box.",
)
_COUNTER = Meaning(
    "The inverter's own counter fell or jumped further than it can in that time. The jump was not"
    " counted; the energy account goes on from its own figure.",
    "Nothing, if it is rare: it happens around power-up.",
)
_HISTORY = Meaning(
    "The history did not keep everything at that time.",
    "Look at i, Details, on Live: what is said there is how it stands now.",
)
_NOTHING = Meaning("Nothing more is known of it.", "Nothing.")
_KINDS = {
    Kind.GRID: _GRID_LOST,
    Kind.COUNTER: _COUNTER,
    Kind.HISTORY: _HISTORY,
}


def meaning(episode: Episode) -> Meaning:
    """The words for an episode."""
    if episode.kind is Kind.FAULT:
        return fault_meaning(episode.subject)
    if episode.subject == REACHED:
        return _REACHED
    if episode.kind is Kind.LINK:
        return _AWAY.get(trouble(episode.text), _OFFLINE)
    if episode.kind is Kind.MODE:
        return _MODES.get(episode.subject, _NOTHING)
    return _KINDS.get(episode.kind, _NOTHING)


def fault_meaning(text: str) -> Meaning:
    """The words for a fault that the inverter reports."""
    return _FAULTS.get(text, _UNKNOWN_FAULT)
