"""Where the gate on the core looks: coverage watches the tests that hold the core by themselves, and no others.

Laws of this file
- A tracer doubles what everything costs that runs under it, and the gate asks one question: whether the core's own
  tests reach all of it. Whoever reaches a line over sockets or files alone has not tested the core.
- It is watched from the first of its lines: all of the core is read in anew under the tracer, before the tests are.
- What is watched comes first: a reader or a writer that is made once in a process is then made under the tracer. Next
  come the tests that take longest, so that at the end no worker is alone with one of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Final

import pytest
from coverage import Coverage

WATCHED: Final = (
    "tests/unit/",
    "tests/property/",
    "tests/integration/test_performance_on_a_case.py",
    "tests/integration/test_transport.py",
)
"""Tests of the core by itself; of the two over sockets, what they are about is how it deals with what is outside."""
OF_THE_SHELL: Final = (
    "tests/unit/test_benchmarks.py",
    "tests/unit/test_drawing.py",
    "tests/unit/test_evidence_files.py",
    "tests/unit/test_http_",
    "tests/unit/test_import_time.py",
    "tests/unit/test_jostling.py",
    "tests/unit/test_local_keys.py",
    "tests/unit/test_pdf.py",
    "tests/unit/test_postgres_columns.py",
    "tests/unit/test_sqlite_store.py",
    "tests/property/test_jd_",
    "tests/property/test_ledger_tampering.py",
    "tests/property/test_platform_machine.py",
    "tests/property/test_sealing.py",
    "tests/property/test_taobao",
)
"""Among them, what is about the shell, or tries for long what `test_ledger` tries shortly."""
LONGEST: Final = ("tests/integration/test_openapi.py", "tests/faults/", "tests/integration/test_canar", "tests/docs/")
"""Tests of which a single one may take half a minute."""


class Gate:
    """Stops coverage, where it runs at all, for whatever is not watched."""

    def __init__(self) -> None:
        self._resting: Coverage | None = None

    def _rest(self) -> None:
        """Stops what runs. A worker has two, of which the newer is asked in the end and the older would go on alone."""
        running = list[Coverage]()
        while (newest := Coverage.current()) is not None:
            newest.stop()
            running.append(newest)
        if running:
            self._resting = running[0]

    def _watch(self) -> None:
        if self._resting is not None:
            self._resting.start()
            self._resting = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Reads the core in under the tracer; what else the tests read in is none of its business."""
        leads = session.config.pluginmanager.hasplugin("dsession")  # the process that only hands out the tests
        if Coverage.current() is not None and not leads:
            read_in_the_core()
            self._rest()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """What is watched, then the longest, then the others; else everything stays in its order."""
        items.sort(key=lambda item: (not is_watched(item), not item.nodeid.startswith(LONGEST)))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """A test with all that is set up for it."""
        if is_watched(item):
            self._watch()
        else:
            self._rest()
        return (yield)


def is_watched(item: pytest.Item) -> bool:
    """Whether a test is one of those that hold the core by themselves."""
    return item.nodeid.startswith(WATCHED) and not item.nodeid.startswith(OF_THE_SHELL)


def read_in_the_core() -> None:
    """Imports every module of the library but the testing tools, which are no part of what is measured."""
    library = importlib.import_module("expressplatform")
    for module in pkgutil.walk_packages(library.__path__, f"{library.__name__}."):
        if not module.name.startswith("expressplatform.testing"):
            importlib.import_module(module.name)
