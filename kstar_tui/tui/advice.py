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


def unheard(broker: str, base: str) -> tuple[str, ...]:
    """The same where nothing that is published of an inverter has come from a broker yet."""
    lines = (
        "attach holds the broker's address, user and password",
        f"a kstar-tui must run that publishes there, in {base}/",
        "mqtt.base must be the same there and here",
        f"this user must be allowed to read {base}/#",
    )
    title = f"Nothing heard from {broker} yet. What usually helps:"
    return (title, *(f" · {line}" for line in (*lines, "kstar-tui doctor tries it step by step")))
