"""The search and the first start as text, beside what they were when somebody found them right.

`KSTAR_GOLDEN=write python -m pytest tests/tui/test_first_pictures.py` writes the files anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from golden_text import assert_as_before
from tui_world import INFO, cells, reading

from kstar_tui.link.events import Asked, Found, NotAnInverter, Target
from kstar_tui.link.interface import Address
from kstar_tui.link.targets import targets_for
from kstar_tui.mqtt.probe import Result, Step
from kstar_tui.tui.first.answers import Inverter
from kstar_tui.tui.first.picture import draw_steps, short_verdict, verdict
from kstar_tui.tui.first.summary import SummaryView, draw_summary
from kstar_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from kstar_tui.tui.paint import Picture
from kstar_tui.tui.search.picture import ROW, SearchView, draw_search, headline

FOLDER = Path(__file__).parent / "golden-first"

WLAN = Target("wlan0", "192.168.1.23", "192.168.1.255")
LAN = Target("eth0", "10.0.0.4", "10.0.0.255")
VPN = Target("wg0", "10.9.0.2", "10.9.0.255")
ROOF = Found(Address("192.168.1.50"), "AC:CF:23:00:00:01", "Solar-WiFi1", INFO, reading(), (WLAN,))
BARN = Found(
    Address("192.168.1.151", 8900),
    None,
    "Solar-WiFi2",
    INFO._replace(model="KSE6000HYB", serial="KSE6000HYB123456"),
    None,
    (WLAN, LAN),
)
NAMELESS = Found(
    Address("10.0.0.99"), None, "", None, reading(pv1_current=0, pv2_current=0), (LAN,)
)
STICK = NotAnInverter(
    "192.168.1.77",
    None,
    "Solarman stick",
    "answers discovery, but not an inverter's questions (3 tries of 1.5 s to 192.168.1.77:8899:"
    " 3 replies refused (another function))",
    (WLAN,),
)
THERMOSTAT = NotAnInverter("10.0.0.8", "AC:CF:23:00:00:77", "", "answers with no address, and none")
ASKED = (Asked(LAN, None), Asked(WLAN, None), Asked(VPN, "network unreachable"))
BRIDGES = tuple(
    Asked(Target(f"br-{n:x}8f3c1a", f"172.{n}.0.1", f"172.{n}.255.255"), None)
    for n in range(17, 29)
)

SEARCHES = {
    "nobody": SearchView(asked=ASKED),
    "advice": SearchView(asked=ASKED, advice=True),
    "welcome": SearchView(asked=ASKED, found=(ROOF,), others=(STICK,), step="step 1 of 3"),
    "several": SearchView(
        asked=ASKED,
        found=(NAMELESS, ROOF, BARN),
        others=(STICK, THERMOSTAT),
        selected=1,
        step="step 1 of 3",
    ),
    "given": SearchView(
        asked=tuple(Asked(one, None) for one in targets_for(["192.168.100.255", "10.9.0.255"])),
        others=(STICK, THERMOSTAT),
    ),
    "meant": SearchView(asked=ASKED, found=(BARN,), meant="SIM0000005678", alone=True),
    "current": SearchView(asked=ASKED, found=(ROOF, BARN), selected=1, current=ROOF.address),
    "bridges": SearchView(asked=(*BRIDGES, *ASKED), found=(ROOF,), alone=True),
    "unable": SearchView(problem="cannot search: No such device"),
}
WELL = (
    Step("name", Result.OK, "broker.lan is 192.168.1.5"),
    Step("connection", Result.OK, "port 8883 at 192.168.1.5 is open, 1.2 ms"),
    Step("TLS", Result.OK, "TLSv1.3, certificate of broker.lan by Home CA, valid until 2027-11-05"),
    Step("MQTT", Result.OK, "MQTT 3.1.1, accepted as user solar"),
    Step("publish", Result.OK, "kstar/check/4a8e62c4 came back in 1.0 ms"),
    Step("retain", Result.OK, "a retained message was kept, and is removed again"),
    Step("discovery", Result.OK, "homeassistant/ can be written, where Home Assistant listens"),
)
WARNED = (
    *WELL[:2],
    Step(
        "TLS",
        Result.WARNING,
        "TLSv1.3, but ANY CERTIFICATE IS ACCEPTED: whoever is in between can pose as the broker and"
        f" read the password (SHA-256 {'ab' * 32})",
        "Give the broker's authority with mqtt.ca instead of mqtt.accept_any_certificate.",
    ),
    *WELL[3:],
)
FAILED = (
    *WELL[:2],
    Step(
        "TLS", Result.SKIPPED, "not used: anybody in between can read along (mqtts:// is with TLS)"
    ),
    Step(
        "MQTT",
        Result.FAILED,
        "wrong user or password, or the user is not authorised",
        "Check mqtt.username and mqtt.password (kstar-tui config says where they come from). A"
        " broker that is given as a bare host name has user and password mqtt.",
    ),
    *(Step(step.name, Result.NOT_TRIED) for step in WELL[4:]),
)
CHECKS = {"well": WELL, "warned": WARNED, "failed": FAILED, "running": WELL[:3]}
SUMMARY = SummaryView(
    inverter=Inverter(ROOF.address, INFO, ROOF),
    broker="mqtts://solar:***@broker.lan:8883",
    tested=short_verdict(WELL),
    home_assistant=True,
    history="~/.local/share/kstar-tui/history.sqlite",
    path="~/.config/kstar-tui/config.toml",
    secret=True,
)
SUMMARIES = {
    "full": SUMMARY,
    "bare": SUMMARY._replace(broker=None, tested=short_verdict(()), history=None, secret=False),
    "silent": SUMMARY._replace(
        inverter=Inverter(Address("inverter.lan")), tested=short_verdict(())
    ),
    "refused": SUMMARY._replace(
        problem="/etc/kstar-tui/config.toml cannot be written: Permission denied."
    ),
}


def pictures() -> dict[str, Callable[[int, int, Glyphs], Picture]]:
    made: dict[str, Callable[[int, int, Glyphs], Picture]] = {}
    for name, view in SEARCHES.items():
        made[f"search-{name}"] = lambda w, h, g, view=view: draw_search(view, w, h, g)
    for name, steps in CHECKS.items():
        made[f"check-{name}"] = lambda w, h, g, steps=steps, name=name: draw_steps(
            steps, w, h, g, running=name == "running"
        )
    for name, summary in SUMMARIES.items():
        made[f"summary-{name}"] = lambda w, h, g, view=summary: draw_summary(view, w, h, g)
    return made


PICTURES = pictures()
GOLDEN = [
    *((name, 80, 23, UNICODE) for name in PICTURES if not name.startswith("check")),
    *((name, 80, 9, UNICODE) for name in PICTURES if name.startswith("check")),
    *((name, 120, 39, UNICODE) for name in ("search-several", "search-bridges", "summary-full")),
    ("check-failed", 120, 20, UNICODE),
    ("search-several", 80, 23, ASCII),
    ("search-several", 80, 17, UNICODE),
    ("search-several", 44, 11, UNICODE),
    ("check-failed", 44, 5, UNICODE),
    ("summary-full", 44, 11, UNICODE),
]


@pytest.mark.parametrize(("name", "width", "height", "glyphs"), GOLDEN)
def test_as_before(name: str, width: int, height: int, glyphs: Glyphs) -> None:
    picture = PICTURES[name](width, height, glyphs)
    kind = "-ascii" if glyphs is ASCII else ""
    path = FOLDER / f"{name}-{width}x{height}{kind}.txt"
    assert_as_before(path, cells(picture, width, height))


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_any_size_is_drawn_within_its_bounds(name: str, glyphs: Glyphs) -> None:
    for width, height in [
        (1, 1),
        (7, 3),
        (20, 4),
        (44, 11),
        (59, 16),
        (60, 15),
        (80, 23),
        (200, 59),
    ]:
        picture = PICTURES[name](width, height, glyphs)
        assert len(picture) == height
        for line in picture:
            assert all(span.x >= 0 and span.end <= width for span in line), (width, height)
            assert all(a.end <= b.x for a, b in pairwise(line))
            assert glyphs is UNICODE or all(span.text.isascii() for span in line)


def rows(view: SearchView, width: int, height: int) -> list[str]:
    picture = draw_search(view, width, height, UNICODE)
    return [span.text for line in picture for span in line if (span.field or "").startswith(ROW)]


@pytest.mark.parametrize("height", [7, 11, 16, 23])
def test_the_chosen_one_of_many_is_always_to_be_seen(height: int) -> None:
    many = tuple(ROOF._replace(address=Address(f"192.168.1.{n}")) for n in range(10, 60))
    for selected in (0, 1, 20, 49):
        view = SearchView(
            asked=ASKED, found=many, selected=selected, others=(STICK,), step="step 1 of 3"
        )
        (marked,) = (row for row in rows(view, 80, height) if row.startswith("▶"))
        assert f" 192.168.1.{10 + selected} " in marked


def test_every_row_names_the_address_it_stands_for() -> None:
    picture = draw_search(SEARCHES["several"], 80, 23, UNICODE)
    named = {span.field: span.text for line in picture for span in line if span.field}
    assert len(named) == 3
    for field, text in named.items():
        assert field.removeprefix(ROW) in text


def test_answers_are_counted_where_they_came_in() -> None:
    lines = cells(draw_search(SEARCHES["several"], 80, 23, UNICODE), 80, 23)
    assert next(line for line in lines if "wlan0" in line).rstrip().endswith("3 answers")
    assert next(line for line in lines if "eth0" in line).rstrip().endswith("2 answers")
    assert next(line for line in lines if "wg0" in line).rstrip().endswith("network unreachable")


def test_networks_that_answer_stand_before_the_many_that_do_not() -> None:
    text = "\n".join(cells(draw_search(SEARCHES["bridges"], 80, 23, UNICODE), 80, 23))
    assert "wlan0" in text
    assert "and 12 more networks" in text


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (SearchView(), "Looking for your inverter"),
        (SearchView(alone=True, found=(ROOF,)), "Found your inverter"),
        (SearchView(found=(ROOF,)), "Found an inverter: enter takes it"),
        (SearchView(found=(ROOF,), current=ROOF.address), "Found your inverter"),
        (SearchView(meant="KSE1"), "Looking for the inverter KSE1"),
        (SearchView(meant="KSE1", found=(ROOF,)), "Still looking for KSE1: only others answer"),
        (SearchView(meant="sim0000005678", found=(ROOF,), alone=True), "Found your inverter"),
    ],
)
def test_the_title_says_what_goes_on(view: SearchView, said: str) -> None:
    assert headline(view) == said


def test_what_did_not_work_is_told_in_full_where_there_is_room_for_little() -> None:
    for height in (6, 7, 9):
        text = "\n".join(cells(draw_steps(FAILED, 80, height, UNICODE, running=False), 80, height))
        assert (
            "FAILED     MQTT        wrong user or password, or the user is not authorised" in text
        )
        assert "Check mqtt.username and mqtt.password" in text
        assert "It does not work yet." in text


def test_verdicts() -> None:
    assert verdict(WELL) == ("All is well.", "good")
    assert verdict(WARNED) == ("It works, but see the warning.", "warning")
    assert verdict(FAILED)[1] == "fault"
    assert short_verdict(FAILED) == ("the test FAILED at MQTT", "fault")
    assert short_verdict(WARNED) == ("tested, with a warning", "warning")
    assert short_verdict(()) == ("not tested", "dim")


def test_texts_of_others_cannot_break_the_screen() -> None:
    evil = replace(
        SEARCHES["welcome"], others=(STICK._replace(name="\x1b[31m\n", reason="\x07 \x9b1m x"),)
    )
    for line in draw_search(evil, 80, 23, UNICODE):
        assert all(span.text.isprintable() for span in line)
