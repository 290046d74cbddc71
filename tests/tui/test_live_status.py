"""The header, the status line and the short list, in words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tui_world import (
    ENERGY,
    INFO,
    NOBODY_KNOWS,
    NOON,
    cells,
    mqtt,
    reading,
    update,
    view,
    without_reading,
)

from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.history.today import TodaySummary
from kstar_tui.monitor.update import LinkState
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.live.compact import draw_compact
from kstar_tui.tui.live.status import draw_header, draw_status
from kstar_tui.tui.live.today import draw_events, draw_today
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Paint
from kstar_tui.tui.sources.source import Via

SHARES = TodaySummary(NOON.date(), 0.64, 0.88)
NIGHT = {"pv1_current": 0.0, "pv2_current": 0.0}


def header(one: View, width: int = 80, glyphs: Glyphs = UNICODE) -> str:
    paint = Paint(width, 1, glyphs)
    draw_header(paint, paint.area, one)
    return cells(paint.picture(), width, 1)[0]


COUNTS = re.compile(r" +lost \d+  refused \d+$")


def status(one: View, width: int = 120, glyphs: Glyphs = UNICODE) -> tuple[str, str]:
    """The first part of a single line, and its style; a trouble's without the counts behind it."""
    paint = Paint(width, 1, glyphs)
    draw_status(paint, paint.area, one)
    (line,) = paint.picture()
    return COUNTS.sub("", cells(paint.picture(), width, 1)[0].rstrip()).strip(), line[0].style


def test_a_healthy_header() -> None:
    text = header(view(mqtt=mqtt()))
    assert text.startswith(" KSE4000 …5678  ● online  now ")
    assert text.endswith("● MQTT 1 204 sent  12:00 ")


VIA = Via("process 4711", NOON, "kstar-tui 0.2.0")


def test_who_polls_in_our_place() -> None:
    assert "via" not in header(view())
    text = header(view(via=VIA, mqtt=mqtt()))
    assert text.startswith(" KSE4000 …5678  ● online  now  via process 4711  ")
    assert text.endswith("● MQTT 1 204 sent  12:00 ")
    old = view(via=VIA, mqtt=mqtt(), now_monotonic=1000.0 + 200 * 60)
    assert "3 h 20 min ago  attached  " in header(old, 80)
    assert " 3 h 20 min ago  " in header(old, 74)
    assert "attached" not in header(old, 74)
    long = VIA._replace(who="some-long-name-of-a-broker.example.org:18830")
    for width in range(20, 140):
        assert len(header(view(via=long, mqtt=mqtt(), demo=True), width)) == width
    assert "now  demo  attached  " in header(view(via=long, mqtt=mqtt(), demo=True))


def test_a_history_that_cannot_be_read() -> None:
    failing = HistoryStatus(Keeping.READING, "h", pid=4711, error="h: Permission denied")
    assert status(view(history=failing, via=VIA))[0] == "history not read: Permission denied"


@pytest.mark.parametrize(
    ("info", "name"),
    [
        (INFO, "KSE4000 …5678"),
        (DeviceInfo("", "", "", "SIM5678", "", 2, ""), "Inverter …5678"),
        (DeviceInfo("", "KSE4000", "", "", "", 2, ""), "KSE4000  "),
        (DeviceInfo("", "", "", "", "", 2, ""), "192.168.1.50"),
        (None, "192.168.1.50"),
    ],
)
def test_the_inverter_has_a_name(info: DeviceInfo | None, name: str) -> None:
    assert header(view(update(info=info))).startswith(f" {name}")


@pytest.mark.parametrize("state", list(LinkState))
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_state_has_a_sign_and_a_word(state: LinkState, glyphs: Glyphs) -> None:
    text = header(view(update(state=state)), glyphs=glyphs)
    signs = {"online": glyphs.online, "stale": glyphs.stale, "offline": glyphs.offline}
    assert f"{signs.get(str(state), glyphs.waiting)} {state}" in text


@pytest.mark.parametrize(
    ("broker", "text"),
    [
        (None, ""),
        (mqtt(connected=False, sent=0), "○ MQTT connecting"),
        (mqtt(connected=False, error="refused"), "✕ MQTT away"),
        (mqtt(), "● MQTT 1 204 sent"),
        (mqtt(connected=False, standby=True), "MQTT left to another process"),
    ],
)
def test_the_broker(broker: object, text: str) -> None:
    assert text in header(view(mqtt=broker))
    assert ("MQTT" in header(view(mqtt=broker))) == bool(text)


def test_pause_and_demo_are_said() -> None:
    text = header(view(paused=NOON - timedelta(seconds=20), demo=True))
    assert "‖ paused at 11:59:40" in text
    assert "demo" in text


@pytest.mark.parametrize("width", range(60, 90, 5))
def test_a_broker_that_is_left_to_another_process(width: int) -> None:
    one = view(
        mqtt=mqtt(connected=False, standby=True),
        history=HistoryStatus(Keeping.READING, "history.sqlite", pid=1234567),
        demo=True,
    )
    text = header(one, width)
    assert text.endswith("  MQTT left to process 1234567  12:00 ")
    assert "● online" in text


@pytest.mark.parametrize("width", range(60, 90, 5))
def test_nothing_in_the_header_runs_into_the_clock(width: int) -> None:
    one = view(
        update(state=LinkState.OFFLINE),
        paused=NOON,
        demo=True,
        mqtt=mqtt(connected=False, error="refused"),
        now_monotonic=100000.0,
    )
    text = header(one, width)
    assert text.endswith("  ✕ MQTT away  12:00 ")
    assert "✕ offline  27 h 30 min ago" in text


def test_how_the_conversation_goes() -> None:
    one = view(update(lost=3, rejected={"checksum": 2, "length": 5}))
    text, style = status(one)
    assert text == (
        "polls 1 204   lost 3   refused 7   answer   31 ms   at 192.168.1.50   "
        "length 5   checksum 2"
    )
    assert style == "dim"


def test_a_narrow_status_line_ends_with_a_whole_part() -> None:
    text, _ = status(view(), 40)
    assert text == "polls 1 204   lost 0   refused 0"


def test_offline_says_since_when_why_and_what_next() -> None:
    one = view(
        update(
            state=LinkState.OFFLINE,
            since=NOON - timedelta(minutes=18),
            error="no answer",
            next_poll_monotonic=1038.0,
        )
    )
    text, style = status(one)
    assert text == "offline since 11:42 · no answer · next try within 40 s"
    assert style == "fault"


def test_offline_at_night_is_usual() -> None:
    one = view(update(state=LinkState.OFFLINE, reading=reading(**NIGHT)))
    assert status(one)[0].endswith("usual after sunset")


def test_the_countdown_moves_in_tens() -> None:
    def said(monotonic: float) -> str:
        offline = update(state=LinkState.OFFLINE, next_poll_monotonic=1060.0)
        return status(view(offline, now_monotonic=monotonic))[0]

    assert len({said(1000.0 + second) for second in range(60)}) == 6
    assert "within 1 min" in said(1000.0)
    assert "within 10 s" in said(1059.0)
    assert "within 10 s" in said(1100.0), "late is not negative"


def test_a_fault_is_above_all() -> None:
    one = view(update(reading=reading(error_bits=1 << 18 | 1 << 13)), mqtt=mqtt(error="refused"))
    text, style = status(one)
    assert text == "▲ FAULT  over temperature, isolation"
    assert style == "alarm"


def test_whoever_looks_along_with_a_broker_looks_for_no_inverter() -> None:
    silent = without_reading(LinkState.CONNECTING, "MQTT: refused", address=None)
    watched = VIA._replace(who="pi:1883", advice=("Nothing heard",))
    assert status(view(silent, via=watched))[0] == "listening at pi:1883 … MQTT: refused"
    assert status(view(silent))[0] == "looking for the inverter … MQTT: refused"


def test_a_fault_says_where_it_is_explained() -> None:
    failing = update(reading=reading(error_bits=1 << 18))
    assert status(view(failing, events_key="5"))[0] == "▲ FAULT  isolation   5 says what to do"
    long = update(reading=reading(error_bits=0x7FFF))
    assert "says what to do" not in status(view(long, events_key="5"))[0]


def test_the_fault_of_one_that_is_away_keeps_its_name() -> None:
    gone = update(
        state=LinkState.OFFLINE, reading=reading(error_bits=1 << 18), error="no answer: timed out"
    )
    text, style = status(view(gone))
    assert "last known fault: isolation" in text
    assert "sunset" not in text
    assert style == "fault"


def test_a_trouble_leaves_the_counts_in_sight() -> None:
    one = view(update(reading=reading(error_bits=1 << 18), lost=3, rejected={"checksum": 2}))
    paint = Paint(80, 1, UNICODE)
    draw_status(paint, paint.area, one)
    assert cells(paint.picture(), 80, 1)[0].endswith(" lost 3  refused 2 ")


def test_two_lines_tell_the_trouble_and_the_conversation() -> None:
    one = view(update(reading=reading(error_bits=1 << 18)), mqtt=mqtt(connected=False, error="x"))
    paint = Paint(80, 2, UNICODE)
    draw_status(paint, paint.area, one)
    trouble, talk = cells(paint.picture(), 80, 2)
    assert "FAULT  isolation" in trouble
    assert talk.startswith(" polls 1 204 ")


def test_an_answer_that_cannot_be_true_is_no_silence() -> None:
    error = "it answers, but not plausibly: all values zero"
    text, _ = status(view(update(state=LinkState.OFFLINE, error=error)))
    assert error in text


def test_a_fault_of_the_past_is_no_alarm() -> None:
    one = view(update(state=LinkState.OFFLINE, reading=reading(error_bits=1 << 18)))
    assert "FAULT" not in status(one)[0]


def test_a_broker_that_is_away_is_explained() -> None:
    text, style = status(view(mqtt=mqtt(connected=False, error="wrong user name or password")))
    assert text == "MQTT: wrong user name or password"
    assert style == "warning"


def test_another_program_at_the_same_broker_is_told() -> None:
    text, style = status(view(mqtt=mqtt(rival=True)))
    assert text == "MQTT: another kstar-tui publishes this inverter, too"
    assert style == "warning"


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (view(without_reading(LinkState.CONNECTING)), "asking 192.168.1.50 …"),
        (
            view(without_reading(LinkState.CONNECTING, "no answer")),
            "asking 192.168.1.50 … no answer",
        ),
        (view(without_reading(LinkState.SEARCHING, address=None)), "looking for the inverter …"),
    ],
)
def test_before_the_first_answer(one: View, text: str) -> None:
    assert status(one)[0] == text


@pytest.mark.parametrize("width", [10, 40, 60])
def test_long_texts_are_cut(width: int) -> None:
    one = view(update(state=LinkState.OFFLINE, error="x" * 300))
    assert "offline since 09:00 · xxxxxxxx".startswith(status(one, width)[0][:30])
    assert len(status(one, width)[0]) in (width - 2, width - 3)


def words(line: str) -> str:
    return " ".join(line.split())


def test_todays_energy() -> None:
    paint = Paint(80, 2, UNICODE)
    draw_today(paint, paint.area, view())
    today, total = cells(paint.picture(), 80, 2)
    assert words(today) == "Today solar 14.2 house 6.4 kWh by the inverter"
    assert words(total) == "Total solar 12 346 house 8 765 kWh ran 12 345 h"


def test_no_events_is_said_too() -> None:
    paint = Paint(80, 6, UNICODE)
    draw_events(paint, paint.area, view())
    assert "nothing has happened" in cells(paint.picture(), 80, 6)[0]


def compact(one: View, width: int = 44, height: int = 12) -> list[str]:
    paint = Paint(width, height, UNICODE)
    draw_compact(paint, paint.area, one)
    return [line.rstrip() for line in cells(paint.picture(), width, height)]


def test_the_short_list() -> None:
    assert [line.split() for line in compact(view())[:7]] == [
        ["●", "online", "now"],
        ["Solar", "producing", "3", "300", "W"],
        ["House", "using", "1", "530", "W"],
        ["Grid", "exporting", "421", "W"],
        ["Battery", "charging", "1", "434", "W"],
        ["Charge", "███████████████████░░░░░░░░░░░", "64", "%"],
        ["Today", "solar", "14.2", "kWh", "house", "6.4", "kWh"],
    ]


def test_the_short_list_of_a_narrow_screen_has_one_figure_a_line() -> None:
    lines = compact(view(update(energy=ENERGY), today=SHARES), 30, 20)
    assert [words(line) for line in lines[5:]][:10] == [
        "Charge ██████████░░░░░░ 64 %",
        "Today solar 14.2 kWh",
        "house 6.4 kWh",
        "import 0.8 kWh",
        "export 5.1 kWh",
        "charge 4.6 kWh",
        "discharge 1.3 kWh",
        "self-use 64 %",
        "self-sufficient 88 %",
        "",
    ]
    assert {len(line) for line in lines[5:14]} == {30}, "numbers stand under each other"


def test_the_short_list_tells_faults_first() -> None:
    lines = compact(view(update(reading=reading(error_bits=1 << 18))))
    assert lines[1] == "FAULT isolation"


def test_the_short_list_before_the_first_reading() -> None:
    lines = compact(view(without_reading(LinkState.CONNECTING, "no answer")))
    assert lines[:2] == ["○ connecting", "no answer"]


def test_an_error_that_is_too_long_for_the_short_list_is_cut_not_dropped() -> None:
    lines = compact(view(without_reading(LinkState.CONNECTING, "no answer " * 20)))
    assert lines[1].startswith("no answer no answer")


def test_the_short_list_knows_no_sign_for_what_nobody_knows() -> None:
    grid = next(line for line in compact(view(update(reading=NOBODY_KNOWS))) if "Grid" in line)
    assert grid.split() == ["Grid", "unknown", "—", "W"]


@pytest.mark.parametrize(("width", "height"), [(12, 3), (8, 2), (20, 1)])
def test_a_very_small_screen_shows_the_state_at_least(width: int, height: int) -> None:
    assert "online"[: width - 3] in compact(view(), width, height)[0]


def test_of_how_the_conversation_goes_only_whole_parts_are_told() -> None:
    one = view(update(rejected={"checksum": 2}))
    whole = [
        "polls 1 204",
        "lost 0",
        "refused 2",
        "answer   31 ms",
        "at 192.168.1.50",
        "checksum 2",
    ]
    for width in range(20, 121):
        paint = Paint(width, 1, UNICODE)
        draw_status(paint, paint.area, one)
        text = cells(paint.picture(), width, 1)[0].strip()
        assert text in ["   ".join(whole[:count]) for count in range(7)]
