"""`decode`: frames out of pasted text, and what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from program_talk import Program

from kstar_tui.commands.hexdump import NoFrameError, split_frames
from kstar_tui.commands.show import reading_json, reading_lines
from kstar_tui.protocol.device import DeviceInfo, DeviceSettings
from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.fields import Source, Value
from kstar_tui.protocol.frame import Frame, Request, build_reply, parse_frame
from kstar_tui.protocol.reading import FIELDS, Reading, decode_running_data
from kstar_tui.protocol.wording import NOTHING, value_text

RUNNING = build_reply(
    0x86,
    encode_running_data(
        {
            "pv1_voltage": 162.1,
            "pv1_current": 0.7,
            "battery_voltage": 50.6,
            "battery_current": 0.4,
            "battery_mode": "charging",
            "battery_soc": 71,
            "grid_power": 421,
            "grid_direction": "importing",
            "grid_frequency": 49.92,
            "error_bits": 1 << 17,
        }
    ),
)
INFO = build_reply(0x82, encode_device_info(model="KSE4000", serial="SN1", country_code=2))
SETTINGS = build_reply(0x89, encode_settings({"battery_capacity": 200, "shadow_scan": 1}))


def reading(frame: bytes = RUNNING) -> Reading:
    return decode_running_data(parse_frame(frame))


def spaced(frame: bytes) -> str:
    return frame.hex(" ").upper()


def prefixed(frame: bytes) -> str:
    return ", ".join(f"0x{byte:02x}" for byte in frame)


def escaped(frame: bytes) -> str:
    return 'b"' + "".join(f"\\x{byte:02x}" for byte in frame) + '"'


def wrapped(frame: bytes) -> str:
    text = frame.hex()
    return "\n".join(f"> {text[i : i + 31]}" for i in range(0, len(text), 31))


@pytest.mark.parametrize(
    "written", [bytes.hex, spaced, prefixed, escaped, wrapped, lambda frame: frame.hex(":")]
)
def test_however_it_was_pasted(written: object) -> None:
    assert callable(written)
    frames = (RUNNING, INFO, SETTINGS)
    parts = list(split_frames("\n".join(written(frame) for frame in frames)))
    assert [part.raw for part in parts if isinstance(part, Frame)] == list(frames)
    assert len(parts) == 3


def test_without_anything_in_between() -> None:
    parts = list(split_frames(RUNNING.hex() + INFO.hex()))
    assert [part.raw for part in parts if isinstance(part, Frame)] == [RUNNING, INFO]


BAD = [
    (RUNNING[:40].hex(), "too short: 40 bytes of the 92 that it announces"),
    ("aa557f", "too short: 3 bytes, a frame has at least 9"),
    ((RUNNING[:-1] + b"\0").hex(), "wrong checksum: carries"),
    (Request.RUNNING_DATA.frame.hex(), "a request, not a reply"),
    (build_reply(0x85, b"").hex(), "unknown function: 85"),
    (build_reply(0x86, bytes(20)).hex(), "20 bytes of running data, at least 81 are needed"),
    (build_reply(0x82, bytes(63)).hex(), "63 bytes, at least 64 are needed"),
    ("0102030405060708090a", "noise outside a frame"),
    ("aa557fb00", "odd number of hex digits"),
    ("hello", "'hello' is not hex"),
    ("", "no hex digits"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
async def test_a_bad_frame_is_named_and_good_ones_still_printed(
    text: str, said: str, program: Program
) -> None:
    done = await program("decode", "--json", "-", stdin=f"{text}\n".encode())
    assert (done.status, done.out) == (1, "")
    assert said in done.err
    if text:
        done = await program(
            "decode", "--json", "-", stdin=f"{INFO.hex()}\n{text}\n{RUNNING.hex()}".encode()
        )
        assert done.status == 1
        assert said in done.err
        assert [len(json.loads(line)) for line in done.out.splitlines()] == [7, len(FIELDS)]


async def test_json_has_the_keys_of_a_reading(program: Program) -> None:
    done = await program("decode", RUNNING.hex(), "--json")
    assert (done.status, done.err) == (0, "")
    values = json.loads(done.out)
    assert list(values) == list(FIELDS)
    assert values["pv1_power"] == 113.47
    assert values["grid_power"] == 421
    assert values["battery_charge_power"] == 20.24
    assert values["errors"] == ["grid voltage out of range"]


async def test_several_kinds_one_object_a_line(program: Program) -> None:
    done = await program("decode", INFO.hex(), *SETTINGS.hex(" ").split(), "--json")
    assert (done.status, done.err) == (0, "")
    info, settings = map(json.loads, done.out.splitlines())
    assert [*info, "raw"] == list(DeviceInfo._fields)
    assert info["serial"] == "SN1"
    assert info["country"] == "Germany"
    assert {*settings, "raw"} == set(DeviceSettings._fields)
    assert settings["battery_capacity"] == 200
    assert settings["shadow_scan"] is True
    assert settings["charge_start"] is None


async def test_people_get_words(program: Program) -> None:
    done = await program(
        "decode", "-", stdin=f"{RUNNING.hex()} {INFO.hex()}{SETTINGS.hex()}".encode()
    )
    assert (done.status, done.err) == (0, "")
    for line in (
        "  Grid power                 importing 421 W",
        "  Battery power              charging 20.24 W",
        "  Grid frequency             49.92 Hz",
        "  Errors                     grid voltage out of range",
        "  Error bits                 0x00020000",
        "  State of charge            71 %",
        "  Model                      KSE4000",
        "  Firmware                   —",
        "  Charge window start        not set",
        "  Shadow scan                on  (GoodWe ES, not confirmed on a KStar)",
    ):
        assert line in done.out.splitlines()


async def test_raw_bytes_are_as_good_as_hex(program: Program) -> None:
    done = await program("decode", "--json", stdin=RUNNING + INFO)
    assert (done.status, done.out.count("\n")) == (0, 2)


async def test_a_file_is_read_as_standard_input_is(program: Program, tmp_path: Path) -> None:
    report = tmp_path / "my report.txt"
    report.write_text(f"# a report\n{INFO.hex()}\n", encoding="utf-8")
    raw = tmp_path / "frames.bin"
    raw.write_bytes(RUNNING)
    done = await program("decode", "--json", str(report), str(raw), SETTINGS.hex())
    assert (done.status, done.err) == (0, "")
    assert [len(json.loads(line)) for line in done.out.splitlines()][:2] == [7, len(FIELDS)]
    assert done.out.count("\n") == 3


async def test_what_is_neither_hex_nor_a_file(program: Program, tmp_path: Path) -> None:
    done = await program("decode", "report.txt", "--json")
    assert (done.status, done.out) == (1, "")
    assert done.err == "kstar-tui: 'report.txt' is neither hex nor a file\n"
    done = await program("decode", "mqtt://u:secret@h/a", INFO.hex(), "x" * 300, "--json")
    assert (done.status, done.out.count("\n")) == (1, 1)
    assert done.err.count("is neither hex nor a file") == 2
    assert "secret" not in done.err
    done = await program("decode", str(tmp_path))
    assert (done.status, done.out) == (1, "")
    assert "Is a directory" in done.err


async def test_what_could_be_hex_is_hex(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cafe").write_text(INFO.hex(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert "too short: 2 bytes" in (await program("decode", "cafe")).err
    assert (await program("decode", "./cafe")).status == 0


async def test_a_broken_configuration_does_not_matter(program: Program, tmp_path: Path) -> None:
    environment = {"KSTAR_PORT": "x", "KSTAR_CONFIG": str(tmp_path / "none")}
    assert (await program("decode", INFO.hex(), environment=environment)).status == 0


async def test_the_real_captures(program: Program, captures: Path) -> None:
    expected = json.loads((captures / "expected.json").read_text())
    for name, values in expected.items():
        done = await program("decode", "--json", (captures / f"{name}.hex").read_text())
        assert (done.status, done.err) == (0, "")
        decoded = json.loads(done.out)
        assert {key: decoded[key] for key in values} == values


@given(st.text(alphabet="0123456789abcdefABx \n:aa55", max_size=400))
def test_any_text_ends_and_is_accounted_for(text: str) -> None:
    parts = list(split_frames(text))
    assert parts
    assert all(isinstance(part, Frame | NoFrameError) for part in parts)


@given(
    st.lists(st.sampled_from((RUNNING, INFO, SETTINGS)), min_size=1, max_size=4),
    st.data(),
)
def test_damage_to_one_line_costs_only_that_line(frames: list[bytes], data: st.DataObject) -> None:
    hurt = data.draw(st.integers(0, len(frames) - 1))
    lines = [frame.hex() for frame in frames]
    cut = data.draw(st.integers(4, len(lines[hurt]) - 1))
    lines[hurt] = lines[hurt][:cut]
    parts = list(split_frames("\n".join(lines)))
    good = [part.raw for part in parts if isinstance(part, Frame)]
    assert good == [frame for i, frame in enumerate(frames) if i != hurt]
    assert len(parts) == len(frames)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("grid_power", 421, "importing 421 W"),
        ("grid_power", -80, "exporting 80 W"),
        ("grid_power", 0, "0 W"),
        ("grid_power", None, NOTHING),
        ("battery_power", 12.5, "discharging 12.50 W"),
        ("battery_power", -12.5, "charging 12.50 W"),
        ("battery_power", -0.0, "0.00 W"),
        ("inverter_power", -300, "-300 W"),
        ("temperature", -4.2, "-4.2 °C"),
        ("energy_total", 1347.5, "1347.5 kWh"),
        ("bms_status", 256, "0x0100"),
        ("errors", (), "none"),
        ("errors", ("isolation", "error bit 2"), "isolation, error bit 2"),
        ("battery_mode", "charging", "charging"),
    ],
)
def test_a_value_for_people(name: str, value: Value, text: str) -> None:
    assert value_text(FIELDS[name], value) == text


def labels(**values: Value) -> set[str]:
    """The labels that a person sees of a reading with these values."""
    frame = build_reply(0x86, encode_running_data(values))
    return {line.strip().split("  ")[0] for line in reading_lines(reading(frame))}


# 0 is "not said" in those of the GoodWe's own fields that have a place in every frame.
GOODWE_ONLY = {name: 1 for name, row in FIELDS.items() if row.source is Source.GOODWE}
LONGEST = 133
"""Bytes of a running-data payload that has a place for every field."""


MORE_BATTERIES = [name for name in FIELDS if name.startswith(tuple(f"battery_{n}_" for n in "234"))]


def test_every_field_has_its_line() -> None:
    banks = {"battery_2_voltage": 50.0, "battery_3_voltage": 51.0, "battery_4_voltage": 52.0}
    payload = encode_running_data({**GOODWE_ONLY, **banks}, LONGEST)
    lines = list(reading_lines(reading(build_reply(0x86, payload))))
    assert {line.strip().split("  ")[0] for line in lines} >= {row.label for row in FIELDS.values()}
    assert sum(line.startswith("  ") for line in lines) == len(FIELDS)
    assert all(line.isprintable() for line in lines)


def test_batteries_that_are_not_there_are_left_out() -> None:
    one = labels(battery_soc=100, battery_3_soc=100)
    assert one & {FIELDS[name].label for name in MORE_BATTERIES} == set()
    assert len(MORE_BATTERIES) == 11
    rest = FIELDS.keys() - GOODWE_ONLY.keys() - set(MORE_BATTERIES)
    assert one >= {FIELDS[name].label for name in rest}
    two = labels(battery_2_voltage=50.1)
    assert {label for label in two - one if label.startswith("Battery")} == {
        FIELDS[name].label for name in MORE_BATTERIES if name.startswith("battery_2")
    }


def test_what_only_a_goodwe_is_known_to_say_has_no_line_where_it_says_nothing() -> None:
    frame = build_reply(0x86, encode_running_data({"battery_soh": 97}))
    lines = [line for line in reading_lines(reading(frame)) if "GoodWe" in line]
    assert lines == ["  State of health            97 %  (GoodWe ES, not confirmed on a KStar)"]
    values = reading_json(reading(RUNNING))
    assert values.keys() >= GOODWE_ONLY.keys()
    assert not any(values[name] for name in GOODWE_ONLY)


def test_json_keeps_batteries_that_are_not_there() -> None:
    one = reading(build_reply(0x86, encode_running_data({"battery_3_soc": 100})))
    assert reading_json(one)["battery_soc"] == 0
    assert reading_json(one)["battery_3_soc"] is None
    assert reading_json(one)["battery_3_voltage"] is None


@pytest.mark.parametrize(
    "text",
    [
        "# running data\n{0}\n",
        "#aa55 is how it begins\n{0}",
        "> # running data\n> {0}\n",
        "  # one\n\n  # two\n{0} # as it came, and #",
        "{0} #",
        "{0}\t# KSE 4000\n#",
    ],
)
def test_comments_are_passed_over(text: str) -> None:
    (frame,) = split_frames(text.format(RUNNING.hex()))
    assert isinstance(frame, Frame)
    assert frame.raw == RUNNING


def test_a_numbered_frame_is_no_comment() -> None:
    parts = list(split_frames(f"Frame #1: {RUNNING.hex()}"))
    assert [part.raw for part in parts if isinstance(part, Frame)] == [RUNNING]


async def test_an_argument_that_is_a_comment_costs_no_frame(program: Program) -> None:
    done = await program("decode", "# who", INFO.hex(), "--json")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["serial"] == "SN1"
