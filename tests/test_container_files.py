"""What Dockerfile and compose.yaml say of the program is what the program has."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from kstar_tui.commands.arguments import parse_arguments
from kstar_tui.settings import TABLE

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
LAST_STAGE = DOCKERFILE.rpartition("\nFROM ")[2]
COMPOSE = (ROOT / "compose.yaml").read_text()
WORKFLOWS = ROOT / ".github" / "workflows"
PROGRAM = "/opt/kstar-tui/bin/kstar-tui"


def words(instruction: str) -> list[str]:
    """The words of an instruction in the form that needs no shell."""
    (found,) = re.findall(rf"^{instruction} (\[.*\])$", LAST_STAGE, re.M)
    return [str(word) for word in json.loads(found)]


def test_what_is_copied_is_there_and_not_ignored() -> None:
    sources = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.M)
        for word in line.split()[:-1]
    ]
    assert "kstar_tui" in sources
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert sorted(line[1:] for line in ignored if line.startswith("!")) == sorted(sources)
    assert all((ROOT / source).exists() for source in sources)


def test_the_last_stage_is_no_root_and_no_shell() -> None:
    assert LAST_STAGE.startswith("scratch\n")
    assert re.search(r"^USER 1000:1000$", LAST_STAGE, re.M)
    assert "\nRUN " not in LAST_STAGE
    assert words("ENTRYPOINT") == [PROGRAM]


def test_it_is_the_daemon_unless_told_otherwise() -> None:
    line = parse_arguments(words("CMD"))
    assert line.command is None
    assert line.settings["headless"].text == "true"


def test_the_health_check_is_a_command() -> None:
    program, *arguments = words(r"HEALTHCHECK (?:--\S+ )+CMD")
    assert program == PROGRAM
    assert parse_arguments(arguments).command == "healthcheck"


def test_every_setting_can_be_used_in_it() -> None:
    """Nobody can install something into the image later."""
    (installed,) = re.findall(r"pip --python \S+ install (?:--\S+ )*'?([^' ]+)", DOCKERFILE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = set(project["optional-dependencies"]) - {"dev"}
    assert installed == f".[{','.join(sorted(extras))}]"


def test_the_environment_in_compose_is_one_of_settings() -> None:
    named = set(re.findall(r"^ +(?:# )?(KSTAR_\w+):", COMPOSE, re.M))
    known = {name for row in TABLE.values() for name in row.environment}
    known |= {f"{row.environment[0]}_FILE" for row in TABLE.values() if row.secret}
    assert {"KSTAR_MQTT", "KSTAR_MQTT_PASSWORD_FILE", "KSTAR_HOST"} <= named <= known


def job(workflow: str, name: str) -> str:
    """The text of a job of a workflow."""
    jobs = re.split(
        r"^  (\w+):\n", (WORKFLOWS / workflow).read_text().partition("\njobs:\n")[2], flags=re.M
    )
    return dict(zip(jobs[1::2], jobs[2::2], strict=True))[name]


def test_every_platform_of_a_release_is_built_before_there_is_one() -> None:
    released, tried = job("release.yml", "image"), job("test.yml", "platforms")
    (platforms,) = re.findall(r"^ +platforms: (.+)$", released, re.M)
    assert re.findall(r"^ +platforms: (.+)$", tried, re.M) == [platforms]
    assert len(platforms.split(",")) == 3
    assert "push: true" in released
    assert "push: false" in tried


def test_nothing_is_published_before_all_of_it_is_built() -> None:
    needed = {
        name: re.findall(r"^    needs: \[(.*)\]$", job("release.yml", name), re.M)
        for name in ("image", "pypi", "release")
    }
    assert needed == {
        "image": ["test, packages"],
        "pypi": ["test, packages, image"],
        "release": ["pypi"],
    }
