"""What a build adds that no file of the project holds: the manual page, completions, links."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

SHARED = {
    "manual": "share/man/man1/kstar-tui.1",
    "bash": "share/bash-completion/completions/kstar-tui",
    "zsh": "share/zsh/site-functions/_kstar-tui",
    "fish": "share/fish/vendor_completions.d/kstar-tui.fish",
}
"""Where the generated files lie below the prefix of an installation."""


class SharedFiles(BuildHookInterface[Any]):
    """The manual page and the completions, written from the command line they describe."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put them into a wheel; an editable one changes without being built again."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="kstar-tui-")
        for name, text in _generated(self.root).items():
            path = Path(self._folder.name) / name
            path.write_text(text, encoding="utf-8")
            build_data["shared_data"][str(path)] = SHARED[name]

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Nothing is left behind."""
        if version != "editable":
            self._folder.cleanup()


class Links(MetadataHookInterface):
    """Where the project lives, as far as whoever builds it says so; links that hold elsewhere."""

    def update(self, metadata: dict[str, Any]) -> None:
        """The README for a package index, and the project's addresses."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        repository = _repository(os.environ)
        if repository:
            reference = os.environ.get("GITHUB_REF_NAME", "HEAD")
            text = _linked(text, repository, reference)
            metadata["urls"] = {
                "Source": repository,
                "Issues": f"{repository}/issues",
                "Changelog": f"{repository}/blob/{reference}/CHANGELOG.md",
            }
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def _repository(environment: Mapping[str, str]) -> str:
    """The address of the repository that a workflow runs for; empty anywhere else."""
    name = environment.get("GITHUB_REPOSITORY")
    return f"{environment.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}" if name else ""


def _linked(text: str, repository: str, reference: str) -> str:
    """Links to files of the project made absolute, those to pictures so that they are shown."""
    within = r"\]\((?![a-z]+:|#)([^)]+)\)"
    text = re.sub(r"(!\[[^]]*)" + within, rf"\1]({repository}/raw/{reference}/\2)", text)
    return re.sub(within, rf"]({repository}/blob/{reference}/\1)", text)


def _generated(root: str) -> dict[str, str]:
    """The texts by name. What they are made from needs nothing but Python."""
    with _importable(root):
        from kstar_tui.commands.completion import SHELLS
        from kstar_tui.commands.outline import outline
        from kstar_tui.commands.outline.roff import manual

        line = outline()
        return {"manual": manual(line)} | {name: write(line) for name, write in SHELLS.items()}


@contextmanager
def _importable(root: str) -> Iterator[None]:
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, root)
    try:
        yield
    finally:
        sys.path.remove(root)
        sys.dont_write_bytecode = writes
