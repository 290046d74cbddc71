"""Shares of the own energy: by hand, and that they are shares."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.columns import INDEX
from kstar_tui.history.derived import self_consumption, self_sufficiency
from kstar_tui.monitor.energy import MJ_PER_KWH, Flow


def bucket(start: int = 0, **kwh: float) -> Bucket:
    """Measured kWh by the names of `Flow`."""
    one = Bucket(start)
    one.observed = 900_000
    for name, value in kwh.items():
        one.sums[INDEX[Flow[name].value]] = round(value * MJ_PER_KWH)
    return one


def test_by_hand() -> None:
    day = bucket(PV=10, EXPORT=4, LOAD=8, IMPORT=2)
    assert self_consumption(day) == 0.6
    assert self_sufficiency(day) == 0.75


def test_nothing_to_divide_by() -> None:
    assert self_consumption(bucket(PV=0, EXPORT=1)) is None
    assert self_sufficiency(bucket(LOAD=0, IMPORT=1)) is None
    assert self_consumption(Bucket(0)) is None


def test_what_was_counted_while_nothing_was_observed_changes_nothing() -> None:
    day = bucket(PV=10, EXPORT=5, LOAD=10, IMPORT=5)
    day.pv_energy = day.load_energy = 100 * MJ_PER_KWH
    assert self_consumption(day) == self_sufficiency(day) == 0.5


@given(*[st.floats(0, 1e6)] * 4)
def test_shares_are_from_nothing_to_all(
    pv: float, export: float, load: float, taken: float
) -> None:
    day = bucket(PV=pv, EXPORT=export, LOAD=load, IMPORT=taken)
    for share in (self_consumption(day), self_sufficiency(day)):
        assert share is None or 0 <= share <= 1
