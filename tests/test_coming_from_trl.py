"""The page for people who come from TRL and its like: each of its rows is computed."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests import test_coming_from as coming_from
from tests.post_training import LIBRARIES

TEXT = coming_from.PAGE.with_name("coming-from-trl.md").read_text(encoding="utf-8")
SAME = list(coming_from.lines("theirs", TEXT))
DIFFERENT = list(coming_from.lines("where they differ", TEXT))


@pytest.fixture(scope="module")
def names():
    """Return what the code of the page may use."""
    found = {"fl": fl, "jax": jax, "jnp": jnp, "np": np} | LIBRARIES
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
    for library, losses in LIBRARIES.items():
        for name in vars(losses):
            assert f"{library}.{name}(" in calls


def test_t5x_has_no_forward_mode(names):
    s, word, onehot = (names[name] for name in ("s", "word", "onehot"))
    with pytest.raises(TypeError, match="custom_vjp"):
        jax.jvp(lambda x: names["t5x"].cross_entropy(x, onehot, 0.1)[0], (s,), (s,))
    value, change = jax.jvp(lambda x: fl.cross_entropy(x, word, z_loss=0.1), (s,), (s,))
    gradient = jax.grad(fl.cross_entropy)(s, word, z_loss=0.1)
    assert np.isfinite(value)
    np.testing.assert_allclose(change, (gradient * s).sum(), rtol=1e-12)
