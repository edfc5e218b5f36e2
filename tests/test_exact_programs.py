"""Programs of JAX in fifty digits."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from parity.accuracy.program import in_fifty_digits

X = np.asarray([[0.5, -1.25, 3.0], [2.0, 0.0, -0.75]])
SQUARE = np.asarray([[2.0, 1.0], [0.5, 3.0]])


def scanned(x):
    def step(carried, row):
        carried = carried * 0.5 + row
        return carried, jnp.tanh(carried)

    return jax.lax.scan(step, jnp.zeros(3), x, reverse=True)


def counted(x):
    return jax.lax.while_loop(
        lambda s: s[0] < 4, lambda s: (s[0] + 1, s[1] / 3), (0, x)
    )


def transformed(x):
    spectrum = jnp.fft.rfft(x, 8)
    return jnp.abs(spectrum * (1 + 2j)) ** 2, jnp.fft.irfft(spectrum, 8)


STEPS = {
    "elements": lambda x: (jnp.expm1(x), jax.nn.softplus(x), jnp.sign(x), x**3, x**-2),
    "bounds": lambda x: (jnp.clip(x, -1, 1), jnp.round(x), jnp.floor(x), x > 0.5),
    "sums": lambda x: (x.sum(0), x.mean(), jnp.cumsum(x, 1), jnp.cumsum(x[::-1])),
    "extremes": lambda x: (x.max(1), x.min(), jnp.argmax(x, 0), jnp.argmin(x, 1)),
    "order": lambda x: (jnp.sort(x, 1), jnp.argsort(x[0]), jax.lax.cummax(x, 1)),
    "products": lambda x: (x @ x.T, jnp.einsum("ij,ij->i", x, x)),
    "places": lambda x: (x.T, x[:, ::-1], jnp.pad(x, 1), jnp.tile(x, 2), x[1, 1:]),
    "gathered": lambda x: (x[:, jnp.asarray([2, 0])], jnp.take(x, jnp.asarray([9]), 1)),
    "scattered": lambda x: jnp.zeros(2).at[jnp.asarray([1, 1, 0])].add(x[0]),
    "chosen": lambda x: jax.lax.cond(x[0, 0] > 0, jnp.exp, jnp.negative, x),
    "scanned": scanned,
    "counted": counted,
    "transformed": transformed,
    "special": lambda x: (jax.lax.erf(x), jax.nn.sigmoid(x), jnp.arctan2(x, 2.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_fifty_digits_are_those_of_float64(name):
    found = in_fifty_digits(STEPS[name])((X,))
    with jax.enable_x64(True):
        wanted = jax.tree.leaves(STEPS[name](jnp.asarray(X)))
    for got, want in zip(found, wanted, strict=True):
        np.testing.assert_allclose(got, np.asarray(want), rtol=1e-14, atol=1e-15)


def test_nothing_is_rounded_on_the_way():
    def cancelling(x):
        return jnp.log((jnp.exp(x) + jnp.exp(-x)) / 2).sum()

    x = 1e-9
    value, gradient = in_fifty_digits(jax.value_and_grad(cancelling))((np.full(1, x),))
    with mpmath.workdps(50):
        assert value == float(mpmath.log(mpmath.cosh(x)))
        assert gradient == float(mpmath.tanh(x))
    with jax.enable_x64(True):
        assert cancelling(jnp.full(1, x)) == 0


def test_infinity_and_nan_are_those_of_floating_point():
    x = np.asarray([0.0, -1.0, np.inf, 1e300])

    def steps(x):
        return 1 / x, jnp.log(x), jnp.sqrt(x), x - x, jnp.exp(x), x * 0

    with np.errstate(all="ignore"):
        wanted = 1 / x, np.log(x), np.sqrt(x), x - x, np.exp(x), x * 0
    for got, want in zip(in_fifty_digits(steps)((x,)), wanted, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-15)


def test_a_step_that_is_not_known_is_named():
    with pytest.raises(NotImplementedError, match="no fifty digits of cholesky"):
        in_fifty_digits(jnp.linalg.cholesky)((SQUARE,))
