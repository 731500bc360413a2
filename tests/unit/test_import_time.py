"""Importing the library brings in what it needs and nothing besides."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import pytest

ELSEWHERE: Final = ("asyncio", "click", "httpx", "psycopg", "rich", "sqlite3", "starlette")
PROBE: Final = """
import sys
import expressplatform
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""
USE: Final = """
import sys
from expressplatform import AsyncPlatform, HK_CCA, MemoryKeyStore, MemoryStore, Platform
AsyncPlatform(scheme=HK_CCA, store=None, keys=MemoryKeyStore())
platform = Platform(scheme=HK_CCA, store=MemoryStore(), keys=MemoryKeyStore())
platform.open(), platform.tick(), platform.work(), platform.close()
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


CLIENT: Final = """
import sys
import expressplatform_http.client
print(*(name for name in sys.argv[1:] if name in sys.modules and name != "asyncio"))
"""


def _found(program: str) -> list[str]:
    command = (sys.executable, "-W", "error", "-c", program, *ELSEWHERE, "httpx2", "uvicorn", "hypothesis")
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("program", [PROBE, USE], ids=["import", "use"])
def test_the_library_brings_in_no_adapter_s_needs(program: str) -> None:
    """Neither importing it nor a platform in memory, awaited or not, imports an event loop, a database or a server."""
    assert _found(program) == []


def test_the_clients_bring_in_no_library_that_is_handed_to_them() -> None:
    """A trader chooses between httpx and httpx2, and needs no server."""
    assert _found(CLIENT) == []
