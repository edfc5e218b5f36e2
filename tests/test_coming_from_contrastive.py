"""The page for people who come from libraries of embeddings: each row is computed."""

import re
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests import test_coming_from as coming_from
from tests.contrastive_learning import LOSSES

PAGE = coming_from.PAGE.with_name("coming-from-contrastive.md")
TEXT = PAGE.read_text(encoding="utf-8")
SAME = list(coming_from.lines("theirs", TEXT))
DIFFERENT = list(coming_from.lines("where they differ", TEXT))


@pytest.fixture(scope="module")
def names():
    """Return what the code of the page may use."""
    found = {"fl": fl, "jax": jax, "jnp": jnp, "np": np}
    for library, losses in LOSSES.items():
        found[library] = types.SimpleNamespace(**losses)
    exec(re.search("```python\n(.*?)```", TEXT, re.DOTALL)[1], found)
    return found


@pytest.mark.parametrize("line", SAME, ids=lambda line: line.cells[0])
def test_both_calls_give_the_same_number(line, names):
    coming_from.test_both_calls_give_the_same_number(line, names)


@pytest.mark.parametrize("line", DIFFERENT, ids=lambda line: line.cells[0])
def test_where_they_differ_each_gives_what_the_page_says(line, names):
    coming_from.test_where_they_differ_each_gives_what_the_page_says(line, names)


def test_every_formula_has_a_row():
    calls = " ".join(line.cells[0] for line in SAME)
    for library, losses in LOSSES.items():
        for name in losses:
            assert f"{library}.{name}(" in calls
