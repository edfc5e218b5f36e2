"""What holds for every loss: dtypes of results, double precision, empty batches."""

import math
import subprocess
import sys

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
import torch

import funloss as fl
from funloss._array.jax_call import compiled
from funloss._array.number import real_options
from tests.assertions import assert_close, to_numpy
from tests.sampling import COMPILED
from tests.table import LABELLED, rows

LIBRARIES = pytest.mark.parametrize(
    "library", [np, jnp, torch], ids=["numpy", "jax", "torch"]
)
# The distance of 1 to the next number.
SPACING = {"float16": 2**-10, "bfloat16": 2**-7, "float32": 2**-23}


def made(row, library, dtype):
    if library is np and dtype == "bfloat16":
        arrays = row.made(np, "float32")
        places = row.floats()
        return [
            x.astype(ml_dtypes.bfloat16) if k in places else x
            for k, x in enumerate(arrays)
        ]
    return row.made(library, dtype)


def name_of(dtype):
    return str(dtype).rpartition(".")[2]


def result(library, loss, arrays):
    """Return what has the dtype of the loss; tracing finds it without compiling."""
    return jax.eval_shape(loss, *arrays) if library is jnp else loss(*arrays)


@rows("reduction", one_in=1)
@LIBRARIES
def test_result_has_the_dtype_of_the_floating_arrays(library, row):
    for dtype in (*SPACING, "float64"):
        arrays = made(row, library, dtype)
        for reduction in ("none", "mean"):
            loss = row.with_options(reduction=reduction)
            assert name_of(result(library, loss, arrays).dtype) == dtype


@rows(one_in=1)
@LIBRARIES
def test_result_is_computed_wide_and_rounded_once(library, row):
    arrays = {dtype: made(row, library, dtype) for dtype in SPACING}

    def results(arrays):
        return {dtype: row.with_options()(*x) for dtype, x in arrays.items()}

    # One program of all dtypes is compiled sooner than one each.
    found = (jax.jit(results) if library is jnp else results)(arrays)
    for dtype, given in arrays.items():
        expected = to_numpy(row.with_options()(*map(to_numpy, given)))
        # Half a unit for the rounding; in single precision the computation rounds, too.
        slack = SPACING[dtype] * (32 if dtype == "float32" else 0.51)
        scale = np.maximum(np.abs(expected), 1 if dtype == "float32" else 0)
        assert name_of(found[dtype].dtype) == dtype
        assert (np.abs(to_numpy(found[dtype]) - expected) <= slack * scale).all(), dtype


@rows("dtype")
@LIBRARIES
def test_dtype_asked_for_is_given(library, row):
    arrays = made(row, library, "bfloat16")
    for asked in ("float16", "float32", "float64"):
        loss = row.with_options(dtype=asked)
        assert name_of(result(library, loss, arrays).dtype) == asked


@rows()
@pytest.mark.parametrize("dtype", ["bfloat16", "float64"])
def test_one_number_of_numpys_is_a_scalar(row, dtype):
    arrays = made(row, np, dtype)
    options = [{}, *({name: np.ones(s)} for name, s in row.weights().items())]
    if row.has("where"):
        options += [{"where": np.ones(row.mask_shape, bool)}, {"where": False}]
    if row.has("dtype"):
        options += [{"dtype": "float16"}]
    if row.has("ignore_index"):
        options += [{"ignore_index": 0 if len(row.floats()) == 1 else -1}]
    for given in options:
        for reduction in ("mean", "sum") if row.has("reduction") else (None,):
            how = {"reduction": reduction} if reduction else {}
            result = row.with_options(**given, **how)(*arrays)
            expected = np.ndarray if np.shape(result) else np.generic
            assert isinstance(result, expected)
            assert name_of(result.dtype) == given.get("dtype", dtype)


@rows("reduction", one_in=COMPILED)
def test_gradient_has_the_dtype_of_its_array(row):
    gradient = jax.grad(row.with_options(), row.floats())
    for dtype in SPACING:
        for x in jax.eval_shape(gradient, *row.made(jnp, dtype)):
            assert name_of(x.dtype) == dtype


@rows(attribute="reals")
def test_numpy_scalars_as_options_do_not_promote(xp, row):
    arrays = row.made(xp, "float32")
    plain = row.with_options(**row.reals)(*arrays)
    assert plain.dtype == xp.float32
    for kind in (np.float64, np.float32):
        options = {name: kind(x) for name, x in row.reals.items()}
        result = row.with_options(**options)(*arrays)
        assert result.dtype == xp.float32
        assert_close(result, plain, rtol=1e-6)


@rows(attribute="reals")
@pytest.mark.parametrize("xp", ["numpy", "jax", "torch"], indirect=True)
def test_arrays_as_options_do_not_promote(xp, row):
    arrays = row.made(xp, "float32")
    options = {name: xp.asarray(x, dtype=xp.float64) for name, x in row.reals.items()}
    result = row.with_options(**options)(*arrays)
    assert result.dtype == xp.float32
    assert_close(result, row.with_options(**row.reals)(*arrays), rtol=1e-6)


@rows(attribute="reals", one_in=COMPILED)
def test_options_have_derivatives_on_jax(row):
    for name, x in row.reals.items():

        def loss(value, xp=jnp, name=name):
            return row.with_options(**{name: value})(*row.made(xp))

        expected = (loss(x + 1e-6, np) - loss(x - 1e-6, np)) / 2e-6
        assert_close(jax.grad(loss)(x), expected, rtol=1e-6, atol=1e-8)


# Options that a loss has no use for with other options, and refuses.
REFUSED = {
    ("loss_type", "exo_pair"): {"margin"},
    ("objective", "cispo"): {"epsilon_high", "dual_clip"},
}


def shared_options(row):
    """Return the names of the options whose numbers share a program."""
    names = {option.name for option in real_options(row.loss).values()}
    for (name, value), refused in REFUSED.items():
        names -= refused if row.options.get(name) == value else set()
    if row.loss is fl.grpo_loss and "reference" not in row.arrays:
        names -= {"beta"}
    arrays = {name for name, x in row.options.items() if isinstance(x, np.ndarray)}
    return names - set(row.arrays) - arrays


def test_real_options_are_found():
    found = {name for row in LABELLED.values() for name in shared_options(row)}
    assert found >= {"delta", "temperature", "label_smoothing", "gamma", "lambda_"}
    assert all(row.reals.keys() <= shared_options(row) for row in LABELLED.values())


# Values of an option that must be above 1.
ABOVE_ONE = {"dual_clip": (1.3125, 1.4375, 1.40625)}


@rows(one_in=COMPILED)
def test_numbers_of_real_options_share_a_program(row):
    for name in shared_options(row):
        before = compiled.cache_info().misses
        for x in ABOVE_ONE.get(name, (0.3125, 0.4375, 0.40625)):
            loss = row.with_options(**{name: x})
            assert_close(loss(*row.made(jnp)), loss(*row.made(np)))
        assert compiled.cache_info().misses - before <= 1


@rows(one_in=COMPILED)
def test_without_double_precision_jax_gives_single(row):
    with jax.enable_x64(False):
        arrays = [
            jnp.asarray(to_numpy(x), "float32" if k in row.floats() else "int32")
            for k, x in enumerate(row.made(np))
        ]
        result = row.with_options()(*arrays)
        assert result.dtype == jnp.float32
        doubles = [np.asarray(x) for x in row.made(np)]
        mixed = row.with_options()(arrays[0], *doubles[1:])
        assert mixed.dtype == jnp.float32
        assert_close(mixed, result)
        foreign = [x.astype(x.dtype.newbyteorder(">")) for x in doubles]
        assert_close(row.with_options()(arrays[0], *foreign[1:]), result)


@rows()
def test_numpys_order_of_bytes_does_not_matter(row):
    arrays = row.made(np, "float32")
    foreign = [x.astype(x.dtype.newbyteorder(">")) for x in arrays]
    options = {name: np.asarray(x, ">f8") for name, x in row.reals.items()}
    options |= {name: np.ones(shape, ">f8") for name, shape in row.weights().items()}
    options |= {"dtype": ">f4"} if row.has("dtype") else {}
    native = {
        name: x if isinstance(x, str) else x.astype(np.float64)
        for name, x in options.items()
    }
    result = row.with_options(**options)(*foreign)
    assert result.dtype == np.float32
    assert result.dtype.isnative
    assert_close(result, row.with_options(**native)(*arrays))


@rows()
@pytest.mark.parametrize("other", [np, jnp], ids=["numpy", "jax"])
def test_floats_that_are_not_supported_are_named(row, other):
    wide, narrow = np.dtype("longdouble"), np.dtype(ml_dtypes.float8_e4m3fn)
    for dtype, near in ((wide, "float64"), (narrow, "float32")):
        if dtype.name == "float64":  # where longdouble is no more than that
            continue
        message = (
            "must be float16, bfloat16, float32 or float64, "
            f"got {dtype.name}: cast it to {near}"
        )
        # An option that the loss takes by position is cast without a word.
        arrays = [k for k in row.floats() if np.ndim(row.made(np)[k])]
        for place in arrays[1:] or arrays:
            arrays = row.made(other)
            arrays[place] = row.made(np)[place].astype(dtype)
            with pytest.raises(TypeError, match=message):
                row.with_options()(*arrays)
        for name, shape in row.weights().items():
            weight = {name: np.ones(shape).astype(dtype)}
            with pytest.raises(TypeError, match=f"^{name} {message}"):
                row.with_options(**weight)(*row.made(other))


@pytest.mark.parametrize("dtype", [ml_dtypes.int4, ml_dtypes.uint4, ml_dtypes.int2])
@pytest.mark.parametrize("library", [np, jnp], ids=["numpy", "jax"])
def test_labels_of_few_bits_are_labels(library, dtype):
    scores = library.asarray([[2.0, 0.0], [0.0, 1.0]])
    labels = np.asarray([1, 0])
    expected = to_numpy(fl.cross_entropy(scores, labels))
    for given in (labels.astype(dtype), library.asarray(labels.astype(dtype))):
        assert_close(fl.cross_entropy(scores, given), expected)


def test_without_double_precision_nothing_warns_in_a_fresh_process():
    code = """
import warnings
warnings.simplefilter("error")
import jax.numpy as jnp, numpy as np
import funloss as fl
x = jnp.asarray([[0.5, 2.0]])
print(fl.cross_entropy(x, jnp.asarray([1])).dtype)
print(fl.mse_loss(x, np.zeros((1, 2)), weight=np.ones((1, 2))).dtype)
print(fl.mse_loss(x, 0.0, where=x > 1, dtype="float64").dtype)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert run.stdout.split() == ["float32"] * 3, run.stderr


def without_samples(row, xp):
    """Return the arrays with no sample in them."""
    arrays = []
    for name, x in zip(row.arrays, row.made(xp), strict=True):
        axis = row.samples.get(name, 0)
        cut = [slice(None)] * x.ndim
        if axis is not None:
            cut[axis] = slice(0)
        arrays.append(x[tuple(cut)])
    return arrays


@rows("reduction", attribute="may_be_empty", one_in=1)
def test_no_samples_are_nan_on_average_and_zero_in_sum(xp, row):
    def results(*arrays):
        kinds = ("mean", "sum", "none")
        return [row.with_options(reduction=x)(*arrays) for x in kinds]

    run = jax.jit(results) if xp is jnp else results
    mean, total, losses = run(*without_samples(row, xp))
    assert_close(mean, math.nan)
    assert_close(total, 0)
    assert losses.shape == (0, *row.losses[1:])


@rows("reduction", attribute="may_be_empty", one_in=COMPILED)
def test_gradient_without_samples_is_empty(row):
    arrays = without_samples(row, jnp)
    gradient = jax.jit(jax.grad(row.with_options(), row.floats()))(*arrays)
    for place, x in zip(row.floats(), gradient, strict=True):
        assert x.shape == arrays[place].shape
        assert not np.asarray(x).any()
