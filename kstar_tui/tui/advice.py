"""What usually helps where no inverter answers."""

from __future__ import annotations

USUAL = (
    "this machine must be in the same network as the inverter's WiFi",
    'guest WiFi and "client isolation" keep them apart',
    "a container needs the host's network (--network host)",
    "the inverter may sleep after sunset",
)


def advice(title: str, last: str) -> list[str]:
    """A title, then a line for each thing to try; `last` is what this screen can do about it."""
    return [title, *(f" · {line}" for line in (*USUAL, last))]
