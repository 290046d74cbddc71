"""Certificates of an authority that no system knows, made by the openssl command."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


class Authority:
    """A certificate authority of this test alone."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("no openssl is installed to make certificates with")
        self._folder = folder
        self.certificate = folder / "ca.crt"
        self._run(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
            " -subj /CN=Test-CA -keyout ca.key -out ca.crt"
            " -addext keyUsage=critical,keyCertSign -addext basicConstraints=critical,CA:TRUE"
        )

    def issue(self, alt_name: str, days: int = 2) -> tuple[Path, Path]:
        """Certificate and key of a server of this name, such as `IP:127.0.0.1`."""
        (self._folder / "ext").write_text(f"subjectAltName={alt_name}\n")
        self._run(
            "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server"
            " -keyout server.key -out server.csr"
        )
        self._run(
            "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial"
            f" -days {days} -extfile ext -out server.crt"
        )
        return self._folder / "server.crt", self._folder / "server.key"

    def _run(self, command: str) -> None:
        done = subprocess.run(
            ["openssl", *command.split()],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
