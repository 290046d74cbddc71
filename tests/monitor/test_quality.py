"""How well the inverter is reached, over time that the test owns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.monitor.quality import LinkRecord, Stretch
from kstar_tui.monitor.trail import KEPT_MINUTES
from kstar_tui.monitor.update import LinkState, Update

NOON = datetime(2026, 6, 18, 12, 0, tzinfo=UTC)
MINUTE = int(NOON.timestamp() // 60)


def update(minutes: float = 0.0, **values: Any) -> Update:
    at = NOON + timedelta(minutes=minutes)
    given = {"state": LinkState.ONLINE, "since": NOON, "at": at, "at_monotonic": 60 * minutes}
    return Update(**{**given, **values})


class Polls:
    """Counters as a monitor has them, and the record that is told of each poll."""

    def __init__(self, hold: float = 0.0) -> None:
        self.record = LinkRecord(hold)
        self.polls = self.lost = self.retries = 0
        self.rejected: dict[str, int] = {}
        self.refused: dict[str, bytes] = {}

    def poll(
        self, minutes: float, latency: float | None = 0.03, retries: int = 0, refused: str = ""
    ) -> None:
        """One more; without a latency it is lost."""
        self.polls += 1
        self.lost += latency is None
        self.retries += retries
        if refused:
            self.rejected[refused] = self.rejected.get(refused, 0) + 1
            self.refused[refused] = bytes((self.rejected[refused],))
        for fresh in (latency is not None, False):
            # The second one tells of a further question, and of no poll.
            self.record.take(
                update(
                    minutes,
                    polls=self.polls,
                    lost=self.lost,
                    retries=self.retries,
                    rejected=dict(self.rejected),
                    refused=dict(self.refused),
                    latency=latency,
                    fresh=fresh,
                )
            )


def test_each_poll_counts_once_in_its_minute() -> None:
    polls = Polls()
    for seconds in range(0, 180, 5):
        polls.poll(seconds / 60, 0.02 + seconds / 1000, retries=seconds == 60)
    polls.poll(2.99, None, retries=2, refused="wrong checksum")
    columns = polls.record.columns(MINUTE, 1, 4)
    assert [column.polls for column in columns] == [12, 12, 13, 0]
    assert [column.lost for column in columns] == [0, 0, 1, 0]
    assert [column.retries for column in columns] == [0, 1, 2, 0]
    assert [dict(column.refused) for column in columns] == [{}, {}, {"wrong checksum": 1}, {}]
    assert columns[0].median == 20 + 27.5
    assert columns[0].worst == 20 + 55
    assert columns[2].lost_share == pytest.approx(100 / 13)
    assert columns[3] == Stretch()
    assert columns[3].lost_share is None
    whole = polls.record.whole
    assert (whole.polls, whole.lost, whole.retries) == (37, 1, 3)
    assert whole.worst == 195
    assert polls.record.columns(MINUTE, 4, 1) == [whole]


def test_reasons_have_their_count_their_last_time_and_their_bytes() -> None:
    polls = Polls()
    polls.poll(0, refused="wrong checksum")
    polls.poll(5, refused="power balance")
    polls.poll(9, refused="wrong checksum")
    polls.poll(12)
    first, second = polls.record.refusals
    assert (first.reason, first.times, first.data) == ("wrong checksum", 2, b"\x02")
    assert first.last == NOON + timedelta(minutes=9)
    assert (second.reason, second.times, second.data) == ("power balance", 1, b"\x01")


def test_nothing_yet() -> None:
    record = LinkRecord()
    assert record.whole == Stretch()
    assert record.refusals == []
    assert record.window(40) == (0, 1)
    assert record.columns(0, 1, 3) == [Stretch()] * 3
    record.take(update())
    assert record.whole == Stretch(), "an update without a poll is none"


def test_a_week_takes_no_more_room_than_a_day() -> None:
    polls = Polls()
    sizes = []
    for minute in range(0, 7 * 1440, 3):
        polls.poll(minute, 0.001 * (minute % 700), refused="noise" if minute % 90 == 0 else "")
        if minute % 1440 == 1437:
            held = polls.record._minutes
            sizes.append((len(held), sum(len(one.answers) for one in held.values())))
    many = KEPT_MINUTES // 3 + 1
    assert sizes[1] == sizes[-1] == (many, many)
    kept = range(7 * 1440 - 3 - KEPT_MINUTES, 7 * 1440, 3)
    whole = polls.record.whole
    assert whole.polls == many
    assert whole.median == median(minute % 700 for minute in kept)
    first, width = polls.record.window(60)
    columns = polls.record.columns(first, width, 60)
    assert width * 60 >= 1440
    # What lies before the window is kept for an hour, and not shown.
    assert 1440 // 3 <= sum(column.polls for column in columns) <= many


def test_many_answers_in_a_minute_are_counted_and_their_times_kept_in_part() -> None:
    polls = Polls()
    for number in range(500):
        polls.poll(number / 1000, 99.0 if number == 1 else 0.01)
    assert polls.record.whole.polls == 500
    assert len(polls.record._minutes[MINUTE].answers) == 60
    assert polls.record.whole.worst == 60_000, "more than a minute is a minute"


def test_a_clock_set_back_forgets_what_has_not_been_yet() -> None:
    polls = Polls()
    for minute in range(10):
        polls.poll(minute, 0.5)
    polls.poll(4.5, 0.1)
    whole = polls.record.whole
    assert whole.polls == 6
    assert whole.worst == 500
    assert polls.record.window(20) == (MINUTE, 1)
    polls.poll(-100, 0.2)
    assert polls.record.whole.polls == 1
    assert (polls.record.whole.median, polls.record.whole.worst) == (200, 200)


def test_counters_that_begin_anew_are_no_negative_polls() -> None:
    record = LinkRecord()
    record.take(update(polls=100, lost=3, retries=7))
    record.take(update(1, polls=2, lost=0, retries=0))
    record.take(update(2, polls=3, lost=1, retries=2))
    assert [column.polls for column in record.columns(MINUTE, 1, 3)] == [100, 0, 1]
    assert record.whole.lost == 4


def test_a_gap_is_longer_than_the_time_between_two_polls() -> None:
    polls = Polls(hold=150)
    for minute in (0, 2, 5, 6, 20, 21):
        polls.poll(minute)
    gaps = polls.record.gaps(MINUTE, 1, 30)
    assert [minute for minute, gap in enumerate(gaps) if gap] == list(range(7, 20))
    wide = polls.record.gaps(MINUTE, 5, 6)
    assert [column for column, gap in enumerate(wide) if gap] == [2, 3]
    assert polls.record.gaps(MINUTE + 8, 1, 2) == [True, True]
    assert polls.record.gaps(MINUTE - 10, 1, 5) == [False] * 5


@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.none() | st.floats(0, 3, allow_nan=False),
            st.integers(0, 4),
            st.sampled_from(["", "", "noise", "too short"]),
        ),
        max_size=60,
    ),
    st.integers(1, 90),
)
def test_columns_add_up_to_the_whole(
    told: list[tuple[float, float | None, int, str]], count: int
) -> None:
    polls = Polls()
    minutes, answers = 0.0, []
    for pause, latency, retries, refused in told:
        minutes += pause
        polls.poll(minutes, latency, retries, refused)
        if latency is not None:
            answers.append(round(latency * 1000))
    whole = polls.record.whole
    assert (whole.polls, whole.lost, whole.retries) == (polls.polls, polls.lost, polls.retries)
    assert dict(whole.refused) == polls.rejected
    assert whole.median == (median(answers) if answers else None)
    assert whole.worst == max(answers, default=None)
    first, width = polls.record.window(count)
    columns = polls.record.columns(first, width, count)
    assert sum(column.polls for column in columns) == whole.polls
    assert sum(column.lost for column in columns) == whole.lost
    assert sum(column.retries for column in columns) == whole.retries
    assert len(polls.record.gaps(first, width, count)) == count
