"""What SECURITY.md says that funloss does not do, read in the sources."""

import ast
import sys
from pathlib import Path

import numpy as np
import pytest

from funloss.testing import check_parity

PACKAGE = Path(__file__).parents[1] / "funloss"
SOURCES = {
    str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}
# What commands run, here and in a checkout.
COMMAND = "_command.py"
OF_TESTING = {name for name in SOURCES if name.startswith("testing/")} | {COMMAND}
# What losses import of the standard library: nothing of it reads, writes or connects.
HARMLESS = {
    *("collections", "contextlib", "contextvars", "difflib", "functools", "importlib"),
    *("inspect", "itertools", "math", "numbers", "operator", "sys", "types", "typing"),
    "weakref",
}
# What the checks import beside that: `pathlib` to write the files that are named.
OF_CHECKS = HARMLESS | {
    *("argparse", "ast", "dataclasses", "hashlib", "json", "pathlib", "textwrap"),
    "warnings",
}
# Names of new files, and how a command ends that is interrupted.
OF_COMMANDS = OF_CHECKS | {"secrets", "signal", "threading"}
# Builtins that read, or run a text; `input` is the name of an argument here.
READING = {"__import__", "breakpoint", "compile", "eval", "exec", "open"}
# Of array libraries, and of paths: what reads and writes files or stored objects.
STORING = {
    *("dump", "dumps", "fromfile", "genfromtxt", "load", "load_state_dict", "loads"),
    *("loadtxt", "memmap", "read_bytes", "read_text", "save", "savetxt", "savez"),
    *("tofile", "unlink", "write_bytes", "write_text"),
}


def found(source):
    """Return what a source imports of the standard library, calls and accesses."""
    modules, calls, attributes = set(), set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Name):
            calls.add(node.id)
        elif isinstance(node, ast.Attribute):
            attributes.add(node.attr)
    return modules & sys.stdlib_module_names, calls & READING, attributes & STORING


def offences(name, source):
    modules, calls, attributes = found(source)
    allowed = OF_CHECKS if name in OF_TESTING else HARMLESS
    allowed = OF_COMMANDS if name == COMMAND else allowed
    stored = {
        COMMAND: {"unlink", "write_text"},
        "testing/_harness/snippet.py": {"dumps"},
        "testing/_report.py": {"dumps"},
    }.get(name, set())
    return (modules - allowed) | calls | (attributes - stored)


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_opened_run_or_stored(name):
    assert offences(name, SOURCES[name]) == set()


def test_losses_know_nothing_of_commands():
    others = [text for name, text in SOURCES.items() if name not in OF_TESTING]
    assert not any("_command" in text for text in others)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("import socket", {"socket"}),
        ("from urllib.request import urlopen", {"urllib"}),
        ("import os.path", {"os"}),
        ("def f():\n    import subprocess", {"subprocess"}),
        ("from pickle import loads", {"pickle"}),
        ("f = eval", {"eval"}),
        ("x = np.load(path)", {"load"}),
        ("with open(path) as file: pass", {"open"}),
        ("import math\nx = math.exp(1.0)", set()),
    ],
)
def test_the_probe_sees_what_is_opened_run_or_stored(source, seen):
    assert offences("regression/_huber.py", source) == seen


def test_the_package_has_no_compiled_code():
    kinds = {path.suffix for path in PACKAGE.rglob("*") if path.is_file()}
    assert {".py"} < kinds - {".pyc"} <= {".css", ".jinja", ".js", ".py", "", ".typed"}


def test_a_report_escapes_what_it_shows():
    def loss(input):
        return 2.0 * input

    def reference(input):
        return input

    loss.__name__ = "<script>alert(1)</script>"
    inputs = {"input": np.asarray([1.0])}
    report = check_parity(loss, reference, inputs, library="numpy")
    page = report.to_html()
    assert report.failures
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page
