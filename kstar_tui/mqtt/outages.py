"""What the log is told of a broker that comes and goes: each reason once, and its end."""

from __future__ import annotations

import logging

_log = logging.getLogger("kstar_tui.mqtt.connection")


class Outages:
    """Tells news, not repetitions; its last word is what is so."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._told: set[str] = set()
        self._open = False
        """An outage was told, and its end was not."""
        self._flapping = False

    def connected(self) -> None:
        """There is a connection; whether it lasts is seen later."""
        if self._flapping:
            return
        # As loud as the warning that it ends, so that no log shows only half the story.
        level = logging.WARNING if self._open else logging.INFO
        _log.log(level, "MQTT broker %s: connected", self._endpoint)
        self._open = False

    def lasts(self) -> None:
        """The connection has stood for a while."""
        if self._flapping:
            _log.warning("MQTT broker %s: connected, and it lasts", self._endpoint)
            self._flapping = self._open = False

    def lost(self, reason: str, *, steady: bool) -> None:
        """A connection ended; `steady` where it had stood for a while."""
        if steady:
            self._told.clear()
            self._flapping = False
        elif reason in self._told and not self._flapping:
            self._flapping = True
            text = "MQTT broker %s: the connection comes and goes: %s; still trying"
            _log.warning(text, self._endpoint, reason)
        self.down(reason)

    def down(self, reason: str) -> None:
        """There is no connection."""
        if reason not in self._told:
            _log.warning("MQTT broker %s: %s; still trying", self._endpoint, reason)
            self._told.add(reason)
            self._open = True
