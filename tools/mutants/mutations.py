"""The mutants of a file: one operator, constant, call or statement changed in each.

mutmut 3 and cosmic-ray change the same things. mutmut wraps each function in one that
picks a mutant when it is called, which JAX would trace, and leaves what is outside of
functions alone; cosmic-ray has one test command for all of its mutants, which here
would be the whole suite. So this is a script over the syntax tree: it changes the text
of one node, and `selection.py` says which tests a mutant is for.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Mutant", "changed", "mutants"]


class Mutant(NamedTuple):
    """One change of a file."""

    file: str
    # The first line, the part of the text, and what is there instead.
    line: int
    start: int
    end: int
    after: str
    operator: str
    # The function, method or constant that it is in.
    unit: str


BINARY = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_PAIRS = (
    ("sum", "mean"),
    ("max", "min"),
    ("maximum", "minimum"),
    ("clamp_max", "clamp_min"),
    ("argmax", "argmin"),
    ("all", "any"),
    ("exp", "expm1"),
    ("log", "log1p"),
    ("zeros_like", "ones_like"),
    ("zeros", "ones"),
    ("logical_and", "logical_or"),
)
CALLED = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}


def mutants(file: str, text: str) -> list[Mutant]:
    """Return the mutants of a file, in the order of its text."""
    tree = ast.parse(text)
    lines = [0]
    for line in text.encode().splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    return sorted(
        Mutant(
            file,
            node.lineno,
            lines[node.lineno - 1] + node.col_offset,
            lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0),
            after,
            operator,
            unit,
        )
        for unit, top in units(tree)
        for node, operator, after in _changes(top)
    )


def changed(text: str, mutant: Mutant) -> str:
    """Return the text with the change in it."""
    raw = text.encode()
    return (raw[: mutant.start] + mutant.after.encode() + raw[mutant.end :]).decode()


def units(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Yield functions, methods and other statements with the name they go by."""
    for top in tree.body:
        if isinstance(top, ast.ClassDef):
            for inner in top.body:
                name = _name(inner, top.name)
                yield (top.name if name.startswith("__") else name), inner
        elif _name(top, "") != "__all__":
            yield _name(top, ""), top


def _name(node: ast.stmt, otherwise: str) -> str:
    match node:
        case ast.FunctionDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name), *_]):
            return name
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=name), *_]), *_]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return otherwise


def _changes(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    """Yield the nodes at and below one with an operator and the new text."""
    if _is_left_alone(node):
        return
    if isinstance(node, ast.expr | ast.stmt):
        for operator, after in (*_of_expression(node), *_of_statement(node)):
            yield node, operator, after
    # Comparisons and `not` have mutants of their own.
    if isinstance(node, ast.If) and isinstance(
        node.test, ast.Name | ast.Attribute | ast.Call
    ):
        yield node.test, "condition", f"not ({ast.unparse(node.test)})"
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "type_params"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _changes(child)


def _is_left_alone(node: ast.AST) -> bool:
    """Tell whether it is a message or an import, or for type checkers alone."""
    match node:
        case ast.Raise() | ast.JoinedStr() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(targets=[ast.Name(id="msg")]):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.FunctionDef(decorator_list=[ast.Name(id="overload")]):
            return True
    return False


def _of_expression(node: ast.expr | ast.stmt) -> Iterator[tuple[str, str]]:
    match node:
        case ast.BinOp(left, operation, right) if type(operation) in BINARY:
            other = ast.BinOp(left, BINARY[type(operation)](), right)
            yield "arithmetic", _say(other)
        case ast.Compare(left, [operation], right) if type(operation) in COMPARED:
            other = ast.Compare(left, [COMPARED[type(operation)]()], right)
            yield "comparison", _say(other)
        case ast.BoolOp(operation, values):
            other = ast.Or() if isinstance(operation, ast.And) else ast.And()
            yield "boolean", _say(ast.BoolOp(other, values))
        case ast.UnaryOp(ast.Not() | ast.USub() | ast.Invert(), operand):
            yield "sign", _say(operand)
        case ast.Constant(bool() as value):
            yield "constant", str(not value)
        case ast.Constant(int() | float() as value):
            yield "constant", repr(value + 1)
            if value == 1:
                yield "constant", repr(value - 1)
        case ast.IfExp(test, body, orelse):
            yield "branches", _say(ast.IfExp(test, orelse, body))
        case ast.Call(ast.Attribute(attr="where") as function, [test, body, orelse]):
            yield "branches", ast.unparse(ast.Call(function, [test, orelse, body], []))
        case ast.Attribute(value, attr=name) if name in CALLED:
            yield "call", ast.unparse(ast.Attribute(value, CALLED[name]))
        case ast.Call(ast.Name(id="max" | "min" | "any" | "all" as name), values, more):
            yield "call", ast.unparse(ast.Call(ast.Name(CALLED[name]), values, more))


def _say(node: ast.expr) -> str:
    """Return an expression as it may stand in any other."""
    simple = isinstance(node, ast.Name | ast.Constant | ast.Attribute | ast.Call)
    return ast.unparse(node) if simple else f"({ast.unparse(node)})"


def _of_statement(node: ast.expr | ast.stmt) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Expr(ast.Call()) | ast.AugAssign():
            yield "statement", "pass"
        case ast.Assign([ast.Name(id=name)], value):
            # A name that stands on both sides has a value without the statement.
            if name in {x.id for x in ast.walk(value) if isinstance(x, ast.Name)}:
                yield "statement", "pass"
