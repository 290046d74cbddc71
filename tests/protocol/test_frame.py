"""Frames: the requests' bytes, what is refused and why, reassembly over any chunking.

What reassembly promises: a frame comes out whole, in order, once, however the stream is cut, and
whatever stands before, between and behind, *unless* a header inside that noise begins a span that
is itself well formed (right length, right sum). Such a span is a frame to any reader. A header in
random noise has a chance of 1 in 65536 to begin one.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kstar_tui.protocol.frame import (
    GOODWE_MONITOR,
    MAX_FRAME,
    MONITOR,
    Assembler,
    Frame,
    FrameError,
    Rejection,
    Request,
    build_reply,
    parse_frame,
)

MONITORS = st.sampled_from([MONITOR, GOODWE_MONITOR])
FRAMES = st.builds(build_reply, st.integers(0x80, 0xFF), st.binary(max_size=255), MONITORS)


def whole(data: bytes) -> bool:
    """Header, length and sum are right: written out again, apart from the code under test."""
    return (
        len(data) >= 9
        and data[:2] == b"\xaa\x55"
        and len(data) == 9 + data[6]
        and sum(data[:-2]) % 65536 == data[-2] * 256 + data[-1]
    )


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A frame with one bit turned, or cut off."""
    frame = bytearray(draw(FRAMES))
    if draw(st.booleans()):
        return bytes(frame[: draw(st.integers(1, len(frame) - 1))])
    at = draw(st.integers(0, len(frame) - 1))
    frame[at] ^= 1 << draw(st.integers(0, 7))
    return bytes(frame)


NOISE = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.binary(max_size=12).map(b"\xaa\x55".__add__),
        st.sampled_from([b"", b"\xaa", b"\x55", b"\xaa\xaa", b"\xaa\x55" * 20]),
        damaged(),
    ),
    max_size=3,
).map(b"".join)


@st.composite
def cuts(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    """The stream in chunks, empty ones included."""
    if draw(st.booleans()):
        size = draw(st.integers(1, 7))
        return [stream[i : i + size] for i in range(0, len(stream), size)]
    places = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    return [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]


def assemble(chunks: list[bytes]) -> tuple[list[Frame], Counter[Rejection]]:
    assembler = Assembler()
    frames: list[Frame] = []
    for chunk in chunks:
        frames += assembler.feed(chunk)
        assert assembler.pending < MAX_FRAME
    frames += assembler.finish()
    assert assembler.pending == 0
    assert assembler.refused.keys() == assembler.rejections.keys()
    assert all(0 < len(data) <= MAX_FRAME for data in assembler.refused.values())
    return frames, assembler.rejections


# --- requests --------------------------------------------------------------------------------


def test_the_three_requests_byte_by_byte() -> None:
    assert {request.name: request.frame.hex(" ") for request in Request} == {
        "DEVICE_INFO": "aa 55 b0 7f 01 02 00 02 31",
        "RUNNING_DATA": "aa 55 b0 7f 01 06 00 02 35",
        "SETTINGS": "aa 55 b0 7f 01 09 00 02 38",
    }
    assert [request.reply_function for request in Request] == [0x82, 0x86, 0x89]


@pytest.mark.parametrize("request_", Request)
def test_our_own_request_coming_back_is_an_echo(request_: Request) -> None:
    with pytest.raises(FrameError) as error:
        parse_frame(request_.frame)
    assert error.value.reason is Rejection.ECHO


# --- one frame -------------------------------------------------------------------------------


@given(st.integers(0x80, 0xFF), st.binary(max_size=255), MONITORS)
def test_a_built_reply_is_taken_apart(function: int, payload: bytes, monitor: int) -> None:
    raw = build_reply(function, payload, monitor)
    assert whole(raw)
    frame = parse_frame(raw)
    assert (frame.function, frame.payload, frame.monitor) == (function, payload, monitor)
    assert frame.raw == raw
    known = {0x82: Request.DEVICE_INFO, 0x86: Request.RUNNING_DATA, 0x89: Request.SETTINGS}
    assert frame.request is known.get(function)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_a_frame_error(data: bytes) -> None:
    try:
        frame = parse_frame(data)
    except FrameError as error:
        assert str(error).startswith(error.reason.value)
    else:
        assert whole(frame.raw) and frame.raw == data


@given(FRAMES, st.data())
def test_one_turned_bit_is_never_accepted_as_it_was(raw: bytes, data: st.DataObject) -> None:
    """A plain sum cannot hide a single turned bit."""
    changed = bytearray(raw)
    changed[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(FrameError):
        parse_frame(bytes(changed))


def reply(**changes: int) -> bytes:
    places = {"source": 2, "destination": 3, "control": 4, "function": 5}
    body = bytearray(build_reply(0x86, b"\x01\x02")[:-2])
    for name, value in changes.items():
        body[places[name]] = value
    return bytes(body) + sum(body).to_bytes(2, "big")


@pytest.mark.parametrize(
    ("data", "reason", "says"),
    [
        (b"", Rejection.TOO_SHORT, "0 bytes"),
        (b"\xaa\x55\x7f\xb0", Rejection.TOO_SHORT, "4 bytes"),
        (reply()[:-1], Rejection.TOO_SHORT, "10 bytes of the 11"),
        (reply() + b"\x00", Rejection.NOISE, "1 bytes after"),
        (b"\x00" + reply(), Rejection.NOISE, "starts with 00 aa"),
        (reply()[:-1] + b"\x00", Rejection.CHECKSUM, "sum to"),
        (reply(source=0x7E), Rejection.ADDRESS, "from 7e to b0"),
        (reply(destination=0xA0), Rejection.ADDRESS, "from 7f to a0"),
        (reply(source=0xC0, destination=0x7F), Rejection.ECHO, "request"),
        (reply(function=0x06), Rejection.UNKNOWN_FUNCTION, "function 06"),
        (reply(control=0x03), Rejection.UNKNOWN_FUNCTION, "control 03"),
    ],
)
def test_why_a_frame_is_refused(data: bytes, reason: Rejection, says: str) -> None:
    with pytest.raises(FrameError, match=says) as error:
        parse_frame(data)
    assert error.value.reason is reason


def test_a_reply_is_built_only_of_legal_parts() -> None:
    with pytest.raises(ValueError, match="0x06"):
        build_reply(0x06, b"")
    with pytest.raises(ValueError):
        build_reply(0x86, bytes(256))


# --- reassembly ------------------------------------------------------------------------------


@given(st.data())
def test_any_bytes_in_any_chunks(data: st.DataObject) -> None:
    """Never raises, never hangs, and what comes out is whole and stood in the stream."""
    pieces = data.draw(st.lists(st.one_of(NOISE, FRAMES, st.binary(max_size=600)), max_size=5))
    stream = b"".join(pieces)
    frames, rejections = assemble(data.draw(cuts(stream)))
    position = 0
    for frame in frames:
        assert whole(frame.raw)
        position = stream.index(frame.raw, position) + len(frame.raw)
    assert (frames, rejections) == assemble([stream])


@given(st.data())
def test_frames_in_noise_come_out_whatever_the_chunks(data: st.DataObject) -> None:
    sent = data.draw(st.lists(FRAMES, min_size=1, max_size=4))
    noise = [data.draw(NOISE) for _ in range(len(sent) + 1)]
    stream, outside = noise[0], list(range(len(noise[0])))
    for raw, after in zip(sent, noise[1:], strict=True):
        stream += raw
        outside += range(len(stream), len(stream) + len(after))
        stream += after
    # The one thing that cannot be promised: noise that is a frame.
    for at in outside:
        if stream[at : at + 2] == b"\xaa\x55" and at + 6 < len(stream):
            assume(not whole(stream[at : at + 9 + stream[at + 6]]))
    frames, rejections = assemble(data.draw(cuts(stream)))
    assert [frame.raw for frame in frames] == sent
    assert bool(rejections) == any(noise)


@given(FRAMES, FRAMES)
def test_two_replies_in_one_datagram(one: bytes, two: bytes) -> None:
    assembler = Assembler()
    assert [frame.raw for frame in assembler.feed(one + two)] == [one, two]
    assert not assembler.rejections and assembler.pending == 0


@given(st.data())
def test_a_reply_in_two_datagrams(data: st.DataObject) -> None:
    raw = data.draw(FRAMES)
    at = data.draw(st.integers(1, len(raw) - 1))
    assembler = Assembler()
    assert assembler.feed(raw[:at]) == []
    assert [frame.raw for frame in assembler.feed(raw[at:])] == [raw]
    assert not assembler.rejections


def test_a_false_header_that_announces_more_hides_nothing() -> None:
    """It holds the frame back only until `finish`."""
    raw = build_reply(0x86, bytes(83))
    assembler = Assembler()
    assert assembler.feed(b"\xaa\x55\x00\x00\x00\x00\xff" + raw) == []
    assert [frame.raw for frame in assembler.finish()] == [raw]
    assert assembler.rejections == {Rejection.TOO_SHORT: 1}
    assert [frame.raw for frame in assembler.feed(raw)] == [raw]


def test_a_damaged_length_costs_its_own_frame_only() -> None:
    raw = build_reply(0x86, bytes(83))
    wrong = bytearray(raw)
    wrong[6] = 90
    frames, rejections = assemble([bytes(wrong), raw])
    assert [frame.raw for frame in frames] == [raw]
    assert rejections == {Rejection.CHECKSUM: 1}


def test_what_is_refused_is_kept_whole_the_newest_of_each_reason() -> None:
    raw = build_reply(0x86, bytes(83))
    wrong, wronger = bytearray(raw), bytearray(raw)
    wrong[-1] ^= 1
    wronger[-2] ^= 1
    refused: dict[Rejection, bytes] = {}
    assembler = Assembler(refused=refused)
    assembler.feed(b"old" + bytes(wrong) + raw + b"noise" + bytes(wronger) + raw)
    assert refused == {Rejection.NOISE: b"noise", Rejection.CHECKSUM: bytes(wronger)}
    assembler.feed(bytes(5000))
    assert refused[Rejection.NOISE] == bytes(MAX_FRAME)


@pytest.mark.parametrize(
    ("stream", "counted"),
    [
        (b"hello", {Rejection.NOISE: 1}),
        (b"\xaa", {Rejection.NOISE: 1}),
        (reply() + b"tail", {Rejection.NOISE: 1}),
        (b"head" + reply() + b"tail", {Rejection.NOISE: 2}),
        (reply()[:-1], {Rejection.TOO_SHORT: 1}),
        (reply(source=0x11), {Rejection.ADDRESS: 1}),
        (reply(control=0x02), {Rejection.UNKNOWN_FUNCTION: 1}),
        (Request.RUNNING_DATA.frame, {Rejection.ECHO: 1}),
        (Request.RUNNING_DATA.frame + reply(), {Rejection.ECHO: 1}),
    ],
)
def test_what_is_thrown_away_is_counted(stream: bytes, counted: dict[Rejection, int]) -> None:
    for chunks in ([stream], [bytes((byte,)) for byte in stream]):
        assert assemble(chunks)[1] == counted


def test_nothing_is_held_back_but_what_may_become_a_frame() -> None:
    assembler = Assembler()
    for chunk, pending in ((b"hello", 0), (b"x\xaa", 1), (b"y", 0), (b"\xaa", 1), (b"\x55", 2)):
        assert assembler.feed(chunk) == []
        assert assembler.pending == pending


def test_noise_after_the_end_is_noise_again() -> None:
    assembler = Assembler()
    for count in (1, 2):
        assembler.feed(b"noise")
        assembler.feed(b"more of it")
        assert assembler.finish() == []
        assert assembler.rejections == {Rejection.NOISE: count}


def test_counters_can_be_shared() -> None:
    counters: Counter[Rejection] = Counter()
    for _ in range(3):
        Assembler(counters).feed(b"noise")
    assert counters == {Rejection.NOISE: 3}


def test_the_worst_datagram_is_no_burden() -> None:
    """64 kB of nothing but headers: each is looked at once, and nothing is kept."""
    assembler = Assembler()
    assert assembler.feed(b"\xaa\x55" * 32_000) == []
    assert assembler.pending < MAX_FRAME
    assert assembler.finish() == []
    assert assembler.rejections.total() == 32_000
