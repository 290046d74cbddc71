"""What usually helps where no inverter answers, or none whose answers can be used. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kstar_tui.monitor.trouble import Trouble, trouble

USUAL = (
    "this machine must be in the same network as the inverter's WiFi",
    'guest WiFi and "client isolation" keep them apart',
    "a container needs the host's network (--network host)",
    "the inverter may sleep after sunset",
)
_HEX = "kstar-tui read --hex prints what it sends, for a report"
_STAYS = "if it stays so by day: kstar-tui read --hex prints what it sends"
_ANSWERED = {
    Trouble.REFUSED: (
        "answers, but its replies cannot be used.",
        (
            "does another program ask it, too? Each may get the other's replies",
            "the WiFi may be weak where the inverter hangs",
            "taking the WiFi stick out for a minute helps it over a hang",
            _STAYS,
        ),
    ),
    Trouble.FAMILY: (
        "answers as a GoodWe ES does: not supported yet.",
        ("is that its address? Another device may have it now", _HEX),
    ),
    Trouble.IMPLAUSIBLE: (
        "answers, but its values cannot be true.",
        ("it sends such values while it starts or shuts down: wait for daylight", _STAYS),
    ),
    Trouble.ANOTHER: (
        "is another inverter's address now.",
        (
            "the one that is meant is looked for, and is shown when it answers",
            "which one is meant stands in Settings, at inverter.serial",
        ),
    ),
}
"""What it does, and what to try. As long as fits behind an address into 80 columns."""


def advice(title: str, last: str, lines: Sequence[str] = USUAL) -> list[str]:
    """A title, then a line for each thing to try; `last` is what this screen can do about it."""
    return [title, *(f" · {line}" for line in (*lines, last))]


def no_reading(where: str, error: str, last: str) -> list[str]:
    """The same where the inverter at `where` has never brought a reading, by the reason of it."""
    found = trouble(error)
    if found not in _ANSWERED:
        return advice(f"No reading from {where} yet. What usually helps:", last)
    what, lines = _ANSWERED[found]
    return advice(f"{where} {what}", last, lines)


def shortly(error: str) -> str:
    """The first things to try after one question that brought no reading, in a line."""
    _, lines = _ANSWERED.get(trouble(error), ("", (USUAL[0], USUAL[3])))
    return "; ".join(lines[:2])


def unheard(broker: str, base: str) -> tuple[str, ...]:
    """The same where nothing that is published of an inverter has come from a broker yet."""
    lines = (
        "attach holds the broker's address, user and password",
        f"a kstar-tui must run that publishes there, in {base}/",
        "mqtt.base must be the same there and here",
        f"this user must be allowed to read {base}/#",
    )
    title = f"Nothing heard from {broker} yet. What usually helps:"
    return tuple(advice(title, "kstar-tui doctor tries it step by step", lines))
