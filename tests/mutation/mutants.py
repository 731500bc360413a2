"""The mutants: every small change of the disclosure table and of the functions that guard consent.

Two ways to change a module. A *value* mutant lets the module run and changes what one of its names holds (a row
of the table). A *code* mutant changes one place of one function: a condition negated or dropped, a comparison
turned, a check left out, the answer "fine" whatever was asked.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any, Final

import attrs

from tests.mutation.worlds import World, path_of, source

_HOOK: Final = "__changed__"


@attrs.frozen
class Mutant:
    """One change: the module, what was changed in words, at which line, and how to make the world in which it is so."""

    module: str
    said: str
    make: Callable[[], World] = attrs.field(eq=False, repr=False)
    line: int = 0

    @property
    def name(self) -> str:
        """What it is called, wherever its line stands today."""
        return f"{self.module.removeprefix('expressplatform.')}: {self.said}"

    def __str__(self) -> str:
        return f"{self.name} (line {self.line})" if self.line else self.name


# --- values ----------------------------------------------------------------------------------------------------


@functools.cache
def _hooked(module: str, name: str) -> CodeType:
    """The module's code, with what is assigned to one name handed through a function first."""
    tree = ast.parse(source(module))
    for node in tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == name and isinstance(node, ast.AnnAssign) and node.value:
            node.value = ast.Call(ast.Name(_HOOK, ast.Load()), [node.value], [])
            return _compile(module, tree)
    raise LookupError(f"{module} assigns no {name}")


def _compile(module: str, tree: ast.Module) -> CodeType:
    return compile(ast.fix_missing_locations(tree), str(path_of(module)), "exec", dont_inherit=True)


def of_value(module: str, name: str, said: str, change: Callable[[Any], Any]) -> Mutant:
    """The mutant in which a name of a module holds something else."""
    return Mutant(module, said, lambda: World(module, _hooked(module, name), {_HOOK: change}))


# --- code ------------------------------------------------------------------------------------------------------

_TURNED: Final[Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}


@attrs.frozen
class _Place:
    """A node and where it hangs, so that another may hang there for a moment."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _places(function: ast.FunctionDef) -> Iterator[_Place]:
    for parent in ast.walk(function):
        if isinstance(parent, ast.arguments):
            continue
        for field, value in ast.iter_fields(parent):
            if field in ("returns", "annotation", "decorator_list"):
                continue
            if isinstance(value, ast.AST):
                yield _Place(parent, field, None, value)
            elif isinstance(value, list):
                yield from (_Place(parent, field, i, one) for i, one in enumerate(value) if isinstance(one, ast.AST))


def _instead(place: _Place) -> Iterator[ast.AST]:
    """What may stand in a place instead of what stands there."""
    node = place.node
    yield from _instead_of_statement(node)
    yield from _instead_of_expression(node)
    if place.field == "test" or place.field == "ifs":
        assert isinstance(node, ast.expr)
        yield ast.UnaryOp(ast.Not(), node)
    if place.field == "ifs":
        yield ast.Constant(True)


def _instead_of_statement(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield ast.Pass()
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and _called(node.value) == "Refusal":
        yield ast.Return(ast.Constant(None))


def _instead_of_expression(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from (ast.Compare(node.left, [other()], node.comparators) for other in _TURNED.get(type(node.ops[0]), ()))
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(other, node.values)
        for index in range(len(node.values)):
            left = node.values[:index] + node.values[index + 1 :]
            yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def of_code(module: str, fine: Mapping[str, str]) -> Iterator[Mutant]:
    """Every mutant of some functions of a module; ``fine`` holds for each its name and the body that lets all pass."""
    tree = ast.parse(source(module))
    functions = dict(_functions(tree))
    for name, body in fine.items():
        function = functions[name]
        yield Mutant(module, f"{name}: all of it -> {body}", _whole(module, tree, function, body), function.lineno)
        for place in _places(function):
            for other in _instead(place):
                was, now = _text(place.node), _text(other)
                line = getattr(place.node, "lineno", function.lineno)
                yield Mutant(module, f"{name}: {was} -> {now}", _one(module, tree, place, other), line)


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions of a module by name, and the methods of its classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, ast.FunctionDef))


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
    return text if len(text) <= 100 else f"{text[:60]} ... {text[-30:]}"


def _one(module: str, tree: ast.Module, place: _Place, other: ast.AST) -> Callable[[], World]:
    def make() -> World:
        place.put(other)
        try:
            return World(module, _compile(module, tree))
        finally:
            place.put(place.node)

    return make


def _whole(module: str, tree: ast.Module, function: ast.FunctionDef, body: str) -> Callable[[], World]:
    def make() -> World:
        kept = function.body
        function.body = ast.parse(body).body
        try:
            return World(module, _compile(module, tree))
        finally:
            function.body = kept

    return make


def unchanged(module: str) -> World:
    """The world in which a module was made anew and is the same."""
    return World(module, _compile(module, ast.parse(source(module))))
