"""What is said of an inverter over real UDP, well or not, and of figures alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from doctor_world import QuickClock, Simulate, arguments, examined, lines, world
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.doctor.figures import Polls, judge
from kstar_tui.doctor.finding import Finding, Result, Section
from kstar_tui.doctor.inverter import Examined, state
from kstar_tui.history.lock import Lock
from kstar_tui.link.events import Found
from kstar_tui.link.interface import Address, LinkCounters
from kstar_tui.monitor.schedule import MIN_PAUSE
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import Rejection, Request, build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data
from kstar_tui.settings import Settings


def polls(
    latencies: Iterable[float] = (),
    unanswered: int = 0,
    *,
    tries: int | None = None,
    held: dict[str, int] | None = None,
    refused: dict[Rejection, int] | None = None,
) -> Polls:
    times = tuple(latencies)
    counters = LinkCounters(tries=len(times) + 3 * unanswered if tries is None else tries)
    counters.rejections = Counter(refused or {})
    return Polls(times, unanswered, Counter(held or {}), counters)


def judged(told: Polls) -> dict[str, Finding]:
    return lines(judge(told))


def reading(**values: object) -> Reading:
    normal = {"grid_voltage": 230.1, "load_power": 315, "work_mode": "on-grid", "battery_soc": 71}
    payload = encode_running_data({**normal, **values})  # type: ignore[dict-item]
    return decode_running_data(parse_frame(build_reply(0x86, payload)))


async def look(folder: Path, address: Address, **how: object) -> dict[str, Finding]:
    here = world(folder, **how)  # type: ignore[arg-type]
    one = Examined(here, address, Settings(host=address.host, port=address.port), ())
    return lines([finding async for finding in one.examine(rested=True)])


async def test_a_good_one(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate()
    found = await look(tmp_path, inverter.address)
    assert list(found) == [
        *("answer", "identity", "settings", "polls", "latency", "refused", "plausible", "now")
    ]
    assert {one.result for one in found.values()} == {Result.OK}
    assert found["answer"].text == f"{inverter.address} answers"
    assert found["identity"].facts["serial"] == "SIM0000000001"
    assert "KSTAR KSE4000, serial number SIM0000000001, firmware 10104" in found["identity"].text
    assert found["settings"].facts["battery_capacity"]
    assert found["polls"].text == "10 of 10 polls were answered"
    assert found["polls"].facts == {
        "polls": 10,
        "answered": 10,
        "lost": 0,
        "questions": 10,
        "questions_lost": 0,
    }
    latency = found["latency"].facts
    assert 0 < latency["min_ms"] <= latency["median_ms"] <= latency["max_ms"] < 50  # type: ignore[operator]
    assert found["now"].facts["pv_power"] > 0  # type: ignore[operator]


async def test_loss_is_counted_by_question_and_by_poll(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate(loss=0.5)
    found = await look(tmp_path, inverter.address, polls=12)
    facts = found["polls"].facts
    assert facts["polls"] == facts["answered"] + facts["lost"] == 12  # type: ignore[operator]
    assert facts["questions_lost"] == facts["questions"] - facts["answered"] > 0  # type: ignore[operator]
    assert found["polls"].result in (Result.WARNING, Result.PROBLEM)
    assert "WiFi is weak" in found["polls"].advice


async def test_a_silent_one_is_woken_and_soon_left_alone(
    tmp_path: Path, simulate: Simulate
) -> None:
    inverter = await simulate(silent=True)
    clock = QuickClock()
    here = world(tmp_path, clock=clock)
    port = inverter.discovery_address
    assert port is not None
    settings = Settings(host="127.0.0.1", port=inverter.address.port, discovery_port=port.port)
    one = Examined(here, inverter.address, settings, ())
    found = lines([finding async for finding in one.examine(rested=False)])
    assert list(found) == ["answer"]
    assert found["answer"].result is Result.PROBLEM
    assert found["answer"].text.startswith("3 polls, none answered: 3 tries of 0.05 s")
    assert found["answer"].advice.startswith(
        f"inverter.port is {inverter.address.port}; inverters answer on 8899"
    )
    assert "At night it may sleep" in found["answer"].advice
    assert not one.answered
    assert inverter.counters.requests == {Request.RUNNING_DATA: 9}
    # Rest after the search; who does not answer needs none.
    assert clock.slept == [MIN_PAUSE]


async def test_one_whose_replies_are_all_refused_is_not_asleep(
    tmp_path: Path, simulate: Simulate
) -> None:
    inverter = await simulate(corrupt=1.0)
    found = await look(tmp_path, inverter.address)
    assert "refused (wrong checksum)" in found["answer"].text
    assert "Does another program ask the same stick" in found["answer"].advice
    assert "sleep" not in found["answer"].advice


async def test_one_that_was_found_elsewhere(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate(silent=True)
    settings = Settings(host="127.0.0.1", port=inverter.address.port)
    moved = Found(Address("192.168.1.60"), None, "Solar-WiFi1", None, None)
    one = Examined(world(tmp_path), inverter.address, settings, [moved])
    (found,) = [finding async for finding in one.examine(rested=True)]
    assert "kstar-tui config set inverter.host 192.168.1.60" in found.advice


async def test_a_goodwe_is_recognised(tmp_path: Path, simulate: Simulate) -> None:
    def as_goodwe(refused: Counter[Rejection]) -> Polls:
        return polls([0.1] * 5, refused=dict(refused))

    found = judged(as_goodwe(Counter({Rejection.ADDRESS: 9})))
    assert found["refused"].result is Result.WARNING
    assert "GoodWe" in found["refused"].advice


async def test_values_that_cannot_be_true(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate(zeros=1.0)
    found = await look(tmp_path, inverter.address, polls=3)
    assert found["plausible"].result is Result.PROBLEM
    assert found["plausible"].facts == {"readings": 3, "held": {"all values zero": 3}}
    # What cannot be true is not shown as what is.
    assert "now" not in found


async def test_faults_with_what_they_mean(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate(error=1 << 18)
    found = await look(tmp_path, inverter.address, polls=1)
    assert found["fault"].result is Result.PROBLEM
    assert found["fault"].text.startswith("fault: isolation. Panels, their cables")
    assert "call your installer" in found["fault"].advice.replace("\n", " ")


def test_no_grid_is_told_once() -> None:
    off = lines(state(reading(grid_voltage=0.0, work_mode="off-grid")))
    assert off["grid"].result is Result.WARNING
    both = list(state(reading(grid_voltage=0.0, error_bits=1 << 9)))
    assert [one.name for one in both] == ["now", "fault"]


async def test_damaged_replies_are_counted_by_reason(tmp_path: Path, simulate: Simulate) -> None:
    inverter = await simulate(noise=1.0, duplicate=1.0)
    found = await look(tmp_path, inverter.address, polls=5)
    assert found["refused"].facts["refused"]
    assert "noise outside a frame" in found["refused"].text
    assert "another program" in found["refused"].advice


@pytest.mark.parametrize(
    ("told", "name", "result"),
    [
        (polls([0.1] * 10), "polls", Result.OK),
        (polls([0.1] * 10, tries=12), "polls", Result.OK),
        (polls([0.1] * 10, tries=13), "polls", Result.WARNING),
        (polls([0.1] * 9, 1), "polls", Result.WARNING),
        (polls([0.1] * 7, 3), "polls", Result.PROBLEM),
        (polls([0.1] * 9 + [1.4]), "latency", Result.OK),
        (polls([0.8] * 10), "latency", Result.WARNING),
        (polls([0.1] * 10, refused={Rejection.CHECKSUM: 2}), "refused", Result.NOTE),
        (polls([0.1] * 10, refused={Rejection.CHECKSUM: 3}), "refused", Result.WARNING),
        (polls([0.1] * 10, held={"PV power jumped": 1}), "plausible", Result.WARNING),
        (polls([0.1] * 3, held={"all values zero": 3}), "plausible", Result.PROBLEM),
    ],
)
def test_where_the_borders_are(told: Polls, name: str, result: Result) -> None:
    assert judged(told)[name].result is result


@given(
    st.lists(st.floats(0.001, 1.5), max_size=20),
    st.integers(0, 20),
    st.integers(0, 60),
    st.integers(0, 20),
)
def test_any_figures_are_told_in_words(
    latencies: list[float], unanswered: int, more: int, refused: int
) -> None:
    tries = len(latencies) + 3 * unanswered + more
    told = polls(latencies, unanswered, tries=tries, refused={Rejection.NOISE: refused})
    for one in judge(told):
        assert one.text
        assert (one.result in (Result.WARNING, Result.PROBLEM)) <= bool(one.advice)


async def test_another_kstar_tui_on_the_same_inverter_is_told(
    tmp_path: Path, simulate: Simulate
) -> None:
    inverter = await simulate()
    lock = Lock(tmp_path / "history.sqlite")
    lock.tell("SIM0000000001", publishes=True)
    try:
        outcome = await examined(world(tmp_path, arguments(inverter.address), polls=2))
    finally:
        lock.release()
    other = outcome.one(Section.INVERTER, "other")
    assert other.result is Result.NOTE
    assert "asks SIM0000000001, too: they take turns" in other.text
    writer = outcome.one(Section.HISTORY, "writer")
    assert writer.facts["publishes"] is True
    assert "writes it for SIM0000000001, and publishes" in writer.text
    assert outcome.status == 0
