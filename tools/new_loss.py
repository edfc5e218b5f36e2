"""Begin a loss: `python -m tools.new_loss NAME FAMILY` writes its skeletons.

What it writes imports at once, and fails its tests until it is filled in: the
definition, its line in the register and in the lists of names, its row in the table
of losses, its parity case with the reference, its hand-worked test and its page.
"""

import argparse
import ast
import keyword
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

from funloss._registry import FAMILIES, PUBLIC
from tools.skeletons import SKELETONS

__all__ = ["main", "new_files"]

ROOT = Path(__file__).parents[1]
WIDTH = 88
ROW = """    Row(
        fl.{name},
        {{"input": X, "target": Y}},
        GRID,
        misfit=UNEQUAL,
    ),
"""
LEFT = """
Left to do by hand, in this order (CONTRIBUTING.md says more), after `ruff format`:
  parity/references/{stem}.py, then parity/cases/{stem}.py: every option, every corner
  funloss/{family}/_{stem}.py: the formula, its derivatives where autodiff has others,
    the docstring
  tests/{family}/test_{stem}.py: numbers that you worked out yourself
  tests/rows/{family}.py: options out of range, values that it may not have
  funloss/_registry.py: the names that papers and other libraries have for it
  benchmarks/gates/{family}.py, parity/curves/{family}.py: a gate, a curve
  docs/losses/{name}.md, docs/figures/{family}.py: its page, its figure
  docs/which-loss.md, docs/coming-from.md, CHANGELOG.md: a line each
Then write the tables anew: python -m parity --json docs/parity.json,
  python -m parity.tables, python -m benchmarks.report, python -m benchmarks.scaling
"""


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write the skeletons; return the exit status, 2 if nothing can be written."""
    summary, _, more = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m tools.new_loss", description=summary, epilog=more
    )
    parser.add_argument("name", help="of the loss, such as tilted_loss")
    parser.add_argument("family", help=", ".join(FAMILIES))
    chosen = parser.parse_args(arguments)
    name, family = chosen.name, chosen.family
    try:
        files = new_files(name, family, root)
    except ValueError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 2
    for path, text in files.items():
        verb = "changed" if (root / path).exists() else "written"
        (root / path).write_text(text, encoding="utf-8")
        print(f"{verb}  {path}")  # noqa: T201 - a command
    print(LEFT.format(name=name, family=family, stem=_stem(name)))  # noqa: T201
    return 0


def new_files(name: str, family: str, root: Path = ROOT) -> dict[str, str]:
    """Return the text of every file that a new loss writes or changes, by its path.

    Raises:
        ValueError: The name is taken or none of a function, or the family unknown.
    """
    stem = _stem(name)
    usable = stem.isidentifier() and not keyword.iskeyword(stem)
    if not usable or not name.islower() or name.startswith("_"):
        msg = f"a name is of lower-case letters, digits and _, got {name!r}"
        raise ValueError(msg)
    if family not in FAMILIES:
        msg = f"family must be one of {', '.join(FAMILIES)}, got {family!r}"
        raise ValueError(msg)
    if name in PUBLIC:
        msg = f"there is {name} already, in {PUBLIC[name]}"
        raise ValueError(msg)
    title = stem.replace("_", " ").capitalize() + name.removeprefix(stem).replace(
        "_", " "
    )
    words = {"name": name, "family": family, "stem": stem, "title": title}
    files = {
        Template(path).substitute(words): skeleton.substitute(words)
        for path, skeleton in SKELETONS.items()
    }
    for path in files:
        if (root / path).exists():
            msg = f"there is {path} already"
            raise ValueError(msg)
    changes = {
        "funloss/_registry.py": _registered,
        "funloss/__init__.py": _typed,
        f"funloss/{family}/__init__.py": _exported,
        f"tests/rows/{family}.py": _with_row,
    }
    for path, change in changes.items():
        files[path] = change((root / path).read_text(encoding="utf-8"), name, family)
    return files


def _stem(name: str) -> str:
    return name.removesuffix("_loss")


def _registered(source: str, name: str, family: str) -> str:
    """Return the register with a line for the loss, by name in its family."""
    lines = source.splitlines(keepends=True)
    # A line that begins with blanks goes on with the other names of the one before.
    starts = [k for k, x in enumerate(lines) if x.startswith(f"{family}._")]
    after = [k for k in starts if lines[k].split()[1].rstrip(":") < name]
    place = after[-1] + 1 if after else starts[0]
    while lines[place].startswith("    "):
        place += 1
    lines.insert(place, f"{family}._{_stem(name)} {name}:\n")
    return "".join(lines)


def _typed(source: str, name: str, family: str) -> str:
    """Return the package with the import that type checkers read."""
    (branch,) = (x for x in ast.parse(source).body if isinstance(x, ast.If))
    imports = [x for x in branch.body if isinstance(x, ast.ImportFrom)]
    own = [x for x in imports if x.module == f"funloss.{family}"]
    before = [x for x in own if x.names[0].name < name]
    place = (before[-1].end_lineno or 0) if before else own[0].lineno - 1
    text = _imported(f"funloss.{family}", [f"{name} as {name}"], "    ")
    return _spliced(source, place, place, text)


def _exported(source: str, name: str, family: str) -> str:
    """Return the family's `__init__` with the loss in its imports and `__all__`."""
    *_, exports = (x for x in ast.parse(source).body if isinstance(x, ast.Assign))
    names = sorted([*ast.literal_eval(exports.value), name])
    listed = "".join(f'    "{each}",\n' for each in names)
    first, last = exports.lineno - 1, exports.end_lineno or 0
    source = _spliced(source, first, last, f"__all__ = [\n{listed}]\n")
    module = f"funloss.{family}._{_stem(name)}"
    imports = [x for x in ast.parse(source).body if isinstance(x, ast.ImportFrom)]
    before = [x for x in imports if (x.module or "") < module]
    place = (before[-1].end_lineno or 0) if before else imports[0].lineno - 1
    return _spliced(source, place, place, _imported(module, [name]))


def _with_row(source: str, name: str, family: str) -> str:
    """Return the family's rows with one more, and the inputs that it needs."""
    (rows,) = (
        x
        for x in ast.parse(source).body
        if isinstance(x, ast.Assign) and ast.unparse(x.targets[0]) == "ROWS"
    )
    last = (rows.end_lineno or 0) - 1
    source = _spliced(source, last, last, ROW.format(name=name))
    module = "tests.rows.arrays"
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module == module:
            names = {x.name for x in node.names} | {"GRID", "UNEQUAL", "X", "Y"}
            spread = node.end_lineno != node.lineno
            text = _imported(module, sorted(names, key=_kind), spread=spread)
            return _spliced(source, node.lineno - 1, node.end_lineno or 0, text)
    msg = f"tests/rows/{family}.py imports nothing from {module}"
    raise ValueError(msg)


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


if __name__ == "__main__":
    sys.exit(main())
