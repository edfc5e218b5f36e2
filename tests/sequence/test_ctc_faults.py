"""CTC: what its arguments may not be, where it raises and where it gives nan."""

import contextlib
import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from funloss.sequence import ctc_loss
from tests.assertions import assert_close, to_numpy


def arguments(xp, **changed):
    """Make three frames of two samples with the classes 0..3."""
    values = {
        "targets": [[1, 2], [3, 0]],
        "input_lengths": [3, 2],
        "target_lengths": [2, 1],
    }
    arrays = {name: xp.asarray(x) for name, x in (values | changed).items()}
    x = np.log(np.full((3, 2, 4), 0.25))
    return {"log_probs": xp.asarray(x.tolist(), dtype=xp.float64), **arrays}


VALUES = [
    ("targets", [[1, 4], [3, 0]], "in 0..3 and not the blank 0, got 4 at (0, 1)"),
    ("targets", [[1, 2], [-1, 0]], "in 0..3 and not the blank 0, got -1 at (1, 0)"),
    ("targets", [[1, 0], [3, 0]], "in 0..3 and not the blank 0, got 0 at (0, 1)"),
    ("input_lengths", [3, 4], "in 0..3, got 4 at (1,)"),
    ("input_lengths", [-1, 2], "in 0..3, got -1 at (0,)"),
    ("target_lengths", [3, 1], "in 0..2, got 3 at (0,)"),
    ("target_lengths", [2, -1], "in 0..2, got -1 at (1,)"),
]


@pytest.mark.parametrize(("name", "value", "message"), VALUES)
def test_bad_values_raise_where_they_can_be_read(xp, name, value, message):
    args = arguments(xp, **{name: value})
    reading = fl.debug_values() if xp is jnp else contextlib.nullcontext()
    message = re.escape(f"{name} must be {message}")
    with reading, pytest.raises(ValueError, match=message):
        ctc_loss(**args)


@pytest.mark.parametrize(("name", "value", "message"), VALUES)
def test_bad_values_are_nan_on_jax(name, value, message):
    args = arguments(jnp, **{name: value})
    x = args.pop("log_probs")
    bad = int(re.findall(r"\((\d)", message)[-1])
    loss, derivative = jax.value_and_grad(lambda x: ctc_loss(x, **args))(x)
    assert_close(loss, math.nan)
    assert np.all(np.isnan(derivative[:, bad]))
    assert np.all(np.isfinite(derivative[:, 1 - bad]))


@pytest.mark.parametrize("kind", [list, np.asarray])
@pytest.mark.parametrize(("name", "value", "message"), VALUES[3:])
def test_python_lengths_are_checked_even_in_tracing(name, value, message, kind):
    args = arguments(jnp)
    args[name] = kind(value)
    x = args.pop("log_probs")
    with pytest.raises(ValueError, match=re.escape(f"{name} must be {message}")):
        jax.jit(lambda x: ctc_loss(x, **args))(x)


WIDE = [2**31, 2**32 + 1, 2**63 - 1, -(2**32)]


def wide(xp, kind, value):
    """Return integers of 64 bits in a library, NumPy's for JAX, or a list of any."""
    if kind is list:
        return value
    kind = np.int64 if min(value) < 0 else kind
    if xp is np or xp is jnp:
        return np.asarray(value, kind)
    return xp.asarray(value, dtype=getattr(xp, np.dtype(kind).name))


@pytest.mark.parametrize("number", [*WIDE, 2**63, 2**64 - 1])
@pytest.mark.parametrize("kind", [list, np.int64, np.uint64])
def test_lengths_beyond_32_bits_are_named_as_they_came(xp, number, kind):
    if kind is np.int64 and number >= 2**63:
        return
    for name, limit in (("input_lengths", 3), ("target_lengths", 2)):
        for single in (True, False) if xp is jnp else (True,):
            with jax.enable_x64(not single):
                args = arguments(xp if xp is not jnp else np)
                if xp is jnp:
                    args = {k: jnp.asarray(np.asarray(x)) for k, x in args.items()}
                args[name] = wide(xp, kind, [1, number])
                message = rf"^{name} must be in 0\.\.{limit}, got {number} at \(1,\)$"
                with pytest.raises(ValueError, match=message):
                    ctc_loss(**args)


@pytest.mark.parametrize("number", [2**32 + 1, -(2**32)])
def test_one_length_beyond_32_bits_is_no_length(number):
    x = np.log(np.full((3, 4), 0.25))
    for kind in (int, np.int64, np.asarray):
        for name in ("input_lengths", "target_lengths"):
            lengths = {"input_lengths": 3, "target_lengths": 1} | {name: kind(number)}
            message = rf"^{name} must be in 0\.\.[23], got {number} at \(\d?,?\)$"
            with jax.enable_x64(False), pytest.raises(ValueError, match=message):
                ctc_loss(jnp.asarray(x, "float32"), np.asarray([1, 2]), **lengths)


@pytest.mark.parametrize("kind", ["int64", "uint64", "uint32"])
def test_concatenated_targets_and_lengths_beyond_32_bits_are_nan_on_jax(kind):
    number = 2**32 + 2 if kind != "uint32" else 2**32 - 1
    x = jnp.asarray(np.log(np.full((3, 2, 4), 0.25)), "float32")
    lengths = {"input_lengths": np.asarray([3, 2]), "target_lengths": [2, 1]}
    targets = np.asarray([1, number, 3], kind)
    with jax.enable_x64(False):
        losses = ctc_loss(x, targets, **lengths, reduction="none")
        assert_close(np.isnan(losses), [True, False])
        message = re.escape(f"got {number} at (0, 1)")
        with fl.debug_values(), pytest.raises(ValueError, match=message):
            ctc_loss(x, targets, **lengths)
        where = np.asarray([False, True])
        lengths["target_lengths"] = np.asarray([number, 1], kind)
        rows = np.asarray([[1, 2], [3, 0]])
        got = ctc_loss(x, rows, **lengths, where=where)
        assert_close(got, -math.log(3 / 16), rtol=1e-6)


def test_masked_samples_may_hold_bad_values(xp):
    args = arguments(xp, input_lengths=[99, 2], target_lengths=[-5, 1])
    keep = xp.asarray([False, True])
    # Of two frames, three spell the label: 3 / 16.
    assert_close(ctc_loss(**args, where=keep), -math.log(3 / 16))


def test_size_of_concatenated_targets_is_the_sum_of_their_lengths():
    message = "size sum(target_lengths) = 3, got 4"
    for xp in (np, jnp):
        args = arguments(xp, targets=[1, 2, 3, 1])
        args["target_lengths"] = [2, 1]
        with pytest.raises(ValueError, match=re.escape(message)):
            ctc_loss(**args)
    losses = ctc_loss(**arguments(jnp, targets=[1, 2, 3, 1]), reduction="none")
    assert np.all(np.isnan(losses))
    assert not np.any(np.isnan(ctc_loss(**arguments(jnp, targets=[1, 2, 3]))))


SHAPES = [
    ({"log_probs": (3,)}, "log_probs must have shape (T, N, C) or (T, C), got (3,)"),
    ({"log_probs": (0, 2, 4)}, "at least one frame, sample and class, got (0, 2, 4)"),
    ({"log_probs": (3, 0, 4)}, "at least one frame, sample and class, got (3, 0, 4)"),
    ({"targets": (3, 2)}, "must have shape (2, S) or be concatenated, got (3, 2)"),
    ({"targets": ()}, "targets must have shape (2, S) or be concatenated, got ()"),
    ({"input_lengths": (3,)}, "input_lengths must have shape (2,), got (3,)"),
    ({"target_lengths": ()}, "target_lengths must have shape (2,), got ()"),
    ({"target_lengths": (2, 1)}, "target_lengths must have shape (2,), got (2, 1)"),
    ({"where": (3,)}, "where must broadcast to (2,), got (3,)"),
]


@pytest.mark.parametrize(("shapes", "message"), SHAPES)
def test_shapes_must_match(xp, shapes, message):
    args = arguments(xp)
    for name, shape in shapes.items():
        dtype = {"log_probs": xp.float64, "where": xp.bool}.get(name, xp.int64)
        args[name] = xp.ones(shape, dtype=dtype)
    with pytest.raises(ValueError, match=re.escape(message)):
        ctc_loss(**args)


OPTIONS = [
    ({"blank": 4}, ValueError, "blank must be in 0..3, got 4"),
    ({"blank": -1}, ValueError, "blank must be in 0..3, got -1"),
    ({"blank": 1.0}, TypeError, "blank must be a Python integer, got 1.0"),
    ({"reduction": "avg"}, ValueError, "reduction must be 'none', 'mean' or 'sum'"),
    ({"zero_infinity": 1}, ValueError, "zero_infinity must be True or False, got 1"),
    ({"input_lengths": [3, 2.0]}, TypeError, "input_lengths must be integers, got [3,"),
    ({"target_lengths": 1.5}, TypeError, "target_lengths must be integers, got 1.5"),
    ({"targets": [[1]]}, TypeError, "targets must be an integer array, got list"),
    ({"log_probs": [0.0]}, TypeError, "at least one argument must be an array"),
]


@pytest.mark.parametrize(("options", "error", "message"), OPTIONS)
def test_options_must_be_what_they_say(xp, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        ctc_loss(**(arguments(xp) | options))


def test_dtypes_must_be_floating_and_integer(xp):
    args = arguments(xp)
    for name in ("targets", "input_lengths", "target_lengths"):
        wrong = xp.astype(args[name], xp.float64)
        with pytest.raises(TypeError, match=f"{name} must be integer, got float64"):
            ctc_loss(**(args | {name: wrong}))
    with pytest.raises(TypeError, match="must be real floating, got log_probs int"):
        ctc_loss(**(args | {"log_probs": xp.ones((3, 2, 4), dtype=xp.int32)}))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64"])
def test_integers_may_have_any_width(xp, dtype):
    args = arguments(xp)
    expected = to_numpy(ctc_loss(**args))
    for name in ("targets", "input_lengths", "target_lengths"):
        args[name] = xp.astype(args[name], getattr(xp, dtype))
    assert_close(ctc_loss(**args), expected)
