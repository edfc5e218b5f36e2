"""Every loss broadcasts and promotes as it says, where JAX is at its strictest.

Every test runs so: see `conftest`. Here are the weights and arrays that rely on it.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from funloss._core.arrays import is_floating
from tests.assertions import assert_close
from tests.settings import strict
from tests.table import rows

X = np.linspace(-1.0, 1.0, 12).reshape(3, 4)
ROW, COLUMN = X[1], X[:, :1]
SHARES = np.full((3, 4), 0.25)
LABELS = np.asarray([2, 0, 1])


def lowest(row):
    """Return the shape of fewest axes, not none, that NumPy takes a weight in."""
    full = [row.losses, *(x.shape for x in row.values().values())]
    shapes = {part for x in full for k in range(len(x)) for part in (x[k:], x[:1])}
    for shape in sorted(shapes, key=lambda shape: (len(shape), shape)):
        try:
            row.with_options(weight=np.ones(shape))(*row.made(np))
        except ValueError:
            continue
        return shape
    raise AssertionError


def derivatives(row, **options):
    """Return a function to the loss's value and its gradients."""

    def loss(*arrays):
        return jnp.sum(row.with_options(**options)(*arrays))

    return jax.value_and_grad(loss, row.floats())


@rows("weight")
def test_a_weight_of_fewer_axes_and_bits(row):
    weight = jnp.full(lowest(row), 0.5, "float16")
    with strict():
        value, _ = jax.eval_shape(derivatives(row, weight=weight), *row.made(jnp))
    assert value.dtype == "float64"


def pair(loss, *arrays, **options):
    """Return a case: a loss, its arrays, and options that may be arrays."""
    return pytest.param(loss, arrays, options, id=f"{loss.__name__}-{len(options)}")


@pytest.mark.parametrize(
    ("loss", "arrays", "options"),
    [
        pair(fl.quantile_huber_loss, X, X),
        pair(fl.quantile_huber_loss, X, X, tau=np.float16(abs(ROW))),
        pair(fl.hinge_embedding_loss, X, ROW),
        pair(fl.poisson_nll_loss, ROW, abs(X), where=ROW > 0),
        pair(fl.gaussian_nll_loss, X, ROW, abs(X)),
        pair(fl.kl_div, ROW, SHARES),
        pair(fl.generalized_kl_divergence, X, SHARES[0], axis=-1),
        pair(fl.cosine_similarity, X, ROW),
        pair(fl.cosine_distance, ROW, X),
        pair(fl.pairwise_distance, X, ROW),
        pair(fl.soft_margin_loss, X, np.sign(ROW)),
        pair(fl.mse_loss, X, -X, weight=abs(X), where=ROW > 0),
        pair(fl.mse_loss, X, np.float32(0.5)),
        pair(fl.huber_loss, X, 0.25, delta=np.float64(0.5)),
        pair(fl.l1_loss, X, np.float16(X), dtype="float32"),
        pair(fl.binary_cross_entropy_with_logits, X, SHARES, pos_weight=abs(ROW)),
        pair(fl.cross_entropy, X, LABELS, weight=np.float16(abs(ROW))),
        pair(fl.linear_cross_entropy, X, X, LABELS, linear_bias=X[:, 0]),
        pair(fl.linear_cross_entropy, X, X, LABELS, linear_bias=X[:, 0], chunk_size=2),
        pair(fl.pairwise_hinge_loss, X, abs(X), weight=2.0),
        pair(fl.categorical_td_loss, X, np.sort(ROW), 0.5, 0.875, -X),
    ],
)
def test_arrays_broadcast_and_promote_as_ever(loss, arrays, options):
    names = [name for name, x in options.items() if isinstance(x, np.ndarray)]
    rest = {name: x for name, x in options.items() if name not in names}
    given = [jnp.asarray(x) if np.ndim(x) else x for x in arrays]
    given += [jnp.asarray(options[name]) for name in names]

    def total(*given):
        own, more = given[: len(arrays)], given[len(arrays) :]
        return loss(*own, **rest, **dict(zip(names, more, strict=True))).sum()

    places = tuple(k for k, x in enumerate(given) if is_floating(x))
    with strict():
        value, _ = jax.jit(jax.value_and_grad(total, places))(*given)
    assert_close(value, loss(*arrays, **options).sum(), rtol=1e-6)


def test_quantiles_and_samples_are_paired_without_promotion():
    with strict():
        loss = fl.quantile_huber_loss(jnp.zeros((4, 5)), jnp.ones((4, 5)))
    # An error of 1 costs half the level, and the five levels add up to 2.5.
    assert_close(loss, 1.25)
