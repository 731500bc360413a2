"""One JSON line a request: what was asked by name, by which organisation, what came of it, how long it took.

Laws of this file: a line holds names of routes, codes, ids of organisations and keys, and numbers. No address, header,
body or text of an error is ever part of one, for any of them may tell something about a person.
"""

from __future__ import annotations

import logging
import traceback
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

LOGGER: Final = "expressplatform_http"
"""The name of the logger; whoever runs the server says where its lines go."""
_LOGGER: Final = logging.getLogger(LOGGER)


def line(at: datetime, **facts: str | float) -> str:
    """A line of the log."""
    kept = {name: fact for name, fact in facts.items() if fact != ""}
    return orjson.dumps({"at": at.isoformat(), **kept}).decode()


def wanted() -> bool:
    """Whether anybody reads lines."""
    return _LOGGER.isEnabledFor(logging.INFO)


def log(at: datetime, **facts: str | float) -> None:
    """Writes a line."""
    if wanted():
        _LOGGER.info("%s", line(at, **facts))


def place_of(error: BaseException) -> str:
    """Where in the code an unexpected error arose, and of which kind: never its text, which may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    return f"{type(error).__name__} at {where}"
