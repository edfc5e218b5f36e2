"""The pages for people who come from other libraries: each row is computed."""

import ast
import functools
import importlib
import inspect
import math
import os
import re
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests import (
    contrastive_learning,
    forecasting,
    post_training,
    sequence_learning,
    vision,
)
from tests.assertions import assert_close
from tests.sampling import COMPILED, sampled
from tests.settings import by_default, strict

DOCS = Path(__file__).parents[1] / "docs"
# Libraries that are not installed here, by page: their formulas by name.
FORMULAS = {
    "coming-from-trl": post_training.LIBRARIES,
    "coming-from-contrastive": {
        library: SimpleNamespace(**losses)
        for library, losses in contrastive_learning.LOSSES.items()
    },
    "coming-from-forecasting": forecasting.LIBRARIES,
    "coming-from-sequences": sequence_learning.LIBRARIES,
    "coming-from-vision": vision.LIBRARIES,
}
PAGES = {
    name: (DOCS / f"{name}.md").read_text(encoding="utf-8")
    for name in ("coming-from", *FORMULAS)
}
VALUE_ALONE = "value alone"
# Keras adds 1e-7 to or clips by 1e-7 what funloss leaves as it is.
CLOSE = 2e-6
# The public functions of rlax are of many kinds; those that are losses are here.
OF_RLAX = (
    "clipping",
    "losses",
    "mpo_ops",
    "nonlinear_bellman",
    "policy_gradients",
    "policy_targets",
    "value_learning",
    "vtrace",
)
NO_LOSSES = {
    "keras": {"deserialize", "get", "serialize"},
    "rlax": {"compose_tx", "constant_policy_targets", "muzero_pair"}
    | {"twohot_pair", "unbiased_transform_pair"},
}


class Line(NamedTuple):
    """A row of a table: the page and the section it is in, and its cells."""

    page: str
    section: str
    cells: tuple[str, ...]


def lines(header, page):
    """Yield the rows of the tables whose first cell has this header."""
    section, inside = "", False
    for text in PAGES[page].splitlines():
        if text.startswith("## "):
            section = text[3:].split()[0]
        if not text.startswith("|"):
            inside = False
            continue
        cells = tuple(cell.strip() for cell in text.strip("|").split("|"))
        if inside and not set(cells[0]) <= {"-"}:
            yield Line(page, section, cells)
        inside = inside or cells[0] == header


SAME = [line for page in PAGES for line in lines("theirs", page)]
ALL_DIFFERENT = [line for page in PAGES for line in lines("where they differ", page)]
# Of the libraries of JAX.
DIFFERENT = [line for line in ALL_DIFFERENT if line.page == "coming-from"]


def sampled_lines(lines):
    """Parametrise with lines, of which a run takes samples."""
    found = [
        pytest.param(
            line, id=line.cells[0], marks=sampled(f"{line.page} {k}", COMPILED)
        )
        for k, line in enumerate(lines)
    ]
    return pytest.mark.parametrize("line", found)


def code(cell):
    """Return the code of a cell."""
    return re.fullmatch("`(.*)`", cell)[1]


@functools.cache
def names_of(page):
    """Return what the code of a page may use."""
    found = {"fl": fl, "jax": jax, "jnp": jnp, "np": np} | FORMULAS.get(page, {})
    if page not in FORMULAS:
        os.environ.setdefault("KERAS_BACKEND", "jax")
        with warnings.catch_warnings():
            # jaxopt says that it is no longer maintained; rlax imports what is
            # deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            # The distributions that rlax takes are those of distrax.
            for library in ("optax", "keras", "rax", "jaxopt", "rlax", "distrax"):
                found[library] = importlib.import_module(library)
    exec(re.search("```python\n(.*?)```", PAGES[page], re.DOTALL)[1], found)
    return found


@pytest.fixture(scope="module", autouse=True)
def patched():
    """Put back what rax 0.4.0 calls and newer releases of JAX lack."""
    wraps = SimpleNamespace(wraps=lambda wrapped, **_: functools.wraps(wrapped))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jax, "util", wraps, raising=False)
        yield


@functools.cache
def used(text):
    """Return the names in a piece of code, in order."""
    nodes = ast.walk(ast.parse(text, mode="eval"))
    found = [node for node in nodes if isinstance(node, ast.Name)]
    return [node.id for node in sorted(found, key=lambda node: node.col_offset)]


def settings(text):
    """Return JAX's default settings for the code of a peer, strict ones for ours."""
    return strict() if "fl" in used(text) else by_default()


def computed(text, names, **changed):
    """Return the value of a piece of code."""
    with warnings.catch_warnings(), settings(text):
        # optax and rlax say of some losses that they will go.
        for kind in (DeprecationWarning, PendingDeprecationWarning):
            warnings.simplefilter("ignore", kind)
        return eval(text, names | changed)


def answers(texts, names, name):
    """Return what each code computes, and the gradient of its sum, in one program."""

    def answer(text, x):
        with settings(text):
            value, pull_back = jax.vjp(lambda x: computed(text, names, **{name: x}), x)
            return value, pull_back(jnp.ones_like(value))[0]

    return jax.jit(lambda x: [answer(text, x) for text in texts])(names[name])


def assert_same(got, expected):
    assert np.all(np.isfinite(expected))
    assert_close(np.asarray(got), np.asarray(expected), rtol=CLOSE, atol=CLOSE)


@sampled_lines(SAME)
def test_both_calls_give_the_same_number(line):
    names = names_of(line.page)
    theirs, ours = map(code, line.cells[:2])
    if VALUE_ALONE in line.cells[2]:
        assert_same(computed(ours, names), computed(theirs, names))
        return
    shared = [name for name in used(ours) if name in used(theirs)]
    moved = next(name for name in shared if is_floating(names[name]))
    (value, derivative), (expected, other) = answers((ours, theirs), names, moved)
    assert_same(value, expected)
    assert_same(derivative, other)
    assert np.any(other)


def is_floating(x):
    return isinstance(x, jax.Array) and jnp.issubdtype(x.dtype, jnp.floating)


@sampled_lines(ALL_DIFFERENT)
def test_where_they_differ_each_gives_what_the_page_says(line):
    names = names_of(line.page)
    theirs, printed, ours, stated, _ = line.cells
    assert printed != stated
    for text, number in ((theirs, printed), (ours, stated)):
        value = float(computed(code(text), names)) + 0.0  # not -0
        if math.isfinite(float(number)):
            assert (
                f"{value:.{digits(number)}g}" == f"{float(number):.{digits(number)}g}"
            )
        else:
            assert_close(value, float(number))


def digits(number):
    """Return how many digits a number is printed with."""
    return max(1, len(re.sub(r"e.*|\D", "", number).lstrip("0")))


def losses_of(library):
    """Return the public names of losses."""
    if library == "optax":
        module = importlib.import_module("optax.losses")
    elif library in {"keras", "jaxopt"}:
        name = "keras.losses" if library == "keras" else "jaxopt.loss"
        module = importlib.import_module(name)
    else:
        module = importlib.import_module(library)
    public = {
        name
        for name, x in vars(module).items()
        if inspect.isfunction(x) and not name.startswith("_")
    }
    if library == "rax":
        ends = ("_loss", "_lambdaweight", "_t12n")
        public = {name for name in public if name.endswith(ends)}
    if library == "rlax":
        public = {name for name in public if is_a_loss_of_rlax(getattr(module, name))}
    return public - NO_LOSSES.get(library, set())


def is_a_loss_of_rlax(function):
    home = function.__module__.rpartition(".")[2]
    compares = function.__name__.endswith(("_cross_entropy", "_divergence"))
    return home in OF_RLAX or (home == "distributions" and compares)


@pytest.mark.parametrize("library", ["optax", "keras", "rax", "jaxopt", "rlax"])
def test_every_loss_of_the_library_has_a_row(library):
    names_of("coming-from")
    own = [line for line in SAME + DIFFERENT if line.section.lower() == library]
    calls = " ".join(line.cells[0] for line in own)
    rows = set(re.findall(rf"\b{library}\.(?:losses\.|loss\.)?(\w+)", calls))
    assert rows >= losses_of(library)


@pytest.mark.parametrize("page", FORMULAS)
def test_every_formula_has_a_row(page):
    own = [line for line in SAME + ALL_DIFFERENT if line.page == page]
    calls = " ".join(line.cells[0] for line in own)
    for library, losses in FORMULAS[page].items():
        for name in vars(losses):
            assert f"{library}.{name}(" in calls


def test_t5x_has_no_forward_mode():
    names = names_of("coming-from-trl")
    s, word, onehot = (names[name] for name in ("s", "word", "onehot"))
    with pytest.raises(TypeError, match="custom_vjp"):
        jax.jvp(lambda x: names["t5x"].cross_entropy(x, onehot, 0.1)[0], (s,), (s,))
    value, change = jax.jvp(lambda x: fl.cross_entropy(x, word, z_loss=0.1), (s,), (s,))
    gradient = jax.grad(fl.cross_entropy)(s, word, z_loss=0.1)
    assert np.isfinite(value)
    np.testing.assert_allclose(change, (gradient * s).sum(), rtol=1e-12)
