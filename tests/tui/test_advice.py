"""What is said to help where no reading comes: by the reason of it, whole within 80 columns."""

from __future__ import annotations

import pytest
from tui_world import cells, view, without_reading

from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import LinkState
from kstar_tui.tui.advice import no_reading, shortly
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.live.picture import draw_live

SILENT = "3 tries of 1.5 s to 192.168.1.50:8899: no answer"
REFUSED = "3 tries of 1.5 s to 192.168.1.50:8899: 2 replies refused (wrong checksum)"
GOODWE = (
    "3 tries of 1.5 s to 192.168.1.50:8899: 3 replies refused (not from an inverter to a monitor)"
)
ZEROS = "it answers, but not plausibly: all values zero"
ANOTHER = "another inverter answers at 192.168.1.50: serial number KSE2, not KSE1"
CASES = {
    SILENT: ("No reading from", "guest WiFi"),
    REFUSED: ("answers, but its replies cannot be used", "another program"),
    GOODWE: ("GoodWe", "read --hex"),
    ZEROS: ("its values cannot be true", "wait for daylight"),
    ANOTHER: ("another inverter's address", "inverter.serial"),
}


@pytest.mark.parametrize(("error", "said"), CASES.items(), ids=lambda one: str(one)[-20:])
def test_live_says_what_helps_by_the_reason(error: str, said: tuple[str, str]) -> None:
    one = view(without_reading(LinkState.OFFLINE, error), search_key="S")
    text = "\n".join(cells(draw_live(one, 80, 23, UNICODE), 80, 23))
    for words in (*said, "press S to search again"):
        assert words in text
    # What keeps questions away is no reason where there are answers.
    assert ("guest WiFi" in text) is (error == SILENT)


@pytest.mark.parametrize("error", CASES)
def test_nothing_of_it_is_cut_where_a_screen_has_80_columns(error: str) -> None:
    where = str(Address("192.168.100.100", 18899))
    lines = no_reading(where, error, "press S to search again")
    assert max(map(len, lines)) <= 76


def test_a_single_question_has_advice_by_its_reason() -> None:
    assert "same network" in shortly(SILENT)
    assert "same network" not in shortly(REFUSED)
    assert "another program" in shortly(REFUSED)
