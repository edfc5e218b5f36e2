"""What holds for the package as a whole: its imports, its names, its files."""

import ast
import importlib.metadata
import inspect
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import types

import pytest

import funloss
from funloss._registry import PUBLIC

ROOT = pathlib.Path(__file__).parents[1]
SOURCES = sorted((ROOT / "funloss").rglob("*.py"))
SHORT = [path for path in SOURCES if "testing" not in path.parts]
LOSS_FILES = [
    path
    for path in SOURCES
    if len(parts := path.relative_to(ROOT / "funloss").parts) > 1
    and not parts[0].startswith("_")
    and parts[0] != "testing"
]
# A loss file may not import or name these, nor their customary short names.
LIBRARIES = {"jax", "jnp", "torch", "numpy", "np", "scipy", "array_api_compat"}
# Nothing of these may be loaded by `import funloss`.
HEAVY = [
    "array_api_compat",
    "array_api_extra",
    "array_api_strict",
    "cupy",
    "dask",
    "jax",
    "jaxlib",
    "ml_dtypes",
    "optax",
    "scipy",
    "sklearn",
    "torch",
]


def python(code, **environment):
    """Run code in a fresh interpreter, in the checkout; return what it prints."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout


def loaded_by(statement):
    code = f"{statement}; import sys; print(*sys.modules, sep='\\n')"
    return {name.split(".")[0] for name in python(code).splitlines()} & set(HEAVY)


def named_in(source):
    """Return the array libraries that code imports, names or loads by a string."""
    tree = ast.parse(source)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # A docstring has spaces and so is never just a module's name.
            found.add(node.value.split(".")[0])
    return found & LIBRARIES


def public_names():
    return {
        name
        for name in dir(funloss)
        if not name.startswith("_")
        and not isinstance(getattr(funloss, name), types.ModuleType)
    }


def test_import_loads_no_array_library():
    assert loaded_by("from funloss import *") == set()


@pytest.mark.parametrize("library", ["jax", "torch", "scipy", "array_api_compat"])
def test_the_probe_of_loaded_libraries_sees_them(library):
    assert library in loaded_by(f"import funloss, {library}")


# The package alone, a loss with its family, and all that there is: per name, as it
# grows with them.
SHARES_OF_NUMPY = {
    "import funloss": 0.05,
    "from funloss import mse_loss": 0.25,
    "from funloss import *": 0.006 * len(PUBLIC),
}


@pytest.mark.parametrize("statement", SHARES_OF_NUMPY)
def test_import_costs_a_share_of_numpys(statement, tmp_path):
    code = f"""
from time import thread_time
start = thread_time()
import numpy
half = thread_time()
{statement}
print(half - start, thread_time() - half)
"""
    # With bytecode, which pip writes at installation. The least of several runs:
    # whatever else the machine does only adds time.
    cached = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    runs = [map(float, python(code, **cached).split()) for _ in range(12)]
    numpy_alone, ours = map(min, zip(*runs, strict=True))
    assert ours <= SHARES_OF_NUMPY[statement] * numpy_alone


def test_all_is_sorted_and_complete():
    names = [name for name in funloss.__all__ if not name.startswith("__")]
    assert names == sorted(names)
    assert len(set(funloss.__all__)) == len(funloss.__all__)
    modules = {
        name for name in names if isinstance(getattr(funloss, name), types.ModuleType)
    }
    assert set(names) - modules == public_names()


@pytest.mark.parametrize("name", sorted(public_names()))
def test_public_name_has_a_docstring(name):
    value = getattr(funloss, name)
    if callable(value):
        assert (inspect.getdoc(value) or "").strip()


def test_a_summary_gives_a_likelihood_its_sign():
    for name in public_names():
        value = getattr(funloss, name)
        summary = (inspect.getdoc(value) or "").split("\n")[0]
        if re.search("likelihood|log-probability|softmax times", summary, re.I):
            assert re.search("negative|minus", summary, re.I), f"{name}: {summary}"


def test_version_is_the_installed_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert funloss.__version__ == project["project"]["version"]
    assert funloss.__version__ == importlib.metadata.version("funloss")


def test_package_is_typed():
    assert (ROOT / "funloss" / "py.typed").exists()


@pytest.mark.parametrize(
    "path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "funloss"))
)
def test_file_has_at_most_250_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize(
    "path", SHORT, ids=lambda path: str(path.relative_to(ROOT / "funloss"))
)
def test_function_has_at_most_25_lines_of_code(path):
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) else node.body
        first = body[0].lineno - 1 if body else node.end_lineno
        code = [line.strip() for line in lines[first : node.end_lineno]]
        code = [line for line in code if line and not line.startswith("#")]
        assert len(code) <= 25, f"{node.name} has {len(code)}"


def test_loss_files_are_found():
    assert LOSS_FILES


@pytest.mark.parametrize(
    "path", LOSS_FILES, ids=lambda path: str(path.relative_to(ROOT / "funloss"))
)
def test_loss_file_names_no_array_library(path):
    assert named_in(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import jax.numpy as jnp", {"jax"}),
        ("from torch.nn import functional as F", {"torch"}),
        ("def loss(x):\n    import numpy", {"numpy"}),
        ("y = np.abs(x)", {"np"}),
        ("module = load('torch.nn')", {"torch"}),
        ('"""Unlike torch, nan at 0."""\nfrom funloss._core import enter', set()),
        ("y = xp.exp(x)", set()),
    ],
)
def test_the_probe_of_loss_files_sees_a_library(source, found):
    assert named_in(source) == found
