"""What every command is."""

from __future__ import annotations

import attrs


@attrs.frozen
class Command:
    """The root of all commands."""
