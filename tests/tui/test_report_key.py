"""The report that `w` writes, and its way back through the program's own commands."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest
from app_talk import live_app, see, until
from tui_world import HandClock

from kstar_tui.simulator.server import Simulator


async def run(*arguments: str, stdin: bytes = b"") -> tuple[int | None, str, str]:
    """`kstar-tui` as users start it."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kstar_tui", *arguments), stdin=pipe, stdout=pipe, stderr=pipe
    )
    async with asyncio.timeout(30):
        out, err = await process.communicate(stdin)
    return process.returncode, out.decode(), err.decode()


async def test_w_writes_a_report_that_decode_and_simulate_read(
    inverter: Simulator, clock: HandClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await see(pilot, "● online")
        session = app.session
        assert session is not None
        await until(pilot, lambda: session.monitor.latest.settings)
        await pilot.press("6", "w")
        await see(pilot, "Written:", "Look it over before you send it.")
        (report,) = tmp_path.iterdir()
        before = report.read_bytes()
        await pilot.press("1", "ctrl+p", *"write a rep", "enter")
        await until(pilot, lambda: len(sorted(tmp_path.iterdir())) == 2)
        reading = session.monitor.latest.reading
        assert reading is not None
    assert {path.name for path in tmp_path.iterdir()} == {
        "kstar-report-20260618-120000.txt",
        "kstar-report-20260618-120000-2.txt",
    }
    assert report.read_bytes() == before, "the one before is left as it is"
    text = report.read_text(encoding="utf-8")
    serial = inverter.options.serial_number
    assert serial not in text
    assert serial.encode().hex() not in text
    assert "127.0.0.1" not in text

    status, out, err = await run("decode", "--json", "-", stdin=before)
    assert (status, err) == (0, "")
    running, info, settings = map(json.loads, out.splitlines())
    assert running["load_power"] == reading.load_power
    assert info["serial"] == "X" * len(serial)
    assert info["model"] == inverter.options.model
    assert settings["battery_capacity"] > 0

    simulate = ("simulate", "--frames", str(report), "--port", "0", "--discovery-port", "0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kstar_tui", *simulate),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(30):
            line = await process.stderr.readline()
        port = re.search(rb"answers on 127\.0\.0\.1 port (\d+)", line)
        assert port is not None, line
        at = ("--host", "127.0.0.1", "--port", port[1].decode())
        status, out, _ = await run("read", "--hex", *at)
    finally:
        process.terminate()
        await process.wait()
    assert status == 0
    frames = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in out.splitlines() if not line.startswith("#")] == frames


async def test_what_goes_wrong_with_it_is_told_and_ends_nothing(
    inverter: Simulator,
    clock: HandClock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    where = "kstar_tui.tui.diagnostics.report"
    blocked, wanted = tmp_path / "file", tmp_path / "data"
    blocked.write_text("no folder")
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await see(pilot, "● online")
        with monkeypatch.context() as patch:
            patch.setattr("kstar_tui.report.save.folders", lambda: iter([blocked / "x"]))
            await pilot.press("6", "w")
            await see(pilot, "The report cannot be written: Not a directory.")
        with monkeypatch.context() as patch:
            patch.setattr(f"{where}.report_text", lambda _: 1 // 0)
            await pilot.press("w")
            await see(pilot, "The report cannot be made: ZeroDivisionError.")
        with monkeypatch.context() as patch:
            patch.setattr("kstar_tui.report.save.folders", lambda: iter([blocked / "x", wanted]))
            await pilot.press("w")
            await see(pilot, "Written:")
        assert [os.fspath(path.name) for path in wanted.iterdir()] == [
            "kstar-report-20260618-120000.txt"
        ]
        assert app.is_running
    assert "could not be made" in caplog.text
