"""The AA55 frame: the three requests, and replies reassembled, checked and taken apart."""

from __future__ import annotations

from collections import Counter
from enum import Enum, StrEnum
from typing import NamedTuple

HEADER = b"\xaa\x55"
INVERTER = 0x7F
MONITOR = 0xB0
GOODWE_MONITOR = 0xC0
READ_CONTROL = 0x01
REPLY_BIT = 0x80

PREFIX_SIZE = 7
CHECKSUM_SIZE = 2
_OVERHEAD = PREFIX_SIZE + CHECKSUM_SIZE
MAX_FRAME = _OVERHEAD + 255


class Request(Enum):
    """The three things that may be asked; a value is the function number. There is no fourth."""

    DEVICE_INFO = 0x02
    RUNNING_DATA = 0x06
    SETTINGS = 0x09

    @property
    def frame(self) -> bytes:
        """The request's nine bytes, as they go to the inverter."""
        body = HEADER + bytes((MONITOR, INVERTER, READ_CONTROL, self.value, 0))
        return body + checksum(body).to_bytes(CHECKSUM_SIZE, "big")

    @property
    def reply_function(self) -> int:
        """The function number that an answer to this request carries."""
        return self.value | REPLY_BIT


class Rejection(StrEnum):
    """Why bytes that came in were not taken; the value is what a person reads."""

    NOISE = "noise outside a frame"
    TOO_SHORT = "too short"
    CHECKSUM = "wrong checksum"
    ADDRESS = "not from an inverter to a monitor"
    FUNCTION = "answers another question"
    OUTDATED = "older than the answer behind it"
    UNKNOWN_FUNCTION = "unknown function"
    LENGTH = "payload too short for its function"
    FOREIGN = "from another address"
    ECHO = "an echo of our own request"


class Frame(NamedTuple):
    """One reply whose header, length, addresses and checksum are right."""

    monitor: int
    """0xB0 from a KStar, 0xC0 from a GoodWe."""
    function: int
    payload: bytes
    raw: bytes

    @property
    def request(self) -> Request | None:
        """What this answers, or None where that is none of our questions."""
        try:
            return Request(self.function & ~REPLY_BIT)
        except ValueError:
            return None


class FrameError(ValueError):
    """These bytes are no valid reply; `reason` says why in a countable way."""

    def __init__(self, reason: Rejection, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def checksum(data: bytes) -> int:
    """Sum of all bytes modulo 65536 (0 to 65535)."""
    return sum(data) & 0xFFFF


def build_reply(function: int, payload: bytes, monitor: int = MONITOR) -> bytes:
    """A reply frame with its sum: for the simulator, for replies shown masked, and for tests."""
    if not function & REPLY_BIT:
        raise ValueError(f"function 0x{function:02X} is not a reply's")
    body = HEADER + bytes((INVERTER, monitor, READ_CONTROL, function, len(payload))) + payload
    return body + checksum(body).to_bytes(CHECKSUM_SIZE, "big")


def parse_frame(data: bytes) -> Frame:
    """Take exactly one whole frame apart; FrameError names the first thing wrong with it."""
    if len(data) < _OVERHEAD:
        raise FrameError(
            Rejection.TOO_SHORT, f"{len(data)} bytes, a frame has at least {_OVERHEAD}"
        )
    if data[:2] != HEADER:
        raise FrameError(Rejection.NOISE, f"starts with {data[:2].hex(' ')}, not aa 55")
    expected = _OVERHEAD + data[6]
    if len(data) < expected:
        raise FrameError(
            Rejection.TOO_SHORT, f"{len(data)} bytes of the {expected} that it announces"
        )
    if len(data) > expected:
        raise FrameError(Rejection.NOISE, f"{len(data) - expected} bytes after the frame's end")
    found = int.from_bytes(data[-2:], "big")
    computed = checksum(data[:-2])
    if found != computed:
        raise FrameError(
            Rejection.CHECKSUM, f"carries {found:04x}, its bytes sum to {computed:04x}"
        )
    _, _, source, destination, control, function = data[:6]
    if source in (MONITOR, GOODWE_MONITOR) and destination == INVERTER:
        raise FrameError(Rejection.ECHO, "a request, not a reply")
    if source != INVERTER or destination not in (MONITOR, GOODWE_MONITOR):
        raise FrameError(Rejection.ADDRESS, f"goes from {source:02x} to {destination:02x}")
    if control != READ_CONTROL or not function & REPLY_BIT:
        raise FrameError(
            Rejection.UNKNOWN_FUNCTION, f"control {control:02x} function {function:02x}"
        )
    return Frame(destination, function, data[PREFIX_SIZE:-CHECKSUM_SIZE], data)


class Assembler:
    """Finds frames in chunks of any size; what is thrown away is counted by reason.

    A candidate that fails its checks costs only its header, so a header inside noise or a
    damaged length hides no frame behind it. Memory is bounded by one frame.
    """

    def __init__(
        self,
        rejections: Counter[Rejection] | None = None,
        refused: dict[Rejection, bytes] | None = None,
    ) -> None:
        """What is thrown away is counted in `rejections`; `refused` gets the newest of it, at most
        a frame's length for each reason."""
        self.rejections: Counter[Rejection] = Counter() if rejections is None else rejections
        self.refused: dict[Rejection, bytes] = {} if refused is None else refused
        self._buffer = bytearray()
        self._in_noise = False

    @property
    def pending(self) -> int:
        """Bytes held back until more arrive (below MAX_FRAME)."""
        return len(self._buffer)

    def feed(self, chunk: bytes) -> list[Frame]:
        """Frames completed by these bytes, in order."""
        self._buffer += chunk
        return self._take(final=False)

    def finish(self) -> list[Frame]:
        """Frames still hidden behind a header whose announced end never came."""
        frames = self._take(final=True)
        self._in_noise = False
        return frames

    def _take(self, *, final: bool) -> list[Frame]:
        frames: list[Frame] = []
        buffer = self._buffer
        while buffer:
            start = buffer.find(HEADER)
            if start < 0:
                # A lone AA at the end may be the first half of a header.
                start = len(buffer) - (buffer[-1] == HEADER[0] and not final)
                if not start:
                    break
            if start:
                self._skip_noise(start)
                continue
            size = _OVERHEAD + buffer[6] if len(buffer) >= PREFIX_SIZE else MAX_FRAME
            if len(buffer) < size:
                if not final:
                    break
                self._reject(Rejection.TOO_SHORT, len(HEADER), size)
                continue
            try:
                frames.append(parse_frame(bytes(buffer[:size])))
            except FrameError as error:
                # A wrong sum means that the length may be wrong too: look again behind the header.
                damaged = error.reason is Rejection.CHECKSUM
                self._reject(error.reason, len(HEADER) if damaged else size, size)
            else:
                del buffer[:size]
                self._in_noise = False
        return frames

    def _reject(self, reason: Rejection, size: int, whole: int) -> None:
        self._note(reason, whole)
        del self._buffer[:size]
        # The rest of a damaged frame is no second offence.
        self._in_noise = True

    def _skip_noise(self, size: int) -> None:
        if not self._in_noise:
            self._note(Rejection.NOISE, size)
            self._in_noise = True
        del self._buffer[:size]

    def _note(self, reason: Rejection, size: int) -> None:
        self.rejections[reason] += 1
        self.refused[reason] = bytes(self._buffer[: min(size, MAX_FRAME)])
