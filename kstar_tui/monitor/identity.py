"""Who the inverter is, and whether it is still the same one after an outage."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kstar_tui.link.interface import Link, LinkError
from kstar_tui.monitor.question import Question
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.text import same_serial

_log = logging.getLogger("kstar_tui.monitor")


class AnotherInverterError(LinkError):
    """At its address answers an inverter that is not the one meant."""


class Identity:
    """Asked for at the start and after every outage, and now and then while it is not told."""

    def __init__(
        self,
        mac: str | None,
        unexpected: Callable[[str, Exception], object],
        meant: str | None = None,
    ) -> None:
        """`unexpected` is told of what no link should raise; `meant` is the serial number of the
        only inverter that will do, None where the first one to answer is meant."""
        self.info: DeviceInfo | None = None
        self.mac = mac
        self.meant = meant
        self.question = Question(1, 10)
        self._unexpected = unexpected
        self._doubtful = True
        self._foreign: str | None = None

    @property
    def serial(self) -> str | None:
        """The serial number that was told, before that the one that is meant."""
        told = (self.info.serial or None) if self.info else None
        return told or self.meant

    @property
    def comes_first(self) -> bool:
        """It is to be asked before a reading is taken for this inverter's."""
        return self._doubtful and self.question.due

    def told(self, info: DeviceInfo | None, mac: str | None) -> None:
        """A search has just asked all this."""
        self.info, self.mac = info, mac
        if info is not None:
            self._doubtful = False
            self.question.answered()

    def doubt(self) -> None:
        """Whoever answers from now on may be another inverter."""
        self._doubtful = True
        self.question.again()

    def moved(self, mac: str | None) -> None:
        """It was found again at another address."""
        self.mac = mac or self.mac
        self._foreign = None

    async def ask(self, link: Link, *, adopt: bool) -> bool:
        """Ask who answers; true if another inverter was adopted in the place of this one.

        AnotherInverterError where there is another one and it may not be adopted, which it never
        may where a serial number is meant.
        """
        before = self.serial
        try:
            info = await link.identify()
        except LinkError:
            self._unanswered(link)
            return False
        except Exception as error:
            self._unexpected("asking who it is", error)
            self._unanswered(link)
            return False
        if before and not info.serial:
            # At power-up it may not have read its own memory yet: that proves nothing.
            self._unanswered(link)
            return False
        other = bool(before and not same_serial(info.serial, before))
        if other and (self.meant or not adopt):
            self._refuse(link, info.serial)
        self.info = info
        self._foreign = None
        self._doubtful = False
        self.question.answered()
        if other:
            self.mac = None
            _log.warning(
                "another inverter answers at %s: serial number %s, before %s",
                link.address,
                info.serial,
                before,
            )
        return other

    def _unanswered(self, link: Link) -> None:
        if self._foreign is not None:
            self._refuse(link, self._foreign)
        self.question.lost()
        # Without a serial number to compare with, waiting for one would prove nothing.
        self._doubtful = self._doubtful and self.serial is not None

    def _refuse(self, link: Link, serial: str) -> None:
        """Stays due, so that the inverter meant is known the moment it is back."""
        text = f"another inverter answers at {link.address}: serial number {serial}"
        if serial != self._foreign:
            self._foreign = serial
            _log.warning("%s; still looking for %s", text, self.serial)
        raise AnotherInverterError(f"{text}, not {self.serial}")
