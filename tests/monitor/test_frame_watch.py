"""The newest frames, and which of their bytes move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor_world import reading

from kstar_tui.monitor.frames import FrameWatch, Moves
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.device import DeviceInfo, decode_device_info, decode_settings
from kstar_tui.protocol.encode import encode_device_info, encode_settings
from kstar_tui.protocol.frame import PREFIX_SIZE, Request, build_reply, parse_frame
from kstar_tui.protocol.reading import FIELDS, Reading, decode_running_data

NOON = datetime(2026, 6, 18, 12, 0, tzinfo=UTC)
LOAD = PREFIX_SIZE + (FIELDS["load_power"].offset or 0)


def update(seconds: float = 0, **values: Any) -> Update:
    at = NOON + timedelta(seconds=seconds)
    taken = at if "reading" in values else None
    given = {"state": LinkState.ONLINE, "since": NOON, "at": at, "at_monotonic": seconds}
    return Update(**{**given, "taken": taken, **values})


def device(serial: str, **texts: str) -> DeviceInfo:
    payload = encode_device_info(model="KSE4000", serial=serial, **texts)
    return decode_device_info(parse_frame(build_reply(0x82, payload)))


def longer(one: Reading) -> Reading:
    return decode_running_data(parse_frame(build_reply(0x86, one.raw[7:-2] + bytes(12))))


def test_nothing_has_come() -> None:
    watch = FrameWatch()
    watch.take(update())
    assert [watch.seen(request) for request in Request] == [None] * 3


def test_each_question_has_its_newest_frame() -> None:
    one, info = reading(), device("KSE1")
    settings = decode_settings(parse_frame(build_reply(0x89, encode_settings({}))))
    watch = FrameWatch()
    watch.take(update(reading=one, info=info))
    watch.take(update(5, reading=one, info=info, settings=settings, taken=NOON))
    for request, answer, seconds in (
        (Request.RUNNING_DATA, one, 0),
        (Request.DEVICE_INFO, info, 0),
        (Request.SETTINGS, settings, 5),
    ):
        seen = watch.seen(request)
        assert seen is not None
        assert seen.frame.raw == answer.raw
        assert seen.frame.request is request
        assert seen.at == NOON + timedelta(seconds=seconds)
        assert not seen.changed


def test_bytes_that_move_are_marked_counted_and_timed() -> None:
    watch = FrameWatch()
    for seconds, load in enumerate((300, 301, 301, 700)):
        watch.take(update(seconds, reading=reading(load_power=load)))
        seen = watch.seen(Request.RUNNING_DATA)
        assert seen is not None
        within = {place for place in seen.changed if place < len(seen.frame.raw) - 2}
        # 300 and 301 differ in their second byte; 700 in both.
        assert within == [set(), {LOAD + 1}, set(), {LOAD, LOAD + 1}][seconds]
    assert seen.moves[LOAD] == Moves(1, NOON + timedelta(seconds=3))
    assert seen.moves[LOAD + 1] == Moves(2, NOON + timedelta(seconds=3))
    assert LOAD + 2 not in seen.moves


def test_a_reading_that_is_told_again_has_not_moved() -> None:
    watch = FrameWatch()
    watch.take(update(reading=reading(load_power=1)))
    second = reading(load_power=2)
    watch.take(update(1, reading=second))
    before = watch.seen(Request.RUNNING_DATA)
    watch.take(update(2, reading=second))
    assert watch.seen(Request.RUNNING_DATA) is before


def test_a_frame_of_another_length_begins_anew() -> None:
    watch = FrameWatch()
    watch.take(update(reading=reading(load_power=1)))
    watch.take(update(1, reading=longer(reading(load_power=2))))
    seen = watch.seen(Request.RUNNING_DATA)
    assert seen is not None
    assert not seen.changed
    assert not seen.moves


def test_bytes_of_another_inverter_have_not_moved() -> None:
    watch = FrameWatch()
    watch.take(update(reading=reading(load_power=1), info=device("KSE1")))
    watch.take(update(1, reading=reading(load_power=2), info=device("KSE2")))
    for request in (Request.RUNNING_DATA, Request.DEVICE_INFO):
        seen = watch.seen(request)
        assert seen is not None
        assert not seen.changed
    # One that does not say its serial number for a while is no other.
    watch.take(update(2, reading=reading(load_power=3), info=device("")))
    watch.take(update(3, reading=reading(load_power=4), info=device("KSE2")))
    seen = watch.seen(Request.RUNNING_DATA)
    assert seen is not None
    assert seen.moves[LOAD + 1].times == 2


def test_an_answer_without_a_frame_is_none_to_be_shown() -> None:
    watch = FrameWatch()
    watch.take(update(info=DeviceInfo("1", "KSE4000", "KSTAR", "KSE1", "", 2, "Germany")))
    assert watch.seen(Request.DEVICE_INFO) is None
