"""Whether a broker lets somebody hear what a kstar-tui publishes there, step after step. Nothing is
published."""

from __future__ import annotations

from collections.abc import Mapping

from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.probe import FailedError, Options, Probe, Result, Step, Work
from kstar_tui.mqtt.topics import ONLINE
from kstar_tui.protocol.text import same_serial

_ENTRY = (
    "Check the user and password in attach (mqtt://USER:PASSWORD@HOST), or mqtt.username and"
    " mqtt.password, which hold where it names none."
)


class WatchProbe(Probe):
    """One check of a broker that a screen looks along with."""

    def __init__(self, connection: MqttConnection, options: Options, wanted: str | None) -> None:
        """`wanted`: the serial number of the only inverter that will do; None for any."""
        super().__init__(connection, options)
        self._wanted = wanted
        # Who only listens may not be allowed to say anything.
        self._will = None
        self._who_asks = _ENTRY

    def _steps(self) -> tuple[tuple[str, Work], ...]:
        return (*super()._steps()[:4], ("watch", self._watch))

    async def _look_around(self) -> None:
        """It has been done."""

    async def _watch(self) -> Step:
        await self._hear(None)
        base, keys = self._options.base, watched(self.published, self._wanted)
        if not self.published:
            raise FailedError(f"nothing is published under {base}/", self._unheard())
        if not keys:
            listed = ", ".join(sorted(self.published))
            raise FailedError(
                f"{self._wanted} is not published under {base}/, but {listed}",
                "Is inverter.serial right? Without it a screen shows the first that is published.",
            )
        key = keys[0]
        text, facts = f"a screen here shows {key}", {"inverter": key, "base": base}
        if self.published[key] != ONLINE:
            text += ", which nobody publishes now"
            advice = "Does the kstar-tui that published it run, and does it reach this broker?"
            return Step("", Result.WARNING, text, advice, facts)
        return Step("", Result.OK, text, facts=facts)

    def _unheard(self) -> str:
        base = self._options.base
        return (
            "Does a kstar-tui publish to this broker (its mqtt.url), and under the same levels"
            f" (mqtt.base)? A broker hides without a word what is not allowed: let {self._user()}"
            f" read {base}/# (in Mosquitto's acl_file: topic read {base}/#)."
        )


def watched(published: Mapping[str, str], wanted: str | None) -> list[str]:
    """The inverters that will do, by their availability, the one that is taken first."""
    keys = [key for key in published if wanted is None or same_serial(key, wanted)]
    return sorted(keys, key=lambda key: (published[key] != ONLINE, key))
