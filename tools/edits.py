"""Add a loss to files that are there, where its name belongs."""

import ast

__all__ = ["exported", "registered", "typed"]

WIDTH = 88


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
    text = _imported(f"funloss.{family}", f"{name} as {name}", "    ")
    return _spliced(source, place, place, text)


def exported(source: str, name: str, family: str) -> str:
    """Return the family's `__init__` with the loss in its imports and `__all__`."""
    *_, exports = (x for x in ast.parse(source).body if isinstance(x, ast.Assign))
    names = sorted([*ast.literal_eval(exports.value), name])
    listed = "".join(f'    "{each}",\n' for each in names)
    first, last = exports.lineno - 1, exports.end_lineno or 0
    source = _spliced(source, first, last, f"__all__ = [\n{listed}]\n")
    module = f"funloss.{family}._{name.removesuffix('_loss')}"
    return _with_import(source, module, name)


def _with_import(source: str, module: str, name: str) -> str:
    """Return a module that imports a name, among what it imports of the package."""
    own = [x for x in ast.parse(source).body if isinstance(x, ast.ImportFrom)]
    before = [x for x in own if (x.module or "") < module]
    place = (before[-1].end_lineno or 0) if before else own[0].lineno - 1
    return _spliced(source, place, place, _imported(module, name))


def _imported(module: str, name: str, indent: str = "") -> str:
    """Return an import as ruff lays it out."""
    line = f"{indent}from {module} import {name}\n"
    if len(line) <= WIDTH + 1:
        return line
    return f"{indent}from {module} import (\n{indent}    {name},\n{indent})\n"


def _spliced(source: str, first: int, last: int, text: str) -> str:
    """Return the source with its lines ``first..last-1`` replaced."""
    lines = source.splitlines(keepends=True)
    return "".join([*lines[:first], text, *lines[last:]])
