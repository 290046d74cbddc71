"""How the publishing goes, as one value."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class MqttStatus(NamedTuple):
    """How the publishing goes."""

    connected: bool
    broker: str
    """Its URL without the password."""
    since: datetime
    """Wall time since which `connected` and `error` are so."""
    sent: int
    """Readings sent since the start."""
    dropped: int
    """Readings not sent because the broker was away."""
    error: str | None
    """Why there is no connection; None while there is one, or before the first failure."""
    client_id: str | None
    """Who we are to the broker; None until the inverter is known: no connection is tried before."""
    messages: int = 0
    """MQTT messages sent since the start."""
    last_error: str | None = None
    """The newest failure, which may be over."""
    standby: bool = False
    """Another process of this machine publishes."""
    rival: bool = False
    """Another kstar-tui publishes the same inverter to this broker."""
