"""The files that the project's developers share and do not commit: in a directory `shared` beside the project.

Where they are missing, the tests that need them say so as they are skipped; under CI they fail.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

import pytest

_ROOT: Final = Path(__file__).resolve().parents[1]
_PLACES: Final = [place / "shared" for place in _ROOT.parents]


def shared(*parts: str) -> Path:
    """A shared file. Skips the module that asks at its import where there is none, unless CI is set."""
    found = next((place.joinpath(*parts) for place in _PLACES if place.joinpath(*parts).exists()), None)
    if found is not None:
        return found
    if os.environ.get("CI") == "true":
        raise FileNotFoundError(f"{_ROOT.parent / 'shared'} must hold {'/'.join(parts)}")
    pytest.skip(f"shared/{'/'.join(parts)} is not beside the project", allow_module_level=True)


def shared_json(*parts: str) -> Any:
    """A shared JSON document."""
    return json.loads(shared(*parts).read_text("utf-8"))
