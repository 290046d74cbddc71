"""What the public grid promises, by the country that an inverter sends."""

from __future__ import annotations

import pytest

from kstar_tui.monitor.supply import Band, supply_of
from kstar_tui.protocol.codes import COUNTRIES


@pytest.mark.parametrize(
    ("value", "word"), [(206.9, "low"), (207.0, ""), (230.0, ""), (253.0, ""), (253.1, "high")]
)
def test_both_ends_are_allowed(value: float, word: str) -> None:
    assert Band(207.0, 253.0).beyond(value) == word


def test_each_country_that_is_told_of_is_in_europe() -> None:
    told = {COUNTRIES[code] for code in COUNTRIES if supply_of(code) is not None}
    assert {"Germany", "Italy", "Austria", "Ireland"} <= told
    for elsewhere in ("China", "Australia", "India", "Korea", "Brazil", "South Africa"):
        assert not [name for name in told if elsewhere in name]
    assert not [name for name in told if "60 Hz" in name]


def test_great_britain_allows_less_below() -> None:
    britain = [code for code, name in COUNTRIES.items() if "G83" in name or "G59" in name]
    assert len(britain) == 2
    for code in britain:
        supply = supply_of(code)
        assert supply is not None
        assert supply.voltage == (216.2, 253.0)


def test_of_what_is_unknown_nothing_is_said() -> None:
    assert supply_of(None) is None
    assert supply_of(255) is None
