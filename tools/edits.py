"""Add a loss to files that are there, where its name belongs."""

import ast
from collections.abc import Iterable, Mapping
from string import Template

__all__ = ["exported", "registered", "typed", "with_entry"]

WIDTH = 88
OURS = ("benchmarks", "docs", "funloss", "parity", "tests")


def registered(source: str, name: str, family: str) -> str:
    """Return the register with a line for the loss, by name in its family."""
    lines = source.splitlines(keepends=True)
    # A line that begins with blanks goes on with the other names of the one before.
    own = f"{family} ", f"{family}._"
    starts = [k for k, x in enumerate(lines) if x.startswith(own)]
    after = [k for k in starts if lines[k].split()[1].rstrip(":") < name]
    place = after[-1] + 1 if after else starts[0]
    while lines[place].startswith("    "):
        place += 1
    lines.insert(place, f"{family} {name}:\n")
    return "".join(lines)


def typed(source: str, name: str, family: str) -> str:
    """Return the package with the import that type checkers read."""
    (branch,) = (x for x in ast.parse(source).body if isinstance(x, ast.If))
    imports = [x for x in branch.body if isinstance(x, ast.ImportFrom)]
    own = [x for x in imports if x.module == f"funloss.{family}"]
    before = [x for x in own if x.names[0].name < name]
    place = (before[-1].end_lineno or 0) if before else own[0].lineno - 1
    text = _imported(f"funloss.{family}", [f"{name} as {name}"], "    ")
    return _spliced(source, place, place, text)


def exported(source: str, name: str, family: str) -> str:
    """Return the family's `__init__` with the loss in its imports and `__all__`."""
    *_, exports = (x for x in ast.parse(source).body if isinstance(x, ast.Assign))
    names = sorted([*ast.literal_eval(exports.value), name])
    listed = "".join(f'    "{each}",\n' for each in names)
    first, last = exports.lineno - 1, exports.end_lineno or 0
    source = _spliced(source, first, last, f"__all__ = [\n{listed}]\n")
    return _with_import(
        source, f"funloss.{family}._{name.removesuffix('_loss')}", {name}
    )


def with_entry(
    source: str,
    words: Mapping[str, str],
    target: str,
    entry: str,
    needed: Mapping[str, set[str]],
) -> str:
    """Return a module whose list, tuple or dictionary `target` has one more entry."""
    (node,) = (
        x
        for x in ast.parse(source).body
        if isinstance(x, ast.Assign | ast.AnnAssign)
        and ast.unparse(x.targets[0] if isinstance(x, ast.Assign) else x.target)
        == target
    )
    last = (node.end_lineno or 0) - 1
    source = _spliced(source, last, last, Template(entry).substitute(words))
    for module, names in needed.items():
        full = {Template(x).substitute(words) for x in names}
        source = _with_import(source, Template(module).substitute(words), full)
    return source


def _with_import(source: str, module: str, names: set[str]) -> str:
    """Return a module that imports `names`, among what it imports of the project."""
    body = ast.parse(source).body
    own = [
        x
        for x in body
        if isinstance(x, ast.ImportFrom) and (x.module or "").startswith(OURS)
    ]
    for node in own:
        if node.module == module:
            names = names | {x.name for x in node.names}
            spread = node.end_lineno != node.lineno
            text = _imported(module, sorted(names, key=_kind), spread=spread)
            return _spliced(source, node.lineno - 1, node.end_lineno or 0, text)
    before = [x for x in own if (x.module or "") < module]
    place = (before[-1].end_lineno or 0) if before else own[0].lineno - 1
    return _spliced(source, place, place, _imported(module, sorted(names)))


def _kind(name: str) -> tuple[int, str]:
    """Return what ruff sorts imports by: constants, classes, then the rest."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[0].isupper() else 2), name


def _imported(
    module: str, names: Iterable[str], indent: str = "", *, spread: bool = False
) -> str:
    """Return an import as ruff lays it out; `spread` over lines, it stays so."""
    line = f"{indent}from {module} import {', '.join(names)}\n"
    if not spread and len(line) <= WIDTH + 1:
        return line
    each = "".join(f"{indent}    {name},\n" for name in names)
    return f"{indent}from {module} import (\n{each}{indent})\n"


def _spliced(source: str, first: int, last: int, text: str) -> str:
    """Return the source with its lines ``first..last-1`` replaced."""
    lines = source.splitlines(keepends=True)
    return "".join([*lines[:first], text, *lines[last:]])
