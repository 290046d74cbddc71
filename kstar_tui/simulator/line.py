"""The bad line between an inverter and its asker: one reply in, what really arrives out."""

from __future__ import annotations

import random
from dataclasses import dataclass

from kstar_tui.simulator.faults import LATE_SHARE, Faults

_GAP = 0.02
"""Seconds between the two halves of a split reply."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A datagram to send `delay` seconds from now; `foreign` ones leave by another port."""

    data: bytes
    delay: float = 0.0
    foreign: bool = False


class Line:
    """The seeded faults of one line. What it does depends on the seed and the order of requests."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self._faults = faults
        self._chance = random.Random(f"line/{seed}")
        self._held: bytes | None = None

    def change(self, faults: Faults) -> None:
        """Other faults from now on; what is held back for `join` still comes."""
        self._faults = faults

    def loses(self) -> bool:
        """This datagram never arrives."""
        return self._happens(self._faults.loss)

    def zeroes(self) -> bool:
        """This running data is all zero."""
        return self._happens(self._faults.zeros)

    def carry(self, request: bytes, reply: bytes, foreign: bytes) -> list[Outgoing]:
        """What arrives for a reply, in order; `foreign` is what another inverter would say."""
        faults = self._faults
        before = [Outgoing(foreign, foreign=True)] if self._happens(faults.foreign) else []
        if self._happens(faults.corrupt):
            reply = self._corrupt(reply)
        if self._happens(faults.truncate):
            reply = reply[: self._chance.randrange(1, max(2, len(reply)))]
        if self._held is not None:
            reply, self._held = self._held + reply, None
        elif self._happens(faults.join):
            self._held = reply
            return self._lose(before)
        if self._happens(faults.noise):
            reply = self._chance.randbytes(self._chance.randint(1, 12)) + reply
        late = faults.late if faults.late and self._happens(LATE_SHARE) else 0.0
        if self._happens(faults.echo):
            # Some lines give it back on its own, some in front of the answer.
            if self._chance.random() < 0.5:
                before.append(Outgoing(request))
            else:
                reply = request + reply
        whole = [Outgoing(reply, late)]
        if len(reply) > 1 and self._happens(faults.split):
            cut = self._chance.randrange(1, len(reply))
            whole = [Outgoing(reply[:cut], late), Outgoing(reply[cut:], late + _GAP)]
        if self._happens(faults.duplicate):
            whole += [Outgoing(part.data, part.delay + 2 * _GAP) for part in whole]
        return self._lose(before + whole)

    def carry_discovery(self, request: bytes, reply: bytes) -> list[Outgoing]:
        """What arrives for a discovery reply, which only `echo`, `duplicate` and `loss` touch."""
        echoed = [Outgoing(request)] if self._happens(self._faults.echo) else []
        replies = [Outgoing(reply)] * (1 + self._happens(self._faults.duplicate))
        return self._lose(echoed + replies)

    def _happens(self, share: float) -> bool:
        # Asked only where a fault is on, so that one fault's chances do not depend on the others'.
        return share > 0 and self._chance.random() < share

    def _corrupt(self, reply: bytes) -> bytes:
        damaged = bytearray(reply)
        # A single changed byte always changes the sum, so no damage passes for a measurement.
        damaged[self._chance.randrange(len(damaged))] ^= self._chance.randint(1, 255)
        return bytes(damaged)

    def _lose(self, datagrams: list[Outgoing]) -> list[Outgoing]:
        return [datagram for datagram in datagrams if not self.loses()]
