"""Losses that are right, and losses with one fault each, for the checks to find."""

import code
import functools

import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch.nn import functional as F

import funloss as fl
from funloss.testing.harness import to_numpy


def right(input, target, *, where=None):
    """Mean of squares over the entries that are kept."""
    return fl.mse_loss(input, target, where=where)


def multiplies_by_the_mask(input, target, *, where):
    kept = where.astype(input.dtype)
    return jnp.sum(jnp.square(input - target) * kept) / jnp.sum(kept)


def chooses_after_the_formula(input, target, *, where):
    """The value is right; the derivative is nan where the square root is of 0."""
    return jnp.sum(jnp.where(where, jnp.sqrt(jnp.square(input - target)), 0.0))


def counts_what_is_masked(input, target, *, where):
    """A masked target has a weight in the divisor."""
    kept = torch.where(where, (input - target) ** 2, 0.0)
    return kept.sum() / target.abs().sum()


def with_rule(value, derivative):
    """Return an elementwise function whose derivative is what it is said to be."""
    function = jax.custom_jvp(value)
    function.defjvp(lambda x, v: (value(x[0]), derivative(x[0]) * v[0]))
    return function


_TWO_AT_ZERO = with_rule(jnp.abs, lambda x: jnp.where(x == 0, 2.0, jnp.sign(x)))
_ALMOST = with_rule(jnp.square, lambda x: 2.002 * x)
_FROZEN = with_rule(jnp.square, lambda x: jax.lax.stop_gradient(2 * x))


def derivative_of_two_at_zero(input, target):
    return jnp.mean(_TWO_AT_ZERO(input - target))


def derivative_of_nan_at_zero(input, target):
    return jnp.mean(jnp.sqrt(jnp.square(input - target)))


def derivative_one_in_a_thousand_too_large(input, target):
    return jnp.mean(_ALMOST(input - target))


def no_curvature(input, target):
    return jnp.mean(_FROZEN(input - target))


def logarithm_of_anything(input, target):
    return jnp.mean(jnp.log(input - target))


def detached(input, target):
    return torch.mean((input - target) * (input - target).detach())


def branches_on_a_value(input, target):
    return jnp.mean(input) if input[0, 0] > 0 else jnp.mean(target - input)


_SEEN = {}


def captures_data(input, target):
    """Scale by the data of the last call that was not traced."""
    if not isinstance(input, jax.core.Tracer):
        _SEEN["scale"] = float(jnp.max(target))
    return jnp.mean(input) * _SEEN["scale"]


@jax.custom_batching.custom_vmap
def _own_row(x):
    return x


@_own_row.def_vmap
def _every_row_reversed(size, batched, x):
    return (x[::-1] if batched[0] else x), batched[0]


def mixes_draws(input, target):
    return jnp.mean(input) * jnp.max(_own_row(target))


@functools.partial(jax.jit, static_argnums=1)
def _scaled(input, scale):
    return jnp.mean(input) * scale


def compiles_for_each_scale(input, target):
    if isinstance(target, jax.core.Tracer):
        return jnp.mean(input) * jnp.max(target)
    return _scaled(input, float(jnp.max(target)))


def _chosen(log_p, target):
    return jnp.take_along_axis(log_p, target[:, None], 1)[:, 0]


def wraps_labels(input, target):
    """Count label -1 as the last class; others fill the value with nan alone."""
    return -jnp.mean(_chosen(jax.nn.log_softmax(input), target))


def counts_no_class_as_nothing(input, target):
    ones = jax.nn.one_hot(target, input.shape[1], dtype=input.dtype)
    return -jnp.mean(jnp.sum(ones * jax.nn.log_softmax(input), axis=1))


def divides_by_ignored_rows(input, target):
    """A sum over the labels that count, over all of them."""
    total = F.cross_entropy(input, target, reduction="sum", ignore_index=-100)
    return total / target.numel()


def broadcasts(input, target):
    return jnp.mean(jnp.square(input - target))


def sums_in_its_dtype(input, target):
    return np.cumsum(np.square(input - target))[-1]


def widens_to_float64(input, target):
    return np.mean(np.square(input - target)) * np.float64(1)


def widens_to_float32(input, target):
    wide = jnp.promote_types(input, jnp.float32)
    return jnp.mean(jnp.square(input - target).astype(wide))


def casts_labels(input, target):
    """Carry the labels in the dtype of the scores, as one array with them might."""
    carried = target.astype(input.dtype)
    log_p = jax.nn.log_softmax(input.astype(jnp.promote_types(input, jnp.float32)))
    chosen = _chosen(log_p, carried.astype(jnp.int32))
    return -jnp.mean(chosen).astype(input.dtype)


def counts_in_int8(input, target):
    """Number the entries of a flat array in the dtype of the labels."""
    rows, classes = input.shape
    places = target + classes * np.arange(rows, dtype=target.dtype) * 40
    return -np.mean(np.tile(input, (1, 40)).reshape(-1)[places])


def _refuse(saved, derivative):
    msg = "no derivative"
    raise NotImplementedError(msg)


_PLAIN = jax.custom_vjp(jnp.square)
_PLAIN.defvjp(lambda x: (jnp.square(x), None), _refuse)


def has_no_derivative(input, target):
    return jnp.mean(_PLAIN(input - target))


def run(text):
    """Run a program as if it were pasted, and return its names."""
    console = code.InteractiveConsole()
    for line in text.splitlines():
        console.push(line)
    return console.locals


def reproduced(check):
    """Return what the code of a failure `got` and what it should `want`."""
    names = run(check.code)
    assert "got" in names, check.code
    return np.asarray(to_numpy(names["got"]), dtype=np.float64), names["want"]
