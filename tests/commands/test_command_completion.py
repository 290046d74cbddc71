"""Words completed in real shells, by what `kstar-tui completion` prints."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from program_talk import Program
from terminal import Terminal

from kstar_tui.commands.completion import SHELLS
from kstar_tui.commands.outline import Command, outline
from kstar_tui.commands.outline.reading import THEMES
from kstar_tui.settings import TABLE
from kstar_tui.settings.look_kinds import AUTO
from kstar_tui.tui.themes import NAMES

OUTLINE = outline()
COMMANDS = [command.name for command in OUTLINE.commands]


ANSI_AND_ATOM = ["ansi-dark", "ansi-light", "atom-one-dark", "atom-one-light"]


def test_every_theme_is_offered() -> None:
    assert (AUTO, *NAMES) == THEMES


def script(shell: str, folder: Path) -> Path:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    path = folder / f"completion.{shell}"
    path.write_text(SHELLS[shell](OUTLINE))
    return path


def options_of(command: Command) -> list[str]:
    return sorted(one for option in command.options for one in option.spellings)


# What bash has of a line, words apart as it takes them; the last one is being typed.
ASK = """
compopt() { echo "compopt $*"; }
source "$1"
while read -r line; do
    read -ra COMP_WORDS <<< "${line%|}"
    [[ $line == *' |' ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _kstar_tui
    echo "${COMPREPLY[*]}"
done
"""


def ask_bash(path: Path, lines: Sequence[str]) -> list[list[str]]:
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "bash", str(path)],
        input="".join(f"{line}|\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert done.stderr == ""
    answers: list[list[str]] = []
    files = False
    for line in done.stdout.splitlines():
        if line == "compopt -o default":
            files = True
            continue
        answers.append(["(files)"] if files else line.split())
        files = False
    return answers


def ask_fish(path: Path, lines: Sequence[str]) -> list[list[str]]:
    code = f"source {path}; while read -l line; complete -C $line; echo .; end"
    done = subprocess.run(
        ["fish", "--no-config", "-c", code],
        input="".join(f"{line}\n" for line in lines),
        cwd=path.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert done.stderr == ""
    answers = done.stdout.split(".\n") if "\n.\n" in done.stdout else [done.stdout]
    return [[line.partition("\t")[0] for line in answer.splitlines()] for answer in answers]


class TestBash:
    def test_every_option_of_every_command(self, tmp_path: Path) -> None:
        path = script("bash", tmp_path)
        lines = [f"kstar-tui {name} -" for name in ("", *COMMANDS)]
        offered = [sorted(words) for words in ask_bash(path, lines)]
        assert offered == [options_of(command) for command in OUTLINE.every]

    @pytest.mark.parametrize(
        ("line", "offered"),
        [
            ("kstar-tui ", COMMANDS),
            ("kstar-tui hi", ["history"]),
            ("kstar-tui --ascii --host read hi", ["history"]),
            ("kstar-tui --mqtt mqtt : //host mq", ["mqtt"]),
            ("kstar-tui --mqtt-version ", ["3.1.1", "5"]),
            ("kstar-tui --mqtt-version =", ["3.1.1", "5"]),
            ("kstar-tui --mqtt-version = 3", ["3.1.1"]),
            ("kstar-tui --mqtt-version = 5 dec", ["decode"]),
            ("kstar-tui --theme ks", ["kstar-dark", "kstar-light"]),
            ("kstar-tui config set ui.theme a", ["auto", *ANSI_AND_ATOM]),
            ("kstar-tui --config ", ["(files)"]),
            ("kstar-tui --config = co", ["(files)"]),
            ("kstar-tui --port 8", []),
            ("kstar-tui read --mqtt", []),
            ("kstar-tui simulate --day w", ["winter"]),
            ("kstar-tui config ", ["show", "path", "set"]),
            ("kstar-tui config --json --config x set headl", ["headless"]),
            ("kstar-tui config path headl", []),
            ("kstar-tui config set ui.ascii ", ["true", "false"]),
            ("kstar-tui config set mqtt.ca ", ["(files)"]),
            ("kstar-tui config set mqtt.username ", []),
            ("kstar-tui config set mqtt.version 5 ", []),
            ("kstar-tui history import ", ["(files)"]),
            ("kstar-tui history show ", []),
            ("kstar-tui read -- --js", []),
            ("kstar-tui completion f", ["fish"]),
        ],
    )
    def test_a_line(self, line: str, offered: list[str], tmp_path: Path) -> None:
        assert ask_bash(script("bash", tmp_path), [line]) == [offered]

    def test_typed(self, tmp_path: Path) -> None:
        path = script("bash", tmp_path)
        (tmp_path / "old house.db").touch()
        rc = tmp_path / "rc"
        rc.write_text(f"PS1='> '\ncd '{tmp_path}'\nsource {path}\n")
        with Terminal(["bash", "--rcfile", str(rc), "-i"], 100) as terminal:
            terminal.wait_for(">")
            terminal.send("kstar-tui hi\t")
            terminal.wait_for("> kstar-tui history")
            terminal.send("im\to\t--no-hi\t")
            terminal.wait_for("> kstar-tui history import old\\ house.db --no-history")
            terminal.send("\x15kstar-tui --mqtt-version=3\t--mqtt-di\t")
            terminal.wait_for("> kstar-tui --mqtt-version=3.1.1 --mqtt-discovery")


class TestZsh:
    def test_typed(self, tmp_path: Path) -> None:
        path = script("zsh", tmp_path)
        (tmp_path / "old house.db").touch()
        (tmp_path / ".zshrc").write_text(
            f"PS1='> '\ncd '{tmp_path}'\nautoload -Uz compinit && compinit -u -D\nsource {path}\n"
        )
        with Terminal(["zsh", "-i"], 100, 40, {"ZDOTDIR": str(tmp_path)}) as terminal:
            terminal.wait_for(">")
            terminal.send("kstar-tui \t")
            text = terminal.wait_for("be an inverter in a simulated house")
            for command in OUTLINE.commands:
                assert f"{command.name} " in text
                assert f"-- {command.summary}" in text
            terminal.send("hi\tim\to\t--no-hi\t")
            terminal.wait_for("> kstar-tui history import old\\ house.db --no-history")
            terminal.send("\x15kstar-tui --mqtt-version=3\t --mqtt-discovery d\tdec\t")
            terminal.wait_for("> kstar-tui --mqtt-version=3.1.1 --mqtt-discovery device decode")
            terminal.send("\x15kstar-tui config --json set headl\tt\t")
            terminal.wait_for("> kstar-tui config --json set headless true")
            terminal.send("\x15kstar-tui --theme nor\t--ascii config set ui.th\tdrac\t")
            terminal.wait_for("> kstar-tui --theme nord --ascii config set ui.theme dracula")

    def test_loaded_by_name(self, tmp_path: Path) -> None:
        path = script("zsh", tmp_path)
        path.rename(tmp_path / "_kstar-tui")
        (tmp_path / ".zshrc").write_text(
            f"PS1='> '\nfpath=({tmp_path} $fpath)\nautoload -Uz compinit && compinit -u -D\n"
        )
        with Terminal(["zsh", "-i"], 100, 40, {"ZDOTDIR": str(tmp_path)}) as terminal:
            terminal.wait_for(">")
            terminal.send("kstar-tui mq\tch\t--mqtt-ver\t5 --js\t")
            terminal.wait_for("> kstar-tui mqtt check --mqtt-version=5 --json")


class TestFish:
    def test_every_option_of_every_command(self, tmp_path: Path) -> None:
        path = script("fish", tmp_path)
        lines = [f"kstar-tui {name} -".replace("  ", " ") for name in ("", *COMMANDS)]
        # It offers a short spelling only where there is no long one.
        offered = [sorted({*words, "-h"}) for words in ask_fish(path, lines)]
        assert offered[: len(lines)] == [options_of(command) for command in OUTLINE.every]

    def test_lines(self, tmp_path: Path) -> None:
        path = script("fish", tmp_path)
        (tmp_path / "house.db").touch()
        lines = {
            "kstar-tui ": sorted(COMMANDS),
            "kstar-tui --ascii --host read hi": ["history"],
            "kstar-tui --mqtt-version ": ["3.1.1", "5"],
            "kstar-tui --mqtt-version=": ["--mqtt-version=3.1.1", "--mqtt-version=5"],
            "kstar-tui --theme ks": ["kstar-dark", "kstar-light"],
            "kstar-tui config set ui.theme an": ["ansi-dark", "ansi-light"],
            "kstar-tui --config ho": ["house.db"],
            "kstar-tui --port ho": [],
            "kstar-tui config ": ["path", "set", "show"],
            "kstar-tui config --json set ": sorted(TABLE),
            "kstar-tui config path ": [],
            "kstar-tui config set ui.ascii ": ["false", "true"],
            "kstar-tui config set mqtt.ca ho": ["house.db"],
            "kstar-tui history import ho": ["house.db"],
            "kstar-tui history show ho": [],
            "kstar-tui decode ho": ["house.db"],
        }
        assert ask_fish(path, list(lines))[: len(lines)] == list(lines.values())


async def test_the_command_prints_it(program: Program) -> None:
    for shell, write in SHELLS.items():
        ended = await program("completion", shell)
        assert (ended.status, ended.out, ended.err) == (0, write(OUTLINE), "")
    ended = await program("completion", "tcsh")
    assert ended.status == 2
    assert "'tcsh' (choose from" in ended.err
