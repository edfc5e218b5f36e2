"""The wrapper around a loss: its signature, its cached jit, its quiet."""

import inspect
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from funloss._array.jax_call import compiled
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.typing import Real
from tests.assertions import assert_close

X = jnp.asarray([1.0, -2.0])


@pytest.fixture
def traced():
    """Make a loss of one option, and the list of options it was traced with."""
    seen = []

    @fl.elementwise_loss
    def scaled(xp, input, target, *, scale=1.0):
        seen.append(scale)
        return xp.square(input - target)

    return scaled, seen


def test_signature_and_documentation_are_kept():
    def function(input, target, *, margin=1.0):
        """Do something."""

    wrapped = loss(function)
    assert inspect.signature(wrapped) == inspect.signature(function)
    assert (wrapped.__name__, wrapped.__doc__) == ("function", "Do something.")


def test_new_data_is_not_traced_again(traced):
    scaled, seen = traced
    for k in range(3):
        assert_close(scaled(X + k, X), k**2)
        assert_close(scaled(np.asarray(X + k), X), k**2)
    assert seen == [1.0]


def test_each_shape_and_dtype_is_traced_once(traced):
    scaled, seen = traced
    for _ in range(2):
        scaled(X, X)
        scaled(X[:1], X[:1])
        scaled(X.astype("float32"), X)
    assert len(seen) == 3


def test_each_option_is_traced_once(traced):
    scaled, seen = traced
    for _ in range(2):
        scaled(X, X, scale=2.0)
        scaled(X, X, scale=3.0)
        scaled(X, X, scale="name")
        scaled(X, X, scale=(1, 2))
    assert seen == [2.0, 3.0, "name", (1, 2)]


def test_options_are_told_apart_by_their_type(traced):
    scaled, seen = traced
    for scale in (1, 1.0, True):
        scaled(X, X, scale=scale)
    assert list(map(type, seen)) == [int, float, bool]


def test_frame_options_are_part_of_the_key(traced):
    scaled, seen = traced
    for _ in range(2):
        assert scaled(X, X, reduction="none").shape == (2,)
        assert scaled(X, X, reduction="sum").shape == ()
        assert scaled(X, X, dtype="float32").dtype == jnp.float32
        assert scaled(X, X).dtype == jnp.float64
    assert len(seen) == 4


def test_positions_and_names_of_arguments_are_not_confused(traced):
    scaled, _ = traced
    assert_close(scaled(X, target=2 * X), 2.5)
    assert_close(scaled(target=2 * X, input=X), 2.5)
    assert_close(scaled(X, 2 * X, where=X > 0), 1)
    assert_close(scaled(X, 2 * X, weight=X > 0), 1)


def test_an_option_given_as_an_array_is_not_traced_again(traced):
    scaled, seen = traced
    for scale in (0.5, 1.5, 2.5):
        scaled(X, X, scale=jnp.asarray(scale))
        scaled(X, X, scale=np.asarray(scale))
    assert len(seen) <= 2
    assert all(isinstance(scale, jax.core.Tracer) for scale in seen)


def test_an_option_given_as_an_array_is_differentiated_and_mapped():
    x, t = jnp.asarray([0.25, 0.5]), -jnp.ones(2)

    def loss(margin):
        return fl.hinge_embedding_loss(x, t, margin=margin, reduction="sum")

    margins = jnp.asarray([0.0, 0.4, 1.0])
    assert_close(jax.vmap(loss)(margins), [0, 0.15, 1.25], rtol=1e-15)
    assert_close(jax.vmap(jax.grad(loss))(margins), [0, 1, 2])


@pytest.mark.parametrize(
    "scale",
    [len, [1.0], {"a": 1}, {1}, [X]],
    ids=["callable", "list", "dict", "set", "array in a list"],
)
def test_callable_and_unhashable_options_run(traced, scale):
    scaled, seen = traced
    assert_close(scaled(X, 2 * X, scale=scale), 2.5)
    assert_close(jax.jit(lambda x: scaled(x, 2 * x, scale=scale))(X), 2.5)
    assert seen


def test_a_changed_unhashable_option_is_seen():
    @fl.elementwise_loss
    def shifted(xp, input, target, *, by):
        return input - target + by[0]

    by = [1.0]
    assert_close(shifted(X, X, by=by), 1)
    by[0] = 2.0
    assert_close(shifted(X, X, by=by), 2)


def test_cache_is_bounded(traced):
    scaled, _ = traced
    limit = compiled.cache_parameters()["maxsize"]
    assert limit <= 4096
    before = compiled.cache_info().currsize
    scaled(X, X, scale=0.123)
    assert compiled.cache_info().currsize <= min(before + 1, limit)


def test_a_fault_is_raised_each_time_and_not_cached():
    for _ in range(2):
        with pytest.raises(ValueError, match="got input"):
            fl.mse_loss(X, X[:1])
    assert_close(fl.mse_loss(X, X), 0)


@pytest.mark.parametrize("xp", ["numpy", "torch", "jax"], indirect=True)
@pytest.mark.parametrize(
    "dtype",
    ["float16", np.float16, np.dtype("float16"), None],
    ids=["name", "type", "dtype", "own"],
)
def test_dtype_may_be_a_name_or_numpys_or_the_librarys_own(xp, dtype):
    x = xp.ones(2, dtype=xp.float32)
    dtype = xp.float16 if dtype is None else dtype
    assert fl.mse_loss(x, 0.0, dtype=dtype).dtype == xp.float16


def test_inside_jit_nothing_is_left_of_the_call():
    def by_hand(x):
        return jnp.sum(jnp.square(x - 1.0)) / 2

    def ours(x):
        return fl.mse_loss(x, jnp.ones(2))

    def operations(function):
        text = jax.jit(function).lower(X).compile().as_text()
        return sorted(re.findall(r" = \S+ ([a-z-]+)\(", text))

    assert operations(ours) == operations(by_hand)


def test_inside_jit_a_loss_is_traced_with_the_rest(traced):
    scaled, seen = traced
    step = jax.jit(lambda x: scaled(x, 0.5, scale=7.0) + scaled(x, 1.5, scale=7.0))
    step(X)
    step(X + 1)
    assert seen in ([7.0], [7.0, 7.0])


@pytest.mark.parametrize("scalar", [np.float64(0.5), np.float32(0.5)])
def test_numpy_scalar_as_option_does_not_promote(xp, scalar):
    x = xp.asarray([0.25, 0.5], dtype=xp.float32)
    got = fl.hinge_embedding_loss(x, -x / x, margin=scalar, reduction="none")
    assert got.dtype == xp.float32
    assert_close(got, [0.25, 0])


def test_numpy_scalar_as_target_does_not_promote(xp):
    x = xp.asarray([0.5, 1.5], dtype=xp.float32)
    got = fl.l1_loss(x, np.float64(0.5))
    assert got.dtype == xp.float32
    assert_close(got, 0.5)


def test_numpy_scalars_alone_are_arrays():
    assert_close(fl.mse_loss(np.float32(3), np.float64(1)), 4)
    assert fl.mse_loss(np.float32(3), np.float32(1)).dtype == np.float32


def test_numpy_warns_of_nothing():
    far = np.asarray([np.inf, -np.inf, np.nan, 1e308, 0.0])
    with np.errstate(all="raise"):
        for loss_ in (fl.mse_loss, fl.l1_loss, fl.binary_cross_entropy_with_logits):
            loss_(far, np.ones(5))
        fl.kl_div(far, np.asarray([0.0, 1.0, 1.0, -1.0, np.inf]))
        fl.cross_entropy(far[None, :], np.asarray([0]))
        fl.triplet_margin_loss(far, far, -far, p=3)
        fl.reduce(np.zeros(0))


def test_numpy_warns_again_afterwards():
    fl.mse_loss(np.zeros(0), np.zeros(0))
    with pytest.raises(RuntimeWarning):
        np.zeros(1) / 0


def test_jax_and_numpy_together_are_jax():
    assert isinstance(fl.mse_loss(np.zeros(2), X), jax.Array)
    assert isinstance(fl.mse_loss(X, np.float32(2)), jax.Array)


@pytest.mark.parametrize("where", ["target", "weight", "where"])
def test_mixed_libraries_are_named(where):
    given = {"input": X, "target": X} | {where: torch.ones(2)}
    with pytest.raises(TypeError, match=rf"got input jax, .*{where} torch"):
        fl.mse_loss(**given)


def test_an_error_of_python_is_told_with_what_to_do():
    with pytest.raises(
        TypeError, match="unexpected keyword argument 'size_average': it is reduction="
    ):
        fl.mse_loss(X, X, size_average=True)
    with pytest.raises(
        TypeError, match=r"positional arguments.*keyword-only: reduction='sum'"
    ):
        fl.mse_loss(X, X, "sum")


@pytest.fixture
def counted():
    """Make a loss of a real option, and the list of values it was traced with."""
    seen = []

    @loss
    def scaled(input, *, scale: Real = 1.0, power: Real | int = 2.0):
        xp = fl.array_namespace(input)
        scale = check_scalar(xp, input, above=0, scale=scale)
        power = check_scalar(xp, input, power=power)
        seen.append((scale, power))
        return scale * xp.sum(input**power)

    return scaled, seen


def test_numbers_of_a_real_option_are_traced_once(counted):
    scaled, seen = counted
    for scale in (0.5, 3, np.float64(7.0)):
        assert_close(scaled(X, scale=scale), 5 * scale)
    assert len(seen) == 1
    assert isinstance(seen[0][0], jax.core.Tracer)


def test_zero_the_default_and_whole_exponents_have_programs_of_their_own(counted):
    scaled, seen = counted
    for _ in range(2):
        scaled(X, scale=1.0)
        scaled(X, power=0)
        scaled(X, power=3.0)
    assert seen == [(1.0, 2.0), (1.0, 0.0), (1.0, 3.0)]


@pytest.mark.parametrize("transform", [lambda f: f, jax.jit, jax.grad])
def test_each_number_of_a_shared_program_is_checked(counted, transform):
    scaled, _ = counted
    for scale in (0.5, 0.25):
        transform(lambda x, scale=scale: scaled(x, scale=scale))(X)
    for scale in (-0.5, float("nan")):
        with pytest.raises(ValueError, match=f"^scale must be > 0, got {scale}"):
            transform(lambda x, scale=scale: scaled(x, scale=scale))(X)
    with fl.debug_values(), pytest.raises(ValueError, match=r"^scale must be > 0"):
        scaled(X, scale=-0.5)


def test_a_number_keeps_its_digits_in_double_precision(counted):
    scaled, _ = counted
    assert_close(scaled(X, scale=0.1), 0.5, rtol=1e-15)
    assert scaled(X.astype("float32"), scale=0.1).dtype == jnp.float32


def test_a_number_first_given_while_tracing_serves_later_calls(counted):
    scaled, _ = counted
    assert_close(jax.jit(lambda: scaled(X, scale=0.8125))(), 5 * 0.8125)
    assert_close(scaled(X, scale=0.8125), 5 * 0.8125)


def test_a_number_follows_the_arrays_to_their_device(counted):
    scaled, _ = counted
    last = jax.devices()[-1]
    for x in (X, jax.device_put(X, last)):
        got = scaled(x, scale=0.4375)
        assert got.devices() == x.devices()
        assert_close(got, 5 * 0.4375)


def test_annotations_of_your_own_formula_change_nothing():
    @fl.elementwise_loss
    def scaled(xp, input, target, *, scale: float | None = None):
        return input if scale is None or scale > 2 else scale * (input - target)

    assert_close(scaled(X, 0 * X, scale=1.5), -0.75)


def test_an_error_inside_a_loss_is_left_as_it_is():
    fault = TypeError("got an unexpected keyword argument 'mask'")

    def function(input, target):
        """Fail."""
        raise fault

    with pytest.raises(TypeError) as caught:
        loss(function)(X, X)
    assert caught.value is fault
