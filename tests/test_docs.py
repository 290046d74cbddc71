"""What the documents say is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kstar_tui.mqtt.legacy import legacy_messages
from kstar_tui.protocol.codes import ERROR_BITS
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.fields import Source
from kstar_tui.protocol.frame import Request, build_reply, parse_frame
from kstar_tui.protocol.reading import FIELDS, decode_running_data
from kstar_tui.settings import TABLE, Settings
from kstar_tui.status import Status

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def block(start: str) -> str:
    """The line of a code block that begins so."""
    (line,) = (line for line in README.splitlines() if line.startswith(start))
    return line


def test_ci_runs_the_readmes_test_command() -> None:
    command = block("python3 -m venv .venv && .venv/bin/pip install -q -e")
    assert command.endswith("&& .venv/bin/python -m pytest")
    assert f'bash -euo pipefail -c "{command}"' in (ROOT / ".ci" / "run").read_text()


def test_the_demo_command() -> None:
    assert block("python3 -m venv .venv && .venv/bin/pip install -q .").endswith("tui --demo")


@pytest.mark.parametrize("key", TABLE)
def test_the_settings_table(key: str) -> None:
    row = TABLE[key]
    variables = ", ".join(f"`{name}`" for name in row.environment)
    default = row.kind.show(getattr(Settings(), row.name))
    argument = f"`{row.argument}`" if row.argument else "—"
    assert f"| `{key}` | {argument} | {variables} | {default} |" in README


def test_every_exit_status() -> None:
    for status in Status:
        assert re.search(rf"^\| {int(status)} \| \w", README, re.M), status


def test_every_mqtt_topic() -> None:
    reading = decode_running_data(parse_frame(build_reply(0x86, encode_running_data({}))))
    assert all(f"`{topic}`" in README for topic, _ in legacy_messages(reading))


def test_every_request_is_described() -> None:
    for request in Request:
        assert f"`{request.frame.hex(' ').upper()}` | `{request.reply_function:02x}`" in PROTOCOL


@pytest.mark.parametrize("name", [n for n in FIELDS if not n.startswith("battery_") or n[8] > "9"])
def test_every_field_is_described_at_its_offset(name: str) -> None:
    """The rows of further batteries stand together and are not named one by one."""
    row = FIELDS[name]
    lines = [line for line in PROTOCOL.splitlines() if f"`{name}`" in line]
    assert lines, f"docs/protocol.md does not name {name}"
    if row.offset is not None:
        offset = re.compile(rf"^\| ([\d, ]+, )?{row.offset}(,[\d, ]+)? \|")
        described = [line for line in lines if offset.match(line)]
        assert described, lines
        scale = f"/{row.scale}" if row.scale > 1 else ""
        kind = f"{'i' if row.type.name[0] == 'I' else 'u'}{row.type.size * 8}{scale}"
        assert f"| {kind} |" in described[0]
        assert ("(G)" in described[0]) == (row.source is Source.GOODWE)
        assert f"| {row.unit or ''} |".replace("|  |", "| |") in described[0]


def test_every_error_bit_is_described() -> None:
    rows = re.findall(r"^\| (\d+)–(\d+) \| (.*) \|$", PROTOCOL, re.M)
    names = [name for _, _, row in rows for name in row.split(" · ")]
    assert names == [ERROR_BITS.get(bit, "–") for bit in range(32)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_within_the_project_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text()):
        path, _, heading = target.partition("#")
        found = (document.parent / path).resolve() if path else document
        assert found.is_file(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", found.read_text(), re.M)
            assert heading in {h.lower().replace(" ", "-") for h in headings}, target
