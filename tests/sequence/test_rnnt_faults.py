"""RNN-T: what its arguments may not be, where it raises and where it gives nan."""

import contextlib
import math
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from funloss.sequence import rnnt_loss
from tests.assertions import assert_close, to_numpy


def arguments(xp, **changed) -> Any:
    """Make three frames of two samples with the classes 0..3."""
    values = {
        "targets": [[1, 2], [0, 3]],
        "logit_lengths": [3, 2],
        "target_lengths": [2, 1],
    }
    arrays = {name: xp.asarray(x) for name, x in (values | changed).items()}
    return {"logits": xp.zeros((2, 3, 3, 4), dtype=xp.float64), **arrays}


LABEL = "in 0..3 and not the blank 3"
VALUES = [
    ("targets", [[1, 4], [0, 3]], f"{LABEL}, got 4 at (0, 1)"),
    ("targets", [[1, 2], [-1, 3]], f"{LABEL}, got -1 at (1, 0)"),
    ("targets", [[1, 3], [0, 3]], f"{LABEL}, got 3 at (0, 1)"),
    ("logit_lengths", [3, 4], "in 0..3, got 4 at (1,)"),
    ("logit_lengths", [-1, 2], "in 0..3, got -1 at (0,)"),
    ("target_lengths", [3, 1], "in 0..2, got 3 at (0,)"),
    ("target_lengths", [2, -1], "in 0..2, got -1 at (1,)"),
]


@pytest.mark.parametrize(("name", "value", "message"), VALUES)
def test_bad_values_raise_where_they_can_be_read(xp, name, value, message):
    args = arguments(xp, **{name: value})
    reading = fl.debug_values() if xp is jnp else contextlib.nullcontext()
    message = re.escape(f"{name} must be {message}")
    with reading, pytest.raises(ValueError, match=message):
        rnnt_loss(**args)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize(("name", "value", "message"), VALUES)
def test_bad_values_are_nan_on_jax(name, value, message, fused):
    args = arguments(jnp, **{name: value})
    x = args.pop("logits")
    bad = int(re.findall(r"\((\d)", message)[-1])

    def loss(x):
        return rnnt_loss(x, **args, fused_log_softmax=fused)

    value, derivative = jax.value_and_grad(loss)(x)
    assert_close(value, math.nan)
    assert np.all(np.isnan(derivative[bad]))
    assert np.all(np.isfinite(derivative[1 - bad]))


@pytest.mark.parametrize("kind", [list, np.asarray])
@pytest.mark.parametrize(("name", "value", "message"), VALUES[3:])
def test_python_lengths_are_checked_even_in_tracing(name, value, message, kind):
    args = arguments(jnp)
    args[name] = kind(value)
    x = args.pop("logits")
    with pytest.raises(ValueError, match=re.escape(f"{name} must be {message}")):
        jax.jit(lambda x: rnnt_loss(x, **args))(x)


def test_masked_samples_may_hold_bad_values(xp):
    args = arguments(xp, logit_lengths=[99, 2], target_lengths=[-5, 1])
    keep = xp.asarray([False, True])
    # Two alignments of three steps.
    assert_close(rnnt_loss(**args, where=keep), -math.log(2 / 4**3))


SHAPES = [
    ({"logits": (2, 3, 4)}, "logits must have shape (N, T, U + 1, V)"),
    ({"logits": (2, 0, 3, 4)}, "without a zero, got (2, 0, 3, 4)"),
    ({"logits": (2, 3, 2, 4)}, "targets must have shape (2, 1), as logits have (2, 3"),
    ({"targets": (3, 2)}, "targets must have shape (2, 2), as logits have (2, 3"),
    ({"targets": (2,)}, "targets must have shape (2, 2), as logits have (2, 3, 3, 4)"),
    ({"logit_lengths": (3,)}, "logit_lengths must have shape (2,), got (3,)"),
    ({"target_lengths": ()}, "target_lengths must have shape (2,), got ()"),
    ({"target_lengths": (2, 1)}, "target_lengths must have shape (2,), got (2, 1)"),
    ({"where": (3,)}, "where must broadcast to (2,), got (3,)"),
]


@pytest.mark.parametrize(("shapes", "message"), SHAPES)
def test_shapes_must_match(xp, shapes, message):
    args = arguments(xp)
    for name, shape in shapes.items():
        dtype = {"logits": xp.float64, "where": xp.bool}.get(name, xp.int64)
        args[name] = xp.ones(shape, dtype=dtype)
    with pytest.raises(ValueError, match=re.escape(message)):
        rnnt_loss(**args)


OPTIONS = [
    ({"blank": 4}, ValueError, "blank must be in -4..3, got 4"),
    ({"blank": -5}, ValueError, "blank must be in -4..3, got -5"),
    ({"blank": 1.0}, TypeError, "blank must be a Python integer, got 1.0"),
    ({"reduction": "avg"}, ValueError, "reduction must be 'none', 'mean' or 'sum'"),
    ({"fused_log_softmax": 1}, ValueError, "must be True or False, got 1"),
    ({"logit_lengths": [3, 2.0]}, TypeError, "logit_lengths must be integers, got [3,"),
    ({"target_lengths": 1.5}, TypeError, "target_lengths must be integers, got 1.5"),
    ({"targets": [[1]]}, TypeError, "targets must be an integer array, got list"),
    ({"logits": [0.0]}, TypeError, "at least one argument must be an array"),
]


@pytest.mark.parametrize(("options", "error", "message"), OPTIONS)
def test_options_must_be_what_they_say(xp, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        rnnt_loss(**(arguments(xp) | options))


def test_dtypes_must_be_floating_and_integer(xp):
    args = arguments(xp)
    for name in ("targets", "logit_lengths", "target_lengths"):
        wrong = xp.astype(args[name], xp.float64)
        with pytest.raises(TypeError, match=f"{name} must be integer, got float64"):
            rnnt_loss(**(args | {name: wrong}))
    with pytest.raises(TypeError, match="must be real floating, got logits int"):
        rnnt_loss(**(args | {"logits": xp.ones((2, 3, 3, 4), dtype=xp.int32)}))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64"])
def test_integers_may_have_any_width(xp, dtype):
    args = arguments(xp)
    expected = to_numpy(rnnt_loss(**args))
    for name in ("targets", "logit_lengths", "target_lengths"):
        args[name] = xp.astype(args[name], getattr(xp, dtype))
    assert_close(rnnt_loss(**args), expected)
