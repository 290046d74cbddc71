"""The app on one inverter: it shows what that measures, and keys do what they say."""

from __future__ import annotations

import pytest
from app_talk import SIZES, live, live_app, next_poll, see, see_no, set_faults, shown, until
from tui_world import HandClock

from kstar_tui.monitor.update import LinkState
from kstar_tui.protocol.frame import parse_frame
from kstar_tui.protocol.reading import decode_running_data
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.help import HelpScreen
from kstar_tui.tui.live.screen import LiveCanvas
from kstar_tui.tui.words import number


def spoken(app: KstarApp) -> dict[str, str]:
    """The text of every value on the Live picture by its field."""
    screen = next(s for s in app.screen_stack if s.query("#live"))
    picture = screen.query_one(LiveCanvas).picture
    spans = [span for line in reversed(picture) for span in reversed(line) if span.field]
    return {span.field: span.text.strip() for span in spans}


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_what_the_inverter_measures(
    size: tuple[int, int], inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=size) as pilot:
        await see(pilot, "● online", "now")
        session = app.session
        assert session is not None
        reading = session.monitor.latest.reading
        assert reading is not None
        assert reading == decode_running_data(parse_frame(reading.raw))
        truth = inverter.house.values()
        for field in ("load_power", "battery_soc", "grid_direction", "grid_voltage"):
            assert getattr(reading, field) == truth[field], field
        said = spoken(app)
        for field in ("pv_power", "load_power", "battery_soc"):
            assert said[field] == number(getattr(reading, field)), field
        if size[0] >= 60:
            assert said["temperature"] == number(reading.temperature, 1)
            assert said["grid_voltage"] == number(reading.grid_voltage, 1)
            assert "KSE4000 …" in shown(app)
            await pilot.press("q")
    assert app.return_code in (0, None)


async def test_values_follow(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        before = spoken(app)
        for _ in range(12):
            await next_poll(pilot, clock)
        assert spoken(app) != before
        assert inverter.counters.requests.total() >= 13
        latest = live(pilot).session.monitor.latest.reading
        assert latest is not None
        assert spoken(app)["load_power"] == number(latest.load_power)


async def test_space_holds_the_picture_while_polls_go_on(
    inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await pilot.press("space")
        await see(pilot, "‖ paused")
        # The header and the last lines tell of the link, which goes on.
        before = shown(app).splitlines()[1:-3]
        asked = inverter.counters.requests.total()
        for _ in range(6):
            await next_poll(pilot, clock, 65.0)
        assert shown(app).splitlines()[1:-3] == before
        assert "12:06" in shown(app).splitlines()[0], "time does not stand still for it"
        assert inverter.counters.requests.total() >= asked + 6
        await pilot.press("space")
        after = await see_no(pilot, "paused")
        assert after.splitlines()[1:-3] != before
        latest = live(pilot).session.monitor.latest
        assert f"polls {latest.polls}" in after
        assert latest.reading is not None
        assert spoken(app)["load_power"] == number(latest.reading.load_power)


async def test_r_polls_at_once(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test() as pilot:
        await see(pilot, "polls 1 ")
        await until(pilot, lambda: clock.sleeping)
        await pilot.press("r")
        await until(pilot, lambda: clock.sleeping)
        # An inverter gets its rest between two questions, but the beat of 5 s is not waited for.
        clock.advance(2.0)
        await see(pilot, "polls 2 ")


@pytest.mark.parametrize("size", SIZES)
async def test_help_opens_fits_and_closes(
    size: tuple[int, int], inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=size) as pilot:
        await see(pilot, "online")
        await pilot.press("question_mark")
        text = await see(pilot, "keys and signs")
        if size[1] >= 24:
            for word in ("Pause", "Poll now", "Quit", "idle", "offline", "only reads"):
                assert word in text, word
        assert len(text.split("\n")) == size[1]
        panel = app.screen.query_one("VerticalScroll")
        assert app.screen.region.contains_region(panel.region)
        if size == (80, 24):
            assert panel.max_scroll_y == 0, "all of it at once"
        await pilot.press("question_mark")
        await until(pilot, lambda: not isinstance(app.screen, HelpScreen))
        for key in ("escape", "q"):
            await pilot.press("question_mark")
            await until(pilot, lambda: isinstance(app.screen, HelpScreen))
            await pilot.press(key)
            await until(pilot, lambda: not isinstance(app.screen, HelpScreen))
        assert app.is_running


async def test_the_palette_lists_our_actions(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(100, 40)) as pilot:
        await see(pilot, "online")
        await pilot.press("ctrl+p")
        await see(pilot, "Poll now", "Pause")
        await pilot.press(*"theme")
        await see(pilot, "Theme", "Setting: ui.theme")
        await pilot.press(*["backspace"] * 5, *"pause")
        await see_no(pilot, "Ask the inverter at once")
        await pilot.press("enter")
        await see(pilot, "‖ paused")


@pytest.mark.parametrize(("key", "status"), [("q", 0), ("ctrl+c", 130)])
async def test_leaving(key: str, status: int, inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test() as pilot:
        await see(pilot, "online")
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running)
    assert (app.return_code or 0) == status


async def test_ctrl_c_leaves_from_help_too(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test() as pilot:
        await see(pilot, "online")
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 130


async def test_away_and_back(inverter: Simulator, clock: HandClock) -> None:
    """Two lost polls: stale; three: offline, dim, with since when, why and what next."""
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        sun = spoken(app)["pv_power"]
        set_faults(inverter, Faults(silent=True))
        await next_poll(pilot, clock)
        await see(pilot, "lost 1", "● online")
        await next_poll(pilot, clock)
        await see(pilot, "◐ stale")
        await next_poll(pilot, clock)
        text = await see(pilot, "✕ offline", "offline since 12:00", "next try within")
        assert "10 s ago" in text
        assert spoken(app)["pv_power"] == sun, "the last values stay"
        picture = live(pilot).query_one(LiveCanvas).picture
        styles = {span.style for line in picture for span in line if span.field == "pv_power"}
        assert styles == {"dim"}
        set_faults(inverter, Faults())
        await pilot.press("r")
        text = await see(pilot, "● online", "now", "inverter online at")
        assert "inverter offline" in text, "the event is remembered"
        assert live(pilot).session.monitor.latest.state is LinkState.ONLINE


async def test_the_clock_and_the_age_move_by_themselves(
    inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test() as pilot:
        await see(pilot, "● online", "12:00")
        set_faults(inverter, Faults(silent=True))
        clock.advance(61.0)
        await see(pilot, "12:01", "1 min ago")


async def test_a_new_size_is_a_new_picture(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online", "polls")
        for width, height in [(200, 60), (44, 12), (3, 2), (120, 40), (59, 24), (60, 16), (80, 24)]:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            text = shown(app)
            lines = text.split("\n")
            assert len(lines) == height
            assert max(map(len, lines)) <= width
            if (width, height) == (200, 60):
                assert "Today, kWh" in text
            if (width, height) == (44, 12):
                assert "Charge" in text
                assert "╭" not in text
        await see(pilot, "● online", "polls", "╭ Solar")


async def test_another_theme_repaints(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test() as pilot:
        await see(pilot, "● online")
        backgrounds = []
        for theme in ("kstar-dark", "kstar-light", "ansi-dark", "ansi-light", "nord"):
            app.theme = theme
            await pilot.pause()
            strip = live(pilot).query_one("#live").render_line(1)
            styles = {segment.style for segment in strip if segment.style}
            backgrounds.append({str(style.bgcolor) for style in styles})
            assert len(backgrounds[-1]) == 1, "one background"
            assert "producing" in shown(app)
        assert len(set(map(str, backgrounds[:3]))) == 3
        assert backgrounds[0] != backgrounds[4]


async def test_ascii(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock, ascii_only=True)
    async with app.run_test(size=(120, 40)) as pilot:
        text = await see(pilot, "* online", "+ Solar")
        assert text.isascii(), [char for char in text if not char.isascii()]
        await pilot.press("question_mark")
        text = await see(pilot, "keys and signs")
        assert text.isascii(), [char for char in text if not char.isascii()]
        await pilot.press("escape", "ctrl+p")
        text = await see(pilot, "Poll now")
        assert text.isascii(), [char for char in text if not char.isascii()]


async def test_a_value_tells_of_itself(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test() as pilot:
        await see(pilot, "● online")
        canvas = live(pilot).query_one(LiveCanvas)
        picture = canvas.picture
        y, span = next(
            (y, span)
            for y, line in enumerate(picture)
            for span in line
            if span.field == "grid_voltage"
        )
        await pilot.hover("#live", offset=(span.x + 1, y))
        await pilot.pause()
        latest = live(pilot).session.monitor.latest.reading
        assert latest is not None
        raw = latest.raw[7:-2]
        assert str(canvas.tooltip) == (
            f"Grid voltage, V\ngrid_voltage\nbytes 34-35: {raw[34:36].hex(' ')}\n"
            f"MQTT (off): kstar/{inverter.options.serial_number}/state, key grid_voltage"
        )
        await pilot.hover("#live", offset=(0, 0))
        await pilot.pause()
        assert canvas.tooltip is None


async def test_search_from_the_live_screen_and_back(inverter: Simulator, clock: HandClock) -> None:
    from app_talk import around

    app = KstarApp(around(inverter), clock, address=inverter.address)
    async with app.run_test() as pilot:
        await see(pilot, "● online")
        await pilot.press("s")
        await see(pilot, "Found your inverter")
        await pilot.press("escape")
        await see(pilot, "● online", "polls")
        await pilot.press("s")
        await see(pilot, "Found your inverter")
        await pilot.press("enter")
        await see(pilot, "● online", "polls 1 ")
        assert len(app.screen_stack) == 2
