"""Who the measured processes talk to: an inverter and a broker, both on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import answering

from kstar_tui.protocol.encode import encode_device_info, encode_running_data, encode_settings
from kstar_tui.protocol.frame import Request, build_reply

ANSWERS = {
    Request.RUNNING_DATA.frame: build_reply(
        0x86,
        encode_running_data(
            {
                "pv1_voltage": 167.3,
                "pv1_current": 4.6,
                "battery_voltage": 50.7,
                "battery_soc": 76,
                "grid_voltage": 233.7,
                "grid_frequency": 50.03,
                "grid_power": 320,
                "grid_direction": "exporting",
                "load_power": 594,
                "temperature": 41.4,
                "energy_total": 1468.2,
                "load_energy_total": 1813.4,
                "hours_total": 4239,
                "energy_today": 3.8,
            }
        ),
    ),
    Request.DEVICE_INFO.frame: build_reply(
        0x82, encode_device_info(model="KSE-4000", serial="BENCHMARK0000001")
    ),
    Request.SETTINGS.frame: build_reply(0x89, encode_settings({"battery_capacity": 200})),
}


@pytest.fixture(autouse=True, scope="session")
def alone() -> None:
    """Side by side they would measure each other."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.fail("benchmarks run one at a time: add -n0", pytrace=False)


@pytest.fixture(scope="session")
def inverter() -> Iterator[int]:
    """The UDP port of an inverter on 127.0.0.1 that always answers the same, at once."""
    with answering(ANSWERS) as port:
        yield port


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Mosquitto of our own."""
    program = shutil.which("mosquitto", path="/usr/bin:/usr/local/bin:/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("Mosquitto is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = Path(tmp_path_factory.mktemp("mosquitto")) / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    with subprocess.Popen([program, "-c", config], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "running" in line:
                break
        else:
            pytest.fail("Mosquitto did not start:\n" + "".join(said))
        yield f"mqtt://127.0.0.1:{port}"
        process.terminate()
