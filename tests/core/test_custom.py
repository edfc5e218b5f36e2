"""Complete losses from a formula of a few lines."""

import inspect
import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan


@fl.elementwise_loss
def log_ratio(xp, input, target, *, scale=1.0):
    """Square the logarithm of a ratio."""
    return scale * xp.square(xp.log(input / target))


@fl.samplewise_loss
def surprise(xp, input, target, *, floor=0.0):
    """Take the negative logarithm of the probability of a label."""
    return floor - xp.log(xp.take_label(input, target, 1))


E1 = math.e
INPUT, TARGET = [1.0, E1, E1**2], [1.0, 1.0, 1.0]  # has loss 0, 1, 4
ROWS, LABELS = [[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]], [0, 0, 0]  # log 2, log 4, 0


def elements(xp, dtype="float64"):
    return [xp.asarray(x, dtype=getattr(xp, dtype)) for x in (INPUT, TARGET)]


def samples(xp, dtype="float64"):
    return xp.asarray(ROWS, dtype=getattr(xp, dtype)), xp.asarray(LABELS)


def test_elementwise_values(any_xp):
    x, t = elements(any_xp)
    assert_close(log_ratio(x, t, reduction="none"), [0, 1, 4])
    assert_close(log_ratio(x, t), 5 / 3)
    assert_close(log_ratio(x, t, reduction="sum", scale=3.0), 15)
    assert_close(log_ratio(x, 1.0, reduction="none"), [0, 1, 4])


def test_samplewise_values(any_xp):
    x, t = samples(any_xp)
    assert_close(surprise(x, t, reduction="none"), [math.log(2), math.log(4), 0])
    assert_close(surprise(x, t), math.log(2))
    assert_close(surprise(x, t, reduction="sum", floor=1.0), 3 + 3 * math.log(2))


@pytest.mark.parametrize(
    ("loss", "arrays", "losses"),
    [(log_ratio, elements, [0, 1, 4]), (surprise, samples, np.log([2, 4, 1]))],
    ids=["elementwise", "samplewise"],
)
def test_weighted_mean_divides_by_the_kept_weights(xp, loss, arrays, losses):
    weight = xp.asarray([1.0, 2.0, 5.0], dtype=xp.float32)
    where = xp.asarray([True, True, False])
    got = loss(*arrays(xp), weight=weight, where=where)
    assert_close(got, (losses[0] + 2 * losses[1]) / 3)
    got = loss(*arrays(xp), weight=weight, reduction="none")
    assert_close(got, np.multiply(losses, [1, 2, 5]))


@pytest.mark.parametrize("bad", [NAN, math.inf, 0.0, -1.0])
def test_masked_elements_reach_neither_value_nor_derivative(derivative, bad):
    def loss(x):
        space = fl.array_namespace(x)
        where = space.asarray([True, False])
        return log_ratio(x, 1.0, where=where)

    assert_close(loss(jnp.asarray([E1, bad])), 1)
    assert_close(derivative(loss, [E1, bad]), [2 / E1, 0])


@pytest.mark.parametrize("bad", [NAN, math.inf, 0.0])
def test_masked_samples_reach_neither_value_nor_derivative(derivative, bad):
    def loss(x):
        space = fl.array_namespace(x)
        where = space.asarray([True, False])
        return surprise(x, space.asarray([1, 9]), where=where)

    x = [[0.5, 0.25], [bad, bad]]
    assert_close(loss(jnp.asarray(x)), math.log(4))
    assert_close(derivative(loss, x), [[0, -4], [0, 0]])


@pytest.mark.parametrize(
    ("loss", "arrays"), [(log_ratio, elements), (surprise, samples)]
)
def test_dtype_is_that_of_the_input_or_as_asked(xp, loss, arrays):
    assert loss(*arrays(xp, "float32")).dtype == xp.float32
    assert loss(*arrays(xp, "float32"), dtype="float64").dtype == xp.float64


def test_formula_computes_in_single_precision_at_least():
    seen = []

    @fl.elementwise_loss
    def spy(xp, input, target):
        seen.append((xp.name, input.dtype, target.dtype))
        return input * target

    half = np.ones(2, np.float16)
    assert spy(half, half).dtype == np.float16
    assert seen == [("numpy", np.float32, np.float32)]


def test_formula_of_one_or_three_arrays(xp):
    @fl.elementwise_loss
    def energy(xp, input):
        return xp.square(input)

    @fl.elementwise_loss
    def between(xp, input, low, high):
        return xp.clamp_min(low - input, 0.0) + xp.clamp_min(input - high, 0.0)

    x = xp.asarray([-2.0, 0.5, 4.0], dtype=xp.float64)
    assert_close(energy(x), (4 + 0.25 + 16) / 3)
    assert_close(between(x, 0.0, 1.0, reduction="none"), [2, 0, 3])


def test_transforms_of_jax():
    x, t = elements(jnp)
    expected = [0, 2 / E1 / 3, 4 / E1**2 / 3]
    assert_close(jax.grad(log_ratio)(x, t), expected)
    assert_close(jax.jit(jax.grad(log_ratio))(x, t), expected)
    assert_close(jax.vmap(log_ratio)(x, t), [0, 1, 4])
    assert_close(jax.jvp(lambda x: log_ratio(x, t), (x,), (x,))[1], 2)
    assert_close(jax.grad(lambda s: log_ratio(x, t, scale=s))(2.0), 5 / 3)


@pytest.mark.parametrize(
    ("loss", "own"),
    [(log_ratio, "scale: 'float' = 1.0"), (surprise, "floor: 'float' = 0.0")],
)
def test_signature_is_the_formulas_and_the_frames(loss, own):
    parameters = inspect.signature(loss).parameters
    name = own.split(":")[0]
    assert list(parameters) == [
        *("input", "target", name),
        *("reduction", "weight", "where", "dtype"),
    ]
    assert parameters["reduction"].default == "mean"
    assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
    assert loss.__name__ in {"log_ratio", "surprise"}


@pytest.mark.parametrize(
    ("loss", "summary", "unit"),
    [
        (log_ratio, "Square the logarithm of a ratio.", "element"),
        (surprise, "Take the negative logarithm of the probability", "sample"),
    ],
    ids=["elementwise", "samplewise"],
)
def test_help_tells_the_formula_and_every_option(loss, summary, unit):
    text = inspect.getdoc(loss)
    assert text.startswith(summary)
    for line in (
        'reduction: ``"none"``, ``"mean"`` or ``"sum"``.',
        f"weight: Factor on each {unit}'s loss; the mean divides by its sum.",
        (
            f"where: Boolean; a False {unit} has loss 0 and gradient 0, "
            "and does not count."
        ),
        "dtype: Of the result; the promoted dtype of the arrays if None.",
    ):
        assert line in text


def test_help_of_a_formula_without_a_docstring_names_it():
    def unnamed(xp, input):
        return input

    text = inspect.getdoc(fl.elementwise_loss(unnamed))
    assert text.startswith("Return the unnamed of its arguments.")


def total(xp, input, target):
    return xp.sum(input - target)


def doubled(xp, input, target):
    return xp.concat([input, target], axis=0)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (fl.elementwise_loss, "the formula must return shape (2, 3), got"),
        (fl.samplewise_loss, "the formula must return one loss a sample, got shape"),
    ],
    ids=["element", "sample"],
)
@pytest.mark.parametrize(("formula", "got"), [(total, "()"), (doubled, "(4, 3)")])
def test_a_formula_of_another_shape_is_refused(xp, make, rule, formula, got):
    x = xp.zeros((2, 3), dtype=xp.float64)
    with pytest.raises(ValueError, match=f"^{re.escape(f'{rule} {got}')}"):
        make(formula)(x, x)


def no_arrays(xp, *, margin):
    return xp.zeros(margin)


def test_a_formula_without_arrays_is_refused():
    for make in (fl.elementwise_loss, fl.samplewise_loss):
        with pytest.raises(TypeError, match="must take xp and at least one array"):
            make(no_arrays)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"target": np.ones(2)}, ValueError, "shapes must be equal, got input (3,)"),
        ({"input": [1.0]}, TypeError, "input must be an array, got list"),
        ({"where": np.ones(3)}, TypeError, "where must be a boolean array"),
        ({"where": np.ones(2, bool)}, ValueError, "where must broadcast to (3,)"),
        ({"weight": np.ones(2)}, ValueError, "weight must broadcast to (3,)"),
        ({"reduction": "avg"}, ValueError, "reduction must be 'none', 'mean' or"),
        ({"dtype": "int8"}, TypeError, "dtype must be a real floating dtype of numpy"),
        ({"typo": 1}, TypeError, "unexpected keyword argument 'typo'"),
    ],
    ids=["shape", "list", "mask", "mask shape", "weight", "reduction", "dtype", "typo"],
)
def test_static_faults_are_named(given, error, message):
    arrays = {"input": np.ones(3), "target": np.ones(3)}
    with pytest.raises(error, match=re.escape(message)):
        log_ratio(**arrays | given)


@pytest.mark.parametrize("number", [2**32 + 1, 2**63 - 1, -(2**32)])
@pytest.mark.parametrize("shape", [(3,), (3, 2)])
def test_integers_that_jax_does_not_hold_make_their_sample_nan(number, shape):
    @fl.samplewise_loss
    def first_picked(xp, input, target):
        return xp.take_label(input, xp.reshape(target, (3, -1))[:, 0], 1)

    target = np.zeros(shape, np.int64)
    target[1, ...] = number
    with jax.enable_x64(False):
        x = jnp.ones((3, 2), "float32")

        def loss(x):
            return first_picked(x, target, reduction="none").sum()

        value, derivative = jax.value_and_grad(loss)(x)
        assert_close(value, NAN)
        assert_close(derivative[::2], [[1, 0], [1, 0]])
        assert np.isnan(derivative[1]).any()
        keep = np.asarray([True, False, True])
        assert_close(first_picked(x, target, where=keep), 1)
        message = rf"^target must be an integer of 32 bits, got {number} at \(1"
        with fl.debug_values(), pytest.raises(ValueError, match=message):
            first_picked(x, target)


def test_integers_that_are_computed_with_keep_their_value_on_jax():
    @fl.elementwise_loss
    def product(xp, input, count):
        return input * count

    with jax.enable_x64(False):
        x = jnp.ones(2, "float32")
        assert_close(product(x, np.asarray([2**40, -(2**40)])), 0)
        got = product(x, np.asarray([2**63, 2**64 - 2**40], np.uint64))
        assert_close(got, 2.0**63 + 2.0**62 - 2.0**39, rtol=1e-7)


def test_arrays_may_have_any_names(xp):
    @fl.elementwise_loss
    def product(xp, options, fill, check, shapes, xp_, where_):
        return options * fill * check * shapes * xp_ * where_

    x = xp.asarray([1.0, 2.0])
    assert_close(product(x, x, x, x, x, x, reduction="none"), [1, 64])
