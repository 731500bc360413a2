"""Worlds in which one module is another: it, and whatever imports it, made anew in memory.

A `World` holds one changed module and loads modules around it: those that the change reaches are executed again
from their source with imports that lead to each other; all others are the real ones. Nothing real is touched, so
thousands of worlds may follow one another in one process.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
_TREES: Final = (ROOT / "src", ROOT)


@functools.cache
def path_of(name: str) -> Path | None:
    """The file of a module of the library or of the tests; None for anything else."""
    inside = Path(*name.split("."))
    for tree in _TREES:
        for path in (tree / inside.with_suffix(".py"), tree / inside / "__init__.py"):
            if name.split(".")[0] in ("expressplatform", "tests") and path.is_file():
                return path
    return None


@functools.cache
def source(name: str) -> str:
    """What a module says."""
    path = path_of(name)
    assert path is not None, name
    return path.read_text("utf-8")


@functools.cache
def imports(name: str) -> frozenset[str]:
    """The modules of ours that a module names in its imports."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(source(name))):
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{one.name}" for one in node.names}
            named |= {one if path_of(one) else node.module for one in inner}
        elif isinstance(node, ast.Import):
            named |= {one.name for one in node.names}
    return frozenset(one for one in named if one != name and path_of(one) is not None)


@functools.cache
def reached(name: str, changed: str) -> bool:
    """Whether a module is the changed one or imports it, straight or by way of others."""
    if path_of(name) is None:
        return False
    return name == changed or any(reached(one, changed) for one in imports(name))


@functools.cache
def _compiled(name: str) -> CodeType:
    return compile(source(name), str(path_of(name)), "exec", dont_inherit=True)


class _Package:
    """A package some of whose modules are others."""

    def __init__(self, real: ModuleType, others: Mapping[str, ModuleType]) -> None:
        self._real, self._others = real, others

    def __getattr__(self, name: str) -> Any:
        return self._others[name] if name in self._others else getattr(self._real, name)


class World:
    """The library with the module ``changed`` made from ``code``; ``given`` are names that the code finds there."""

    def __init__(self, changed: str, code: CodeType, given: Mapping[str, object] | None = None) -> None:
        self._changed, self._code, self._given = changed, code, dict(given or {})
        self._made: dict[str, ModuleType] = {}
        self._builtins = {**vars(builtins), "__import__": self._import}

    def module(self, name: str) -> ModuleType:
        """A module as it is in this world."""
        if not reached(name, self._changed):
            return importlib.import_module(name)
        if name not in self._made:
            self._made[name] = module = ModuleType(name)
            module.__dict__.update(__file__=str(path_of(name)), __builtins__=self._builtins)
            if name == self._changed:
                module.__dict__.update(self._given)
            exec(self._code if name == self._changed else _compiled(name), module.__dict__)  # noqa: S102
        return self._made[name]

    def _import(
        self,
        name: str,
        here: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        wanted: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if not wanted:
            assert not reached(name, self._changed), f"import {name}: say from where, or the real one would be taken"
            return __import__(name, here, local, wanted or (), level)
        real = importlib.import_module(name)
        # A name may be both a module and what the package takes from it: the package's word counts.
        inner = {one for one in wanted if isinstance(getattr(real, one, real), ModuleType)}
        package = self.module(name) if set(wanted) - inner else real
        others = {one: self.module(f"{name}.{one}") for one in inner if path_of(f"{name}.{one}")}
        return _Package(package, others) if others else package
