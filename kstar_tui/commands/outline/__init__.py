"""The command line as data, and what is written of it: the manual page, completions for shells."""

from kstar_tui.commands.outline.parts import Command, Group, Option, Outline, Place, Values
from kstar_tui.commands.outline.reading import outline

__all__ = ["Command", "Group", "Option", "Outline", "Place", "Values", "outline"]
