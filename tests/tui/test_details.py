"""The connections in detail, as words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tui_world import NOON, mqtt, view

from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.tui.details import sections
from kstar_tui.tui.sources.source import Via


def broker(**changes: Any) -> dict[str, str]:
    return dict(sections(view(mqtt=mqtt(**changes)))["MQTT"])


def test_a_broker_that_works() -> None:
    assert broker(since=NOON - timedelta(hours=2), messages=30_123, dropped=3) == {
        "broker": "mqtt://pi",
        "state": "connected since 10:00",
        "messages": "30 123 sent",
        "readings": "1 204 sent, 3 dropped",
        "client id": "kstar-tui-1",
    }


@pytest.mark.parametrize(
    ("changes", "state", "error"),
    [
        ({"connected": False, "error": "x", "last_error": "x"}, "not connected since 12:00", "x"),
        ({"last_error": "refused"}, "connected since 12:00", "refused (over)"),
        ({"connected": False, "client_id": None}, "waits for the inverter's name", None),
        ({"connected": False, "standby": True}, "left to another process", None),
    ],
)
def test_one_that_does_not(changes: dict[str, Any], state: str, error: str | None) -> None:
    told = broker(**changes)
    assert told["state"] == state
    assert told.get("last error") == error


def test_who_publishes_instead_and_who_does_so_too() -> None:
    status = HistoryStatus(Keeping.READING, "history.sqlite", pid=4711)
    told = sections(view(mqtt=mqtt(connected=False, standby=True), history=status))
    assert ("state", "left to process 4711") in told["MQTT"]
    assert ("state", "reading only, process 4711 writes") in told["History"]
    assert "stop one of them" in broker(rival=True)["beware"]


def test_without_a_broker_it_says_how_to_have_one() -> None:
    assert sections(view())["MQTT"] == [("off", "--mqtt BROKER publishes every reading")]


def test_who_polls_in_our_place() -> None:
    via = Via(
        *("process 4711", NOON - timedelta(hours=1), "kstar-tui 0.2.0"),
        *("none kept", "none sent"),
    )
    told = sections(view(via=via))
    line = ("via", "process 4711 (kstar-tui 0.2.0), attached since 11:00")
    assert told["Link"][1] == line
    assert told["MQTT"] == [("off", "none sent")]
    assert told["History"] == [("off", "none kept")]
    assert "via" not in dict(sections(view())["Link"])
