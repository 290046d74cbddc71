"""What stands where in a reply: every byte of a frame belongs to a part, known or not. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from kstar_tui.protocol.device import (
    INFO_PLACES,
    SETTING_FIELDS,
    WINDOW_OFFSETS,
    decode_device_info,
    decode_settings,
)
from kstar_tui.protocol.fields import Field, Group, Source, Type, Value
from kstar_tui.protocol.frame import (
    CHECKSUM_SIZE,
    MONITOR,
    PREFIX_SIZE,
    Frame,
    Request,
    checksum,
)
from kstar_tui.protocol.reading import FIELDS, decode_running_data
from kstar_tui.protocol.wording import INFO_LABELS, NOT_SET, NOTHING, WINDOW_LABELS, value_text


class Kind(StrEnum):
    """What a part is; the value is the word that people read."""

    FRAME = "frame"
    """Of the frame itself: header, addresses, length, sum."""
    FIELD = "field"
    UNKNOWN = "unknown"


class Part(NamedTuple):
    """Bytes `start` up to `end` of a frame, the header's first one being 0."""

    start: int
    end: int
    kind: Kind
    label: str
    text: str
    """The value as people read it, with its unit."""
    name: str = ""
    """Of the field table or of the reply's values; empty for what is no field."""
    group: Group | None = None
    source: Source | None = None
    number: int | None = None
    """What the bytes are as a number; None for texts and unknown bytes."""
    how: str = ""
    """How they become it: `u16 / 10`."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return self.end - self.start

    @property
    def place(self) -> str:
        """Its place in the payload as docs/protocol.md counts it, in the frame for what is around
        it: `34-35`."""
        if self.kind is Kind.FRAME:
            first, behind = self.start, " of the frame"
        else:
            first, behind = self.start - PREFIX_SIZE, ""
        last = first + self.size - 1
        return f"{first}{behind}" if last == first else f"{first}-{last}{behind}"


# It is asked for whenever a screen is drawn, of a frame that stays for a poll.
@lru_cache(maxsize=8)
def parts_of(frame: Frame) -> tuple[Part, ...]:
    """All parts by their place; where two meanings share bytes, the confirmed one comes first.

    FrameError where the payload is too short for what it should hold.
    """
    fields = list(_fields(frame))
    fields.sort(key=lambda part: (part.start, part.source is not Source.KSTAR, part.end))
    covered = {place for part in fields for place in range(part.start, part.end)}
    parts = [*fields, *_unknown(frame, covered), *_around(frame)]
    # Sorted anew: it keeps the order of what begins at one place.
    return tuple(sorted(parts, key=lambda part: part.start))


def _fields(frame: Frame) -> Iterator[Part]:
    if frame.request is Request.RUNNING_DATA:
        values = decode_running_data(frame).values()
        for row in FIELDS.values():
            yield from _numbers(row, values[row.name], frame.payload)
    elif frame.request is Request.DEVICE_INFO:
        texts = decode_device_info(frame).values()
        for name, place in INFO_PLACES.items():
            code = frame.payload[place.start] if name == "country" else None
            yield Part(
                PREFIX_SIZE + place.start,
                PREFIX_SIZE + place.stop,
                Kind.FIELD,
                INFO_LABELS[name],
                str(texts[name]) or NOTHING,
                name,
                Group.INVERTER,
                Source.KSTAR,
                code,
                "text" if code is None else "u8, a code",
            )
    elif frame.request is Request.SETTINGS:
        values = decode_settings(frame).values()
        for name, offset in WINDOW_OFFSETS.items():
            yield Part(
                PREFIX_SIZE + offset,
                PREFIX_SIZE + offset + 2,
                Kind.FIELD,
                WINDOW_LABELS[name],
                str(values[name] or NOT_SET),
                name,
                Group.BATTERY,
                Source.GOODWE,
                None,
                "u8 hour, u8 minute",
            )
        for row in SETTING_FIELDS.values():
            yield from _numbers(row, values[row.name], frame.payload)


def _numbers(row: Field, value: Value, payload: bytes) -> Iterator[Part]:
    """The field, if it has a place and the payload reaches so far."""
    if row.offset is None or row.end is None or row.end > len(payload):
        return
    signed = row.type is Type.I16
    how = f"{'i' if signed else 'u'}{8 * row.type.size}"
    how += f" / {row.scale}" if row.scale != 1 else ""
    how += ", a code" if row.codes is not None else ""
    how += ", only its size counts" if row.magnitude else ""
    yield Part(
        PREFIX_SIZE + row.offset,
        PREFIX_SIZE + row.end,
        Kind.FIELD,
        row.label,
        value_text(row, value),
        row.name,
        row.group,
        row.source,
        int.from_bytes(payload[row.offset : row.end], "big", signed=signed),
        how,
    )


def _unknown(frame: Frame, covered: set[int]) -> Iterator[Part]:
    start: int | None = None
    end = PREFIX_SIZE + len(frame.payload)
    for place in range(PREFIX_SIZE, end + 1):
        free = place < end and place not in covered
        if free and start is None:
            start = place
        elif not free and start is not None:
            filled = any(frame.raw[start:place])
            text = "not zero" if filled else "zero"
            yield Part(start, place, Kind.UNKNOWN, "Unknown", text)
            start = None


def _around(frame: Frame) -> Iterator[Part]:
    raw = frame.raw
    maker = "KStar" if frame.monitor == MONITOR else "GoodWe"
    asked = frame.request.name.replace("_", " ").lower() if frame.request else "unknown"
    rows = (
        (0, 2, "Header", "of every frame", ""),
        (2, 3, "From", "the inverter", "u8, a code"),
        (3, 4, "To", f"a {maker} monitor", "u8, a code"),
        (4, 5, "Control", "read", "u8, a code"),
        (5, 6, "Function", asked, "u8, a code"),
        (6, 7, "Length", f"{raw[6]} bytes", "u8, of the payload"),
        (len(raw) - CHECKSUM_SIZE, len(raw), "Sum", _sum(raw), "u16"),
    )
    for start, end, label, text, how in rows:
        number = int.from_bytes(raw[start:end], "big") if how else None
        yield Part(start, end, Kind.FRAME, label, text, number=number, how=how)


def _sum(raw: bytes) -> str:
    body, carried = raw[:-CHECKSUM_SIZE], int.from_bytes(raw[-CHECKSUM_SIZE:], "big")
    return f"{'right' if checksum(body) == carried else 'wrong'}, {carried}"
