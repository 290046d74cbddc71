"""Prices by the time of day: how they are written, and that two never hold at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.history.bands import DAY, STEP, Band, parse_band, parse_bands

QUARTERS = st.integers(0, DAY // STEP - 1).map(lambda quarter: quarter * STEP)
PRICES = st.integers(0, 10000).map(lambda cents: cents / 100)
BANDS = st.builds(Band, QUARTERS, QUARTERS, PRICES, st.none() | PRICES).filter(
    lambda band: band.start != band.end
)


@given(BANDS)
def test_what_is_written_is_read_again(band: Band) -> None:
    assert parse_band(str(band)) == band


@given(BANDS, BANDS)
def test_bands_are_refused_just_where_they_overlap(one: Band, other: Band) -> None:
    minutes = [m for m in range(DAY) if one.contains(m) and other.contains(m)]
    if minutes:
        with pytest.raises(ValueError, match="two bands hold at"):
            parse_bands([str(one), str(other)])
    else:
        assert parse_bands([str(one), str(other)]) == (one, other)


@given(BANDS)
def test_a_band_is_as_long_as_its_times_say(band: Band) -> None:
    length = sum(band.contains(minute) for minute in range(DAY))
    assert length == (band.end - band.start) % DAY


def test_a_whole_day_and_an_evening() -> None:
    assert all(parse_band("00:00-24:00 1").contains(minute) for minute in range(DAY))
    evening = parse_band("22:00-24:00 1")
    assert evening.contains(DAY - 1)
    assert not evening.contains(0)


@pytest.mark.parametrize(
    "text",
    ["", "22-06 1", "22:00-06:00", "22:05-06:00 1", "24:00-06:00 1", "6:00-6:00 1", "1:60-3:00 1",
     "1:00-2:00 -1", "1:00-2:00 nan", "1:00-2:00 100.5", "1:00-2:00 1 101", "1:00-2:00 1 2 3"],
)  # fmt: skip
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_band(text)
