"""Commands as somebody types them into one place."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from expressplatform_cli.commands import group


class Typed:
    """``where`` names the place to each command: its configuration, or its files."""

    where: tuple[str, ...]

    def run(self, *arguments: str, given: str | bytes | None = None) -> Result:
        """One command in this place."""
        return CliRunner().invoke(group, [*arguments, *self.where], input=given, env={"COLUMNS": "100"})

    def ok(self, *arguments: str, given: str | bytes | None = None) -> str:
        """What a command that succeeds writes."""
        result = self.run(*arguments, given=given)
        assert result.exit_code == 0, result.output
        return result.stdout

    def document(self, *arguments: str, given: str | bytes | None = None) -> Any:
        """What it writes with ``--json``."""
        return json.loads(self.ok(*arguments, "--json", given=given))
