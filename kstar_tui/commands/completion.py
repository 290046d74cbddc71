"""`kstar-tui completion`: what a shell needs to complete words."""

from __future__ import annotations

from kstar_tui.commands.context import Context
from kstar_tui.commands.outline import outline
from kstar_tui.commands.outline.bash import bash
from kstar_tui.commands.outline.fish import fish
from kstar_tui.commands.outline.zsh import zsh
from kstar_tui.status import Status

SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
"""What writes the script of each shell."""


def run(context: Context) -> Status:
    """Print the script for the shell that was named."""
    context.out.write(SHELLS[context.options.shell](outline()))
    return Status.DONE
