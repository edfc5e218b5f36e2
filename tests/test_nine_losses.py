"""The page of nine worked losses: its table, and the inputs that it types in.

Its sessions are doctests: pytest --doctest-glob=nine-losses.md docs/nine-losses.md
"""

import ast
import doctest
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from parity.tutorial import EXAMPLES, LIBRARIES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "nine-losses.md").read_text(encoding="utf-8")
SOURCE = json.loads((ROOT / "parity" / "tutorial_examples.json").read_text())
MASKED = "`where=target > 0`"


def rows():
    """Return the cells of the table, row by row."""
    _, section = PAGE.split("\n## The printed numbers\n")
    _, _, *lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def named(cell):
    """Return the loss that a first cell names, and the mask after it."""
    name, _, mask = cell.partition(", ")
    return re.fullmatch("`(.*)`", name)[1], mask


def identity(row):
    return row[0].replace("`", "")


@pytest.mark.parametrize("row", rows(), ids=identity)
def test_the_table_has_the_number_of_the_tutorial(row):
    name, _ = named(row[0])
    assert row[1] == f"{EXAMPLES[name].printed:.4f}"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("row", rows(), ids=identity)
def test_the_table_has_the_number_of_funloss(row, library):
    name, mask = named(row[0])
    assert mask in {"", MASKED}
    example = EXAMPLES[name]
    options = {"where": example.arrays[1] > 0} if mask else {}
    assert row[2] == f"{example.value(library, **options):.4f}"


@pytest.mark.parametrize("row", rows(), ids=identity)
def test_the_table_explains_exactly_where_the_two_differ(row):
    name, _ = named(row[0])
    assert bool(row[3]) == (row[1] != row[2])
    within = abs(float(row[1]) - float(row[2])) <= EXAMPLES[name].bound
    assert ("rounding" in row[3]) == (bool(row[3]) and within)
    assert ("old rule" in row[3]) == math.isnan(float(row[2]))


def test_every_example_has_a_row():
    found = [named(row[0]) for row in rows()]
    assert found == [(name, "") for name in EXAMPLES] + [("kl_div", MASKED)]


def typed(name):
    """Return the arrays that the section on a loss types in, in order."""
    _, section = PAGE.split(f"\n[{name}](losses/{name}.md) ")
    section = section.split("\n## ")[0]
    session = "".join(x.source for x in doctest.DocTestParser().get_examples(section))
    return [
        np.asarray(ast.literal_eval(statement.value.args[0]))
        for statement in ast.parse(session).body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func) == "jnp.asarray"
    ]


@pytest.mark.parametrize("entry", SOURCE["examples"], ids=lambda entry: entry["loss"])
def test_the_page_types_in_the_inputs_of_the_tutorial(entry):
    printed = [*entry["inputs"].values(), entry["target"]]
    found = typed(entry["loss"])
    starts = range(len(found) - len(printed) + 1)
    assert any(
        all(map(np.array_equal, found[k : k + len(printed)], printed)) for k in starts
    )
