"""What was told stays told over a restart, and its end is told."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alerts_world import INFO, ISOLATION, NO_GRID, NOON, Story, an_alert
from owned_clock import OwnedClock

from kstar_tui.alerts.alert import Kind, Rules, Stage
from kstar_tui.alerts.memory import Episode, Memory, Told
from kstar_tui.alerts.runner import Runner
from kstar_tui.alerts.teller import Teller
from kstar_tui.alerts.watch import CALM, Watch

LOW = {"battery_soc": 8}
EPISODE = Episode(Kind.FAULT, "isolation", NOON, NOON + timedelta(hours=1))


def again(story: Story, rules: Rules | None = None, *, away: float = 60.0) -> Story:
    """The same inverter after a restart of the program, which took so many seconds; its
    monotonic clock began anew, as after one of the machine."""
    ended = story.update(fresh=False)
    after = Story(rules, start=ended.at + timedelta(seconds=away))
    after.watch.resume(story.watch.told(ended), after.update(fresh=False))
    return after


def test_what_is_still_so_is_not_told_again() -> None:
    story = Story()
    told = story.go(600, error_bits=ISOLATION, **NO_GRID, **LOW)
    assert sorted(told) == ["battery low: 8 %", "fault: isolation", "grid lost"]
    after = again(story)
    assert after.go(600, error_bits=ISOLATION, **NO_GRID, **LOW) == []
    over = after.go(2 * CALM)
    assert sorted(over) == [
        "battery at 71 % again, after 21 min",
        "fault cleared: isolation, after 21 min",
        "grid back, after 21 min",
    ]
    assert {alert.since for alert in after.told} <= {NOON + timedelta(seconds=5)}


def test_what_ended_meanwhile_is_told_once_that_is_certain() -> None:
    story = Story()
    assert story.step(error_bits=ISOLATION) == ["fault: isolation"]
    after = again(story)
    assert after.go(CALM - 5) == []
    assert after.go(3600) == ["fault cleared: isolation, after 1 min"]


def test_an_inverter_that_is_still_away() -> None:
    story = Story()
    story.step()
    assert len(story.go(1800, fresh=False)) == 1
    after = again(story)
    assert after.go(3600, fresh=False) == []
    assert after.step() == ["the inverter answers again, after 1 h 31 min"]


def test_one_that_answers_at_once_after_a_restart() -> None:
    story = Story()
    story.step()
    story.go(1800, fresh=False)
    assert again(story).step() == ["the inverter answers again, after 31 min"]


def test_reminders_go_on() -> None:
    rules = Rules(repeat=3600.0)
    story = Story(rules)
    story.step(error_bits=ISOLATION)
    story.go(1800, error_bits=ISOLATION)
    after = again(story, rules)
    assert after.go(1700, error_bits=ISOLATION) == []
    assert after.go(60, error_bits=ISOLATION) == ["fault: isolation, for 1 h 0 min now"]


def test_what_is_off_now_is_forgotten() -> None:
    story = Story()
    story.go(600, error_bits=ISOLATION, **NO_GRID, **LOW)
    nothing = Rules(fault=False, grid_lost=None, battery_low=None, no_data=None)
    assert again(story, nothing).go(600) == []


def test_another_inverter_has_news_of_its_own() -> None:
    story = Story()
    assert story.step(error_bits=ISOLATION) == ["fault: isolation"]
    told = story.watch.told(story.update(fresh=False))
    assert (told.serial, [each.subject for each in told.episodes]) == (INFO.serial, ["isolation"])
    after = Story()
    after.watch.resume(told._replace(serial="OTHER"), after.update(fresh=False))
    assert after.step(error_bits=ISOLATION) == ["fault: isolation"]


def test_a_clock_that_went_back_is_no_harm() -> None:
    story = Story()
    story.step(error_bits=ISOLATION)
    after = again(story, away=-86400.0)
    assert after.go(60, error_bits=ISOLATION) == []
    assert after.go(2 * CALM) == ["fault cleared: isolation, after 1 min"]


def test_a_file_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "history.sqlite.alerts"
    told = Told("SIM0000000004", (EPISODE,))
    Memory(path).keep(told)
    assert Memory(path).recall() == told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_without_a_file_it_lasts_as_long_as_the_process() -> None:
    memory = Memory()
    memory.keep(Told("SIM0000000004", (EPISODE,)))
    assert memory.recall().episodes == (EPISODE,)


ROW = ["fault", "isolation", NOON.isoformat(), NOON.isoformat()]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[" * 60000,
        b"[]",
        b'{"serial": 1, "episodes": []}',
        b'{"serial": "x", "episodes": [[]]}',
        *(
            json.dumps({"serial": serial, "episodes": [row]}).encode()
            for serial, row in [
                ("\x1b[2J", ROW),
                ("x", ["thirst", *ROW[1:]]),
                ("x", ["fault", "\x1b[2J", *ROW[2:]]),
                ("x", ["fault", "x" * 101, *ROW[2:]]),
                ("x", [*ROW[:3], "2026-06-01T12:00:00"]),
                ("x", [*ROW[:3], 5]),
                ("x", ROW[:3]),
            ]
        ),
    ],
)
def test_what_is_no_memory_is_none(
    content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "alerts"
    path.write_bytes(content)
    memory = Memory(path)
    assert memory.recall() == Told()
    assert caplog.messages == [f"alerts: {path} cannot be read, and is made anew"]
    memory.keep(Told("x", (EPISODE,)))
    assert Memory(path).recall().episodes == (EPISODE,)


def a_link(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def a_pipe(path: Path, elsewhere: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [a_link, a_pipe])
def test_what_lies_in_its_place_is_replaced_and_not_followed(
    make: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text('{"serial": "x", "episodes": []}')
    path = tmp_path / "alerts"
    make(path, elsewhere)
    path.with_name("alerts.new").symlink_to(elsewhere)
    memory = Memory(path)
    assert memory.recall() == Told()
    memory.keep(Told("y"))
    assert elsewhere.read_text() == '{"serial": "x", "episodes": []}'
    assert not path.is_symlink() and path.is_file()
    assert Memory(path).recall() == Told("y")


def test_that_it_cannot_be_written_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "alerts"
    path.mkdir()
    (path / "full").touch()
    memory = Memory(path)
    for _ in range(2):
        memory.keep(Told("x"))
    assert caplog.messages == [f"alerts: {path} cannot be written: Is a directory"]


def test_what_was_not_said_yet_is_to_be_told() -> None:
    begun = an_alert()
    ended = an_alert(stage=Stage.ENDS, at=NOON + timedelta(hours=1))
    both = Told("x", (EPISODE,))
    assert both.without([]) == both
    assert both.without([begun]).episodes == ()
    assert Told("x").without([ended]).episodes == (EPISODE,)
    assert Told("x").without([begun, ended]).episodes == ()
    assert both.without([an_alert(stage=Stage.LASTS)]) == both


async def test_a_teller_goes_on_where_another_ended(tmp_path: Path) -> None:
    said: list[str] = []
    for _ in range(3):
        teller = Teller(
            Watch(Rules()), OwnedClock(), publish=said.append, memory=Memory(tmp_path / "alerts")
        )
        story = Story()
        for _ in range(5):
            story.seconds += 5
            teller.on_update(story.update(fresh=True, error_bits=ISOLATION))
    assert len(said) == 1


async def test_one_that_stands_by_keeps_nothing(tmp_path: Path) -> None:
    path = tmp_path / "alerts"
    teller = Teller(Watch(Rules()), OwnedClock(), standby=lambda: True, memory=Memory(path))
    story = Story(start=datetime(2026, 6, 1, tzinfo=UTC))
    teller.on_update(story.update(fresh=True, error_bits=ISOLATION))
    assert not path.exists()


async def test_what_was_being_said_at_the_end_is_said_again(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "alerts")
    runner = Runner(("sleep", "60"), os.environ)
    teller = Teller(Watch(Rules()), OwnedClock(), runner=runner, memory=memory)
    story = Story()
    story.seconds += 5
    teller.on_update(story.update(fresh=True, error_bits=ISOLATION | 1 << 13))
    assert len(memory.recall().episodes) == 2
    telling = asyncio.create_task(teller.run())
    # The program runs for the first one, the other one waits.
    while len(runner._waiting) > 1:
        await asyncio.sleep(0)
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    assert memory.recall() == Told(INFO.serial)
