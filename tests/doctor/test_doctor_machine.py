"""What is said of the clock, the terminal and what kstar-tui is made of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from doctor_world import QuickClock, lines, world

from kstar_tui.daemon.state import DaemonState, StateFile
from kstar_tui.doctor import versions
from kstar_tui.doctor.daemons import examine_daemons
from kstar_tui.doctor.finding import Finding, Result
from kstar_tui.doctor.terminal import Terminal, examine_terminal
from kstar_tui.doctor.timekeeping import Watch, kernel_says
from kstar_tui.doctor.versions import examine_versions
from kstar_tui.uptime import uptime


def clocked(
    folder: Path,
    clock: QuickClock | None = None,
    *,
    kept: bool | None = True,
    zones: Sequence[str] = ("Europe/Berlin",),
    localtime: bool = True,
    **environ: str,
) -> dict[str, Finding]:
    clock = clock or QuickClock()
    here = world(folder, clock=clock, environ=environ)
    for zone in zones:
        file = here.root / "usr/share/zoneinfo" / zone
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    if not localtime:
        (here.root / "etc/localtime").unlink()
    watch = Watch(here)
    clock.slept.append(30.0)
    return lines(watch.examine(lambda: kept))


def test_a_clock_that_is_right(tmp_path: Path) -> None:
    found = clocked(tmp_path)
    assert list(found) == ["date", "zone", "jump", "ntp"]
    assert {one.result for one in found.values()} == {Result.OK}
    assert found["date"].facts == {"now": "2026-06-01T12:00:30+00:00"}
    assert found["zone"].facts == {"zone": "UTC", "offset_s": 0}
    assert found["jump"].text == "it went as time did for 30 s"


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "the clock was never set"),
        (datetime(2024, 12, 31, tzinfo=UTC), "the clock was never set"),
        (datetime(2145, 1, 1, tzinfo=UTC), "the clock is wrong"),
    ],
)
def test_a_date_that_cannot_be(start: datetime, said: str, tmp_path: Path) -> None:
    found = clocked(tmp_path, QuickClock(start))
    assert found["date"].result is Result.PROBLEM
    assert said in found["date"].text


@pytest.mark.parametrize(("jump", "result"), [(0.9, Result.OK), (-3600.0, Result.WARNING)])
def test_a_clock_that_is_set_meanwhile(jump: float, result: Result, tmp_path: Path) -> None:
    clock = QuickClock()
    here = world(tmp_path, clock=clock)
    watch = Watch(here)
    clock.slept.append(20.0)
    clock.jump = jump
    found = lines(watch.examine(lambda: True))["jump"]
    assert (found.result, found.facts["jump_s"]) == (result, jump)


def test_zones(tmp_path: Path) -> None:
    assert clocked(tmp_path, TZ="Europe/Berlin")["zone"].result is Result.OK
    assert clocked(tmp_path, TZ=":Europe/Berlin")["zone"].result is Result.OK
    assert clocked(tmp_path, TZ="CET-1CEST", localtime=False)["zone"].result is Result.OK
    misspelt = clocked(tmp_path, TZ="Europe/Berln")["zone"]
    assert misspelt.result is Result.WARNING
    assert "Did you mean Europe/Berlin?" in misspelt.advice
    assert clocked(tmp_path, localtime=False)["zone"].result is Result.WARNING
    berlin = QuickClock(datetime(2026, 6, 1, tzinfo=timezone(timedelta(hours=2), "CEST")))
    assert clocked(tmp_path, berlin)["zone"].text == "time zone CEST (UTC+0200)"


def test_a_system_without_zones(tmp_path: Path) -> None:
    found = clocked(tmp_path, zones=(), TZ="Europe/Berlin")["zone"]
    assert (found.result, found.advice) == (Result.WARNING, "Install the package tzdata.")


def test_who_keeps_it(tmp_path: Path) -> None:
    for kept, result in ((True, Result.OK), (False, Result.NOTE), (None, Result.NOTE)):
        found = clocked(tmp_path, kept=kept)["ntp"]
        assert (found.result, found.facts) == (result, {"synchronised": kept})
    mark = tmp_path / "root/run/systemd/timesync/synchronized"
    mark.parent.mkdir(parents=True)
    mark.touch()
    assert clocked(tmp_path, kept=None)["ntp"].result is Result.OK


def test_the_kernel_is_only_asked() -> None:
    assert kernel_says() in (True, False, None)


XTERM = {"TERM": "xterm-256color", "LANG": "en_GB.UTF-8"}


def looked(
    size: tuple[int, int] | None = (80, 24),
    environ: dict[str, str] | None = None,
    *,
    keys: bool = True,
    encoding: str = "utf-8",
    ascii_wanted: bool = False,
) -> dict[str, Finding]:
    terminal = Terminal(True, keys, size, encoding)
    environ = XTERM if environ is None else environ
    return lines(examine_terminal(terminal, environ, ascii_wanted=ascii_wanted))


def test_a_good_terminal() -> None:
    found = looked()
    assert list(found) == ["terminal", "size", "colours", "characters"]
    assert {one.result for one in found.values()} == {Result.OK}
    assert found["size"].facts == {"columns": 80, "lines": 24}


def test_no_terminal_is_nothing_bad() -> None:
    (found,) = examine_terminal(Terminal(False, False), XTERM, ascii_wanted=False)
    assert (found.name, found.result) == ("terminal", Result.NOTE)
    assert looked(keys=False)["terminal"].result is Result.NOTE


@pytest.mark.parametrize(
    ("size", "result"),
    [
        ((59, 24), Result.WARNING),
        ((80, 15), Result.WARNING),
        ((60, 16), Result.NOTE),
        ((79, 50), Result.NOTE),
        ((200, 60), Result.OK),
    ],
)
def test_sizes(size: tuple[int, int], result: Result) -> None:
    assert looked(size)["size"].result is result
    assert "size" not in looked(None)


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_a_terminal_that_nobody_knows(term: str) -> None:
    assert looked(environ={"TERM": term})["terminal"].result is Result.WARNING


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, 1 << 24),
        ({"TERM": "xterm-direct"}, 1 << 24),
        ({"TERM": "screen-256color"}, 256),
        ({"TERM": "linux"}, 16),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, 0),
    ],
)
def test_colours(environ: dict[str, str], colours: int) -> None:
    found = looked(environ=environ)["colours"]
    assert (found.result, found.facts) == (Result.OK, {"colours": colours})


def test_characters() -> None:
    assert looked()["characters"].facts == {"unicode": True}
    plain = looked(environ={"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"})["characters"]
    assert (plain.result, plain.facts) == (Result.NOTE, {"unicode": False})
    assert looked(encoding="ascii")["characters"].facts == {"unicode": False}
    wanted = looked(ascii_wanted=True)["characters"]
    assert (wanted.result, wanted.facts) == (Result.OK, {"unicode": False})


def test_what_it_is_made_of() -> None:
    found = lines(examine_versions())
    assert {one.result for one in found.values()} == {Result.OK}
    assert {"kstar_tui", "python", "sqlite", "textual", "paho_mqtt", "tomli_w"} <= set(found)
    assert "pytest" not in found


def test_parts_that_do_not_fit() -> None:
    def version_of(name: str) -> str:
        if name == "missing":
            raise PackageNotFoundError(name)
        return "8.2.1rc1"

    requires = ["old>=8.3", "new<8.2", "good<9,>=8.2", "missing>=1", 'extra>=9; extra == "dev"']
    found = lines(examine_versions(lambda _: requires, version_of))
    assert {name: one.result for name, one in found.items() if name in ("old", "new", "good")} == {
        "old": Result.PROBLEM,
        "new": Result.PROBLEM,
        "good": Result.OK,
    }
    assert found["old"].text == "old 8.2.1rc1 does not fit: old>=8.3"
    assert found["missing"].text == "missing is missing"
    assert "extra" not in found


def test_a_python_or_sqlite_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "OLDEST_PYTHON", (9, 1))
    monkeypatch.setattr(versions, "OLDEST_SQLITE", (9, 0, 0))
    found = lines(examine_versions())
    assert found["python"].result is found["sqlite"].result is Result.PROBLEM
    assert "9.0.0 is needed" in found["sqlite"].text


def test_run_without_having_been_installed() -> None:
    def unknown(name: str) -> list[str]:
        raise PackageNotFoundError(name)

    assert list(lines(examine_versions(unknown))) == ["kstar_tui", "python", "sqlite"]


def test_the_daemons_of_this_machine(
    tmp_path: Path, own_runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world(tmp_path, environ={"XDG_RUNTIME_DIR": str(own_runtime)})
    (none,) = examine_daemons(here)
    assert (none.result, none.facts["pid"]) == (Result.NOTE, None)
    folder = own_runtime / "kstar-tui"
    folder.mkdir()
    state = DaemonState(
        4711, "1.0", 0.0, "online", 0.0, True, uptime(), 5.0, 10.0, "KSE1", "10.0.0.1"
    )
    file = StateFile(folder)
    file.write(state)
    (fresh,) = examine_daemons(here)
    assert fresh.result is Result.OK
    assert fresh.text.startswith("process 4711 runs as a daemon, and screens attach to it: fresh:")
    (beside,) = examine_daemons(here, "h:1883")
    assert "as a daemon, and a screen watches h:1883 instead: fresh:" in beside.text
    file.write(state._replace(available=False, state="offline", taken=None))
    (asleep,) = examine_daemons(here)
    assert asleep.result is Result.NOTE, "at night that is as it should be"
    file.close()
    monkeypatch.setattr(os, "access", lambda path, _: path != folder)
    # Whoever hears a broker needs none of them.
    (none,) = examine_daemons(here, "h:1883")
    assert (none.result, none.text) == (
        Result.NOTE,
        "no daemon runs here, and none is needed: a screen watches h:1883",
    )
    (barred,) = examine_daemons(here)
    assert (barred.name, barred.result) == ("barred", Result.WARNING)
    assert str(folder) in barred.text
    assert barred.facts["path"] == str(folder)
