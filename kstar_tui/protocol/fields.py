"""What a field is: its place in a payload, how its bytes become a value, what it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, StrEnum
from inspect import get_annotations
from struct import Struct
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from kstar_tui.protocol.codes import UNKNOWN, Codes

Value = float | int | str | tuple[str, ...] | None


class Type(Enum):
    """How a number is laid down, big-endian; the value is struct's letter for it."""

    U8 = "B"
    U16 = "H"
    I16 = "h"
    U32 = "I"

    @property
    def size(self) -> int:
        """Bytes that it takes: 1, 2 or 4."""
        return Struct(">" + self.value).size


class Source(StrEnum):
    """Where the meaning of a field is known from."""

    KSTAR = "KStar"
    GOODWE = "GoodWe ES, not confirmed on a KStar"


class Group(StrEnum):
    """What a field is about: the headings a person would look under."""

    PV = "PV"
    BATTERY = "Battery"
    GRID = "Grid"
    LOAD = "Load"
    INVERTER = "Inverter"
    ENERGY = "Energy"


class Field(NamedTuple):
    """One row of the table. `offset` is None where the value follows from other fields."""

    label: str
    group: Group
    unit: str | None = None
    offset: int | None = None
    type: Type = Type.U16
    scale: int = 1
    """The raw number is divided by this: 10 means one decimal."""
    codes: Codes | None = None
    magnitude: bool = False
    """The raw sign means nothing; another field gives the direction."""
    blank: int | None = None
    """The raw number that an inverter without this value sends; it becomes None."""
    source: Source = Source.KSTAR
    name: str = ""

    @property
    def end(self) -> int | None:
        """First payload offset behind the field."""
        return None if self.offset is None else self.offset + self.type.size

    @property
    def decimals(self) -> int:
        """Digits behind the point that the inverter really measures (0 to 3)."""
        return len(str(self.scale)) - 1

    def convert(self, raw: int) -> Value:
        """The value that a raw number stands for."""
        if raw == self.blank:
            return None
        if self.codes is not None:
            return self.codes.get(raw, UNKNOWN)
        if self.magnitude:
            raw = abs(raw)
        return raw if self.scale == 1 else raw / self.scale

    def raw(self, value: float | str) -> int:
        """The raw number for a value: the way back, for whoever makes frames."""
        if isinstance(value, str):
            for code, text in (self.codes or {}).items():
                if text == value:
                    return code
            raise ValueError(f"{self.name}: {value!r} is none of its words")
        return round(value * self.scale)


def table_of(cls: type) -> tuple[Field, ...]:
    """The `Field` of every annotated attribute of a class, in order, with its name filled in.

    The class stands in a module without `from __future__ import annotations`: to read texts as
    types again would cost every start a few ms.
    """
    rows: list[Field] = []
    hints: dict[str, Any] = get_annotations(cls)
    for name, hint in hints.items():
        if get_origin(hint) is Annotated:
            rows.extend(a._replace(name=name) for a in get_args(hint)[1:] if isinstance(a, Field))
    return tuple(rows)


Decoder = Callable[[bytes], dict[str, Any]]


def compile_decoder(table: Sequence[Field]) -> Decoder:
    """A fast function from a payload to a dict of the table's values.

    Rows that the payload is too short for, and those without an offset, become None.
    """
    placed = [(row.offset, row) for row in table if row.offset is not None]
    rows = sorted(placed, key=lambda pair: pair[0])
    passes: list[tuple[Struct, list[Field]]] = []
    # Rows may overlap (two meanings for one word): each pass takes what still fits behind the last.
    while rows:
        letters, position = ">", 0
        taken: list[Field] = []
        left: list[tuple[int, Field]] = []
        for offset, row in rows:
            if offset < position:
                left.append((offset, row))
                continue
            letters += f"{offset - position}x{row.type.value}"
            position = offset + row.type.size
            taken.append(row)
        passes.append((Struct(letters), taken))
        rows = left
    size = max((layout.size for layout, _ in passes), default=0)
    order = [row for _, taken in passes for row in taken]
    ends = [(row.name, row.end) for row in order if row.end is not None]
    nothing: dict[str, Any] = dict.fromkeys(row.name for row in table)

    # Sorted by kind once, because a call to `convert` for each row would cost half of the decoding.
    whole: list[tuple[int, str]] = []
    scaled: list[tuple[int, str, int]] = []
    worded: list[tuple[int, str, Codes]] = []
    special: list[tuple[int, str, int | None, Callable[[int], Value]]] = []
    for i, row in enumerate(order):
        if row.blank is not None or row.magnitude:
            special.append((i, row.name, row.blank, row.convert))
        elif row.codes is not None:
            worded.append((i, row.name, row.codes))
        elif row.scale != 1:
            scaled.append((i, row.name, row.scale))
        else:
            whole.append((i, row.name))

    def decode(payload: bytes) -> dict[str, Any]:
        padded = payload.ljust(size, b"\0")
        raws: tuple[int, ...] = ()
        for layout, _ in passes:
            raws += layout.unpack_from(padded)
        values = nothing.copy()
        for i, name in whole:
            values[name] = raws[i]
        for i, name, scale in scaled:
            values[name] = raws[i] / scale
        for i, name, words in worded:
            values[name] = words.get(raws[i], UNKNOWN)
        for i, name, blank, convert in special:
            if (raw := raws[i]) != blank:
                values[name] = convert(raw)
        length = len(payload)
        if length < size:
            for name, end in ends:
                if end > length:
                    values[name] = None
        return values

    return decode
