"""Periods, columns and axes of the History screen, as plain values."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from history_days import HandPast, bucket_of, house_minutes
from tui_world import cells

from kstar_tui.history.archive import Archive
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.store import Store
from kstar_tui.history.tariff import Tariff
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.axis import time_labels
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.history.chart import Grid, Half, Panel, heights
from kstar_tui.tui.history.figures import column_minutes, read
from kstar_tui.tui.history.period import Period, Reach
from kstar_tui.tui.history.picture import HistoryView, draw_history
from kstar_tui.tui.history.sight import Sight
from kstar_tui.tui.history.sums import cursor_parts
from kstar_tui.tui.words import nice

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))


def test_periods_follow_one_another_without_a_gap() -> None:
    for reach in Reach:
        period = Period.around(reach, date(2024, 2, 29))
        assert period.holds(date(2024, 2, 29))
        after = period.after()
        assert (after.first - period.last).days == 1
        assert after.before() == period


def test_a_month_has_its_days_and_a_year_its_months() -> None:
    assert len(Period.around(Reach.MONTH, date(2024, 2, 1)).parts()) == 29
    assert len(Period.around(Reach.WEEK, date(2024, 2, 1)).parts()) == 7
    months = Period.around(Reach.YEAR, date(2024, 2, 1)).parts()
    assert [month.first.month for month in months] == list(range(1, 13))


@pytest.mark.parametrize(("room", "minutes"), [(60, 24), (100, 15), (180, 8), (8, 60)])
def test_columns_are_whole_minutes(room: int, minutes: int) -> None:
    assert column_minutes(86400, room) == minutes


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_the_axis_shows_real_local_hours(day: date, hours: int) -> None:
    period = Period.around(Reach.DAY, day)
    past = HandPast([], BERLIN)
    end = BERLIN.end(day)
    figures = read(past, "k", Sight(period), room=100, now=end, calendar=BERLIN)
    assert figures.seconds == hours * 3600
    assert figures.slots[-1].end == end
    minutes = (figures.slots[0].end - figures.slots[0].start) // 60
    labels = time_labels(figures.slots[0].start, minutes * 60, len(figures.slots), BERLIN)
    by_label = {text: index for index, text in labels}
    noon = (12 - 24 + hours) * 60
    assert by_label["12:00"] == noon // minutes
    assert len(by_label) == len(labels)


def test_what_was_not_observed_is_no_zero() -> None:
    day = date(2026, 6, 1)
    start = BERLIN.start(day)
    past = HandPast([bucket_of(start, dict.fromkeys(Flow, 600.0), 50)], BERLIN)
    period = Period.around(Reach.DAY, day)
    figures = read(past, "k", Sight(period), room=60, now=BERLIN.end(day), calendar=BERLIN)
    assert figures.slots[0].values["pv_power"] == 600
    assert figures.slots[1].values["pv_power"] is None
    assert figures.observed == pytest.approx(60 / 86400)

    def said(index: int, now: int) -> str:
        return "".join(part.text for part in cursor_parts(figures.slots[index], BERLIN, now, 120))

    assert said(0, start + 7200).startswith("00:00  solar 600 W  house 600 W")
    assert said(1, start + 7200) == "00:24  not observed"
    assert said(30, start + 7200) == "12:00  still to come"


@pytest.mark.parametrize(
    ("value", "top"), [(1, 1), (1.2, 1.5), (4152, 5000), (10, 10), (443.9, 500), (99, 100)]
)
def test_an_axis_ends_at_a_round_value(value: float, top: float) -> None:
    assert nice(value) == top


def test_heights_use_the_room_and_pairs_stay_even() -> None:
    single, half = Panel("a", Half("", "solar", (), "")), Half("", "import", (), "")
    pair = Panel("b", half, half)
    for rows in range(4, 40):
        parts = heights([single, pair], rows)
        assert parts[1][0] == parts[1][1]
        assert rows - 2 < sum(map(sum, parts)) <= rows


def test_a_column_of_the_screen_belongs_to_a_slot() -> None:
    grid = Grid(8, 12, width=6, gap=2)
    assert [grid.at(x) for x in (7, 8, 15, 16, 8 + 95, 8 + 96)] == [None, 0, 0, 1, 11, None]
    assert list(Grid(0, 2, width=2, gap=1).spread([1, 2])) == [1, 1, None, 2, 2, None]


def test_the_archive_answers_as_the_screen_asks() -> None:
    day = date(2026, 6, 18)
    start, now = BERLIN.start(day), BERLIN.start(day) + 6 * 3600
    minutes = house_minutes(start, 360)
    store = Store.open(":memory:", BERLIN, now=now)
    try:
        store.import_minutes("k", minutes, now=now)
        archive, past = Archive(store, BERLIN), HandPast(minutes, BERLIN)
        assert archive.span("k") == past.span("k")
        for reach in Reach:
            period = Period.around(reach, day)
            real = read(archive, "k", Sight(period), room=96, now=now, calendar=BERLIN)
            made = read(past, "k", Sight(period), room=96, now=now, calendar=BERLIN)
            assert real.total.energies() == made.total.energies()
            assert real.observed == made.observed
            for one, other in zip(real.slots, made.slots, strict=True):
                assert one.values == pytest.approx(other.values)
    finally:
        store.close()


def test_of_a_day_long_ago_the_sums_are_left_and_are_no_gap() -> None:
    day = date(2019, 6, 18)
    now = BERLIN.start(date(2026, 6, 18))
    store = Store.open(":memory:", BERLIN, now=now)
    try:
        store.import_minutes("k", house_minutes(BERLIN.start(day), 360), now=now)
        period = Period.around(Reach.DAY, day)
        archive = Archive(store, BERLIN)
        figures = read(archive, "k", Sight(period), room=60, now=now, calendar=BERLIN)
        months = read(
            archive, "k", Sight.around(Reach.MONTH, day), room=60, now=now, calendar=BERLIN
        )
    finally:
        store.close()
    assert figures.observed == 0.25
    assert figures.total.energies() == months.total.energies()
    view = HistoryView(sight=Sight(period), today=day, now=now, calendar=BERLIN, figures=figures)
    text = "\n".join(cells(draw_history(view, 80, 23, UNICODE), 80, 23))
    assert "the sums alone are kept" in text
    assert "×" not in text


def test_money_of_a_period_by_the_tariff() -> None:
    day = date(2026, 6, 1)
    past = HandPast(house_minutes(BERLIN.start(day), 1440), BERLIN)
    period = Period.around(Reach.DAY, day)
    tariff = Tariff(0.5, 0.1, "€")
    end = BERLIN.end(day)
    plain = read(past, "k", Sight(period), room=100, now=end, calendar=BERLIN)
    priced = read(past, "k", Sight(period), room=100, now=end, calendar=BERLIN, tariff=tariff)
    assert plain.money is None
    assert priced.money is not None
    total = priced.total
    own = total.measured(Flow.LOAD) - total.measured(Flow.IMPORT)
    assert priced.money.saved == pytest.approx(0.5 * own)
    assert priced.money.earned == pytest.approx(0.1 * total.measured(Flow.EXPORT))
    assert priced.money.earned > 0
