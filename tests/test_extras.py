"""What the optional dependencies must cover: the site is built with `docs` alone."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

from docs.making.figures import EXAMPLES

ROOT = Path(__file__).parents[1]
OWN = ("docs", "parity", "benchmarks", "funloss", "examples")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Modules that the site's settings name as text.
SETTINGS = {"myst_parser", "sphinx_copybutton", "furo"}


def imported(path):
    """Return the modules that a file imports, with what may be modules in them."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # Inside functions the package imports what may be absent.
    nodes = tree.body if path.is_relative_to(ROOT / "funloss") else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
    return found


def file_of(module):
    """Return the file of a module of this repository, or None."""
    path = ROOT.joinpath(*module.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.exists()), None)


def reached(files):
    """Return the modules of others that the files import, or what they import."""
    seen, waiting, outside = set(), list(files), set()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for module in imported(file):
            root = module.split(".")[0]
            if (beside := file.with_name(f"{root}.py")).exists():
                waiting.append(beside)
            elif root not in OWN:
                outside.add(root)
            elif (further := file_of(module)) is not None:
                waiting.append(further)
    return outside - set(sys.stdlib_module_names)


def plain(requirement):
    """Return the name of a distribution, and the extras, of a requirement."""
    name, extras = re.match(r"([\w.-]+)(?:\[([\w,-]+)\])?", requirement).groups()
    name = re.sub(r"[-_.]+", "-", name).lower()
    return name, extras.split(",") if extras else []


def required(extra):
    """Return the distributions that an extra brings, with all that they need."""
    optional, found = PROJECT["project"]["optional-dependencies"], set()
    waiting = [*PROJECT["project"]["dependencies"], *optional[extra]]
    while waiting:
        name, extras = plain(waiting.pop())
        if name == "funloss":
            waiting += [line for inner in extras for line in optional[inner]]
        elif name not in found:
            found.add(name)
            try:
                needed = importlib.metadata.requires(name) or []
            except importlib.metadata.PackageNotFoundError:  # not on this platform
                continue
            waiting += [line for line in needed if "extra ==" not in line]
    return found


def test_the_extra_covers_what_building_the_site_imports():
    files = [ROOT / "docs" / "conf.py", *(ROOT / "docs" / "making").glob("*.py")]
    files += [ROOT / "examples" / f"{name}.py" for name in EXAMPLES]
    modules = reached(files) | SETTINGS
    assert {"sphinx", "sklearn", "optax", "torch", "jax", "matplotlib"} <= modules
    homes = importlib.metadata.packages_distributions()
    covered = required("docs")
    missing = {
        module
        for module in modules
        if not {plain(name)[0] for name in homes[module]} & covered
    }
    assert missing == set()


def test_installing_is_described_as_it_works_from_a_checkout():
    # No index has a distribution of this name.
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
    sources = [file for folder in OWN for file in (ROOT / folder).rglob("*.py")]
    for file in [*pages, *sources]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"pip install (-e )?[\"']?funloss\b", text), file
